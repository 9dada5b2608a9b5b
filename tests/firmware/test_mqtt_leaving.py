"""The MQTT client between two connections: left brokers, refused certificates, slow handshakes."""

import asyncio

import pytest

from firmware import mqtt
from tests.firmware.fake_broker import Peer, broker_doing
from tests.firmware.mqtt_rig import (
    Pendant,
    finished,
    now_ms,
    running,
    shorten,
    stay,
    stop,
    until,
)

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch)


async def test_a_broker_that_is_left_is_left_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the back-off had become: the next one may have the hub."""
    monkeypatch.setattr(mqtt, "BACKOFF_LIMIT_MS", 3_600_000)
    monkeypatch.setattr(mqtt, "BACKOFF_FIRST_MS", 20)
    refusals = 0

    async def refuse(peer: Peer) -> None:
        nonlocal refusals
        refusals += 1
        await peer.packet()

    async with (
        broker_doing(refuse, refuse, refuse, refuse, stay, stay) as broker,
        running(broker.port) as pendant,
    ):
        await pendant.until(lambda: pendant.links == [True])
        assert refusals == 4, "the next wait would have been 320 ms and more"
        left_ms = now_ms()
        pendant.client.leave()
        await pendant.until(lambda: pendant.links == [True, False, True])
        assert "left" in pendant.client.last_fault
        assert now_ms() - left_ms < 300


async def test_a_slow_opening_and_a_stalled_handshake_are_two_waits_and_not_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each is within its deadline; the supervisor sees the link move between them."""
    monkeypatch.setattr(mqtt, "WRITE_MS", 3_600_000)
    opened_ms: list[int] = []
    moved_ms: list[int] = []

    async def stalls() -> None:
        moved_ms.append(pendant.client.moved_ms)
        await asyncio.Event().wait()

    async def greet_nobody(peer: Peer) -> None:
        await peer.closed()

    async with broker_doing(greet_nobody) as broker:
        pendant = Pendant(broker.port)
        opened = pendant.client._open_stream

        async def open_stream() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            await asyncio.sleep(0.1)  # the opening is slow: this is what the test is about
            reader, writer = await opened()
            writer.drain = stalls  # type: ignore[method-assign]  # TLS waits for the peer
            opened_ms.append(now_ms())
            return reader, writer

        pendant.client._open_stream = open_stream
        task = asyncio.create_task(pendant.client.run())
        await until(lambda: bool(moved_ms))
        assert moved_ms[0] >= opened_ms[0]
        await stop(task)
        await finished(broker)


@pytest.mark.parametrize("half", ["read", "write"])
async def test_a_certificate_that_does_not_hold_is_the_link_s_fault(half: str) -> None:
    """MicroPython's TLS says so by ValueError, in whichever of the two shook hands."""

    def distrust(*_: object) -> None:
        raise ValueError("\nThe certificate validity has expired\n")

    async def shunned(peer: Peer) -> None:
        await peer.closed()

    async with (
        broker_doing(stay, shunned, stay) as broker,
        running(broker.port) as pendant,
    ):
        await pendant.until(lambda: pendant.links == [True])
        opened = pendant.client._open_stream

        async def open_stream() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            reader, writer = await opened()
            pendant.client._open_stream = opened
            if half == "read":
                reader.read = distrust  # type: ignore[method-assign,assignment]  # as TLS does
            else:
                writer.write = distrust  # type: ignore[method-assign,assignment]  # as TLS does
            return reader, writer

        pendant.client._open_stream = open_stream
        pendant.client.leave()
        await until(lambda: "expired" in pendant.client.last_fault)
        await pendant.until(lambda: pendant.links[-1] is True and len(pendant.links) == 3)
