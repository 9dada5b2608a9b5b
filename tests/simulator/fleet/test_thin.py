"""A thin client says what a pendant says and believes only what its hub signed."""

import asyncio
from collections.abc import Callable

from protocol import codec, messages, topics
from protocol.messages import Beat, Booted, Receipt, SosPressed, Standing, UpMessage, open_press
from protocol.record import Message
from simulator.fleet import thin as module
from simulator.fleet.ear import Ear
from simulator.fleet.tally import Tally
from simulator.fleet.thin import Thin
from tests.firmware.fake_broker import Peer, broker_doing

NAME = "p-w1"
SECRET = bytes(range(32))
HUB_MS = 1_800_000_000_000
QUICK_S = 0.02


def now_s() -> float:
    return asyncio.get_running_loop().time()


def client(port: int, tally: Tally, beat_s: float = 60) -> Thin:
    return Thin(NAME, SECRET, "secret", port, beat_s, tally, now_s)


async def said(peer: Peer) -> tuple[str, bytes, UpMessage]:
    """The next publication: topic, token, message. QoS 1 is acknowledged."""
    packet = await peer.packet()
    assert packet[0] >> 4 == 3
    qos, end = packet[0] >> 1 & 3, 3 + int.from_bytes(packet[1:3], "big")
    topic, token = packet[3:end].decode(), packet[end + 2 * bool(qos) :]
    if qos:
        await peer.send(b"\x40\x02" + packet[end : end + 2])
    message = codec.unseal(token, NAME, codec.up_key(SECRET), up=True)
    assert isinstance(message, UpMessage)
    return topic, token, message


async def tell(peer: Peer, message: Message, secret: bytes = SECRET) -> None:
    token = codec.seal(message, NAME, codec.down_key(secret))
    topic = topics.down(NAME).encode()
    body = len(topic).to_bytes(2, "big") + topic + token
    length = bytes([len(body) & 0x7F | 0x80, len(body) >> 7])
    await peer.send(b"\x30" + length + body)


def receipt(message: UpMessage, token: bytes) -> Receipt:
    return Receipt(
        pendant=NAME, boot=message.boot, seq=message.seq, sha=codec.sha(token), hub_ms=HUB_MS
    )


def standing(version: int, resolved: list[str]) -> Standing:
    return Standing(
        pendant=NAME, version=version, boot=messages.NO_BOOT, beat=0, hub_ms=HUB_MS,
        valid_ms=35_000, phase="off", visit="", tracker=True, go_in="", prompt="", sos="",
        sos_state="none", resolved=resolved,
    )  # fmt: skip


async def until(wanted: Callable[[], bool]) -> None:
    """A fault of the client's shows as a time-out here."""
    async with asyncio.timeout(5):
        while not wanted():  # noqa: ASYNC110 - the client has no events for tests
            await asyncio.sleep(0.005)


async def test_it_says_who_it_is_and_then_beats() -> None:
    tally = Tally()

    async def script(peer: Peer) -> None:
        await peer.welcome()
        topic, _, booted = await said(peer)
        assert isinstance(booted, Booted) and topic == topics.up(NAME, "event")
        topic, _, beat = await said(peer)
        assert isinstance(beat, Beat) and topic == topics.up(NAME, "beat")
        _, _, second = await said(peer)
        assert second.seq > beat.seq

    async with broker_doing(script) as broker:
        thin = client(broker.port, tally, QUICK_S)
        await thin.begin()
        await broker.finished.wait()
        assert tally.thin_connected == 1 and tally.beats >= 2
        thin.end()
        await until(lambda: tally.thin_connected == 0)
    assert tally.dropped == 0


async def test_a_press_is_resent_as_it_was_until_its_own_receipt() -> None:
    tally = Tally()
    module_again, module.AGAIN_S = module.AGAIN_S, QUICK_S

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await said(peer)
        thin.press()
        topic, token, sos = await said(peer)
        assert isinstance(sos, SosPressed) and topic == topics.up(NAME, "sos")
        await tell(peer, receipt(sos, token + b"other"))
        assert (await said(peer))[1] == token
        assert tally.waiting() == 1
        await tell(peer, receipt(sos, token), secret=bytes(32))
        await until(lambda: tally.refused == 1)
        assert tally.waiting() == 1
        await tell(peer, receipt(sos, token))
        await until(lambda: not tally.waiting())

    try:
        async with broker_doing(script) as broker:
            thin = client(broker.port, tally)
            await thin.begin()
            await broker.finished.wait()
            thin.end()
    finally:
        module.AGAIN_S = module_again
    (press,) = tally.sos
    assert press.thin and press.made and press.receipt_s >= press.at_s


async def test_its_beats_name_the_press_until_a_person_ends_it_and_echo_the_standing() -> None:
    tally = Tally()

    async def next_beat(peer: Peer) -> Beat:
        while True:
            _, token, message = await said(peer)
            if isinstance(message, Beat):
                return message
            if isinstance(message, SosPressed):
                pressed.append(message.identity())
                await tell(peer, receipt(message, token))

    async def script(peer: Peer) -> None:
        await peer.welcome()
        thin.press()
        while not pressed:
            beat = await next_beat(peer)
        assert (await next_beat(peer)).open == [open_press(pressed[0], SosPressed.TYPE)]
        await tell(peer, standing(7, pressed))
        beat = await next_beat(peer)
        while beat.standing != 7:
            beat = await next_beat(peer)
        assert beat.open == [] and beat.heard_ms == HUB_MS

    pressed: list[str] = []
    async with broker_doing(script) as broker:
        thin = client(broker.port, tally, QUICK_S)
        await thin.begin()
        await broker.finished.wait()
        thin.end()
    assert tally.standings == 1


async def test_it_comes_back_with_what_has_no_receipt_yet() -> None:
    tally = Tally()
    tokens: list[bytes] = []

    async def first(peer: Peer) -> None:
        await peer.welcome()
        await said(peer)
        thin.press()
        tokens.append((await said(peer))[1])

    async def second(peer: Peer) -> None:
        await peer.welcome()
        assert isinstance((await said(peer))[2], Booted)
        _, token, sos = await said(peer)
        tokens.append(token)
        await tell(peer, receipt(sos, token))
        await until(lambda: not tally.waiting())

    async with broker_doing(first, second) as broker:
        thin = client(broker.port, tally)
        await thin.begin()
        await broker.finished.wait()
        thin.end()
    assert tokens[0] == tokens[1]
    assert tally.dropped == 1


async def test_the_ear_counts_beats_and_standings_and_nothing_else() -> None:
    tally = Tally()

    async def script(peer: Peer) -> None:
        await peer.greet()
        subscribe = await peer.packet()
        assert topics.up(NAME, "beat").encode() in subscribe
        assert topics.down(NAME).encode() in subscribe
        await tell(peer, standing(1, []))
        await tell(peer, Receipt(pendant=NAME, boot="0" * 16, seq=1, sha="0" * 32, hub_ms=HUB_MS))
        topic = topics.up(NAME, "beat").encode()
        await peer.send(b"\x30" + bytes([len(topic) + 4]) + b"\0" + bytes([len(topic)]))
        await peer.send(topic + b"xx")
        await until(lambda: tally.beats == 1)

    async with broker_doing(script) as broker:
        ear = Ear("secret", [NAME], tally)
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: ear, "127.0.0.1", broker.port)
        await broker.finished.wait()
        ear.end()
    assert (tally.beats, tally.standings) == (1, 1)
