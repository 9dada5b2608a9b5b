"""The command says its inputs, and a day that was really played."""

import json

import pytest
from click.testing import CliRunner

from simulator.cli import cli
from simulator.energy.day import Day, played
from simulator.energy.inputs import INPUTS
from simulator.energy.report import FIVE_HOURS


def told(*args: str) -> str:
    result = CliRunner().invoke(cli, ["energy", "--first", *args])
    assert result.exit_code == 0, result.output
    return result.output


def test_it_prints_every_input_and_the_day() -> None:
    said = told()
    for each in INPUTS:
        assert f"| `{each.name}` | {each.value:g} {each.unit} |" in said
    assert "| **a day** |" in said


def test_json_has_the_same_and_a_number_of_ones_own_says_so() -> None:
    found = json.loads(told("--json", "--set", "battery_mah=2000"))
    [battery] = [each for each in found["inputs"] if each["name"] == "battery_mah"]
    assert (battery["value"], battery["source"]) == (2000, "given on the command line")
    assert sum(item["mah"] for item in found["items"]) == pytest.approx(found["mah_a_day"], abs=0.2)
    assert found["days"] == pytest.approx(1800 / found["mah_a_day"], abs=0.05)


@pytest.mark.parametrize("wrong", ["volts=3", "battery_mah", "battery_mah=x", "rx_ma=-1"])
def test_what_is_no_input_is_misuse(wrong: str) -> None:
    result = CliRunner().invoke(cli, ["energy", "--set", wrong], standalone_mode=False)
    assert result.exception is not None
    assert "input" in str(result.exception) or "NAME=NUMBER" in str(result.exception) or (
        "negative" in str(result.exception)
    )  # fmt: skip


def test_the_day_is_five_hours_out_and_the_pendant_sleeps_otherwise() -> None:
    use = played(FIVE_HOURS)
    assert use.visits == 5
    assert use.out_ms == pytest.approx(5 * 3_600_000, rel=0.06)
    assert use.awake_ms < use.out_ms + 90 * 60_000, "asleep but for her visits and what ends them"
    assert use.awake_ms > use.out_ms - 60_000, "and awake all through them"


def test_the_same_day_without_sleep_is_awake_throughout() -> None:
    use = played(Day(FIVE_HOURS.stay_ms, sleep=False))
    assert (use.wakes, use.asleep_ms) == (1, 0)
