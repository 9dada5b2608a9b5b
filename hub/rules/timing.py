"""Deadlines: which timers of the policy run for each part of a visit, and what one does when due.

Rule: `deadlines` is a pure function of the stored visit; a timer fires once for its moment, dated
when it fell due. From planned start until closed there is always one that reaches a person (P5): a
policy's backstop runs whenever nothing else would.
"""

from collections.abc import Mapping

from hub.policy.model import Terms, Timer
from hub.rules.changes import changed, fired, noted
from hub.rules.effects import Decision, Effect, Page, RaiseAlarm
from hub.rules.facts import Test, test_of
from hub.rules.model import Deadline, Event, Part, Visit
from hub.rules.phases import ENDED

# Moments that lie ahead, or long before she set out: a backstop never counts from them.
AHEAD = frozenset({"planned_start", "awaited", "finish", "agreed_end", "expected_back", "check_in",
                   "relief_due", "entered", "tracker_agreed"})  # fmt: skip
# (timer, its anchor, when, until)
Ready = tuple[Timer, str, tuple[Test, ...], tuple[Test, ...]]


def _ready(terms: Terms, level: str, phase: str) -> tuple[Ready, ...]:
    """The timers of a level and phase with their facts looked up; kept on the terms."""
    found: tuple[Ready, ...] | None = terms.kept.get((level, phase))
    if found is None:
        found = terms.kept[level, phase] = tuple(
            (
                timer,
                timer.anchor,
                tuple(test_of(fact) for fact in timer.when),
                tuple(test_of(fact) for fact in timer.until),
            )
            for timer in terms.timers_for(level, phase)
        )
    return found


def _last_fired(part: Part, timer: str) -> int:
    for name, due_ms in part.fired:
        if name == timer:
            return due_ms
    return -1


def _due(timer: Timer, part: Part, anchor_ms: int) -> int:
    """When the timer falls due next, or -1 when it has fired for this moment already."""
    due_ms = anchor_ms + timer.wait_ms + (part.call_every_ms if timer.wait_agreed else 0)
    last_ms = _last_fired(part, timer.id)
    if due_ms > last_ms:
        return due_ms
    every_ms = timer.repeat_ms + (part.call_every_ms if timer.repeat_agreed else 0)
    if every_ms <= 0:
        return -1
    return due_ms + ((last_ms - due_ms) // every_ms + 1) * every_ms


def _newest(part: Part) -> int:
    """The newest moment that anything was known of the part: where a backstop counts from."""
    happened = [at_ms for name, at_ms in part.anchors.items() if name not in AHEAD]
    happened += [due_ms for _, due_ms in part.fired]
    return max(happened, default=part.anchors.get("planned_start", 0))


def _holds(visit: Visit, part: Part, anchor_ms: int, ready: Ready) -> bool:
    for test in ready[2]:
        if not test(visit, part, anchor_ms):
            return False
    for test in ready[3]:  # noqa: SIM110 - a generator costs more than the test, 50,000 times a second
        if test(visit, part, anchor_ms):
            return False
    return True


def part_deadlines(terms: Terms, visit: Visit, part: Part) -> list[Deadline]:
    """Backstops come last in the table, so that whether anything else watches is known by then."""
    found: list[Deadline] = []
    if part.phase in ENDED:
        return found
    watched = False
    anchors = part.anchors
    for ready in _ready(terms, visit.level, part.phase):
        timer = ready[0]
        if timer.backstop:
            if watched:
                break
            anchor_ms = _newest(part)
            due_ms = anchor_ms + timer.wait_ms
        else:
            anchor_ms = anchors.get(ready[1], -1)
            if anchor_ms < 0:
                continue
            if (ready[2] or ready[3]) and not _holds(visit, part, anchor_ms, ready):
                continue
            due_ms = _due(timer, part, anchor_ms)
            if due_ms < 0:
                continue
        watched = watched or timer.action == "raise"
        found.append(Deadline(timer.id, due_ms, part.worker, anchor_ms))
    return found


def deadlines(terms: Terms, visit: Visit) -> tuple[Deadline, ...]:
    """Every deadline of the visit as it is now; the engine stores the difference."""
    found: list[Deadline] = []
    for part in visit.parts:
        found += part_deadlines(terms, visit, part)
    return tuple(found)


def source_of(visit_id: str, worker: str, timer: str) -> str:
    """What repeats of one timer's alarm are gathered by."""
    return f"{visit_id}:{worker}:{timer}"


def due(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    """A timer fell due. One that no longer runs, or runs later now, does nothing and says so."""
    name = str(event.data.get("timer", ""))
    timer = terms.timer.get(name)
    if timer is None:
        return noted(visit, f"timer {name} is not in the terms of this visit")
    now_due = {each.timer: each for each in part_deadlines(terms, visit, part)}.get(name)
    if now_due is None or now_due.due_ms > event.at_ms:
        return noted(visit, f"{name} no longer runs for this moment", timer.clause)
    new = fired(part, name, now_due.due_ms)
    if timer.action == "prompt":
        prompt = f"{timer.prompt}-{visit.version}"
        return changed(visit, part, new, f"her pendant is asked: {timer.say}", timer.clause,
                       prompt=prompt)  # fmt: skip
    effect = effect_of(timer, visit, part, now_due.due_ms)
    return changed(visit, part, new, timer.say, timer.clause, effects=(effect,))


def effect_of(timer: Timer, visit: Visit, part: Part, due_ms: int) -> Effect:
    why = sentence_of(timer)
    if timer.action == "page":
        return Page(timer.roles, timer.about or timer.id, why, visit=visit.id)
    return RaiseAlarm(
        kind=timer.kind,
        at_ms=due_ms,
        ladder=timer.ladder,
        source=source_of(visit.id, part.worker, timer.id),
        why=why,
        worker=part.worker,
        pendant=part.pendant,
        clause=timer.clause,
    )


def sentence_of(timer: Timer) -> str:
    """What happened, with its clause or "ours": one sentence without names."""
    return f"{timer.say} ({', '.join(timer.clause) or timer.source})"


def answered_sources(
    terms: Terms,
    visit: Visit,
    part: Part,
    kinds: frozenset[str],
    at_ms: int,
    unless: str = "",
) -> tuple[str, ...]:
    """The part's own fired alarms of these kinds that are not newer than what answers them.

    `unless`: not those of timers that run until this fact holds.
    """
    timers: Mapping[str, Timer] = terms.timer
    return tuple(
        source_of(visit.id, part.worker, name)
        for name, due_ms in part.fired
        if due_ms <= at_ms
        and name in timers
        and timers[name].kind in kinds
        and unless not in timers[name].until
    )
