"""The forms of what is said on the phone during a visit, one for each command, with the words.

What a form asks is what the command takes; whether it is allowed is for the rules to say.
"""

from dataclasses import replace

from hub.rules.facts import test_of
from hub.rules.model import Part, Visit
from hub.web.views import reach, times, words
from hub.web.views.fields import AHEAD_MAX_MS, Field, Form
from hub.web.views.scene import Scene, silent_about

NOTE = Field("note", "Note", "area")
COVERAGE = (("good", "good"), ("poor", "poor or patchy"), ("unknown", "not known"))
THEN = (("base", "back to base"), ("home", "home (NR)"), ("next", "the next visit"))
PHRASE = ("coded-phrase", "She used the coded phrase")
DANGERS = (
    ("family", "Her family is worried"),
    ("call", "Another call: she is in danger"),
)
LONGEST_CALL_MIN = 240


def people_options(scene: Scene, visit: Visit | None = None) -> tuple[tuple[str, str], ...]:
    """Everybody active, without the visit's own workers: nobody watches herself (P5)."""
    own = {part.worker for part in visit.parts} if visit else set()
    return tuple((p.id, p.name) for p in scene.people.values() if p.active and p.id not in own)


def about(visit: Visit, part: Part, kind: str, title: str, button: str, *fields: Field,
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


def called(scene: Scene, part: Part) -> str:
    return words.first_name(scene.person_name(part.worker))


def spoken(scene: Scene, visit: Visit, part: Part) -> Field:
    """Told in the call itself: the rules count that call as contact. An answerphone cannot be told,
    and her own mobile is a line only with her consent."""
    offered = reach.ways(scene, part, visit, silent_about(scene, visit) is not None)
    return Field("means", "Spoken with her on", "choice", False,
                 tuple((way.means, way.words) for way in offered),
                 offered[0].means if offered and offered[0].lines else "",
                 "Leave it empty if you have not spoken with her.")  # fmt: skip


def start_out(scene: Scene, visit: Visit, part: Part) -> Form:
    title = f"{called(scene, part)} says by phone: setting out"
    return about(visit, part, "start_out", title, "Set out")


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
    return about(
        visit, part, "confirm_arrival", f"{called(scene, part)} is at the door: confirm arrival",
        "Confirm: may go in",
        Field("place", "Place read back", "tick", True, ((place, place),)),
        Field("name", "Name read back", "tick", True, ((name, name),)),
        Field("departure_contact", "Will ring at departure", "choice", False,
              people_options(scene, visit), visit.tracker),
        *with_her(scene, visit, part),
        finish,
        say=say,
        hint="A message left is no contact: only confirm while you are speaking with her.",
    )  # fmt: skip


def with_her(scene: Scene, visit: Visit, part: Part) -> tuple[Field, ...]:
    """LF-open: after signs of forced entry nobody goes in alone. Two who go together are two."""
    gates = scene.of(visit).policy.gates_for.get("confirm_arrival", ())
    asked = any(
        "second_person" in gate.requires
        and (not gate.levels or visit.level in gate.levels)
        and all(test_of(fact)(visit, part, 0) for fact in gate.when)
        for gate in gates
    )
    if not asked or len(visit.parts) > 1:
        return ()
    people = people_options(scene, visit)
    return (Field("second_person", "Who is there with her", "choice", True, people),)


def refuse_entry(scene: Scene, visit: Visit, part: Part) -> Form:
    return about(visit, part, "refuse_entry", "Tell her not to go in", "Not going in", NOTE,
                 hint="A concern at the door is reason enough.", css="danger")  # fmt: skip


def record_contact(scene: Scene, visit: Visit, part: Part) -> Form:
    """HM-3.6, HM-4.2.4: which line was tried, by whom, and what came of it."""
    name = called(scene, part)
    silent = silent_about(scene, visit) is not None
    offered = reach.ways(scene, part, visit, silent)
    asked = reach.form("record_contact", "", "", offered, name, silent)
    return about(
        visit, part, "record_contact", f"Record a call to {name}", asked.button, *asked.fields,
        say=(f"{name}, it is the office. Is everything all right?", *_answers(scene, visit, part)),
        hint=asked.hint,
    )  # fmt: skip


def _answers(scene: Scene, visit: Visit, part: Part) -> tuple[str, ...]:
    """HM-4.2.2: the three answers to a call-back, where there are call-backs."""
    if visit.level not in scene.policy.called_back_levels or part.phase != "inside":
        return ()
    return ("Shall I stand down, keep ringing, or do you want to leave?",)


def stand_down(scene: Scene, visit: Visit, part: Part) -> Form:
    return about(visit, part, "stand_down", "Stand down", "Stand down",
                 spoken(scene, visit, part), NOTE,
                 hint="Ends the call-backs. The finish and the departure are still watched.",
                 )  # fmt: skip


def carry_on(scene: Scene, visit: Visit, part: Part) -> Form:
    every = Field("every_min", "Ring every … minutes", "number", True, (), "60",
                  "Agreed with her on the phone.", 5, LONGEST_CALL_MIN)  # fmt: skip
    return about(
        visit, part, "carry_on", "Carry on ringing", "Carry on", every, spoken(scene, visit, part)
    )


def abandon(scene: Scene, visit: Visit, part: Part) -> Form:
    return about(visit, part, "abandon", "Break the visit off", "Break off",
                 spoken(scene, visit, part), NOTE,
                 say=("I need you back at the office urgently. Please leave now.",),
                 hint="She is watched until she is known to be safe.", css="danger")  # fmt: skip


def extend(scene: Scene, visit: Visit, part: Part) -> Form:
    end = Field("end_ms", "New finish", "time", True, (), "", "Agreed with her, like 16:30.")
    return about(
        visit,
        part,
        "extend",
        "Agree a new finish",
        "Set the new finish",
        end,
        spoken(scene, visit, part),
    )


def confirm_departure(scene: Scene, visit: Visit, part: Part) -> Form:
    """HM-3.5, HM-6.1: spoken, and where she goes next."""
    name = called(scene, part)
    return about(
        visit, part, "confirm_departure", f"{name} has left: confirm departure",
        "Confirm departure",
        Field("then", "Where to now", "choice", False, THEN, visit.then),
        Field("expected_back_ms", "Back or home by", "time", False, (), "",
              "If she says when, like 17:30."),
        say=("Have you left the house? Are you all right?", "Where are you going now?"),
        hint="Only while you are speaking with her: a press or a message is no contact.",
    )  # fmt: skip


def confirm_home(scene: Scene, visit: Visit, part: Part) -> Form:
    return about(visit, part, "confirm_home", f"{called(scene, part)} is home or back: confirm",
                 "Confirm: safe", say=("Are you home, and is all well?",))  # fmt: skip


def has_phrase(scene: Scene, worker: str) -> bool:
    """Whether there are words that mean danger: the procedure's, or her own."""
    person = scene.people.get(worker)
    return bool(scene.policy.phrases or (person is not None and person.own_phrase))


def how_known(phrase: bool) -> Field:
    """The phrase is offered only where there is one; told by a program it is always taken."""
    options = (PHRASE, *DANGERS) if phrase else DANGERS
    return Field("how", "How do you know", "choice", True, options)


def report_danger(scene: Scene, visit: Visit, part: Part) -> Form:
    """HM-5.1, HM-7.3: heard on the phone; raises an alarm that makes no sound on her side."""
    phrase = has_phrase(scene.of(visit), part.worker)
    how = replace(how_known(phrase), value=PHRASE[0] if phrase else "call")
    return about(visit, part, "report_danger", "Report danger", "Raise the alarm", how, NOTE,
                 css="danger", hint="Do not ring her back: the aggressor may hear both sides.",
                 )  # fmt: skip
