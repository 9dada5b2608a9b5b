"""Whether a worker's pendant may be counted on before she sets out (HM-2.1, DC-signal).

Rule: it is ready when it beats, is charged, and is good until the visit is over; of several the
best counts, because one is enough. One past its date is refused for visits, never for an SOS.
"""

from hub.engine.pendants import PendantState
from hub.engine.turn import Turn
from hub.rules.raising import EXPIRED
from hub.verify import ACTIVE, REVOKED

LOST_MS = 150_000  # of link time; asked within 3 minutes (EN 50131 grade 4), with room to page
LOW_PCT = 20
ORDER = ("none", EXPIRED, "silent", "low", "ready")


def readiness(turn: Turn, worker: str, until_ms: int = 0) -> str:
    """One of ORDER. `until_ms`: it must be good until then; none: only now."""
    good_ms = max(until_ms, turn.now_ms)
    carried = turn.state.pendants_of(worker)
    found = [_of(turn, each, good_ms) for each in carried if each.state != REVOKED]
    return max(found, key=ORDER.index, default="none")


def _of(turn: Turn, pendant: PendantState, good_ms: int) -> str:
    if pendant.state_at(good_ms) != ACTIVE:
        return EXPIRED
    silent_ms = turn.now_ms - pendant.last_beat_ms
    if pendant.last_beat_ms == 0 or silent_ms > LOST_MS * turn.speed:
        return "silent"
    return "low" if pendant.battery_pct <= LOW_PCT else "ready"
