"""Intervals, against values of the literature and against their own definition."""

import pytest

from simulator.hands.intervals import TAIL, _at_most, of_rate, of_share


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Garwood's 95 % intervals, as every table of them has them.
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390),
     (100, 81.364, 121.627)],
)  # fmt: skip
def test_rates_as_in_the_tables(count: int, low: float, high: float) -> None:
    found = of_rate(count)
    assert found[0] == pytest.approx(low, abs=2e-3)
    assert found[1] == pytest.approx(high, abs=2e-3)


def test_the_ends_of_a_rate_are_where_the_tails_are() -> None:
    for count in (1, 3, 40, 300):
        low, high = of_rate(count)
        assert _at_most(count, high) == pytest.approx(TAIL, rel=1e-6)
        assert 1 - _at_most(count - 1, low) == pytest.approx(TAIL, rel=1e-6)


def test_a_great_count_has_a_finite_interval_around_it() -> None:
    low, high = of_rate(5000)
    assert 4800 < low < 5000 < high < 5200


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (1, 100, 0.00177, 0.0545),
     (10, 10, 0.7225, 1.0)],
)  # fmt: skip
def test_shares_as_in_the_tables(count: int, of: int, low: float, high: float) -> None:
    found = of_share(count, of)
    assert found[0] == pytest.approx(low, abs=1e-4)
    assert found[1] == pytest.approx(high, abs=1e-4)
