"""Milliseconds since boot that never wrap, from a chip's ticks that do.

The rule it keeps: however the ticks wrap (every 2**30 ms on the ESP32, 12.4 days), time only goes
forward. It holds as long as somebody reads it more often than once a wrap; the ticker does.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable

TICKS_PERIOD_MS = 1 << 30


class Uptime:
    """Called like a function: `uptime()` is now, in milliseconds since it was made."""

    def __init__(self, ticks_ms: "Callable[[], int]") -> None:
        self._ticks_ms = ticks_ms
        self._last_ms = ticks_ms()
        self._total_ms = 0

    def __call__(self) -> int:
        ticks_ms = self._ticks_ms()
        self._total_ms += (ticks_ms - self._last_ms) % TICKS_PERIOD_MS
        self._last_ms = ticks_ms
        return self._total_ms
