"""What is told of the place: who must not be left alone there, and signs that somebody broke in.

Rule: a worker who goes is never refused and never ignored (CT-4.6a); whoever sees signs of forced
entry does not go in alone (LF-open). Both raise at once, whoever told it.
"""

from hub.policy.model import Terms
from hub.rules.changes import changed, claimed, having, moved
from hub.rules.dangers import alarm_of
from hub.rules.effects import Decision, Effect, ResolveAlarms
from hub.rules.kinds import PENDANT_EVENTS
from hub.rules.model import Event, Part, Visit
from hub.rules.phases import BEFORE_ARRIVAL, ENDED
from hub.rules.timing import answered_sources, source_of

RELIEVED, SIGNS = "relieved", "signs_of_entry"
BY_RELIEF = frozenset({"relief_late", "left_alone"})


def with_fact(part: Part, fact: str) -> tuple[str, ...]:
    return part.facts if fact in part.facts else (*part.facts, fact)


def left_behind(visit: Visit, part: Part) -> bool:
    """CT-4.6a: whether somebody who must not be left is alone when this worker goes out."""
    if part.phase != "inside" or "must_not_be_left" not in visit.facts:
        return False
    if RELIEVED in part.facts:
        return False
    return not any(each.phase == "inside" for each in visit.parts if each is not part)


def left_alone(
    terms: Terms, visit: Visit, part: Part, event: Event
) -> tuple[dict[str, int], tuple[Effect, ...]]:
    """What her going adds: the moment and the alarm, when somebody is left behind."""
    if not left_behind(visit, part):
        return {}, ()
    source = source_of(visit.id, part.worker, "left_alone")
    effect = alarm_of(terms, "left_alone", event, source, worker=part.worker)
    return {"left_alone": event.at_ms}, (effect,)


def relief_came(terms: Terms, visit: Visit, event: Event) -> Decision:
    """Who must not be left is not alone. Nothing else that watches her ends by it (CT-4.6b)."""
    parts = tuple(
        part if part.phase in ENDED else having(part, facts=with_fact(part, RELIEVED))
        for part in visit.parts
    )
    sources: tuple[str, ...] = ()
    for part in visit.parts:
        sources += answered_sources(terms, visit, part, BY_RELIEF, event.at_ms)
        if part.anchors.get("left_alone", event.at_ms + 1) <= event.at_ms:
            sources += (source_of(visit.id, part.worker, "left_alone"),)
    said = "the relief has come: nobody is left alone there (CT-4.6)"
    new = having(visit, parts=parts, version=visit.version + 1)
    effects = (ResolveAlarms(sources, event.by, said),)
    return Decision(visit=new, effects=effects, reason=said, clause=("CT-4.6b",))


def report_signs(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    """Signs of forced entry, or the alarm rings: she waits outside, and people are told."""
    source = source_of(visit.id, part.worker, "signs")
    effect = alarm_of(terms, SIGNS, event, source, worker=part.worker)
    outside = part.phase in BEFORE_ARRIVAL or part.phase == "at-door"
    new = having(
        part,
        phase="at-door" if outside else part.phase,
        facts=with_fact(part, SIGNS),
        claims=claimed(part, event) if event.kind in PENDANT_EVENTS else part.claims,
        anchors=moved(part, signs=event.at_ms),
    )
    said = "signs of forced entry, or the alarm rings: she waits outside (LF-open)"
    return changed(visit, part, new, said, ("LF-open",), (effect,))
