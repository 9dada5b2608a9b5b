"""After dark, by the real sun: sunrise and sunset at the place of the visit (SU-report).

Rule: a visit is after dark when the sun is below the horizon at any time of it. The place is the
client's, else the organisation's, else the one that the zone itself is named after; it is asked
when planning, and what came out is told to the rules as a fact.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files

from astral import Observer
from astral.sun import elevation, sunrise, sunset

HORIZON_DEG = -0.833  # the sun's upper edge, with the usual refraction
AROUND_DAYS = 2  # further back than any night is long, outside the polar circles
GREENWICH = "+512840+0000005"  # a zone that names no place


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees north and east."""

    latitude: float
    longitude: float


def is_dark(place: Place, start_ms: int, end_ms: int) -> bool:
    """Whether the sun is down at any time from start to end."""
    start, end = _utc(start_ms), _utc(end_ms)
    observer = Observer(place.latitude, place.longitude)
    happened = _rises_and_sets(observer, start, end)
    before = [is_up for at, is_up in happened if at <= start]
    up_at_start = before[-1] if before else _is_up(observer, start)
    return not up_at_start or any(not is_up for at, is_up in happened if start < at <= end)


def _rises_and_sets(
    observer: Observer, start: datetime, end: datetime
) -> list[tuple[datetime, bool]]:
    """Each (moment, the sun is up from then on), in order."""
    found: list[tuple[datetime, bool]] = []
    day = start.date() - timedelta(days=AROUND_DAYS)
    while day <= end.date() + timedelta(days=AROUND_DAYS):
        found += _of_day(observer, day)
        day += timedelta(days=1)
    return sorted(found)


def _of_day(observer: Observer, day: date) -> list[tuple[datetime, bool]]:
    try:
        return [
            (sunrise(observer, day, tzinfo=UTC), True),
            (sunset(observer, day, tzinfo=UTC), False),
        ]
    except ValueError:  # beyond the polar circle the sun may not rise or not set on that day
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        solar_noon = noon - timedelta(hours=observer.longitude / 15)
        return [(solar_noon, _is_up(observer, solar_noon))]


def _is_up(observer: Observer, at: datetime) -> bool:
    return float(elevation(observer, at, with_refraction=False)) > HORIZON_DEG


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


@cache
def place_of_zone(zone: str) -> Place:
    """The place that the zone's table gives for it: nearer than any guess of ours."""
    return _place(_table().get(zone, GREENWICH))


@cache
def _table() -> dict[str, str]:
    text = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {row[2]: row[1] for row in rows if len(row) > 2}


def _place(iso6709: str) -> Place:
    """`+513030-0000731` or `+5130-00007`: degrees, minutes, perhaps seconds."""
    parts = re.findall(r"[+-]\d+", iso6709)
    return Place(_degrees(parts[0], 2), _degrees(parts[1], 3))


def _degrees(text: str, width: int) -> float:
    sign = -1 if text[0] == "-" else 1
    digits = text[1:]
    whole, minutes, seconds = digits[:width], digits[width : width + 2], digits[width + 2 :]
    return sign * (int(whole) + int(minutes) / 60 + int(seconds or 0) / 3600)
