"""A whole hub without threads, network or clock: what the engine's and the store's tests stand on.

`House` is a database in a folder with people, a client and pendants, a shipped procedure (the
Homemaker's, or any other), and an engine on a hand-moved clock. `House.kill` abandons it as
`kill -9` would and opens the copied files again: nothing is closed, nothing is rolled back.
"""

import shutil
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from hub.engine.afterwards import Afterwards
from hub.engine.engine import Engine
from hub.ids import RandomIds
from hub.inbox import Answer, Command, FromPendant, Item, Reply
from hub.policy.model import Policy
from hub.rules.model import Value, Visit
from hub.store.genesis import SIMULATION, Genesis
from hub.store.reader import Reader
from hub.store.store import Store
from protocol import codec, topics
from protocol.messages import UP_TYPES, Beat, PressMessage, Receipt, Standing, UpMessage
from protocol.record import Message
from tests.hub.groundwork import people_of, planned, written_down
from tests.shipped import policy_of

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
START_MS = 1_780_000_000_000  # a Thursday in May 2026, 20:26 UTC
GENESIS = Genesis("g-test", "Homemaker", "Europe/London", SIMULATION, START_MS - 24 * HOUR_MS)
POLICY: Policy = policy_of("homemaker-exeter")
CLASSES = {cls.TYPE: cls for cls in UP_TYPES}


class Handset:
    """A pendant that seals what it is told to, with its own boot and sequence."""

    def __init__(self, name: str, secret: bytes, boot: int = 1) -> None:
        self.name = name
        self.key_id = f"k-{name}"
        self.secret = secret
        self.boot = f"{boot:016x}"
        self.seq = 0
        self.version = 0
        self.heard_ms = 0
        self.open: list[str] = []

    def message(self, kind: str, at_ms: int, phase: str = "off", **more: object) -> UpMessage:
        """The message made at `at_ms`; `heard_ms` is what the last answer told."""
        self.seq += 1
        heard_ms = self.heard_ms
        values: dict[str, object] = {
            "pendant": self.name,
            "boot": self.boot,
            "seq": self.seq,
            "heard_ms": heard_ms,
            "since_ms": max(0, at_ms - heard_ms) if heard_ms else 1_000,
            "standing": self.version,
            "phase": phase,
        }
        cls = CLASSES[kind]
        if issubclass(cls, PressMessage):
            values["gesture"] = "a-short"
        if cls is Beat:
            values |= {"battery_pct": 80, "signal_pct": 60, "dropped": 0, "refused": 0}
            values["open"] = self.open
        if kind == "last-gasp":
            values["battery_pct"] = 1
        if kind == "booted":
            values |= {"cause": "power", "firmware": "1", "open": self.open}
        return cls(**(values | more))

    def sealed(self, message: UpMessage) -> bytes:
        return codec.seal(message, self.key_id, codec.up_key(self.secret))

    def heard(self, after: Afterwards) -> list[Message]:
        """What came down for this pendant, believed."""
        found = []
        for pendant, token in after.down:
            if pendant == self.name:
                message = codec.unseal(token, self.key_id, codec.down_key(self.secret), up=False)
                found.append(message)
                if isinstance(message, Standing):
                    self.version = message.version
                if isinstance(message, Receipt | Standing):
                    self.heard_ms = message.hub_ms
        return found


class House:
    """See the module."""

    def __init__(
        self,
        folder: Path,
        seed: int = 1,
        fill: bool = True,
        policy: Policy = POLICY,
        start_ms: int = START_MS,
    ) -> None:
        self.folder = folder
        self.policy = policy
        self.now_ms = start_ms
        self.ids = RandomIds(seed)
        self.store = Store(folder, GENESIS)
        self.engine = Engine(self.store, self.ids, policy)
        self.handsets: dict[str, Handset] = {}
        self.mid = count(1)
        self.afters: list[Afterwards] = []
        self._reader: Reader | None = None
        if fill:
            self.fill()

    def fill(self) -> None:
        for person, (name, initials, roles, duty) in people_of(self.policy).items():
            self.must(
                "add_person",
                "setup",
                id=person,
                name=name,
                initials=initials,
                roles=roles,
                login=person,
                phones="07700 900100",
                pages="http://127.0.0.1:1/",
                own_mobile="07700 900200",
                own_mobile_consent=True,
            )
            for role in duty.split(",") if duty else ():
                self.must("take_duty", person, role=role, person=person, on=True)
        self.must(
            "add_client",
            "setup",
            id="c-1",
            code="C1",
            area="Heavitree",
            name="Client One",
            address="1 Some Road",
            postcode="EX1 1AA",
            lines="01392 000000",
            rating="C2",
            coverage="good",
        )
        for worker in ("ada", "bea"):
            self.add_handset(f"p-{worker}", worker)

    def add_handset(self, name: str, worker: str) -> Handset:
        secret = name.encode().ljust(32, b"x")
        handset = self.handsets[name] = Handset(name, secret)
        self.must("add_pendant", "setup", id=name, key_id=handset.key_id, secret=secret.hex(),
                  worker=worker)  # fmt: skip
        return handset

    @property
    def reader(self) -> Reader:
        if self._reader is None:
            self._reader = Reader(self.folder)
        return self._reader

    # Turns.

    def turn(self, *items: Item) -> Afterwards:
        after = self.engine.turn(items, self.now_ms)
        self.afters.append(after)
        return after

    def forward(self, by_ms: int) -> Afterwards:
        self.now_ms += by_ms
        return self.turn()

    def ask(self, kind: str, by: str, /, **facts: Value) -> Answer:
        return self.ask_with(kind, by, facts)

    def ask_with(
        self, kind: str, by: str, facts: Mapping[str, Value], version: int | None = None
    ) -> Answer:
        reply = Reply()
        after = self.turn(Command(kind, by, dict(facts), reply, version))
        assert [each for each, _ in after.replies] == [reply]
        return after.replies[0][1]

    def must(self, kind: str, by: str, /, **facts: Value) -> Answer:
        answer = self.ask(kind, by, **facts)
        assert answer.ok, answer.reason
        return answer

    def item(self, message: UpMessage, token: bytes | None = None, topic: str = "") -> FromPendant:
        handset = self.handsets[message.pendant]
        lane = topics.lane_of(message)
        return FromPendant(
            session="beats" if lane == "beat" else "events",
            topic=topic or topics.up(message.pendant, lane),
            token=token or handset.sealed(message),
            mid=next(self.mid),
            qos=0 if lane == "beat" else 1,
            connection=1,
        )

    def press(self, name: str, kind: str, phase: str = "off", **more: object) -> Afterwards:
        """Made now, sent now."""
        handset = self.handsets[name]
        after = self.turn(self.item(handset.message(kind, self.now_ms, phase, **more)))
        handset.heard(after)
        return after

    def sos(self, name: str) -> Afterwards:
        return self.press(name, "sos-pressed", gesture="sos-hold")

    def beat(self, name: str, phase: str = "off", **more: object) -> Afterwards:
        return self.press(name, "beat", phase, **more)

    # A visit.

    def groundwork(self) -> None:
        """What a procedure wants on file before anybody goes, where it keeps such a register."""
        for by, facts in written_down(self.policy):
            self.must("write_record", by, **facts)

    def plan(self, worker: str = "ada", in_ms: int = 0, **more: Value) -> str:
        facts: dict[str, Value] = {
            "client": "c-1",
            "area": "Heavitree",
            "purpose": "support",
            "start_ms": self.now_ms + in_ms,
            "end_ms": self.now_ms + in_ms + HOUR_MS,
            "workers": worker,
            "tracker": "tom",
            "then": "base",
            "manager_agreed": "mia",
            **planned(self.policy, self.now_ms + in_ms),
        }
        answer = self.ask_with("plan_visit", "tom", facts | more)
        assert answer.ok, answer.reason
        return answer.id

    def inside(self, worker: str = "ada") -> str:
        """A visit of hers (and of whoever goes with her), with her let in."""
        visit = self.plan(worker)
        for part in self.visit(visit).parts:
            self.beat(f"p-{part.worker}")
            self.press(f"p-{part.worker}", "arrived", "planned")
            self.must("confirm_arrival", "tom", visit=visit, worker=part.worker, place="C1",
                      name="Ada", departure_contact="tom")  # fmt: skip
        assert self.visit(visit).phase == "inside"
        return visit

    def visit(self, visit_id: str) -> Visit:
        found = self.reader.visit(visit_id)
        assert found is not None
        return found

    # Death.

    def copy(self, to: Path) -> None:
        """The files as a killed process leaves them."""
        to.mkdir(parents=True)
        for path in self.folder.iterdir():
            if path.name != "hub.lock":
                shutil.copy(path, to / path.name)

    def kill(self, to: Path, seed: int = 2) -> "House":
        """Another house on what is on the disk now."""
        self.copy(to)
        other = House(to, seed, fill=False, policy=self.policy, start_ms=self.now_ms)
        other.handsets = self.handsets
        other.mid = self.mid
        return other
