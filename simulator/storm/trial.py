"""The planted bugs on trial: each is played until a checker finds it, or its seeds are used up.

Rule: only what the plant breaks counts. A violation that the same seed shows without the plant is
no find; one by a checker that the plant does not name is a find, and is marked.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.storm.crew import CannotPlay, Crew, Job, Line
from simulator.storm.planting import Plant

LOOK_ON = 4  # seeds, for a checker that the plant names, after another one has fired


@dataclass(frozen=True, slots=True)
class Verdict:
    """`seeds`: how many were played; the last of them caught it. `fault`: why it could not be
    planted."""

    plant: Plant
    seeds: int
    allowed: int
    caught_by: tuple[str, ...] = ()
    named: bool = False
    said: str = ""
    seed: int = -1
    fault: str = ""

    @property
    def ok(self) -> bool:
        return bool(self.caught_by) and not self.fault

    def as_json(self) -> dict[str, Any]:
        return {
            "plant": self.plant.name, "about": self.plant.about, "caught": self.ok,
            "caught_by": list(self.caught_by), "named": self.named, "seed": self.seed,
            "seeds": self.seeds, "allowed": self.allowed, "said": self.said, "fault": self.fault,
        }  # fmt: skip

    def line(self) -> str:
        """One row of the table."""
        if self.fault:
            found = f"NOT PLANTED: {self.fault}"
        elif not self.caught_by:
            found = f"SURVIVED {self.allowed} seeds"
        else:
            mark = "" if self.named else " (not named by the plant)"
            found = f"{', '.join(self.caught_by)}{mark}, seed {self.seed}"
            found += f", {self.seeds} of {self.allowed}"
        return f"{self.plant.name:36}{self.plant.about}\n{'':36}→ {found}"


class Clean:
    """What each seed breaks without any plant, played when it is first asked for."""

    def __init__(self, crew: Crew, job: Callable[[int], Job]) -> None:
        self._crew = crew
        self._job = job
        self._known: dict[tuple[int, str], set[str]] = {}

    def broken(self, seed: int, weather: str = "") -> set[str]:
        """The checkers that fire all the same. `weather`: where the job names none."""
        key = (seed, weather)
        if key not in self._known:
            (line,) = self._crew.in_order([in_weather(self._job(seed), weather)])
            self._known[key] = checkers_in(line)
        return self._known[key]


def in_weather(job: Job, weather: str) -> Job:
    """The same in that weather, unless it has one already."""
    return {**job, "weather": job.get("weather") or weather}


def checkers_in(line: Mapping[str, Any]) -> set[str]:
    return {each["checker"] for each in line["violations"]}


def tried(
    plant: Plant,
    jobs: int,
    job: Callable[[int], Job],
    clean: Clean,
    first: int = 0,
    most: int = 0,
    heard: Callable[[Line], None] = lambda line: None,
) -> Verdict:
    """Seeds in order, until one of its named checkers fires. Seeds are played side by side, and
    judged in order: the verdict is the same for any number of jobs."""
    allowed = most or plant.seeds
    other: Verdict | None = None
    count = 0
    last = allowed
    jobs_of = [in_weather(job(seed), plant.weather) for seed in range(first, first + allowed)]
    try:
        with Crew(jobs, plant.name) as crew:
            for line in _in_order(crew, jobs_of):
                heard(line)
                count += 1
                verdict = _judged(plant, line, count, allowed, clean)
                if verdict is not None and verdict.named:
                    return verdict
                if other is None and verdict is not None:
                    other, last = verdict, min(allowed, count + LOOK_ON)
                if count >= last:
                    break
    except CannotPlay as exc:
        return Verdict(plant, 0, allowed, fault=str(exc))
    return other or Verdict(plant, count, allowed)


def _judged(plant: Plant, line: Line, count: int, allowed: int, clean: Clean) -> Verdict | None:
    fired = checkers_in(line)
    fired = fired - clean.broken(line["seed"], plant.weather) if fired else fired
    if not fired:
        return None
    named = sorted(fired & set(plant.checkers))
    by = tuple(named or sorted(fired))
    said = next(each["said"] for each in line["violations"] if each["checker"] == by[0])
    return Verdict(plant, count, allowed, by, bool(named), said, line["seed"])


def _in_order(crew: Crew, jobs: list[Job]) -> Iterator[Line]:
    """Lines in the order of the jobs; those that came too early wait."""
    early: dict[int, Line] = {}
    place = 0
    for job, line in crew.answers(jobs):
        early[job["seed"]] = line
        while place < len(jobs) and jobs[place]["seed"] in early:
            yield early.pop(jobs[place]["seed"])
            place += 1
