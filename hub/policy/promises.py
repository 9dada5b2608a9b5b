"""What must hold of every state and every act of an explored visit (P3 to P5), and what is said of
it when it does not.

Rule: these are the promises, told apart from the rules that keep them: nothing here asks the rules
whether they may.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.policy.model import Policy
from hub.policy.moves import BY_OTHERS_ONLY, HER
from hub.rules.effects import Decision, Effect, RaiseAlarm, ResolveAlarms
from hub.rules.kinds import PENDANT_EVENTS
from hub.rules.model import Deadline, Event, Part, Visit
from hub.rules.phases import ENDED

BY_PERSON_ONLY = frozenset({"inside", "closed", "cancelled"})  # a press never leads there
NEVER_MS = 1 << 62
ABOUT_OTHERS = frozenset({"relief_late"})  # she may answer these: it is not she who is watched
MAX_PUT_OFF_MS = 15 * 60_000  # she may break a visit off: somebody asks within this all the same


@dataclass(frozen=True, slots=True)
class Broken:
    """Where it belongs (a row's table, id and key; "" the file) and what does not hold."""

    table: str
    row: str
    at: str
    said: str

    @property
    def key(self) -> tuple[str, ...]:
        return (self.table, self.row, self.at, self.said)


def state_broken(terms: Policy, visit: Visit, due: Sequence[Deadline]) -> Iterator[Broken]:
    raising = {each.worker for each in due if terms.timer[each.timer].action == "raise"}
    workers = {part.worker for part in visit.parts}
    for part in visit.parts:
        if part.phase not in ENDED and part.worker not in raising:
            said = f"nobody watches in {part.phase!r}: a {visit.kind} there has no alarm ahead (P5)"
            yield Broken("level", visit.level, "", said)
        if "confirmed" not in part.anchors:
            if part.phase == "inside":
                yield _rules("she is inside and no person let her in (P5)")
            if part.go_in:
                yield _rules("she may go in and no person has confirmed her arrival (P5)")
        for mark in part.marks:
            if mark.by in ("", *workers):
                yield _rules(f"the letter {mark.letter} is earned by herself (P5)")


def _rules(said: str) -> Broken:
    return Broken("", "", "", f"the rules: {said}")


def act_broken(visit: Visit, event: Event, decision: Decision) -> Iterator[Broken]:
    """What must hold of an act, and of what she can do herself."""
    new = decision.visit
    if new is None:
        yield _rules(f"{event.kind} loses the visit")
        return
    if not decision.reason:
        yield _rules(f"{event.kind} has no reason")
    if decision.refused and (new != visit or decision.effects):
        yield _rules(f"{event.kind} was refused and changed something")
    if event.by != HER:
        return
    if event.kind in BY_OTHERS_ONLY and not decision.refused:
        yield _rules(f"{event.kind} by herself was allowed (P5)")
    for effect in decision.effects:
        if isinstance(effect, ResolveAlarms) and effect.by != HER:
            yield _rules(f"{event.kind} by herself ended an alarm in another's name (P5)")
    if event.kind in PENDANT_EVENTS and new is not visit:
        for old, part in zip(visit.parts, new.parts, strict=True):
            yield from _pressed(event, old, part)


def _pressed(event: Event, old: Part, part: Part) -> Iterator[Broken]:
    if part.marks != old.marks:
        yield _rules(f"the press {event.kind} earned a letter (P5)")
    if part.phase in BY_PERSON_ONLY and part.phase != old.phase:
        yield _rules(f"the press {event.kind} led to {part.phase!r} (P5)")


def put_off(
    terms: Policy,
    visit: Visit,
    before: Sequence[Deadline],
    new: Visit,
    after: Sequence[Deadline],
    event: Event,
    effects: tuple[Effect, ...],
    now_ms: int,
) -> Iterator[Broken]:
    """P5: nothing that she does herself lets anybody be asked much later than before. An act that
    raises an alarm itself asks at once."""
    if any(isinstance(effect, RaiseAlarm) for effect in effects):
        return
    first, then = _first(terms, before, event.worker), _first(terms, after, event.worker)
    part = new.part(event.worker)
    if first is None or part is None or part.phase in ENDED:
        return
    then_ms = then.due_ms if then is not None else NEVER_MS
    if then_ms > max(first.due_ms, now_ms) + MAX_PUT_OFF_MS:
        old = visit.part(event.worker)
        phase = old.phase if old is not None else ""
        said = f"her own act {event.kind} in {phase!r} puts this alarm off, or ends it (P5)"
        yield Broken("timer", first.timer, "phases", said)


def _first(terms: Policy, due: Sequence[Deadline], worker: str) -> Deadline | None:
    """The next alarm about her, whichever timer it is; a backstop counts from anything."""
    timers = terms.timer
    found = [
        each
        for each in due
        if each.worker == worker
        and timers[each.timer].action == "raise"
        and not timers[each.timer].backstop
        and timers[each.timer].kind not in ABOUT_OTHERS
    ]
    return min(found, key=lambda each: (each.due_ms, each.timer), default=None)
