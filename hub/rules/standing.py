"""What a pendant may know of how things stand: the fields of protocol.Standing.

Rule: a silent alarm never shows in it (P2); she may go in only for an arrival that a person
confirmed; an alarm of an unverified source is not hers to see. That a person has ended a press that
she still carries is put in by engine/standings.py, of a silent one too: nothing is felt of it.
"""

from collections.abc import Iterable

from hub.rules.claims import NO_PRESS
from hub.rules.model import Alarm, Part, Visit
from protocol.record import MAX_LIST, is_id, is_press

# Where she may still turn back: a pendant that is good for no visit says so there.
BEFORE_GOING_IN = ("off", "planned", "on-the-way", "at-door")
HERS = frozenset({"sos", "sos_aborted"})  # the alarms that she raised and may feel answered
Fields = dict[str, str | bool | list[str]]


def standing_of(
    pendant: str,
    visit: Visit | None,
    alarms: Iterable[Alarm],
    worker: str = "",
    expired: bool = False,
) -> Fields:
    """`alarms`: those of this pendant, open or lately resolved. `worker`: who carries it.
    `expired`: it is past its date, so nobody goes in by its word."""
    part = _part_of(pendant, visit, worker)
    may_go_in = part is not None and part.phase in ("at-door", "inside") and not expired
    phase = part.phase if part is not None else "off"
    mine = [alarm for alarm in alarms if _may_show(alarm, pendant)]
    running = sorted(
        (alarm for alarm in mine if alarm.state != "resolved"),
        key=lambda alarm: (alarm.kind != "sos", -alarm.presses[-1].received_ms),
    )
    shown = running[0] if running else None
    return {
        "pendant": pendant,
        "phase": phase,
        "visit": visit.id if visit is not None and part is not None else "",
        # Off a visit nobody need track her: a touch then tells of battery, path and hub.
        "tracker": (visit is None or part is None or bool(visit.tracker))
        and not (expired and phase in BEFORE_GOING_IN),
        "go_in": part.go_in if part is not None and may_go_in and part.go_in != NO_PRESS else "",
        "prompt": part.prompt if part is not None and is_id(part.prompt) else "",
        "sos": shown.presses[-1].identity if shown is not None else "",
        "sos_state": shown.state if shown is not None else "none",
        "resolved": _resolved(mine),
    }


def _part_of(pendant: str, visit: Visit | None, worker: str) -> Part | None:
    if visit is None:
        return None
    for part in visit.parts:
        # Who carries it counts, not who did when the visit was planned.
        if part.worker == worker if worker else part.pendant == pendant:
            return part
    return visit.parts[0] if len(visit.parts) == 1 and not worker else None


def _may_show(alarm: Alarm, pendant: str) -> bool:
    known = alarm.kind in HERS and alarm.verified and not alarm.silent
    return known and alarm.pendant == pendant and bool(alarm.presses)


def _resolved(mine: list[Alarm]) -> list[str]:
    """The newest presses that a person has ended, as many as a message carries."""
    ended = [alarm for alarm in mine if alarm.state == "resolved"]
    ended.sort(key=lambda alarm: alarm.resolved_ms)
    presses = [press.identity for alarm in ended for press in alarm.presses]
    return [identity for identity in presses if is_press(identity)][-MAX_LIST:]
