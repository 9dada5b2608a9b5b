"""What the tests of the shell share: a board in memory and a core that answers as it is told."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from firmware.app import App
from firmware.pendant.brokers import Brokers
from firmware.pendant.settings import Settings, load
from firmware.uptime import TICKS_PERIOD_MS, Uptime

LIMIT_S = 20
SETTINGS = load(
    '{"pendant": "p-1", "key_id": "k-1", "secret": "%s", "broker_host": "127.0.0.1"}' % ("0b" * 32)
)
Output = tuple[Any, ...]


class ResetError(BaseException):
    """The fake board's reset() does not return either."""


class FakeBoard:
    """Memory for flash; everything that is done to it is in `did`, in order."""

    def __init__(self) -> None:
        self.edges: list[tuple[str, bool]] = []
        self.pressed = asyncio.Event()
        self.did: list[Output] = []
        self.flash: dict[str, bytes] = {}
        self.memory = b""  # over a reset
        self.woken: tuple[str, ...] = ()
        self.unreadable = False
        self.flash_fault: OSError | None = None
        self.full_for = ""  # the record that finds no room
        self.flash_free = asyncio.Event()
        self.flash_free.set()
        self.fed = 0
        self.start_ms = 0
        self.ending = asyncio.Event()  # run() fails when it is set

    def ticks_ms(self) -> int:
        """Wraps within the first second, always."""
        run_ms = int(asyncio.get_running_loop().time() * 1000) - self.start_ms
        return (run_ms - 500) % TICKS_PERIOD_MS

    def random_bytes(self, count: int) -> bytes:
        return b"\x80" * count

    def file(self, name: str) -> bytes:
        return b""

    def woken_by(self) -> tuple[str, ...]:
        return self.woken

    def set_clock(self, utc_ms: int) -> None:
        self.did.append(("clock", utc_ms))

    def sleep(self, max_ms: int) -> None:
        self.did.append(("sleep", max_ms))
        raise ResetError("asleep")

    def boot_cause(self) -> str:
        return "power-on"

    def remember(self, blob: bytes) -> None:
        self.memory = blob

    def remembered(self) -> bytes:
        return self.memory

    def read_all(self) -> list[tuple[str, bytes]]:
        if self.unreadable:
            raise OSError(5, "flash")
        return sorted(self.flash.items())

    async def write(self, name: str, blob: bytes) -> None:
        self.did.append(("writing", name))
        await self.flash_free.wait()
        if self.flash_fault is not None:
            raise self.flash_fault
        if name == self.full_for:
            raise OSError(28, "full")
        self.flash[name] = blob
        self.did.append(("written", name))

    async def erase(self, name: str) -> None:
        self.flash.pop(name, None)
        self.did.append(("erased", name))

    async def open_stream(
        self, host: str, port: int, tls: object
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self.did.append(("open", host, port))
        raise OSError("no network in this test")

    def proven(self) -> None:
        self.did.append(("proven",))

    def note(self, kind: str, value: str | bool | int) -> None:
        self.did.append((kind, value))

    def show(self, strength_pct: int, led: str) -> None:
        self.did.append(("show", strength_pct, led))

    def battery_pct(self) -> int:
        return 50

    def signal_pct(self) -> int:
        return 60

    def feed_watchdog(self) -> None:
        self.fed += 1

    def reset(self, cause: str) -> None:
        self.did.append(("reset", cause))
        raise ResetError(cause)

    async def run(self, moved: Callable[[], None]) -> None:
        while not self.ending.is_set():
            moved()
            await asyncio.sleep(0.01)
        raise ZeroDivisionError("board")


class FakeDevice:
    """Answers each input as the test says and notes it in the board's list."""

    def __init__(self, board: FakeBoard) -> None:
        self.board = board
        self.answers: dict[str, list[Output]] = {}
        self.gives: list[str] = []  # routine records that go for an alarm's
        self.stuck = False
        self.brokers = Brokers(len(SETTINGS.brokers()))

    def _heard(self, what: str, *values: object) -> list[Output]:
        self.board.did.append((what, *values))
        return list(self.answers.get(what, []))

    def boot(
        self,
        records: list[tuple[str, bytes]],
        now_ms: int,
        cause: str,
        woken_by: tuple[str, ...] = (),
    ) -> list[Output]:
        return self._heard("boot", records, cause, *woken_by)

    def edge(self, button: str, down: bool, now_ms: int) -> list[Output]:
        return self._heard("edge", button, down)

    def tick(self, now_ms: int) -> list[Output]:
        answer = self.answers.get("tick", [])
        self.answers["tick"] = []
        return answer or self.answers.get("each tick", [])

    def persisted(self, name: str, now_ms: int) -> list[Output]:
        return self._heard("persisted", name)

    def is_alarm_record(self, name: str) -> bool:
        return name.startswith("e-sos")

    def give_way(self) -> str:
        return self.gives.pop(0) if self.gives else ""

    def link(self, up: bool, now_ms: int) -> list[Output]:
        return self._heard("link", up)

    def received(self, payload: bytes, now_ms: int) -> list[Output]:
        return self._heard("received", payload)

    def battery(self, pct: int, now_ms: int) -> list[Output]:
        return self._heard("battery", pct)

    def signal(self, pct: int, now_ms: int) -> list[Output]:
        return self._heard("signal", pct)

    def next_tick_ms(self, now_ms: int) -> int:
        return 20


class Running:
    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.board = FakeBoard()
        self.board.start_ms = int(asyncio.get_running_loop().time() * 1000)
        self.device = FakeDevice(self.board)
        device: Any = self.device
        board: Any = self.board
        self.app = App(board, device, settings, Uptime(board.ticks_ms))
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.task = asyncio.create_task(self.app.run())

    async def until(self, *wanted: Output) -> None:
        """These were done, in this order (others may lie between)."""
        async with asyncio.timeout(LIMIT_S):
            while not self._done(wanted):  # noqa: ASYNC110 - a list of many writers
                await asyncio.sleep(0.002)

    def _done(self, wanted: tuple[Output, ...]) -> bool:
        left = iter(self.board.did)
        return all(one in left for one in wanted)

    async def until_reset(self) -> str:
        assert self.task is not None
        with pytest.raises(ResetError):
            await asyncio.wait_for(self.task, LIMIT_S)
        await self.stop()
        (cause,) = [did[1] for did in self.board.did if did[0] == "reset"]
        return str(cause)

    async def stop(self) -> None:
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
