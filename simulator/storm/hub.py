"""The hub in the storm: the production loop on a clock that lets the world go on while it waits.

Rule: nothing of the hub is replaced but what touches the world (disk, broker, providers, people at
screens, clock). It dies at an instant: the files are copied as they are then, everything in memory
is abandoned, and the next hub opens the copy.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hub.engine.engine import Engine
from hub.engine.loop import Loop
from hub.hands import Hands
from hub.ids import RandomIds
from hub.inbox import Answer, Command, Inbox, Item, Reply
from hub.policy.model import Policy
from hub.rules.model import Value
from hub.store.reader import Reader
from simulator.storm.disk import StormStore, Trouble
from simulator.storm.fate import Fate
from simulator.storm.hub_link import HubLink
from simulator.storm.providers import Post, Providers
from simulator.storm.timeline import Timeline

IDLE_MS = 60_000  # nobody in the storm looks whether the engine turns: that is hub/app.py's watch


class HubClock:
    """hub.clock.Clock on the world's time. `offset_ms`: what is wrong with the machine's clock; the
    hub holds its time from going back, as SystemClock does."""

    speed = 1

    def __init__(self, timeline: Timeline, floor_ms: int, offset_ms: Callable[[], int]) -> None:
        self._timeline = timeline
        self._offset_ms = offset_ms
        self._floor_ms = floor_ms
        self._read_ms = timeline.now_ms
        self.is_stirred = False  # who waits has something to look at

    def now_ms(self) -> int:
        read_ms = self._timeline.now_ms
        self._floor_ms = max(self._floor_ms + read_ms - self._read_ms, self.machine_ms())
        self._read_ms = read_ms
        return self._floor_ms

    def machine_ms(self) -> int:
        return self._timeline.now_ms + self._offset_ms()

    def monotonic_ms(self) -> int:
        return self._timeline.now_ms

    def wait(self, condition: threading.Condition, timeout_ms: int) -> bool:
        """The world goes on until something was put into the inbox, or the time is over."""
        end_ms = self._timeline.now_ms + timeout_ms
        self.is_stirred = False
        while not self.is_stirred and self._timeline.step(end_ms):
            pass
        return self.is_stirred


class Broker(Protocol):
    """What the hub's hands need of a link."""

    def ack(self, session: str, connection: int, mid: int, qos: int) -> None: ...

    def tell(self, pendant: str, token: bytes) -> bool: ...


@dataclass
class Fated:
    """The hub's end of the link, with an instant before and after each thing it does."""

    link: Broker
    fate: Fate

    def ack(self, session: str, connection: int, mid: int, qos: int) -> None:
        self.fate.instant("acknowledge")
        self.link.ack(session, connection, mid, qos)
        self.fate.instant("acknowledged")

    def tell(self, pendant: str, token: bytes) -> bool:
        self.fate.instant("tell")
        told = self.link.tell(pendant, token)
        self.fate.instant("told")
        return told


class Told(Reply):
    """Tells whoever waits at a screen, in virtual time."""

    def __init__(self, heard: Callable[[Answer], None], fate: Fate) -> None:
        super().__init__()
        self._heard = heard
        self._fate = fate

    def give(self, answer: Answer) -> None:
        self._fate.instant("answer")
        super().give(answer)
        self._heard(answer)
        self._fate.instant("answered")


@dataclass
class Life:
    """What one process of the hub is made of. `number`: which life it is."""

    number: int
    folder: Path
    policy: Policy
    timeline: Timeline
    fate: Fate
    random_bytes: bytes
    offset_ms: Callable[[], int]
    make_link: Callable[[Callable[[Item], None]], HubLink]
    post: Post
    trouble: Trouble


class Hub:
    """One process: made, run until it is stopped or killed, abandoned."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self.alive = True
        self.store = StormStore(life.folder, None, life.fate, life.trouble)
        clock = HubClock(life.timeline, self.store.last_commit_ms, life.offset_ms)
        self.clock = clock
        self.reader = Reader(life.folder)
        self.inbox = Inbox(clock)
        self.link = life.make_link(self._put)
        self.providers = Providers(self.reader, self._put, clock.now_ms, life.post, life.fate)
        hands = Hands(Fated(self.link, life.fate), self.providers.wake, self._changed)
        seed = int.from_bytes(life.random_bytes)
        self.engine = Engine(self.store, RandomIds(seed), life.policy)
        self.loop = Loop(self.engine, clock, self.inbox, hands, IDLE_MS, self.link.listening)
        self.turns = 0

    def run(self) -> None:
        """Until it is stopped. Raises Killed."""
        self.link.start()
        self.providers.start()
        self.loop.run()

    def stop(self) -> None:
        self.clock.is_stirred = True
        self.loop.stop()

    def abandon(self) -> None:
        """It is dead: nothing that still points at it may reach it or be reached by it. Its files
        were copied before; closing them only gives the handles back."""
        self.alive = False
        self.providers.die()
        self.store.close()
        self.reader.close()

    def ask(
        self,
        kind: str,
        by: str,
        data: Mapping[str, Value],
        heard: Callable[[Answer], None],
        version: int | None = None,
    ) -> None:
        """As the web does: what a person asks for goes into the inbox."""
        self._put(Command(kind, by, dict(data), Told(heard, self._life.fate), version))

    def _put(self, item: Item) -> None:
        if self.alive:
            self.clock.is_stirred = True
            self.inbox.put(item)

    def _changed(self, changed: set[str]) -> None:
        self.turns += 1
