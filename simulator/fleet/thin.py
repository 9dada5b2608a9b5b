"""A thin client: what the hub cannot tell from a pendant, without its buttons, flash and manners.

Rule: its beats and presses are sealed, its receipts and standings verified, by the protocol's own
code, each on a connection of its own; it resends a press until the hub's signed receipt came.
"""

import asyncio
import random
import secrets
from collections.abc import Callable
from typing import Any

from firmware.mqtt_packets import (
    CONNACK,
    PUBLISH,
    SUBACK,
    Packet,
    Parser,
    encode_connect,
    encode_puback,
    encode_publish,
    encode_subscribe,
)
from protocol import codec, messages, topics
from protocol.errors import RemoteProtocolError
from protocol.record import MAX_LIST
from simulator.fleet.tally import Tally

AGAIN_S = 3.0  # a press without a receipt
RECONNECT_S = (0.5, 3.0)
KEEPALIVE_S = 120  # beats are more frequent than this


class Thin(asyncio.Protocol):
    """One pendant that exists for the hub."""

    def __init__(
        self, name: str, secret: bytes, password: str, port: int, beat_s: float, tally: Tally,
        now_s: Callable[[], float],
    ) -> None:  # fmt: skip
        self.name = name
        self.is_up = False
        self._connect = encode_connect(name, name, password, keepalive_s=KEEPALIVE_S)
        self._up_key, self._down_key = codec.up_key(secret), codec.down_key(secret)
        self._port = port
        self._beat_s = beat_s
        self._tally = tally
        self._now_s = now_s
        self._boot = secrets.token_hex(8)
        self._seq = 0
        self._packet_id = 0
        self._heard_ms = 0
        self._standing = 0
        self._heard_at_s = self._began_s = now_s()
        self._open: dict[str, bytes] = {}  # identity -> token, without a receipt
        self._presses: list[str] = []  # that no person has ended
        self._transport: asyncio.Transport | None = None
        self._parser = Parser()
        self._beats: asyncio.TimerHandle | None = None
        self._ending = False

    async def begin(self) -> None:
        """Raises OSError when nobody listens."""
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, "127.0.0.1", self._port)

    def end(self) -> None:
        self._ending = True
        if self._transport is not None:
            self._transport.abort()

    def press(self) -> None:
        """An SOS, at once."""
        message = messages.SosPressed(**self._said(), gesture="sos-hold")
        identity = message.identity()
        self._presses.append(identity)
        self._open[identity] = codec.seal(message, self.name, self._up_key)
        self._tally.pressed(self.name, self._now_s(), thin=True)
        self._send_press(identity)

    # The connection.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._parser = transport, Parser()
        transport.write(self._connect)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._beats is not None:
            self._beats.cancel()
        if self.is_up:
            self.is_up = False
            self._tally.thin_connected -= 1
            self._tally.dropped += not self._ending
        if not self._ending:
            loop = asyncio.get_running_loop()
            loop.call_later(random.uniform(*RECONNECT_S), self._again)

    def _again(self) -> None:
        if not self._ending:
            asyncio.get_running_loop().create_task(self._try())

    async def _try(self) -> None:
        try:
            await self.begin()
        except OSError:
            asyncio.get_running_loop().call_later(RECONNECT_S[1], self._again)

    def data_received(self, data: bytes) -> None:
        try:
            packets = self._parser.feed(data)
        except RemoteProtocolError:
            self._abort()
            return
        for packet in packets:
            self._took(packet)

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _took(self, packet: Packet) -> None:
        if packet.kind == CONNACK and packet.codes != b"\0":
            self._abort()
        elif packet.kind == CONNACK:
            self._write(encode_subscribe(1, (topics.down(self.name),)))
        elif packet.kind == SUBACK:
            self._linked()
        elif packet.kind == PUBLISH:
            if packet.qos:
                self._write(encode_puback(packet.packet_id))
            self._down(packet.payload)

    def _linked(self) -> None:
        self.is_up = True
        self._tally.thin_connected += 1
        said = {"cause": "power-on", "firmware": "thin", "open": self._listed()}
        booted = messages.Booted(**self._said(), **said)
        self._publish(topics.up(self.name, "event"), self._seal(booted), 1)
        for identity in self._open:
            self._send_press(identity)
        self._beats = asyncio.get_running_loop().call_later(
            random.uniform(0, self._beat_s), self._beat
        )

    # What goes up.

    def _said(self) -> dict[str, Any]:
        self._seq += 1
        since_s = self._now_s() - (self._heard_at_s if self._heard_ms else self._began_s)
        return {
            "pendant": self.name, "boot": self._boot, "seq": self._seq,
            "heard_ms": self._heard_ms, "since_ms": int(since_s * 1000),
            "standing": self._standing, "phase": "off",
        }  # fmt: skip

    def _seal(self, message: messages.UpMessage) -> bytes:
        return codec.seal(message, self.name, self._up_key)

    def _listed(self) -> list[str]:
        """The newest of those that no person has ended."""
        newest = self._presses[-MAX_LIST:]
        return [messages.open_press(each, messages.SosPressed.TYPE) for each in newest]

    def _beat(self) -> None:
        health = {"battery_pct": 80, "signal_pct": 60, "dropped": 0, "refused": 0}
        beat = messages.Beat(**self._said(), **health, open=self._listed())
        token = self._seal(beat)
        self._publish(topics.up(self.name, "beat"), token, 0)
        self._tally.beats += 1
        self._beats = asyncio.get_running_loop().call_later(self._beat_s, self._beat)

    def _send_press(self, identity: str) -> None:
        if identity in self._open and not self._ending:
            self._publish(topics.up(self.name, "sos"), self._open[identity], 1)
            asyncio.get_running_loop().call_later(AGAIN_S, self._send_press, identity)

    def _publish(self, topic: str, token: bytes, qos: int) -> None:
        self._packet_id = self._packet_id % 65_535 + 1
        self._write(encode_publish(topic, token, qos, self._packet_id, False))

    def _write(self, packet: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(packet)

    # What comes down.

    def _down(self, token: bytes) -> None:
        try:
            message = codec.unseal(token, self.name, self._down_key, up=False)
        except RemoteProtocolError:
            self._tally.refused += 1
            return
        if isinstance(message, messages.Receipt):
            self._receipt(message)
        elif isinstance(message, messages.Standing):
            self._tally.standings += 1
            self._standing = message.version
            self._heard(message.hub_ms)
            self._presses = [each for each in self._presses if each not in message.resolved]

    def _receipt(self, receipt: messages.Receipt) -> None:
        identity = f"{receipt.boot}.{receipt.seq}"
        if identity in self._open and codec.sha(self._open[identity]) == receipt.sha:
            del self._open[identity]
            self._tally.has_it(self.name, self._now_s())
        self._heard(receipt.hub_ms)

    def _heard(self, hub_ms: int) -> None:
        if hub_ms > self._heard_ms:
            self._heard_ms, self._heard_at_s = hub_ms, self._now_s()
