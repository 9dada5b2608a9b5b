"""Whether a worker's pendant may be counted on before she sets out (HM-2.1, DC-signal).

Rule: it is ready when it beats and is charged; of several the best counts, because one is enough.
"""

from hub.engine.pendants import PendantState
from hub.engine.turn import Turn
from hub.verify import ACTIVE

LOST_MS = 150_000  # of link time; asked within 3 minutes (EN 50131 grade 4), with room to page
LOW_PCT = 20
ORDER = ("none", "silent", "low", "ready")


def readiness(turn: Turn, worker: str) -> str:
    """One of ORDER."""
    found = [_of(turn, each) for each in turn.state.pendants_of(worker) if each.state == ACTIVE]
    return max(found, key=ORDER.index, default="none")


def _of(turn: Turn, pendant: PendantState) -> str:
    silent_ms = turn.now_ms - pendant.last_beat_ms
    if pendant.last_beat_ms == 0 or silent_ms > LOST_MS * turn.speed:
        return "silent"
    return "low" if pendant.battery_pct <= LOW_PCT else "ready"
