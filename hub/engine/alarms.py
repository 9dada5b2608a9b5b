"""What people do to alarms, say about danger, and try out in drills.

Rules: whoever acts does so by name and in the roles that the hub knows her to hold; danger that is
told is never refused for want of a visit or a worker; a drill that is over is written down.
"""

from dataclasses import replace

from hub.engine import decide, drills, keeping, registers
from hub.engine.asking import answer, event_of, roles_of, stale, text
from hub.engine.routing import route
from hub.engine.turn import Turn
from hub.inbox import Answer, Command
from hub.rules.answers import BY_ROLES
from hub.rules.drills import answered_ms, is_drill
from hub.rules.model import Alarm, Event, Visit

OF_ALARM = frozenset({"acknowledge", "resolve", "do_task", "waive_task", "choose_case"})


def of_alarm(turn: Turn, command: Command) -> Answer:
    alarm = turn.state.alarm(text(command, "alarm"))
    if alarm is None:
        return Answer(False, f"There is no alarm {text(command, 'alarm')[:40]!r}.")
    if (late := stale(command, alarm.version)) is not None:
        return late
    event = _event(turn, command, alarm)
    decision = decide.alarm_event(turn, event, alarm)
    if is_drill(alarm) and command.kind == "resolve" and not decision.refused:
        _kept(turn, alarm, event)
    return answer(decision, alarm.id)


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
    """The alarm that the call is about: as named, else her coded danger. One about somebody else
    is none: a call to her renews no lease of another's alarm (P3)."""
    about = turn.state.alarms_about(worker, "" if visit is None else visit.id)
    if named:
        return next((alarm for alarm in about if alarm.id == named), None)
    return next((alarm for alarm in about if alarm.kind == "coded_danger"), None)


def start_drill(turn: Turn, command: Command) -> Answer:
    """By a person, by plan or at random (SU-drill)."""
    return drills.start(turn, event_of(turn, command))


def _kept(turn: Turn, alarm: Alarm, event: Event) -> None:
    """A drill that is over is written down, with how long the answer took, and the duty of the
    calendar that asked for it is done."""
    sort = alarm.source.split(":")[1]
    note = str(event.data.get("outcome", ""))
    at_ms = answered_ms(alarm)
    took_s = max(0, at_ms - alarm.raised_ms) // 1000
    about = alarm.worker or event.by
    started = keeping.wrote(turn, event.by, kind="drill", verb="start", about=about, sort=sort)
    if started is None:
        return
    if at_ms:
        keeping.wrote(turn, event.by, record=started.id, verb="answer", took_s=took_s, note=note)
    else:
        keeping.wrote(turn, event.by, record=started.id, verb="give_up", note=note)
    for duty in registers.records_of(turn.state, "review"):
        if duty.state == "due" and duty.fields.get("drill") == sort:
            keeping.wrote(turn, event.by, record=duty.id, verb="done", note=note)
