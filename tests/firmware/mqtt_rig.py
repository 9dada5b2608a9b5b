"""What the tests of the MQTT client share: the client, what it told its app, shorter deadlines."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from firmware import mqtt
from firmware.mqtt import Client
from firmware.mqtt_packets import encode_connect
from tests.firmware.fake_broker import FakeBroker, Peer

LIMIT_S = 20  # of any single wait in these tests; a hang is a failure, not a stall


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same deadlines, shorter: their proportions stay."""
    monkeypatch.setattr(mqtt, "CONNECT_MS", 250)
    monkeypatch.setattr(mqtt, "WRITE_MS", 200)
    monkeypatch.setattr(mqtt, "ACK_MS", 200)
    monkeypatch.setattr(mqtt, "PING_AFTER_MS", 100)
    monkeypatch.setattr(mqtt, "BACKOFF_FIRST_MS", 10)
    monkeypatch.setattr(mqtt, "BACKOFF_LIMIT_MS", 40)
    monkeypatch.setattr(mqtt, "TURN_MS", 10)


def now_ms() -> int:
    return int(asyncio.get_running_loop().time() * 1000)


class Pendant:
    """The client under test and everything it told its app."""

    def __init__(self, port: int) -> None:
        self.links: list[bool] = []
        self.messages: list[tuple[str, bytes]] = []
        self.news = asyncio.Event()
        self.client = Client(
            encode_connect("p-1"),
            ("d/p-1",),
            lambda: asyncio.open_connection("127.0.0.1", port),
            now_ms,
            lambda count: b"\x80" * count,
            self.on_link,
            self.on_message,
        )

    def on_link(self, up: bool) -> None:
        self.links.append(up)
        self.news.set()

    def on_message(self, topic: str, payload: bytes) -> None:
        self.messages.append((topic, payload))
        self.news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not true():
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def running(port: int) -> AsyncIterator[Pendant]:
    pendant = Pendant(port)
    task = asyncio.create_task(pendant.client.run())
    try:
        yield pendant
        assert not task.done()
    finally:
        await stop(task)


async def stop(task: "asyncio.Task[None]") -> None:
    """Python 3.11's wait_for may eat a cancellation that meets a result: ask until heard."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.1)


async def until(true: Callable[[], bool]) -> None:
    """For what has no event of its own."""
    async with asyncio.timeout(LIMIT_S):
        while not true():  # noqa: ASYNC110 - the state of several objects, not one event
            await asyncio.sleep(0.002)


async def finished(broker: FakeBroker) -> None:
    async with asyncio.timeout(LIMIT_S):
        await broker.finished.wait()


def published(packet: bytes) -> tuple[bool, bytes, bytes]:
    """(DUP, packet id, payload) of a QoS 1 PUBLISH to a topic of one letter."""
    assert packet[0] & 0xF6 == 0x32
    return bool(packet[0] & 0x08), packet[4:6], packet[6:]


def puback(packet: bytes) -> bytes:
    return b"\x40\x02" + packet[4:6]


async def stay(peer: Peer) -> None:
    await peer.welcome()
    await peer.closed()
