"""Pendants on the hub's books before its first start: their secrets, and who carries which.

The rule it keeps: they are added by the engine's own commands, as `allswell` adds them, on a
database whose first row says SIMULATION.
"""

import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path

from hub.clock import utc_ms
from hub.engine.engine import Engine
from hub.ids import RandomIds
from hub.inbox import Command, Reply
from hub.policy.load import load, shipped
from hub.settings import DEFAULT_POLICY
from hub.store.genesis import SIMULATION, Genesis
from hub.store.store import Store
from protocol.codec import SECRET_BYTES

BY = "simulator"


class NotProvisioned(Exception):
    """The hub refused a person or a pendant."""


def register(folder: Path, world: Path, carriers: Mapping[str, str]) -> dict[str, bytes]:
    """Pendant id -> its new secret. `carriers`: pendant id -> who wears it."""
    tree = tomllib.loads(world.read_text(encoding="utf-8"))
    about = tree["organisation"]
    genesis = Genesis(secrets.token_hex(8), about["name"], about["zone"], SIMULATION, utc_ms())
    made = {pendant: secrets.token_bytes(SECRET_BYTES) for pendant in carriers}
    store = Store(folder, genesis)
    try:
        engine = Engine(store, RandomIds(), load(shipped(DEFAULT_POLICY)))
        for person in tree["person"]:
            if person["id"] in carriers.values():
                names = {key: person[key] for key in ("id", "name", "initials")}
                _give(engine, Command("add_person", BY, names, Reply()))
        for pendant, worker in carriers.items():
            facts = {
                "id": pendant, "worker": worker, "key_id": pendant, "secret": made[pendant].hex()
            }  # fmt: skip
            _give(engine, Command("add_pendant", BY, facts, Reply()))
    finally:
        store.close()
    return made


def _give(engine: Engine, command: Command) -> None:
    after = engine.turn([command], utc_ms())
    for _, answer in after.replies:
        if not answer.ok:
            raise NotProvisioned(f"{command.kind}: {answer.reason}")
