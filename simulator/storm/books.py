"""Whom a storm's hub knows before it starts: the people and clients of a world of the simulator,
with as many workers as the storm wants, each with a pendant.

Rule: everything is written by the engine's own commands, under a seed, so that the same seed gives
the same database, byte for byte. A further worker is a copy of one whom the world describes: with
her records, for a procedure lets nobody go who has none.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hub.ids import RandomIds
from hub.policy.load import load, shipped
from hub.policy.model import Policy
from hub.rules.model import Value
from hub.store.genesis import SIMULATION, Genesis
from hub.store.store import Store
from protocol.codec import SECRET_BYTES
from simulator.live.provision import Books, write_records
from simulator.live.span import day_text

WORLDS = Path(__file__).resolve().parent.parent / "worlds"
# Each shipped procedure has a world in which it is played.
WORLD_OF = {
    "homemaker-exeter": "exeter",
    "derbyshire-childrens-services": "matlock",
    "acorn-partnership": "marston",
    "sutton-cypl": "sutton",
    "leading-futures": "futures",
    "carers-trust-d06b": "hertford",
    "plain": "anywhere",
}
NO_PAGE = "http://127.0.0.1:1/"  # nothing is sent there: the storm has providers of its own
AT_SCREENS = ("tom", "olu")
WRITTEN_BEFORE_MS = 3_600_000


@dataclass(frozen=True)
class Organisation:
    """Who there is. `workers`: those who carry a pendant, in order; `secrets`: of the pendants."""

    policy: Policy
    zone: str
    people: Mapping[str, Mapping[str, Any]]
    clients: Mapping[str, Mapping[str, Any]]
    workers: tuple[str, ...]
    secrets: Mapping[str, bytes]

    @property
    def operators(self) -> tuple[str, ...]:
        """Those who answer pages and sit at screens."""
        return tuple(person for person in self.people if person not in self.workers)


@cache
def world_of(policy: str) -> dict[str, Any]:
    path = WORLDS / f"{WORLD_OF[policy]}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def policy_of(policy: str) -> Policy:
    """A shipped one, read once."""
    return load(shipped(policy))


def pendant_of(worker: str) -> str:
    return f"p-{worker}"


def found(folder: Path, policy: str, workers: int, now_ms: int, random: Random) -> Organisation:
    """The database in `folder`, as it is before the hub's first start."""
    tree = world_of(policy)
    about = tree["organisation"]
    ids = RandomIds(random.getrandbits(64))
    before_ms = now_ms - WRITTEN_BEFORE_MS
    genesis = Genesis(f"g-{random.getrandbits(32):x}", about["name"], about["zone"], SIMULATION,
                      before_ms)  # fmt: skip
    people, records = with_workers(tree, workers)
    clients = {client["id"]: client for client in tree["client"]}
    chosen = tuple(name for name, person in people.items() if _goes_out(person))[:workers]
    secrets = {pendant_of(worker): random.randbytes(SECRET_BYTES) for worker in chosen}
    store = Store(folder, genesis)
    try:
        books = Books(store, policy_of(policy), before_ms, ids)
        for person in people.values():
            _add_person(books, person)
        for worker in chosen:
            name = pendant_of(worker)
            books.give("add_pendant", {"id": name, "worker": worker, "key_id": name,
                                       "secret": secrets[name].hex()})  # fmt: skip
        for client in clients.values():
            books.give("add_client", {key: _value(each) for key, each in client.items()})
        write_records(books, records, lambda text: day_text(text, about["zone"], now_ms))
    finally:
        store.close()
    return Organisation(policy_of(policy), about["zone"], people, clients, chosen, secrets)


def with_workers(
    tree: Mapping[str, Any], count: int
) -> tuple[dict[str, Mapping[str, Any]], list[dict[str, Any]]]:
    """The world's people and records, with copies of its workers until there are `count`."""
    people: dict[str, Mapping[str, Any]] = {each["id"]: each for each in tree["person"]}
    records: list[dict[str, Any]] = list(tree.get("record", ()))
    models = [person for person in people.values() if _goes_out(person)]
    for number in range(count - len(models)):
        model = models[number % len(models)]
        copy = f"{model['id']}{number // len(models) + 2}"
        people[copy] = {**model, "id": copy, "name": f"{model['name']} {number + 2}"}
        records += [
            {**record, "about": copy}
            for record in tree.get("record", ())
            if record.get("about") == model["id"] and "label" not in record
        ]
    return people, records


def _goes_out(person: Mapping[str, Any]) -> bool:
    """Not those who hold a role, nor those who sit at a screen without one (a buddy)."""
    return not person.get("roles") and person["id"] not in AT_SCREENS


def _add_person(books: Books, person: Mapping[str, Any]) -> None:
    facts = {key: _value(each) for key, each in person.items() if key != "on_duty"}
    facts |= {"login": str(person["id"]), "pages": NO_PAGE}
    if "roles" in person:
        facts["roles"] = ",".join(person["roles"])
    books.give("add_person", facts)
    for role in person.get("on_duty", ()):
        duty = {"role": role, "person": str(person["id"]), "on": True}
        books.give("take_duty", duty, str(person["id"]))


def _value(value: Any) -> Value:
    """Lists are lines of text in a command; degrees are text too."""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return value if isinstance(value, str | int | bool) else str(value)
