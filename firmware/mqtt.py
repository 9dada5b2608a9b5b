"""An asyncio MQTT 3.1.1 client that cannot hang, for CPython and MicroPython.

The rule it keeps: every wait has an end (connect, CONNACK, SUBACK, PUBACK, PINGRESP, write), and a
QoS 1 message stays queued until its PUBACK, over any number of connections, urgent ones first. A
pendant whose subscription is refused (revoked, say) still gets its SOS out: the link counts as up
for ACK_MS, then it is dropped as refused and tried again. A PUBACK
proves nothing about the hub; receipts are the core's business. Sessions are clean and every
connection subscribes again, because not every broker keeps what it promises to keep.
"""

import asyncio

from firmware.mqtt_message import Message
from firmware.mqtt_packets import (
    CONNACK,
    PINGREQ_BYTES,
    PINGRESP,
    PUBACK,
    PUBLISH,
    SUBACK,
    Packet,
    Parser,
    encode_puback,
    encode_publish,
    encode_subscribe,
)
from firmware.tls import distrusted
from firmware.waits import drop, rest, within_ms
from protocol.errors import RemoteProtocolError

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Awaitable, Callable

    Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

MAX_QUEUED = 32  # the core's outbox is bounded too and offers again what did not fit
READ_BYTES = 512
CONNECT_MS = 5000
WRITE_MS = 4000
ACK_MS = 4000  # CONNACK, SUBACK, PUBACK, PINGRESP: none later than this on a living link
PING_AFTER_MS = 8000  # silence in either direction; a half-open link is dropped ACK_MS after that
BACKOFF_FIRST_MS = 500
BACKOFF_LIMIT_MS = 8000
BACKOFF_STEP_MS = 1000
STABLE_MS = 8000  # a link that stood this long starts the back-off from the beginning
TURN_MS = 250  # how late a deadline may be noticed


def backoff_ms(attempt: int, random_byte: int) -> int:
    """Doubling to a limit; the upper half is jitter, so that a fleet does not return as one."""
    span_ms = min(BACKOFF_LIMIT_MS, BACKOFF_FIRST_MS << min(attempt, 10))
    return span_ms // 2 + span_ms * random_byte // 510


class Client:
    """run() keeps a link up for ever; publish() and hurry() only take note and return."""

    def __init__(
        self,
        connect: bytes,
        topics: "tuple[str, ...]",
        open_stream: "Callable[[], Awaitable[Streams]]",
        now_ms: "Callable[[], int]",
        random_bytes: "Callable[[int], bytes]",
        on_link: "Callable[[bool], None]",
        on_message: "Callable[[str, bytes], None]",
    ) -> None:
        self.up = False
        self.moved_ms = now_ms()  # for the watchdog: when run() last got anywhere
        self.last_fault = ""
        self._connect = connect
        self._topics = topics
        self._open_stream = open_stream
        self._now_ms = now_ms
        self._random_bytes = random_bytes
        self._on_link = on_link
        self._on_message = on_message
        self._hurry = asyncio.Event()
        self._wake = asyncio.Event()
        self._messages: list[Message] = []
        self._last_id = 0
        self._up_ms = 0
        self._begin(0)

    def _begin(self, now_ms: int) -> None:
        """Forget what belonged to the last connection."""
        self._greeted = False
        self._refusal = ""
        self._left = False
        self._failure: Exception | None = None
        self._control: list[bytes] = []
        self._subscribe_id = 0
        self._opened_ms = self._heard_ms = self._wrote_ms = now_ms
        self._pinged_ms = -1
        self._messages = [message for message in self._messages if message.qos]
        for message in self._messages:
            message.sent_ms = -1

    def publish(self, topic: str, payload: bytes, qos: int, urgent: bool = False) -> bool:
        """Take it, or False: no link for a QoS 0 message, or no room, so offer it again later."""
        encode_publish(topic, payload, qos, 1, False)  # our fault shows here, not in the link task
        if not qos and not self.up:
            return False
        for message in self._messages:
            if qos and message.qos and message.topic == topic and message.payload == payload:
                message.urgent = message.urgent or urgent
                return True
        if len(self._messages) >= MAX_QUEUED and not self._make_room(urgent):
            return False
        self._messages.append(Message(topic, payload, qos, urgent))
        self._wake.set()
        return True

    def _make_room(self, urgent: bool) -> bool:
        """Beats go first, then, for an urgent message, the oldest that is not urgent."""
        for message in self._messages:
            if not message.qos:
                self._messages.remove(message)
                return True
        for message in self._messages:
            if urgent and not message.urgent:
                self._messages.remove(message)
                return True
        return False

    def hurry(self) -> None:
        """Somebody pressed a button: whatever back-off is running, or comes next, ends now."""
        if not self.up:
            self._hurry.set()

    def leave(self) -> None:
        """This broker is of no use: drop the link and open another without the long back-off."""
        self._failure = RemoteProtocolError("left", "no hub answers here")
        self._left = True
        self._wake.set()

    async def run(self) -> None:
        """Connect, serve, back off, for ever; a fault of ours, unlike the link's, gets out."""
        attempt = 0
        while True:
            self.moved_ms = self._now_ms()
            try:
                await self._connection()
            except (OSError, asyncio.TimeoutError, RemoteProtocolError) as error:
                # What the reader met came first, and says more of a handshake in vain.
                self.last_fault = repr(self._failure or error)
            if self.up:
                self.up = False
                if self._left or self._now_ms() - self._up_ms >= STABLE_MS:
                    attempt = 0
                self._on_link(False)
            await self._back_off(backoff_ms(attempt, self._random_bytes(1)[0]))
            attempt += 1

    async def _back_off(self, wait_ms: int) -> None:
        """In steps, so that whoever watches sees that we live."""
        self._failure = None
        end_ms = self._now_ms() + wait_ms
        while True:
            self.moved_ms = self._now_ms()
            left_ms = end_ms - self.moved_ms
            if left_ms <= 0 or await rest(self._hurry, min(left_ms, BACKOFF_STEP_MS)):
                return

    async def _connection(self) -> None:
        reader, writer = await within_ms(self._open_stream(), CONNECT_MS)
        self._begin(self._now_ms())
        receiving = asyncio.create_task(self._receive(reader))
        try:
            await self._write(writer, self._connect)
            while self._failure is None:
                self.moved_ms = self._now_ms()
                self._check_deadlines(self.moved_ms)
                packet = self._next_packet(self.moved_ms)
                if packet:
                    await self._write(writer, packet)
                else:
                    await rest(self._wake, TURN_MS)
            raise self._failure
        finally:
            receiving.cancel()
            await drop(writer)

    async def _write(self, writer: "asyncio.StreamWriter", packet: bytes) -> None:
        """The only place that writes: two writers on one MicroPython stream lose bytes."""
        self._wrote_ms = self.moved_ms = self._now_ms()
        try:
            writer.write(packet)
            await within_ms(writer.drain(), WRITE_MS)
        except ValueError as error:
            raise distrusted(error) from None

    async def _receive(self, reader: "asyncio.StreamReader") -> None:
        parser = Parser()
        try:
            while True:
                try:
                    chunk = await reader.read(READ_BYTES)  # _connection()'s deadlines end this
                except ValueError as error:
                    raise distrusted(error) from None
                if not chunk:
                    raise RemoteProtocolError("closed")
                self._heard_ms = self._now_ms()
                for packet in parser.feed(chunk):
                    self._take(packet)
                self._wake.set()
        except Exception as error:  # noqa: BLE001 - run() sorts the link's faults from ours
            self._failure = error
            self._wake.set()

    def _take(self, packet: Packet) -> None:
        if not self._greeted:
            self._take_connack(packet)
        elif packet.kind == PUBLISH:
            self._on_message(packet.topic, packet.payload)
            if packet.qos:  # only now: what the handler did not take comes again
                self._control.append(encode_puback(packet.packet_id))
        elif packet.kind == PUBACK:
            self._messages = [
                message
                for message in self._messages
                if message.sent_ms < 0 or message.packet_id != packet.packet_id
            ]
        elif packet.kind == SUBACK:
            self._take_suback(packet)
        elif packet.kind == PINGRESP:
            self._pinged_ms = -1
        else:
            raise RemoteProtocolError("packet", "second CONNACK")

    def _take_connack(self, packet: Packet) -> None:
        if packet.kind != CONNACK:
            raise RemoteProtocolError("packet", "type %d before CONNACK" % packet.kind)
        if packet.codes[0]:
            raise RemoteProtocolError("refused", "CONNACK code %d" % packet.codes[0])
        self._greeted = True
        self._opened_ms = self._now_ms()
        self._subscribe_id = self._next_id()
        self._control.append(encode_subscribe(self._subscribe_id, self._topics))

    def _take_suback(self, packet: Packet) -> None:
        if packet.packet_id != self._subscribe_id or len(packet.codes) != len(self._topics):
            raise RemoteProtocolError("packet", "SUBACK for something else")
        if any(code > 2 for code in packet.codes):
            self._refusal = "SUBACK codes %r" % packet.codes
        if not self.up:
            self.up, self._up_ms = True, self._now_ms()
            self._hurry.clear()
            self._on_link(True)

    def _check_deadlines(self, now_ms: int) -> None:
        owed_ms = [message.sent_ms for message in self._messages if message.sent_ms >= 0]
        if not self.up:
            owed_ms.append(self._opened_ms)
        if self._pinged_ms >= 0:
            owed_ms.append(self._pinged_ms)
        if owed_ms and now_ms - min(owed_ms) > ACK_MS:
            raise RemoteProtocolError("timeout", "the broker owes an answer")
        if self.up and self._refusal and now_ms - self._up_ms > ACK_MS:
            raise RemoteProtocolError("refused", self._refusal)
        quiet_ms = now_ms - min(self._heard_ms, self._wrote_ms)
        if self.up and self._pinged_ms < 0 and quiet_ms >= PING_AFTER_MS:
            self._pinged_ms = now_ms
            self._control.append(PINGREQ_BYTES)

    def _next_packet(self, now_ms: int) -> bytes:
        """Urgent publications, then control packets in order, then the rest; b"" when idle."""
        if not self._greeted:
            return b""
        unsent = [message for message in self._messages if message.sent_ms < 0]
        for message in unsent:
            if message.urgent:
                return self._send(message, now_ms)
        if self._control:
            return self._control.pop(0)
        return self._send(unsent[0], now_ms) if unsent else b""

    def _send(self, message: Message, now_ms: int) -> bytes:
        if not message.qos:
            self._messages.remove(message)
        elif not message.packet_id:
            message.packet_id = self._next_id()
        dup, message.tried, message.sent_ms = message.tried, True, now_ms
        return encode_publish(
            message.topic, message.payload, message.qos, message.packet_id, dup and message.qos > 0
        )

    def _next_id(self) -> int:
        in_use = [message.packet_id for message in self._messages]
        while True:
            self._last_id = self._last_id % 0xFFFF + 1
            if self._last_id not in in_use:
                return self._last_id
