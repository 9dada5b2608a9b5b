"""A hub with many pendants inside visits: what the figures of the hub are taken on.

Everything goes through the engine's own door, so that what is measured is what is shipped.
"""

import secrets
from pathlib import Path

from hub.engine.engine import Engine
from hub.ids import RandomIds
from hub.inbox import Answer, Command, FromPendant, Reply
from hub.policy.load import load, shipped
from hub.rules.model import Value
from hub.store.genesis import SIMULATION, Genesis
from hub.store.store import Store
from protocol import codec, messages, topics
from simulator.bench.load import Pendant

POLICY = "homemaker-exeter"
MINUTE_MS = 60_000


class House:
    """A database in `folder` with `count` workers, each inside a visit of her own."""

    def __init__(self, folder: Path, now_ms: int, count: int) -> None:
        genesis = Genesis("g-bench", "Bench", "Europe/London", SIMULATION, now_ms - MINUTE_MS)
        self.now_ms = now_ms
        self.store = Store(folder, genesis)
        self.engine = Engine(self.store, RandomIds(1), load(shipped(POLICY)))
        self.pendants = [
            Pendant(f"p-{n}", f"k-{n}", secrets.token_bytes(32), secrets.token_hex(8))
            for n in range(count)
        ]
        self._people()
        for pendant in self.pendants:
            self._inside(pendant)

    def ask(self, kind: str, by: str, data: dict[str, Value]) -> Answer:
        """Give a command. Raises RuntimeError when it is refused."""
        reply = Reply()
        after = self.engine.turn([Command(kind, by, data, reply)], self.now_ms)
        answer = dict(after.replies)[reply]
        if not answer.ok:
            raise RuntimeError(f"{kind}: {answer.reason}")
        return answer

    def _people(self) -> None:
        mia: dict[str, Value] = {"id": "mia", "name": "Mia Stone", "initials": "MS"}
        roles = "office,duty-manager,director"
        self.ask("add_person", "setup", {**mia, "roles": roles, "login": "mia"})
        for role in ("office", "duty-manager"):
            self.ask("take_duty", "mia", {"role": role, "person": "mia", "on": True})
        client: dict[str, Value] = {"id": "c-1", "code": "C1", "area": "Heavitree"}
        client |= {"name": "Client One", "address": "1 Some Road", "postcode": "EX1 1AA"}
        self.ask(
            "add_client",
            "setup",
            client | {"lines": "01392 000000", "rating": "C2", "coverage": "good"},
        )

    def _inside(self, pendant: Pendant) -> None:
        worker = pendant.id.replace("p-", "w-")
        name: dict[str, Value] = {"id": worker, "name": f"Worker {worker}", "initials": "W"}
        self.ask("add_person", "setup", {**name, "roles": "", "login": worker})
        key: dict[str, Value] = {"id": pendant.id, "key_id": pendant.key_id, "worker": worker}
        self.ask("add_pendant", "setup", key | {"secret": pendant.secret.hex()})
        start_ms = self.now_ms + MINUTE_MS
        plan: dict[str, Value] = {"client": "c-1", "area": "Heavitree", "purpose": "visit"}
        plan |= {"start_ms": start_ms, "end_ms": start_ms + 120 * MINUTE_MS, "workers": worker}
        plan |= {"tracker": "mia", "then": "base", "first_meeting": True, "manager_agreed": "mia"}
        plan |= {"risk_flag": False, "recent_violence": False, "concern": False}
        visit = self.ask("plan_visit", "mia", plan).id
        self.engine.turn([self._arrival(pendant)], self.now_ms)
        read: dict[str, Value] = {"place": "1 Some Road", "name": "Client One", "spoken": True}
        read |= {"means": "work-mobile", "departure_contact": "mia"}
        self.ask("confirm_arrival", "mia", {**read, "visit": visit})

    def _arrival(self, pendant: Pendant) -> FromPendant:
        message = messages.Arrived(
            pendant=pendant.id,
            boot=pendant.boot,
            seq=1,
            heard_ms=self.now_ms,
            since_ms=0,
            standing=0,
            phase="planned",
            gesture="a-short",
        )
        token = codec.seal(message, pendant.key_id, codec.up_key(pendant.secret))
        return FromPendant("events", topics.up(pendant.id, "event"), token, 1, 1, 0)
