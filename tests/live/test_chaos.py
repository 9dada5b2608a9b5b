"""A few seconds of live chaos, and a tiny fleet: the same as for hours, on real parts."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulator.cli import cli

pytestmark = [pytest.mark.live, pytest.mark.micropython]


@pytest.fixture(autouse=True)
def parts(mosquitto_path: str, micropython_path: str) -> None:
    """Both are needed, or the test says so."""


def last_of(result: Result) -> dict[str, object]:
    found = json.loads(result.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_chaos_heals_and_every_statement_holds() -> None:
    words = ["chaos", "--minutes", "0.1", "--seed", "11", "--pendants", "2", "--json"]
    result = CliRunner().invoke(cli, words)
    totals = last_of(result)
    assert totals["violations"] == [], result.stdout
    assert result.exit_code == 0
    assert totals["statements"] and totals["log_rows"] and totals["visits"] and totals["faults"]
    assert totals["early"] is False


def test_ctrl_c_ends_it_with_the_totals_so_far() -> None:
    words = ["chaos", "--minutes", "60", "--seed", "3", "--pendants", "1", "--json"]
    argv = [sys.executable, "-m", "simulator.cli", *words]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, start_new_session=True) as sim:
        assert sim.stdout is not None
        assert "seed 3" in sim.stdout.readline()
        assert " s of 3600" in sim.stdout.readline()
        sim.send_signal(signal.SIGINT)
        totals = json.loads(sim.stdout.read().splitlines()[-1])
    assert sim.returncode == 130
    assert totals["early"] is True and totals["violations"] == []
    assert not Path(str(totals["folder"])).exists()


def test_a_tiny_fleet_loses_nothing() -> None:
    words = ["fleet", "--pendants", "5", "--thin", "20", "--seconds", "5", "--sos-per-s", "2"]
    result = CliRunner().invoke(cli, [*words, "--json"])
    figures = last_of(result)
    assert figures["lost"] == [], result.stdout
    assert result.exit_code == 0, result.stdout
    assert (figures["connected"], figures["thin_connected"]) == (5, 20)
    assert figures["sos"] and figures["beats_per_s"] and figures["standings_per_s"]


def test_a_fleet_too_large_says_what_is_allowed() -> None:
    result = CliRunner().invoke(cli, ["fleet", "--pendants", "1", "--thin", "100000000"])
    assert result.exit_code == 1
    assert "file handles" in result.output and "ulimit" in result.output
