"""A pendant's board on a desktop system, driven by the simulator over one control socket.

Same few functions as boards/esp32.py and no decisions. The board connects to 127.0.0.1:PORT and
both sides send JSON, one object a line. If the connection ends, so does the process: no pendant
outlives its simulator.

To the board:
    {"button": "a" | "d" | "s", "down": true | false}
    {"battery": 71}           per cent, from now on
    {"signal": 40}            the same for the radio
    {"power": "cut"}          the process ends at once, in the middle of anything
    {"hold_flash": true}      writes wait until false comes; after 7 s the app calls it stuck
    {"hold_link": true}       the link drops and no connection succeeds until false comes
From the board (`at_ms`: milliseconds since its boot):
    {"boot": cause, "records": n, "at_ms": 0}
    {"feel": pattern, "at_ms": t}      the core asked for it
    {"begun": pattern, "at_ms": t}     it is felt from now on: patterns wait for one another
    {"motor": pct, "led": colour, "at_ms": t}   what motor and LED do from now on
    {"flash": "held" | "written" | "erased", "name": record, "at_ms": t}
    {"broker": "host:port", "at_ms": t}     which one it tries now
    {"link": true | false, "at_ms": t}
    {"clock": utc_ms, "at_ms": t}      what a chip would set its clock to
A deep sleep ends the process with SLEEP_STATUS; sleep.json in the flash folder says how long it may
last ({"max_ms": n, "until_ms": utc}). To wake it is to start it again: with `--woken a` (or `a,s`)
by these buttons, without it because the time was up.
A reset ends the process with RESET_STATUS, to be started again: {"boot": cause} then says why. The
watchdog (boards/watchdog.py) ends it by SIGALRM, to be started again too.
"""

import asyncio
import json
import os
import sys
import time

from firmware.boards.flash import FlashFolder
from firmware.boards.watchdog import Watchdog
from firmware.tls import open_stream
from firmware.transport import Wire
from firmware.waits import drop, pause_ms, rest, within_ms
from protocol.errors import LocalProtocolError

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable

    from firmware.tls import Tls

TICKS_MASK = (1 << 30) - 1  # wraps as the chip does
CONTROL_CONNECT_MS = 5000
MOVE_MS = 1000
SHORTEST_MS = 40  # between two edges of a button: over the core's debounce
RESET_STATUS = 64  # the process asks to be started again
CUT_STATUS = 65
GONE_STATUS = 66  # the simulator went away
SLEEP_STATUS = 67  # asleep until a button or the time in SLEEP_FILE
CAUSE_FILE = "cause.txt"
MEMORY_FILE = "memory.bin"
WATCHDOG_MS = 8000  # as on the chip
SLEEP_FILE = "sleep.json"
BUTTONS = ("a", "d", "s")


def _end(status: int) -> None:
    """At once: CPython skips every finally; MicroPython has only SystemExit, and no threads."""
    getattr(os, "_exit", sys.exit)(status)


def _option(argv: "list[str]", name: str, default: str = "") -> str:
    if name in argv[:-1]:
        return argv[argv.index(name) + 1]
    if not default:
        raise LocalProtocolError("usage: main.py --flash DIR --control PORT [--woken a,d,s]")
    return default


def _folder(path: str) -> str:
    """Checked at once: whatever else is wrong with it a pendant must live through."""
    try:
        os.stat(path)
    except OSError:
        raise LocalProtocolError("--flash: there is no folder " + path) from None
    return path


def _buttons(names: str) -> "tuple[str, ...]":
    """Those of "a,s"; "-" is none."""
    named = names.split(",") if names != "-" else []
    if any(name not in BUTTONS for name in named):
        raise LocalProtocolError("--woken takes some of a,d,s")
    return tuple(named)


class Board:
    """Buttons, LED, vibration, battery, flash and network of a simulated pendant."""

    def __init__(self, argv: "list[str]") -> None:
        self.edges: list[tuple[str, bool]] = []
        self.pressed = asyncio.Event()
        self._flash_path = _folder(_option(argv, "--flash"))
        self._flash = FlashFolder(self._flash_path)
        self._watchdog = Watchdog(WATCHDOG_MS, self._flash_path + "/" + CAUSE_FILE)
        self._memory = b""
        self._was_reset = False
        self._control_port = int(_option(argv, "--control"))
        self._woken_by = _buttons(_option(argv, "--woken", "-"))
        self._lines: list[bytes] = []
        self._line_waits = asyncio.Event()
        self._battery_pct = int(_option(argv, "--battery", "100"))
        self._path = Wire(int(_option(argv, "--signal", "100")))
        self._flash_held = False
        self._flash_free = asyncio.Event()
        self._link_writers: list[asyncio.StreamWriter] = []
        self._started_ms = self.ticks_ms()
        self._edge_ms: dict[str, int] = {}  # of each button's last one

    def ticks_ms(self) -> int:
        if hasattr(time, "ticks_ms"):
            return int(time.ticks_ms()) & TICKS_MASK
        return time.monotonic_ns() // 1_000_000 & TICKS_MASK

    def random_bytes(self, count: int) -> bytes:
        return os.urandom(count)

    def file(self, name: str) -> bytes:
        """What lies beside the records (settings.json, wifi.json, *.der); b"" if there is none."""
        return self._flash.read_file(name)

    def woken_by(self) -> "tuple[str, ...]":
        """The buttons that ended a deep sleep."""
        return self._woken_by

    def set_clock(self, utc_ms: int) -> None:
        """This system's clock is not ours to set: who watches is told what a chip would set."""
        self._tell({"clock": utc_ms})

    def boot_cause(self) -> str:
        """Why the last run ended, told once."""
        for name in (SLEEP_FILE, CAUSE_FILE):
            kept = str(self._flash.read_file(name), "utf-8")
            if kept:
                self._flash.write_file(name, b"")
                self._was_reset = True
                return "deep-sleep" if name == SLEEP_FILE else kept
        return "power-on"

    def remember(self, blob: bytes) -> None:
        """Outlives a reset and a deep sleep, and no power cut; takes no time and no flash."""
        if blob != self._memory:
            self._memory = blob
            with open(self._flash_path + "/" + MEMORY_FILE, "wb") as file:
                file.write(blob)

    def remembered(self) -> bytes:
        """After boot_cause(): what a power cut would have taken is not told."""
        self._memory = self._flash.read_file(MEMORY_FILE)
        return self._memory if self._was_reset else b""

    def read_all(self) -> "list[tuple[str, bytes]]":
        return self._flash.read_all()

    async def write(self, name: str, blob: bytes) -> None:
        """Durable when this returns."""
        if self._flash_held:
            self._tell({"flash": "held", "name": name})
        while self._flash_held:
            await rest(self._flash_free, MOVE_MS)
        self._flash.write(name, blob)
        self._tell({"flash": "written", "name": name})

    async def erase(self, name: str) -> None:
        while self._flash_held:
            await rest(self._flash_free, MOVE_MS)
        self._flash.erase(name)
        self._tell({"flash": "erased", "name": name})

    async def open_stream(
        self, host: str, port: int, tls: "Tls | None"
    ) -> "tuple[asyncio.StreamReader, asyncio.StreamWriter]":
        """The caller's time-out ends this."""
        await self._path.attach()
        reader, writer = await open_stream(host, port, tls)
        self._link_writers = [writer]
        return reader, writer

    def proven(self) -> None:
        """A broker answered over the path of the last open_stream."""
        self._path.proven()

    def note(self, kind: str, value: "str | bool | int") -> None:
        """What the shell does, for whoever watches: nobody on a real pendant."""
        self._tell({kind: value})

    def show(self, strength_pct: int, led: str) -> None:
        self._tell({"motor": strength_pct, "led": led})

    def battery_pct(self) -> int:
        return self._battery_pct

    def signal_pct(self) -> int:
        return self._path.signal_pct()

    def feed_watchdog(self) -> None:
        self._watchdog.feed()

    def reset(self, cause: str) -> None:
        """Remember why, and end; does not return."""
        self._flash.write_file(CAUSE_FILE, cause.encode())
        sys.stderr.write("reset: " + cause + "\n")
        _end(RESET_STATUS)

    def sleep(self, max_ms: int) -> None:
        """Until a button goes down, or so long; the next thing is a boot. Does not return."""
        until_ms = time.time_ns() // 1_000_000 + max_ms
        asleep = json.dumps({"max_ms": max_ms, "until_ms": until_ms})
        self._path.rest()
        self._flash.write_file(SLEEP_FILE, asleep.encode())
        _end(SLEEP_STATUS)

    async def run(self, moved: "Callable[[], None]") -> None:
        """The control socket: what the simulator says, and what it is told."""
        reader, writer = await within_ms(
            open_stream("127.0.0.1", self._control_port, None), CONTROL_CONNECT_MS
        )
        listening = asyncio.create_task(self._listen(reader))
        try:
            while True:
                moved()
                if listening.done():
                    await listening  # it never ends but by a fault: let that out
                lines, self._lines = self._lines, []
                if lines:
                    writer.write(b"".join(lines))
                    await within_ms(writer.drain(), CONTROL_CONNECT_MS)
                else:
                    await rest(self._line_waits, MOVE_MS)
        finally:
            listening.cancel()

    async def _listen(self, reader: "asyncio.StreamReader") -> None:
        while True:
            try:
                line = await reader.readline()
            except OSError:
                line = b""
            if not line:
                _end(GONE_STATUS)
            await self._obey(json.loads(line))

    async def _obey(self, order: "dict[str, str | bool | int]") -> None:
        if "button" in order:
            await self._press(str(order["button"]), bool(order["down"]))
        if "battery" in order:
            self._battery_pct = int(order["battery"])
        if "signal" in order:
            self._path.strength_pct = int(order["signal"])
        if "power" in order:
            _end(CUT_STATUS)
        if "hold_flash" in order:
            self._flash_held = bool(order["hold_flash"])
            self._flash_free.set()
        if "hold_link" in order:
            self._path.held = bool(order["hold_link"])
            while self._path.held and self._link_writers:
                await drop(self._link_writers.pop())

    async def _press(self, button: str, down: bool) -> None:
        """Presses that came and went while the loop was away (a handshake) stay presses: they are
        told apart, later than they were made."""
        since_ms = self.ticks_ms() - self._edge_ms.get(button, -SHORTEST_MS) & TICKS_MASK
        if since_ms < SHORTEST_MS:
            await pause_ms(SHORTEST_MS - since_ms)
        self._edge_ms[button] = self.ticks_ms()
        self.edges.append((button, down))
        self.pressed.set()

    def _tell(self, news: "dict[str, str | bool | int]") -> None:
        news["at_ms"] = self.ticks_ms() - self._started_ms & TICKS_MASK
        self._lines.append(json.dumps(news).encode() + b"\n")
        self._line_waits.set()
