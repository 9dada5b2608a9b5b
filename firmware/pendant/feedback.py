"""What the wearer feels: one table, and the player that turns it into motor and LED.

Rules it keeps: patterns differ by feel alone (long, short and rattle, never by colour only);
inside a pattern no pause is longer than MAX_GAP_MS and after it the motor rests for REST_MS, so a
pattern is known to be over; no pattern of one tone begins like one of the opposite tone. A press is
always felt at once: no pattern ends in a rattle, so one that does was cut by a press, is void, and
is played again from its start.
"""

from protocol.errors import LocalProtocolError

MAX_GAP_MS = 200
REST_MS = 700
MAX_QUEUED = 6  # patterns waiting; more would tell her about a past she has left behind
SOFT_PCT = 60  # of the usual strength, when she has chosen quiet
MIN_STRENGTH_PCT = 45  # a motor that gets less may not start to turn
# What answers an SOS is as strong as ever.
LOUD = ("stored", "hub-has-it", "person-has-it", "over", "not-sent", "nobody-has-it", "hub-lost")

# One pulse: (on_ms, off_ms, strength_pct, led)
_R = (30, 30, 50, "white")  # rattle, felt as one texture
_R2 = (30, 30, 75, "white")
_R3 = (30, 30, 100, "white")


_PULSES = {
    led: ((90, 160, 90, led), (450, 200, 100, led)) for led in ("white", "green", "blue", "red")
}


def _pulses(code: str, led: str) -> tuple[tuple[int, int, int, str], ...]:
    """`s` is a short pulse, `l` a long one; each stands in the heap once."""
    short, long = _PULSES[led]
    return tuple(short if char == "s" else long for char in code)


# name -> (tone, what it means, pulses). docs/pendant.md prints this table.
PATTERNS = {
    "tick": ("neutral", "a press was felt", (_R,)),
    "ramp-1": ("neutral", "SOS held 0.8 s", (_R, _R)),
    "ramp-2": ("neutral", "SOS held 1.2 s", (_R, _R2, _R2)),
    "ramp-3": ("neutral", "SOS held 1.6 s", (_R, _R2, _R3, _R3)),
    "read-short": ("neutral", "read as a short press", _pulses("s", "white")),
    "read-double": ("neutral", "read as a double press", _pulses("ss", "white")),
    "read-hold": ("neutral", "read as a hold; let go", _pulses("l", "white")),
    "held-on": (
        "neutral",
        "held 6 s: no hold any more; A: let go for quiet",
        _pulses("lssl", "white"),
    ),
    "quiet-on": ("neutral", "quiet: softer, LED dark", _pulses("lsls", "white")),
    "quiet-off": ("neutral", "no longer quiet", _pulses("lslsls", "white")),
    "started": ("neutral", "the pendant has started", _pulses("ll", "white")),
    "received": ("good", "the hub has the press", _pulses("sl", "green")),
    "stored": ("good", "SOS is safe in the pendant", _pulses("ssss", "blue")),
    "hub-has-it": ("good", "the hub has the SOS", _pulses("slsl", "blue")),
    "person-has-it": ("good", "a person has the SOS", _pulses("sslssl", "green")),
    "over": ("good", "a person has ended the alarm", _pulses("slsssll", "green")),
    "go-in": ("good", "a person has confirmed: go in", _pulses("slllls", "green")),
    "status-good": ("good", "path, hub, tracker and battery are well", _pulses("sslll", "green")),
    "hub-back": ("good", "the hub answers again", _pulses("sssll", "green")),
    "prompt": ("neutral", "someone asks; A short answers: I am well", _pulses("s" * 8, "blue")),
    "not-sent": ("bad", "the press has not reached the hub", _pulses("lll", "red")),
    "nobody-has-it": ("bad", "no person has the alarm now", _pulses("llssll", "red")),
    "do-not-go-in": ("bad", "do not go in: not confirmed", _pulses("llll", "red")),
    "hub-lost": ("bad", "the hub no longer answers", _pulses("lsssss", "red")),
    "status-bad": ("bad", "path, hub, tracker or battery is not well", _pulses("lls", "red")),
    "battery-low": ("bad", "the battery will not last the next visit", _pulses("lss", "red")),
    "battery-ends": ("bad", "the battery ends now; the hub is told", _pulses("lsssl", "red")),
    "damaged": ("bad", "damaged: SOS goes out, trust nothing else", _pulses("lslll", "red")),
}


def _is_brief(name: str) -> bool:
    return PATTERNS[name][2][0][0] == _R[0]


class Player:
    """Plays patterns one after another. `now_ms` is the shell's; nothing here waits.

    A rattle (tick, ramp) is about this very moment: it starts at once and cuts what plays, which
    waits for its turn again, since half a pattern could be another one.
    """

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet  # softer, and the LED dark
        self.count = 0  # of the patterns that have begun
        self._queue: list[str] = []
        self._playing = ""
        self._began_ms = 0
        self._rest_until_ms = 0
        self._cut = False  # the rattle that plays has cut a pattern

    def hush(self, on: bool) -> None:
        self._quiet = on

    def resting(self) -> bool:
        """Nothing plays and nothing waits."""
        return not self._playing and not self._queue

    def play(self, name: str, now_ms: int) -> None:
        if name not in PATTERNS:
            raise LocalProtocolError("no pattern %r" % name)
        self.output(now_ms)
        if _is_brief(name):
            if self._playing and not _is_brief(self._playing):
                self._queue.insert(0, self._playing)
                self._cut = True
            self._start(name, now_ms)
            return
        if not self._queue or self._queue[-1] != name:
            self._queue.append(name)
        if len(self._queue) > MAX_QUEUED:
            self._queue.pop(0)
        self.output(now_ms)

    def output(self, now_ms: int) -> tuple[int, str]:
        """(strength_pct, led) for this moment."""
        if self._playing:
            at_ms = self._began_ms
            for on_ms, off_ms, strength_pct, led in PATTERNS[self._playing][2]:
                if now_ms < at_ms + on_ms:
                    return self._softened(strength_pct), "off" if self._quiet else led
                at_ms += on_ms + off_ms
                if now_ms < at_ms:
                    return 0, "off"
            rests = self._cut or not _is_brief(self._playing)
            self._rest_until_ms = at_ms + REST_MS if rests else at_ms
            self._playing = ""
            self._cut = False
        if self._queue and now_ms >= self._rest_until_ms:
            self._start(self._queue.pop(0), now_ms)
            return self.output(now_ms)
        return 0, "off"

    def _softened(self, strength_pct: int) -> int:
        if not self._quiet or self._playing in LOUD:
            return strength_pct
        return min(strength_pct, max(MIN_STRENGTH_PCT, strength_pct * SOFT_PCT // 100))

    def playing(self) -> str:
        """As of the last `output`; "" when the motor rests."""
        return self._playing

    def next_ms(self, now_ms: int) -> int:
        """Milliseconds until `output` changes; -1 when nothing plays or waits."""
        if self._playing:
            at_ms = self._began_ms
            for on_ms, off_ms, _strength, _led in PATTERNS[self._playing][2]:
                for edge_ms in (at_ms + on_ms, at_ms + on_ms + off_ms):
                    if now_ms < edge_ms:
                        return edge_ms - now_ms
                at_ms += on_ms + off_ms
            return 1
        if self._queue:
            return max(1, self._rest_until_ms - now_ms)
        return -1

    def _start(self, name: str, now_ms: int) -> None:
        self.count += 1
        self._playing = name
        self._began_ms = now_ms
