"""The forms of a visit: one function for each command of rules/kinds.py, with the words to say.

What a form asks is what the command takes; whether it is allowed is for the rules to say.
"""

from collections.abc import Callable

from hub.rules.kinds import MEANS
from hub.rules.model import Part, Visit
from hub.web.views import times, words
from hub.web.views.fields import AHEAD_MAX_MS, Field, Form
from hub.web.views.scene import Scene

NOTE = Field("note", "Note", "area")
# Told in the call itself: the rules count that call as contact. An answerphone cannot be told.
SPOKEN = Field(
    "means",
    "Spoken with her on",
    "choice",
    False,
    tuple((m, words.MEANS.get(m, m)) for m in MEANS if m != "answerphone"),
    "work-mobile",
    "Leave it empty if you have not spoken with her.",
)
COVERAGE = (("good", "good"), ("poor", "poor or patchy"), ("unknown", "not known"))
THEN = (("base", "back to base"), ("home", "home (NR)"), ("next", "the next visit"))
DANGERS = (
    ("coded-phrase", "She used the coded phrase"),
    ("family", "Her family is worried"),
    ("call", "Another call: she is in danger"),
)
LONGEST_CALL_MIN = 240

Maker = Callable[[Scene, Visit, Part], Form]


def people_options(scene: Scene, visit: Visit | None = None) -> tuple[tuple[str, str], ...]:
    """Everybody active, without the visit's own workers: nobody watches herself (P5)."""
    own = {part.worker for part in visit.parts} if visit else set()
    return tuple((p.id, p.name) for p in scene.people.values() if p.active and p.id not in own)


def form(scene: Scene, visit: Visit, part: Part, kind: str) -> Form:
    """The form of one command about one worker's part."""
    return MAKERS[kind](scene, visit, part)


def _form(visit: Visit, part: Part, kind: str, title: str, button: str, *fields: Field,
          say: tuple[str, ...] = (), hint: str = "", css: str = "") -> Form:  # fmt: skip
    return Form(
        kind=kind,
        title=title,
        button=button,
        url=f"/visits/{visit.id}/{kind}",
        fields=fields,
        fixed={"visit": visit.id, "worker": part.worker},
        version=visit.version,
        say=say,
        hint=hint,
        css=css,
    )


def _name(scene: Scene, part: Part) -> str:
    return words.first_name(scene.person_name(part.worker))


def start_out(scene: Scene, visit: Visit, part: Part) -> Form:
    title = f"{_name(scene, part)} says by phone: setting out"
    return _form(visit, part, "start_out", title, "Set out")


def confirm_arrival(scene: Scene, visit: Visit, part: Part) -> Form:
    """HM-3.1, HM-3.3, HM-3.4: read back place and name, agree the finish and the contact."""
    name, place = scene.person_name(part.worker), scene.place(visit)
    client = scene.clients.get(visit.client)
    full = ", ".join(filter(None, [client.address, client.postcode])) if client else ""
    say = (
        f"You are at {place}{', ' + full if full else ''}. Is that right?",
        f"And I am speaking to {name}?",
        "When do you expect to finish, and whom will you ring when you leave?",
    )
    # A finish that is past would be read as tomorrow's: nobody would miss her for a day.
    left_ms = visit.planned_end_ms - scene.now_ms
    planned = times.clock(visit.planned_end_ms, scene.zone)
    finish = Field("end_ms", "Expected finish", "time", left_ms <= 0, (),
                   planned if left_ms > 0 else "", most=max(left_ms, AHEAD_MAX_MS),
                   hint="" if left_ms > 0 else f"{planned}, as planned, is past: ask her.",
                   )  # fmt: skip
    return _form(
        visit, part, "confirm_arrival", f"{_name(scene, part)} is at the door: confirm arrival",
        "Confirm: may go in",
        Field("place", "Place read back", "tick", True, ((place, place),)),
        Field("name", "Name read back", "tick", True, ((name, name),)),
        Field("departure_contact", "Will ring at departure", "choice", False,
              people_options(scene, visit), visit.tracker),
        finish,
        say=say,
        hint="A message left is no contact: only confirm while you are speaking with her.",
    )  # fmt: skip


def refuse_entry(scene: Scene, visit: Visit, part: Part) -> Form:
    return _form(visit, part, "refuse_entry", "Tell her not to go in", "Not going in", NOTE,
                 hint="A concern at the door is reason enough.", css="danger")  # fmt: skip


def record_contact(scene: Scene, visit: Visit, part: Part) -> Form:
    """HM-3.6, HM-4.2.4: which line was tried, and whether a person spoke with her."""
    name = _name(scene, part)
    return _form(
        visit, part, "record_contact", f"Record a call to {name}", "Record the call",
        Field("means", "Tried", "choice", True, tuple((m, words.MEANS.get(m, m)) for m in MEANS),
              "work-mobile"),
        Field("reached", "Result", "yesno", True,
              (("yes", f"Spoke with {name}"), ("no", "Not reached"))),
        NOTE,
        say=(f"{name}, it is the office. Is everything all right?",
             "Shall I stand down, keep ringing, or do you want to leave?"),
        hint="An answerphone is not contact.",
    )  # fmt: skip


def stand_down(scene: Scene, visit: Visit, part: Part) -> Form:
    return _form(visit, part, "stand_down", "Stand down", "Stand down", SPOKEN, NOTE,
                 hint="Ends the call-backs. The finish and the departure are still watched.",
                 )  # fmt: skip


def carry_on(scene: Scene, visit: Visit, part: Part) -> Form:
    every = Field("every_min", "Ring every … minutes", "number", True, (), "60",
                  "Agreed with her on the phone.", 5, LONGEST_CALL_MIN)  # fmt: skip
    return _form(visit, part, "carry_on", "Carry on ringing", "Carry on", every, SPOKEN)


def abandon(scene: Scene, visit: Visit, part: Part) -> Form:
    return _form(visit, part, "abandon", "Break the visit off", "Break off", SPOKEN, NOTE,
                 say=("I need you back at the office urgently. Please leave now.",),
                 hint="She is watched until she is known to be safe.", css="danger")  # fmt: skip


def extend(scene: Scene, visit: Visit, part: Part) -> Form:
    end = Field("end_ms", "New finish", "time", True, (), "", "Agreed with her, like 16:30.")
    return _form(visit, part, "extend", "Agree a new finish", "Set the new finish", end, SPOKEN)


def confirm_departure(scene: Scene, visit: Visit, part: Part) -> Form:
    """HM-3.5, HM-6.1: spoken, and where she goes next."""
    name = _name(scene, part)
    return _form(
        visit, part, "confirm_departure", f"{name} has left: confirm departure",
        "Confirm departure",
        Field("then", "Where to now", "choice", False, THEN, visit.then),
        say=("Have you left the house? Are you all right?", "Where are you going now?"),
        hint="Only while you are speaking with her: a press or a message is no contact.",
    )  # fmt: skip


def confirm_home(scene: Scene, visit: Visit, part: Part) -> Form:
    return _form(visit, part, "confirm_home", f"{_name(scene, part)} is home or back: confirm",
                 "Confirm: safe", say=("Are you home, and is all well?",))  # fmt: skip


def cancel(scene: Scene, visit: Visit, part: Part) -> Form:
    return _form(visit, part, "cancel", "Cancel the visit", "Cancel the visit",
                 Field("note", "Why", "area", True), css="danger",
                 hint="Only before arrival. After that nothing cancels.")  # fmt: skip


def name_tracker(scene: Scene, visit: Visit, part: Part) -> Form:
    """HM-4.1.1, HM-4.1.2: no tracker, no visit; spoken to beforehand."""
    tracker = Field("tracker", "Tracker", "choice", True, people_options(scene, visit),
                    visit.tracker)  # fmt: skip
    return _form(
        visit, part, "name_tracker",
        "Name another tracker" if visit.tracker else "Find a tracker: no tracker, no visit",
        "Name the tracker", tracker,
        say=("Can you track this visit to its end, past office hours if need be?",
             "Keep your phone with you and on until it is over."),
    )  # fmt: skip


def set_coverage(scene: Scene, visit: Visit, part: Part) -> Form:
    return _form(
        visit, part, "set_coverage", "Phone coverage there", "Set coverage",
        Field("coverage", "Coverage", "choice", True, COVERAGE, visit.coverage),
        Field("agreed_end_ms", "Agreed end", "time", False, (), "",
              "With poor coverage an end is agreed beforehand."),
    )  # fmt: skip


def report_danger(scene: Scene, visit: Visit, part: Part) -> Form:
    """HM-5.1, HM-7.3: heard on the phone; raises an alarm that makes no sound on her side."""
    return _form(visit, part, "report_danger", "Report danger", "Raise the alarm",
                 Field("how", "How do you know", "choice", True, DANGERS, "coded-phrase"), NOTE,
                 css="danger", hint="Do not ring her back: the aggressor may hear both sides.",
                 )  # fmt: skip


MAKERS: dict[str, Maker] = {
    "start_out": start_out,
    "confirm_arrival": confirm_arrival,
    "refuse_entry": refuse_entry,
    "record_contact": record_contact,
    "stand_down": stand_down,
    "carry_on": carry_on,
    "abandon": abandon,
    "extend": extend,
    "confirm_departure": confirm_departure,
    "confirm_home": confirm_home,
    "cancel": cancel,
    "name_tracker": name_tracker,
    "set_coverage": set_coverage,
    "report_danger": report_danger,
}

# phase -> the forms in the order of likelihood; the first is the step that stands large.
OFFERED: dict[str, tuple[str, ...]] = {
    "planned": ("start_out", "confirm_arrival", "name_tracker", "set_coverage", "record_contact",
                "report_danger", "cancel"),
    "on-the-way": ("confirm_arrival", "record_contact", "name_tracker", "set_coverage",
                   "report_danger", "cancel"),
    "at-door": ("confirm_arrival", "refuse_entry", "record_contact", "name_tracker", "abandon",
                "report_danger"),
    "inside": ("record_contact", "stand_down", "carry_on", "confirm_departure", "extend",
               "abandon", "name_tracker", "set_coverage", "report_danger"),
    "broken-off": ("confirm_departure", "record_contact", "confirm_home", "report_danger"),
    "leaving": ("confirm_departure", "record_contact", "confirm_home", "report_danger"),
    "going-home": ("confirm_home", "record_contact", "report_danger"),
    "to-base": ("confirm_home", "record_contact", "report_danger"),
    "closed": (),
    "cancelled": (),
}  # fmt: skip


def offered(scene: Scene, visit: Visit, part: Part) -> tuple[str, ...]:
    """Which forms the visit page shows for this part, the next step first."""
    kinds = OFFERED[part.phase]
    if part.phase in ("planned", "on-the-way") and scene.needs_tracker(visit):
        kinds = ("name_tracker", *(kind for kind in kinds if kind != "name_tracker"))
    return kinds
