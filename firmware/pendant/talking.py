"""What goes up over the link, and when: alarms first, then events, then the beat.

Rule: nothing is sent without a link; a broker behind which no hub answers is left for the other.
"""

from firmware.pendant.beats import Beats
from firmware.pendant.brokers import Brokers
from firmware.pendant.identity import Identity
from firmware.pendant.ledger import Ledger
from firmware.pendant.settings import Settings
from firmware.pendant.standing import Beliefs
from protocol import topics

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

    Outputs = list[tuple[Any, ...]]


class Talking:
    def __init__(
        self,
        settings: Settings,
        identity: Identity,
        beliefs: Beliefs,
        ledger: Ledger,
        now_ms: int,
    ) -> None:
        self.brokers = Brokers(len(settings.brokers()))
        self.link = False
        self.signal_pct = 0
        self._pendant = settings.pendant
        self._identity = identity
        self._outbox = ledger.outbox
        self._beats = Beats(settings, beliefs, ledger, now_ms)

    def linked(self, up: bool, now_ms: int) -> None:
        self.link = up
        if up:
            self._outbox.restart(now_ms)
            self._beats.at_once(now_ms)
        else:
            self.brokers.ended()

    def echo(self, now_ms: int) -> None:
        """The hub sees at once which standing is believed now."""
        self._beats.echo(now_ms)

    def due_ms(self) -> int:
        """When something is to be sent; -1 if nothing is, or there is no link."""
        if not self.link:
            return -1
        due = (self._beats.due_ms, self._outbox.next_ms(), self.brokers.due_ms())
        return min([at_ms for at_ms in due if at_ms >= 0])

    def turn(self, battery_pct: int, refused: int, now_ms: int, out: "Outputs") -> None:
        if not self.link:
            return
        for entry in self._outbox.due(now_ms):
            lane = "sos" if entry.alarm else "event"
            self._send(lane, entry.token, 1, entry.alarm, now_ms, out)
            entry.sent(now_ms)
        if now_ms >= self._beats.due_ms:
            charge, signal = battery_pct, self.signal_pct
            beat = self._beats.make(self._identity, charge, signal, refused, now_ms)
            self._send("beat", beat, 0, False, now_ms, out)
        if self.brokers.leave(now_ms):
            out.append(("relink",))

    def _send(
        self, lane: str, token: bytes, qos: int, urgent: bool, now_ms: int, out: "Outputs"
    ) -> None:
        self.brokers.asked(now_ms)
        out.append(("send", topics.up(self._pendant, lane), token, qos, urgent))
