"""One listener at the broker: counts the beats of real pendants and the standings sent to them.

Rule: it says nothing and answers for nobody; thin clients count their own.
"""

import asyncio
from collections.abc import Sequence

from firmware.mqtt_packets import (
    CONNACK,
    PUBLISH,
    Packet,
    Parser,
    encode_connect,
    encode_puback,
    encode_subscribe,
)
from protocol import topics
from protocol.codec import peek
from protocol.errors import RemoteProtocolError
from protocol.messages import Standing
from simulator.fleet.tally import Tally

EAR = "fleet-ear"
AT_ONCE = 50  # filters of one SUBSCRIBE
KEEPALIVE_S = 3_600  # it never pings: no run is that long


class Ear(asyncio.Protocol):
    def __init__(self, password: str, pendants: Sequence[str], tally: Tally) -> None:
        self._connect = encode_connect(EAR, EAR, password, keepalive_s=KEEPALIVE_S)
        lanes = [topics.up(name, "beat") for name in pendants]
        self._filters = lanes + [topics.down(name) for name in pendants]
        self._tally = tally
        self._parser = Parser()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._connect)

    def data_received(self, data: bytes) -> None:
        for packet in self._parser.feed(data):
            self._took(packet)

    def end(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _took(self, packet: Packet) -> None:
        if self._transport is None:
            return
        if packet.kind == CONNACK:
            for start in range(0, len(self._filters), AT_ONCE):
                some = tuple(self._filters[start : start + AT_ONCE])
                self._transport.write(encode_subscribe(1 + start, some))
        elif packet.kind == PUBLISH:
            if packet.qos:
                self._transport.write(encode_puback(packet.packet_id))
            if packet.topic.endswith("/beat"):
                self._tally.beats += 1
            elif _is_standing(packet.payload):
                self._tally.standings += 1


def _is_standing(token: bytes) -> bool:
    try:
        return isinstance(peek(token, up=False), Standing)
    except RemoteProtocolError:
        return False
