"""The pendant's shell: one gather of supervised tasks around the pure core. It decides nothing.

The rule it keeps: what is done, and in which order, is the carrier's word. A task that ends, fails
or stops moving is a fault: its cause goes to flash and the board starts afresh, from records that
lose nothing. The watchdog is fed only while every task moves.
"""

import asyncio
import errno

from firmware.boards.flash import FULL
from firmware.mqtt import Client
from firmware.mqtt_packets import encode_connect
from firmware.pendant.carrier import Carrier
from firmware.pendant.feedback import Player
from firmware.uptime import Uptime
from firmware.waits import pause_ms, rest, within_ms
from protocol import topics
from protocol.record import MAX_TEXT, is_text

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Awaitable, Callable
    from typing import Any

    from firmware.boards.unix import Board
    from firmware.mqtt import Streams
    from firmware.pendant.device import Device
    from firmware.pendant.settings import Settings
    from firmware.tls import Tls

    Outputs = list[tuple[Any, ...]]

MOVE_MS = 1000  # no task waits longer than this without a sign of life
WATCHDOG_EVERY_MS = 500
MEASURE_EVERY_MS = 5000

# How long a task may stay in one place; with the watchdog's turn and the rescue, a reset within
# 10 s. link: one connect (mqtt.CONNECT_MS), the longest wait there; flash: what still waits for it
# is sent all the same after a second, and outlives the reset in the board's memory.
BUDGET_MS = {"board": 7000, "buttons": 5000, "ticker": 5000, "feel": 5000, "flash": 7000}
LINK_BUDGET_MS = 7000
# A record that is none, for a flash that cannot be read at all.
UNREADABLE: "tuple[str, bytes]" = ("flash", b"")
RESCUE_MS = 1500  # of the last writes before a reset, all together


class StuckError(Exception):
    """A task stopped moving."""


def plain(cause: str) -> str:
    """As the wire allows a text: the hub is told why the pendant started again."""
    return "".join([char if is_text(char) else "'" for char in cause])[:MAX_TEXT]


class App:
    """Carries inputs to the core and the core's outputs to the board and the link."""

    def __init__(
        self,
        board: "Board",
        device: "Device",
        settings: "Settings",
        now_ms: Uptime,
        tls: "Tls | None" = None,
    ) -> None:
        self._board = board
        self._device = device
        self._carrier = Carrier(device)
        self._now_ms = now_ms
        self._player = Player(settings.quiet)
        self._flash_waits = asyncio.Event()
        self._felt = asyncio.Event()
        self._tick_moved = asyncio.Event()
        self._fault: BaseException | None = None
        self._moved = {name: now_ms() for name in BUDGET_MS}
        self._brokers = settings.brokers()
        self._tls = tls
        self._keyless = settings.tls and tls is None  # damaged ones: no link, and no plain one
        self._client = Client(
            encode_connect(settings.pendant, settings.username, settings.password),
            (topics.down(settings.pendant),),
            self._open,
            now_ms,
            board.random_bytes,
            self._link_changed,
            self._message_came,
        )

    async def run(self) -> None:
        """Never returns; any fault ends in a reset with its cause kept."""
        asyncio.get_event_loop().set_exception_handler(self._task_failed)
        try:
            self._board.feed_watchdog()  # from now on: a boot can hang too
            self._boot()
            await asyncio.gather(
                self._board.run(self._mover("board")),
                self._buttons(),
                self._ticker(),
                self._flash_writer(),
                self._feel(),
                self._client.run(),
                self._watchdog(),
            )
            cause = "a task ended"
        except Exception as error:  # noqa: BLE001 - whatever it is, the cure is a fresh start
            cause = plain(repr(error))
        await self._rescue()
        self._board.reset(cause)

    async def _rescue(self) -> None:
        """A press that still waits for the flash outlives the reset, if the flash can be had."""
        end_ms = self._now_ms() + RESCUE_MS
        try:
            for name, blob in self._carrier.waiting():
                await within_ms(self._kept(name, blob), max(1, end_ms - self._now_ms()))
        except Exception as error:  # noqa: BLE001 - the reset comes first now, whatever is broken
            self._board.note("log", "not rescued: " + repr(error))

    async def _kept(self, name: str, blob: "bytes | None") -> int:
        """0, or the error's number: full or worn. Those behind it may still find their place."""
        try:
            if blob is None:
                await self._board.erase(name)
            else:
                await self._board.write(name, blob)
        except OSError as error:
            self._board.note("log", "flash: " + name + ": " + repr(error))
            return error.errno or errno.EIO
        return 0

    def _task_failed(self, loop: object, context: "dict[str, object]") -> None:
        """A task nobody waited for died; the watchdog task makes a reset of it."""
        fault = context.get("exception")
        self._fault = fault if isinstance(fault, BaseException) else StuckError(str(context))

    def _boot(self) -> None:
        cause = self._board.boot_cause()
        self._board.note("boot", cause)
        try:
            kept = self._board.read_all()
        except OSError as error:  # an SOS goes out all the same, and the core says what is wrong
            self._board.note("log", "flash: " + repr(error))
            kept = [UNREADABLE]
        records = self._carrier.found(kept, self._board.remembered())
        self._do(self._device.boot(records, self._now_ms(), cause, self._board.woken_by()))
        self._measure()

    def _took(self, outputs: "Outputs") -> None:
        """After any input but a tick: it may have brought the next tick nearer."""
        self._do(outputs)
        self._tick_moved.set()

    def _measure(self) -> None:
        now_ms = self._now_ms()
        self._do(self._device.battery(self._board.battery_pct(), now_ms))
        self._do(self._device.signal(self._board.signal_pct(), now_ms))

    def _do(self, outputs: "Outputs") -> None:
        self._act(self._carrier.took(outputs))
        if self._carrier.flash_next() is not None:
            self._board.remember(self._carrier.to_remember())
            self._flash_waits.set()

    def _act(self, at_once: "Outputs") -> None:
        for output in at_once:
            kind = output[0]
            if kind == "send":
                # Not taken (no room, no link for a beat): the core sends again by its own clock.
                self._client.publish(output[1], output[2], output[3], output[4])
            elif kind == "feel":
                self._board.note("feel", output[1])
                self._player.play(output[1], self._now_ms())
                self._felt.set()
            elif kind == "quiet":
                self._player.hush(output[1])
            elif kind == "connect":
                self._client.hurry()
            elif kind == "relink":
                self._client.leave()
            elif kind == "clock":
                self._board.set_clock(output[1])
            elif kind == "sleep":
                self._sleep(output[1])
            elif kind == "reset":
                self._board.reset(output[1])

    def _sleep(self, max_ms: int) -> None:
        """Only with everything written, felt and read of the buttons; the core asks again."""
        if self._carrier.at_rest() and self._player.resting() and not self._board.edges:
            self._board.sleep(max_ms)

    def _open(self) -> "Awaitable[Streams]":
        if self._keyless:
            raise OSError("no keys")
        host, port = self._brokers[self._device.brokers.next()]
        if self._client.last_fault:
            self._board.note("log", "link: " + self._client.last_fault)
            self._client.last_fault = ""
        self._board.note("broker", host + ":" + str(port))
        return self._board.open_stream(host, port, self._tls)

    def _link_changed(self, up: bool) -> None:
        if up:
            self._board.proven()
        self._board.note("link", up)
        self._took(self._device.link(up, self._now_ms()))

    def _message_came(self, topic: str, payload: bytes) -> None:
        self._took(self._device.received(payload, self._now_ms()))

    def _mover(self, name: str) -> "Callable[[], None]":
        def moved() -> None:
            self._moved[name] = self._now_ms()

        return moved

    async def _buttons(self) -> None:
        moved = self._mover("buttons")
        while True:
            moved()
            while self._board.edges:
                button, down = self._board.edges.pop(0)
                self._took(self._device.edge(button, down, self._now_ms()))
            await rest(self._board.pressed, MOVE_MS)

    async def _ticker(self) -> None:
        moved = self._mover("ticker")
        measure_due_ms = self._now_ms() + MEASURE_EVERY_MS
        while True:
            moved()
            now_ms = self._now_ms()
            if now_ms >= measure_due_ms:
                measure_due_ms = now_ms + MEASURE_EVERY_MS
                self._measure()
            self._do(self._device.tick(now_ms))
            await rest(self._tick_moved, min(MOVE_MS, self._device.next_tick_ms(now_ms)))

    async def _flash_writer(self) -> None:
        """What the carrier says next, with a turn for the others after each."""
        moved = self._mover("flash")
        while True:
            moved()
            self._carrier.idle(self._now_ms())
            work = self._carrier.flash_next()
            if work is None:
                await rest(self._flash_waits, MOVE_MS)
                continue
            fault = await self._kept(work[0], work[1])
            self._act(self._carrier.flash_done(not fault, self._now_ms(), fault == FULL))
            self._board.remember(self._carrier.to_remember())
            self._tick_moved.set()
            await pause_ms(0)

    async def _feel(self) -> None:
        moved = self._mover("feel")
        shown = (0, "off")
        begun = 0
        while True:
            moved()
            now_ms = self._now_ms()
            output = self._player.output(now_ms)
            if self._player.count != begun:
                begun = self._player.count
                self._board.note("begun", self._player.playing())
            if output != shown:
                self._board.show(output[0], output[1])
                shown = output
            next_ms = self._player.next_ms(now_ms)
            await rest(self._felt, MOVE_MS if next_ms < 0 else min(MOVE_MS, next_ms))

    async def _watchdog(self) -> None:
        checked_ms = self._now_ms()
        late = 0
        while True:
            now_ms = self._now_ms()
            if self._fault is not None:
                raise self._fault
            # Late ourselves: the others get a turn before they are judged, but only one.
            late = late + 1 if now_ms - checked_ms >= 2 * WATCHDOG_EVERY_MS else 0
            if late != 1:
                self._check_moved(now_ms)
            self._board.feed_watchdog()
            checked_ms = now_ms
            await pause_ms(WATCHDOG_EVERY_MS)

    def _check_moved(self, now_ms: int) -> None:
        if now_ms - self._client.moved_ms > LINK_BUDGET_MS:
            raise StuckError("link")
        for name, budget_ms in BUDGET_MS.items():
            if now_ms - self._moved[name] > budget_ms:
                raise StuckError(name)
