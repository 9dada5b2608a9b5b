"""How a decision is made up: the new part put in its visit, a version grown, a reason given.

Rule: nothing here decides anything. Lists that grow with every press have a limit, and what falls
off is in the log.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from hub.rules.effects import Decision, Effect
from hub.rules.model import Attempt, Claim, Event, Mark, Part, Visit

MAX_CLAIMS = 20  # unconfirmed presses kept in the state: what a person can still read
MAX_ATTEMPTS = 50  # tries since the last contact

Frozen = TypeVar("Frozen", Part, Visit)
_SLOTS: dict[type, dict[str, Any]] = {
    shape: {field.name: getattr(shape, field.name) for field in fields(shape)}
    for shape in (Part, Visit)
}


def having(old: Frozen, **changes: object) -> Frozen:
    """dataclasses.replace for the two things that every event copies, at about half the cost.

    It copies slot by slot past the frozen `__init__`; a name that is no field raises KeyError.
    """
    new: Frozen = object.__new__(type(old))
    slots = _SLOTS[type(old)]
    for slot in slots.values():
        slot.__set__(new, slot.__get__(old))
    for name, value in changes.items():
        slots[name].__set__(new, value)
    return new


def changed(
    visit: Visit,
    old: Part,
    new: Part,
    reason: str,
    clause: tuple[str, ...] = (),
    effects: tuple[Effect, ...] = (),
    prompt: str | None = None,
) -> Decision:
    """The visit with `old` exchanged for `new`."""
    if prompt is not None:
        new = having(new, prompt=prompt)
    if len(visit.parts) == 1:
        parts: tuple[Part, ...] = (new,)
    else:
        parts = tuple([new if part is old else part for part in visit.parts])
    whole = having(visit, parts=parts, version=visit.version + 1)
    return Decision(visit=whole, effects=effects, reason=reason, clause=clause)


def noted(visit: Visit, reason: str, clause: tuple[str, ...] = ()) -> Decision:
    """An event that does not apply: recorded with its reason, and nothing else."""
    return Decision(visit=visit, reason=reason, clause=clause)


def refused(visit: Visit | None, why: str, clause: tuple[str, ...] = ()) -> Decision:
    """A person's command that is not allowed: why, and what to do."""
    return Decision(visit=visit, refused=why, reason=why, clause=clause)


def fired(part: Part, timer: str, due_ms: int) -> Part:
    """One entry per timer: its last firing."""
    others = tuple(pair for pair in part.fired if pair[0] != timer)
    return having(part, fired=others + ((timer, due_ms),))


def claimed(part: Part, event: Event) -> tuple[Claim, ...]:
    claim = Claim(event.kind, event.at_ms, event.identity)
    return (part.claims + (claim,))[-MAX_CLAIMS:]


def tried(part: Part, attempt: Attempt) -> tuple[Attempt, ...]:
    """Reached: the older tries are in the log, this one is where the next ones count from."""
    if attempt.reached:
        return (attempt,)
    return (part.attempts + (attempt,))[-MAX_ATTEMPTS:]


def moved(part: Part, **moments: int) -> Mapping[str, int]:
    """The part's anchors with these set."""
    return {**part.anchors, **moments}


def marked(part: Part, letter: str, at_ms: int, by: str) -> tuple[Mark, ...]:
    """A letter is earned once; a policy without that letter marks nothing."""
    if not letter or any(mark.letter == letter for mark in part.marks):
        return part.marks
    return part.marks + (Mark(letter, at_ms, by),)


def pendant_told(part: Part, event: Event) -> tuple[str, ...]:
    """HM-2.1, DC-signal: the part's facts when she sets out; the hub says how her pendant is."""
    ready = str(event.data.get("pendant", "ready")) == "ready"
    known = ready or "pendant_not_ready" in part.facts
    return part.facts if known else part.facts + ("pendant_not_ready",)
