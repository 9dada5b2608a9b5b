"""The chip's modules for tests of boards/esp32.py: no kinder than the chip is documented to be."""

import datetime
import time
from collections.abc import Callable
from types import ModuleType

from tests.firmware.fake_radio import STAT_CONNECTING, Wlan

REAL_GMTIME = time.gmtime


class ResetError(BaseException):
    """machine.reset() does not return."""


class AsleepError(BaseException):
    """machine.deepsleep() does not return: what it was asked, and by what it can be woken."""

    def __init__(self, max_ms: int, wakers: tuple[int, ...]) -> None:
        super().__init__(max_ms, wakers)
        self.max_ms = max_ms
        self.wakers = wakers


class Pad:
    """What is soldered to one pin of the chip; it outlives every Pin object, and a deep sleep."""

    def __init__(self) -> None:
        self.mode = -1
        self.pull = -1
        self.is_held = False
        self.output = 0


class Pin:
    """A held pad keeps what it has until hold=False, whatever it is told meanwhile (quickref)."""

    IN, OUT, PULL_UP, PULL_DOWN = 1, 3, 2, 1
    IRQ_RISING, IRQ_FALLING = 1, 2
    levels: dict[int, int] = {}  # noqa: RUF012 - the one chip's wires
    pads: dict[int, Pad] = {}  # noqa: RUF012 - the one chip's pads
    handlers: dict[int, Callable[["Pin"], None]] = {}  # noqa: RUF012 - by pin
    STRAPPING_OR_TAKEN = (0, 3, 19, 20, 33, 34, 35, 36, 37, 45, 46)
    MISSING = (22, 23, 24, 25)  # an S3 has no such pins
    LAST = 48

    def __init__(
        self, number: int, mode: int = -1, pull: int = -1, *, value: int = -1, hold: object = None
    ) -> None:
        if number in self.STRAPPING_OR_TAKEN + self.MISSING or not 0 <= number <= self.LAST:
            raise ValueError("invalid pin")
        self.number = number
        self.pad = self.pads.setdefault(number, Pad())
        if hold is not None:
            self.pad.is_held = False  # outstanding changes are applied first
        if not self.pad.is_held:
            self.pad.mode = mode if mode != -1 else self.pad.mode
            self.pad.pull = pull if pull != -1 else self.pad.pull
            self.pad.output = value if value != -1 else self.pad.output
        self.pad.is_held = self.pad.is_held or bool(hold)
        if self.pad.pull == self.PULL_UP:
            self.levels.setdefault(number, 1)

    def value(self) -> int:
        """A pin that nothing pulls and nobody drives has no level to rely on."""
        assert self.number in self.levels, f"GPIO {self.number} floats"
        return self.levels[self.number]

    def irq(self, handler: Callable[["Pin"], None], trigger: int) -> None:
        """No `hard` on this port: the handler runs between two bytecodes."""
        assert trigger == self.IRQ_FALLING, "the fake knows this one"
        self.handlers[self.number] = handler

    @classmethod
    def drive(cls, number: int, level: int) -> None:
        """The contact closes (0) or opens (1)."""
        was, cls.levels[number] = cls.levels.get(number, 1), level
        if was and not level and number in cls.handlers:
            cls.handlers[number](cls(number))


class Pwm:
    latest: "Pwm"

    def __init__(self, pin: Pin, *, freq: int, duty_u16: int) -> None:
        if not 1 <= freq <= 40_000_000:
            raise ValueError("freq must be from 1Hz to 40MHz")
        type(self).latest = self
        self._pin = pin
        self._is_on = True
        self.duty = duty_u16

    def duty_u16(self, duty: int) -> None:
        if not 0 <= duty <= 65535:
            raise ValueError("duty_u16 must be from 0 to 65535")
        if not self._is_on:
            raise RuntimeError("PWM is inactive")
        assert not self._pin.pad.is_held, "a held pad does not move"
        self.duty = duty

    def deinit(self) -> None:
        self._is_on = False


class Adc:
    ATTN_11DB = 3
    microvolts = 2_000_000

    def __init__(self, pin: Pin, *, atten: int) -> None:
        if pin.number not in range(1, 11):
            raise ValueError("invalid pin")  # ADC1 of an S3; ADC2 is the radio's

    def read_uv(self) -> int:
        return self.microvolts


class Watchdog:
    fed = 0

    def __init__(self, *, timeout: int) -> None:
        if timeout < 1000:
            raise ValueError("WDT timeout too short")

    def feed(self) -> None:
        type(self).fed += 1


class Nvs:
    """Values are lost unless committed; keys have at most 15 characters."""

    committed: dict[str, bytes] = {}  # noqa: RUF012 - the one chip's store
    commits = 0

    def __init__(self, namespace: str) -> None:
        self._pending: dict[str, bytes | None] = {}
        if len(namespace) > 15:
            raise ValueError("namespace too long")

    def set_blob(self, key: str, value: bytes) -> None:
        if len(key) > 15:
            raise OSError("ESP_ERR_NVS_KEY_TOO_LONG")
        self._pending[key] = bytes(value)

    def get_blob(self, key: str, buffer: bytearray) -> int:
        value = self._pending.get(key, self.committed.get(key))
        if value is None:
            raise OSError("ESP_ERR_NVS_NOT_FOUND")
        if len(value) > len(buffer):
            raise OSError("ESP_ERR_NVS_INVALID_LENGTH")
        buffer[: len(value)] = value
        return len(value)

    def erase_key(self, key: str) -> None:
        if key not in {**self.committed, **self._pending}:
            raise OSError("ESP_ERR_NVS_NOT_FOUND")
        self._pending[key] = None

    def commit(self) -> None:
        type(self).commits += 1
        for key, value in self._pending.items():
            if value is None:
                self.committed.pop(key, None)
            else:
                self.committed[key] = value
        self._pending.clear()


class NeoPixel:
    """Shows what it was told only after write()."""

    shown = (0, 0, 0)

    def __init__(self, pin: Pin, count: int) -> None:
        self._pixels = [(0, 0, 0)] * count

    def __setitem__(self, index: int, colour: tuple[int, int, int]) -> None:
        if not all(0 <= part <= 255 for part in colour):
            raise ValueError("colour")
        self._pixels[index] = colour

    def write(self) -> None:
        type(self).shown = self._pixels[0]


class Sleep:
    """Deep sleep of an S3: RTC pins wake it when they go low, if their pull-up was held."""

    RTC_PINS = range(22)
    WAKEUP_ALL_LOW, WAKEUP_ANY_HIGH = False, True  # on an S3 the first means any low
    cause = 3
    woken: tuple[int, ...] = ()
    wakers: tuple[Pin, ...] = ()

    @classmethod
    def wake_on_ext1(cls, pins: list[Pin], level: bool) -> None:
        if any(pin.number not in cls.RTC_PINS for pin in pins):
            raise ValueError("invalid pin")
        assert level is cls.WAKEUP_ALL_LOW, "our buttons go to ground"
        cls.wakers = tuple(pins)

    @classmethod
    def deepsleep(cls, max_ms: int) -> None:
        if not 0 < max_ms < 1 << 31:
            raise OverflowError("overflow converting long int to machine word")
        for pin in cls.wakers:
            pad = pin.pad
            assert pad.is_held and pad.pull == Pin.PULL_UP, f"GPIO {pin.number} would wake it"
        running = [number for number, pad in Pin.pads.items() if pad.mode == Pin.OUT]
        for number in set(running) & set(cls.RTC_PINS):
            pad = Pin.pads[number]
            assert pad.is_held and not pad.output, f"GPIO {number} drives what it should not"
        assert not Wlan.latest.is_on, "the radio is to be stopped first"
        raise AsleepError(max_ms, tuple(pin.number for pin in cls.wakers))


class Rtc:
    """(year, month, day, weekday, hours, minutes, seconds, subseconds), weekday from Monday 0."""

    now: tuple[int, ...] = (2000, 1, 1, 5, 0, 0, 0, 0)
    held = b""

    def memory(self, blob: bytes | None = None) -> bytes | None:
        """RTC memory: 2048 bytes, as they were left."""
        if blob is None:
            return self.held
        if len(blob) > 2048:
            raise ValueError("buffer too long")
        type(self).held = bytes(blob)
        return None

    def datetime(self, date: tuple[int, ...]) -> None:
        year, month, day, weekday, *clock = date
        assert len(date) == 8 and len(clock) == 4
        assert datetime.date(year, month, day).weekday() == weekday
        type(self).now = date


def gmtime(seconds: int) -> tuple[int, ...]:
    """The chip's: its epoch is 2000-01-01, and a second that is no int there is refused."""
    assert isinstance(seconds, int)
    at = REAL_GMTIME(seconds + 946_684_800)
    return (*at[:6], at.tm_wday, at.tm_yday)


class Cpu:
    hz = 160_000_000

    @classmethod
    def freq(cls, hz: int) -> None:
        if hz not in (20_000_000, 40_000_000, 80_000_000, 160_000_000, 240_000_000):
            raise ValueError("frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz")
        assert hz >= 80_000_000, "Wi-Fi needs the 80 MHz clock"
        cls.hz = hz


def _reset() -> None:
    raise ResetError


def _ticks_ms() -> int:
    """The chip's own wrap."""
    return time.monotonic_ns() // 1_000_000 % (1 << 30)


def modules() -> dict[str, ModuleType]:
    """What `import` finds on the chip and not here."""
    machine, network = ModuleType("machine"), ModuleType("network")
    neopixel, esp32 = ModuleType("neopixel"), ModuleType("esp32")
    vars(machine).update(Pin=Pin, PWM=Pwm, ADC=Adc, WDT=Watchdog, RTC=Rtc, reset=_reset)
    vars(machine).update(
        reset_cause=lambda: Sleep.cause,
        wake_pins=lambda: Sleep.woken,
        deepsleep=Sleep.deepsleep,
        freq=Cpu.freq,
    )
    vars(machine).update(PWRON_RESET=1, HARD_RESET=2, WDT_RESET=3, DEEPSLEEP_RESET=4, SOFT_RESET=5)
    vars(network).update(WLAN=Wlan, STAT_CONNECTING=STAT_CONNECTING)
    vars(neopixel).update(NeoPixel=NeoPixel)
    vars(esp32).update(NVS=Nvs, wake_on_ext1=Sleep.wake_on_ext1)
    vars(esp32).update(WAKEUP_ALL_LOW=False, WAKEUP_ANY_HIGH=True)
    return {"machine": machine, "network": network, "neopixel": neopixel, "esp32": esp32}
