"""A whole hub without a broker: real store, real engine, real policy, a real web server on a free
port (tests/hub/web/street.py). Only the clock is moved by hand.

Rule: what a test sees of it, a browser could see: it talks HTTP, and pendants talk signed tokens.
"""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from hub.clock import ManualClock, SystemClock
from hub.engine.engine import Engine
from hub.engine.loop import Loop
from hub.hands import Hands
from hub.ids import RandomIds
from hub.inbox import Answer, Command, FromPendant, Inbox, NewPolicy, Reply
from hub.link import monotonic_ms
from hub.policy.model import Policy
from hub.rules.model import Alarm, Value, Visit
from hub.settings import Settings
from hub.store.genesis import SIMULATION, Genesis
from hub.store.reader import Reader
from hub.store.store import Store
from hub.web.app import make
from hub.web.live import Live
from protocol import codec, topics
from protocol.messages import Beat, SosPressed, UpMessage
from tests.hub.web.visitor import PASSWORD, Browser
from tests.shipped import policy_of

__all__ = ["PASSWORD", "Browser", "House"]  # one place to take them from

MINUTE_MS = 60_000
START_MS = int(datetime(2026, 11, 23, 10, 0, tzinfo=UTC).timestamp() * 1000)
# The cheapest that argon2 takes: what is tested is the way in, not the price.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
SECRET = bytes(range(32))
BOOT = "00000000000000aa"
# id -> (name, initials, roles)
PEOPLE = {
    "asha": ("Asha Patel", "AP", "worker"),
    "marek": ("Marek Nowak", "MN", "worker"),
    "ben": ("Ben Okafor", "BO", "tracker,office"),
    "ruth": ("Ruth Hale", "RH", "duty-manager,director"),
}
DUTIES = (("office", "ben"), ("duty-manager", "ruth"))
GIVE_UP_S = 20.0
HOMEMAKER = "homemaker-exeter"
ABOVE = ("manager", "director", "designated")  # Ruth's roles, by what is in their names


class QuickClock(SystemClock):
    """The inbox's link time, fifty times as fast: beats gather for 2 ms instead of 100."""

    PACE = 50

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() * self.PACE

    def wait(self, condition: threading.Condition, timeout_ms: int) -> bool:
        return condition.wait(timeout_ms / 1000 / self.PACE)


class NoBroker:
    """Nothing is sent down: no pendant listens."""

    def ack(self, session: str, connection: int, mid: int, qos: int) -> None:
        """Nobody waits for it."""

    def tell(self, pendant: str, token: bytes) -> bool:
        return False


class House:
    """The hub. The engine's thread is real; rule time stands still until `advance`."""

    def __init__(
        self, folder: Path, mode: str = SIMULATION, start_ms: int = START_MS,
        policy: str = HOMEMAKER,
    ) -> None:  # fmt: skip
        self.clock = ManualClock(start_ms)
        genesis = Genesis("g-test", "Homemaker", "Europe/London", mode, start_ms)
        self.store = Store(folder, genesis)
        self.policy = policy_of(policy)
        self.engine = Engine(self.store, RandomIds(7), self.policy)
        self.inbox = Inbox(QuickClock())
        self.skew_ms = 0  # by which the live stream's link time runs ahead
        self.live = Live(lambda: monotonic_ms() + self.skew_ms)
        self.reader = Reader(folder)
        self.hands = Hands(NoBroker(), lambda: None, self.live.changed)
        self.seq = 0
        self.loop = Loop(self.engine, self.clock, self.inbox, self.hands)
        self.loop.start()
        settings = Settings(folder=folder)
        self.fault = ""
        self.app = make(
            self.reader,
            self.inbox,
            self.clock,
            settings,
            self.live,
            self.policy,
            lambda: self.fault,
        )

    def stick(self) -> None:
        """The engine ends, as if it hung: nothing is answered any more."""
        self.loop.stop()

    def advance(self, minutes: float) -> None:
        """Time passes, and what fell due is done."""
        self.clock.advance(int(minutes * MINUTE_MS))
        self.ask("turn", "")

    def adopt(self, policy: Policy) -> None:
        """Another procedure is in force from here on, as after `allswell policy reload`."""
        reply = Reply()
        self.inbox.put(NewPolicy(policy, reply))
        assert reply.wait(GIVE_UP_S).ok
        self.policy = self.app.state.desk.policy = policy

    def close(self) -> None:
        self.loop.stop()
        self.reader.close()
        self.store.close()

    # What people and pendants do.

    def ask(self, kind: str, by: str, /, **given: Value) -> Answer:
        answer = self.inbox.ask(kind, by, given)
        assert answer.ok, f"{kind}: {answer.reason}"
        return answer

    def tell(self, kind: str, by: str, /, **given: Value) -> None:
        """A command whose answer nobody waits for."""
        self.inbox.put(Command(kind, by, given))

    def roles(self) -> tuple[dict[str, str], list[tuple[str, str]]]:
        """(person -> the roles she may hold, (role, who has it on duty)): Ben does what is nearest
        to the work, Ruth manages, in whichever procedure."""
        held = {person: roles for person, (_, _, roles) in PEOPLE.items()}
        if self.policy.id == HOMEMAKER:
            return held, list(DUTIES)
        held |= {"ben": "", "ruth": ""}
        duties = []
        for role in self.policy.roles:
            who = "ruth" if any(word in role.id for word in ABOVE) else "ben"
            held[who] += f",{role.id}"
            if role.source_of_people == "duty":
                duties.append((role.id, who))
        return held, duties

    def furnish(self) -> None:
        """The people, two clients, a pendant each for the workers; in one turn, for speed."""
        held, duties = self.roles()
        for person, (name, initials, _) in PEOPLE.items():
            roles = held[person]
            self.tell("add_person", "", id=person, name=name, initials=initials, login=person,
                      roles=roles, phones="07700 900123", password_hash=HASH,
                      car="blue Fiesta, WR21 KXT", pages="json://127.0.0.1:9/")  # fmt: skip
        for role, person in duties:
            self.tell("take_duty", person, role=role, person=person, on=True)
        for client, code, area in (("c17", "C17", "Heavitree"), ("c04", "C04", "Exmouth")):
            self.tell("add_client", "", id=client, code=code, area=area, name="Jo Client",
                      address="12 Example Road", postcode="EX1 2AB", lines="01392 555012",
                      rating="C2", risk_note="A dog.", visitors_note="Ring twice.",
                      coverage="good")  # fmt: skip
        for worker in ("asha", "marek"):
            self.tell("add_pendant", "", id=f"p-{worker}", worker=worker, key_id=f"k-{worker}",
                      secret=SECRET.hex())  # fmt: skip
        self.ask("turn", "")
        assert len(self.reader.people()) == len(PEOPLE)
        assert len(self.reader.pendants()) == 2

    def plan(self, worker: str = "asha", client: str = "c17", **more: Value) -> str:
        """`in_min`: how soon it starts."""
        start_ms = self.clock.now_ms() + int(more.pop("in_min", 5)) * MINUTE_MS
        if self.policy.id != HOMEMAKER:
            self.groundwork(worker, client)
        given: dict[str, Value] = {
            "client": client, "area": "Heavitree", "purpose": "home visit", "start_ms": start_ms,
            "end_ms": start_ms + 60 * MINUTE_MS, "workers": worker, "tracker": "ben",
            "then": "base", "manager_agreed": "ruth", **more,
        }  # fmt: skip
        return self.ask("plan_visit", "ben", **given).id

    def groundwork(self, worker: str = "asha", client: str = "c17", **found: Value) -> None:
        """What procedures want on paper before a visit: written and signed, once."""
        if not self.reader.records_about(client=client, kind="assessment"):
            self.record("ben", "assessment", "write", about=client, found="a loose step",
                                  assessors="ben", assessed_on="2026-11-01", **found)  # fmt: skip
        for who in worker.split(","):
            if not self.reader.records_about(worker=who, kind="induction"):
                self.record("ruth", "induction", "write", about=who, covered="all of it",
                            shown_on="2026-11-01")  # fmt: skip

    def inside(self, worker: str = "asha", **more: Value) -> str:
        """A visit whose worker has been let in."""
        visit = self.plan(worker, "c17", **more)
        self.ask("confirm_arrival", "ben", visit=visit, worker=worker, place="C17, Heavitree",
                 name=PEOPLE[worker][0], departure_contact="ben")  # fmt: skip
        return visit

    def press(self, message: type[UpMessage], worker: str = "asha", **more: object) -> None:
        """A signed press, as the broker would hand it over; returns when its turn is done."""
        self.seq += 1
        given: dict[str, Any] = {
            "pendant": f"p-{worker}", "boot": BOOT, "seq": self.seq, "since_ms": 0,
            "heard_ms": self.clock.now_ms(), "standing": 0, "phase": "inside", **more,
        }  # fmt: skip
        if any(name == "gesture" for name, _ in message.FIELDS):
            given.setdefault("gesture", "a-short")
        sent = message(**given)
        token = codec.seal(sent, f"k-{worker}", codec.up_key(SECRET))
        topic = topics.up(f"p-{worker}", topics.lane_of(sent))
        self.inbox.put(FromPendant("events", topic, token, self.seq, 1, 1))
        self.inbox.ask("turn", "")

    def beat(self, worker: str = "asha") -> None:
        """Her pendant is charged, on and heard (HM-2.1)."""
        self.seq += 1
        said = Beat(pendant=f"p-{worker}", boot=BOOT, seq=self.seq, since_ms=0,
                    heard_ms=self.clock.now_ms(), standing=0, phase="off", battery_pct=80,
                    signal_pct=70, dropped=0, refused=0, open=[])  # fmt: skip
        token = codec.seal(said, f"k-{worker}", codec.up_key(SECRET))
        topic = topics.up(f"p-{worker}", topics.lane_of(said))
        self.inbox.put(FromPendant("beats", topic, token, self.seq, 0, 1))
        self.inbox.ask("turn", "")
        while self.inbox.waiting()["beats"]:
            self.inbox.ask("turn", "")
        self.inbox.ask("turn", "")

    def press_sos(self, worker: str = "asha") -> None:
        self.press(SosPressed, worker, gesture="sos-hold", phase="off")

    def record(self, by: str, kind: str, verb: str, /, **fields: Value) -> str:
        """Something written down; its id."""
        return self.ask("write_record", by, kind=kind, verb=verb, **fields).id

    def alarm(self, kind: str) -> Alarm:
        found = [alarm for alarm in self.reader.open_alarms() if alarm.kind == kind]
        assert found, f"no open {kind}: {[a.kind for a in self.reader.open_alarms()]}"
        return found[0]

    def visit(self, visit_id: str) -> Visit:
        found = self.reader.visit(visit_id)
        assert found is not None
        return found
