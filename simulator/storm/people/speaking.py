"""Two people on the telephone: what she says is true, and what is entered because of it.

Rule: the next form is chosen by what she says and by what the page shows, one look for each form;
a refusal is read, what it asks for is done, and the form is given again.
"""

from collections.abc import Generator
from typing import TYPE_CHECKING

from hub.inbox import Answer
from hub.rules.model import Part
from hub.rules.phases import BEFORE_ARRIVAL
from hub.web.views import times
from hub.web.views.fields import Form
from simulator.storm.people.course import Wish, pause
from simulator.storm.people.desk import Look
from simulator.storm.people.trips import BACK, DOOR, INSIDE, LEFT, TRAVELLING, Trip

if TYPE_CHECKING:
    from simulator.storm.people.operator import Operator
    from simulator.storm.people.worker import Worker

MINUTE_MS = 60_000
FORMS_MAX = 8  # in one conversation
SOON_MS = 6 * MINUTE_MS
AGAIN_MS = 18 * MINUTE_MS  # who stays for longer is rung again
AGAIN_MIN = 12
SPOKEN = frozenset({"confirm_arrival", "confirm_departure", "confirm_home"})
CHOICES = ("choice", "radio")
# What a gate's refusal asks for -> the form that gives it.
WANTED = {
    "tracker-named": "name_tracker",
    "tracking-agreed": "agree_tracking",
    "unplanned-answered": "check_risk",
    "lapsed-answered": "check_risk",
    "high-risk-looked-up": "check_risk",
    "somebody-monitors": "take_duty",
    "designated-there": "take_duty",
}


def called(op: "Operator", worker: "Worker", means: str) -> Generator[Wish, object, str]:
    """She is rung: how it ended, of rules/kinds.RESULTS, or "phrase"."""
    yield from pause(op.between(5, 20))
    return op.crowd.rung_up(op, worker, means)


def converse(op: "Operator", worker: "Worker", visit: str) -> Generator[Wish, object, None]:
    """They speak about that visit, and what she says is entered."""
    trip = worker.trip_of(visit)
    worker.on_phone = True
    try:
        yield from pause(op.between(8, 30))
        yield from _entered(op, worker, visit, trip)
    finally:
        worker.on_phone = False
    if trip is not None:
        trip.spoken.ring()


def _entered(
    op: "Operator", worker: "Worker", visit: str, trip: Trip | None
) -> Generator[Wish, object, None]:
    done: list[str] = []
    wanted = ""
    for _ in range(FORMS_MAX):
        look = yield from op.look(visit=visit)
        if look is None or look.visit is None:
            return
        part = look.part(worker.id)
        if part is None:
            return
        _learns(trip, part)
        kind = wanted or next_kind(look, part, trip, done)
        if not kind:
            return
        answer = yield from entered(op, look, worker, trip, kind)
        wanted = ""
        if answer is None:
            yield from pause(op.between(5, 20))
        elif answer.ok:
            done.append(kind)
        else:
            wanted = asked_for(look, kind, answer) if not wanted else ""
            if not wanted and "changed since" not in answer.reason:
                done.append(kind)


def asked_for(look: Look, kind: str, answer: Answer) -> str:
    """Which form gives what the refusal asks for."""
    gates = look.scene.of(look.visit).policy.gates_for.get(kind, ())
    said = next((gate.id for gate in gates if answer.reason.startswith(gate.reason)), "")
    return WANTED.get(said, "")


def entered(
    op: "Operator", look: Look, worker: "Worker", trip: Trip | None, kind: str
) -> Generator[Wish, object, Answer | None]:
    """One form about her, as she says."""
    if kind == "take_duty":
        return (yield from fill_duties(op, look))
    form = look.form(worker.id, kind)
    if form is None:
        return None
    if kind == "confirm_arrival":
        yield from _confirmed_anothers(op, worker)
    answer = yield from op.give(look, form, typed(op, look, form, trip))
    if answer is not None and answer.ok:
        _told(trip, kind)
    return answer


def _confirmed_anothers(op: "Operator", worker: "Worker") -> Generator[Wish, object, None]:
    """By mistake: the row above, of somebody who is not there yet. She sees it, and goes on."""
    if not op.errs("wrong_page"):
        return
    board = op.desk.board(op.id)
    for visit in () if board is None else board[1]:
        part = visit.parts[0]
        look = op.desk.look(op.id, visit=visit.id)
        if part.phase in BEFORE_ARRIVAL and part.worker != worker.id and look is not None:
            form = look.form(part.worker, "confirm_arrival")
            if form is not None and look.visit is not None:
                yield from op.give(look, form, typed(op, look, form, None))
            return


def fill_duties(op: "Operator", look: Look) -> Generator[Wish, object, Answer | None]:
    """Whoever may hold a duty that nobody has takes it, by name."""
    answer: Answer | None = None
    form = look.duty_form()
    roles = next(field for field in form.fields if field.name == "role").options
    for role, _ in roles:
        if look.scene.duty.get(role):
            continue
        able = [each for each in op.crowd.staff if role in look.scene.people[each].roles]
        if able:
            said = {"role": role, "person": op.id if op.id in able else able[0], "on": "yes"}
            answer = yield from op.give(look, form, said)
    return answer


def next_kind(look: Look, part: Part, trip: Trip | None, done: list[str]) -> str:
    """What is to be entered next, "" when everything is."""
    assert look.visit is not None
    offers = look.offers(part.worker)
    wished = [kind for kind in _wished(look, part, trip) if kind in offers and kind not in done]
    if SPOKEN.intersection(done):
        wished = [kind for kind in wished if kind != "record_contact"]  # it was entered with that
    return wished[0] if wished else ""


def _wished(look: Look, part: Part, trip: Trip | None) -> tuple[str, ...]:
    """By her phase on the page, and by where she says that she is."""
    place = BACK if trip is None else trip.place
    gone = trip is None or trip.gave_up or place in LEFT
    if part.phase in BEFORE_ARRIVAL:
        if place in (DOOR, INSIDE):
            return ("confirm_arrival",)
        if trip is not None and trip.later_ms and not gone:
            return ("reschedule",)
        if gone:
            return ("cancel", "record_contact")  # refused while her pair is there
        out = place == TRAVELLING and part.phase == "planned"
        return ("start_out", "record_contact") if out else ("record_contact",)
    if part.phase == "at-door":
        if place in (DOOR, INSIDE) and not gone:
            return ("confirm_arrival",)
        return ("refuse_entry",) if gone else ("record_contact",)
    if look.visit is not None and look.visit.kind == "day":
        return ("confirm_home",) if place == BACK else ("record_contact",)
    if part.phase in ("inside", "leaving", "broken-off"):
        return ("confirm_departure",) if gone else _inside(look, part, trip)
    return ("confirm_home",) if place == BACK else ("record_contact",)


def _inside(look: Look, part: Part, trip: Trip | None) -> tuple[str, ...]:
    """She is well and still there: contact, the end, the relief, the call-backs."""
    if trip is not None and trip.uneasy:
        return ("abandon",)
    wished = ["record_contact"]
    finish_ms = part.anchors.get("finish", 0)
    until_ms = _until(look, trip)
    if until_ms > finish_ms:
        wished.append("extend")
    if trip is not None and until_ms - look.now_ms < SOON_MS:
        wished.append("relief_came")
    if "called_back" in part.anchors and not part.stood_down and not part.call_every_ms:
        left_ms = until_ms - look.now_ms
        wished.append("carry_on" if left_ms > AGAIN_MS else "stand_down")
    return tuple(wished)


def _learns(trip: Trip | None, part: Part) -> None:
    """What the page shows already, and she is told."""
    if trip is None:
        return
    if part.phase == "inside":
        trip.let_in()
    if part.phase in ("going-home", "to-base", "closed", "cancelled"):
        trip.left_known = True
    if part.phase in ("closed", "cancelled"):
        trip.home_known = True
        trip.errand.off = trip.errand.off or part.phase == "cancelled"
    if "relieved" in part.facts:
        trip.relief_known = True


def _told(trip: Trip | None, kind: str) -> None:
    """What she hears when it is entered."""
    if trip is None:
        return
    if kind == "confirm_arrival":
        trip.let_in()
    elif kind == "confirm_departure":
        trip.left_known = True
        trip.home_known = trip.home_known or trip.errand.sort.then == "next"
    elif kind == "confirm_home":
        trip.left_known = trip.home_known = True
    elif kind == "cancel":
        trip.errand.off = trip.left_known = trip.home_known = True
    elif kind == "relief_came":
        trip.relief_known = True
    elif kind == "reschedule":
        trip.errand.start_ms += trip.later_ms
        trip.errand.end_ms += trip.later_ms
        trip.until_ms += trip.later_ms
        trip.later_ms = 0
    elif kind == "abandon":
        trip.uneasy = False
        trip.told_to_leave()


def typed(op: "Operator", look: Look, form: Form, trip: Trip | None) -> dict[str, str]:
    """The answers to the form's questions."""
    found: dict[str, str] = {}
    for field in form.fields:
        unanswered = field.kind == "tick" or (field.kind in CHOICES and not field.value)
        if field.required and unanswered:
            found[field.name] = field.options[0][0] if field.options else ""
    names = {field.name for field in form.fields}
    if form.kind == "record_contact":
        found["result"] = "spoke"
    if "departure_contact" in names and look.visit is not None and not look.visit.tracker:
        found["departure_contact"] = op.id
    if form.kind in ("cancel", "rebase"):
        found["note"] = "agreed with her on the telephone"
    if form.kind == "name_tracker":
        found["tracker"] = op.id
    if form.kind == "carry_on":
        found["every_min"] = str(AGAIN_MIN)
    if form.kind == "reschedule" and look.visit is not None and trip is not None:
        for name, at_ms in (
            ("start_ms", look.visit.planned_start_ms),
            ("end_ms", look.visit.planned_end_ms),
        ):
            found[name] = times.for_input(at_ms + trip.later_ms, look.scene.zone)
        return found
    if end := _end(look, form, trip):
        found["end_ms"] = end
    return found


def _end(look: Look, form: Form, trip: Trip | None) -> str:
    """When she says that she will be done, where the form's own answer is wrong."""
    field = next((field for field in form.fields if field.name == "end_ms"), None)
    if field is None:
        return ""
    until_ms = _until(look, trip) + 10 * MINUTE_MS
    planned_ms = 0 if look.visit is None else look.visit.planned_end_ms
    if form.kind == "extend" or field.required or until_ms > planned_ms + 15 * MINUTE_MS:
        return times.clock(until_ms, look.scene.zone)
    return ""


def _until(look: Look, trip: Trip | None) -> int:
    """By the page's clock."""
    return max(look.now_ms, 0 if trip is None else trip.until_ms + look.wrong_ms)
