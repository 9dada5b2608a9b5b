"""Planted bugs: each fits the code of today, and those that are found soonest are found here."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import pytest

from simulator.storm import trial
from simulator.storm.campaign import Wish
from simulator.storm.checkers.table import CHECKS
from simulator.storm.crew import CannotPlay, Crew, Job, Line
from simulator.storm.planting import NotPlanted, Plant
from simulator.storm.plants import PLANTS
from simulator.storm.story import CRASH, STUCK
from simulator.storm.trial import LOOK_ON, Clean, Verdict, tried

LEAST = 25  # planted bugs
SOON = (
    "signature-not-checked", "duress-is-heard", "boot-id-again", "not-sent-late", "go-in-unasked",
)  # fmt: skip


def source_of(plant: Plant) -> str:
    spec = find_spec(plant.module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")


@pytest.mark.parametrize("plant", PLANTS.values(), ids=lambda plant: plant.name)
def test_a_plant_fits_the_code_of_today(plant: Plant) -> None:
    source = source_of(plant)
    changed = plant.changed(source)
    before, after = source.splitlines(), changed.splitlines()
    assert len(before) == len(after)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
    compile(changed, plant.module, "exec")
    assert plant.checkers
    assert set(plant.checkers) <= {*CHECKS, CRASH, STUCK}
    assert plant.module.startswith(("hub.", "firmware.", "protocol."))


def test_there_are_enough_and_no_two_are_the_same() -> None:
    assert len(PLANTS) >= LEAST
    made = {(plant.module, plant.inside, plant.line, plant.instead) for plant in PLANTS.values()}
    assert len(made) == len(PLANTS)


SOURCE = """class Hub:
    def take(self):
        return 1

    def give(self):
        return 1

    def hold(
        self,
        item,
    ):
        return item
"""


def plant_of(line: str, inside: str = "", instead: str = "return 2") -> Plant:
    return Plant("p", "", "hub.x", line, instead, ("paged",), inside)


def test_one_line_is_changed_where_it_stands() -> None:
    assert plant_of("return 1", "give").changed(SOURCE).splitlines()[5] == "        return 2"
    assert plant_of("return item", "hold").changed(SOURCE).splitlines()[11] == "        return 2"
    assert plant_of("return item").changed(SOURCE) == SOURCE.replace("return item", "return 2")


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (plant_of("return 1"), "has the line 'return 1' 2 times"),
        (plant_of("return 3"), "has the line 'return 3' 0 times"),
        (plant_of("return item", "give"), "0 times"),
        (plant_of("return 1", "gone"), "has no 'gone'"),
    ],
)
def test_a_line_that_is_not_there_is_no_plant(plant: Plant, said: str) -> None:
    with pytest.raises(NotPlanted, match=said):
        plant.changed(SOURCE)


# The trial, with made-up plays.


class Rehearsal(Crew):
    """What fires at which seed, with the plant and without it. Answers come in any order."""

    with_plant: ClassVar[dict[int, tuple[str, ...]]] = {}
    without: ClassVar[dict[int, tuple[str, ...]]] = {}
    cannot = ""

    def __init__(self, count: int, plant: str = "") -> None:
        super().__init__(count, plant)
        self._fires = self.with_plant if plant else self.without

    def answers(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Line]]:
        if self.cannot:
            raise CannotPlay(self.cannot)
        waiting = list(jobs)
        while waiting:
            some, waiting = waiting[: self.count], waiting[self.count :]
            for job in reversed(some):
                fired = self._fires.get(job["seed"], ())
                found = [{"checker": name, "said": f"of {name}"} for name in fired]
                yield job, {"seed": job["seed"], "violations": found}

    def in_order(self, jobs: Sequence[Job]) -> list[Line]:
        return [line for job in jobs for _, line in self.answers([job])]


@pytest.fixture
def rehearsed(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(trial, "Crew", Rehearsal)
    return monkeypatch


def verdict(jobs: int = 1, most: int = 0) -> Verdict:
    plant = Plant("p", "breaks it", "hub.x", "a", "b", ("paged", "over"), seeds=20)
    wish = Wish(0, 1)
    return tried(plant, jobs, wish.job, Clean(Rehearsal(1), wish.job), most=most)


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_it_is_caught_by_the_first_seed_of_a_checker_that_it_names(
    rehearsed: pytest.MonkeyPatch, jobs: int
) -> None:
    fired = {3: ("not-lost",), 6: ("watched", "paged"), 7: ("over",)}
    rehearsed.setattr(Rehearsal, "with_plant", fired)
    found = verdict(jobs)
    assert (found.ok, found.named, found.caught_by) == (True, True, ("paged",))
    assert (found.seed, found.seeds, found.allowed, found.said) == (6, 7, 20, "of paged")
    assert found.line().endswith("→ paged, seed 6, 7 of 20")


@pytest.mark.parametrize("jobs", [1, 3])
def test_another_checker_counts_and_is_marked(rehearsed: pytest.MonkeyPatch, jobs: int) -> None:
    late = {2: ("crash",), 2 + LOOK_ON + 1: ("paged",)}
    rehearsed.setattr(Rehearsal, "with_plant", late)
    found = verdict(jobs)
    assert (found.ok, found.named, found.caught_by, found.seed) == (True, False, ("crash",), 2)
    assert "crash (not named by the plant), seed 2, 3 of 20" in found.line()
    rehearsed.setattr(Rehearsal, "with_plant", {2: ("crash",), 2 + LOOK_ON: ("paged",)})
    assert verdict(jobs).named


def test_the_weather_is_the_plants_own_unless_another_is_asked_for(
    rehearsed: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[object, object]] = []

    def answers(crew: Crew, jobs: Iterable[Job]) -> Iterator[tuple[Job, Line]]:
        for job in jobs:
            asked.append((job["seed"], job["weather"]))
            yield job, {"seed": job["seed"], "violations": []}

    rehearsed.setattr(Rehearsal, "answers", answers)
    plant = Plant("p", "", "hub.x", "a", "b", ("paged",), seeds=2, weather="hub")
    for first, count, weather in ((5, 2, ""), (0, 1, "calm")):
        wish = Wish(first, count, weather=weather)
        tried(plant, 1, wish.job, Clean(Rehearsal(1), wish.job), first, count)
    assert asked == [(5, "hub"), (6, "hub"), (0, "calm")]


def test_what_the_seed_breaks_without_it_is_no_find(rehearsed: pytest.MonkeyPatch) -> None:
    rehearsed.setattr(Rehearsal, "with_plant", {4: ("paged",), 9: ("paged", "over")})
    rehearsed.setattr(Rehearsal, "without", {4: ("paged",), 9: ("paged",)})
    found = verdict()
    assert (found.caught_by, found.seed) == (("over",), 9)


def test_one_that_nobody_finds_has_survived(rehearsed: pytest.MonkeyPatch) -> None:
    found = verdict(most=6)
    assert (found.ok, found.seeds) == (False, 6)
    assert found.line().endswith("→ SURVIVED 6 seeds")
    rehearsed.setattr(Rehearsal, "cannot", "no such line")
    found = verdict()
    assert (found.ok, found.fault) == (False, "no such line")
    assert found.line().endswith("→ NOT PLANTED: no such line")


# With the real ones.


def tried_for_real(name: str) -> Verdict:
    wish = Wish(0, 1)
    with Crew(1) as crew:
        return tried(PLANTS[name], 1, wish.job, Clean(crew, wish.job))


@pytest.mark.parametrize("name", SOON)
def test_it_is_caught(name: str) -> None:
    found = tried_for_real(name)
    assert found.ok, found.line()


@pytest.mark.soak
@pytest.mark.parametrize("name", PLANTS)
def test_every_one_is_caught(name: str) -> None:
    found = tried_for_real(name)
    assert found.ok, found.line()
