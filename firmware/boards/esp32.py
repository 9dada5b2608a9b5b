"""The pendant's board on an ESP32-S3-DevKitC-1 (v1.0), MicroPython 1.29. No decisions.

Compiled by mpy-cross, type-checked against the ESP32 stubs, and driven in tests over fakes of the
chip's modules. NEVER RUN ON A CHIP by us so far: take the first one for a bench, not for a visit.

    GPIO  4   button A        to ground, internal pull-up
    GPIO  5   button D        to ground, internal pull-up
    GPIO  6   button SOS      to ground, internal pull-up, recessed
    GPIO  7   vibration motor through a transistor, PWM
    GPIO  1   battery         ADC1, through a divider by two of equal resistors
    GPIO 48   RGB LED         on the board (v1.1 boards have it at GPIO 38)

None of these is a strapping pin (0, 3, 45, 46), USB (19, 20) or wired to octal memory (33 to 37):
ESP32-S3-DevKitC-1 v1.0 user guide, "Header Block"; ESP32-S3 datasheet, "Strapping Pins". The three
buttons and the motor are RTC pins (0 to 21), which deep sleep can hold and be woken by.

Buttons are polled: nothing leaves an interrupt but the news that SOS had an edge. While the loop is
kept elsewhere (a flash write some 50 ms, a TLS handshake half a second) nothing is polled, and that
news makes a press of a stab that came and went meanwhile. Only of SOS, where one press alone says
nothing: an A or a D that was not felt is pressed again, and a spike must not say "I am well". The
core debounces whatever comes.
In the folder /pendant: settings.json, wifi.json ([{"ssid": …, "key": …}, …]), ca.der, cert.der and
key.der, and the records. The cause of a reset is kept in NVS, which a torn file system does not
take along.

Where a function leans on a document, it says so: "quickref" is docs/esp32/quickref.rst of
MicroPython 1.29, "machine", "esp32", "neopixel" its docs/library pages, "IDF" Espressif's
programming guide for the ESP32-S3. Bench checklist: docs/hardware.md.
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
from firmware.boards.pads import Button, pad
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
CPU_HZ = 80_000_000  # the least that Wi-Fi works with; it more than halves what waiting costs
HANDSHAKE_HZ = 240_000_000  # TLS keeps the loop busy, and the buttons with it, a third as long
POLL_MS = 8  # well under the core's debounce
AWAY_MS = 40  # since the last look: a press could have come and gone
PRESS_MS = 60  # how long such a press is said to have lasted: long enough for a stab to count
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
MAX_KEPT_BYTES = 64
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
        machine.freq(CPU_HZ)
        self._buttons = [Button(name, number) for name, number in BUTTON_PINS]
        self._polled_ms = self.ticks_ms()
        motor = pad(MOTOR_PIN, machine.Pin.OUT, value=0, hold=False)
        self._motor = machine.PWM(motor, freq=MOTOR_HZ, duty_u16=0)
        self._led = neopixel.NeoPixel(machine.Pin(LED_PIN, machine.Pin.OUT), 1)
        self._cell = machine.ADC(machine.Pin(BATTERY_PIN), atten=machine.ADC.ATTN_11DB)
        self._nvs = esp32.NVS("allswell")
        if FOLDER[1:] not in os.listdir("/"):
            os.mkdir(FOLDER)
        self._flash = FlashFolder(FOLDER)
        known, fault = networks.read(self._flash.read_file("wifi.json"))
        if fault:
            self.note("log", fault)
        self._network = self._kept("network")
        self._path = Wifi(known, self.ticks_ms, self._network)
        self._watchdog: machine.WDT | None = None
        self._memory = bytes(machine.RTC().memory())

    def ticks_ms(self) -> int:
        """Wraps, here at 2**30 (docs/library/time.rst, ticks_ms)."""
        return int(TICKS_MS()) & TICKS_MASK

    def random_bytes(self, count: int) -> bytes:
        """Pseudo-random before the radio runs (IDF, "Random Number Generation"): enough for the
        boot's id, which need not be secret, only new."""
        return os.urandom(count)

    def file(self, name: str) -> bytes:
        """What lies beside the records (settings.json, wifi.json, *.der); b"" if there is none."""
        return self._flash.read_file(name)

    def woken_by(self) -> "tuple[str, ...]":
        """The buttons that ended a deep sleep (machine.wake_pins, machine.reset_cause). They were
        down: each one's coming up will be told, also if it is up by now."""
        if machine.reset_cause() != machine.DEEPSLEEP_RESET:
            return ()
        pins = machine.wake_pins()
        woken = [button for button in self._buttons if button.number in pins]
        for button in woken:
            button.down = True
        return tuple([button.name for button in woken])

    def set_clock(self, utc_ms: int) -> None:
        """The chip's wall clock, which dates certificates: whole seconds are enough for that. The
        weekday is ignored (quickref, "Real time clock"); mbedTLS asks time(), which this sets."""
        date = gmtime(utc_ms // 1000 - EPOCH_S)
        machine.RTC().datetime((date[0], date[1], date[2], date[6], date[3], date[4], date[5], 0))

    def boot_cause(self) -> str:
        """Why the last run ended, told once (esp32.NVS; machine.reset_cause)."""
        cause = self._kept("cause")
        if not cause:  # the chip itself knows
            return RESET_CAUSES.get(machine.reset_cause(), "unknown")
        self._keep("cause", "")
        return cause

    def _kept(self, key: str) -> str:
        kept = bytearray(MAX_KEPT_BYTES)
        try:
            return str(bytes(kept[: self._nvs.get_blob(key, kept)]), "utf-8")
        except (OSError, UnicodeError):  # nothing there, or nothing of ours
            return ""

    def _keep(self, key: str, text: str) -> None:
        """Durable when this returns (esp32.NVS: commit), if that can be had: a store that is full
        or worn costs no start, no link and no reset."""
        try:
            self._nvs.set_blob(key, text.encode()[:MAX_KEPT_BYTES])
            self._nvs.commit()
        except OSError as fault:
            self.note("log", "nvs: " + repr(fault))

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
        """Durable when this returns. Blocks: erasing a sector of the flash takes 45 ms as a rule,
        400 ms at most (W25Q64JV datasheet, "AC Electrical Characteristics", sector erase time)."""
        self._flash.write(name, blob)

    async def erase(self, name: str) -> None:
        self._flash.erase(name)

    async def open_stream(
        self, host: str, port: int, tls: "Tls | None"
    ) -> "tuple[asyncio.StreamReader, asyncio.StreamWriter]":
        """The caller's time-out ends this; the radio goes on connecting for the next attempt.
        machine.freq: any of 80, 160, 240 MHz with the radio on (ports/esp32/modmachine.c)."""
        machine.freq(CPU_HZ)
        await self._path.attach()
        gc.collect()  # closes the sockets of attempts that were given up
        machine.freq(CPU_HZ if tls is None else HANDSHAKE_HZ)  # until proven, or the next attempt
        return await open_stream(host, port, tls)

    def proven(self) -> None:
        """A broker answered over the path of the last open_stream."""
        machine.freq(CPU_HZ)
        self._path.proven()
        if self._path.at != self._network:
            self._network = self._path.at
            self._keep("network", self._network)

    def note(self, kind: str, value: "str | bool | int") -> None:
        """What the shell does, for whoever watches: only faults go to the serial line."""
        if kind == "log":
            print(value)

    def show(self, strength_pct: int, led: str) -> None:
        """PWM.duty_u16 (machine.PWM); NeoPixel.write takes 30 us for one LED (neopixel)."""
        self._motor.duty_u16(strength_pct * 65535 // 100)
        self._led[0] = LED_COLOURS[led]
        self._led.write()

    def battery_pct(self) -> int:
        """ADC1 with 11 dB attenuation reads up to 3.1 V, calibrated (machine.ADC.read_uv; ESP32-S3
        datasheet, "ADC Characteristics"); ADC2 would be in the radio's way."""
        return _percent(2 * self._cell.read_uv() // 1000, BATTERY_EMPTY_MV, BATTERY_FULL_MV)

    def signal_pct(self) -> int:
        return self._path.signal_pct()

    def feed_watchdog(self) -> None:
        """At least 1 s; it cannot be stopped once it runs (machine.WDT)."""
        if self._watchdog is None:  # not before the app runs: nothing stops it for provisioning
            self._watchdog = machine.WDT(timeout=WATCHDOG_MS)
        self._watchdog.feed()

    def reset(self, cause: str) -> None:
        """Remember why, and start again; does not return."""
        sys.stderr.write("reset: " + cause + "\n")
        self._keep("cause", cause)
        machine.reset()

    def sleep(self, max_ms: int) -> None:
        """Until a button goes down, or so long; the next thing is a boot. Does not return.
        On an S3 WAKEUP_ALL_LOW means any (IDF, "Sleep Modes", ext1: ALL_LOW is ANY_LOW there). An
        S3 lets go of a pull-up unless its pad is held (micropython#15260); the motor's is held low,
        the radio is stopped first (IDF: "applications must disable Wi-Fi")."""
        self.show(0, "off")
        self._path.rest()
        self._motor.deinit()
        pad(MOTOR_PIN, machine.Pin.OUT, value=0, hold=True)
        pins = [
            pad(button.number, machine.Pin.IN, pull=machine.Pin.PULL_UP, hold=True)
            for button in self._buttons
        ]
        esp32.wake_on_ext1(pins, esp32.WAKEUP_ALL_LOW)
        machine.deepsleep(max_ms)

    async def run(self, moved: "Callable[[], None]") -> None:
        """The buttons (machine.Pin)."""
        while True:
            moved()
            now_ms = self.ticks_ms()
            was_away = (now_ms - self._polled_ms & TICKS_MASK) > AWAY_MS
            for button in self._buttons:
                told = button.look(was_away)
                if len(told) > 1:
                    self._tell(button.name, told.pop(0))
                    await pause_ms(PRESS_MS)
                if told:
                    self._tell(button.name, told[0])
            self._polled_ms = self.ticks_ms()
            await pause_ms(POLL_MS)

    def _tell(self, name: str, down: bool) -> None:
        self.edges.append((name, down))
        self.pressed.set()
