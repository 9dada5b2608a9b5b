"""`allswell-sim fleet`: everybody connects, then beats and presses for a stated time.

Rule: figures are taken while all who could connect are connected; a press is lost only if the
hub's own log does not hold it or its pendant never learnt that the hub has it.
"""

import asyncio
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from simulator.chaos.logbook import Logbook, read
from simulator.fleet.ear import EAR, Ear
from simulator.fleet.figures import Figures, Meter, memory_mb
from simulator.fleet.limits import raise_limit
from simulator.fleet.outcome import alarms_paged, lost, match_pages
from simulator.fleet.real import Real
from simulator.fleet.stage import FleetStage
from simulator.fleet.tally import Tally, spread_ms
from simulator.fleet.thin import Thin
from simulator.live.child import ChildFailed

STARTS_AT_ONCE = 4  # processes that start at the same time
CONNECTS_PER_S = 250
CONNECT_S = 60.0  # for the last of them, after it was begun
GRACE_S = 15.0  # for receipts and pages that are still on their way
SAY_S = 2.0
TICK_S = 0.05
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    pendants: int
    thin: int
    seconds: float
    sos_per_s: float
    beat_s: int
    interpreter: str


def run(wish: Wish, say: Say) -> Figures:
    """Raises TooMany when the system does not allow so many, ChildFailed when a part fails."""
    limit = raise_limit(wish.pendants, wish.thin)
    count = wish.pendants + wish.thin
    say(f"{count} pendants are entered at the hub; {limit} file handles are allowed")
    with tempfile.TemporaryDirectory(prefix="allswell-fleet-") as name:
        stage = FleetStage(Path(name), count)
        with stage:
            fleet = Fleet(wish, stage, say)
            asyncio.run(fleet.live())
            stage.hub.stop()
            return fleet.figures(read(stage.hub.store))


class Fleet:
    """All of it on one event loop; the receiver of pages has its own threads."""

    def __init__(self, wish: Wish, stage: FleetStage, say: Say) -> None:
        self._wish = wish
        self._stage = stage
        self._say = say
        self._now_s = stage.feed.now_s
        self._tally = Tally()
        self._hub = Meter(stage.hub.child.pid)
        self._broker = Meter(stage.broker.child.pid)
        self._self = Meter(os.getpid())
        start, self._pids = stage.starter(wish.interpreter)
        names = list(stage.secrets)
        self._real = [
            Real(
                name, stage.folder / "fleet", stage.settings_of(name, wish.beat_s), start,
                self._tally, self._now_s,
            )
            for name in names[: wish.pendants]
        ]  # fmt: skip
        self._thin = [
            Thin(
                name, stage.secrets[name], stage.broker.passwords[name], stage.broker.port,
                wish.beat_s, self._tally, self._now_s,
            )
            for name in names[wish.pendants :]
        ]  # fmt: skip
        self._ear = Ear(stage.broker.passwords[EAR], names[: wish.pendants], self._tally)
        self._began_s = self._took_s = self._memory_mb = 0.0
        self._beats = self._standings = 0
        self._fault: Exception | None = None
        self._most = (0, 0)  # connected when the load began

    async def live(self) -> None:
        asyncio.get_running_loop().set_exception_handler(self._failed)
        try:
            await self._connect()
            await self._load()
            await self._grace()
            self._memory_mb = memory_mb(self._pids)
        finally:
            self._ear.end()
            for real in self._real:
                real.end()
            for thin in self._thin:
                thin.end()
            await asyncio.sleep(0)  # the transports close on the next turn

    async def _connect(self) -> None:
        say = asyncio.create_task(self._saying(self._connecting))
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self._ear, "127.0.0.1", self._stage.broker.port)
        await self._start_real()
        for number, thin in enumerate(self._thin):
            await thin.begin()
            if number % 10 == 9:
                await asyncio.sleep(10 / CONNECTS_PER_S)
        end_s = self._now_s() + CONNECT_S
        while self._up() < len(self._real) + len(self._thin) and self._now_s() < end_s:
            await self._tick()
        say.cancel()
        self._say(self._connecting())

    async def _start_real(self) -> None:
        """A few at a time: each start is a process and its imports."""
        gate = asyncio.Semaphore(STARTS_AT_ONCE)

        async def begin(pendant: Real) -> None:
            async with gate:
                await pendant.begin()

        try:
            await asyncio.gather(*[begin(pendant) for pendant in self._real])
        except TimeoutError as exc:
            raise ChildFailed("a pendant did not start in time") from exc

    async def _load(self) -> None:
        for meter in (self._hub, self._broker, self._self):
            meter.begin()
        self._tally.window()
        self._most = (self._tally.connected, self._tally.thin_connected)
        say = asyncio.create_task(self._saying(self._loading))
        presses: set[asyncio.Task[None]] = set()
        began_s = self._began_s = due_s = self._now_s()
        turn = self._turn()
        while self._now_s() < began_s + self._wish.seconds:
            await self._tick()
            while self._wish.sos_per_s and due_s <= self._now_s():
                due_s += random.expovariate(self._wish.sos_per_s)
                presses.add(asyncio.create_task(self._press(next(turn))))
        self._took_s = self._now_s() - began_s
        for meter in (self._hub, self._broker, self._self):
            meter.end()
        self._beats, self._standings = self._tally.beats, self._tally.standings
        say.cancel()
        await asyncio.gather(*presses)

    def _turn(self) -> Iterator[Real | Thin]:
        """Who presses next: everybody once, in any order, before anybody twice."""
        while True:
            everybody: list[Real | Thin] = [*self._real, *self._thin]
            random.shuffle(everybody)
            # Real ones first: there are few, and what they feel is what counts.
            yield from sorted(everybody, key=lambda each: isinstance(each, Thin))

    async def _press(self, pendant: Real | Thin) -> None:
        if not pendant.is_up:
            return
        if isinstance(pendant, Real):
            await pendant.press()
        else:
            pendant.press()

    async def _grace(self) -> None:
        """What is still on its way may come."""
        end_s = self._now_s() + GRACE_S
        while self._now_s() < end_s and (self._tally.waiting() or self._pages() < self._due()):
            await self._tick()

    async def _tick(self) -> None:
        """Pages come on other threads: they are looked for. A fault of ours ends the run."""
        await asyncio.sleep(TICK_S)
        if self._fault is not None:
            raise self._fault

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        fault = context.get("exception")
        self._fault = fault if isinstance(fault, Exception) else RuntimeError(str(context))

    def _pages(self) -> int:
        return alarms_paged(self._stage.feed.all())

    def _due(self) -> int:
        """Alarms: a further press of the same pendant is news of the same one."""
        return len({press.pendant for press in self._tally.sos})

    def _up(self) -> int:
        return self._tally.connected + self._tally.thin_connected

    async def _saying(self, text: Callable[[], str]) -> None:
        while True:
            await asyncio.sleep(SAY_S)
            self._say(text())

    def _connecting(self) -> str:
        tally = self._tally
        return (
            f"connected: {tally.connected} of {len(self._real)} pendants,"
            f" {tally.thin_connected} of {len(self._thin)} thin clients"
        )

    def _loading(self) -> str:
        tally = self._tally
        return (
            f"{self._now_s() - self._began_s:5.0f} s: {tally.beats} beats up,"
            f" {tally.standings} standings down, {len(tally.sos)} SOS,"
            f" {tally.waiting()} without a receipt yet, {self._pages()} alarms paged"
        )

    def figures(self, book: Logbook) -> Figures:
        """The hub has stopped; this is its log."""
        tally, wish, took_s = self._tally, self._wish, self._took_s
        unmade = tally.unmade()
        match_pages(tally.sos, self._stage.feed.all(), book)
        real = [each for each in tally.sos if not each.thin and each.receipt_s]
        thin = [each for each in tally.sos if each.thin and each.receipt_s]
        return Figures(
            pendants=wish.pendants, thin=wish.thin, interpreter=wish.interpreter,
            connected=self._most[0], thin_connected=self._most[1], dropped=tally.dropped,
            seconds=round(took_s, 1), beats_per_s=round(self._beats / took_s, 1),
            standings_per_s=round(self._standings / took_s, 1), sos=len(tally.sos), unmade=unmade,
            receipt_ms=spread_ms(each.receipt_s - each.at_s for each in real),
            thin_receipt_ms=spread_ms(each.receipt_s - each.at_s for each in thin),
            page_ms=spread_ms(each.page_s - each.at_s for each in tally.sos if each.page_s),
            unpaged=sum(not each.page_s for each in tally.sos), hub_cpu=self._hub.share(took_s),
            broker_cpu=self._broker.share(took_s), own_cpu=self._self.share(took_s),
            pendant_mb=self._memory_mb, lost=lost(tally.sos, book),
        )  # fmt: skip
