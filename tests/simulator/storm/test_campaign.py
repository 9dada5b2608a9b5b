"""Seeds by the thousand: none is lost and none is played twice, wherever it was stopped."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from simulator.storm.asked import plan_of
from simulator.storm.campaign import Campaign, NoState, Wish
from simulator.storm.crew import Crew, Job, Line
from simulator.storm.drawing import draw
from simulator.storm.exhaustive import history
from simulator.storm.telling import Totals, crashed


def line_of(seed: int) -> Line:
    """Of a made-up play: each tenth seed breaks something."""
    broken = [{"checker": "paged", "at_ms": 5, "about": "a", "said": "nobody"}] * (seed % 10 == 9)
    return {
        "seed": seed, "policy": "plain" if seed % 2 else "sutton-cypl", "weather": "hub",
        "visits": seed, "alarms": 2, "presses": 1, "happened": 100, "virtual_ms": 86_400_000,
        "core_ms": 10_000, "faults": {"lost": seed, "hub_kill": 1}, "violations": broken,
        "digest": "",
    }  # fmt: skip


class Rehearsal(Crew):
    """Answers at once, two at a time and the second one first; Ctrl-C comes after `until`."""

    def __init__(self, until: int = 10**9) -> None:
        super().__init__(2)
        self.until = until
        self.given: list[int] = []

    def answers(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Line]]:
        waiting = iter(jobs)
        said = 0
        while pair := [job for job in (next(waiting, None), next(waiting, None)) if job]:
            self.given += [job["seed"] for job in pair]
            for job in reversed(pair):
                if said == self.until:
                    raise KeyboardInterrupt
                said += 1
                yield job, line_of(job["seed"])


def played(campaign: Campaign, crew: Rehearsal) -> list[int]:
    heard: list[int] = []
    campaign.play(crew, lambda line: heard.append(line["seed"]))
    return heard


def test_all_seeds_once_and_their_totals() -> None:
    campaign = Campaign.begun(Wish(100, 21))
    assert campaign.left == 21
    heard = played(campaign, Rehearsal())
    assert sorted(heard) == list(range(100, 121))
    totals = campaign.totals
    assert (totals.seeds, totals.visits, campaign.left) == (21, sum(range(100, 121)), 0)
    assert totals.faults == {"lost": sum(range(100, 121)), "hub_kill": 21}
    assert totals.failed == [109, 119]
    assert totals.line() == (
        "21 seeds, 2,310 visits, 21.0 days, × 8,640 real time a core;"
        " faults: hub_kill 21, lost 2,310; 2 violations in 2 seeds"
    )


@pytest.mark.parametrize("until", range(8))
def test_a_stopped_one_goes_on_where_it_was(tmp_path: Path, until: int) -> None:
    path = tmp_path / "state.json"
    whole = Campaign.begun(Wish(0, 12, "plain", "hub"))
    played(whole, Rehearsal())
    stopped = Campaign.begun(whole.wish, path)
    heard: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        stopped.play(Rehearsal(until), lambda line: heard.append(line["seed"]))
    going_on = Campaign.resumed(path)
    assert going_on.wish == whole.wish
    assert going_on.left == 12 - until
    heard += played(going_on, Rehearsal())
    assert Counter(heard) == Counter(range(12))
    assert going_on.totals.as_json() == whole.totals.as_json()
    assert Campaign.resumed(path).left == 0
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]


def test_more_seeds_may_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    played(Campaign.begun(Wish(0, 5), path), Rehearsal())
    more = Campaign.resumed(path, 9)
    assert played(more, Rehearsal()) == [6, 5, 8, 7]
    assert Campaign.resumed(path, 2).totals.seeds == 9


def test_it_ends_at_the_first_violation_when_it_is_to() -> None:
    campaign = Campaign.begun(Wish(0, 40))
    crew = Rehearsal()
    campaign.play(crew, lambda line: None, lambda: bool(campaign.totals.violations))
    assert campaign.totals.failed == [9]
    assert max(crew.given) == 9  # what had been given is finished, nothing more is begun
    assert campaign.totals.seeds == 10


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": 2}', '{"format": 1, "wish": {"first": 1}}']
)
def test_a_file_that_is_no_state_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(NoState, match=r"state\.json"):
        Campaign.resumed(path)
    with pytest.raises(NoState, match="No such file"):
        Campaign.resumed(tmp_path / "none.json")


def test_a_crash_counts_as_a_broken_promise() -> None:
    totals = Totals()
    totals.take(crashed(4, "its process ended with -9"))
    assert totals.failed == [4]
    assert totals.line().endswith("faults: none; 1 violation in 1 seed")
    assert Totals.from_json(json.loads(json.dumps(totals.as_json()))) == totals


def test_a_seed_is_played_again_as_it_was_asked_for() -> None:
    assert Wish(0, 9).again(4) == "allswell-sim storm --seed 4"
    wish = Wish(0, 9, "plain", "hub")
    assert wish.again(4) == "allswell-sim storm --seed 4 --policy plain --weather hub"
    assert wish.job(4) == {"seed": 4, "policy": "plain", "weather": "hub"}


def test_short_histories_are_a_campaign_too(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    wish = Wish(3, 2, depth=1)
    assert wish.job(3) == {"seed": 3, "policy": "", "weather": "", "depth": 1}
    assert wish.again(4) == "allswell-sim storm --seed 4 --exhaustive 1"
    assert plan_of(wish.job(3)) == history(1, 3)
    assert plan_of(Wish(3, 1).job(3)) == draw(3)
    played(Campaign.begun(wish, path), Rehearsal())
    assert Campaign.resumed(path).wish == wish
