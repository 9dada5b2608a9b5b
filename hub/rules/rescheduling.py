"""A visit is moved to another time, or a new time is noted for one that was broken off.

Rule: only before anybody is there, by another person, and never past what the procedure forbids at
the new time. A visit that was broken off goes on being watched; the new time is a visit of its own.
"""

from dataclasses import replace

from hub.policy.model import Gate, Terms
from hub.rules.asked import Asked, number
from hub.rules.changes import noted, refused
from hub.rules.contact import BY_CONTACT
from hub.rules.directory import Directory
from hub.rules.effects import Decision, Effect, ResolveAlarms
from hub.rules.entries import tracker_told
from hub.rules.gates import Passage, passage, refusal
from hub.rules.model import Event, Part, Value, Visit
from hub.rules.phases import ENDED
from hub.rules.planning import MAX_VISIT_MS, level_of
from hub.rules.steering import before_arrival
from hub.rules.timing import answered_sources

TIME_FACTS = frozenset({"out_of_hours", "after_dark"})  # what calendar and sun say of a time
MOVED_ALONG = ("check_in", "expected_back", "relief_due", "agreed_end")
ANSWERED = BY_CONTACT | {"no_tracker"}
FORBIDDEN = ("never",)
AGREED = ("check_in", "expected_back")  # moments that planning may ask for
UNKNOWN = Directory()


def reschedule(
    terms: Terms,
    visit: Visit,
    event: Event,
    time_facts: frozenset[str],
    directory: Directory = UNKNOWN,
) -> Decision:
    """`time_facts`: which of TIME_FACTS hold at the new time. `directory`: what the gates see that
    stand before an entry at such a time."""
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
    level, reasons = level_of(terms, facts)
    if gate := _forbids(terms, level, facts):
        return refused(visit, gate[0], gate[1])
    passed = _newly_asked(terms, visit, event, (level, facts), directory)
    if passed.closed is not None:
        return refusal(terms, visit, passed.closed)
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
        overridden=visit.overridden + passed.overridden,
        parts=tuple(
            part if part.phase in ENDED else _moved(part, start_ms, end_ms, event.at_ms)
            for part in visit.parts
        ),
        version=visit.version + 1,
    )
    said = "moved to another time"
    told = tracker_told(terms, visit, "rescheduled", said, event.by)
    effects: tuple[Effect, ...] = (ResolveAlarms(sources, event.by, said), *told)
    return Decision(visit=new, effects=effects, reason=said, clause=("DC-cancel", "HM-2.9"))


def _forbids(terms: Terms, level: str, facts: frozenset[str]) -> tuple[str, tuple[str, ...]] | None:
    """A plan that the procedure never allows is not made by moving another one there."""
    for gate in terms.gates_for.get("plan_visit", ()):
        whole = facts.issuperset(gate.when) and _stands(gate, level, facts)
        if whole and gate.requires == FORBIDDEN:
            return gate.reason, gate.clause
    return None


def _stands(gate: Gate, level: str, facts: frozenset[str]) -> bool:
    """Whether what the time says makes a gate of planning stand here."""
    at_level = not gate.levels or level in gate.levels
    return at_level and facts.issuperset(TIME_FACTS.intersection(gate.when))


def _newly_asked(
    terms: Terms,
    visit: Visit,
    event: Event,
    then: tuple[str, frozenset[str]],
    directory: Directory,
) -> Passage:
    """What planning asks for at the new time and did not at the old one: a buddy out of hours, a
    designated manager. Nobody comes there by moving what was planned for another hour (SU-ooh)."""
    level, facts = then
    gates = [
        gate
        for gate in terms.gates_for.get("plan_visit", ())
        if _stands(gate, level, facts) and not _stands(gate, visit.level, frozenset(visit.facts))
    ]
    planned: dict[str, Value] = {
        "tracker": visit.tracker, "client": visit.client, "area": visit.area, "then": visit.then,
        "purpose": visit.purpose, "venue": visit.venue, "coverage": visit.coverage,
    }  # fmt: skip
    for part in visit.parts:
        planned |= {f"{name}_ms": part.anchors[name] for name in AGREED if name in part.anchors}
    workers = tuple([part.worker for part in visit.parts])
    asked = Asked(
        replace(event, data={**planned, **event.data}),
        level,
        facts,
        visit,
        directory=directory,
        workers=workers,
    )
    return passage(terms, "plan_visit", asked, gates) if gates else Passage()


def _moved(part: Part, start_ms: int, end_ms: int, at_ms: int) -> Part:
    """As it was planned, at the new time, and entered now: what has rung or was tried belongs to
    the old one, and whoever is told of an entry is told of this one (LF-notify)."""
    by_ms = end_ms - part.anchors["finish"]
    anchors = {
        name: was_ms + by_ms if name in MOVED_ALONG else was_ms
        for name, was_ms in part.anchors.items()
        if name not in ("started_out", "attempt")
    }
    anchors |= {"planned_start": start_ms, "awaited": start_ms, "finish": end_ms, "entered": at_ms}
    if part.phase == "to-base":  # a working day, which is out from its start
        anchors["started_out"] = start_ms
    phase = "planned" if part.phase == "on-the-way" else part.phase
    return replace(part, phase=phase, anchors=anchors, fired=(), attempts=(), claims=(), prompt="")
