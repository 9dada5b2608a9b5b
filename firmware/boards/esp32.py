"""The pendant's board on an ESP32-S3-DevKitC-1 (v1.0), MicroPython 1.29. No decisions.

Compiled by mpy-cross, type-checked against the ESP32 stubs, and driven in tests over fakes of the
chip's modules. NEVER RUN ON A CHIP by us so far: take the first one for a bench, not for a visit.

    GPIO  4   button A        to ground, internal pull-up
    GPIO  5   button D        to ground, internal pull-up
    GPIO  6   button SOS      to ground, internal pull-up, recessed
    GPIO  7   vibration motor through a transistor, PWM
    GPIO  1   battery         ADC1, through a divider by two of equal resistors
    GPIO 48   RGB LED         on the board (v1.1 boards have it at GPIO 38)

None of these is a strapping pin (0, 3, 45, 46), USB (19, 20) or wired to octal memory (33 to 37).
Buttons are polled: nothing leaves an interrupt, and a press shorter than POLL_MS is no press. While
the flash is being written (some 50 ms) nothing is polled; the core debounces what comes after.
In the folder /pendant: settings.json, wifi.json ([{"ssid": …, "key": …}, …]), ca.der, cert.der and
key.der, and the records. The cause of a reset is kept in NVS, which a torn file system does not
take along.
"""

import asyncio
import gc
import os
import sys
from time import gmtime, ticks_ms  # type: ignore[attr-defined]  # MicroPython's own

import esp32
import machine
import neopixel

from firmware.boards import networks
from firmware.boards.flash import FlashFolder
from firmware.boards.wifi import Wifi
from firmware.tls import open_stream
from firmware.waits import pause_ms

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable
    from typing import Any

    from firmware.tls import Tls

TICKS_MS: "Callable[[], Any]" = ticks_ms  # the stubs make its number a type of its own
FOLDER = "/pendant"
BUTTON_PINS = (("a", 4), ("d", 5), ("s", 6))
MOTOR_PIN, BATTERY_PIN, LED_PIN = 7, 1, 48
MOTOR_HZ = 200
# The chip counts its seconds from 2000-01-01, as long as MicroPython does not change that.
EPOCH_S = 946_684_800 if gmtime(0)[0] == 2000 else 0
POLL_MS = 8  # well under the core's debounce
TICKS_MASK = (1 << 30) - 1
WATCHDOG_MS = 8000  # the app feeds it twice a second; a chip cannot stop it once it runs
BATTERY_EMPTY_MV, BATTERY_FULL_MV = 3300, 4150  # of one lithium cell, near enough to a line
LED_COLOURS = {
    "off": (0, 0, 0),
    "white": (40, 40, 40),
    "green": (0, 60, 0),
    "blue": (0, 0, 70),
    "red": (70, 0, 0),
}
MAX_CAUSE_BYTES = 64
RESET_CAUSES = {
    machine.PWRON_RESET: "power-on",
    machine.HARD_RESET: "hard-reset",
    machine.WDT_RESET: "watchdog",
    machine.DEEPSLEEP_RESET: "deep-sleep",
    machine.SOFT_RESET: "soft-reset",
}


def _percent(value: int, low: int, high: int) -> int:
    return max(0, min(100, 100 * (value - low) // (high - low)))


class Board:
    """Buttons, LED, vibration, battery, flash and network of a real pendant."""

    def __init__(self, argv: "list[str]") -> None:
        self.edges: list[tuple[str, bool]] = []
        self.pressed = asyncio.Event()
        self._buttons = [
            (name, machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP))
            for name, number in BUTTON_PINS
        ]
        self._down = {name: False for name, _pin in BUTTON_PINS}
        self._motor = machine.PWM(machine.Pin(MOTOR_PIN), freq=MOTOR_HZ, duty_u16=0)
        self._led = neopixel.NeoPixel(machine.Pin(LED_PIN, machine.Pin.OUT), 1)
        self._cell = machine.ADC(machine.Pin(BATTERY_PIN), atten=machine.ADC.ATTN_11DB)
        self._nvs = esp32.NVS("allswell")
        if FOLDER[1:] not in os.listdir("/"):
            os.mkdir(FOLDER)
        self._flash = FlashFolder(FOLDER)
        known, fault = networks.read(self._flash.read_file("wifi.json"))
        if fault:
            self.note("log", fault)
        self._path = Wifi(known, self.ticks_ms)
        self._watchdog: machine.WDT | None = None
        self._memory = bytes(machine.RTC().memory())

    def ticks_ms(self) -> int:
        return int(TICKS_MS()) & TICKS_MASK

    def random_bytes(self, count: int) -> bytes:
        return os.urandom(count)

    def file(self, name: str) -> bytes:
        """What lies beside the records (settings.json, wifi.json, *.der); b"" if there is none."""
        return self._flash.read_file(name)

    def woken_by(self) -> "tuple[str, ...]":
        """The buttons that ended a deep sleep."""
        if machine.reset_cause() != machine.DEEPSLEEP_RESET:
            return ()
        pins = machine.wake_pins()
        return tuple([name for name, number in BUTTON_PINS if number in pins])

    def set_clock(self, utc_ms: int) -> None:
        """The chip's wall clock, which dates certificates; whole seconds are enough for that."""
        date = gmtime(utc_ms // 1000 - EPOCH_S)
        machine.RTC().datetime((date[0], date[1], date[2], date[6], date[3], date[4], date[5], 0))

    def boot_cause(self) -> str:
        """Why the last run ended, told once."""
        kept = bytearray(MAX_CAUSE_BYTES)
        try:
            length = self._nvs.get_blob("cause", kept)
        except OSError:  # nothing kept: the chip itself knows
            return RESET_CAUSES.get(machine.reset_cause(), "unknown")
        self._nvs.erase_key("cause")
        self._nvs.commit()
        return str(bytes(kept[:length]), "utf-8")

    def remember(self, blob: bytes) -> None:
        """Outlives a reset, the watchdog's too, and a deep sleep, and no power cut: RTC memory that
        a start does not clear (ports/esp32/machine_rtc.c, RTC_NOINIT_ATTR; 2048 bytes)."""
        if blob != self._memory:
            self._memory = blob
            machine.RTC().memory(blob)

    def remembered(self) -> bytes:
        return bytes(machine.RTC().memory())

    def read_all(self) -> "list[tuple[str, bytes]]":
        return self._flash.read_all()

    async def write(self, name: str, blob: bytes) -> None:
        """Durable when this returns."""
        self._flash.write(name, blob)

    async def erase(self, name: str) -> None:
        self._flash.erase(name)

    async def open_stream(
        self, host: str, port: int, tls: "Tls | None"
    ) -> "tuple[asyncio.StreamReader, asyncio.StreamWriter]":
        """The caller's time-out ends this; the radio goes on connecting for the next attempt."""
        await self._path.attach()
        gc.collect()  # closes the sockets of attempts that were given up
        return await open_stream(host, port, tls)

    def proven(self) -> None:
        """A broker answered over the path of the last open_stream."""
        self._path.proven()

    def note(self, kind: str, value: "str | bool | int") -> None:
        """What the shell does, for whoever watches: only faults go to the serial line."""
        if kind == "log":
            print(value)

    def show(self, strength_pct: int, led: str) -> None:
        self._motor.duty_u16(strength_pct * 65535 // 100)
        self._led[0] = LED_COLOURS[led]
        self._led.write()

    def battery_pct(self) -> int:
        return _percent(2 * self._cell.read_uv() // 1000, BATTERY_EMPTY_MV, BATTERY_FULL_MV)

    def signal_pct(self) -> int:
        return self._path.signal_pct()

    def feed_watchdog(self) -> None:
        if self._watchdog is None:  # not before the app runs: nothing stops it for provisioning
            self._watchdog = machine.WDT(timeout=WATCHDOG_MS)
        self._watchdog.feed()

    def reset(self, cause: str) -> None:
        """Remember why, and start again; does not return."""
        sys.stderr.write("reset: " + cause + "\n")
        self._nvs.set_blob("cause", cause.encode()[:MAX_CAUSE_BYTES])
        self._nvs.commit()
        machine.reset()

    def sleep(self, max_ms: int) -> None:
        """Until a button goes down, or so long; the next thing is a boot. Does not return."""
        self.show(0, "off")
        self._path.rest()
        for _name, pin in self._buttons:
            # pyright: ignore below: the stubs do not know `hold`.
            pin.init(pin.IN, pin.PULL_UP, hold=True)  # pyright: ignore[reportCallIssue]
        esp32.wake_on_ext1([pin for _name, pin in self._buttons], esp32.WAKEUP_ALL_LOW)
        machine.deepsleep(max_ms)

    async def run(self, moved: "Callable[[], None]") -> None:
        """The buttons."""
        while True:
            moved()
            for name, pin in self._buttons:
                down = not pin.value()
                if down != self._down[name]:
                    self._down[name] = down
                    self.edges.append((name, down))
                    self.pressed.set()
            await pause_ms(POLL_MS)
