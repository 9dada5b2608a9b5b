"""What the gates may see of people and clients when a visit is planned: whether it is there.

Rule: no name, address or number goes into a rule or into the log (P8); the gates ask only whether
each is on file, so only that is told. What they saw stands in the log row, for deciding it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.engine.state import State
from hub.rules.directory import ClientFacts, Directory
from hub.rules.gates import MAP_LINK
from hub.rules.model import Value

ON_FILE = "on file"
ONLY_A_LINK = "http://"  # an address that is only a link to a map (HM-2.3)


@dataclass(frozen=True, slots=True)
class SeenDirectory(Directory):
    """A directory that remembers its own JSON. `seen` is what the log keeps."""

    seen: Mapping[str, Any] = field(default_factory=dict)


def directory_of(state: State, asked: Mapping[str, Value]) -> SeenDirectory:
    """The view for one planning: the people asked about, the client, the roles."""
    workers = [name.strip() for name in str(asked.get("workers", "")).split(",") if name.strip()]
    named = {str(asked.get(key, "")) for key in ("tracker", "manager_agreed")} | set(workers)
    pendants = {
        worker: pendant.id
        for worker in workers
        for pendant in state.pendants_of(worker)
        if pendant.state == "active"
    }
    return load_seen({
        "roles": _roles(state),
        "clients": _client(state, str(asked.get("client", ""))),
        "pendants": pendants,
        # Never empty: an empty set would mean that anybody may exist.
        "people": sorted(
            {""} | {name for name in named if name in state.people and state.people[name].active}
        ),
    })  # fmt: skip


def _roles(state: State) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for person in state.people.values():
        if person.active:
            for role in person.roles:
                found.setdefault(role, set()).add(person.id)
    for role, people in state.duty.items():
        found.setdefault(role, set()).update(people)
    return {role: sorted(people) for role, people in sorted(found.items())}


def _client(state: State, client: str) -> dict[str, dict[str, Any]]:
    row = state.store.one(
        "SELECT name, address, postcode, lines, rating FROM client WHERE id = ?", (client,)
    )
    # Never empty: no clients at all would mean that the gates are not asked.
    if row is None:
        return {"": {}}
    name, address, postcode, lines, rating = row
    is_link = any(mark in address.lower() for mark in MAP_LINK)
    return {
        client: {
            "name": ON_FILE if name else "",
            "address": (ONLY_A_LINK if is_link else ON_FILE) if address else "",
            "postcode": ON_FILE if postcode else "",
            "lines": [ON_FILE] if lines not in ("", "[]") else [],
            "rating": rating,
        }
    }


def load_seen(seen: Mapping[str, Any]) -> SeenDirectory:
    """The directory as it was seen: also how a replay gets it back."""
    clients = {
        name: ClientFacts(**{**facts, "lines": tuple(facts.get("lines", ()))})
        for name, facts in seen["clients"].items()
    }
    return SeenDirectory(
        roles={role: frozenset(people) for role, people in seen["roles"].items()},
        clients=clients,
        pendants=seen["pendants"],
        people=frozenset(seen["people"]),
        seen=seen,
    )
