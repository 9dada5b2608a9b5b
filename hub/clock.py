"""The hub's clocks. The hub's time never precedes its last commit; nothing else reads a clock.

Rule time (`now_ms`) dates what happens and what falls due; it may run faster in a simulation.
Link time (`monotonic_ms`, `wait`) times sockets, batches and retries and never does. `speed` is
the number of milliseconds of rule time in one of link time, so that a limit given in link time
can be held by code that only knows rule time.
"""

import threading
import time
from typing import Protocol

MAX_SPEED = 100_000


class Clock(Protocol):
    """What the engine's thread, the inbox and the notifier ask for the time."""

    speed: int

    def now_ms(self) -> int:
        """Rule time, UTC, milliseconds; never goes back."""

    def machine_ms(self) -> int:
        """What the machine believes the time is: it may have been set, to and fro."""

    def monotonic_ms(self) -> int:
        """Link time: never jumps, means nothing by itself."""

    def wait(self, condition: threading.Condition, timeout_ms: int) -> bool:
        """Wait on a held condition for so much link time; False when nobody notified."""


def utc_ms() -> int:
    """The machine's idea of UTC."""
    return time.time_ns() // 1_000_000


def link_ms() -> int:
    """The machine's monotonic clock."""
    return time.monotonic_ns() // 1_000_000


class SystemClock:
    """The machine's clock, held from going back: `floor_ms` is the time of the last commit.

    Where it would have to stand still, because the machine's clock was set back, it goes on by the
    monotonic one: a hub whose time stands still watches nobody (P3).
    """

    speed = 1

    def __init__(self, floor_ms: int = 0) -> None:
        self._floor_ms = floor_ms
        self._read_ms = link_ms()
        self._lock = threading.Lock()

    def now_ms(self) -> int:
        with self._lock:
            read_ms = link_ms()
            self._floor_ms = max(self._floor_ms + read_ms - self._read_ms, utc_ms())
            self._read_ms = read_ms
            return self._floor_ms

    def machine_ms(self) -> int:
        return utc_ms()

    def monotonic_ms(self) -> int:
        return link_ms()

    def wait(self, condition: threading.Condition, timeout_ms: int) -> bool:
        return condition.wait(timeout_ms / 1000)


class ScaledClock(SystemClock):
    """Rule time that runs `speed` times as fast, from `floor_ms` or now: for simulations only.

    `mode` is the genesis row's: a database that holds real people refuses a scaled clock.
    """

    def __init__(self, speed: int, mode: str, floor_ms: int = 0) -> None:
        if mode != "SIMULATION":
            raise ValueError(
                f"a clock at {speed} times the speed needs a SIMULATION database; this is {mode}"
            )
        if not 1 <= speed <= MAX_SPEED:
            raise ValueError(f"speed {speed} is not between 1 and {MAX_SPEED}")
        super().__init__(floor_ms)
        self.speed = speed
        self._origin_ms = max(floor_ms, utc_ms())
        self._start_ms = self.monotonic_ms()

    def now_ms(self) -> int:
        return self._origin_ms + (self.monotonic_ms() - self._start_ms) * self.speed

    def machine_ms(self) -> int:
        return self.now_ms()


class ManualClock:
    """Stands still until it is moved: virtual time for tests and the storm."""

    speed = 1

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self._link_ms = 0

    def now_ms(self) -> int:
        return self._now_ms

    def machine_ms(self) -> int:
        return self._now_ms

    def monotonic_ms(self) -> int:
        return self._link_ms

    def advance(self, by_ms: int) -> int:
        """Both clocks move on; the new rule time."""
        self._now_ms += by_ms
        self._link_ms += by_ms
        return self._now_ms

    def jump(self, by_ms: int) -> None:
        """Rule time alone moves, as when somebody sets the machine's clock."""
        self._now_ms += by_ms

    def wait(self, condition: threading.Condition, timeout_ms: int) -> bool:
        """Nobody else moves this clock, so waiting is moving it."""
        if timeout_ms > 0:
            self.advance(timeout_ms)
        return False
