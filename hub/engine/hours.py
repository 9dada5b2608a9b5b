"""Office hours and days as the organisation's clock on the wall has them.

Rule: times are compared in the organisation's zone, so an hour that summer time moves is moved; an
entry is out of hours when any part of it is (SU-ooh, DC-ooh, HM-9).
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.policy.model import Hours

DAY_MIN = 24 * 60


def is_out_of_hours(hours: Hours, zone: str, start_ms: int, end_ms: int) -> bool:
    """Whether any part from start to end lies outside the office's hours."""
    begin, end = _local(start_ms, zone), _local(end_ms, zone)
    day = begin.date()
    while day <= end.date():
        first = _minutes(begin) if day == begin.date() else 0.0
        last = _minutes(end) if day == end.date() else float(DAY_MIN)
        open_then = day.isoweekday() in hours.days and day.isoformat() not in hours.closed
        # A moment at midnight, the end of yesterday's entry, is no part of today.
        is_part = last > 0 or day == begin.date()
        if is_part and not (open_then and hours.opens_min <= first and last <= hours.closes_min):
            return True
        day += timedelta(days=1)
    return False


def midnight_ms(zone: str, at_ms: int, days_before: int = 0) -> int:
    """When that day began there, or so many days before it."""
    day = _local(at_ms, zone).date() - timedelta(days=days_before)
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp() * 1000)


def _local(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))


def _minutes(at: datetime) -> float:
    return at.hour * 60 + at.minute + at.second / 60
