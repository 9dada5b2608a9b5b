"""`allswell-sim storm` as a person types it: what it says, how it stops, what it leaves."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from simulator.commands import storm
from simulator.commands.storm import POLICIES, WEATHERS, command
from simulator.live.runner import Options, run
from simulator.storm import crew as crews
from simulator.storm import drawing, narrating, weathers
from simulator.storm.shrinking import Shrinking
from simulator.storm.story import load
from simulator.storm.telling import crashed

ROOT = Path(__file__).parents[3]
QUICK = ("--policy", "plain", "--weather", "danger", "--jobs", "1")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, for what is written where it is started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(command, words)


def test_one_short_history_and_some(at: Path) -> None:
    alone = typed("--exhaustive", "1", "--seed", "3", "--jobs", "1")
    assert (alone.exit_code, alone.output.splitlines()[-1][:6]) == (0, "1 seed")
    some = typed("--exhaustive", "1", "--seed", "3", "--seeds", "4", "--jobs", "1")
    assert (some.exit_code, some.output.splitlines()[-1][:7]) == (0, "4 seeds")


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say --seeds N, --seed S, --plant NAME, --exhaustive DEPTH or --resume"),
        (("--exhaustive", "1", "--policy", "plain"), "has a procedure and faults of its own"),
        (("--exhaustive", "1", "--seed", "9999"), "histories of depth 1, from 0"),
        (("--seeds", "0"), "not in the range"),
        (("--policy", "mine", "--seeds", "1"), "'mine' is not one of"),
        (("--plant", "weeds"), "there is no plant 'weeds'; there are all, "),
        (("--resume", "no.json"), "does not exist"),
        (("--resume", "bad.json"), "bad.json is not the state of a storm"),
        (("--resume", "bad.json", "--seed", "4"), "--resume takes all that from its file"),
    ],
)
def test_misuse_is_told(at: Path, words: Sequence[str], said: str) -> None:
    (at / "bad.json").write_text("{}")
    found = typed(*words)
    assert found.exit_code == 2
    assert said in found.output


def test_help_teaches() -> None:
    said = typed("--help").output
    for word in ("--seeds 1000", "--seed 42", "--plant all", "--resume", "Exit code: 0"):
        assert word in said


def test_the_choices_are_the_storms() -> None:
    assert POLICIES == drawing.POLICIES
    assert tuple(weathers.WEATHERS) == WEATHERS


@pytest.mark.usefixtures("at")
def test_seeds_are_lines_and_the_last_one_is_the_totals() -> None:
    found = typed("--seeds", "2", "--seed", "1", "--json", *QUICK)
    assert found.exit_code == 0, found.output
    *seeds, totals = lines(found)
    assert [(each["event"], each["seed"]) for each in seeds] == [("seed", 1), ("seed", 2)]
    assert (totals["event"], totals["seeds"]) == ("totals", 2)
    assert totals["visits"] == sum(each["visits"] for each in seeds) > 0
    said = typed("--seeds", "2", "--seed", "1", *QUICK)
    assert said.stdout.startswith(f"2 seeds, {totals['visits']} visits, ")
    assert said.stdout.endswith("no violations\n")
    assert said.stdout.count("\n") == 1


def test_ctrl_c_keeps_what_is_done(at: Path) -> None:
    argv = [sys.executable, "-m", "simulator.cli", "storm", "--seeds", "3", "--json", *QUICK]
    process = subprocess.Popen(argv, cwd=at, stdout=subprocess.PIPE, text=True, env=os.environ)
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    stopped, totals = map(json.loads, process.communicate(timeout=60)[0].splitlines()[-2:])
    assert process.returncode == 130
    assert stopped["again"] == "allswell-sim storm --resume build/storm/state.json"
    assert first["seed"] == 0
    assert totals["seeds"] < 3
    again = typed("--resume", "build/storm/state.json", "--jobs", "1", "--json")
    assert again.exit_code == 0
    *rest, whole = lines(again)
    assert [each["seed"] for each in rest] == list(range(totals["seeds"], 3))
    assert whole["seeds"] == 3


class Breaks:
    """Plays in which every plan with a `danger` breaks a promise."""

    def __init__(self, *_: object) -> None:
        self.count = 1

    def __enter__(self) -> "Breaks":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def answers(self, jobs: Any) -> Any:
        for job in jobs:
            yield job, self.line(job)

    def in_order(self, jobs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [self.line(job) for job in jobs]

    def line(self, job: Mapping[str, Any]) -> dict[str, Any]:
        line = crashed(job["seed"], "nobody was paged about p-bea:7", checker="paged")
        if "story" in job and '"danger"' not in job["story"]:
            line["violations"] = []
        return line


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "Crew", Breaks)
    monkeypatch.setattr(narrating, "Crew", Breaks)


@pytest.mark.usefixtures("breaking")
def test_a_seed_that_breaks_is_told_small_and_played_again(at: Path) -> None:
    found = typed("--seed", "3", *QUICK)
    assert found.exit_code == 1
    assert "seed 3: paged: nobody was paged about p-bea:7" in found.output
    assert "again: allswell-sim run build/storm/3.toml" in found.output
    story = load(at / "build/storm/3.toml")
    assert (story.breaks, story.plan.seed, story.plan.workers) == ("paged", 3, 1)
    assert [act.kind for act in story.plan.acts] == ["danger"]
    assert found.stdout.splitlines()[-1].endswith("1 violation in 1 seed")
    # As it is no bug of the storm's, the story passes.
    assert run([at / "build/storm/3.toml"], Options(quiet=True)) == 0


@pytest.mark.usefixtures("at", "breaking")
def test_the_first_violation_ends_it_when_it_is_to() -> None:
    found = typed("--seeds", "5", "--first", "--no-shrink", "--json", *QUICK)
    assert found.exit_code == 1
    assert [each["event"] for each in lines(found)] == ["seed", "totals"]
    going_on = typed("--seeds", "5", *QUICK)
    assert going_on.exit_code == 1
    assert "again: allswell-sim storm --seed 4 --policy plain --weather danger" in going_on.output
    assert "5 violations in 5 seeds" in going_on.output


@pytest.mark.usefixtures("breaking")
def test_a_stop_while_it_is_made_small_says_the_totals(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(self: Shrinking) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Shrinking, "run", stopped)
    found = typed("--seed", "3", *QUICK)
    assert found.exit_code == 130
    assert found.stdout.splitlines()[-1].endswith("1 violation in 1 seed")
    assert not (at / "build").exists()


@pytest.mark.usefixtures("at")
def test_a_plant_is_tried_by_its_name() -> None:
    found = typed("--plant", "signature-not-checked", "--jobs", "1", "--json")
    assert found.exit_code == 0, found.output
    plant, totals = lines(found)
    assert (plant["event"], plant["plant"], plant["caught"]) == (
        "plant", "signature-not-checked", True,
    )  # fmt: skip
    assert (totals["plants"], totals["caught"], totals["survived"]) == (1, 1, [])
    assert storm.STATE == Path("build/storm/state.json")
