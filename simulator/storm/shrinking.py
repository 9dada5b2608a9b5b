"""A failing plan made small: as few acts, rates, workers and minutes as still break it.

Rule: what is kept breaks the same promise in the same words (numbers and names aside), and was
played to know it. The same plan becomes the same small one on every machine, however many plays
run side by side: plays are counted in the order in which one process alone would make them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from simulator.storm.drawing import PAIRS, workers_of
from simulator.storm.plan import MINUTE_MS, Act, Plan
from simulator.storm.rates import CALM, Rates

MOST_PLAYS = 300
SHORTEST_MS = 5 * MINUTE_MS
# Promises come due in it: with less of it the end of the story would look like a broken one.
CALMS_MS = (20 * MINUTE_MS, 30 * MINUTE_MS)

Plays = Callable[[Sequence[Plan]], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a smaller plan must still do. `words`: of the violation, without numbers and names."""

    checker: str
    words: str

    @classmethod
    def of(cls, violation: Mapping[str, Any]) -> "Wanted":
        return cls(violation["checker"], _words(violation["said"]))

    def found_in(self, said: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The violation in a play's line, if it is there."""
        for each in said["violations"]:
            if self == Wanted.of(each):
                return each  # type: ignore[no-any-return]  # a line of JSON
        return None


# Identities, numbers of rows, moments, and people by the id that worlds give them.
_NAMED = re.compile(r"\b(?:p-)?[a-z]+\d*:|\b[0-9a-f]{8,}(?:\.\d+)?|\bp-[a-z]+\d*|\d+|'[^']*'")


def _words(said: str) -> str:
    return _NAMED.sub("#", said)


@dataclass(frozen=True, slots=True)
class Shrunk:
    """`plays`: how many it took. `done`: False if they ran out before nothing could go."""

    plan: Plan
    violation: Mapping[str, Any]
    plays: int
    done: bool


class OutOfPlays(Exception):
    """As many as were allowed."""


class Shrinking:
    """`plays`: plays plans (as many at once as it likes) and answers with their lines. `width`: how
    many it can play at once. `tell`: hears of every plan that is smaller."""

    def __init__(
        self,
        plan: Plan,
        violation: Mapping[str, Any],
        plays: Plays,
        width: int = 1,
        most: int = MOST_PLAYS,
        tell: Callable[["Shrinking"], None] = lambda shrinking: None,
    ) -> None:
        self.plan = plan
        self.violation = violation
        self.wanted = Wanted.of(violation)
        self.most = most
        self.count = 0
        self._plays = plays
        self._width = width
        self._tell = tell
        self._known: dict[str, Mapping[str, Any] | None] = {}
        self._counted: set[str] = set()

    def run(self) -> Shrunk:
        """Again and again through all ways to be smaller, until none of them is."""
        try:
            before = None
            while before != self.plan:
                before = self.plan
                for way in (shorter, fewer_workers):
                    self._go(way)
                self._fewer_acts()
                for way in (other_workers, fewer_workers):
                    self._go(way)
                for way in (calmer, sooner_over, simpler_acts):
                    self._go(way)
        except OutOfPlays:
            return Shrunk(self.plan, self.violation, self.count, done=False)
        return Shrunk(self.plan, self.violation, self.count, done=True)

    def _go(self, way: "Way") -> None:
        """Smaller in that way, step by step; each step goes on where the last one was found."""
        place: int | None = 0
        while place is not None:
            candidates = list(way(self.plan))[place:]
            at = self._first(candidates)
            place = None if at is None else place + at

    def _fewer_acts(self) -> None:
        """Delta debugging: without each half, quarter, … in turn, down to single acts."""
        size = max(1, len(self.plan.acts) // 2)
        while True:
            start = 0
            while start < len(self.plan.acts):
                places = range(start, len(self.plan.acts), size)
                at = self._first([_without(self.plan, place, size) for place in places])
                if at is None:
                    break
                start = places[at]  # what was before it has been tried
            if size == 1:
                return
            size //= 2

    def _first(self, candidates: Sequence[Plan]) -> int | None:
        """The place of the first that breaks it, which becomes the plan. Raises OutOfPlays."""
        for start in range(0, len(candidates), self._width):
            batch = candidates[start : start + self._width]
            self._play([plan for plan in batch if repr(plan) not in self._known])
            for place, plan in enumerate(batch, start):
                found = self._known[repr(plan)]
                self._count(plan)
                if found is not None:
                    self.plan, self.violation = plan, found
                    self._tell(self)
                    return place
        return None

    def _play(self, plans: Sequence[Plan]) -> None:
        for plan, said in zip(plans, self._plays(plans) if plans else (), strict=True):
            self._known[repr(plan)] = self.wanted.found_in(said)

    def _count(self, plan: Plan) -> None:
        if repr(plan) in self._counted:
            return
        if self.count >= self.most:
            raise OutOfPlays
        self._counted.add(repr(plan))
        self.count += 1


# Ways to be smaller: from a plan to smaller ones, the greatest step first.

Way = Callable[[Plan], Iterator[Plan]]


def _without(plan: Plan, start: int, count: int) -> Plan:
    return replace(plan, acts=plan.acts[:start] + plan.acts[start + count :])


def shorter(plan: Plan) -> Iterator[Plan]:
    """Less of the storm, without the acts that were to come."""
    for quarters in (1, 2, 3):
        length_ms = plan.length_ms * quarters // 4 // MINUTE_MS * MINUTE_MS
        if SHORTEST_MS <= length_ms < plan.length_ms:
            acts = tuple(act for act in plan.acts if act.at_ms < length_ms)
            yield replace(plan, length_ms=length_ms, acts=acts)


def fewer_workers(plan: Plan) -> Iterator[Plan]:
    """Without the last of them, and what was to befall them."""
    everybody = workers_of(plan.policy, plan.workers)
    least = 2 if plan.policy == PAIRS else 1
    for count in range(least, plan.workers):
        gone = everybody[count:]
        acts = tuple(act for act in plan.acts if act.who not in gone)
        yield replace(plan, workers=count, acts=acts)


def other_workers(plan: Plan) -> Iterator[Plan]:
    """What befalls a worker befalls one before her, who had no part in it."""
    everybody = workers_of(plan.policy, plan.workers)
    named = {act.who for act in plan.acts}
    for who in reversed(everybody):
        for free in everybody[: everybody.index(who)] if who in named else ():
            if free not in named:
                acts = (replace(act, who=free) if act.who == who else act for act in plan.acts)
                yield replace(plan, acts=tuple(acts))
                break


def calmer(plan: Plan) -> Iterator[Plan]:
    """All rates to those of a calm day, or one of them."""
    if plan.rates != CALM:
        yield replace(plan, rates=Rates())
    for each in fields(Rates):
        usual = getattr(CALM, each.name)
        if getattr(plan.rates, each.name) != usual:
            yield replace(plan, rates=replace(plan.rates, **{each.name: usual}))


def sooner_over(plan: Plan) -> Iterator[Plan]:
    """Less calm afterwards."""
    for calm_ms in CALMS_MS:
        if calm_ms < plan.calm_ms:
            yield replace(plan, calm_ms=calm_ms)


def simpler_acts(plan: Plan) -> Iterator[Plan]:
    """One act that is simpler."""
    for place, act in enumerate(plan.acts):
        for other in _simpler(act):
            if other != act:
                acts = (*plan.acts[:place], other, *plan.acts[place + 1 :])
                yield replace(plan, acts=tuple(sorted(acts, key=lambda each: each.at_ms)))


def _simpler(act: Act) -> Iterator[Act]:
    if act.kind == "power_loss":
        yield replace(act, kind="hub_kill")
    if act.kind == "visit" and act.detail != "visit":
        yield replace(act, detail="visit")
    if isinstance(act.detail, int) and act.kind in ("hub_kill", "power_loss", "power_cut"):
        yield replace(act, detail=1)
    for unit_ms in (MINUTE_MS, 1_000):
        if act.length_ms > unit_ms:
            yield replace(act, length_ms=act.length_ms // unit_ms * unit_ms)
    for unit_ms in (MINUTE_MS, 1_000):
        yield replace(act, at_ms=act.at_ms // unit_ms * unit_ms)
