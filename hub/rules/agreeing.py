"""What people agree and look up about a visit before it runs, and by which procedure it runs.

Rule: each is said by another person, by name (P5). A risk that is found can only tighten the watch;
a procedure that is changed by hand takes no alarm away and leaves no moment without a deadline.
"""

from dataclasses import replace

from hub.policy.model import Terms
from hub.rules.changes import having, moved, refused
from hub.rules.directory import Directory
from hub.rules.effects import Decision
from hub.rules.facts import PLAN_FACTS
from hub.rules.gates import Asked, by_another, passage, refusal
from hub.rules.model import Event, Visit
from hub.rules.phases import ENDED
from hub.rules.planning import level_of

MAX_FOUND = 8


def agree_tracking(terms: Terms, visit: Visit, event: Event) -> Decision:
    """HM-4.1.2: worker and tracker have spoken, and the tracker is there for her."""
    if not visit.tracker:
        return refused(visit, "Name the tracker first: there is nobody to agree with.")
    parts = tuple(
        part
        if part.phase in ENDED
        else having(part, anchors=moved(part, tracker_agreed=event.at_ms))
        for part in visit.parts
    )
    new = having(visit, parts=parts, version=visit.version + 1)
    said = "worker and tracker have spoken, and the tracker is there (HM-4.1.2)"
    return Decision(visit=new, reason=said, clause=("HM-4.1.2",))


def check_risk(terms: Terms, visit: Visit, event: Event) -> Decision:
    """DC-unplanned, DC-risk: what another person found on file, told to her; it may tighten."""
    found = str(event.data.get("found", "")).split(",")
    names = list(dict.fromkeys(each.strip() for each in found if each.strip()))
    unknown = [name for name in names if name not in PLAN_FACTS]
    if unknown or len(names) > MAX_FOUND:
        return refused(visit, f"What was found is some of {', '.join(PLAN_FACTS)}.")
    parts = tuple(
        having(part, facts=part.facts + ("risk_checked",))
        if "risk_checked" not in part.facts and part.phase not in ENDED
        else part
        for part in visit.parts
    )
    new = having(visit, parts=parts, version=visit.version + 1)
    new = with_facts(terms, new, frozenset(names))
    said = "her risks were looked up" + (f": {', '.join(names)}" if names else ": nothing found")
    if new.level != visit.level:
        said += f"; watched as {terms.level[new.level].name}"
    return Decision(visit=new, reason=said, clause=("DC-unplanned", "DC-risk"))


def with_facts(terms: Terms, visit: Visit, facts: frozenset[str]) -> Visit:
    """The visit with these facts besides, and the severer level that they may ask for."""
    if facts.issubset(visit.facts):
        return visit
    known = facts.union(visit.facts)
    level, reasons = _severer(terms, visit.level, visit.level_reasons, known)
    return having(visit, facts=tuple(sorted(known)), level=level, level_reasons=reasons)


def _severer(
    terms: Terms, level: str, reasons: tuple[str, ...], facts: frozenset[str]
) -> tuple[str, tuple[str, ...]]:
    """The level that the facts ask for, or the one it has where that is the severer."""
    order = [each.id for each in terms.levels]
    wanted, why = level_of(terms, facts)
    if level in order and order.index(level) > order.index(wanted):
        return level, reasons
    return wanted, why


def rebase(terms: Terms, visit: Visit, event: Event, directory: Directory) -> Decision:
    """The visit goes on by `terms`, today's procedure, because a manager says so.

    What has rung stays rung: an alarm of a timer that today's procedure does not have ends by a
    person. The level is chosen again and is never a milder one of the same name."""
    workers = [part.worker for part in visit.parts]
    if why := by_another(event.by, workers):
        return refused(visit, why)
    if not str(event.data.get("note", "")).strip():
        return refused(visit, "Say why it goes on by today's procedure.")
    if visit.phase in ENDED:
        return refused(visit, f"This visit is {visit.phase}: there is nothing to change.")
    if visit.terms == terms.terms_id:
        return refused(visit, "It runs by today's procedure already.")
    facts = frozenset(visit.facts)
    asked = Asked(event, visit.level, facts, visit, None, directory, workers=tuple(workers))
    passed = passage(terms, "rebase", asked)
    if passed.closed is not None:
        return refusal(terms, visit, passed.closed)
    level, reasons = _severer(terms, visit.level, visit.level_reasons, facts)
    new = replace(
        visit,
        terms=terms.terms_id,
        level=level,
        level_reasons=reasons,
        overridden=visit.overridden + passed.overridden,
        version=visit.version + 1,
    )
    said = f"goes on by {terms.terms_id}, was {visit.terms}"
    return Decision(visit=new, reason=said)
