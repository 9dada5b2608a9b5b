"""The firmware's MQTT client without sockets and tasks: somebody else turns it, in virtual time.

Rule: queue, priorities, packet ids, resends and deadlines are the production code's; here is only
what lets a link of the storm ask it for the next packet and for its next deadline.
"""

from asyncio import StreamReader, StreamWriter

from firmware.mqtt import ACK_MS, PING_AFTER_MS, STABLE_MS, Client
from simulator.storm.packets import Sent


class DrivenClient(Client):
    """`ping_ms`: when a ping was last really asked for."""

    ping_ms = -1

    def begin(self, now_ms: int) -> None:
        """A connection is open."""
        self._begin(now_ms)
        self._wrote_ms = now_ms

    def take(self, packet: Sent, now_ms: int) -> None:
        self._heard_ms = now_ms
        self._take(packet)

    def next_packet(self, now_ms: int) -> bytes:
        packet = self._next_packet(now_ms)
        if packet:
            self._wrote_ms = now_ms
        return packet

    def check_deadlines(self, now_ms: int) -> None:
        """Raises RemoteProtocolError when the broker owes an answer for too long."""
        self._check_deadlines(now_ms)
        self.ping_ms = max(self.ping_ms, self._pinged_ms)

    def take_hurry(self) -> bool:
        """Whether somebody pressed a button, once."""
        was_set = self._hurry.is_set()
        self._hurry.clear()
        return was_set

    def is_stable(self, now_ms: int) -> bool:
        return now_ms - self._up_ms >= STABLE_MS

    def owes_nothing(self) -> bool:
        """No deadline runs but the next ping's."""
        return (
            self.up
            and self._pinged_ms < 0
            and not self._refusal
            and all(message.sent_ms < 0 for message in self._messages)
        )

    def next_check_ms(self, with_pings: bool) -> int:
        """When a deadline passes or, if they are really sent, a ping falls due."""
        at_ms = [message.sent_ms + ACK_MS for message in self._messages if message.sent_ms >= 0]
        if not self.up:
            at_ms.append(self._opened_ms + ACK_MS)
        elif self._refusal:
            at_ms.append(self._up_ms + ACK_MS)
        if self._pinged_ms >= 0:
            at_ms.append(self._pinged_ms + ACK_MS)
        elif self.up and (with_pings or not at_ms):
            at_ms.append(min(self._heard_ms, self._wrote_ms) + PING_AFTER_MS - 1)
        return min(at_ms) + 1

    def reckon_pings(self, now_ms: int) -> None:
        """Those that a calm link would have had since the last real packet."""
        quiet_ms = now_ms - min(self._heard_ms, self._wrote_ms)
        if self.up and self._pinged_ms < 0 and quiet_ms >= PING_AFTER_MS:
            self._heard_ms = self._wrote_ms = now_ms - quiet_ms % PING_AFTER_MS

    def lose(self) -> None:
        self.up = False


async def no_stream() -> tuple[StreamReader, StreamWriter]:
    raise OSError("the storm has no sockets")
