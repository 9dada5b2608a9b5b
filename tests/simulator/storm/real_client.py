"""The whole firmware client, sockets and tasks included, on the storm's network in virtual time.

Rule: nothing of firmware/mqtt.py is replaced here; asyncio's clock is the timeline, and its streams
carry the bytes of the storm's packets.
"""

import asyncio
import selectors
from collections.abc import Callable
from math import ceil
from random import Random
from types import SimpleNamespace
from typing import cast

from firmware.mqtt import CONNECT_MS, Client
from firmware.mqtt_packets import KEEPALIVE_S, encode_connect, encode_publish
from protocol.topics import down
from simulator.storm.broker import Broker
from simulator.storm.packets import (
    CONNACK,
    END,
    PINGRESP,
    PUBACK,
    PUBLISH,
    SUBACK,
    Connect,
    Sent,
    read,
)
from simulator.storm.timeline import Timeline
from simulator.storm.wires import Dial, Path, Wire

CONNECT_BYTE = 0x10


class _Selector(selectors.SelectSelector):
    """Where asyncio would wait for sockets the world goes on instead."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self._timeline = timeline

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        wait_ms = 1_000 if timeout is None else ceil(timeout * 1000)
        if wait_ms > 0:
            self._timeline.step(self._timeline.now_ms + wait_ms)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio whose time is the world's."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__(_Selector(timeline))
        self._timeline = timeline
        self._began_ms = timeline.now_ms

    def time(self) -> float:
        return (self._timeline.now_ms - self._began_ms) / 1000


def _bytes(packet: Sent) -> bytes:
    """As the broker would send it."""
    mid = packet.packet_id.to_bytes(2, "big")
    if packet.kind == CONNACK:
        return bytes([0x20, 2, 0]) + packet.codes
    if packet.kind == SUBACK:
        return bytes([0x90, 2 + len(packet.codes)]) + mid + packet.codes
    if packet.kind == PUBACK:
        return bytes([0x40, 2]) + mid
    if packet.kind == PINGRESP:
        return bytes([0xD0, 0])
    assert packet.kind == PUBLISH
    return encode_publish(packet.topic, packet.payload, packet.qos, packet.packet_id, packet.dup)


class _Stream:
    """Both halves of a connection; as much of asyncio's streams as the firmware uses."""

    def __init__(self, user: str, wire: Wire) -> None:
        self._user = user
        self._wire = wire
        self._came: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport = SimpleNamespace(abort=self._abort)
        wire.down.ends_at(self._take)

    def _take(self, packet: Sent) -> None:
        if packet.kind == END:
            self._wire.over()
            self._came.put_nowait(b"")
        else:
            self._came.put_nowait(_bytes(packet))

    async def read(self, _count: int) -> bytes:
        return await self._came.get()

    def write(self, packet: bytes) -> None:
        if packet[0] == CONNECT_BYTE:
            self._wire.up.send(Connect(self._user, True, KEEPALIVE_S))
        else:
            self._wire.up.send(read(packet))

    async def drain(self) -> None:
        """The kernel takes it at once."""

    def _abort(self) -> None:
        self._wire.closed_by_client()


class _Opening:
    """One call of open_stream."""

    def __init__(self) -> None:
        self.done: asyncio.Future[Wire] = asyncio.get_running_loop().create_future()

    def opened(self, wire: Wire) -> None:
        if not self.done.done():
            self.done.set_result(wire)

    def unreached(self) -> None:
        if not self.done.done():
            self.done.set_exception(OSError("unreached"))


class RealClient:
    """As simulator/storm/links.PendantLink, with the production client inside."""

    def __init__(
        self,
        loop: VirtualLoop,
        timeline: Timeline,
        broker: Broker,
        path: Path,
        on_link: Callable[[bool], None],
        random: Random,
    ) -> None:
        self._timeline = timeline
        self._broker = broker
        self._path = path
        self._stream: _Stream | None = None
        asyncio.set_event_loop(loop)
        self.client = Client(
            encode_connect(path.name, path.name),
            (down(path.name),),
            self._open,
            lambda: timeline.now_ms,
            random.randbytes,
            on_link,
            lambda _topic, _payload: None,
        )
        self.task = loop.create_task(self.client.run())

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        opening = _Opening()
        dial = Dial(self._timeline, self._path, self._broker, opening, CONNECT_MS)
        try:
            wire = await opening.done
        finally:
            dial.cancel()
        self._stream = _Stream(self._path.name, wire)
        reader, writer = cast(asyncio.StreamReader, self._stream), self._stream
        return reader, cast(asyncio.StreamWriter, writer)
