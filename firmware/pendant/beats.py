"""Signs of life: when the next beat is due, and what it says.

Rules it keeps: a beat carries every open alarm press and echoes the standing believed; there are
at least two while a standing holds; news is echoed at once, but not in a storm.
"""

from firmware.pendant.identity import Identity
from firmware.pendant.ledger import Ledger
from firmware.pendant.settings import Settings
from firmware.pendant.standing import Beliefs
from protocol.messages import Beat
from protocol.record import MAX_COUNT

ECHO_GAP_MS = 200
MIN_BEAT_MS = 1000


class Beats:
    def __init__(self, settings: Settings, beliefs: Beliefs, ledger: Ledger, now_ms: int) -> None:
        self._settings = settings
        self._beliefs = beliefs
        self._ledger = ledger
        self.due_ms = now_ms
        self._last_ms = now_ms - ECHO_GAP_MS

    def at_once(self, now_ms: int) -> None:
        self.due_ms = now_ms

    def echo(self, now_ms: int) -> None:
        self.due_ms = max(now_ms, self._last_ms + ECHO_GAP_MS)

    def make(
        self, identity: Identity, battery_pct: int, signal_pct: int, refused: int, now_ms: int
    ) -> bytes:
        """The sealed beat of this moment; the next one is due later."""
        values = identity.next(self._beliefs, now_ms)
        values["battery_pct"] = battery_pct
        values["signal_pct"] = signal_pct
        values["dropped"] = self._ledger.outbox.dropped
        values["refused"] = min(refused, MAX_COUNT)
        values["open"] = self._ledger.presses.listed()
        beat = Beat(**values)
        self._beliefs.beat_sent(beat.seq, now_ms)
        self._last_ms = now_ms
        self.due_ms = now_ms + self._wait_ms()
        return identity.seal(beat)

    def _wait_ms(self) -> int:
        """Faster on a visit or with an alarm."""
        idle = self._beliefs.off_duty() and not self._ledger.presses.any()
        wait_ms = 1000 * (self._settings.offduty_beat_s if idle else self._settings.beat_s)
        if self._beliefs.valid_ms:
            wait_ms = min(wait_ms, self._beliefs.valid_ms // 2)
        return max(MIN_BEAT_MS, wait_ms)
