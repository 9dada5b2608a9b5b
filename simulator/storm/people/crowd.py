"""Everybody who lives in the world, what is told between them, and who goes to see after whom.

Rule: nothing here is known to the hub. Colleagues share a room and a telephone: they hear who has
what in hand, and somebody goes through the board every few minutes.
"""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from hub.rules.model import Alarm
from simulator.storm.books import AT_SCREENS
from simulator.storm.people import alarms, planning, routine
from simulator.storm.people.course import Bell, Steps
from simulator.storm.people.desk import Desk
from simulator.storm.people.entries import sort_of
from simulator.storm.people.operator import Job, Operator
from simulator.storm.people.trips import Errand, Trip
from simulator.storm.people.worker import Worker
from simulator.storm.plan import MINUTE_MS, Act
from simulator.storm.rates import CALM
from simulator.storm.seen import Befell, Delivered

if TYPE_CHECKING:
    from simulator.storm.world import World

ROUND_MS = 4 * MINUTE_MS
Work = Callable[[Operator, Job], Steps]


class Crowd:
    """simulator/storm/world.People."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.desk = Desk(world)
        self.random = world.chance.stream("crowd")
        self.handled: dict[str, str] = {}  # job -> who has it in hand
        self.works: dict[str, Work] = {
            "alarm": alarms.attend,
            "enter": planning.enter,
            "call": routine.answer,
            "family": routine.told_of_worry,
            "duty": routine.change_duty,
            "visit": routine.see,
            "board": routine.round_of_the_board,
        }
        plan = world.plan
        self._always_calm = plan.rates == CALM
        self._calm_ms = plan.start_ms + plan.length_ms
        self._freed: dict[str, Bell] = {name: Bell() for name in world.org.workers}
        self._help_ms: dict[str, int] = {}  # when somebody is beside her
        self._looked_ms: dict[str, int] = {}  # when an alarm was first looked at
        self.workers = {name: Worker(name, self) for name in world.org.workers}
        self._carried = {each.handset.id: name for name, each in self.workers.items()}
        self.staff = tuple(
            name
            for name, person in world.org.people.items()
            if name not in self.workers and (person.get("roles") or name in AT_SCREENS)
        )
        self.operators = {name: Operator(name, self) for name in self.staff}
        self._no_coverage = [
            (act.who, world.plan.start_ms + act.at_ms, act.length_ms)
            for act in world.plan.acts
            if act.kind == "partition"
        ]

    @property
    def calm(self) -> bool:
        return self._always_calm or self.world.timeline.now_ms >= self._calm_ms

    def begin(self) -> None:
        """Puts everybody into the world."""
        self.world.seen.wearers = {
            worker.handset.id: worker.felt for worker in self.workers.values()
        }
        self.world.timeline.after(ROUND_MS, self._round)
        self.world.timeline.at(self._calm_ms, self._wind_up)

    def _wind_up(self) -> None:
        for worker in self.workers.values():
            worker.wind_up()

    # What the world tells.

    def page_came(self, page: Delivered) -> None:
        reader = self.operators.get(page.person)
        if reader is not None:
            reader.paged(page)

    def do(self, act: Act) -> None:
        if act.kind == "visit":
            self._visit(act)
        elif act.kind == "off_duty" and act.who in self.operators:
            self.befell(act.kind, act.who, act.length_ms)
            self.operators[act.who].leave(act.length_ms)
        elif act.kind == "danger":
            self.befell(act.kind, act.who, act.length_ms)
            self.workers[act.who].falls_into(str(act.detail), act.length_ms)

    def befell(self, kind: str, who: str, length_ms: int = 0) -> None:
        """Counted, by the rate that allows it."""
        now_ms = self.world.timeline.now_ms
        self.world.seen.add(Befell(now_ms, kind, who, now_ms + length_ms if length_ms else 0))

    def happens(self, kind: str, rate: float, random: Random, who: str) -> bool:
        """Whether somebody makes that mistake now. On a calm day nothing is drawn."""
        if rate <= 0 or random.random() >= rate:
            return False
        self.befell(kind, who)
        return True

    def _visit(self, act: Act) -> None:
        """Somebody enters it; she hears of it when it is there."""
        sort = sort_of(self.world.plan.policy, str(act.detail))
        chance = self.world.chance.stream("visit", act.who, act.at_ms)
        start_ms = self.world.timeline.now_ms + chance.randrange(12, 22) * MINUTE_MS
        start_ms -= start_ms % MINUTE_MS
        if sort.form == "unplanned":
            start_ms = self.world.timeline.now_ms
        workers: tuple[str, ...] = (act.who,)
        if sort.pair:
            others = [name for name in self.workers if name != act.who]
            free = [name for name in others if not self.workers[name].out] or others
            workers = (act.who, *free[-1:])
        errand = Errand(str(act.detail), sort, workers, start_ms, start_ms + act.length_ms)
        for name in workers:
            trip = Trip(errand, errand.end_ms - chance.randrange(3, 8) * MINUTE_MS)
            trip.wants_longer = chance.random() < 0.2
            self.workers[name].expect(trip)
        self._somebody().take(Job("enter", errand=errand))

    def _somebody(self) -> Operator:
        """At a screen if possible."""
        there = [each for each in self.operators.values() if each.there]
        idle = [each for each in there if not each.busy]
        return self.random.choice(idle or there or list(self.operators.values()))

    # Telephones.

    def has_coverage(self, worker: str) -> bool:
        now_ms = self.world.timeline.now_ms
        return not any(
            who == worker and from_ms <= now_ms < from_ms + length_ms
            for who, from_ms, length_ms in self._no_coverage
        )

    def office_rung(self, worker: Worker, trip: Trip | None) -> bool:
        """Whether somebody picks it up."""
        idle = [each for each in self.operators.values() if each.there and not each.busy]
        if not idle:
            return False
        self.random.choice(idle).take(Job("call", worker=worker, trip=trip))
        return True

    def family_rings(self, worker: Worker) -> None:
        """They are worried about her (HM-7.3)."""
        idle = [each for each in self.operators.values() if each.there and not each.busy]
        if idle:
            self.random.choice(idle).take(Job("family", worker=worker))

    def rung_up(self, op: Operator, worker: Worker, means: str) -> str:
        """How a call to her ends (rules/kinds.RESULTS), or "phrase": she says it."""
        if worker.danger == "held":
            return "phrase" if op.random.random() < 0.5 else "no-answer"
        if worker.danger == "hurt":
            return "no-answer"
        if worker.on_phone or not self.has_coverage(worker.id):
            return "unobtainable"
        if op.forgets():
            return op.random.choice(("no-answer", "answerphone", "somebody-else"))
        return "spoke"

    # Somebody goes there.

    def freed_of(self, worker: str) -> Bell:
        return self._freed[worker]

    def send_to(self, worker: str) -> None:
        """Police or a colleague, on the way from now on."""
        now_ms = self.world.timeline.now_ms
        if self._help_ms.get(worker, -1) > now_ms:
            return
        at_ms = self._help_ms[worker] = now_ms + self.random.randrange(4, 10) * MINUTE_MS
        self.world.timeline.at(at_ms, self._freed[worker].ring)

    def is_with(self, worker: str, alarm: str) -> bool:
        """Whether somebody has come to her since this alarm was first looked at."""
        now_ms = self.world.timeline.now_ms
        since_ms = self._looked_ms.setdefault(alarm, now_ms)
        return since_ms <= self._help_ms.get(worker, -1) <= now_ms

    def wearer(self, alarm: Alarm) -> Worker | None:
        """Whom an alarm is about, as far as anybody can tell."""
        carried = self._carried.get(alarm.pendant, "")
        return self.workers.get(alarm.worker or carried)

    # The board.

    def _round(self) -> None:
        self.world.timeline.after(ROUND_MS, self._round)
        idle = [each for each in self.operators.values() if each.there and not each.busy]
        if idle:
            self.random.choice(idle).take(Job("board"))
