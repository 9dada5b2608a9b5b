"""What is watched besides a visit at a client's home: a meeting, a building, a working day.

Rule (ADR 0014): each of them is a visit of another kind with the same phases, deadlines, ladders
and promises. Here stands what the kind changes, and who is told when an entry is changed.
"""

from hub.policy.model import Terms
from hub.rules.dangers import on_row
from hub.rules.effects import Page
from hub.rules.model import Part, Visit
from hub.rules.reading import DAY

IN_OUR_OWN = frozenset({"site", "meeting"})  # "back to base" is where she stands
# What she does then, where the plan does not say: who is in our own building is back already.
THEN_OF = {"site": "next", "meeting": "next"}


def is_day(visit: Visit) -> bool:
    return visit.kind == DAY


def read_in(visit: Visit, part: Part) -> str:
    """The column of rules/reading.py that a press of hers is read in."""
    return DAY if is_day(visit) else part.phase


def closes_at_departure(visit: Visit, then: str) -> bool:
    """In our own building nobody has to come back to base: leaving it is the end."""
    return visit.kind in IN_OUR_OWN and then == "base"


def is_home_visit(visit: Visit) -> bool:
    return visit.kind == "visit" and not visit.venue


def first_asked(terms: Terms, visit: Visit, about: str, why: str) -> Page:
    """Ask whoever the policy pages first about a press that fits nothing."""
    ladder = terms.ladder.get(on_row(terms, "unplanned").ladder)
    roles = ladder.steps[0].roles if ladder is not None and ladder.steps else ()
    return Page(roles, about, why, visit=visit.id)


def tracker_told(terms: Terms, visit: Visit, about: str, why: str, by: str) -> tuple[Page, ...]:
    """DC-cancel, HM-2.9: whoever watches her hears of a change that somebody else has made."""
    roles = tuple(row.id for row in terms.roles if row.source_of_people == "visit")
    if visit.tracker and visit.tracker != by and roles:
        return (Page(roles, about, why, visit=visit.id),)
    if roles and not visit.tracker:
        return ()  # nobody is named yet who could wait for her
    return () if roles else (first_asked(terms, visit, about, why),)
