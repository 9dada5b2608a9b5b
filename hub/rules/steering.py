"""What people change about a running visit: call-backs, ends, coverage, tracker, breaking it off.

Rule: after arrival nothing cancels; standing down ends call-backs only; what loosens the watch
needs another person, what tightens it may come from anyone.
"""

from hub.policy.model import Terms
from hub.rules.changes import changed, having, marked, moved, pendant_told, refused
from hub.rules.contact import BY_CONTACT, answers, back_at, not_ahead, reached_part, spoke, text
from hub.rules.effects import Decision, Effect, ResolveAlarms
from hub.rules.entries import is_day, is_home_visit, tracker_told
from hub.rules.facts import HER_OWN_COVERAGE
from hub.rules.gates import by_another, number
from hub.rules.model import Event, Part, Visit
from hub.rules.phases import BEFORE_ARRIVAL, ENDED
from hub.rules.planning import COVERAGE
from hub.rules.scene import left_alone
from hub.rules.timing import answered_sources

MIN_EVERY_MIN, MAX_EVERY_MIN = 5, 240  # an agreed interval that people can keep, and that helps


def spoken_now(
    terms: Terms, visit: Visit, part: Part, event: Event
) -> tuple[Part, tuple[ResolveAlarms, ...]]:
    """A command with `means` is told in the call itself: that call is contact with her."""
    means = text(event, "means")
    if not means or means == "answerphone" or _is_hers(visit, event):
        return part, ()
    new = reached_part(terms, visit, part, event, spoke(event, means, text(event, "note")))
    return new, answers(terms, visit, part, event, BY_CONTACT, "spoken with her")


def _is_hers(visit: Visit, event: Event) -> bool:
    """Told by herself or her pair: nobody has spoken with her, and she puts nothing off (P5)."""
    return bool(by_another(event.by, [each.worker for each in visit.parts]))


def start_out(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    if part.phase != "planned":
        return refused(visit, f"She has started out already: this part is {part.phase}.")
    marks = part.marks
    if is_home_visit(visit) and not _is_hers(visit, event):
        # SU-board: HV stands from the moment that somebody else was told.
        marks = marked(part, terms.letter_for.get("home_visit", ""), event.at_ms, event.by)
    back = back_at(event)
    if "expected_back" in part.anchors and _is_hers(visit, event):
        agreed_ms = part.anchors["expected_back"]
        back = {name: min(at_ms, agreed_ms) for name, at_ms in back.items()}
    anchors = moved(part, started_out=event.at_ms, **back)
    facts = pendant_told(part, event)
    new = having(part, phase="on-the-way", anchors=anchors, marks=marks, facts=facts)
    return changed(visit, part, new, "started out, told by telephone")


def refuse_entry(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    """HM-8.2: she is told not to go in. Not the end: she must still be known to be safe."""
    if part.phase not in BEFORE_ARRIVAL and part.phase != "at-door":
        return refused(visit, f"She is {part.phase}: tell her to leave, and abandon the visit.")
    if part.phase in BEFORE_ARRIVAL:
        return refused(visit, "She is not at the door yet: cancel the visit, or call her back.")
    new = having(part, phase="broken-off", anchors=moved(part, broken_off=event.at_ms))
    said = "told not to go in (HM-8.2)"
    # Whoever asked for a confirmation has had an answer: nobody must confirm by mistake now.
    asked = frozenset({"arrival_unconfirmed", "no_tracker"})
    effects = answers(terms, visit, part, event, asked, said)
    return changed(visit, part, new, said, ("HM-8.2",), effects)


def stand_down(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    new, effects = spoken_now(terms, visit, part, event)
    new = having(new, stood_down=True, call_every_ms=0)
    said = "call-backs stood down; the finish and the departure stay (HM-4.2.2a)"
    return changed(visit, part, new, said, ("HM-4.2.2",), effects)


def carry_on(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    every_min = number(event.data, "every_min")
    if not MIN_EVERY_MIN <= every_min <= MAX_EVERY_MIN:
        said = f"Agree an interval from {MIN_EVERY_MIN} to {MAX_EVERY_MIN} minutes."
        return refused(visit, said, ("HM-4.2.2",))
    if part.phase not in ("at-door", "inside", "leaving"):
        return refused(visit, f"She is {part.phase}: there is nothing to call back for.")
    new, effects = spoken_now(terms, visit, part, event)
    # Only speech with her moves the next call-back: an agreement without it counts from the last.
    anchors = moved(new, call_back=new.anchors.get("call_back", event.at_ms))
    new = having(new, stood_down=False, call_every_ms=every_min * 60_000, anchors=anchors)
    said = f"further call-backs every {every_min} minutes (HM-4.2.2b)"
    return changed(visit, part, new, said, ("HM-4.2.2",), effects)


def abandon(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    if part.phase in BEFORE_ARRIVAL:
        return refused(visit, "She has not arrived: cancel the visit instead.")
    if part.phase not in ("at-door", "inside"):
        return refused(visit, f"She is {part.phase} already.")
    new, effects = spoken_now(terms, visit, part, event)
    alone, left = left_alone(terms, visit, part, event)
    new = having(new, phase="broken-off", anchors=moved(new, broken_off=event.at_ms, **alone))
    said = "broken off: she is told to leave; watched until she is known to be safe (HM-4.2.2c)"
    return changed(visit, part, new, said, ("HM-4.2.2",), (*effects, *left))


def extend(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    end_ms = number(event.data, "end_ms")
    if why := not_ahead(end_ms, event.at_ms):
        return refused(visit, why)
    new, effects = spoken_now(terms, visit, part, event)
    if _unheard(new) and end_ms > new.anchors.get("finish", end_ms):
        said = "The end was moved already, and nobody has spoken with her since: speak with her."
        return refused(visit, said, ("HM-3.4", "DC-overrun"))
    anchors = {**new.anchors, "finish": end_ms, **_later_back(new, end_ms), **back_at(event)}
    anchors["extended"] = event.at_ms
    anchors.pop("overrun", None)
    if visit.coverage == "poor":
        anchors["agreed_end"] = end_ms
    later = having(visit, planned_end_ms=max(visit.planned_end_ms, end_ms))
    said = "a new end was agreed with another person (HM-4.2.7)"
    new = having(new, anchors=anchors)
    return changed(later, part, new, said, ("HM-4.2.7",), effects)


def _unheard(part: Part) -> bool:
    """Whether her end has been moved since anybody spoke with her: nobody puts it off for ever."""
    extended_ms = part.anchors.get("extended", -1)
    return extended_ms >= 0 and extended_ms > part.anchors.get("contact", -1)


def _later_back(part: Part, end_ms: int) -> dict[str, int]:
    """Who stays longer is back as much later as it takes her to travel."""
    back_ms, finish_ms = part.anchors.get("expected_back", 0), part.anchors.get("finish", end_ms)
    if not back_ms or end_ms <= finish_ms:
        return {}
    return {"expected_back": max(back_ms, end_ms + max(back_ms - finish_ms, 0))}


# The commands below are about the whole visit.


def before_arrival(visit: Visit, at_ms: int) -> bool:
    """Whether it may still be cancelled or moved: nobody is there, or the day has not begun."""
    if is_day(visit):
        return at_ms < visit.planned_start_ms
    return all(part.phase in BEFORE_ARRIVAL or part.phase in ENDED for part in visit.parts)


def cancel(terms: Terms, visit: Visit, event: Event) -> Decision:
    if not before_arrival(visit, event.at_ms):
        said = "She has arrived: nothing cancels now. Abandon the visit or confirm her departure."
        return refused(visit, said)
    sources: tuple[str, ...] = ()
    for part in visit.parts:
        sources += answered_sources(terms, visit, part, BY_CONTACT | {"no_tracker"}, event.at_ms)
    parts = tuple(
        part if part.phase in ENDED else having(part, phase="cancelled") for part in visit.parts
    )
    new = having(visit, parts=parts, version=visit.version + 1)
    said = "cancelled before arrival"
    told = tracker_told(terms, visit, "cancelled", said, event.by)
    effects: tuple[Effect, ...] = (ResolveAlarms(sources, event.by, said), *told)
    return Decision(visit=new, effects=effects, reason=said)


def name_tracker(terms: Terms, visit: Visit, event: Event) -> Decision:
    tracker = text(event, "tracker")
    if not tracker:
        return refused(visit, "Say who tracks her.", ("HM-4.1.1",))
    if any(part.worker == tracker for part in visit.parts):
        said = "Nobody tracks herself or her pair: name another person."
        return refused(visit, said, ("HM-4.1.1",))
    sources: tuple[str, ...] = ()
    for part in visit.parts:
        sources += answered_sources(terms, visit, part, frozenset({"no_tracker"}), event.at_ms)
    # Whoever tracks her now has agreed to nothing yet (HM-4.1.2).
    parts = visit.parts if tracker == visit.tracker else tuple(map(_not_agreed, visit.parts))
    new = having(visit, tracker=tracker, parts=parts, version=visit.version + 1)
    effects = (ResolveAlarms(sources, event.by, "a tracker is named"),)
    said = "a tracker is named (HM-4.1.1)"
    return Decision(visit=new, effects=effects, reason=said, clause=("HM-4.1.1",))


def _not_agreed(part: Part) -> Part:
    anchors = {name: at_ms for name, at_ms in part.anchors.items() if name != "tracker_agreed"}
    return having(part, anchors=anchors)


def _with_agreed_end(visit: Visit, part: Part, agreed_ms: int, herself: bool) -> Part:
    """HM-4.2.7. An end that she names herself may only come sooner (P5)."""
    was_ms = part.anchors.get("agreed_end", part.anchors.get("finish", visit.planned_end_ms))
    end_ms = agreed_ms or part.anchors.get("finish", visit.planned_end_ms)
    return having(part, anchors=moved(part, agreed_end=min(end_ms, was_ms) if herself else end_ms))


def _said_by(part: Part, fact: str, herself: bool) -> Part:
    others = tuple(each for each in part.facts if each != fact)
    return having(part, facts=(*others, fact) if herself else others)


def set_coverage(terms: Terms, visit: Visit, event: Event) -> Decision:
    """Poor coverage adds an agreed end; the 20 and 30 minutes still run (HM-4.2.4, HM-4.2.7)."""
    coverage = text(event, "coverage")
    if coverage not in COVERAGE:
        return refused(visit, f"Coverage is one of {', '.join(COVERAGE)}.", ("HM-4.1.4",))
    workers = [part.worker for part in visit.parts]
    loosens = visit.coverage == "poor" and coverage != "poor"
    if loosens and (why := by_another(event.by, workers)):
        return refused(visit, why, ("HM-4.2.7",))
    parts = visit.parts
    if coverage == "poor":
        agreed_ms, herself = number(event.data, "agreed_end_ms"), event.by in workers
        parts = tuple(_with_agreed_end(visit, part, agreed_ms, herself) for part in parts)
        parts = tuple(_said_by(part, HER_OWN_COVERAGE, herself) for part in parts)
    new = having(visit, coverage=coverage, parts=parts, version=visit.version + 1)
    said = f"coverage is {coverage}" + (": an end is agreed" if coverage == "poor" else "")
    return Decision(visit=new, reason=said, clause=("HM-4.1.4", "HM-4.2.7"))
