"""What people must do by hand because of an alarm: asked for in time, ticked off by name.

Rules: the hub calls neither police nor next of kin; it asks a person to, again and again until it
is done (HM-5.2, SU-chain, DC-mgr). A task that is open holds its alarm open. Whoever may spare a
task does so by taking the alarm before it was asked for, and only as long as that lease stands: a
click that nothing follows puts off no call for help. Like every wait for people it counts from
when the hub knew, never from a moment that passed while it was down.
"""

from collections.abc import Iterable
from dataclasses import replace

from hub.policy.duties import TaskRule
from hub.policy.model import Terms
from hub.rules.answers import roles_of, text, told, turned_down
from hub.rules.effects import Decision, Page
from hub.rules.model import Alarm, Case, Deadline, Duties, Event, Task

TIMER = "task:"  # an alarm's deadlines: `next` of its ladder, and one for each open task
NO_RUNG = -1  # a task's page belongs to no rung: its hand-out starts no wait of the ladder
ABOUT = "task_due"


NO_DUTIES = Duties()


def duties_of(terms: Terms, kind: str) -> Duties:
    """By the policy's rows for that kind of alarm."""
    cases = tuple(
        Case(row.id, row.name, _at(terms, f"case:{row.id}"), row.contacts, row.clause)
        for row in terms.cases
        if row.alarm == kind
    )
    return Duties(_at(terms, f"alarm:{kind}"), cases)


def _at(terms: Terms, moment: str) -> tuple[Task, ...]:
    return tuple(_task(row) for row in terms.tasks if moment in row.at)


def _task(row: TaskRule) -> Task:
    return Task(
        id=row.id,
        text=row.text,
        roles=row.roles,
        due_ms=row.within_ms,
        again_ms=row.again_ms,
        spared_by=row.spared_by,
        waived_by=row.waived_by,
        clause=row.clause,
    )


def begun(tasks: Iterable[Task], now_ms: int) -> tuple[Task, ...]:
    """From spans to moments."""
    return tuple(replace(task, due_ms=now_ms + task.due_ms) for task in tasks)


def deadlines(alarm: Alarm) -> tuple[Deadline, ...]:
    """One for each task that nobody has done yet."""
    return tuple(
        Deadline(TIMER + task.id, task.due_ms, "", alarm.raised_ms)
        for task in alarm.tasks
        if task.state == "open"
    )


def open_tasks(alarm: Alarm) -> tuple[Task, ...]:
    return tuple(task for task in alarm.tasks if task.state == "open")


def due(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """Nobody has done it in time: its roles are asked, and again."""
    task = _named(alarm, text(event, "timer").removeprefix(TIMER))
    if task is None or task.state != "open":
        return told(alarm, "a task that is not asked for any more: recorded")
    if now_ms < task.due_ms:
        return told(alarm, "not due any more: recorded")
    later = replace(task, due_ms=now_ms + task.again_ms, asked=task.asked + 1)
    said = f"{task.text} ({', '.join(task.clause) or 'ours'})"
    page = Page(task.roles, ABOUT, said, alarm.id, alarm.visit, NO_RUNG, task.asked)
    again = " again" if task.asked else ""
    reason = f"{task.id}: not ticked off in time, asked for{again}"
    return told(_with(alarm, later), reason, page, clause=task.clause)


def do_task(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """Done by hand, by name. What was waived or spared may be done all the same."""
    task = _named(alarm, text(event, "task"))
    if task is None:
        return turned_down(alarm, _no_task(alarm))
    if task.state == "done":
        return turned_down(alarm, f"{task.by} has ticked this off already.")
    note = ", ".join(said for key in ("reference", "note") if (said := text(event, key)))
    done = replace(task, state="done", by=event.by, at_ms=event.at_ms, note=note)
    return told(_with(alarm, done), f"{task.id}: done by {event.by}", clause=task.clause)


def waive_task(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """Not needed, and why: only by somebody whom the policy trusts with saying so."""
    task = _named(alarm, text(event, "task"))
    if task is None:
        return turned_down(alarm, _no_task(alarm))
    if task.state != "open":
        return turned_down(alarm, f"This is {task.state} already.")
    if not roles_of(event).intersection(task.waived_by):
        who = " or ".join(task.waived_by)
        said = f"Only {who} may say that this is not needed." if who else "This must be done."
        return turned_down(alarm, said, task.clause)
    if not text(event, "note"):
        return turned_down(alarm, "Say why this is not needed.", task.clause)
    gone = replace(task, state="waived", by=event.by, at_ms=event.at_ms, note=text(event, "note"))
    return told(_with(alarm, gone), f"{task.id}: not needed, says {event.by}", clause=task.clause)


def taken(alarm: Alarm, event: Event, now_ms: int) -> tuple[Task, ...]:
    """The tasks after somebody has taken the alarm: spared, or wanted again after all."""
    roles = roles_of(event)
    return tuple([_taken(task, roles, event, now_ms) for task in alarm.tasks])


def _taken(task: Task, roles: frozenset[str], event: Event, now_ms: int) -> Task:
    may_spare = bool(roles.intersection(task.spared_by))
    if task.state == "spared" and not may_spare:
        return _wanted(task, now_ms)
    if task.state == "open" and may_spare and not task.asked and now_ms < task.due_ms:
        return replace(task, state="spared", by=event.by, at_ms=event.at_ms)
    return task


def wanted_again(tasks: tuple[Task, ...], now_ms: int) -> tuple[Task, ...]:
    """Nobody has the alarm any more: what its owner spared is asked for, at once if it was due."""
    if all(task.state != "spared" for task in tasks):
        return tasks
    return tuple([_wanted(task, now_ms) if task.state == "spared" else task for task in tasks])


def _wanted(task: Task, now_ms: int) -> Task:
    return replace(task, state="open", by="", at_ms=0, due_ms=max(task.due_ms, now_ms))


def spared_by_contact(alarm: Alarm, by: str, now_ms: int, how: str) -> tuple[Task, ...]:
    """Another person has spoken with her: what was to be done to reach her is not needed."""
    return _spared(alarm, by, now_ms, how)


def _spared(alarm: Alarm, by: str, now_ms: int, note: str) -> tuple[Task, ...]:
    return tuple([
        replace(task, state="spared", by=by, at_ms=now_ms, note=note)
        if task.state == "open"
        else task
        for task in alarm.tasks
    ])  # fmt: skip


def held_open_by(alarm: Alarm, now_ms: int) -> Task | None:
    """The task that must be done before the alarm can be over, the earliest first."""
    holding = [task for task in open_tasks(alarm) if not _only_if_late(task, now_ms)]
    return min(holding, key=lambda task: task.due_ms, default=None)


def _only_if_late(task: Task, now_ms: int) -> bool:
    """A duty for the case that nobody in charge is there at once (HM-5.2): what is over before then
    never had that case."""
    return bool(task.spared_by) and not task.asked and now_ms < task.due_ms


def over_before(alarm: Alarm, by: str, now_ms: int) -> tuple[Task, ...]:
    """At the end of the alarm: what was only for the case that nobody came in time."""
    return _spared(alarm, by, now_ms, "over before it was asked for")


def replaced(alarm: Alarm, tasks: tuple[Task, ...]) -> Alarm:
    return replace(alarm, tasks=tasks, version=alarm.version + 1)


def _with(alarm: Alarm, new: Task) -> Alarm:
    return replaced(alarm, tuple([new if task.id == new.id else task for task in alarm.tasks]))


def _named(alarm: Alarm, name: str) -> Task | None:
    return next((task for task in alarm.tasks if task.id == name), None)


def _no_task(alarm: Alarm) -> str:
    names = ", ".join(task.id for task in alarm.tasks)
    return f"Say which task: {names}." if names else "There is no task in this alarm."
