"""The readings of an alarm between which a person must choose, each with its own tasks (CT-8.2).

Rules: the hub never chooses. An alarm with readings is not over before one is chosen; its tasks
count from the choice. To choose another one later needs a reason, and what was open of the first is
waived with it, on the record.
"""

from dataclasses import replace

from hub.rules.answers import text, told, turned_down
from hub.rules.effects import Decision
from hub.rules.model import Alarm, Case, Event, Task
from hub.rules.tasks import begun


def choose_case(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    if not alarm.cases:
        return turned_down(alarm, "There is nothing to choose in this alarm.")
    case = chosen(alarm, text(event, "case"))
    if case is None:
        names = ", ".join(f"{each.name} ({each.id})" for each in alarm.cases)
        return turned_down(alarm, f"Choose one of: {names}.")
    if case.id == alarm.case:
        return turned_down(alarm, f"This is what was chosen already: {case.name}.", case.clause)
    if alarm.case and not text(event, "note"):
        return turned_down(alarm, "Say why it is another case after all.", case.clause)
    left = [_left(alarm, case, task, event) for task in alarm.tasks]
    kept = {task.id: task for task in left if task.state != "waived"}
    joined = {
        task.id: _again(task, alarm) for task in begun(case.tasks, now_ms) if task.id not in kept
    }
    tasks = (*[task for task in left if task.id not in joined], *joined.values())
    new = replace(alarm, case=case.id, tasks=tasks, version=alarm.version + 1)
    return told(new, f"{event.by} says which it is: {case.name}", clause=case.clause)


def chosen(alarm: Alarm, name: str) -> Case | None:
    return next((case for case in alarm.cases if case.id == name), None)


def _again(task: Task, alarm: Alarm) -> Task:
    """To and fro between cases puts nothing off: what was asked for before keeps its moment."""
    before = next((each for each in alarm.tasks if each.id == task.id), None)
    return task if before is None else replace(task, due_ms=min(task.due_ms, before.due_ms))


def _left(alarm: Alarm, case: Case, task: Task, event: Event) -> Task:
    """A task of the case that it was not after all; one that both ask for goes on as it is."""
    before = chosen(alarm, alarm.case)
    only_before = before is not None and task.id in _ids(before) - _ids(case)
    if not only_before or task.state != "open":
        return task
    note = f"another case: {text(event, 'note')}"
    return replace(task, state="waived", by=event.by, at_ms=event.at_ms, note=note)


def _ids(case: Case) -> set[str]:
    return {task.id for task in case.tasks}
