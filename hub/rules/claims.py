"""What a pendant's press does to a visit. A press is a claim: recorded, felt, shown, not believed.

Rule: no press ends watching (P5). A press moves the phase where it may and starts the timers that
make a person confirm it; it earns no letter and stops no deadline. A press that is older than what
a person has said since clears nothing. Whatever does not apply is recorded with its reason.
"""

from collections.abc import Callable
from dataclasses import replace

from hub.policy.model import Terms
from hub.rules.changes import changed, claimed, having, moved, noted, pendant_told
from hub.rules.dangers import alarm_of, press_alarm, unplanned_alarm
from hub.rules.effects import Decision, Effect
from hub.rules.entries import first_asked, is_day
from hub.rules.facts import BATTERY_ENDED
from hub.rules.model import Claim, Event, Part, Visit
from hub.rules.phases import BEFORE_ARRIVAL, ENDED
from hub.rules.raising import EXPIRED, mark_of
from hub.rules.reading import DANGER, FELT_AS_A_SHORT
from hub.rules.scene import left_alone, report_signs
from hub.rules.timing import source_of

A_SHORT = frozenset({"arrived", "ok", "replied", "touched"})  # what A short may be read as
NO_PRESS = "0" * 16 + ".0"  # go_in of an arrival that was told by telephone: no press is answered
# Of a working day these say nothing: they are about a visit that the hub does not know.
NOT_OF_A_DAY = frozenset({"started_out", "arrived", "not_going_in", "departed", "no_answer"})
Handler = Callable[[Terms, Visit, Part, Event], Decision]


def _claim(visit: Visit, part: Part, event: Event, reason: str, *effects: Effect) -> Decision:
    return changed(visit, part, having(part, claims=claimed(part, event)), reason, effects=effects)


def _odd(terms: Terms, visit: Visit, part: Part, event: Event, why: str) -> Decision:
    """A press that fits nothing here: kept as a claim, and a person asks her."""
    return _claim(visit, part, event, f"{why}: a person asks", unplanned_alarm(terms, event))


def _older(part: Part, event: Event) -> bool:
    """Pressed before she arrived, or before a person let her go in: yesterday's press that was long
    on its way says nothing about what came after."""
    newest_ms = max(part.anchors.get("confirmed", -1), part.anchors.get("arrival", -1))
    return event.at_ms < newest_ms


def _out_of_date(terms: Terms, visit: Visit, part: Part, event: Event) -> tuple[Effect, ...]:
    """She goes with a pendant past its date. What she says is believed as far as any press is, she
    is watched, and a person asks: whether she may go on with it is no pendant's word."""
    if mark_of(event) != EXPIRED:
        return ()
    source = source_of(visit.id, part.worker, "pendant_expired")
    return (alarm_of(terms, "pendant_expired", event, source, worker=part.worker),)


def _started_out(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    if part.phase != "planned":
        return _claim(visit, part, event, f"started out, already {part.phase}")
    new = having(
        part,
        phase="on-the-way",
        claims=claimed(part, event),
        anchors=moved(part, started_out=event.at_ms),
        facts=pendant_told(part, event),
    )
    effects = _out_of_date(terms, visit, part, event)
    return changed(visit, part, new, "started out", effects=effects)


def _arrived(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    if part.phase in BEFORE_ARRIVAL or part.phase == "at-door":
        # HM-4.2.2 counts from the earlier moment: a press that was late on its way moves it back.
        claim_ms = min(part.anchors.get("arrival_claim", event.at_ms), event.at_ms)
        new = having(
            part,
            phase="at-door",
            claims=claimed(part, event),
            anchors=moved(part, arrival_claim=claim_ms, arrival=_earlier(part, event.at_ms)),
        )
        said = "at the door: she waits until a person has confirmed"
        effects = _out_of_date(terms, visit, part, event)
        return changed(visit, part, new, said, effects=effects)
    if part.phase == "inside" and part.go_in == NO_PRESS and _older(part, event):
        # The press of the arrival that she has told by telephone meanwhile: it is that arrival.
        new = having(
            part,
            go_in=event.identity or NO_PRESS,
            anchors=moved(part, arrival=_earlier(part, event.at_ms)),
        )
        return changed(visit, part, new, "the press of the arrival that was confirmed by telephone")
    return _claim(visit, part, event, f"arrived, already {part.phase}")


def _earlier(part: Part, at_ms: int) -> int:
    return min(part.anchors.get("arrival", at_ms), at_ms)


def _sees_signs(visit: Visit, part: Part) -> bool:
    """D before she has opened up: forced entry, or the alarm rings (LF-open)."""
    outside = part.phase in BEFORE_ARRIVAL or part.phase == "at-door"
    return outside and "opening_up" in visit.facts


def _not_going_in(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    if _sees_signs(visit, part):
        return report_signs(terms, visit, part, event)
    if part.phase != "at-door":
        return _odd(terms, visit, part, event, f"not going in, but {part.phase}")
    if _older(part, event):
        return _odd(terms, visit, part, event, "not going in, but pressed before she arrived")
    new = having(
        part,
        phase="broken-off",
        claims=claimed(part, event),
        anchors=moved(part, concern=event.at_ms, broken_off=event.at_ms),
    )
    return changed(visit, part, new, "a concern at the door: she does not go in (HM-8.2)")


def _departed(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    if _sees_signs(visit, part):
        return report_signs(terms, visit, part, event)
    if part.phase in BEFORE_ARRIVAL:
        return _odd(terms, visit, part, event, "departed, but never arrived")
    if part.phase not in ("at-door", "inside", "broken-off"):
        return _claim(visit, part, event, f"departed, already {part.phase}")
    if _older(part, event):
        return _odd(terms, visit, part, event, "departed, but pressed before she was let in")
    alone, effects = left_alone(terms, visit, part, event)
    new = having(
        part,
        phase="leaving",
        claims=claimed(part, event),
        anchors=moved(part, departure_claim=event.at_ms, **alone),
    )
    said = "says she has left: a person must speak with her (HM-3.5)"
    return changed(visit, part, new, said, effects=effects)


def _carry_on_asked(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    new = having(part, claims=claimed(part, event), anchors=moved(part, carry_on_claim=event.at_ms))
    return changed(visit, part, new, "asks for longer: only another person agrees a new end")


def _no_answer(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    if part.phase not in BEFORE_ARRIVAL and part.phase != "at-door":
        return _odd(terms, visit, part, event, f"no answer, but {part.phase}")
    if part.phase == "at-door" and _older(part, event):
        return _odd(terms, visit, part, event, "no answer, but pressed before she arrived")
    new = having(
        part,
        phase="at-door",
        claims=claimed(part, event),
        anchors=moved(part, no_answer=event.at_ms, arrival=_earlier(part, event.at_ms)),
    )
    return changed(visit, part, new, "nobody answers, or no way in (CT-8.1)")


def _home_safe(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    if part.phase in BEFORE_ARRIVAL:
        return _odd(terms, visit, part, event, "home, but never arrived")
    if _older(part, event):
        return _odd(terms, visit, part, event, "home, but pressed before she was let in")
    alone, effects = left_alone(terms, visit, part, event)
    moments = {"home_claim": event.at_ms, **alone}
    phase = part.phase
    if phase in ("at-door", "inside", "broken-off"):
        phase, moments["departure_claim"] = "leaving", event.at_ms
    new = having(part, phase=phase, claims=claimed(part, event), anchors=moved(part, **moments))
    said = "says she is home: open until a person has spoken with her"
    return changed(visit, part, new, said, effects=effects)


def _ok(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    return _claim(visit, part, event, "says she is well: a claim, nothing stops for it")


def _replied(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    prompt = str(event.data.get("prompt", ""))
    if prompt and prompt == part.prompt:
        new = having(part, claims=claimed(part, event), prompt="")
        return changed(visit, part, new, "answered her pendant's question: a claim, nothing stops")
    ask = first_asked(terms, visit, "late_reply", "a reply that matches no question of now")
    return _claim(visit, part, event, "a late reply clears nothing: a person asks", ask)


def _felt_as_a_short(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    """With a silent press everything goes on as after A short, and nobody takes it for a word of
    hers: the claim is what it was, and nobody is sent to ask her (P2)."""
    felt = str(event.data.get("felt", ""))
    handler = HANDLERS[felt] if felt in A_SHORT else _recorded
    done = handler(terms, visit, part, replace(event, kind=felt))
    kind = DANGER.get(str(event.data.get("gesture", "")), "duress")
    said = f"{kind}, felt as A short ({felt}): no word of hers"
    new = done.visit.part(part.worker) if done.visit is not None else None
    if done.visit is None or new is None or new.claims == part.claims:
        return Decision(visit=done.visit, reason=said)
    claim = Claim(kind, event.at_ms, event.identity, felt)
    silent = having(new, claims=(*new.claims[:-1], claim))
    parts = tuple([silent if each is new else each for each in done.visit.parts])
    return Decision(visit=having(done.visit, parts=parts), reason=said)


def _last_gasp(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    """Her pendant says no more, and why is known: she is asked about at once, in every phase but
    before she sets out, and wherever coverage is poor too."""
    if part.phase == "planned":
        return noted(visit, "the battery of her pendant has ended, before she sets out: recorded")
    if event.data.get("late"):
        return noted(visit, "the battery of her pendant had ended; it has been heard since")
    source = source_of(visit.id, part.worker, "last_gasp")
    effect = alarm_of(terms, "last_gasp", event, source, worker=part.worker)
    known = BATTERY_ENDED in part.facts
    new = part if known else having(part, facts=(*part.facts, BATTERY_ENDED))
    said = "the battery of her pendant has ended: a person asks her how she is reached"
    return changed(visit, part, new, said, effect.clause, (effect,))


def _recorded(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    return noted(visit, f"{event.kind} while {part.phase}: recorded")


HANDLERS: dict[str, Handler] = {
    "booted": _recorded,
    "started_out": _started_out,
    "arrived": _arrived,
    "not_going_in": _not_going_in,
    "departed": _departed,
    "ok": _ok,
    "carry_on_asked": _carry_on_asked,
    "no_answer": _no_answer,
    "home_safe": _home_safe,
    "replied": _replied,
    FELT_AS_A_SHORT: _felt_as_a_short,
    "touched": _recorded,
    "last_gasp": _last_gasp,
}


def press(terms: Terms, visit: Visit, part: Part, event: Event, now_ms: int) -> Decision:
    """A pendant's event for this part. Danger is danger in every phase, an ended visit's too."""
    handler = HANDLERS.get(event.kind)
    if handler is None:
        effect = press_alarm(terms, event, now_ms)
        return Decision(visit=visit, effects=(effect,), reason=effect.why, clause=effect.clause)
    if part.phase in ENDED:
        return noted(visit, f"{event.kind}, but this part is {part.phase}: recorded")
    if event.kind in NOT_OF_A_DAY and is_day(visit):
        return _odd(terms, visit, part, event, f"{event.kind}, and no entry of hers fits")
    return handler(terms, visit, part, event)
