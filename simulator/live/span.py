"""Times in scenario files: `"20 min"`, moments of rule time such as `"arrived + 30 min"`, and
when a scenario begins: `"Wed 10:00"`."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

UNITS_MS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000}
SPAN = "a time like 90 s, 20 min or 2 h"
MOMENT = "a label with or without a time, like arrived + 30 min"
BEGIN = "a weekday and a time of day, like Wed 10:00"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

DAY = "a day like today, today - 30 days or today + 7 days"

_DAY = re.compile(r"today(?: *([+-]) *(\d{1,4}) days?)?")
_BEGIN = re.compile(rf"({'|'.join(DAYS)}) ([01]\d|2[0-3]):([0-5]\d)")
_SPAN = re.compile(r"(\d+) *(ms|s|min|h)")
_MOMENT = re.compile(r"([a-z][a-z0-9-]*)(?: *([+-]) *(\d+ *(?:ms|s|min|h)))?")


def span_ms(text: str) -> int:
    """Raises ValueError."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not {SPAN}")
    return int(found[1]) * UNITS_MS[found[2]]


def is_span(text: str) -> bool:
    return _SPAN.fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True)
class Moment:
    """So much rule time after (or before) something that has a label."""

    label: str
    after_ms: int = 0

    def __str__(self) -> str:
        sign = "+" if self.after_ms >= 0 else "-"
        return f"{self.label} {sign} {spell(abs(self.after_ms))}" if self.after_ms else self.label


def moment(text: str) -> Moment:
    """Raises ValueError."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not {MOMENT}")
    after_ms = span_ms(found[3]) if found[3] else 0
    return Moment(found[1], -after_ms if found[2] == "-" else after_ms)


def is_moment(text: str) -> bool:
    return _MOMENT.fullmatch(text.strip()) is not None


def spell(ms: int) -> str:
    """`20 min`, `1 min 30 s`, `250 ms`: the two greatest parts."""
    if ms < 0:
        return "-" + spell(-ms)
    parts = []
    for unit in ("h", "min", "s", "ms"):
        count, ms = divmod(ms, UNITS_MS[unit])
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def is_begin(text: str) -> bool:
    return text == "" or _BEGIN.fullmatch(text) is not None


def begin_ms(text: str, zone: str, now_ms: int) -> int:
    """The next such moment in that zone: a simulation may be ahead of its time, never behind it.
    Without a text it is now. Raises ValueError."""
    if not text:
        return now_ms
    found = _BEGIN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not {BEGIN}")
    here = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    wanted = here.replace(hour=int(found[2]), minute=int(found[3]), second=0, microsecond=0)
    wanted += timedelta(days=(DAYS.index(found[1]) - here.weekday()) % 7)
    if wanted <= here:
        wanted += timedelta(days=7)
    return int(wanted.timestamp() * 1000)


def is_day(text: str) -> bool:
    return _DAY.fullmatch(text) is not None


def day_text(text: str, zone: str, now_ms: int) -> str:
    """`today - 30 days` as a date like 2026-10-23, in that zone. Raises ValueError."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not {DAY}")
    days = int(found[2] or 0) * (-1 if found[1] == "-" else 1)
    here = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    return (here.date() + timedelta(days=days)).isoformat()
