"""Drills: begun by a person or at random, and how long the answer took (SU-drill)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.rules.drills import is_drill
from hub.rules.kinds import DRILLS
from hub.rules.model import Alarm, Record
from hub.web.views import times
from hub.web.views.fields import Field, Form, Reading
from hub.web.views.scene import Scene

NAMES = {
    "call": "Call a worker",
    "late-call-back": "A call-back that comes late",
    "page": "Page whoever is on duty",
}
ASKS = {
    "call": "can she be reached, and where is she?",
    "late-call-back": "nobody calls on purpose. Does the office notice, and how fast?",
    "page": "does somebody answer, and how fast?",
}
ON_DUTY = "whoever is on duty"
OF_SOMEBODY = frozenset({"call", "late-call-back"})


@dataclass(frozen=True, slots=True)
class DrillRow:
    url: str
    at: str
    name: str
    who: str
    by: str
    answer: str
    slow: bool
    learnt: str


def form(scene: Scene) -> Form:
    people = tuple((p.id, p.name) for p in scene.people.values() if p.active)
    fields = (
        Field("drill", "Which drill", "radio", True,
              tuple((key, f"{NAMES[key]}: {ASKS[key]}") for key in DRILLS)),
        Field("person", "Who is called", "choice", False, people,
              hint="Empty: the hub draws somebody by lot."),
        Field("note", "Note", "area"),
    )  # fmt: skip
    return Form("start_drill", "Begin a drill", "Begin the drill", "/drills", fields,
                hint="Its pages say DRILL. A press during it is a real alarm.")  # fmt: skip


def at_random(asked: Reading) -> Reading:
    """Where nobody is named, the hub draws (SU-drill: at random)."""
    if asked.data.get("drill") not in OF_SOMEBODY or asked.data.get("person"):
        return asked
    return replace(asked, data={**asked.data, "at_random": True})


def rows(scene: Scene, records: Sequence[Record]) -> tuple[DrillRow, ...]:
    """Those that run now, then the newest first."""
    ordered = sorted(records, key=_begun_ms, reverse=True)
    now = [_running(scene, alarm) for alarm in scene.alarms if is_drill(alarm)]
    return (*now, *(_row(scene, record) for record in ordered if record.state != "running"))


def _running(scene: Scene, alarm: Alarm) -> DrillRow:
    return DrillRow(
        url=f"/alarms/{alarm.id}",
        at=times.when(alarm.raised_ms, scene.now_ms, scene.zone),
        name="Running now",
        who=scene.person_name(alarm.worker) if alarm.worker else ON_DUTY,
        by="",
        answer=f"waiting for the answer, {times.ago(alarm.raised_ms, scene.now_ms)}",
        slow=False,
        learnt="",
    )


def _begun_ms(record: Record) -> int:
    return record.acts[0].at_ms if record.acts else 0


def _row(scene: Scene, record: Record) -> DrillRow:
    fields = record.fields
    took = fields.get("took_s")
    answers = {
        "running": "waiting for the answer",
        "unanswered": "nobody answered",
        "answered": f"answered after {times.span(int(took) * 1000)}" if took else "answered",
    }
    return DrillRow(
        url=f"/records/{record.id}",
        at=times.when(_begun_ms(record), scene.now_ms, scene.zone) if record.acts else "",
        name=NAMES.get(str(fields.get("sort", "")), "Drill")
        + (", drawn by lot" if fields.get("at_random") else ""),
        who=scene.person_name(record.worker) if record.worker else ON_DUTY,
        by=scene.person_name(record.acts[0].by) if record.acts and record.acts[0].by else "the hub",
        answer=answers.get(record.state, record.state),
        slow=record.state == "unanswered",
        learnt=str(fields.get("note", "")),
    )
