"""The MQTT client against a broker that misbehaves in each way that has hung other clients."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from firmware import mqtt
from firmware.mqtt import Client, backoff_ms
from firmware.mqtt_packets import encode_connect, encode_publish
from protocol.errors import LocalProtocolError
from tests.firmware.fake_broker import CONNACK_OK, PINGRESP_BYTES, FakeBroker, Peer, broker_doing

pytestmark = pytest.mark.asyncio

LIMIT_S = 20  # of any single wait in these tests; a hang is a failure, not a stall


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
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


async def test_link_comes_up_when_the_subscription_is_granted() -> None:
    granted = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.greet()
        await granted.wait()
        await peer.subscribed()
        await peer.closed()

    async with broker_doing(script) as broker, running(broker.port) as pendant:
        await asyncio.sleep(0.05)
        assert pendant.links == []
        granted.set()
        await pendant.until(lambda: pendant.links == [True])


async def test_message_is_acknowledged_after_the_handler_took_it() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(encode_publish("d/p-1", b"receipt", 1, 77, False))
        assert await peer.packet() == b"\x40\x00\x4d"
        assert taken == [("d/p-1", b"receipt")]
        await peer.send(encode_publish("d/p-1", b"loose", 0, 0, False))
        await peer.closed()

    async with broker_doing(script) as broker, running(broker.port) as pendant:
        taken = pendant.messages
        await pendant.until(lambda: len(taken) == 2)
        assert taken[1] == ("d/p-1", b"loose")


async def test_fault_in_the_handler_is_ours_and_gets_out() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(encode_publish("d/p-1", b"boom", 1, 5, False))
        assert await peer.reader.read() == b""  # not acknowledged

    def explode(topic: str, payload: bytes) -> None:
        raise ZeroDivisionError

    async with broker_doing(script) as broker:
        pendant = Pendant(broker.port)
        pendant.client._on_message = explode
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(pendant.client.run(), LIMIT_S)


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 99])
async def test_refused_connack_is_tried_again(code: int) -> None:
    async def refuse(peer: Peer) -> None:
        await peer.packet()
        await peer.send(bytes([0x20, 2, 0, code]))
        await peer.closed()

    async with broker_doing(refuse, stay) as broker, running(broker.port) as pendant:
        await pendant.until(lambda: pendant.links == [True])
        assert "refused" in pendant.client.last_fault
        assert broker.connections == 2


async def test_other_packet_than_connack_first() -> None:
    async def wrong(peer: Peer) -> None:
        await peer.packet()
        await peer.send(PINGRESP_BYTES)
        await peer.closed()

    async with broker_doing(wrong, stay) as broker, running(broker.port) as pendant:
        await pendant.until(lambda: pendant.links == [True])
        assert "before CONNACK" in pendant.client.last_fault


async def test_second_connack_ends_the_link() -> None:
    async def wrong(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(CONNACK_OK)
        await peer.closed()

    async with broker_doing(wrong, stay) as broker, running(broker.port) as pendant:
        await pendant.until(lambda: pendant.links == [True, False, True])


async def test_refused_subscription_still_delivers_the_sos() -> None:
    """A revoked pendant may publish its SOS and nothing else (P4): one queued, one said to late."""
    seen: list[bytes] = []

    async def refuse(peer: Peer) -> None:
        await peer.greet()
        sos = await peer.packet()
        subscribe = await peer.packet()
        await peer.send(puback(sos) + b"\x90\x03" + subscribe[1:3] + b"\x80")
        second = await peer.packet()
        await peer.send(puback(second))
        seen.extend([published(sos)[2], published(second)[2]])
        await peer.closed()

    async with broker_doing(refuse, stay) as broker, running(broker.port) as pendant:
        assert pendant.client.publish("t", b"sos", 1, urgent=True)
        await pendant.until(lambda: pendant.links == [True])
        assert pendant.client.publish("t", b"sos 2", 1, urgent=True)
        await pendant.until(lambda: pendant.links == [True, False])
        await until(lambda: "SUBACK" in pendant.client.last_fault)
        await pendant.until(lambda: pendant.links == [True, False, True])
        assert seen == [b"sos", b"sos 2"]


@pytest.mark.parametrize("stall", ["connack", "suback", "puback", "pingresp"])
async def test_every_answer_has_a_deadline(stall: str) -> None:
    async def silent(peer: Peer) -> None:
        if stall == "connack":
            await peer.packet()
        elif stall == "suback":
            await peer.greet()
        elif stall == "puback":
            await peer.welcome()
            published(await peer.packet())
        else:
            await peer.welcome()
            assert await peer.packet() == b"\xc0"
        await peer.closed()

    async with broker_doing(silent, stay) as broker, running(broker.port) as pendant:
        if stall == "puback":
            pendant.client.publish("t", b"x", 1)
        await pendant.until(lambda: pendant.links[-1:] == [True] and broker.connections == 2)
        assert "timeout" in pendant.client.last_fault


async def test_half_open_link_is_found_though_writes_still_succeed() -> None:
    """Nothing comes back, not even a reset, while beats keep going out."""
    beats: list[bytes] = []

    async def deaf(peer: Peer) -> None:
        await peer.welcome()
        while True:
            try:
                beats.append(await peer.packet())
            except (EOFError, ConnectionError):
                return

    async with broker_doing(deaf, stay) as broker, running(broker.port) as pendant:
        await pendant.until(lambda: pendant.links == [True])
        async with asyncio.timeout(LIMIT_S):
            while pendant.links == [True]:
                pendant.client.publish("t", b"beat", 0)
                await asyncio.sleep(0.02)
        assert pendant.links[:2] == [True, False]
        assert b"\xc0" in beats
        assert len(beats) > 2
        await pendant.until(lambda: pendant.links == [True, False, True])


async def test_pings_keep_a_quiet_link() -> None:
    async def answer(peer: Peer) -> None:
        await peer.welcome()
        for _ in range(4):
            assert await peer.packet() == b"\xc0"
            await peer.send(PINGRESP_BYTES)

    async with broker_doing(answer) as broker, running(broker.port) as pendant:
        await finished(broker)
        assert pendant.links[0] is True


async def test_frozen_reader_does_not_block_the_pendant() -> None:
    """The peer stops reading: the write has a deadline, and the event loop turns meanwhile."""

    async def frozen(peer: Peer) -> None:
        await peer.welcome()
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await freed.wait()

    freed = asyncio.Event()
    async with broker_doing(frozen, stay) as broker, running(broker.port) as pendant:
        await pendant.until(lambda: pendant.links == [True])
        turns = 0
        async with asyncio.timeout(LIMIT_S):
            while pendant.links == [True]:
                pendant.client.publish("t", b"x" * 8000, 0)
                turns += 1
                await asyncio.sleep(0.001)
        assert turns > 20
        await pendant.until(lambda: pendant.links[-1] is True and broker.connections == 2)
        freed.set()


async def test_disconnect_in_the_middle_of_a_packet() -> None:
    async def cut(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(b"\x32\x20\x00\x05d/p")

    async with broker_doing(cut, stay) as broker, running(broker.port) as pendant:
        await pendant.until(lambda: pendant.links == [True, False, True])
        assert pendant.messages == []


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
