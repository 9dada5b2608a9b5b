"""The forms of what is arranged about a visit: tracker, coverage, times, risks, relief, procedure.

What a form asks is what the command takes; whether it is allowed is for the rules to say.
"""

from hub.rules.facts import PLAN_FACTS
from hub.rules.model import Part, Visit
from hub.web.views import times
from hub.web.views.commands import COVERAGE, NOTE, about, called, people_options
from hub.web.views.fields import Field, Form
from hub.web.views.scene import Scene

FLAGS = tuple((key, PLAN_FACTS[key]) for key in ("risk_flag", "recent_violence", "concern"))


def cancel(scene: Scene, visit: Visit, part: Part) -> Form:
    return about(visit, part, "cancel", "Cancel the visit", "Cancel the visit",
                 Field("note", "Why", "area", True), css="danger",
                 hint="Only before arrival. After that nothing cancels.")  # fmt: skip


def name_tracker(scene: Scene, visit: Visit, part: Part) -> Form:
    """HM-4.1.1, HM-4.1.2: no tracker, no visit; spoken to beforehand."""
    tracker = Field("tracker", "Tracker", "choice", True, people_options(scene, visit),
                    visit.tracker)  # fmt: skip
    return about(
        visit, part, "name_tracker",
        "Name another tracker" if visit.tracker else "Find a tracker: no tracker, no visit",
        "Name the tracker", tracker,
        say=("Can you track this visit to its end, past office hours if need be?",
             "Keep your phone with you and on until it is over."),
    )  # fmt: skip


def set_coverage(scene: Scene, visit: Visit, part: Part) -> Form:
    return about(
        visit, part, "set_coverage", "Phone coverage there", "Set coverage",
        Field("coverage", "Coverage", "choice", True, COVERAGE, visit.coverage),
        Field("agreed_end_ms", "Agreed end", "time", False, (), "",
              "With poor coverage an end is agreed beforehand."),
    )  # fmt: skip


def agree_tracking(scene: Scene, visit: Visit, part: Part) -> Form:
    """HM-4.1.2: worker and tracker speak directly, that day or the day before."""
    tracker = scene.person_name(visit.tracker) if visit.tracker else "The tracker"
    return about(visit, part, "agree_tracking", f"{tracker} and {called(scene, part)} have spoken",
                 "They have spoken: it is tracked", NOTE,
                 say=("I am there for the whole visit, beyond office hours too.",
                      "I keep this number on. When do you arrive, and when do I ring you?"),
                 )  # fmt: skip


def check_risk(scene: Scene, visit: Visit, part: Part) -> Form:
    """DC-unplanned: looked up, and told to her, before the visit."""
    return about(visit, part, "check_risk", "The client's risks are looked up",
                 "Looked up, and told to her",
                 Field("found", "What is recorded", "many", False, FLAGS), NOTE,
                 hint="No flag does not mean safe. Tell her what you found.")  # fmt: skip


def reschedule(scene: Scene, visit: Visit, part: Part) -> Form:
    """HM-2.9, DC-terminate: another time, at once where everybody looks."""
    start, end = (times.for_input(ms, scene.zone)
                  for ms in (visit.planned_start_ms, visit.planned_end_ms))  # fmt: skip
    return about(visit, part, "reschedule", "Another time", "Move it",
                 Field("start_ms", "Starts", "datetime", True, (), start),
                 Field("end_ms", "Ends (about)", "datetime", True, (), end),
                 Field("note", "Why", "area"))  # fmt: skip


def relief_came(scene: Scene, visit: Visit, part: Part) -> Form:
    """CT-4.6: whoever must not be left is with somebody."""
    return about(visit, part, "relief_came", "The relief has come", "The relief is there", NOTE,
                 hint="Only when somebody has told you so.")  # fmt: skip


def report_signs(scene: Scene, visit: Visit, part: Part) -> Form:
    """LF-open: nobody goes in alone."""
    return about(visit, part, "report_signs", "Signs of forced entry, or the alarm rings",
                 "Nobody goes in: tell whoever must know", NOTE, css="danger",
                 say=("Do not go in. Go somewhere safe and stay on the line.",))  # fmt: skip


def rebase(scene: Scene, visit: Visit, part: Part) -> Form:
    """A visit keeps the procedure it was planned by, until a manager says otherwise."""
    return about(visit, part, "rebase", "Go on by today's procedure", "Go on by today's procedure",
                 Field("note", "Why", "area", True),
                 hint=f"It runs by {scene.procedure(visit)}. Today's is {scene.today.id}, version "
                      f"{scene.today.version}.")  # fmt: skip
