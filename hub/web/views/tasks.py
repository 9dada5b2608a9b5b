"""What people must do by hand because of an alarm, and the readings between which one must choose.

Rule: each thing to do stands with whom it is asked of and by when, and is ticked off by name; the
hub does none of it (HM-5.2). Which reading it is, a person says (CT-8.2).
"""

from dataclasses import dataclass

from hub.policy.words import CONTACT_KINDS
from hub.rules.model import Alarm, Case, Task
from hub.web.views import times, words
from hub.web.views.fields import Field, Form
from hub.web.views.scene import Contact, Scene

DONE_WORDS = {"done": "Done", "waived": "Not needed", "spared": "Not asked for now"}


@dataclass(frozen=True, slots=True)
class TaskView:
    """`due_ms` counts down while it is open."""

    id: str
    text: str
    clause: str
    whose: str
    due_ms: int
    state: str
    said: str
    do: Form | None
    waive: Form | None


@dataclass(frozen=True, slots=True)
class ContactGroup:
    """Contacts of one kind, in the procedure's order (CT-8.3)."""

    title: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    id: str
    name: str
    clause: str
    chosen: bool
    steps: tuple[str, ...]
    contacts: tuple[ContactGroup, ...]


def tasks(scene: Scene, alarm: Alarm, may_act: bool) -> tuple[TaskView, ...]:
    """Open ones first, the soonest first."""
    rows = sorted(alarm.tasks, key=lambda task: (task.state != "open", task.due_ms))
    return tuple(_task(scene, alarm, task, may_act) for task in rows)


def _task(scene: Scene, alarm: Alarm, task: Task, may_act: bool) -> TaskView:
    open_now = task.state == "open" and alarm.state != "resolved"
    may_waive = open_now and may_act and scene.viewer_holds(task.waived_by)
    return TaskView(
        id=task.id,
        text=task.text,
        clause=", ".join(task.clause),
        whose=words.together([scene.role_name(role) for role in task.roles], "or"),
        due_ms=task.due_ms if open_now else 0,
        state=task.state,
        said=said(scene, task),
        do=do_form(alarm, task) if may_act and open_now else None,
        waive=waive_form(alarm, task) if may_waive else None,
    )


def said(scene: Scene, task: Task) -> str:
    """Done by Ben Okafor at 10:44: reference 123."""
    if task.state == "open":
        return ""
    by = f" by {scene.person_name(task.by)}" if task.by else ""
    at = f" at {times.clock_s(task.at_ms, scene.zone)}" if task.at_ms else ""
    note = f": {task.note}" if task.note else ""
    return f"{DONE_WORDS.get(task.state, task.state)}{by}{at}{note}."


def do_form(alarm: Alarm, task: Task) -> Form:
    return Form("do_task", task.text, "I have done it", f"/alarms/{alarm.id}/do_task/{task.id}",
                (Field("reference", "Reference, like the police's number"),
                 Field("note", "Note")),
                {"alarm": alarm.id, "task": task.id})  # fmt: skip


def waive_form(alarm: Alarm, task: Task) -> Form:
    return Form("waive_task", "It is not needed", "Not needed",
                f"/alarms/{alarm.id}/waive_task/{task.id}",
                (Field("note", "Why it is not needed", "area", True),),
                {"alarm": alarm.id, "task": task.id})  # fmt: skip


def choose_form(alarm: Alarm, may_act: bool) -> Form | None:
    """CT-8.2: in one click; another reading afterwards needs a reason."""
    if not alarm.cases or not may_act or alarm.state == "resolved":
        return None
    options = tuple((case.id, case.name) for case in alarm.cases if case.id != alarm.case)
    title = "It is another case after all" if alarm.case else "Which case is it?"
    note = Field("note", "Why", "area", bool(alarm.case))
    return Form("choose_case", title, "Choose", f"/alarms/{alarm.id}/choose_case",
                (note, Field("case", title, "press", True, options)),
                {"alarm": alarm.id},
                hint="It is not over before somebody has chosen.")  # fmt: skip


def cases(scene: Scene, alarm: Alarm, client: str) -> tuple[CaseView, ...]:
    """The chosen one alone, or all to choose between."""
    shown = [case for case in alarm.cases if case.id == alarm.case] or list(alarm.cases)
    return tuple(_case(scene, alarm, case, client) for case in shown)


def _case(scene: Scene, alarm: Alarm, case: Case, client: str) -> CaseView:
    return CaseView(
        id=case.id,
        name=case.name,
        clause=", ".join(case.clause),
        chosen=case.id == alarm.case,
        steps=tuple(task.text for task in case.tasks),
        contacts=contacts(scene, client, case.contacts),
    )


def contacts(scene: Scene, client: str, kinds: tuple[str, ...]) -> tuple[ContactGroup, ...]:
    """Whom to reach about this client, by kind, in this order (CT-8.3)."""
    known = scene.contacts.get(client, ())
    return tuple(
        ContactGroup(
            CONTACT_KINDS.get(kind, kind).capitalize(),
            tuple(contact for contact in known if contact.kind == kind),
        )
        for kind in kinds
    )
