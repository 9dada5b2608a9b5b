"""What people must do by hand because of an alarm, and the readings between which one must choose.

Rule: each thing to do stands with whom it is asked of and by when, and is ticked off by name; the
hub does none of it (HM-5.2). Which reading it is, a person says (CT-8.2).
"""

from dataclasses import dataclass

from hub.policy.words import CONTACT_KINDS
from hub.rules.model import Alarm, Task
from hub.web.views import times, words
from hub.web.views.fields import Field, Form
from hub.web.views.scene import Contact, Line, Scene

# Where nothing is on file.
ALWAYS = {"emergency": (Contact("emergency", "Emergency services", Line("", "999")),)}
NOTED = "A reference or a note"
DONE_WORDS = {"done": "Done", "waived": "Not needed", "spared": "Not asked for now"}


@dataclass(frozen=True, slots=True)
class TaskView:
    """`due_ms` counts down while it is open. `unless`: who spares it by taking the alarm first."""

    id: str
    text: str
    clause: str
    whose: str
    due_ms: int
    state: str
    said: str
    do: Form | None
    waive: Form | None
    unless: str = ""


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


def tasks(scene: Scene, alarm: Alarm, may_act: bool) -> tuple[TaskView, ...]:
    """Open ones first, the soonest first."""
    rows = sorted(alarm.tasks, key=lambda task: (task.state != "open", task.due_ms))
    return tuple(_task(scene, alarm, task, may_act) for task in rows)


def _task(scene: Scene, alarm: Alarm, task: Task, may_act: bool) -> TaskView:
    open_now = task.state == "open" and alarm.state != "resolved"
    early = open_now and not task.asked and scene.now_ms < task.due_ms
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
        unless=words.together([scene.role_name(role) for role in task.spared_by], "or")
        if early and task.spared_by
        else "",
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
    more = (Field("reference", "Reference, like the police's number", group=NOTED, folded=True),
            Field("note", "Note", group=NOTED, folded=True))  # fmt: skip
    return Form("do_task", task.text, "I have done it", f"/alarms/{alarm.id}/do_task/{task.id}",
                more, {"alarm": alarm.id, "task": task.id})  # fmt: skip


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
    note = Field("note", "Why", "area", bool(alarm.case), group="" if alarm.case else "A note",
                 folded=not alarm.case)  # fmt: skip
    return Form("choose_case", title, "Choose", f"/alarms/{alarm.id}/choose_case",
                (note, Field("case", "What it looks like", "press", True, options)),
                {"alarm": alarm.id},
                hint="It is not over before somebody has chosen.")  # fmt: skip


def cases(scene: Scene, alarm: Alarm) -> tuple[CaseView, ...]:
    """The chosen one alone, or all to choose between."""
    shown = [case for case in alarm.cases if case.id == alarm.case] or list(alarm.cases)
    return tuple(
        CaseView(
            id=case.id,
            name=case.name,
            clause=", ".join(case.clause),
            chosen=case.id == alarm.case,
            steps=tuple(task.text for task in case.tasks),
        )
        for case in shown
    )


def contacts(scene: Scene, alarm: Alarm, client: str) -> tuple[ContactGroup, ...]:
    """Whom to reach about this client (CT-8.3): of the chosen case in its order; before that every
    kind that some case names."""
    chosen = [case for case in alarm.cases if case.id == alarm.case] or alarm.cases
    kinds = dict.fromkeys(kind for case in chosen for kind in case.contacts)
    known = scene.contacts.get(client, ())
    return tuple(
        ContactGroup(
            CONTACT_KINDS.get(kind, kind).partition(":")[0].capitalize(),
            tuple(contact for contact in known if contact.kind == kind) or ALWAYS.get(kind, ()),
        )
        for kind in kinds
    )
