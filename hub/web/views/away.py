"""Who is away, and until when: leave, sick leave, courses (SU-board).

Rule: the whiteboard says that somebody is sick and when she is back, never what she has (P8).
"""

from dataclasses import dataclass
from datetime import date

from hub.web.views import times
from hub.web.views.scene import Away, Scene

SORTS = {"leave": "on leave", "sick": "on sick leave", "course": "on a course"}
SHOWN_DAYS = 7  # before it begins


@dataclass(frozen=True, slots=True)
class AwayRow:
    """`letter`: the policy's letter for a course, if it has one."""

    who: str
    letter: str
    said: str
    late: bool


def rows(scene: Scene) -> tuple[AwayRow, ...]:
    """Who is away today, then who will be within a week."""
    today = times.local(scene.now_ms, scene.zone).date()
    found = [row for away in scene.away if (row := _row(scene, away, today)) is not None]
    return tuple(row for _, row in sorted(found, key=lambda pair: (pair[0], pair[1].who)))


def _row(scene: Scene, away: Away, today: date) -> tuple[date, AwayRow] | None:
    first, back = day_of(away.first_day), day_of(away.back_on)
    if first is None or (first - today).days > SHOWN_DAYS:
        return None
    letter = scene.policy.letter_for.get("on_course", "") if away.sort == "course" else ""
    said = SORTS.get(away.sort, "away")
    late = back is not None and back <= today
    if first > today:
        said += f" from {day_words(first)}"
    if back is not None:
        said += f", {'was to be back on' if late else 'back'} {day_words(back)}"
    return first, AwayRow(scene.person_name(away.worker), letter, said, late)


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day_words(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
