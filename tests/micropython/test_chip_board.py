"""boards/esp32.py and boards/wifi.py inside the chip's own kind of interpreter.

The chip's modules are the plainest that will do; those that are as strict as the chip are in
tests/firmware (fake_chip, fake_radio). Here it is asked whether the board's code runs at all where
there is no typing, no keyword-only surprise is left, and time.ticks_ms is the interpreter's.
"""

import asyncio
import os
import sys
import time

FOLDER = (os.getenv("TMPDIR") or "/tmp") + "/chip-test-" + os.urandom(6).hex()
WIFI = b'[{"ssid": "site", "key": "site-key-1"}]'


class Part:
    """Does nothing, and remembers what it was told last."""

    IN = OUT = PULL_UP = IRQ_FALLING = ATTN_11DB = IF_STA = 0

    def __init__(self, *place: object, **options: object) -> None:
        self.place = place
        self.level = 1
        self.told: object = None
        self.on = False
        self.handler: object = None

    def value(self) -> int:
        return self.level

    def irq(self, handler: object, trigger: int) -> None:
        self.handler = handler

    def duty_u16(self, duty: int) -> None:
        self.told = duty

    def deinit(self) -> None:
        self.told = None

    def __setitem__(self, place: int, colour: object) -> None:
        self.told = colour

    def write(self) -> None:
        pass

    def read_uv(self) -> int:
        return 2_000_000

    def feed(self) -> None:
        self.told = "fed"

    def memory(self, blob: "bytes | None" = None) -> bytes:
        return b""

    def datetime(self, date: object) -> None:
        CHIP.told["clock"] = date

    def get_blob(self, key: str, buffer: bytearray) -> int:
        blob = CHIP.kept.get(key)
        if blob is None:
            raise OSError
        buffer[: len(blob)] = blob
        return len(blob)

    def set_blob(self, key: str, value: bytes) -> None:
        CHIP.kept[key] = value

    def commit(self) -> None:
        pass

    # The radio.

    def active(self, up: "bool | None" = None) -> bool:
        self.on = self.on if up is None else up
        return self.on

    def config(self, reconnects: int) -> None:
        self.told = reconnects

    def connect(self, ssid: str, key: str) -> None:
        self.told = (ssid, key)

    def isconnected(self) -> bool:
        return self.told == ("site", "site-key-1")

    def status(self, what: str = "") -> int:
        return -60 if what else 1010


class Chip:
    """machine, esp32, neopixel and network in one."""

    Pin = PWM = ADC = WDT = RTC = NVS = NeoPixel = WLAN = Part
    PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
    WAKEUP_ALL_LOW = False
    STAT_CONNECTING = 1001

    def __init__(self) -> None:
        self.told: dict[str, object] = {}
        self.kept: dict[str, bytes] = {}

    def freq(self, hz: int) -> None:
        self.told["hz"] = hz

    def reset_cause(self) -> int:
        return 4

    def wake_pins(self) -> "tuple[int, ...]":
        return (6,)

    def wake_on_ext1(self, pins: "list[Part]", level: bool) -> None:
        self.told["wakers"] = len(pins)

    def deepsleep(self, max_ms: int) -> None:
        self.told["asleep"] = max_ms

    def reset(self) -> None:
        self.told["reset"] = True


CHIP = Chip()
for name in ("machine", "esp32", "neopixel", "network"):
    sys.modules[name] = CHIP  # type: ignore[assignment]  # an object is module enough for import
if not hasattr(time, "ticks_ms"):
    # CPython has no such clock: it gets one here.
    time.ticks_ms = lambda: time.monotonic_ns() // 1_000_000  # type: ignore[attr-defined]
from firmware.boards import esp32 as board_module  # noqa: E402 - only now is there a chip


class Root:
    """The chip's root folder, with /pendant in it."""

    urandom = os.urandom

    def listdir(self, path: str) -> "list[str]":
        return [FOLDER[1:]]


setattr(board_module, "FOLDER", FOLDER)  # noqa: B010 - by name: the checker knows a constant there
setattr(board_module, "os", Root())  # noqa: B010 - by name: the checker knows a module there


def made() -> "board_module.Board":
    """On a folder with its networks: the tests come in any order, the one that clears up too."""
    if FOLDER.rpartition("/")[2] not in os.listdir(FOLDER.rpartition("/")[0]):
        os.mkdir(FOLDER)
    with open(FOLDER + "/wifi.json", "wb") as file:
        file.write(WIFI)
    return board_module.Board([])


def test_a_board_is_made_and_tells_how_it_woke() -> None:
    board = made()
    assert board.woken_by() == ("s",)
    assert board.boot_cause() == "deep-sleep"
    assert board.file("wifi.json") == WIFI and board.file("none") == b""
    assert board.battery_pct() == 82 and board.signal_pct() == 0
    assert len(board.random_bytes(8)) == 8
    assert 0 <= board.ticks_ms() < 1 << 30
    assert CHIP.told["hz"] == 80_000_000


def test_it_shows_resets_and_sleeps() -> None:
    board = made()
    board.show(100, "red")
    board.feed_watchdog()
    board.set_clock(1_795_345_867_000)
    assert CHIP.told["clock"] == (2026, 11, 22, 6, 11, 11, 7, 0)
    board.remember(b"sos")
    board.reset("the test")
    assert CHIP.kept["cause"] == b"the test" and CHIP.told["reset"]
    assert made().boot_cause() == "the test"
    board.sleep(60_000)
    assert CHIP.told["asleep"] == 60_000 and CHIP.told["wakers"] == 3


async def test_records_are_written_and_erased() -> None:
    board = made()
    await board.write("phase", b"x")
    assert ("phase", b"x") in board.read_all()
    await board.erase("phase")
    assert ("phase", b"x") not in board.read_all()


async def test_buttons_are_told() -> None:
    board = made()
    running = asyncio.create_task(board.run(lambda: None))
    for level in (0, 1):
        board._buttons[0].pin.level = level
        await asyncio.wait_for(board.pressed.wait(), 10)
        board.pressed.clear()
    running.cancel()
    sos = [edge for edge in board.edges if edge[0] == "a"]
    assert sos == [("a", True), ("a", False)]


async def test_the_radio_attaches_and_nobody_is_there() -> None:
    board = made()
    try:
        reader, _ = await asyncio.wait_for(board.open_stream("127.0.0.1", 1, None), 10)
        await reader.read(1)  # MicroPython opens first and finds out then
    except (OSError, asyncio.TimeoutError):
        pass
    board.proven()
    assert board.signal_pct() == 87
    assert CHIP.kept["network"] == b"site"


def test_zz_nothing_is_left_behind() -> None:
    made()
    os.remove(FOLDER + "/wifi.json")
    os.rmdir(FOLDER)
