"""What each pattern means, for those who read: pages, cards, panels. No pendant loads this.

Rule: how it feels is feedback.FEELS alone, which the chip runs; here is only the word for it.
"""

from firmware.pendant.feedback import FEELS, LEDS, PULSES

# name -> (tone, what it means)
MEANS = {
    "tick": ("neutral", "a press was felt"),
    "ramp-1": ("neutral", "SOS held 0.8 s"),
    "ramp-2": ("neutral", "SOS held 1.2 s"),
    "ramp-3": ("neutral", "SOS held 1.6 s"),
    "read-short": ("neutral", "read as a short press"),
    "read-double": ("neutral", "read as a double press"),
    "read-hold": ("neutral", "read as a hold; let go"),
    "held-on": ("neutral", "held 6 s: no hold any more; A: let go for quiet"),
    "quiet-on": ("neutral", "quiet: softer, LED dark"),
    "quiet-off": ("neutral", "no longer quiet"),
    "started": ("neutral", "the pendant has started"),
    "received": ("good", "the hub has the press"),
    "stored": ("good", "SOS is safe in the pendant"),
    "hub-has-it": ("good", "the hub has the SOS"),
    "person-has-it": ("good", "a person has the SOS"),
    "over": ("good", "a person has ended the alarm"),
    "go-in": ("good", "a person has confirmed: go in"),
    "status-good": ("good", "path, hub, tracker and battery are well"),
    "hub-back": ("good", "the hub answers again"),
    "prompt": ("neutral", "someone asks; A short answers: I am well"),
    "not-sent": ("bad", "the press has not reached the hub"),
    "nobody-has-it": ("bad", "no person has the alarm now"),
    "do-not-go-in": ("bad", "do not go in: not confirmed"),
    "hub-lost": ("bad", "the hub no longer answers"),
    "status-bad": ("bad", "path, hub, tracker or battery is not well"),
    "battery-low": ("bad", "the battery will not last the next visit"),
    "battery-ends": ("bad", "the battery ends now; the hub is told"),
    "damaged": ("bad", "damaged: SOS goes out, trust nothing else"),
}


def pulses(name: str) -> tuple[tuple[int, int, int, str], ...]:
    """(on_ms, off_ms, strength_pct, led) of each."""
    feel, found = FEELS[name], []
    for letter in feel[1:]:
        on_ms, off_ms, strength_pct = PULSES[letter]
        found.append((on_ms, off_ms, strength_pct, LEDS[feel[0]]))
    return tuple(found)


# name -> (tone, what it means, pulses). docs/pendant.md prints this table.
PATTERNS = {name: (tone, means, pulses(name)) for name, (tone, means) in MEANS.items()}
