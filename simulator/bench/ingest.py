"""How many messages a second the hub takes in: verified, ruled, committed (FULL), acknowledged.

The floor is a paho QoS 1 subscriber that does nothing (floor.py), on the same broker, with the same
messages waiting in its session. The hub's side is the shipped ingest, inbox, engine, store and
hands in one process; only board and notifier are left out. Run as
`python -m simulator.bench.ingest PORT PASSWORDS.json MIX COUNT` for the hub's side alone.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from hub.clock import SystemClock, utc_ms
from hub.devices.broker import BEATS_USER, EVENTS_USER
from hub.engine.afterwards import Afterwards
from hub.engine.loop import Loop
from hub.hands import Hands
from hub.inbox import FromPendant, Inbox, Item
from hub.ingest import Ingest
from hub.settings import BrokerAt, Login
from protocol.topics import BEAT_FILTERS, EVENT_FILTERS
from simulator.bench import load
from simulator.bench.broker import FLOOR_USER, LOAD_USER, BenchBroker, broker
from simulator.bench.house import House
from simulator.bench.session import make_session

PENDANTS = 200
COUNT = 40_000
ROUNDS = 3
PATIENCE_S = 120.0
MIXES = ("beats", "mixed")


def traffic(house: House, mix: str, count: int) -> list[tuple[str, bytes]]:
    """`count` signed messages of all pendants in turn: beats, or one beat and one press in turn."""
    heard_ms, pendants = house.now_ms, house.pendants
    turns = [(pendants[n % len(pendants)], 100 + n) for n in range(count)]
    if mix == "beats":
        return [load.sealed(who, load.beat(who, seq, heard_ms)) for who, seq in turns]
    half = turns[: count // 2]
    return load.interleave(
        [load.sealed(who, load.beat(who, seq, heard_ms)) for who, seq in half],
        [load.sealed(who, load.ok(who, seq + count, heard_ms)) for who, seq in half],
    )


class TimedInbox(Inbox):
    """Notes when the first message came."""

    first = 0.0

    def put(self, item: Item) -> None:
        if not self.first and isinstance(item, FromPendant):
            self.first = time.perf_counter()
        super().put(item)


class CountingHands(Hands):
    """Notes when the last message was acknowledged."""

    left = 0
    last = 0.0

    def __init__(self, ingest: Ingest, count: int) -> None:
        super().__init__(ingest, lambda: None, lambda _changed: None)
        self.left = count
        self.done = threading.Event()

    def perform(self, after: Afterwards) -> None:
        super().perform(after)
        self.left -= sum(1 for ack in after.acks if ack[3])
        if self.left <= 0:
            self.last = time.perf_counter()
            self.done.set()


def hub_side(port: int, passwords: dict[str, str], mix: str, count: int) -> float:
    """Seconds from the first message to the last acknowledgement, in this process."""
    logins = {user: Login(user, passwords[user]) for user in (EVENTS_USER, BEATS_USER)}
    at = BrokerAt("127.0.0.1", port, logins[EVENTS_USER], logins[BEATS_USER])
    with tempfile.TemporaryDirectory(prefix="allswell-bench-hub-") as name:
        house = House(Path(name), utc_ms(), PENDANTS)
        waiting = traffic(house, mix, count)
        make_session(port, EVENTS_USER, passwords[EVENTS_USER], EVENT_FILTERS)
        make_session(port, BEATS_USER, passwords[BEATS_USER], BEAT_FILTERS)
        publisher = load.Publisher("127.0.0.1", port, LOAD_USER, passwords[LOAD_USER])
        publisher.publish_all(waiting)
        publisher.close()
        inbox = TimedInbox()
        ingest = Ingest(at, inbox)
        hands = CountingHands(ingest, count)
        loop = Loop(house.engine, SystemClock(house.now_ms), inbox, hands)
        loop.start()
        ingest.start()
        if not hands.done.wait(PATIENCE_S):
            raise TimeoutError(f"the hub still owes {hands.left} acknowledgements")
        ingest.stop()
        loop.stop()
        house.store.close()
        return hands.last - inbox.first


def _hub(at: BenchBroker, mix: str) -> float:
    argv = [sys.executable, "-m", "simulator.bench.ingest", str(at.port)]
    argv += [json.dumps(at.passwords), mix, str(COUNT)]
    return COUNT / float(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)


def _floor(at: BenchBroker, waiting: list[tuple[str, bytes]]) -> float:
    password = at.passwords[FLOOR_USER]
    make_session(at.port, FLOOR_USER, password, EVENT_FILTERS + BEAT_FILTERS)
    publisher = load.Publisher("127.0.0.1", at.port, LOAD_USER, at.passwords[LOAD_USER])
    publisher.publish_all(waiting)
    publisher.close()
    argv = [sys.executable, "-m", "simulator.bench.floor", str(at.port), FLOOR_USER, password]
    made = subprocess.run([*argv, str(COUNT)], check=True, capture_output=True, text=True)
    return COUNT / float(made.stdout)


def run() -> dict[str, float]:
    """Medians of ROUNDS pairs, floor and hub in turn, and their ratios."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="allswell-bench-house-") as name:
        house = House(Path(name), utc_ms(), PENDANTS)
        loads = {mix: traffic(house, mix, COUNT) for mix in MIXES}
        house.store.close()
    for mix in MIXES:
        floors, hubs = [], []
        for _ in range(ROUNDS):
            with broker(autosave=False) as at:
                floors.append(_floor(at, loads[mix]))
            with broker(autosave=False) as at:
                hubs.append(_hub(at, mix))
        ratios = [hub / floor for hub, floor in zip(hubs, floors, strict=True)]
        figures[f"floor_{mix}_per_s"] = round(statistics.median(floors))
        figures[f"ingest_{mix}_per_s"] = round(statistics.median(hubs))
        figures[f"ingest_{mix}_ratio"] = round(statistics.median(ratios), 3)
    return figures


if __name__ == "__main__":
    print(hub_side(int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
