"""How a frightened hand asks for help: one attempt of each style, each with its reason.

Rule: what an attempt means is never in doubt here: it is an SOS. Whether the pendant reads it as
one is what is measured. Guesses on the bad side again: tremor of 4 to 12 Hz is the physiological
one under stress; the worst hands of the table are worse than any that practised once.
"""

from collections.abc import Callable
from random import Random

from simulator.hands.edges import Edge, Press, edges, spread

TREMOR_HZ = (4, 12)
BOUNCE_MS = 12
GLOVE_BOUNCE_MS = 45


def _hold(random: Random) -> list[Press]:
    return [(0, random.randint(2100, 4000), "s")]


def _trembling_hold(random: Random) -> list[Press]:
    """At each swing of the tremor the contact may open for a part of the swing."""
    ends_ms, at_ms, presses = random.randint(2300, 4000), 0, list[Press]()
    while at_ms < ends_ms:
        swing_ms = 1000 // random.randint(*TREMOR_HZ)
        swings = 1
        while random.random() > 0.15:
            swings += 1
        opens_ms = random.randint(swing_ms // 10, swing_ms // 2)
        presses.append((at_ms, min(ends_ms, at_ms + swings * swing_ms), "s"))
        at_ms += swings * swing_ms + opens_ms
    return presses


def _stabs(random: Random) -> list[Press]:
    return _stabbed(random, random.randint(3, 6), (60, 250), (80, 600), 0.0)


def _gloved_stabs(random: Random) -> list[Press]:
    """One in eight does not reach the bottom of the hole."""
    return _stabbed(random, random.randint(4, 8), (80, 400), (120, 700), 1 / 8)


def _two_stabs_and_a_hold(random: Random) -> list[Press]:
    presses = _stabbed(random, 2, (60, 250), (80, 600), 0.0)
    at_ms = presses[-1][1] + random.randint(80, 600)
    return [*presses, (at_ms, at_ms + random.randint(300, 2500), "s")]


def _slipping_hold(random: Random) -> list[Press]:
    """The finger slips out of the hole once, and back."""
    slips_ms, gone_ms = random.randint(300, 1900), random.randint(30, 400)
    again_ms = slips_ms + gone_ms
    return [(0, slips_ms, "s"), (again_ms, again_ms + random.randint(1500, 2500), "s")]


def _squeeze(random: Random) -> list[Press]:
    """The whole pendant in a fist: A and D with it, raggedly."""
    ends_ms = random.randint(2400, 4000)
    late = [
        (random.randint(0, 400), ends_ms - random.randint(-300, 300), button) for button in "ad"
    ]
    return [(random.randint(0, 150), ends_ms, "s"), *late]


def _stabbed(
    random: Random, count: int, held_ms: tuple[int, int], gap_ms: tuple[int, int], misses: float
) -> list[Press]:
    at_ms, presses = 0, list[Press]()
    for _ in range(count):
        for_ms = spread(random, *held_ms)
        if random.random() >= misses:
            presses.append((at_ms, at_ms + for_ms, "s"))
        at_ms += for_ms + spread(random, *gap_ms)
    return presses


# name -> (what it is, the presses, how long a contact bounces)
STYLES: dict[str, tuple[str, Callable[[Random], list[Press]], int]] = {
    "hold": ("held for 2.1 to 4 s", _hold, BOUNCE_MS),
    "trembling": ("held by a hand that trembles: the contact opens", _trembling_hold, BOUNCE_MS),
    "slipping": ("held; slips off once and finds it again", _slipping_hold, BOUNCE_MS),
    "stabs": ("3 to 6 stabs", _stabs, BOUNCE_MS),
    "gloved": ("4 to 8 stabs with gloves, one in eight in vain", _gloved_stabs, GLOVE_BOUNCE_MS),
    "mixed": ("two stabs, then held", _two_stabs_and_a_hold, BOUNCE_MS),
    "squeeze": ("the whole pendant in a fist", _squeeze, GLOVE_BOUNCE_MS),
}


def attempt(style: str, random: Random) -> list[Edge]:
    _means, presses, bounce_ms = STYLES[style]
    return edges(random, presses(random), bounce_ms)
