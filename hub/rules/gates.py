"""Gates: what must hold before a command is allowed. A policy lists them; here they are asked.

Rule: a refusal names what is missing and what to do. Where the policy names who may let a gate
pass, such a person does it by name and with a note, and both stand on the record. One gate is no
policy's business and stands in `by_another`: nobody confirms, extends, stands down, cancels,
acknowledges or resolves for herself or her pair (P5).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.policy.model import Gate, Terms
from hub.rules.asked import Asked, flag, number
from hub.rules.effects import Decision
from hub.rules.facts import test_of
from hub.rules.model import Visit
from hub.rules.requirements import MAP_LINK, OF_A_CLIENT, REQUIREMENTS

__all__ = [
    "MAP_LINK",
    "REQUIREMENTS",
    "Asked",
    "Passage",
    "by_another",
    "closed_gate",
    "flag",
    "lacking",
    "number",
    "passage",
    "refusal",
]


NO_CLIENT = frozenset({"on_site", "day_entry"})


@dataclass(frozen=True, slots=True)
class Passage:
    """`closed`: the first gate that does not let the command through; `overridden`: those that a
    person let it pass, as the visit keeps them: "<gate> by <person>"."""

    closed: Gate | None = None
    overridden: tuple[str, ...] = ()


OPEN = Passage()


def passage(
    terms: Terms, command: str, asked: Asked, gates: Iterable[Gate] | None = None
) -> Passage:
    """Whether the gates of the policy let the command through. `gates`: only these of them."""
    passed: list[str] = []
    for gate in terms.gates_for.get(command, ()) if gates is None else gates:
        if _lets_through(gate, asked):
            continue
        if not _overridden(gate, asked):
            return Passage(gate)
        passed.append(f"{gate.id} by {asked.event.by}")
    return Passage(None, tuple(passed)) if passed else OPEN


def closed_gate(terms: Terms, command: str, asked: Asked) -> Gate | None:
    """The first gate of the policy that does not let the command through."""
    return passage(terms, command, asked).closed


def _lets_through(gate: Gate, asked: Asked) -> bool:
    if gate.levels and asked.level not in gate.levels:
        return True
    if not all(_known(fact, asked) for fact in gate.when):
        return True
    asked_for = gate.requires
    if asked.has_no_client and not NO_CLIENT.intersection(gate.when):
        # A building or a working day has no client to be asked about, unless the row speaks of it.
        asked_for = tuple([name for name in gate.requires if name not in OF_A_CLIENT])
    return all(REQUIREMENTS[name][1](asked, gate) for name in asked_for)


def _overridden(gate: Gate, asked: Asked) -> bool:
    """Asked for by the gate's id (several by comma), with a note, by another who may."""
    wanted = [each.strip() for each in asked.text("override").split(",")]
    if not gate.override or gate.id not in wanted or not asked.text("override_note"):
        return False
    by = asked.event.by
    return by not in ("", *asked.workers) and asked.directory.holds(by, gate.override)


ON_FILE_OF = {
    "full_address": ("address",),
    "client_details": ("name", "address", "postcode", "lines"),
}
IN_WORDS = {"lines": "telephone line"}


def lacking(gate: Gate, asked: Asked) -> str:
    """What the client's record lacks of what the gate asks for: said, or nobody knows where to look
    for it. Which facts are missing is no secret; the facts themselves are never told (P8)."""
    client = asked.client
    if client is None or asked.text("venue"):
        return ""
    names = [name for each in gate.requires for name in ON_FILE_OF.get(each, ())]
    missing = [IN_WORDS.get(n, n) for n in dict.fromkeys(names) if not getattr(client, n)]
    return f"On the client's record is no {', no '.join(missing)}." if missing else ""


def refusal(terms: Terms, visit: Visit | None, gate: Gate, lacks: str = "") -> Decision:
    """What is missing, what to do, and who may let it pass. `lacks`: on file, where it is known."""
    said = f"{gate.reason} {lacks}" if lacks else gate.reason
    if gate.override:
        named = [terms.role[role].name if role in terms.role else role for role in gate.override]
        said = f"{said} Who may let it pass, with a note: {', '.join(named)}."
    passable = gate.id if gate.override else ""
    return Decision(visit=visit, refused=said, reason=said, clause=gate.clause, gate=passable)


def _known(fact: str, asked: Asked) -> bool:
    visit = asked.visit
    if fact in asked.facts or visit is None:
        return fact in asked.facts
    parts = visit.parts if asked.part is None else (asked.part,)
    return any(test_of(fact)(visit, part, 0) for part in parts)


def by_another(by: str, interested: Iterable[str]) -> str:
    """Why this person may not do it, or "" if she may (P5)."""
    if not by:
        return "Nobody is named as doing this: it is done by a person, by name."
    if by in interested:
        return "Nobody does this for herself or her pair: another person must."
    return ""
