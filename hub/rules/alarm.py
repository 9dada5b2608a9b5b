"""The rules of an alarm: raised, pressed again, and what every event does to it. The way in.

Rule (P3): while it is not resolved `next_ms` is never 0. The ladder loops (rules/ladder.py); an
acknowledgement is a lease and only a person ends an alarm (rules/ending.py); what people must do by
hand is asked for until it is done (rules/tasks.py); a returning beat, a time-out or a restart
resolves nothing.
"""

from collections.abc import Callable
from dataclasses import replace

from hub.rules import cases, drills, ending, ladder, tasks
from hub.rules.answers import told, turned_down
from hub.rules.effects import Decision, RaiseAlarm
from hub.rules.ending import answered, ended, needs_speech
from hub.rules.gates import by_another
from hub.rules.kinds import SILENT_KINDS
from hub.rules.ladder import HURRY_MS, page_of, paged, step_of
from hub.rules.model import Alarm, Deadline, Duties, Event, Ladder, Visit
from hub.rules.tasks import NO_DUTIES

__all__ = ["HURRY_MS", "answered", "deadlines", "decide", "ended", "needs_speech", "page_of",
           "pressed", "raised", "step_of"]  # fmt: skip

LADDER_TIMER = "next"
MAX_PRESSES = 100  # kept in the state; the first and the newest stay, all are in the log
# Told again by telephone they are news, as a press is; a timer or the hub repeating itself is not.
TOLD_BY_PEOPLE = frozenset({"sos", "coded_danger", "family_worried"})
UNVERIFIED_EVERY_MS = 60_000  # an unverified source pages again at most this often


def raised(
    effect: RaiseAlarm,
    alarm_id: str,
    ladder: Ladder,
    visit: Visit | None,
    now_ms: int,
    duties: Duties = NO_DUTIES,
) -> Decision:
    """A new alarm, and its first page. `duties`: what the policy asks of people for this kind."""
    workers = tuple([part.worker for part in visit.parts]) if visit is not None else ()
    interested = workers if effect.worker in ("", *workers) else (*workers, effect.worker)
    first = Alarm(
        id=alarm_id,
        kind=drills.kind_of(effect),
        raised_ms=effect.at_ms,
        recorded_ms=now_ms,
        ladder=ladder,
        next_ms=now_ms,
        source=effect.source,
        visit=visit.id if visit is not None else "",
        worker=effect.worker,
        pendant=effect.pendant,
        interested=interested,
        verified=effect.verified,
        silent=effect.silent or effect.kind in SILENT_KINDS,
        presses=(effect.press,) if effect.press is not None else (),
        why=effect.why,
        tasks=tasks.begun(duties.tasks, now_ms),
        cases=duties.cases,
        drill=drills.is_one(effect),
        mark=effect.mark,
    )
    alarm = paged(first, now_ms)
    return told(alarm, alarm.why, page_of(alarm), clause=effect.clause)


def pressed(alarm: Alarm, effect: RaiseAlarm, now_ms: int) -> Decision:
    """The same source again. A further press is news (P4); a timer's repeat only grows it."""
    if effect.press is not None and any(
        press.identity == effect.press.identity for press in alarm.presses if press.identity
    ):
        return told(alarm, "a press that the alarm holds already: recorded")
    if alarm.state == "resolved":
        # The engine raises anew; should it ask here all the same, nothing is lost.
        alarm = replace(alarm, state="open", step=0, outcome="", resolved_by="", resolved_ms=0)
        alarm = paged(_grown(alarm, effect), now_ms)
        return told(alarm, "pressed again after it was resolved: open again", page_of(alarm))
    grown = _grown(alarm, effect)
    if effect.kind not in TOLD_BY_PEOPLE and effect.press is None:
        return told(grown, "again from the same source: added to the open alarm")
    if not alarm.verified and now_ms - alarm.paged_ms < UNVERIFIED_EVERY_MS:
        return told(grown, "a further unverified press: added; paged again within the minute")
    if alarm.state == "owned":
        again = paged(replace(grown, step=0), now_ms)
        reason = "a further press breaks the lease: paged again from the first rung"
        return told(again, reason, page_of(again))
    # Somebody who keeps pressing must not keep the ladder on one rung.
    next_ms = min(alarm.next_ms, now_ms + step_of(alarm).wait_ms)
    again = replace(paged(grown, now_ms), next_ms=next_ms, handed_ms=alarm.handed_ms)
    return told(again, "a further press: paged again", page_of(again))


def _grown(alarm: Alarm, effect: RaiseAlarm) -> Alarm:
    presses = alarm.presses
    if effect.press is not None:
        presses = (*presses, effect.press)
        if len(presses) > MAX_PRESSES:
            presses = (presses[0], *presses[2:])
    mark = effect.mark or alarm.mark
    return replace(alarm, presses=presses, version=alarm.version + 1, mark=mark)


def decide(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """What an event does to an alarm. Anything that is not in the table is recorded, no more."""
    rule = RULES.get(event.kind)
    if rule is None:
        return told(alarm, f"{event.kind}: recorded, it ends no alarm")
    if alarm.state == "resolved" and event.kind in BY_PEOPLE:
        return turned_down(alarm, "This alarm is resolved already.")
    if alarm.state == "resolved":
        return told(alarm, f"{event.kind} after the alarm was resolved: recorded")
    if event.kind in BY_PEOPLE and (why := by_another(event.by, alarm.interested)):
        return turned_down(alarm, why)
    return rule(alarm, event, now_ms)


def deadlines(alarm: Alarm) -> tuple[Deadline, ...]:
    """Its ladder's, until a person resolves it (P3), and one for each task that is open."""
    if alarm.state == "resolved":
        return ()
    next_rung = Deadline(LADDER_TIMER, alarm.next_ms, "", alarm.raised_ms)
    return (next_rung, *tasks.deadlines(alarm))


def _due(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    of_task = str(event.data.get("timer", "")).startswith(tasks.TIMER)
    return (tasks.due if of_task else ladder.due)(alarm, event, now_ms)


RULES: dict[str, Callable[[Alarm, Event, int], Decision]] = {
    "due": _due,
    "acknowledge": ending.acknowledge,
    "record_contact": ending.record_contact,
    "record_answer": ending.record_answer,
    "resolve": ending.resolve,
    "do_task": tasks.do_task,
    "waive_task": tasks.waive_task,
    "choose_case": cases.choose_case,
    "handed_out": ladder.handed_out,
    "page_failed": ladder.page_failed,
    "hub_restarted": ladder.hub_restarted,
}
BY_PEOPLE = frozenset(
    {"acknowledge", "record_contact", "record_answer", "resolve", "do_task", "waive_task",
     "choose_case"}
)  # fmt: skip
