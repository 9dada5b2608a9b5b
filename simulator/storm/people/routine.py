"""What is done without an alarm: a telephone that rings, a page about a visit, a look at the board.

Rule: a look at the board takes up what lies about; whoever is paged about a visit does what its
page asks for, once.
"""

from typing import TYPE_CHECKING

from hub.rules.model import Part, Visit
from simulator.storm.people.alarms import phrase_heard
from simulator.storm.people.course import Steps, pause
from simulator.storm.people.desk import Look
from simulator.storm.people.operator import Job, Operator
from simulator.storm.people.speaking import called, converse, entered

if TYPE_CHECKING:
    from simulator.storm.people.worker import Worker

MINUTE_MS = 60_000
UNTAKEN_MS = 3 * MINUTE_MS
AT_ONCE_MAX = 3  # taken up in one look at the board
CLAIMS = ("carry_on_asked", "home_safe")  # that a page about a visit may ask about


def answer(op: Operator, job: Job) -> Steps:
    """She rings: whatever she says is entered."""
    worker, trip = job.worker, job.trip
    assert worker is not None
    if worker.danger == "held" and trip is not None:
        yield from phrase_heard(op, worker, trip.errand.visit, called=True)
    elif trip is not None and trip.errand.visit and not worker.danger:
        yield from converse(op, worker, trip.errand.visit)


def told_of_worry(op: Operator, job: Job) -> Steps:
    """Her family rings: it is told to whoever is in charge, at once (HM-7.3)."""
    look = yield from op.look()
    if look is not None and job.worker is not None:
        said = {"worker": job.worker.id, "how": "family", "note": "she was to be home by now"}
        yield from op.give(look, look.danger_form(), said)


def change_duty(op: Operator, job: Job) -> Steps:
    """She lays her duties down by name, or takes them again. A procedure may refuse the first."""
    off = job.about == "off"
    look = yield from op.look()
    if look is None:
        return
    mine = [role for role, people in look.scene.duty.items() if op.id in people]
    roles, op.laid_down = (mine, mine) if off else (op.laid_down, [])
    offered = [field.options for field in look.duty_form().fields if field.name == "role"]
    for role in roles:
        if any(role == each for each, _ in offered[0]):
            said = {"role": role, "person": op.id, "on": "no" if off else "yes"}
            yield from op.give(look, look.duty_form(), said)


def see(op: Operator, job: Job) -> Steps:
    """A page about a visit that is no alarm."""
    look = yield from op.look(visit=job.about)
    if look is None or look.visit is None:
        return
    for part in look.visit.parts:
        worker = op.crowd.workers.get(part.worker)
        if worker is None:
            continue
        yield from _arranged(op, look, part, worker)
        if any(claim.kind in CLAIMS for claim in part.claims):
            yield from spoken_with(op, worker, look.visit.id)


def _arranged(op: Operator, look: Look, part: Part, worker: "Worker") -> Steps:
    """What is agreed or looked up before she goes in."""
    assert look.visit is not None
    offers = look.offers(part.worker)
    wanted = [kind for kind in ("check_risk",) if kind in offers]
    if look.scene.of(look.visit).needs_tracker(look.visit):
        wanted.append("name_tracker")
    elif "agree_tracking" in offers and "tracker_agreed" not in part.anchors:
        wanted.append("agree_tracking")
    for kind in wanted:
        again = yield from op.look(visit=look.visit.id)
        if again is not None and kind in again.offers(part.worker):
            yield from entered(op, again, worker, worker.trip_of(look.visit.id), kind)


def spoken_with(op: Operator, worker: "Worker", visit: str) -> Steps:
    """She is rung about it, once."""
    outcome = yield from called(op, worker, "work-mobile")
    if outcome == "spoke" and not worker.danger:
        yield from converse(op, worker, visit)


def round_of_the_board(op: Operator, job: Job) -> Steps:
    """Alarms that nobody has taken, and visits about which somebody should ring."""
    found = op.desk.board(op.id)
    if found is None:
        return
    look, visits = found
    left = AT_ONCE_MAX
    for alarm in look.scene.alarms:
        old = look.now_ms - alarm.recorded_ms > UNTAKEN_MS
        mine = alarm.state == "open" or alarm.owner == op.id
        if left and old and mine and f"alarm:{alarm.id}" not in op.crowd.handled:
            left -= 1
            op.take(Job("alarm", alarm.id))
    for visit in visits:
        for part in visit.parts:
            worker = op.crowd.workers.get(part.worker)
            if left and worker is not None and lingers(visit, part, look.now_ms):
                left -= 1
                yield from spoken_with(op, worker, visit.id)
                yield from pause(op.between(2, 6))


def lingers(visit: Visit, part: Part, now_ms: int) -> bool:
    """Whether a tired person would think that somebody should ring her."""
    anchors = part.anchors
    newest_ms = max(
        anchors.get(name, 0)
        for name in ("contact", "started_out", "arrival_claim", "confirmed", "departed",
                     "departure_claim", "broken_off", "attempt")
    )  # fmt: skip
    if part.phase in ("closed", "cancelled") or now_ms - newest_ms < 12 * MINUTE_MS:
        return False
    if part.phase in ("planned", "on-the-way"):
        return now_ms > visit.planned_start_ms + 20 * MINUTE_MS
    if visit.kind == "day":
        return now_ms > anchors.get("expected_back", visit.planned_end_ms)
    if part.phase == "inside":
        return now_ms > anchors.get("finish", visit.planned_end_ms) + 3 * MINUTE_MS
    return True
