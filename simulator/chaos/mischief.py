"""What goes wrong in live chaos: when, what and for how long, from one seed.

Rule: done and undone from outside by one thread, the main one (a child dies with the thread that
started it); a part suffers one fault of a kind at a time; a fault is told on the feed when it is
undone, from just after it began to just before it ended.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random

from simulator.chaos.lives import HubLives
from simulator.chaos.outages import BROKER, HUB, PAGES
from simulator.chaos.stage import ChaosStage
from simulator.live.child import ChildFailed
from simulator.live.proxy import FaultProxy
from simulator.live.stage import pendant_of

STORMY_S = (25.0, 60.0)
FAIR_S = (12.0, 45.0)
AGAIN_S = 2.0
MOST_STUCK = 20  # processes that did not start in time, in one run
BETWEEN_S = 2.2  # from one fault to the next, on average, of three pendants; more have more
Act = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind`: the field of storm/rates.Rates that it is counted under, or its like where only real
    processes know it (a frozen one, a stalled link). `part`: of what only one fault is at a time.
    `what`: whom it hits, as outages.py reads it."""

    kind: str
    part: str
    what: str
    weight: float
    least_s: float
    most_s: float
    do: Act
    undo: Act


def faults_of(stage: ChaosStage, lives: HubLives) -> list[Fault]:
    """Everything that may happen on this stage."""
    found = [*_of_hub(stage, lives), *_of_broker(stage), *_of_pages(stage)]
    for person in stage.wearers:
        found += _of_pendant(stage, person)
    return found


def _of_hub(stage: ChaosStage, lives: HubLives) -> Iterator[Fault]:
    net = stage.before_hub
    yield Fault("hub_kill_h", HUB, HUB, 3, 0.05, 9, lives.kill, lives.begin)
    yield Fault("hub_freeze_h", HUB, HUB, 1, 0.5, 8, lives.freeze, lives.thaw)
    yield Fault("hub_partition_h", "hub-net", HUB, 1.5, 1, 12, lambda: net.set("cut"), _clear(net))
    yield Fault(
        "hub_half_open_h", "hub-net", HUB, 1, 2, 15, lambda: net.set("half-open"), _mend(net)
    )
    yield Fault("hub_stall_h", "hub-net", HUB, 1, 1, 8, lambda: net.set("stall"), _clear(net))


def _of_broker(stage: ChaosStage) -> Iterator[Fault]:
    broker = stage.broker
    yield Fault("broker_restart_h", BROKER, BROKER, 2, 0.05, 8, broker.kill, broker.start)
    yield Fault("broker_amnesia_h", BROKER, BROKER, 1, 0.05, 5, broker.kill, broker.start_anew)
    yield Fault("broker_freeze_h", BROKER, BROKER, 1.5, 0.5, 12, broker.freeze, broker.thaw)


def _of_pages(stage: ChaosStage) -> Iterator[Fault]:
    receiver = stage.receiver
    yield Fault("page_fails", PAGES, PAGES, 1, 1, 12, lambda: receiver.fail(True),
                lambda: receiver.fail(False))  # fmt: skip
    yield Fault("page_hangs", PAGES, PAGES, 1, 1, 15, lambda: receiver.hang(True),
                lambda: receiver.hang(False))  # fmt: skip


def _of_pendant(stage: ChaosStage, person: str) -> Iterator[Fault]:
    name, net, pendant = pendant_of(person), stage.proxies[person], stage.pendants[person]
    link, power, flash = (f"{part} {person}" for part in ("link", "power", "flash"))

    def hold(on: bool) -> None:
        with contextlib.suppress(ChildFailed):  # without power there is nobody to be held up
            pendant.tell({"hold_flash": on})

    yield Fault("partition_h", link, name, 2, 0.5, 25, lambda: net.set("cut"), _clear(net))
    yield Fault("half_open_h", link, name, 1, 2, 25, lambda: net.set("half-open"), _mend(net))
    yield Fault("stall_h", link, name, 1, 1, 15, lambda: net.set("stall"), _clear(net))
    yield Fault("delay_ms", link, name, 1, 2, 20, lambda: net.set("through", 400), _clear(net))
    yield Fault("power_cut_h", power, name, 2, 0.1, 10, pendant.cut, pendant.start)
    yield Fault("flash_busy", flash, name, 1, 0.3, 3, lambda: hold(True), lambda: hold(False))


def _clear(net: FaultProxy) -> Act:
    return lambda: net.set("through")


def _mend(net: FaultProxy) -> Act:
    """A connection that bytes were lost on never comes to life again: it is reset."""

    def act() -> None:
        net.set("cut")
        net.set("through")

    return act


class Mischief:
    """Stormy and fair in turn. `step` is called often; it does what is due."""

    def __init__(self, stage: ChaosStage, lives: HubLives, chance: Random) -> None:
        self._feed = stage.feed
        self._faults = faults_of(stage, lives)
        self._chance = chance
        self._between_s = BETWEEN_S * 3 / max(3, len(stage.wearers))
        self._active: dict[str, tuple[Fault, float]] = {}  # part -> fault, since
        self._ends: list[tuple[float, str]] = []
        self._next_s = 0.0
        self._fair_from_s = chance.uniform(*STORMY_S)
        self._stormy_from_s = 0.0
        self.counts: Counter[str] = Counter()
        self.stuck = 0

    def step(self) -> None:
        now_s = self._feed.now_s()
        while self._ends and self._ends[0][0] <= now_s:
            self._undo(heappop(self._ends)[1])
        if now_s >= self._fair_from_s:
            self._stormy_from_s = self._fair_from_s + self._chance.uniform(*FAIR_S)
            self._fair_from_s = self._stormy_from_s + self._chance.uniform(*STORMY_S)
        if now_s >= max(self._next_s, self._stormy_from_s):
            self._next_s = now_s + self._chance.expovariate(1 / self._between_s)
            self._one_more(now_s)

    def now(self) -> list[str]:
        """What is wrong at the moment, in words."""
        return [
            f"{fault.kind.removesuffix('_h')} {fault.what}" for fault, _ in self._active.values()
        ]

    def heal(self) -> None:
        """Everything, now."""
        while self._active:
            self._ends.clear()
            for part in list(self._active):
                self._undo(part)

    def _one_more(self, now_s: float) -> None:
        weights = [fault.weight for fault in self._faults]
        fault = self._chance.choices(self._faults, weights)[0]
        length_s = self._chance.uniform(fault.least_s, fault.most_s)
        if fault.part in self._active:
            return
        fault.do()
        self.counts[fault.kind] += 1
        self._active[fault.part] = (fault, self._feed.now_s())
        heappush(self._ends, (now_s + length_s, fault.part))

    def _undo(self, part: str) -> None:
        fault, began_s = self._active.pop(part)
        self._feed.add("fault", fault.kind, fault.what, facts={"began_s": began_s})
        try:
            fault.undo()
        except ChildFailed:
            # A process that does not start in time, on a machine that has none: once more, later.
            if self.stuck >= MOST_STUCK:
                raise
            self.stuck += 1
            self._active[part] = (fault, self._feed.now_s())
            heappush(self._ends, (self._feed.now_s() + AGAIN_S, part))
