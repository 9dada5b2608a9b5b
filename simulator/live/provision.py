"""What is on the hub's books before its first start: pendants, who carries which, and what the
procedure wants written down beforehand.

The rule it keeps: all of it is added by the engine's own commands, as `allswell` adds it, on a
database whose first row says SIMULATION.
"""

import secrets
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hub.clock import utc_ms
from hub.engine.engine import Engine
from hub.ids import Ids, RandomIds
from hub.inbox import Command, Reply
from hub.policy.load import load, shipped
from hub.policy.model import Policy
from hub.rules.model import Value
from hub.settings import DEFAULT_POLICY
from hub.store.genesis import SIMULATION, Genesis
from hub.store.store import Store
from protocol.codec import SECRET_BYTES
from simulator.live.span import begin_ms, day_text, is_day

BY = "simulator"


class NotProvisioned(Exception):
    """The hub refused a person, a pendant or a record."""


class Books:
    """An engine on the database that the hub will open."""

    def __init__(self, store: Store, policy: Policy, now_ms: int, ids: Ids) -> None:
        self._engine = Engine(store, ids, policy)
        self._now_ms = now_ms

    def give(self, kind: str, facts: Mapping[str, Value], by: str = BY) -> str:
        """The id of what was made."""
        after = self._engine.turn([Command(kind, by, dict(facts), Reply())], self._now_ms)
        (answer,) = [answer for _, answer in after.replies]
        if not answer.ok:
            raise NotProvisioned(f"{kind} {facts}: {answer.reason}")
        return answer.id


def register(
    folder: Path,
    world: Path,
    carriers: Mapping[str, str],
    policy: str = DEFAULT_POLICY,
    begins: str = "",
    valid_ms: int = 0,
) -> dict[str, bytes]:
    """Pendant id -> its new secret. `carriers`: pendant id -> who wears it. `valid_ms`: for how
    long they are good; 0: for ever."""
    tree = tomllib.loads(world.read_text(encoding="utf-8"))
    about = tree["organisation"]
    now_ms = begin_ms(begins, about["zone"], utc_ms())
    genesis = Genesis(secrets.token_hex(8), about["name"], about["zone"], SIMULATION, now_ms)
    made = {pendant: secrets.token_bytes(SECRET_BYTES) for pendant in carriers}
    store = Store(folder, genesis)
    try:
        books = Books(store, load(shipped(policy)), now_ms, RandomIds())
        records = tree.get("record", [])
        for person in tree["person"]:
            if records or person["id"] in carriers.values():
                _add_person(books, person)
        for pendant, worker in carriers.items():
            facts: dict[str, Value] = {
                "id": pendant, "worker": worker, "key_id": pendant, "secret": made[pendant].hex()
            }  # fmt: skip
            if valid_ms:
                facts["valid_until_ms"] = now_ms + valid_ms
            books.give("add_pendant", facts)
        for client in tree["client"] if records else ():
            books.give("add_client", _only(client, ("id", "code", "area", "name")))
        write_records(books, records, lambda text: day_text(text, about["zone"], now_ms))
    finally:
        store.close()
    return made


def write_records(books: Books, records: list[dict[str, Any]], day: Callable[[str], str]) -> None:
    """`[[record]]`: by, kind, verb and the fields; `record` may name an earlier one's label."""
    labels: dict[str, str] = {}
    for entry in records:
        facts = {
            key: day(value) if isinstance(value, str) and is_day(value) else value
            for key, value in entry.items()
        }
        label, by = str(facts.pop("label", "")), str(facts.pop("by"))
        if "record" in facts:
            facts["record"] = labels[str(facts["record"])]
        labels[label] = books.give("write_record", facts, by)


def _add_person(books: Books, person: Mapping[str, Any]) -> None:
    """With her duties: the hub's settings give those to people whom it does not know yet."""
    roles = ",".join(person.get("roles", ()))
    books.give("add_person", {**_only(person, ("id", "name", "initials")), "roles": roles})
    for role in person.get("on_duty", ()):
        books.give("take_duty", {"role": role, "person": person["id"], "on": True}, person["id"])


def _only(entry: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Value]:
    return {key: entry[key] for key in keys}
