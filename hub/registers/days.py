"""Calendar days as moments: when a day's work begins in the organisation's zone.

Rule: what is due on a day is asked for when the office opens that day, never at midnight.
"""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hub.policy.model import Hours

DAY_MS = 86_400_000
MINUTE_MS = 60_000


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def opening_ms(day: date, hours: Hours, zone: str) -> int:
    """When the office opens that day; on a day that it is closed, when it would."""
    opens = time(*divmod(min(hours.opens_min, 23 * 60 + 59), 60))
    return int(datetime.combine(day, opens, _zone(zone)).timestamp() * 1000)


def day_at(moment_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(moment_ms / 1000, _zone(zone)).date()


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last: 31 August and 6 months is 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    year, month = min(year, 9998), month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def span_after(day: date, months: int, days: int) -> date:
    return months_after(day, months) + timedelta(days=days)


def drawn_ms(first: date, last: date, hours: Hours, zone: str, draw: int) -> int:
    """A moment in office hours after `first` and up to `last`, picked by `draw`; the same draw is
    the same moment, so that a replay finds it again."""
    span = max((last - first).days, 1)
    days = [first + timedelta(days=number) for number in range(1, span + 1)]
    open_days = [day for day in days if is_office_day(day, hours)] or days
    minutes = max(hours.closes_min - hours.opens_min, 1)
    day = open_days[(draw // minutes) % len(open_days)]
    return opening_ms(day, hours, zone) + draw % minutes * MINUTE_MS


def is_office_day(day: date, hours: Hours) -> bool:
    return day.isoweekday() in hours.days and day.isoformat() not in hours.closed


def said(day: date) -> str:
    """As people say it: 22 November 2026."""
    return f"{day.day} {day:%B %Y}"
