"""Days as moments: leap days, the clock change, months that are too short, drawn moments."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.policy.model import Hours
from hub.registers import days

ZONE = "Europe/London"
HOURS = Hours()


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-31", 0, "2026-01-31"),
    ],
)
def test_months(day: str, months: int, expected: str) -> None:
    assert days.months_after(date.fromisoformat(day), months).isoformat() == expected


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        ("2026-10-24", "2026-10-24T08:00"),
        ("2026-10-25", "2026-10-25T09:00"),
        ("2027-03-28", "2027-03-28T08:00"),
        ("2028-02-29", "2028-02-29T09:00"),
    ],
)
def test_the_office_opens_by_the_clock_on_the_wall(day: str, utc: str) -> None:
    moment = days.opening_ms(date.fromisoformat(day), HOURS, ZONE)
    assert datetime.fromtimestamp(moment / 1000, UTC).isoformat().startswith(utc)
    assert days.day_at(moment, ZONE).isoformat() == day


@given(
    st.dates(date(2020, 1, 1), date(2090, 1, 1)),
    st.integers(1, 400),
    st.integers(0, 2**48 - 1),
)
def test_a_drawn_moment_is_in_office_hours_within_the_period(
    first: date, span: int, draw: int
) -> None:
    last = first + timedelta(days=span)
    moment = days.drawn_ms(first, last, HOURS, ZONE, draw)
    day = days.day_at(moment, ZONE)
    assert first < day <= last
    if span > 7:
        assert day.isoweekday() in HOURS.days
    opening = days.opening_ms(day, HOURS, ZONE)
    assert 0 <= moment - opening < (HOURS.closes_min - HOURS.opens_min) * 60_000
    assert moment == days.drawn_ms(first, last, HOURS, ZONE, draw)


def test_draws_reach_every_day_and_hour() -> None:
    first, last = date(2026, 6, 1), date(2026, 7, 1)
    found = {days.drawn_ms(first, last, HOURS, ZONE, draw * 7919) for draw in range(3_000)}
    assert len({days.day_at(moment, ZONE) for moment in found}) == 22
    assert len({moment // 3_600_000 % 24 for moment in found}) == 8
