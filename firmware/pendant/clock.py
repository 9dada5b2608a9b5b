"""The board's clock, which a certificate's dates are read by: set from what the hub signed.

Rule: only signed hub time sets it, and the last good one is kept on flash, because a chip starts in
the year 2000. A hub's clock can jump: a time that is out of reason is not taken, since beyond the
certificates' end no broker would be believed again, nor the hub that puts it right be heard. It
never dates a press: a press counts from what this boot has heard (standing.py).
"""

from firmware.pendant import journal

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

    Outputs = list[tuple[Any, ...]]

TELL_EVERY_MS = 3_600_000
KEEP_EVERY_MS = 6 * 3_600_000  # on a flash that wears
KEEP_ASLEEP_MS = 3_600_000  # before it sleeps a younger record is good enough
FIRST_MS = 1_735_689_600_000  # 2025-01-01: no hub is older
# Past what is kept, or the first day. A broker's certificate lasts ten years. A pendant that lay in
# a drawer for longer goes on without: its clock stands where it stood, and certificates have begun.
AHEAD_MS = 5 * 365 * 86_400_000


class Clock:
    def __init__(self) -> None:
        self._kept_utc_ms = 0  # as the flash has it, or was asked to
        self._told_ms = -1

    def restore(self, utc_ms: int, out: "Outputs") -> None:
        """What the last boot kept; 0: nothing."""
        if utc_ms >= FIRST_MS:
            self._kept_utc_ms = utc_ms
            out.append(("clock", utc_ms))

    def heard(self, utc_ms: int, now_ms: int, out: "Outputs") -> None:
        """Hub time, 0 if this boot has heard none."""
        if not self._in_reason(utc_ms):
            return
        if self._told_ms < 0 or now_ms >= self._told_ms + TELL_EVERY_MS:
            self._told_ms = now_ms
            out.append(("clock", utc_ms))
        self._keep(utc_ms, KEEP_EVERY_MS, out)

    def before_sleep(self, utc_ms: int, out: "Outputs") -> None:
        self._keep(utc_ms, KEEP_ASLEEP_MS, out)

    def _keep(self, utc_ms: int, after_ms: int, out: "Outputs") -> None:
        if self._in_reason(utc_ms) and abs(utc_ms - self._kept_utc_ms) >= after_ms:
            self._kept_utc_ms = utc_ms
            out.append(("persist", journal.CLOCK_NAME, journal.clock_blob(utc_ms)))

    def _in_reason(self, utc_ms: int) -> bool:
        return FIRST_MS <= utc_ms <= max(self._kept_utc_ms, FIRST_MS) + AHEAD_MS
