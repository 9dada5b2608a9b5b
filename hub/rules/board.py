"""What the whereabouts board shows of one part of a visit, as the whiteboard did (HM-2.6, HM-2.7).

Rule: a letter stands only when a person has earned it; what a press says is shown as a claim.
"""

from dataclasses import dataclass

from hub.policy.model import Terms
from hub.rules.entries import closes_at_departure, is_day, is_home_visit
from hub.rules.model import Claim, Mark, Part, Visit


@dataclass(frozen=True, slots=True)
class Line:
    """`red` and `tracker` go together on an enhanced visit (HM-2.7)."""

    worker: str
    area: str
    from_ms: int
    until_ms: int
    level: str
    red: bool
    tracker: str  # shown with initials, or "" where the level does not show it
    not_returning: bool
    marks: tuple[Mark, ...]
    awaited: tuple[str, ...]  # letters that this visit has still to earn
    claims: tuple[Claim, ...]


def _of_a_visit(terms: Terms, visit: Visit, part: Part) -> list[str]:
    """How each letter is earned, in the order in which it is (SU-board, HM-3.2, HM-4.2.3)."""
    wanted = ["home_visit"] if is_home_visit(visit) else []
    wanted.append("confirm_arrival")
    if visit.level in terms.called_back_levels and not part.stood_down:
        wanted.append("call_back")
    return [*wanted, "confirm_departure"]


def line(terms: Terms, visit: Visit, part: Part) -> Line:
    level = terms.level.get(visit.level)
    earned = {mark.letter for mark in part.marks}
    wanted = [] if is_day(visit) else _of_a_visit(terms, visit, part)
    if visit.then == "home":
        wanted.append("not_returning")
    elif visit.then == "base" and not closes_at_departure(visit, "base"):
        wanted.append("returning")
    letters = [terms.letter_for[name] for name in wanted if name in terms.letter_for]
    return Line(
        worker=part.worker,
        area=visit.area,
        from_ms=visit.planned_start_ms,
        until_ms=part.anchors.get("finish", visit.planned_end_ms),
        level=level.name if level is not None else visit.level,
        red=level is not None and level.board == "red",
        tracker=visit.tracker if level is not None and level.initials else "",
        not_returning=visit.then == "home",
        marks=part.marks,
        awaited=tuple(letter for letter in letters if letter not in earned),
        claims=part.claims,
    )
