"""Durations as people write them in a policy: "20 min", "90 s", "1 h", "agreed + 10 min".

Rule: strict. A number, one space, a unit; out of range is a fault, never clipped.
"""

import re

UNITS = {"s": 1_000, "min": 60_000, "h": 3_600_000}
MAX_WAIT_MS = 24 * 3_600_000  # a longer wait leaves a worker unwatched for a day
_SPAN = re.compile(r"(0|[1-9][0-9]{0,4}) (s|min|h)")
_CALENDAR = re.compile(r"([1-9][0-9]{0,3}) (day|days|month|months)")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
ALLOWED = 'a time like "90 s", "20 min" or "2 h"'


def span_ms(text: str) -> int | None:
    """Milliseconds, or None for what is no duration or longer than a day."""
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    ms = int(found[1]) * UNITS[found[2]]
    return ms if ms <= MAX_WAIT_MS else None


def agreed_span_ms(text: str) -> tuple[bool, int] | None:
    """(is the agreed interval in it, the fixed part): "20 min", "agreed", "agreed + 10 min"."""
    if text == "agreed":
        return True, 0
    agreed = text.startswith("agreed + ")
    ms = span_ms(text.removeprefix("agreed + "))
    return None if ms is None else (agreed, ms)


def calendar_span(text: str) -> tuple[int, int] | None:
    """(months, days) of "36 months" or "7 days"."""
    found = _CALENDAR.fullmatch(text)
    if found is None:
        return None
    return (int(found[1]), 0) if found[2].startswith("month") else (0, int(found[1]))


def clock_min(text: str) -> int | None:
    """Minutes from midnight of "17:30"."""
    found = _CLOCK.fullmatch(text)
    return None if found is None else int(found[1]) * 60 + int(found[2])
