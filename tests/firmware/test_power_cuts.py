"""Power cuts over the real VfsLfs2, inside MicroPython: no SOS lost, no identity with two sets of
bytes, on a roomy flash, a worn one and a full one. The law and the stories: cuts_rig.py.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import need

pytestmark = pytest.mark.micropython

RIG = Path(__file__).parents[1] / "micropython" / "cuts_rig.py"
HEAP = "heapsize=32M"  # chips are copied; the pendant's own heap is measured elsewhere
LIMIT_S = 1800


def told(first: int, count: int, how: str, plant: str = "") -> list[dict[str, Any]]:
    done = subprocess.run(
        [need("micropython"), "-X", HEAP, str(RIG), str(first), str(count), how]
        + ([plant] if plant else []),
        check=False,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    stories = [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]
    assert plant or (done.returncode == 0 and len(stories) == count), done.stdout + done.stderr
    return stories


def held(first: int, count: int, how: str) -> list[dict[str, Any]]:
    stories = told(first, count, how)
    assert [story for story in stories if story["breaches"]] == []
    return stories


def total(stories: list[dict[str, Any]], what: str) -> int:
    return sum(story[what] for story in stories)


def test_lives_that_end_in_a_torn_operation_lose_no_alarm() -> None:
    stories = held(1, 200, "drawn")
    assert {story["kind"] for story in stories} == {"roomy", "full", "worn"}
    assert total(stories, "lives") > 400
    assert total(stories, "kept") > 500, "alarms that were told as kept"
    assert total(stories, "refused") > 100, "the full flash was full"


def test_each_operation_of_a_life_torn_loses_no_alarm() -> None:
    stories = held(500, 5, "every")
    assert total(stories, "cuts") > 4 * total(stories, "operations")


@pytest.mark.parametrize(
    ("plant", "breach"),
    [("in-place", "unreadable"), ("late", "lost"), ("no-reserve", "no room")],
)
def test_law_finds_what_breaks_it(plant: str, breach: str) -> None:
    breaches = [each for story in told(100, 25, "drawn", plant) for each in story["breaches"]]
    assert [each for each in breaches if breach in each]


@pytest.mark.soak
@pytest.mark.parametrize("thousand", range(6))
def test_thousands_of_seeds(thousand: int) -> None:
    held(10_000 + 1000 * thousand, 1000, "drawn")


@pytest.mark.soak
@pytest.mark.parametrize("first", range(20_000, 20_100, 25))
def test_each_operation_of_a_hundred_seeds(first: int) -> None:
    held(first, 25, "every")
