"""The board, through a real server over a real store and engine."""

import pytest

from tests.hub.web.house import Browser, House


@pytest.mark.clause("HM-2.6")
def test_a_planned_visit_stands_on_the_board(house: House, ben: Browser) -> None:
    house.plan(then="home")
    page = ben.get("/").text
    assert "Asha Patel" in page
    assert "C17, Heavitree" in page
    assert "10:05 to 11:05" in page
    assert "<b>NR</b>" in page
    assert "Jo Client" not in page, "the board names no client"
