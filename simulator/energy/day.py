"""A working day of one worker, played: the real core, a real hub and people, in virtual time.

Rule: the day is the storm's own world on a calm day, so that what the pendant sends, feels, keeps
and sleeps through is what the shipped code does, not what somebody thinks that it does.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.energy.meter import Use, use_of
from simulator.storm.books import pendant_of
from simulator.storm.drawing import workers_of
from simulator.storm.people.crowd import Crowd
from simulator.storm.plan import HOUR_MS, MINUTE_MS, Act, Plan
from simulator.storm.play import quiet, scratch, uncollected
from simulator.storm.rates import CALM
from simulator.storm.world import World

POLICY = "homemaker-exeter"
START_MS = int(datetime(2026, 11, 18, 8, 30, tzinfo=UTC).timestamp() * 1000)  # a Wednesday
DAY_MS = 24 * HOUR_MS
VISITS = 5
EVERY_MS = 95 * MINUTE_MS
FIRST_MS = 5 * MINUTE_MS
AN_HOUR_IN_ALL_MS = 49 * MINUTE_MS  # in the diary; with the way there and home it is an hour
AN_HOUR_MS = HOUR_MS  # in the diary; the way comes on top


@dataclass(frozen=True, slots=True)
class Day:
    """What is played. `stay_ms`: of each visit, as the diary has it."""

    stay_ms: int
    sleep: bool = True
    beat_s: int = 10
    seed: int = 1


class NothingLonger(Crowd):
    """An hour is an hour: nobody asks for a quarter of an hour more."""

    def _visit(self, act: Act) -> None:
        super()._visit(act)
        for worker in self.workers.values():
            for trip in worker.trips:
                trip.wants_longer = False


class DidNotHappen(Exception):
    """The day was not the one that was asked for."""


def plan_of(day: Day) -> Plan:
    who = workers_of(POLICY, 1)[0]
    acts = tuple(
        Act(FIRST_MS + number * EVERY_MS, "visit", who, day.stay_ms, "visit")
        for number in range(VISITS)
    )
    calm_ms = HOUR_MS
    return Plan(
        day.seed, POLICY, 1, START_MS, DAY_MS - calm_ms, CALM, acts, calm_ms,
        beat_s=day.beat_s, sleep=day.sleep,
    )  # fmt: skip


def played(day: Day) -> Use:
    """Raises DidNotHappen when a visit was not made."""
    plan = plan_of(day)
    with scratch() as folder, quiet(), uncollected():
        world = World(plan, folder)
        crowd = world.people = NothingLonger(world)
        crowd.begin()
        world.run()
    [worker] = world.org.workers
    found = use_of(world.seen, pendant_of(worker), worker, plan.start_ms, world.end_ms)
    if found.visits != VISITS:
        raise DidNotHappen(f"{found.visits} of {VISITS} visits were made")
    return found
