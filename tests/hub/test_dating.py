"""Dates of presses: by the press, never after the receipt, never before the hub was born."""

from hypothesis import given
from hypothesis import strategies as st

from hub.dating import date

GENESIS = 1_000_000
NOW = 9_000_000


def test_a_press_is_dated_when_it_was_made_not_when_it_arrived() -> None:
    dated = date(NOW - 3_600_000, 60_000, NOW, GENESIS, GENESIS)
    assert (dated.at_ms, dated.certain) == (NOW - 3_540_000, True)


def test_a_pendant_whose_clock_runs_fast_is_held_at_the_receipt() -> None:
    assert date(NOW - 1_000, 5_000, NOW, GENESIS, GENESIS).at_ms == NOW


def test_a_time_from_the_future_was_never_this_hubs() -> None:
    dated = date(NOW + 1, 0, NOW, NOW - 50_000, GENESIS)
    assert (dated.at_ms, dated.certain) == (NOW - 50_000, False)


def test_a_time_from_before_the_genesis_was_never_this_hubs() -> None:
    assert not date(GENESIS - 1, 0, NOW, NOW - 50_000, GENESIS).certain


def test_undatable_is_the_earliest_possible_moment() -> None:
    dated = date(0, 7_000, NOW, NOW - 50_000, GENESIS)
    assert (dated.at_ms, dated.certain) == (NOW - 43_000, False)


def test_undatable_without_any_knowledge_is_not_before_the_genesis() -> None:
    assert date(0, 0, NOW, 0, GENESIS).at_ms == GENESIS


moments = st.integers(min_value=0, max_value=2 * NOW)


@given(heard=moments, since=moments, earliest=moments)
def test_always_between_genesis_and_receipt(heard: int, since: int, earliest: int) -> None:
    assert GENESIS <= date(heard, since, NOW, earliest, GENESIS).at_ms <= NOW


@given(heard=moments, since=moments, earliest=moments, later=moments)
def test_knowing_less_never_dates_later(heard: int, since: int, earliest: int, later: int) -> None:
    """An uncertain date is never later than the same press dated with a better floor."""
    low = date(heard, since, NOW, earliest, GENESIS)
    high = date(heard, since, NOW, max(earliest, later), GENESIS)
    assert low.at_ms <= high.at_ms
