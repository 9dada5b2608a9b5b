"""What the MQTT client keeps over connections, what goes first, and when it tries again."""

import asyncio

import pytest

from firmware import mqtt
from firmware.mqtt import backoff_ms
from firmware.mqtt_packets import encode_publish
from protocol.errors import LocalProtocolError
from tests.firmware.fake_broker import Peer, broker_doing
from tests.firmware.mqtt_rig import (
    LIMIT_S,
    Pendant,
    puback,
    published,
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


async def test_unacknowledged_come_again_with_dup_in_order_sos_first() -> None:
    seen: list[tuple[bool, bytes, bytes]] = []

    async def takes_four_answers_one(peer: Peer) -> None:
        await peer.welcome()
        first = await peer.packet()
        for _ in range(3):
            await peer.packet()
        await peer.send(puback(first))
        await peer.send(encode_publish("d/p-1", b"now", 0, 0, False))

    async def again(peer: Peer) -> None:
        await peer.greet()
        seen.extend([published(await peer.packet()) for _ in range(2)])  # before the SUBSCRIBE
        await peer.subscribed()
        seen.extend([published(await peer.packet()) for _ in range(3)])
        for _, packet_id, _payload in seen:
            await peer.send(b"\x40\x02" + packet_id)
        await peer.send(encode_publish("d/p-1", b"done", 0, 0, False))
        await peer.closed()

    async with (
        broker_doing(takes_four_answers_one, again) as broker,
        running(broker.port) as pendant,
    ):
        for payload in (b"a", b"b", b"c"):
            pendant.client.publish("t", payload, 1)
        pendant.client.publish("t", b"sos 1", 1, urgent=False)
        await pendant.until(lambda: pendant.links == [True, False])
        pendant.client.publish("t", b"sos 1", 1, urgent=True)  # the same, now urgent
        pendant.client.publish("t", b"d", 1)
        pendant.client.publish("t", b"sos 2", 1, urgent=True)
        await pendant.until(lambda: pendant.messages[-1:] == [("d/p-1", b"done")])
        assert pendant.client._messages == []
    assert [(dup, payload) for dup, _, payload in seen] == [
        (True, b"sos 1"),
        (False, b"sos 2"),
        (True, b"b"),
        (True, b"c"),
        (False, b"d"),
    ]
    assert len({packet_id for _, packet_id, _ in seen}) == 5


async def test_sos_overtakes_what_is_queued_on_a_living_link() -> None:
    seen: list[bytes] = []

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(encode_publish("d/p-1", b"go", 0, 0, False))
        seen.extend([published(await peer.packet())[2] for _ in range(6)])
        await peer.closed()

    async with broker_doing(script) as broker, running(broker.port) as pendant:
        await pendant.until(lambda: bool(pendant.messages))
        for number in range(5):
            pendant.client.publish("t", b"%d" % number, 1)
        pendant.client.publish("t", b"sos", 1, urgent=True)
        await until(lambda: len(seen) == 6)
    assert seen == [b"sos", b"0", b"1", b"2", b"3", b"4"]


async def test_same_message_waits_once_and_beats_make_room() -> None:
    pendant = Pendant(1)
    client = pendant.client
    assert not client.publish("t", b"beat", 0), "no link: a beat would be stale"
    for number in range(mqtt.MAX_QUEUED):
        assert client.publish("t", b"%d" % number, 1)
        assert client.publish("t", b"%d" % number, 1)
    assert len(client._messages) == mqtt.MAX_QUEUED
    assert not client.publish("t", b"one too many", 1)
    assert client.publish("t", b"sos", 1, urgent=True), "routine goes before an SOS does"
    assert [message.payload for message in client._messages] == [
        *(b"%d" % number for number in range(1, mqtt.MAX_QUEUED)),
        b"sos",
    ]


async def test_sos_is_never_dropped_for_another() -> None:
    client = Pendant(1).client
    for number in range(mqtt.MAX_QUEUED):
        assert client.publish("t", b"sos %d" % number, 1, urgent=True)
    assert not client.publish("t", b"sos again", 1, urgent=True)
    assert client._messages[0].payload == b"sos 0"


async def test_unlawful_publish_is_our_fault_at_once() -> None:
    with pytest.raises(LocalProtocolError):
        Pendant(1).client.publish("t/#", b"", 1)


async def test_press_cuts_the_back_off_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "BACKOFF_FIRST_MS", 3_600_000)
    monkeypatch.setattr(mqtt, "BACKOFF_LIMIT_MS", 3_600_000)

    async def cut(peer: Peer) -> None:
        await peer.packet()

    async with broker_doing(cut, stay) as broker, running(broker.port) as pendant:
        await until(lambda: bool(pendant.client.last_fault))
        assert broker.connections == 1
        pendant.client.hurry()
        await pendant.until(lambda: pendant.links == [True])
        pendant.client.hurry()  # up: must not shorten a later back-off
        assert not pendant.client._hurry.is_set()


async def test_press_during_an_attempt_shortens_what_follows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mqtt, "BACKOFF_FIRST_MS", 3_600_000)
    monkeypatch.setattr(mqtt, "BACKOFF_LIMIT_MS", 3_600_000)
    asked = asyncio.Event()

    async def silent(peer: Peer) -> None:
        await peer.packet()
        asked.set()
        await peer.closed()

    async with broker_doing(silent, stay) as broker, running(broker.port) as pendant:
        await asyncio.wait_for(asked.wait(), LIMIT_S)
        pendant.client.hurry()
        await pendant.until(lambda: pendant.links == [True])


async def test_nobody_listens_then_somebody_does() -> None:
    async with broker_doing(stay) as broker:
        pendant = Pendant(broker.port)
        refusals = 0

        async def open_stream() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            nonlocal refusals
            refusals += 1
            if refusals < 4:
                raise ConnectionRefusedError
            return await asyncio.open_connection("127.0.0.1", broker.port)

        pendant.client._open_stream = open_stream
        task = asyncio.create_task(pendant.client.run())
        await pendant.until(lambda: pendant.links == [True])
        await stop(task)


async def test_connect_that_never_returns_is_given_up() -> None:
    async with broker_doing(stay) as broker:
        pendant = Pendant(broker.port)
        tries = 0

        async def open_stream() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            nonlocal tries
            tries += 1
            if tries == 1:
                await asyncio.Event().wait()
            return await asyncio.open_connection("127.0.0.1", broker.port)

        pendant.client._open_stream = open_stream
        task = asyncio.create_task(pendant.client.run())
        await pendant.until(lambda: pendant.links == [True])
        await stop(task)


async def test_back_off_doubles_within_bounds_and_jitters() -> None:
    lowest = [backoff_ms(attempt, 0) for attempt in range(6)]
    highest = [backoff_ms(attempt, 255) for attempt in range(6)]
    assert lowest == [5, 10, 20, 20, 20, 20]
    assert highest == [10, 20, 40, 40, 40, 40]
    assert backoff_ms(1_000_000, 255) == 40, "no overflow however long the night"
