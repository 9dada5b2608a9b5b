"""What people do to alarms, say about danger, and try out in drills.

Rules: whoever acts does so by name and in the roles that the hub knows her to hold; danger that is
told is never refused for want of a visit or a worker; a drill waits when somebody may be in real
danger, and nobody is called for one whom a silent alarm may be about.
"""

from dataclasses import replace

from hub.engine import decide
from hub.engine.asking import answer, event_of, roles_of, stale, text
from hub.engine.routing import route
from hub.engine.turn import Turn
from hub.inbox import Answer, Command
from hub.rules.answers import BY_ROLES
from hub.rules.drills import ABOUT_SOMEBODY, KIND, is_drill
from hub.rules.effects import RaiseAlarm
from hub.rules.kinds import ALARM_KINDS
from hub.rules.model import Alarm, Event, Visit

OF_ALARM = frozenset({"acknowledge", "resolve", "do_task", "waive_task", "choose_case"})
REAL_RANK = 2  # an open alarm of this rank, or a graver one: no drill now


def of_alarm(turn: Turn, command: Command) -> Answer:
    alarm = turn.state.alarm(text(command, "alarm"))
    if alarm is None:
        return Answer(False, f"There is no alarm {text(command, 'alarm')[:40]!r}.")
    if (late := stale(command, alarm.version)) is not None:
        return late
    return answer(decide.alarm_event(turn, _event(turn, command, alarm), alarm), alarm.id)


def _event(turn: Turn, command: Command, alarm: Alarm) -> Event:
    event = event_of(turn, command, visit=alarm.visit, worker=alarm.worker)
    visit = turn.visit(alarm.visit) if alarm.visit else None
    roles = roles_of(turn, command.by, alarm, visit)
    facts = {**event.data, BY_ROLES: roles} if roles else event.data
    return replace(event, pendant=alarm.pendant, data=facts)


def report_danger(turn: Turn, command: Command) -> Answer:
    """Of a visit, or of a worker wherever she is: never refused for want of either (HM-7.3)."""
    visit, event = _about_her(turn, command)
    return _told(turn, event, visit)


def record_answer(turn: Turn, command: Command) -> Answer:
    """What the operator heard (SU-false): for the visit or the worker, and kept with the alarm."""
    visit, event = _about_her(turn, command)
    told = _told(turn, event, visit)
    if not told.ok:
        return told
    alarm = _of_call(turn, text(command, "alarm"), event.worker, visit)
    if alarm is None or alarm.state == "resolved":
        return told
    decide.alarm_event(turn, _event(turn, command, alarm), alarm)
    return replace(told, id=alarm.id)


def _about_her(turn: Turn, command: Command) -> tuple[Visit | None, Event]:
    worker = text(command, "worker")
    visit = turn.visit(text(command, "visit"))
    alarm = turn.state.alarm(text(command, "alarm"))
    if alarm is not None:
        worker = worker or alarm.worker
        visit = visit or (turn.visit(alarm.visit) if alarm.visit else None)
    if visit is None and worker:
        visit = route(turn, worker).visit
    if not worker and visit is not None and len(visit.parts) == 1:
        worker = visit.parts[0].worker
    return visit, event_of(turn, command, visit="" if visit is None else visit.id, worker=worker)


def _told(turn: Turn, event: Event, visit: Visit | None) -> Answer:
    if visit is not None:
        return answer(decide.visit_event(turn, event, visit), visit.id)
    return answer(decide.off_visit(turn, event))


def _of_call(turn: Turn, named: str, worker: str, visit: Visit | None) -> Alarm | None:
    """The alarm that the call is about: as named, else her coded danger."""
    if named:
        return turn.state.alarm(named)
    about = turn.state.alarms_about(worker, "" if visit is None else visit.id)
    return next((alarm for alarm in about if alarm.kind == "coded_danger"), None)


def start_drill(turn: Turn, command: Command) -> Answer:
    """By a person, by plan or at random (SU-drill)."""
    event = event_of(turn, command, worker="")
    return drill(turn, event)


def drill(turn: Turn, event: Event) -> Answer:
    """Started; `at_random` without a person: the hub chooses whom."""
    real = [alarm for alarm in turn.state.alarms.values() if _is_real(alarm)]
    if real:
        what = ALARM_KINDS[real[0].kind][1]
        said = f"No drill now: there is an alarm ({what})."
        turn.note("start_drill", f"refused: {said}", event)
        return Answer(False, said)
    person = str(event.data.get("person", "")).strip()
    if not person and event.data.get("drill") in ABOUT_SOMEBODY and event.data.get("at_random"):
        person = _somebody(turn, event.by)
        event = replace(event, data={**event.data, "person": person})
    known = turn.state.people.get(person)
    if person and (known is None or not known.active):
        said = f"There is no person {person[:40]!r} to call."
        turn.note("start_drill", f"refused: {said}", event)
        return Answer(False, said)
    decision = decide.off_visit(turn, event)
    sources = [effect.source for effect in decision.effects if isinstance(effect, RaiseAlarm)]
    return answer(decision, turn.state.sources.get((KIND, sources[0]), "") if sources else "")


def _is_real(alarm: Alarm) -> bool:
    return not is_drill(alarm) and ALARM_KINDS[alarm.kind][0] <= REAL_RANK


def _somebody(turn: Turn, by: str) -> str:
    """A worker who is out now; when nobody is, one who carries a pendant. "" when there is none."""
    out = {str(row[0]) for row in turn.state.store.all(
        "SELECT DISTINCT worker FROM part WHERE open = 1 AND phase <> 'planned'")}  # fmt: skip
    carrying = {str(row[0]) for row in turn.state.store.all(
        "SELECT DISTINCT worker FROM pendant WHERE worker <> '' AND state = 'active'")}  # fmt: skip
    known = turn.state.people
    for found in (out, carrying):
        able = sorted(who for who in found - {by} if who in known and known[who].active)
        if able:
            return able[int.from_bytes(turn.ids.random_bytes(4), "big") % len(able)]
    return ""
