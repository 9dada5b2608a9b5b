"""An alarm's own page, and what to read to 999 (HM-5.2, SU-brief)."""

from dataclasses import dataclass, replace

from hub.rules.drills import is_drill
from hub.rules.model import Alarm, Part, Visit
from hub.store.views import LogLine, PageRow
from hub.web.views import alarm as words_of
from hub.web.views import reach, tasks, times, words
from hub.web.views.fields import Field, Form
from hub.web.views.log import LogItem, log_items
from hub.web.views.scene import Line, Scene, concerns, line, silent_about_her
from hub.web.views.tasks import CaseView, ContactGroup, TaskView
from hub.web.views.visit import Lines, lines

OUTCOMES = (
    ("safe", "She is safe: somebody spoke with her"),
    ("safe, seen", "She is safe: somebody is beside her"),
    ("emergency services came", "Emergency services are with her"),
    ("false alarm", "A false alarm: somebody spoke with her"),
    ("drill", "A drill"),
    ("other", "Something else: see the note"),
)
# Of these nobody is in danger: there is nothing to read to 999.
NOT_FOR_999 = frozenset({"key_gone", "record_due", "incident_told"})
PAGE_STATES = {"waiting": "waiting", "leased": "being sent", "sent": "handed out",
               "failed": "FAILED"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paged:
    """One message of the ladder, for "who was told"."""

    at: str
    who: str
    state: str
    bad: bool


@dataclass(frozen=True, slots=True)
class AlarmPage:
    banner: words_of.Banner
    open: bool
    for_999: bool
    why: str
    clause_note: str
    visit_url: str
    call_url: str
    ring: reach.Ring | None  # whom to ring now
    hushed: bool  # a telephone may tell of a silent alarm
    told: tuple[str, ...]
    tried: tuple[reach.Tried, ...]
    tasks: tuple[TaskView, ...]
    choose: Form | None
    cases: tuple[CaseView, ...]
    contacts: tuple[ContactGroup, ...]
    paged: tuple[Paged, ...]
    lines: tuple[Lines, ...]
    forms: tuple[Form, ...]
    log: tuple[LogItem, ...]


def page(
    scene: Scene,
    alarm: Alarm,
    visit: Visit | None,
    pages: tuple[PageRow, ...],
    log: tuple[LogLine, ...],
) -> AlarmPage:
    """Everything about one alarm for somebody who may know of it."""
    scene = scene.of(visit)
    is_open = alarm.state != "resolved"
    may_act = is_open and not concerns(alarm, scene.viewer)
    return AlarmPage(
        banner=words_of.banner(scene, alarm),
        open=is_open,
        for_999=is_open and alarm.kind not in NOT_FOR_999 and not is_drill(alarm),
        why=alarm.why.rstrip("."),
        clause_note=", ".join(alarm.ladder.clause),
        visit_url=f"/visits/{visit.id}" if visit else "",
        call_url=f"/call/{alarm.worker}" if alarm.worker in scene.people else "",
        ring=ring(scene, alarm, visit) if may_act else None,
        hushed=is_hushed(scene, alarm, visit),
        told=told(scene, alarm, visit),
        tried=reach.tried(scene, alarm.attempts),
        tasks=tasks.tasks(scene, alarm, may_act),
        choose=tasks.choose_form(alarm, may_act),
        cases=tasks.cases(scene, alarm),
        contacts=tasks.contacts(scene, alarm, visit.client if visit else ""),
        paged=tuple(paged(scene, row) for row in sorted(pages, key=_newest_first)),
        lines=her_lines(scene, alarm, visit),
        forms=forms(scene, alarm, visit),
        log=log_items(scene, log),
    )


def told(scene: Scene, alarm: Alarm, visit: Visit | None) -> tuple[str, ...]:
    """What the procedure says to this alarm, and to the rung that is paged now."""
    steps = alarm.ladder.steps
    said = {f"step:{step.say}" for step in steps[: alarm.step + 1] if step.say}
    moments = {f"alarm:{alarm.kind}", *said}
    return tuple(
        row.text
        for row in scene.policy.instructions
        if moments & set(row.at) and (not row.levels or visit is None or visit.level in row.levels)
    )


def _newest_first(row: PageRow) -> tuple[int, int]:
    return -row.created_ms, row.id


def paged(scene: Scene, row: PageRow) -> Paged:
    at = times.clock_s(row.sent_ms or row.created_ms, scene.zone)
    state = PAGE_STATES.get(row.state, row.state)
    said = f"{state}: {row.note}" if row.note else state
    who = f"{scene.person_name(row.person)} ({scene.role_name(row.role)})"
    return Paged(at, who, said, row.state == "failed")


def ring(scene: Scene, alarm: Alarm, visit: Visit | None) -> reach.Ring | None:
    """Her next line, while it is open and not silent."""
    part = Part(alarm.worker, attempts=alarm.attempts)
    return reach.ring(reach.ways(scene, part, visit, is_hushed(scene, alarm, visit)))


def her_lines(scene: Scene, alarm: Alarm, visit: Visit | None) -> tuple[Lines, ...]:
    """As on the visit's page; without a visit, hers alone."""
    if visit is not None:
        return lines(scene, visit, is_hushed(scene, alarm, visit))
    worker = scene.people.get(alarm.worker)
    if worker is None:
        return ()
    blocked = words_of.SILENT_WORDS if is_hushed(scene, alarm, None) else ""
    return (Lines(f"Ring {worker.name}", numbers(worker.phones), blocked),)


def is_hushed(scene: Scene, alarm: Alarm, visit: Visit | None) -> bool:
    """Whether a telephone may tell of a silent alarm: this one, or another about her (P2)."""
    workers = {alarm.worker, *(part.worker for part in (() if visit is None else visit.parts))}
    return alarm.silent or any(silent_about_her(scene, worker) for worker in workers)


def numbers(phones: tuple[str, ...]) -> tuple[Line, ...]:
    return tuple(map(line, phones))


def forms(scene: Scene, alarm: Alarm, visit: Visit | None) -> tuple[Form, ...]:
    """Record an attempt (which renews the lease, P3), and resolve."""
    if alarm.state == "resolved" or concerns(alarm, scene.viewer):
        return ()
    name = words.first_name(scene.person_name(alarm.worker)) if alarm.worker else "her"
    part = Part(alarm.worker, attempts=alarm.attempts)
    hushed = is_hushed(scene, alarm, visit)
    offered = reach.ways(scene, part, visit, hushed)
    url = f"/alarms/{alarm.id}/record_contact"
    attempt = replace(
        reach.form("record_contact", "Record an attempt", url, offered, name, hushed),
        fixed={"alarm": alarm.id},
        hint="A recorded attempt keeps the alarm yours; an answerphone is not contact.",
    )
    resolve = Form(
        kind="resolve",
        title="It is over",
        button="Resolve the alarm",
        url=f"/alarms/{alarm.id}/resolve",
        fields=(
            Field("outcome", "How it ended", "choice", True, OUTCOMES),
            Field("note", "What happened", "area", True),
            Field("spoke", "I spoke with her myself, or somebody is beside her", "flag"),
            # What she was seen to have pressed: a newer press refuses this (P4).
            Field("presses", "", "hidden", True, value=str(len(alarm.presses)), most=1_000_000),
        ),
        fixed={"alarm": alarm.id},
        hint="Covers the presses the hub has now. A later press is a new alarm.",
        css="danger",
    )
    return attempt, resolve


def every_form(scene: Scene, alarm: Alarm, visit: Visit | None) -> tuple[Form, ...]:
    """All that this viewer may post about the alarm."""
    scene = scene.of(visit)
    may_act = alarm.state != "resolved" and not concerns(alarm, scene.viewer)
    of_tasks = [form for task in tasks.tasks(scene, alarm, may_act)
                for form in (task.do, task.waive) if form is not None]  # fmt: skip
    choose = tasks.choose_form(alarm, may_act)
    return (*forms(scene, alarm, visit), *([choose] if choose else []), *of_tasks)


def with_form(shown: AlarmPage, form: Form) -> AlarmPage:
    """The page with one form as it was typed, where it stands."""
    if form.kind == "choose_case":
        return replace(shown, choose=form)
    if form.kind in ("do_task", "waive_task"):
        is_do = form.kind == "do_task"
        rows = tuple(
            (replace(task, do=form) if is_do else replace(task, waive=form))
            if task.id == form.fixed.get("task")
            else task
            for task in shown.tasks
        )
        return replace(shown, tasks=rows)
    others = tuple(each for each in shown.forms if each.kind != form.kind)
    return replace(shown, forms=(form, *others))


@dataclass(frozen=True, slots=True)
class Emergency:
    """To read aloud, in the order a call handler asks."""

    title: str
    facts: tuple[tuple[str, str], ...]
    silent: str
    url: str


def emergency(scene: Scene, alarm: Alarm, visit: Visit | None) -> Emergency:
    """HM-5.2, SU-brief: who, where, car, with whom, the last signs of life."""
    worker = scene.people.get(alarm.worker)
    client = scene.clients.get(visit.client) if visit else None
    pendant = scene.pendant_of(alarm.worker, alarm.pendant)
    raised = times.clock_s(alarm.raised_ms, scene.zone)
    facts = [
        ("What happened", f"{words_of.title(alarm)} at {raised}"),
        ("Who", worker.name if worker else words_of.subject(scene, alarm) or "not known"),
        ("Where", ", ".join(filter(None, [client.address, client.postcode])) if client else ""),
        ("Our name for it", scene.place(visit) if visit else ""),
        ("As far as we know", words_of.where(scene, alarm)),
        ("Her car", worker.car if worker else ""),
        ("Her phones", ", ".join(worker.phones) if worker else ""),
        ("With whom, perhaps the aggressor", client.name if client else ""),
        ("Known risk", client.risk_note if client else ""),
        (
            "Last sign of life",
            last_sign(scene, visit, alarm, pendant.last_beat_ms if pendant else 0),
        ),
    ]
    return Emergency(
        title=f"What to read to 999: {worker.name if worker else 'worker unknown'}",
        facts=tuple((key, value) for key, value in facts if value),
        silent=words_of.SILENT_WORDS if is_hushed(scene, alarm, visit) else "",
        url=f"/alarms/{alarm.id}",
    )


def last_sign(scene: Scene, visit: Visit | None, alarm: Alarm, beat_ms: int) -> str:
    """Spoken with, pressed, or only a pendant that still beats: three different things."""
    said = []
    part = visit.part(alarm.worker) if visit else None
    spoken = [a.at_ms for a in part.attempts if a.reached] if part else []
    spoken += [part.anchors["contact"]] if part and "contact" in part.anchors else []
    if spoken:
        said.append(f"a person spoke with her at {times.clock(max(spoken), scene.zone)}")
    if alarm.presses:
        last = max(press.at_ms for press in alarm.presses)
        said.append(f"her pendant was pressed at {times.clock_s(last, scene.zone)}")
    if beat_ms:
        said.append(f"her pendant was heard at {times.clock_s(beat_ms, scene.zone)}")
    return "; ".join(said) or "none is known"
