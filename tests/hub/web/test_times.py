"""Times on screens: words, the organisation's zone, the days on which the clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.web.views import times

LONDON = ZoneInfo("Europe/London")
MIN = 60_000


def utc(year: int, month: int, day: int, hour: int, minute: int) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (0, "0 s"),
        (59_999, "59 s"),
        (60_000, "1 min"),
        (61_000, "1 min 1 s"),
        (4 * MIN + 59_000, "4 min 59 s"),
        (5 * MIN + 30_000, "5 min"),
        (59 * MIN, "59 min"),
        (60 * MIN, "1 h"),
        (95 * MIN, "1 h 35 min"),
        (24 * 60 * MIN, "1 day"),
        (49 * 60 * MIN, "2 days"),
        (-10 * MIN, "10 min"),
    ],
)
def test_a_span_is_as_exact_as_somebody_needs_it(ms: int, said: str) -> None:
    assert times.span(ms) == said


def test_a_deadline_is_ahead_now_or_late() -> None:
    assert times.ahead(100_000, 40_000) == "in 1 min"
    assert times.ahead(40_000, 40_000) == "now"
    assert times.ahead(40_000, 39_999 + 10 * MIN) == "9 min late"
    assert times.soon(40_000, 99_000) == "now", "what the hub does by itself is never late"
    assert times.ago(40_000, 100_000) == "1 min ago"


def test_times_stand_in_the_organisations_zone() -> None:
    summer, winter = utc(2026, 7, 1, 10, 44), utc(2026, 11, 23, 10, 44)
    assert times.clock(summer, LONDON) == "11:44"
    assert times.clock(winter, LONDON) == "10:44"
    assert times.when(winter, winter + MIN, LONDON) == "10:44"
    assert times.when(winter, winter - 86_400_000, LONDON) == "10:44 tomorrow"
    assert times.when(winter, winter + 86_400_000, LONDON) == "10:44 yesterday"
    assert times.when(summer, winter, LONDON) == "11:44 on Wed 1 Jul"


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(times.NoSuchTime, match="01:30 does not exist"):
        times.from_local("2026-03-29T01:30", LONDON)


def test_of_a_time_that_comes_twice_the_earlier_is_meant() -> None:
    assert times.from_local("2026-10-25T01:30", LONDON) == utc(2026, 10, 25, 0, 30)


def test_a_bare_time_is_the_next_one() -> None:
    now = utc(2026, 11, 23, 10, 0)
    assert times.next_at(16, 30, now, LONDON) == utc(2026, 11, 23, 16, 30)
    assert times.next_at(1, 15, now, LONDON) == utc(2026, 11, 24, 1, 15)
    assert times.next_at(10, 0, now, LONDON) == now


def test_within_the_hour_that_is_shown_twice_a_bare_time_still_lies_ahead() -> None:
    first, second = utc(2026, 10, 25, 0, 10), utc(2026, 10, 25, 1, 10)
    assert times.next_at(1, 50, first, LONDON) == utc(2026, 10, 25, 0, 50), "the earlier of two"
    assert times.next_at(1, 50, second, LONDON) == utc(2026, 10, 25, 1, 50)
    assert times.next_at(1, 10, second, LONDON) == second
    late = utc(2026, 10, 25, 0, 50)
    assert times.next_at(1, 10, late, LONDON) == second, "shown again in twenty minutes"
    assert times.next_at(0, 50, late, LONDON) == utc(2026, 10, 26, 0, 50)
