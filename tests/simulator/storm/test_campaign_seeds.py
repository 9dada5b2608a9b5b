"""The storm in every run of the suite: a fixed set of seeds, and the seed of the commit.

Rule: every procedure under every weather. A seed that breaks a promise is told with the command
that makes its story small.
"""

import subprocess
from pathlib import Path

import pytest

from simulator.storm import story
from simulator.storm.campaign import Wish
from simulator.storm.drawing import POLICIES, draw
from simulator.storm.play import play
from simulator.storm.weathers import WEATHERS

ROOT = Path(__file__).parents[3]
# Each procedure in six weathers; over all seven each weather comes four times at least.
EACH = 6
WITHOUT_GIT = 20261122  # a tree that was unpacked has no commit
FIXED = [
    (100 * number + place, policy, tuple(WEATHERS)[(number * EACH + place) % len(WEATHERS)])
    for number, policy in enumerate(POLICIES)
    for place in range(EACH)
]
HALVES = [FIXED[start : start + EACH // 2] for start in range(0, len(FIXED), EACH // 2)]


def broken(seed: int, policy: str = "", weather: str = "") -> list[str]:
    """What is wrong with it, in words, and how to see it again."""
    found = play(draw(seed, policy, weather)).violations
    again = Wish(seed, 1, policy, weather).again(seed)
    return [*map(str, found), again] if found else []


@pytest.mark.parametrize("seeds", HALVES, ids=lambda seeds: f"{seeds[0][1]}-{seeds[0][0]}")
def test_no_promise_is_broken(seeds: list[tuple[int, str, str]]) -> None:
    assert [words for seed in seeds if (words := broken(*seed))] == []


def test_the_fixed_seeds_are_all_procedures_and_weathers() -> None:
    assert {policy for _, policy, _ in FIXED} == set(POLICIES)
    assert {weather for _, _, weather in FIXED} == set(WEATHERS)
    assert len({seed for seed, _, _ in FIXED}) == len(FIXED) >= 40


def seed_of_the_commit() -> int:
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, text=True, capture_output=True, check=False
    )
    return int(done.stdout[:8], 16) if done.returncode == 0 else WITHOUT_GIT


@pytest.mark.parametrize("number", range(4))
def test_no_promise_is_broken_by_the_seeds_of_the_commit(number: int) -> None:
    assert broken(seed_of_the_commit() + number) == []


@pytest.mark.parametrize("path", sorted(story.KEPT.glob("*.toml")), ids=lambda path: path.stem)
def test_the_story_of_a_mended_bug_stays_mended(path: Path) -> None:
    found = play(story.load(path).plan).violations
    assert list(map(str, found)) == [], f"allswell-sim run {path}"
