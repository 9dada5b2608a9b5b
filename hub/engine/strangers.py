"""What cannot be verified: kept as a dead letter, and an SOS among it reaches a person (P4).

Rule: nothing here ever joins, throttles or displaces what is proven (P7); what floods grows one
alarm for each source once a minute.
"""

from hub.engine import decide
from hub.engine.turn import Turn
from hub.inbox import FromPendant
from hub.rules.dangers import revoked_source
from hub.rules.model import Alarm, Event
from hub.verify import Unverified

UNVERIFIED = "unverified:"
# An open alarm for each pendant that a topic names, but not for a thousand invented ones.
MAX_UNVERIFIED_SOURCES = 20
OVERFLOW = "overflow"
MAX_REVOKED_A_MINUTE = 10  # presses of one kind: each is kept in the alarm, further ones are not
UNVERIFIED_EVERY_MS = 60_000  # one more press of an unverified source counts as news


def take(turn: Turn, item: FromPendant, found: Unverified) -> None:
    turn.changes.dead_letter(turn.now_ms, item.topic, found.reason, found.detail, item.token)
    if found.sos:
        _raise_unverified(turn, found.pendant, f"{found.reason}: {found.detail}")


def floods(turn: Turn, pendant: str, kind: str) -> bool:
    """Whether a revoked pendant has pressed so often of late that one more is no news."""
    open_id = turn.state.sources.get(("unverified_sos", revoked_source(kind, pendant)))
    if open_id is None:
        return False
    alarm = turn.state.alarms[open_id]
    since_ms = turn.now_ms - UNVERIFIED_EVERY_MS
    return sum(press.received_ms > since_ms for press in alarm.presses) >= MAX_REVOKED_A_MINUTE


def is_recent(turn: Turn, alarm: Alarm) -> bool:
    newest_ms = max((press.received_ms for press in alarm.presses), default=0)
    return turn.now_ms - newest_ms < UNVERIFIED_EVERY_MS


def _raise_unverified(turn: Turn, pendant: str, why: str) -> None:
    """One growing alarm per source, bounded; flooding it grows it once a minute (P7)."""
    old = _open_unverified(turn, pendant)
    if old is None:
        others = sum(
            kind == "unverified_sos" and source.startswith(UNVERIFIED)
            for kind, source in turn.state.sources
        )
        if others >= MAX_UNVERIFIED_SOURCES:
            pendant = OVERFLOW
            old = _open_unverified(turn, pendant)
    if old is not None and is_recent(turn, old):
        return
    event = Event("sos_pressed", turn.now_ms, pendant=pendant, data={"unverified": why[:120]})
    decide.off_visit(turn, event, verified=False)


def _open_unverified(turn: Turn, pendant: str) -> Alarm | None:
    open_id = turn.state.sources.get(("unverified_sos", f"{UNVERIFIED}{pendant}"))
    return None if open_id is None else turn.state.alarms[open_id]
