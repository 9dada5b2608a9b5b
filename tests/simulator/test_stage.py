"""Whole scenarios on real parts: they pass for the right reason, and fail for the right reason."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.live.runner import Options, Printer, run_one
from simulator.live.scenario import FOLDER, load
from tests.conftest import need

ROOT = Path(__file__).parents[2]

PLANTED = """
[scenario]
title = "What nobody expected"
speed = 5
wearers = ["bea"]
strict = ["alarm", "page"]

[[step]]
expect = "link"
since = "start"
name = "up"
[[step]]
press = "sos-stabs"
who = "bea"
[[step]]
expect = "feel"
name = "hub-has-it"
who = "bea"
"""
WRONG = '[[step]]\nexpect = "feel"\nname = "person-has-it"\nwho = "bea"\nwithin_s = 2\n'


@pytest.fixture(autouse=True)
def real_parts() -> None:
    need("mosquitto")
    need("micropython")


def simulate(*args: str) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-m", "simulator.cli", "run", "--json", *args]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)


def events(done: "subprocess.CompletedProcess[str]") -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.live
@pytest.mark.micropython
@pytest.mark.parametrize(
    "name",
    ["sos-acknowledged", "hub-restored", "pendant-cut-after-stored", "sutton-drill",
     "carers-no-answer-absent", "carers-key-stolen", "asleep-woken-by-sos", "two-brokers"],
)  # fmt: skip
def test_a_shipped_scenario_passes(name: str) -> None:
    assert run_one(load(FOLDER / f"{name}.toml"), Options(quiet=True), Printer(Options(quiet=True)))


@pytest.mark.live
@pytest.mark.micropython
def test_the_hub_is_killed_and_nothing_is_lost() -> None:
    """Five instants here; `allswell-sim run` takes two hundred."""
    done = simulate(str(FOLDER / "hub-killed.toml"), "--rounds", "5", "--seed", "11")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    kills = [e for e in events(done) if (e.get("who"), e.get("what")) == ("hub", "killed")]
    assert len(kills) == 5


@pytest.mark.live
@pytest.mark.micropython
def test_a_page_that_nobody_expected_fails_the_run(tmp_path: Path) -> None:
    path = tmp_path / "planted.toml"
    path.write_text(PLANTED)
    done = simulate(str(path))
    assert done.returncode == 1
    (failed,) = [e for e in events(done) if e["event"] == "failed"]
    assert failed["wanted"] == "nothing more"
    assert any(str(line).startswith("alarm bea sos raised") for line in failed["came"])  # type: ignore[attr-defined]  # a list, as JSON has it


@pytest.mark.live
@pytest.mark.micropython
def test_what_does_not_happen_fails_with_what_came_instead(tmp_path: Path) -> None:
    path = tmp_path / "planted.toml"
    path.write_text(PLANTED.replace('"alarm", "page"', "") + WRONG)
    done = simulate(str(path))
    assert done.returncode == 1
    (failed,) = [e for e in events(done) if e["event"] == "failed"]
    assert failed["wanted"] == "expect feel of bea 'person-has-it'"
    assert failed["line"] == PLANTED.count("\n") + 1
    assert "feel bea hub-has-it" in failed["came"]  # type: ignore[operator]  # a list, as JSON has it


@pytest.mark.live
def test_a_file_that_cannot_be_read_fails_before_anything_starts(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text('[scenario]\ntitle = "x"\n[[step]]\npress = "a-long"\n')
    done = simulate(str(path))
    assert done.returncode == 1
    assert "a-long" in done.stdout
    assert not [e for e in events(done) if e["event"] == "scenario"]
