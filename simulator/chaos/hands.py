"""A steady hand: gestures with more time to spare than simulator/live/pendant.GESTURES has.

Rule: on a busy machine a press may reach the pendant late, and then another gesture is read. The
hand is slow enough that this takes a stall of half a second, and notices when there was one.
"""

import time
from collections.abc import Callable, Mapping

from simulator.live.pendant import GESTURES, Hand

JOGGED_S = 0.4  # later than this, the machine stood still and the gesture is anybody's guess
STEADY: Mapping[str, Hand] = {
    "sos-hold": ((0, "s", True), (3.2, "s", False)),
    "sos-stabs": tuple(
        (tap * 0.65 + after_s, "s", down)
        for tap in range(3)
        for after_s, down in ((0.0, True), (0.3, False))
    ),
}


def press(tell: Callable[[Mapping[str, object]], None], gesture: str) -> float:
    """How late the latest of its edges was, in seconds."""
    worst_s, began_s = 0.0, time.monotonic()
    for at_s, button, down in STEADY.get(gesture) or GESTURES[gesture]:
        time.sleep(max(0.0, began_s + at_s - time.monotonic()))
        tell({"button": button, "down": down})
        worst_s = max(worst_s, time.monotonic() - began_s - at_s)
    return worst_s
