"""The measured faults of the link: the page says what the code allows, and one is measured here."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from firmware.mqtt import ACK_MS, BACKOFF_LIMIT_MS, CONNECT_MS, PING_AFTER_MS, TURN_MS
from firmware.pendant.brokers import HUB_WAIT_MS, WAIT_LIMIT_MS
from simulator.bench.link import (
    BACK_S,
    COLUMNS,
    FAULTS,
    NOT_SENT_S,
    NOTICED_PRESSED_S,
    NOTICED_S,
    Fault,
    Row,
)
from simulator.cli import cli
from simulator.live.proxy import MODES
from tests.conftest import need

PAGE = (Path(__file__).parents[2] / "docs" / "link.md").read_text(encoding="utf-8")


def test_the_budget_on_the_page_is_that_of_the_code() -> None:
    for said in (
        f"| {NOTICED_S:g} s |",
        f"| {NOTICED_PRESSED_S:g} s |",
        f"| {BACK_S:g} s |",
        f"| {(CONNECT_MS + ACK_MS + TURN_MS) / 1000:g} s |",
        f"| {HUB_WAIT_MS // 1000} s, doubling to {WAIT_LIMIT_MS // 1000} s |",
        f"after {PING_AFTER_MS // 1000} s of silence a ping",
        f"a back-off at its limit ({BACKOFF_LIMIT_MS // 1000} s)",
    ):
        assert said in PAGE, said
    assert NOT_SENT_S == 10


def test_every_fault_has_its_row_within_the_budget() -> None:
    found = re.search(r"<!-- made: link -->\n(.*?)\n<!-- end -->", PAGE, re.DOTALL)
    assert found is not None
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in found[1].splitlines()[2:]]
    assert [row[:2] for row in rows] == [[fault.name, fault.said] for fault in FAULTS]
    for row in rows:
        assert len(row) == len(COLUMNS)
        cells = dict(zip(COLUMNS, row, strict=True))
        for column, limit_s in (
            (COLUMNS[2], NOTICED_S), (COLUMNS[3], NOTICED_S), (COLUMNS[4], NOT_SENT_S),
            (COLUMNS[5], BACK_S), (COLUMNS[6], BACK_S),
        ):  # fmt: skip
            told = cells[column]
            assert told == "–" or float(told.removesuffix(" s")) <= limit_s, (row[0], column)


def test_each_fault_of_the_proxy_is_measured() -> None:
    assert {fault.mode for fault in FAULTS} == {*MODES, "freeze"}


def test_what_takes_too_long_is_told() -> None:
    slow = Row(Fault("cut", "cut", ""), noticed=[3.0, 99.0], back=[1.0])
    [said] = slow.over_budget()
    assert said == "cut: noticed 99.0 s, allowed 12.2 s"


@pytest.mark.live
@pytest.mark.micropython
def test_a_reset_is_noticed_at_once_and_the_press_goes_through() -> None:
    need("mosquitto")
    need("micropython")
    result = CliRunner().invoke(cli, ["link", "--fault", "reset", "--json"])
    assert result.exit_code == 0, result.output
    [row] = json.loads(result.stdout.splitlines()[-1])["faults"]
    assert len(row["noticed_s"]) == len(row["receipt_s"]) == 3
    assert max(row["noticed_s"]) < 2


def test_a_fault_that_there_is_not_is_misuse() -> None:
    result = CliRunner().invoke(cli, ["link", "--fault", "fog"], standalone_mode=False)
    assert "no fault is called 'fog'" in str(result.exception)
