"""Times as a tired person reads them: the organisation's zone (ADR 0007); the store has UTC.

`span`, `ahead`, `soon` and `ago` have twins in static/times.js; a browser test holds them together.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE_MS = 60_000
DAY_MS = 86_400_000


def span(ms: int) -> str:
    """A length: seconds below five minutes, because then somebody is counting."""
    s = abs(ms) // 1000
    if s < 60:
        return f"{s} s"
    minutes = s // 60
    if minutes < 5 and s % 60:
        return f"{minutes} min {s % 60} s"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    if hours < 24:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    days = hours // 24
    return "1 day" if days == 1 else f"{days} days"


def ahead(due_ms: int, now_ms: int) -> str:
    """How far off a deadline is, or how late it is."""
    if due_ms > now_ms:
        return f"in {span(due_ms - now_ms)}"
    if due_ms > now_ms - 1000:
        return "now"
    return f"{span(now_ms - due_ms)} late"


def soon(due_ms: int, now_ms: int) -> str:
    """How far off what the hub will do by itself is: that is never late, only in hand."""
    return f"in {span(due_ms - now_ms)}" if due_ms - now_ms >= 1000 else "now"


def ago(at_ms: int, now_ms: int) -> str:
    """How long something has been so."""
    return "just now" if now_ms - at_ms < 1000 else f"{span(now_ms - at_ms)} ago"


def local(ms: int, zone: ZoneInfo) -> datetime:
    """The moment on the organisation's wall clock."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)


def clock(ms: int, zone: ZoneInfo) -> str:
    """10:44"""
    return f"{local(ms, zone):%H:%M}"


def clock_s(ms: int, zone: ZoneInfo) -> str:
    """10:44:07"""
    return f"{local(ms, zone):%H:%M:%S}"


def when(ms: int, now_ms: int, zone: ZoneInfo) -> str:
    """10:44, or with the day when it is not today's."""
    then, today = local(ms, zone), local(now_ms, zone).date()
    if then.date() == today:
        return f"{then:%H:%M}"
    if then.date() == today + timedelta(days=1):
        return f"{then:%H:%M} tomorrow"
    if then.date() == today - timedelta(days=1):
        return f"{then:%H:%M} yesterday"
    return f"{then:%H:%M} on {then:%a} {then.day} {then:%b}"


def day_words(ms: int, zone: ZoneInfo) -> str:
    """3 Nov 2027"""
    then = local(ms, zone)
    return f"{then.day} {then:%b %Y}"


def day_start_ms(now_ms: int, zone: ZoneInfo) -> int:
    """When today began on the organisation's wall clock."""
    midnight = local(now_ms, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(midnight.astimezone(UTC).timestamp() * 1000)


class NoSuchTime(ValueError):
    """A local time that the clocks skip in spring."""


def from_local(text: str, zone: ZoneInfo) -> int:
    """'2026-03-29T10:00' on the wall clock as UTC ms; of two, the earlier (ADR 0007)."""
    naive = datetime.fromisoformat(text)
    if naive.tzinfo is not None:
        return int(naive.timestamp() * 1000)
    # fold=0 is the first of two: watching early is the safe reading.
    aware = naive.replace(tzinfo=zone, fold=0)
    back = aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if back != naive:
        raise NoSuchTime(f"the clocks go forward then: {naive:%H:%M} does not exist on that day")
    return int(aware.timestamp() * 1000)


def for_input(ms: int, zone: ZoneInfo) -> str:
    """For <input type=datetime-local>."""
    return f"{local(ms, zone):%Y-%m-%dT%H:%M}"


def next_at(hour: int, minute: int, now_ms: int, zone: ZoneInfo) -> int:
    """The next moment the wall clock shows this time: a plain '16:30' means today or tomorrow. Of
    an hour that it shows twice that is the first still ahead, or no new end could be agreed in the
    second."""
    today = local(now_ms, zone).replace(tzinfo=None, second=0, microsecond=0, fold=0)
    wanted = today.replace(hour=hour, minute=minute)
    again_ms = int(wanted.replace(tzinfo=zone, fold=1).timestamp() * 1000)
    if wanted < today and again_ms < now_ms // MINUTE_MS * MINUTE_MS:
        wanted += timedelta(days=1)
    found_ms = from_local(wanted.isoformat(), zone)
    return found_ms if found_ms > now_ms - MINUTE_MS else again_ms
