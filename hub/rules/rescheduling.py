"""A visit is moved to another time, or a new time is noted for one that was broken off.

Rule: only before anybody is there, by another person, and never past what the procedure forbids at
the new time. A visit that was broken off goes on being watched; the new time is a visit of its own.
"""

from dataclasses import replace

from hub.policy.model import Terms
from hub.rules.changes import noted, refused
from hub.rules.contact import BY_CONTACT
from hub.rules.effects import Decision, Effect, ResolveAlarms
from hub.rules.entries import tracker_told
from hub.rules.gates import number
from hub.rules.model import Event, Part, Visit
from hub.rules.phases import ENDED
from hub.rules.planning import MAX_VISIT_MS, level_of
from hub.rules.steering import before_arrival
from hub.rules.timing import answered_sources

TIME_FACTS = frozenset({"out_of_hours", "after_dark"})  # what calendar and sun say of a time
MOVED_ALONG = ("check_in", "expected_back", "relief_due", "agreed_end")
ANSWERED = BY_CONTACT | {"no_tracker"}
FORBIDDEN = ("never",)


def reschedule(terms: Terms, visit: Visit, event: Event, time_facts: frozenset[str]) -> Decision:
    """`time_facts`: which of TIME_FACTS hold at the new time."""
    start_ms, end_ms = number(event.data, "start_ms"), number(event.data, "end_ms")
    if start_ms <= event.at_ms or end_ms <= start_ms:
        return refused(visit, "The new start must lie ahead, and the end after it.")
    if end_ms - start_ms > MAX_VISIT_MS:
        return refused(visit, "A visit of more than a day is two visits.")
    if not before_arrival(visit, event.at_ms):
        if any("broken_off" in part.anchors for part in visit.parts):
            said = "broken off, and a new time is agreed: plan it as a visit of its own"
            return noted(visit, said, ("DC-terminate",))
        said = "She has arrived: nothing is moved now. Agree a new end, or break the visit off."
        return refused(visit, said)
    facts = frozenset(visit.facts) - TIME_FACTS | time_facts & TIME_FACTS
    if gate := _forbids(terms, visit, facts):
        return refused(visit, gate[0], gate[1])
    level, reasons = level_of(terms, facts)
    sources: tuple[str, ...] = ()
    for part in visit.parts:
        sources += answered_sources(terms, visit, part, ANSWERED, event.at_ms)
    new = replace(
        visit,
        planned_start_ms=start_ms,
        planned_end_ms=end_ms,
        facts=tuple(sorted(facts)),
        level=level,
        level_reasons=reasons,
        parts=tuple(
            part if part.phase in ENDED else _moved(part, start_ms, end_ms) for part in visit.parts
        ),
        version=visit.version + 1,
    )
    said = "moved to another time"
    told = tracker_told(terms, visit, "rescheduled", said, event.by)
    effects: tuple[Effect, ...] = (ResolveAlarms(sources, event.by, said), *told)
    return Decision(visit=new, effects=effects, reason=said, clause=("DC-cancel", "HM-2.9"))


def _forbids(
    terms: Terms, visit: Visit, facts: frozenset[str]
) -> tuple[str, tuple[str, ...]] | None:
    """A plan that the procedure never allows is not made by moving another one there."""
    for gate in terms.gates_for.get("plan_visit", ()):
        applies = not gate.levels or visit.level in gate.levels
        if applies and gate.requires == FORBIDDEN and facts.issuperset(gate.when):
            return gate.reason, gate.clause
    return None


def _moved(part: Part, start_ms: int, end_ms: int) -> Part:
    """As it was planned, at the new time: what has rung or was tried belongs to the old one."""
    by_ms = end_ms - part.anchors["finish"]
    anchors = {
        name: at_ms + by_ms if name in MOVED_ALONG else at_ms
        for name, at_ms in part.anchors.items()
        if name not in ("started_out", "attempt")
    }
    anchors |= {"planned_start": start_ms, "awaited": start_ms, "finish": end_ms}
    phase = "planned" if part.phase == "on-the-way" else part.phase
    return replace(part, phase=phase, anchors=anchors, fired=(), attempts=(), claims=(), prompt="")
