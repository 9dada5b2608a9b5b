"""docs/energy.md says what the model says, and what other parts assume agrees with it."""

import re
from pathlib import Path

import pytest

from firmware.pendant.battery import VISIT_MA
from simulator.energy.inputs import INPUTS
from simulator.energy.report import VARIANTS, Row, lines, rows

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "energy.md").read_text(encoding="utf-8")
SAME = 0.04  # of a figure: the firmware may change a little between two writings of the page


@pytest.fixture(scope="module")
def first() -> Row:
    return rows(first_only=True)[0]


def made(name: str) -> list[str]:
    found = re.search(rf"<!-- made: {name} -->\n(.*?)\n<!-- end -->", PAGE, re.DOTALL)
    assert found is not None, name
    return found[1].splitlines()


def test_the_inputs_on_the_page_are_those_of_the_code(first: Row) -> None:
    told = lines([first], {})
    assert made("inputs") == told[: len(INPUTS) + 2]


def test_the_day_on_the_page_is_the_day_as_it_is_played_now(first: Row) -> None:
    [said] = [line for line in made("day") if line.startswith("| **a day**")]
    mah, days = (float(number) for number in re.findall(r"\d+\.\d+", said))
    assert mah == pytest.approx(first.bill.mah, rel=SAME)
    assert days == pytest.approx(first.bill.days, rel=SAME)


def test_every_variant_is_on_the_page() -> None:
    told = "\n".join(made("variants"))
    for variant in VARIANTS:
        assert f"| {variant.name} |" in told


def test_the_pendant_warns_by_a_visit_no_cheaper_than_the_models(first: Row) -> None:
    """It can only guess what a visit costs; a guess too low would warn too late."""
    assert first.bill.mah / first.bill.out_h < VISIT_MA


def test_the_board_runs_at_the_clock_of_the_model() -> None:
    board = (ROOT / "firmware" / "boards" / "esp32.py").read_text(encoding="utf-8")
    assert re.search(r"^CPU_HZ = 80_000_000\b", board, re.MULTILINE)
