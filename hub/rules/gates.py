"""Gates: what must hold before a command is allowed. A policy lists them; here each is told.

Rule: a refusal names what is missing and what to do. One gate is no policy's business and stands in
`by_another`: nobody confirms, extends, stands down, cancels, acknowledges or resolves for herself
or her pair (P5).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hub.policy.model import Gate, Terms
from hub.rules.directory import Directory
from hub.rules.facts import test_of
from hub.rules.model import Event, Part, Value, Visit

MAP_LINK = ("http://", "https://", "www.", "maps.", "goo.gl", "what3words", "///")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a requirement may look at."""

    event: Event
    level: str
    facts: frozenset[str]
    visit: Visit | None = None
    part: Part | None = None
    directory: Directory = field(default_factory=Directory)
    workers: tuple[str, ...] = ()
    call_back_wait_ms: int = 0

    def text(self, key: str) -> str:
        return str(self.event.data.get(key, "")).strip()


def flag(found: Mapping[str, Value], key: str) -> bool:
    """True, 1 or a form's "on", "true", "yes"."""
    value = found.get(key, False)
    return value.lower() in ("true", "yes", "on", "1") if isinstance(value, str) else bool(value)


def number(found: Mapping[str, Value], key: str) -> int:
    """A whole number, or 0 for anything that is none."""
    value = found.get(key, 0)
    if isinstance(value, int):
        return int(value)
    return int(value) if value.strip().isdecimal() else 0


def _rating(asked: Asked, gate: Gate) -> bool:
    client = asked.directory.clients.get(asked.text("client"))
    return bool(asked.text("rating") or (client is not None and client.rating))


def _manager_agreed(asked: Asked, gate: Gate) -> bool:
    person = asked.text("manager_agreed")
    return person not in ("", *asked.workers) and asked.directory.holds(person, gate.roles)


def _client_details(asked: Asked, gate: Gate) -> bool:
    client = asked.directory.clients.get(asked.text("client"))
    if client is None:
        return not asked.directory.clients
    return bool(client.name and client.address and client.postcode and client.lines)


def _full_address(asked: Asked, gate: Gate) -> bool:
    client = asked.directory.clients.get(asked.text("client"))
    place = asked.text("venue") or (client.address if client is not None else "")
    if not place:
        return not asked.directory.clients
    return not any(mark in place.lower() for mark in MAP_LINK)


def _times(asked: Asked, gate: Gate) -> bool:
    start_ms = number(asked.event.data, "start_ms")
    return 0 < start_ms < number(asked.event.data, "end_ms")


def _entry(asked: Asked, gate: Gate) -> bool:
    return all(asked.text(key) for key in ("client", "purpose", "area"))


def _tracker(asked: Asked, gate: Gate) -> bool:
    return bool(asked.visit.tracker if asked.visit is not None else asked.text("tracker"))


def _departure_contact(asked: Asked, gate: Gate) -> bool:
    named = asked.text("departure_contact") or (asked.visit.tracker if asked.visit else "")
    return named not in ("", *asked.workers)


def _read_back(asked: Asked, gate: Gate) -> bool:
    return bool(asked.text("place") and asked.text("name"))


def _spoken(asked: Asked, gate: Gate) -> bool:
    return asked.text("means") != "answerphone"


def _called_back(asked: Asked, gate: Gate) -> bool:
    anchors = asked.part.anchors if asked.part is not None else {}
    spoke_now = asked.text("means") not in ("", "answerphone")
    early = asked.event.at_ms < anchors.get("confirmed", 0) + asked.call_back_wait_ms
    return (spoke_now and not early) or "called_back" in anchors


def _contact_at_finish(asked: Asked, gate: Gate) -> bool:
    """Before the finish anybody else may agree a new one; after it only who has spoken with her."""
    if asked.part is None or asked.text("means") not in ("", "answerphone"):
        return True
    finish_ms = asked.part.anchors.get("finish", asked.event.at_ms)
    contact_ms = asked.part.anchors.get("contact", -1)
    return asked.event.at_ms < finish_ms or contact_ms >= finish_ms


def _agreed_end(asked: Asked, gate: Gate) -> bool:
    return asked.text("coverage") != "poor" or number(asked.event.data, "agreed_end_ms") > 0


Requirement = Callable[[Asked, Gate], bool]
REQUIREMENTS: dict[str, tuple[str, Requirement]] = {
    "rating": ("the client has a risk rating", _rating),
    "manager_agreed": ("one of the gate's roles, not the worker, has agreed", _manager_agreed),
    "entry": ("client, purpose and area are entered", _entry),
    "client_details": ("name, address, postcode and a line are on file", _client_details),
    "full_address": ("a full address; a link to a map is none", _full_address),
    "times": ("a start and a later end", _times),
    "tracker": ("a tracker is named", _tracker),
    "departure_contact": ("somebody is named for the departure", _departure_contact),
    "read_back": ("place and name were read back", _read_back),
    "spoken": ("spoken with a person; an answerphone is none", _spoken),
    "called_back": ("the call-back is done", _called_back),
    "contact_at_finish": ("after the finish: she was spoken with since", _contact_at_finish),
    "agreed_end": ("poor coverage: an end is agreed", _agreed_end),
    "two_workers": ("two workers or more go together", lambda asked, gate: len(asked.workers) > 1),
    "never": ("nothing: it is never allowed where the gate stands", lambda asked, gate: False),
}


def closed_gate(terms: Terms, command: str, asked: Asked) -> Gate | None:
    """The first gate of the policy that does not let the command through."""
    for gate in terms.gates_for.get(command, ()):
        if gate.levels and asked.level not in gate.levels:
            continue
        if not all(_known(fact, asked) for fact in gate.when):
            continue
        if all(REQUIREMENTS[name][1](asked, gate) for name in gate.requires):
            continue
        if gate.override and asked.text("override") == gate.id:
            by = asked.event.by
            if by not in asked.workers and asked.directory.holds(by, gate.override):
                continue
        return gate
    return None


def _known(fact: str, asked: Asked) -> bool:
    if fact in asked.facts or asked.visit is None or asked.part is None:
        return fact in asked.facts
    return test_of(fact)(asked.visit, asked.part, 0)


def by_another(by: str, interested: Iterable[str]) -> str:
    """Why this person may not do it, or "" if she may (P5)."""
    if not by:
        return "Nobody is named as doing this: it is done by a person, by name."
    if by in interested:
        return "Nobody does this for herself or her pair: another person must."
    return ""
