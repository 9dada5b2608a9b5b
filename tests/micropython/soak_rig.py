"""A day and more of the whole pendant in virtual time, inside MicroPython: `micropython soak_rig.py
SEED HOURS [leak]`, by its judge in tests/firmware/test_day_long.py.

The real app, core, client and asyncio; only the clock jumps to the next thing that is due, the
sockets are memory, and at the other end is a hub that signs, behind a broker that has every fault a
link can have. The last five minutes of each hour are calm: then everything pressed must have been
heard, and the heap is measured. One line of JSON for each hour.
"""

# ruff: noqa: E402 - only with the path can the rest be found

import asyncio
import gc
import json
import sys
import time

HERE = (__file__.rsplit("/", 1)[0] if "/" in __file__ else ".") + "/"
sys.path.insert(0, HERE + "../..")

from firmware.app import App
from firmware.pendant.device import Device
from firmware.uptime import Uptime
from firmware.waits import pause_ms
from tests.firmware.fake_hub import Hub
from tests.firmware.harness import settings
from tests.micropython.soak_world import BadLink, Board

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist in here
    from typing import Any

HOUR_MS = 3_600_000
CALM_MS = 300_000
TICKS_MASK = (1 << 30) - 1
WRAPS_AFTER_MS = 5 * HOUR_MS  # the chip's ticks begin anew in the middle of the day
GESTURES = (("a", 120), ("a", 120), ("d", 120), ("s", 2300), ("s", 1300), ("a", 2300), ("d", 2300))


class Jumping:
    """In the place of asyncio's poller: waits for nothing but the clock, which it sets."""

    def __init__(self) -> None:
        self.map = {0: 0}  # asyncio asks whether anybody waits for a socket
        self.skew_ms = 0
        self.turns = 0

    def wait_io_event(self, wait_ms: int) -> None:
        assert wait_ms >= 0, "nothing will ever happen again"
        self.skew_ms += wait_ms
        self.turns += 1

    def now_ms(self) -> int:
        """Never before the real one: what is ready now is keyed by that, and comes first."""
        return int(time.ticks_ms()) + self.skew_ms  # type: ignore[attr-defined]  # MicroPython's


class Day:
    def __init__(self, seed: int, clock: Jumping) -> None:
        self.clock = clock
        self.began_ms = clock.now_ms()
        self.hub = Hub()
        self.hub.state["phase"], self.hub.state["visit"] = "inside", "v1"
        self.link = BadLink(seed, self.hub, self.passed_ms)
        self.board = Board(self.link, self._ticks_ms)
        self.pressed = 0

    def passed_ms(self) -> int:
        return self.clock.now_ms() - self.began_ms

    def _ticks_ms(self) -> int:
        return (self.passed_ms() - WRAPS_AFTER_MS) & TICKS_MASK

    def start(self) -> "asyncio.Task[None]":
        values = settings(beat_s=10)
        now_ms = Uptime(self._ticks_ms)
        self.device = Device(values, self.link.dice.bytes, now_ms())
        board: Any = self.board
        self.app = App(board, self.device, values, now_ms)
        return asyncio.create_task(self.app.run())

    async def live(self, hours: int) -> None:
        running = self.start()
        for hour in range(1, hours + 1):
            await self._hour(running)
            await self._calm(running)
            self._report(hour)

    async def _hour(self, running: "asyncio.Task[None]") -> None:
        end_ms = self.passed_ms() + HOUR_MS - CALM_MS
        while self.passed_ms() < end_ms:
            self.link.weather()
            if self.link.dice.below(8) == 0:
                await self._press()
            await pause_ms(5_000 + self.link.dice.below(40_000))
            assert not running.done(), "the app has ended"

    async def _press(self) -> None:
        button, held_ms = GESTURES[self.link.dice.below(len(GESTURES))]
        self.pressed += 1
        self.board.edge(button, True)
        await pause_ms(held_ms)
        self.board.edge(button, False)
        await pause_ms(700)

    async def _calm(self, running: "asyncio.Task[None]") -> None:
        self.link.fair()
        self.hub.state["resolved"] = []
        await pause_ms(CALM_MS - 90_000)
        open_still = [event.identity() for event in self.hub.events if event.TYPE != "booted"]
        while open_still:  # a person ends them, some at a time
            self.hub.state["resolved"], open_still = open_still[:4], open_still[4:]
            self.link.push(self.hub.standing(self.passed_ms()))
            await pause_ms(200)
        await pause_ms(60_000)
        assert self.app._client.up, "in fair weather there is a link"
        owed = self.device._ledger.outbox.all()
        assert owed == [], "pressed, and never heard"
        assert not running.done(), "the app has ended"

    def _report(self, hour: int) -> None:
        told: dict[str, Any] = {
            "hour": hour,
            "pressed": self.pressed,
            "heard": len(self.hub.events),
        }
        told["beats"], told["turns"] = self.hub.beat_count, self.clock.turns
        told["links"], told["faults"] = self.link.opened, self.link.faults
        told["passed_ms"] = self.passed_ms()
        self.forget()
        gc.collect()
        told["heap"] = gc.mem_alloc()  # type: ignore[attr-defined]  # MicroPython's own
        print(json.dumps(told))

    def forget(self) -> None:
        """The books of the hub and of this rig grow, and are no part of what is measured."""
        self.hub.seen.clear()
        self.hub.events.clear()
        self.hub.ended.clear()
        self.hub.beats.clear()
        self.hub.state["sos"], self.hub.state["sos_state"] = "", "none"
        self.link.forget()


def leak() -> None:
    """A bug that the heap must show: a few bytes of each connection are kept for ever."""
    kept: list[bytes] = []
    opened = BadLink.open

    async def open_and_keep(self: BadLink) -> object:
        kept.append(bytes(64))
        return await opened(self)

    BadLink.open = open_and_keep  # type: ignore[method-assign,assignment]  # the plant


def main(seed: int, hours: int, plant: str = "") -> None:
    if plant:
        leak()
    clock = Jumping()
    core: Any = sys.modules["asyncio.core"]  # MicroPython's own
    core.ticks = clock.now_ms
    core._io_queue = clock
    asyncio.run(Day(seed, clock).live(hours))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
