"""The engine's thread: take a batch, read the clock once, turn, hand over. And what a start does.

Rules: `now` is read once per turn. A turn that fails (disk full) acknowledges nothing, puts its
items back, says so, and is tried again with a growing pause while everybody can go on reading. An
item that no turn survives is set aside with an alarm, so that one bad message cannot stop the hub.
"""

import logging
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.clock import Clock
from hub.engine.afterwards import Afterwards
from hub.engine.engine import Engine
from hub.inbox import Inbox, Item, LinkChanged

log = logging.getLogger("hub.engine")

IDLE_MS = 2_000  # of link time: an idle hub turns all the same, so that a board sees it live
DRAIN_MS = 10_000  # longest wait for the broker's backlog after a start
QUIET_MS = 400  # the backlog is over when the session is up and nothing came for so long
RETRY_MS = (100, 300, 1_000, 3_000)  # pauses after failed turns
JUMP_MS = 5_000  # a clock that moves by more against the monotonic one has jumped


class Hands(Protocol):
    """Does what a committed turn left to do (hub/hands.py; tests have their own)."""

    def perform(self, after: Afterwards) -> None: ...


@dataclass(slots=True)
class Fault:
    """Why the engine does not turn, "" while it does. Read by the health page from any thread."""

    text: str = ""
    since_ms: int = 0


class Loop:
    """`start` makes the thread, `stop` ends it after the turn it is in. `idle_ms`: of link time,
    after which a turn is taken though nothing happens. `listening`: the sessions whose backlog a
    start waits for."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        inbox: Inbox,
        hands: Hands,
        idle_ms: int = IDLE_MS,
        listening: frozenset[str] = frozenset({"events"}),
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._inbox = inbox
        self._hands = hands
        self._idle_ms = idle_ms
        self._listening = listening
        self._stopping = threading.Event()
        self._pause = threading.Condition()
        self._thread = threading.Thread(target=self.run, name="engine", daemon=True)
        self._offset_ms: int | None = None
        self._recovered = False
        self.fault = Fault()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._inbox.wake()
        with self._pause:
            self._pause.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def run(self) -> None:
        """Until stopped."""
        if not self._engine.is_first_start:
            self._drain()
        while not self._stopping.is_set():
            self.step(self._timeout_ms())

    def step(self, timeout_ms: int) -> None:
        """One batch: for the thread, and for whoever drives the hub without one."""
        if not self._recovered:
            self._until_done(())
        items = self._inbox.take(timeout_ms)
        self._look_at_the_clock()
        self._until_done(items)

    def _timeout_ms(self) -> int:
        due_ms = self._engine.next_due_ms()
        if due_ms is None:
            return self._idle_ms
        wait_ms = (due_ms - self._clock.now_ms()) // self._clock.speed + 1
        return max(0, min(wait_ms, self._idle_ms))

    # The start.

    def _drain(self) -> None:
        """Take what the brokers kept for us, before anything that fell due meanwhile fires. Of two
        brokers one may be away: it is not waited for once that is told, as long as one is up."""
        end_ms = self._clock.monotonic_ms() + DRAIN_MS
        told: dict[str, bool] = {}
        while not self._stopping.is_set() and self._clock.monotonic_ms() < end_ms:
            items = self._inbox.take(QUIET_MS)
            if not items and any(told.values()) and told.keys() >= self._listening:
                break
            for item in items:
                if isinstance(item, LinkChanged) and item.session in self._listening:
                    told[item.session] = item.up
            if items:
                self._until_done(items, draining=True)

    # A turn, whatever happens.

    def _until_done(self, items: Sequence[Item], draining: bool = False) -> None:
        tries = 0
        while not self._stopping.is_set() or tries == 0:
            try:
                self._hand_over(self._turn(items, draining))
            except sqlite3.Error as exc:
                self._failed(f"the database does not take a turn: {exc}")
            except Exception as exc:  # a fault in one item must not stop the others
                log.exception("a turn of %d items failed", len(items))
                self._failed(f"a turn failed: {exc!r}")
                if self._one_by_one(items, draining):
                    return
            else:
                self.fault.text = ""
                return
            self._rest(RETRY_MS[min(tries, len(RETRY_MS) - 1)])
            tries += 1
        # Stopped while the disk was full: nothing was acknowledged, the broker keeps it all.
        self._inbox.put_back(items)

    def _turn(self, items: Sequence[Item], draining: bool) -> Afterwards:
        now_ms = self._clock.now_ms()
        if draining:
            return self._engine.drain(items, now_ms)
        if not self._recovered:
            after = self._engine.recover(now_ms)
            self._recovered = True
            return after
        return self._engine.turn(items, now_ms)

    def _one_by_one(self, items: Sequence[Item], draining: bool) -> bool:
        """Every item alone; the one that fails alone is set aside. False: not even that works."""
        for item in items:
            try:
                try:
                    after = self._engine.drain([item], self._clock.now_ms())
                except sqlite3.Error:
                    raise
                except Exception as exc:  # a fault of ours: kept, told, acknowledged
                    log.exception("an item fails by itself: set aside")
                    after = self._engine.failed(item, repr(exc), self._clock.now_ms())
                self._hand_over(after)
            # The database, or the setting aside itself: everything is kept and tried again.
            except Exception as exc:  # noqa: BLE001
                self._failed(f"an item could not even be set aside: {exc!r}")
                return False
        if draining:
            return True
        try:
            for after in self._engine.due_singly(self._clock.now_ms()):
                self._hand_over(after)
        except Exception as exc:  # as above: shown and tried again  # noqa: BLE001
            self._failed(f"what is due cannot be decided: {exc!r}")
            self._rest(RETRY_MS[-1])
        else:
            self.fault.text = ""
        return True

    def _hand_over(self, after: Afterwards) -> None:
        try:
            self._hands.perform(after)
        except Exception:  # committed already: what was not sent is asked for or sent again
            log.exception("not everything after the turn could be done")

    def _failed(self, text: str) -> None:
        if not self.fault.text:
            self.fault.since_ms = self._clock.now_ms()
        if text != self.fault.text:
            log.error("%s", text)
        self.fault.text = text

    def _rest(self, pause_ms: int) -> None:
        end_ms = self._clock.monotonic_ms() + pause_ms
        with self._pause:
            while (left_ms := end_ms - self._clock.monotonic_ms()) > 0:
                if self._stopping.is_set():
                    return
                self._clock.wait(self._pause, left_ms)

    # The clock.

    def _look_at_the_clock(self) -> None:
        """The machine's time against link time: a difference that changes is a clock that was set.
        At the start: against the hub's, so that a machine without the time is told of."""
        now_ms = self._clock.now_ms()
        link_ms = self._clock.monotonic_ms() * self._clock.speed
        offset_ms = self._clock.machine_ms() - link_ms
        if self._offset_ms is None:
            self._offset_ms = now_ms - link_ms
        by_ms = offset_ms - self._offset_ms
        if abs(by_ms) <= JUMP_MS * self._clock.speed:
            return
        self._offset_ms = offset_ms
        log.error("the clock jumped by %d ms", by_ms)
        try:
            self._hand_over(self._engine.clock_jumped(now_ms, by_ms))
        except sqlite3.Error as exc:
            self._offset_ms -= by_ms  # told with the next turn
            self._failed(f"the database does not take a turn: {exc}")
