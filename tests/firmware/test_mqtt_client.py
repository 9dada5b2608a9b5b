"""The MQTT client against a broker that misbehaves in each way that has hung other clients."""

import asyncio

import pytest

from firmware.mqtt_packets import encode_publish
from tests.firmware.fake_broker import CONNACK_OK, PINGRESP_BYTES, Peer, broker_doing
from tests.firmware.mqtt_rig import (
    LIMIT_S,
    Pendant,
    finished,
    puback,
    published,
    running,
    shorten,
    stay,
    until,
)

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch)


async def test_link_comes_up_when_the_subscription_is_granted() -> None:
    granted = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.greet()
        await granted.wait()
        await peer.subscribed()
        await peer.closed()

    async with broker_doing(script) as broker, running(broker.port) as pendant:
        await until(lambda: pendant.client._greeted)
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
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]  # typed as a write end
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
