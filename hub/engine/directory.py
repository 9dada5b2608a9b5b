"""What the gates may see of people, clients, clock and sun: whether it is there.

Rule: no name, address or number goes into a rule or into the log (P8); the gates ask only whether
each is on file, so only that is told. What they saw stands in the log row, for deciding it again.
It is made for planning, and for a command that has a gate or that moves times; else never.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.engine import registers
from hub.engine.authority import deciders
from hub.engine.daylight import Place, is_dark, place_of_zone
from hub.engine.hours import is_out_of_hours, midnight_ms
from hub.engine.pendants import PendantState
from hub.engine.readiness import readiness
from hub.engine.state import State
from hub.engine.turn import Turn
from hub.engine.whereabouts import out
from hub.policy.model import Policy
from hub.rules.asked import number
from hub.rules.directory import ClientFacts, Directory, WorkerFacts
from hub.rules.model import Value, Visit
from hub.rules.requirements import MAP_LINK
from hub.verify import ACTIVE

ON_FILE = "on file"
ONLY_A_LINK = "http://"  # an address that is only a link to a map (HM-2.3)
# Who is named in a command, and must be somebody.
NAMED = ("tracker", "manager_agreed", "risk_checked", "warning_checked", "second_person")
MAX_MS = 7 * 24 * 3_600_000  # no entry is longer; what is, a rule refuses
RETIMED = frozenset({"extend", "reschedule"})  # new times may be out of hours or after dark


@dataclass(frozen=True, slots=True)
class SeenDirectory(Directory):
    """A directory that remembers its own JSON. `seen` is what the log keeps."""

    seen: Mapping[str, Any] = field(default_factory=dict)


def is_asked(policy: Policy, command: str) -> bool:
    """Whether that command, of a visit or of none, needs a directory."""
    return command in policy.gates_for or command in RETIMED


def directory_of(
    turn: Turn, policy: Policy, asked: Mapping[str, Value], visit: Visit | None = None
) -> SeenDirectory:
    """The view for one command: the people asked about, the client, the roles, the hour."""
    state = turn.state
    if visit is None:
        named_workers = [name.strip() for name in str(asked.get("workers", "")).split(",")]
        workers = [name for name in dict.fromkeys(named_workers) if name]
        client = str(asked.get("client", ""))
    else:
        workers, client = [part.worker for part in visit.parts], visit.client
    named = {str(asked.get(key, "")).strip() for key in NAMED} | set(workers)
    start_ms, end_ms = _times(turn, asked, visit)
    zone = state.store.genesis.zone
    clients, place = _client(state, client)
    return load_seen({
        "roles": {role: sorted(who) for role, who in sorted(deciders(state).items())},
        "clients": clients,
        "pendants": {worker: ready.id for worker in workers
                     if (ready := _pendant(turn, worker)) is not None},
        # Never empty: an empty set would mean that anybody may exist.
        "people": sorted(
            {""} | {name for name in named if name in state.people and state.people[name].active}
        ),
        "workers": {who: _worker(turn, who, end_ms) for who in workers if who in state.people},
        "facts": _facts(policy, zone, place or turn.place or place_of_zone(zone), start_ms, end_ms),
        "on_duty": {role: sorted(people) for role, people in sorted(state.duty.items())},
        # Only who lays down a duty is asked about everybody who is out.
        "out": out(state) if visit is None and "workers" not in asked else [],
        "day_before_ms": midnight_ms(zone, start_ms, 1) if start_ms else 0,
    })  # fmt: skip


def _times(turn: Turn, asked: Mapping[str, Value], visit: Visit | None) -> tuple[int, int]:
    """From when to when it is about: what is asked for, else as planned, else now."""
    start_ms, end_ms = number(asked, "start_ms"), number(asked, "end_ms")
    if visit is not None:
        return start_ms or visit.planned_start_ms, end_ms or visit.planned_end_ms
    if "workers" in asked:
        return (start_ms, end_ms) if 0 < start_ms <= end_ms else (0, 0)
    return turn.now_ms, turn.now_ms


def _facts(policy: Policy, zone: str, place: Place, start_ms: int, end_ms: int) -> list[str]:
    if not 0 < start_ms <= end_ms <= start_ms + MAX_MS:
        return []
    found = []
    if is_dark(place, start_ms, end_ms):
        found.append("after_dark")
    if is_out_of_hours(policy.hours, zone, start_ms, end_ms):
        found.append("out_of_hours")
    return found


def _pendant(turn: Turn, worker: str) -> PendantState | None:
    """The last of her pendants that may speak for her."""
    carried = turn.state.pendants_of(worker)
    found = [each for each in carried if each.state_at(turn.now_ms) == ACTIVE]
    return found[-1] if found else None


def _worker(turn: Turn, worker: str, until_ms: int) -> dict[str, Any]:
    person = turn.state.people[worker]
    told = registers.facts_about_worker(turn.state, worker, turn.policy)
    return {"pendant": readiness(turn, worker, until_ms), "phone": bool(person.phones), **told}


def _client(state: State, client: str) -> tuple[dict[str, dict[str, Any]], Place | None]:
    """What is on file of the client, and where the home is if that is known."""
    row = state.store.one(
        "SELECT name, address, postcode, lines, rating, coverage, latitude, longitude"
        " FROM client WHERE id = ?",
        (client,),
    )
    # Never empty: no clients at all would mean that the gates are not asked.
    if row is None:
        return {"": {}}, None
    name, address, postcode, lines, rating, coverage, latitude, longitude = row
    is_link = any(mark in address.lower() for mark in MAP_LINK)
    found = {
        "name": ON_FILE if name else "",
        "address": (ONLY_A_LINK if is_link else ON_FILE) if address else "",
        "postcode": ON_FILE if postcode else "",
        "lines": [ON_FILE] if lines not in ("", "[]") else [],
        "rating": rating,
        "coverage": coverage,
        **registers.facts_about_client(state, client),
    }
    known = latitude and longitude
    return {client: found}, Place(float(latitude), float(longitude)) if known else None


def load_seen(seen: Mapping[str, Any]) -> SeenDirectory:
    """The directory as it was seen: also how a replay gets it back."""
    return SeenDirectory(
        roles=_sets(seen["roles"]),
        clients={name: _client_facts(facts) for name, facts in seen["clients"].items()},
        pendants=seen["pendants"],
        people=frozenset(seen["people"]),
        workers={name: WorkerFacts(**facts) for name, facts in seen.get("workers", {}).items()},
        facts=frozenset(seen.get("facts", ())),
        on_duty=_sets(seen.get("on_duty", {})),
        out=frozenset(seen.get("out", ())),
        day_before_ms=seen.get("day_before_ms", 0),
        seen=seen,
    )


def _sets(found: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    return {role: frozenset(people) for role, people in found.items()}


def _client_facts(found: Mapping[str, Any]) -> ClientFacts:
    lists = {key: tuple(found.get(key, ())) for key in ("lines", "contacts")}
    return ClientFacts(**{**found, **lists})
