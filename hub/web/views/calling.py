"""The call screen of one worker: where she should be, the phrase, the script, who was tried.

Rules: no address stands on it, so that phrase and address are never beside each other (P8); each
line of a script is written for a call that somebody else may hear (SU-false); what the operator
hears goes to the engine one answer at a time.
"""

from dataclasses import dataclass

from hub.policy.duties import Script
from hub.rules.entries import is_day
from hub.rules.kinds import ANSWERS
from hub.rules.model import Alarm, Part, Visit
from hub.web.views import reach, words
from hub.web.views.commands import has_phrase
from hub.web.views.fields import Field, Form
from hub.web.views.offered import form as form_of
from hub.web.views.offered import offered
from hub.web.views.scene import Scene, concerns

ANSWER_WORDS = {
    "yes": "She says yes",
    "no": "She says no",
    "silence": "Silence, or the line went dead",
    "other": "Something else",
    "phrase": "She says the phrase",
}
STEPS_MAX = 3
DIRECTIONS = {"in": "She rings us", "out": "We ring her"}


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """`state`: said | now | later. `heard`: the answer that was recorded."""

    say: str
    asks: bool
    state: str
    heard: str
    yes: str
    no: str
    form: Form | None = None

    @property
    def is_yes(self) -> bool:
        return self.heard == ANSWER_WORDS["yes"]


@dataclass(frozen=True, slots=True)
class ScriptView:
    id: str
    title: str
    direction: str
    url: str
    lines: tuple[ScriptLine, ...]
    over: bool


@dataclass(frozen=True, slots=True)
class CallPage:
    worker: str
    name: str
    url: str
    where: str
    visit_url: str
    steps: tuple[tuple[str, str], ...]  # url, words: what a routine call is mostly about
    alarm_url: str
    silent: bool
    phrases: tuple[str, ...]
    own_phrase: str
    scripts: tuple[tuple[str, str, bool], ...]  # url, words, whether it is the one that is shown
    script: ScriptView | None
    call: Form | None
    tried: tuple[reach.Tried, ...]
    raise_form: Form | None


def phrases(scene: Scene) -> tuple[str, ...]:
    """What the policy's phrases are, for wherever somebody may answer a call (HM-5.1)."""
    return tuple(f"It means danger: {row.cue}." for row in scene.policy.phrases)


def running(scene: Scene, worker: str) -> tuple[Visit, Part] | None:
    """The entry she is on, or the next one; her working day only where she is on nothing else."""
    mine = [
        (visit, part)
        for visit in scene.visits
        for part in visit.parts
        if part.worker == worker and part.phase not in ("closed", "cancelled")
    ]
    mine.sort(
        key=lambda pair: (pair[1].phase == "planned", is_day(pair[0]), pair[0].planned_start_ms)
    )
    return mine[0] if mine else None


def silent_alarm(scene: Scene, worker: str) -> Alarm | None:
    """An open silent alarm about her that this viewer may know of."""
    return next(
        (a for a in scene.alarms if a.silent and a.state != "resolved" and concerns(a, worker)),
        None,
    )


def page(scene: Scene, worker: str, script: str = "", heard: str = "") -> CallPage:
    """Everything that whoever speaks with her needs, and no address."""
    url = f"/call/{worker}"
    found = running(scene, worker)
    visit, part = found if found is not None else (None, Part(worker))
    scene = scene.of(visit)
    alarm = silent_alarm(scene, worker)
    person = scene.people[worker]
    chosen = scene.policy.script.get(script)
    mine = scene.viewer == worker
    lines = reach.ways(scene, part, visit, alarm is not None)
    return CallPage(
        worker=worker,
        name=person.name,
        url=url,
        where=where(scene, visit, part) if visit is not None else "She is on no visit now.",
        visit_url=f"/visits/{visit.id}" if visit is not None else "",
        steps=steps(scene, visit, part, worker),
        alarm_url=f"/alarms/{alarm.id}" if alarm is not None else "",
        silent=alarm is not None,
        phrases=phrases(scene),
        own_phrase=person.own_phrase,
        scripts=tuple(
            (f"{url}?script={row.id}", f"{DIRECTIONS[row.direction]}: {row.title}",
             row.id == script)
            for row in scene.policy.scripts
        ),
        script=script_view(scene, chosen, url, heard, visit, worker, alarm, mine)
        if chosen is not None else None,
        call=None if visit is None or mine else of_visit(
            reach.form("record_contact", f"Record a call to {words.first_name(person.name)}",
                       f"/call/{worker}/record_contact", lines, words.first_name(person.name),
                       alarm is not None), visit, worker),
        tried=reach.tried(scene, part.attempts[-6:]),
        raise_form=None if mine else raise_form(worker, has_phrase(scene, worker)),
    )  # fmt: skip


def steps(
    scene: Scene, visit: Visit | None, part: Part, worker: str
) -> tuple[tuple[str, str], ...]:
    """The next steps of her visit, and an unplanned one: each with its form."""
    plan = (f"/plan?kind=unplanned&worker={worker}", "She goes on an unplanned visit")
    if visit is None:
        return (plan,)
    kinds = [kind for kind in offered(scene, visit, part) if kind != "record_contact"][:STEPS_MAX]
    mine = f"/visits/{visit.id}?worker={worker}&do="
    return (*((mine + kind, form_of(scene, visit, part, kind).title) for kind in kinds), plan)


def forms(shown: CallPage) -> tuple[Form, ...]:
    """All that can be posted from the page."""
    asked = [line.form for line in shown.script.lines] if shown.script is not None else []
    return tuple(each for each in (shown.call, shown.raise_form, *asked) if each is not None)


def callers(scene: Scene) -> tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]:
    """Who may be calling: those who are out first."""
    out, others = [], []
    for person in sorted(scene.people.values(), key=lambda each: each.name):
        if not person.active:
            continue
        found = running(scene, person.id)
        if found is not None and found[1].phase != "planned":
            out.append((person.id, person.name, where(scene, *found)))
        else:
            others.append((person.id, person.name, ""))
    return ("Out now", tuple(out)), ("Everybody else", tuple(others))


def of_visit(form: Form, visit: Visit, worker: str) -> Form:
    """About which visit and whose part."""
    return Form(form.kind, form.title, form.button, form.url, form.fields,
                {"visit": visit.id, "worker": worker}, hint=form.hint)  # fmt: skip


def where(scene: Scene, visit: Visit, part: Part) -> str:
    """As on the board: client's code and area, never the address (P8)."""
    return f"{words.PHASES[part.phase]}: {scene.place(visit)}."


def raise_form(worker: str, phrase: bool) -> Form:
    """HM-5.1: the phrase alone is enough, whatever is said after it. Where there is none, danger is
    told in plain words."""
    if not phrase:
        return Form("report_danger", "She is in danger", "She is in danger: raise the alarm",
                    f"/call/{worker}/report_danger", (), {"worker": worker, "how": "call"},
                    css="danger", hint="Do not ring her back: the aggressor may hear both sides.",
                    )  # fmt: skip
    return Form("report_danger", "She used the phrase", "She used the phrase: raise the alarm",
                f"/call/{worker}/report_danger", (), {"worker": worker, "how": "coded-phrase"},
                hint="Nothing is felt or heard on her side. Go on speaking as of a routine call.",
                css="danger")  # fmt: skip


def script_view(scene: Scene, row: Script, url: str, heard: str, visit: Visit | None, worker: str,
                alarm: Alarm | None, mine: bool) -> ScriptView:  # fmt: skip
    """The lines so far, the one that is to be said now, and those that follow."""
    answers = [word for word in heard.split(",") if word in ANSWERS]
    lines = []
    asked = 0
    for index, each in enumerate(row.lines):
        answer = answers[asked] if each.asks and asked < len(answers) else ""
        now = each.asks and not answer and asked == len(answers)
        state = "said" if asked < len(answers) else "now" if asked == len(answers) else "later"
        form = None
        if now and not mine:
            form = answer_form(row, index, url, answers, visit, worker, alarm)
        lines.append(
            ScriptLine(each.say, each.asks, state, ANSWER_WORDS.get(answer, ""), each.yes, each.no,
                       form)
        )  # fmt: skip
        asked += each.asks
    return ScriptView(row.id, row.title, DIRECTIONS[row.direction], f"{url}?script={row.id}",
                      tuple(lines), len(answers) >= len(row.questions))  # fmt: skip


def answer_form(row: Script, line: int, url: str, answers: list[str], visit: Visit | None,
                worker: str, alarm: Alarm | None) -> Form:  # fmt: skip
    options = tuple((key, ANSWER_WORDS[key]) for key in ("yes", "no", "silence", "phrase", "other"))
    fixed: dict[str, str | int | bool] = {"script": row.id, "line": line, "worker": worker,
                                          "so_far": ",".join(answers)}  # fmt: skip
    if visit is not None:
        fixed["visit"] = visit.id
    if alarm is not None:
        fixed["alarm"] = alarm.id
    to = f"{url}/record_answer?script={row.id}"
    return Form("record_answer", "What you hear", "Record it", to,
                (Field("answer", "What you hear", "press", True, options),), fixed,
                hint="No or silence clears nothing.")  # fmt: skip
