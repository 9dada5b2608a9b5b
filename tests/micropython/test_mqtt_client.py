"""The MQTT client inside the interpreter, whose asyncio cancels and buffers in its own way."""

import asyncio
import time

from firmware import mqtt
from firmware.mqtt import Client
from firmware.mqtt_packets import encode_connect
from firmware.uptime import Uptime
from firmware.waits import drop, pause_ms

LIMIT_MS = 20_000
CONNACK_OK = b"\x20\x02\x00\x00"

# What the tests cannot wait for, shorter while one of them runs.
SHORT = {
    "CONNECT_MS": 300,
    "WRITE_MS": 300,
    "ACK_MS": 300,
    "PING_AFTER_MS": 200,
    "BACKOFF_FIRST_MS": 20,
    "BACKOFF_LIMIT_MS": 20,
    "TURN_MS": 10,
}


class Hurried:
    """The client's waits, short inside and as they were afterwards."""

    def __enter__(self) -> None:
        self._as_it_was = {name: getattr(mqtt, name) for name in SHORT}
        self._set(SHORT)

    def __exit__(self, *_: object) -> None:
        self._set(self._as_it_was)

    def _set(self, waits: "dict[str, int]") -> None:
        for name in waits:
            setattr(mqtt, name, waits[name])


def ticks_ms() -> int:
    if hasattr(time, "ticks_ms"):
        return int(time.ticks_ms()) & 0x3FFFFFFF
    return time.monotonic_ns() // 1_000_000 & 0x3FFFFFFF


class Broker:
    """Welcomes everybody; then `quiet` connections get no more answer, the rest are served."""

    def __init__(self, quiet: int, reads: bool) -> None:
        self.connections = 0
        self.payloads: list[bytes] = []
        self.over = asyncio.Event()
        self._quiet = quiet
        self._reads = reads

    async def serve(self, reader: "asyncio.StreamReader", writer: "asyncio.StreamWriter") -> None:
        self.connections += 1
        number = self.connections
        # A fresh client's first packet id is its SUBSCRIBE's, whatever it published before.
        subscribe = b"\x90\x03" + number.to_bytes(2, "big") + b"\x01"
        try:
            writer.write(CONNACK_OK + subscribe)
            await writer.drain()
            if number <= self._quiet:
                await self._leave(reader)
            else:
                await self._answer(reader, writer)
        except (OSError, EOFError):
            pass
        await drop(writer)

    async def _leave(self, reader: "asyncio.StreamReader") -> None:
        if not self._reads:
            await self.over.wait()
        while await reader.read(512):
            pass

    async def _answer(self, reader: "asyncio.StreamReader", writer: "asyncio.StreamWriter") -> None:
        while True:
            head = await reader.readexactly(2)
            body = await reader.readexactly(head[1])
            if head[0] & 0xF6 == 0x32:
                self.payloads.append(bytes([head[0]]) + body[5:])
                writer.write(b"\x40\x02" + body[3:5])
            elif head[0] == 0xC0:
                writer.write(b"\xd0\x00")
            await writer.drain()


async def until(true: "object") -> None:
    for _ in range(LIMIT_MS // 5):
        if true():  # type: ignore[operator]  # a function; typing does not exist on the chip
            return
        await pause_ms(5)
    raise AssertionError("waited in vain")


async def listening(broker: Broker) -> "tuple[asyncio.AbstractServer, int]":
    """On a free port; MicroPython's server does not tell which it was given, so look for one."""
    for port in range(20_000 + ticks_ms() % 20_000, 60_000):
        try:
            return await asyncio.start_server(broker.serve, "127.0.0.1", port), port
        except OSError:
            pass
    raise AssertionError("no free port")


class Ends:
    def __init__(self, port: int) -> None:
        self.links: list[bool] = []
        self.client = Client(
            encode_connect("p-1"),
            ("d",),
            lambda: asyncio.open_connection("127.0.0.1", port),
            Uptime(ticks_ms),
            lambda count: b"\x40" * count,
            self.links.append,
            lambda topic, payload: None,
        )


async def finish(
    task: "asyncio.Task[None]", server: "asyncio.AbstractServer", broker: Broker
) -> None:
    broker.over.set()
    server.close()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    await pause_ms(20)  # the broker's side sees it and ends too


async def test_unanswered_message_comes_again_marked() -> None:
    with Hurried():
        await _unanswered_message_comes_again_marked()


async def _unanswered_message_comes_again_marked() -> None:
    broker = Broker(quiet=1, reads=True)
    server, port = await listening(broker)
    ends = Ends(port)
    task = asyncio.create_task(ends.client.run())
    await until(lambda: ends.links == [True])
    broker.connections = 2  # the client's next SUBSCRIBE has packet id 3: 2 is this message's
    ends.client.publish("t", b"sos", 1, True)
    await until(lambda: broker.payloads)
    await until(lambda: not ends.client._messages)
    assert broker.payloads == [b"\x3asos"], broker.payloads
    assert ends.links[:2] == [True, False]
    await finish(task, server, broker)


async def test_peer_that_stops_reading_is_dropped_and_the_loop_turns_meanwhile() -> None:
    with Hurried():
        await _peer_that_stops_reading_is_dropped()


async def _peer_that_stops_reading_is_dropped() -> None:
    broker = Broker(quiet=1, reads=False)
    server, port = await listening(broker)
    ends = Ends(port)
    task = asyncio.create_task(ends.client.run())
    await until(lambda: ends.links == [True])
    turns = 0
    while ends.links == [True]:
        ends.client.publish("t", b"x" * 8000, 0)
        await pause_ms(1)
        turns += 1
        assert turns < LIMIT_MS
    assert turns > 20
    await until(lambda: ends.links == [True, False, True])
    await finish(task, server, broker)
