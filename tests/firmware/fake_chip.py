"""The chip's modules for tests of boards/esp32.py: no kinder than the chip is documented to be."""

import datetime
import time
from types import ModuleType

REAL_GMTIME = time.gmtime


class ResetError(BaseException):
    """machine.reset() does not return."""


class AsleepError(BaseException):
    """machine.deepsleep() does not return: what it was asked, and by what it can be woken."""

    def __init__(self, max_ms: int, wakers: tuple[int, ...]) -> None:
        super().__init__(max_ms, wakers)
        self.max_ms = max_ms
        self.wakers = wakers


class Pin:
    IN, OUT, PULL_UP = 1, 3, 2
    levels: dict[int, int] = {}  # noqa: RUF012 - the one chip's wires
    STRAPPING_OR_TAKEN = (0, 3, 19, 20, 33, 34, 35, 36, 37, 45, 46)

    def __init__(self, number: int, mode: int = -1, pull: int = -1) -> None:
        if number in self.STRAPPING_OR_TAKEN:
            raise ValueError("invalid pin")
        self.number = number
        self.init(mode, pull)

    def init(self, mode: int = -1, pull: int = -1, *, hold: bool = False) -> None:
        if pull == self.PULL_UP:
            self.levels.setdefault(self.number, 1)
        self.held = pull if hold else -1

    def value(self) -> int:
        return self.levels[self.number]


class Pwm:
    def __init__(self, pin: Pin, *, freq: int, duty_u16: int) -> None:
        self.duty = duty_u16

    def duty_u16(self, duty: int) -> None:
        if not 0 <= duty <= 65535:
            raise ValueError("duty_u16 must be from 0 to 65535")
        self.duty = duty


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


class Wlan:
    """Takes three looks to connect; connecting twice is an error, as the driver's is."""

    IF_STA = 0
    looks_until_up = 3
    connects = 0

    def __init__(self, interface: int) -> None:
        self._active = False
        self._looks = -1

    def active(self, up: bool) -> None:
        self._active = up

    def connect(self, ssid: str, key: str) -> None:
        if not self._active:
            raise OSError("Wifi Not Started")
        if self._looks >= 0:
            raise OSError("Wifi Internal State Error")
        type(self).connects += 1
        self._looks = 0

    def isconnected(self) -> bool:
        if 0 <= self._looks < self.looks_until_up:
            self._looks += 1
        return self._looks >= self.looks_until_up

    def status(self, what: str = "") -> int:
        if what == "rssi":
            return -75
        return 1000 if self._looks < 0 else 1001 if self._looks < self.looks_until_up else 1010


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
        floating = [pin.number for pin in cls.wakers if pin.held != Pin.PULL_UP]
        assert not floating, f"GPIO {floating} would float, and wake it at once"
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
    )
    vars(machine).update(PWRON_RESET=1, HARD_RESET=2, WDT_RESET=3, DEEPSLEEP_RESET=4, SOFT_RESET=5)
    vars(network).update(WLAN=Wlan, STAT_CONNECTING=1001)
    vars(neopixel).update(NeoPixel=NeoPixel)
    vars(esp32).update(NVS=Nvs, wake_on_ext1=Sleep.wake_on_ext1)
    vars(esp32).update(WAKEUP_ALL_LOW=False, WAKEUP_ANY_HIGH=True)
    return {"machine": machine, "network": network, "neopixel": neopixel, "esp32": esp32}
