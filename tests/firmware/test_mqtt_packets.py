"""MQTT packets byte for byte, in any chunks, from a hostile broker."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import mqtt
from firmware.mqtt_packets import (
    CONNACK,
    KEEPALIVE_S,
    MAX_PACKET_BYTES,
    PINGREQ_BYTES,
    PINGRESP,
    PUBACK,
    PUBLISH,
    SUBACK,
    Packet,
    Parser,
    encode_connect,
    encode_puback,
    encode_publish,
    encode_subscribe,
)
from protocol.errors import LocalProtocolError, RemoteProtocolError


def told(packet: Packet) -> tuple[int, int, bytes, str, bytes, int]:
    return (
        packet.kind,
        packet.packet_id,
        packet.codes,
        packet.topic,
        packet.payload,
        packet.qos,
    )


def parsed(data: bytes) -> list[tuple[int, int, bytes, str, bytes, int]]:
    return [told(packet) for packet in Parser().feed(data)]


def test_connect_with_will_and_credentials() -> None:
    assert encode_connect("p-7", "user", "key", ("w/t", b"gone"), 60) == (
        b"\x10\x25"  # CONNECT, 37 bytes
        b"\x00\x04MQTT\x04"  # protocol level 4
        b"\xce\x00\x3c"  # username, password, will at QoS 1 not retained, clean; 60 s
        b"\x00\x03p-7\x00\x03w/t\x00\x04gone\x00\x04user\x00\x03key"
    )


def test_connect_at_its_barest() -> None:
    assert encode_connect("p", keepalive_s=20) == b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x14\x00\x01p"


def test_publish_bytes() -> None:
    assert encode_publish("a/b", b"x", 0, 0, False) == b"\x30\x06\x00\x03a/bx"
    assert encode_publish("a/b", b"x", 1, 258, False) == b"\x32\x08\x00\x03a/b\x01\x02x"
    assert encode_publish("a/b", b"x", 1, 258, True) == b"\x3a\x08\x00\x03a/b\x01\x02x"


def test_remaining_length_grows_a_digit_at_128() -> None:
    assert encode_publish("t", b"z" * 124, 0, 0, False)[:2] == b"\x30\x7f"
    assert encode_publish("t", b"z" * 125, 0, 0, False)[:3] == b"\x30\x80\x01"


def test_puback_subscribe_and_ping_bytes() -> None:
    assert encode_puback(0x1234) == b"\x40\x02\x12\x34"
    assert encode_subscribe(1, ("a", "b/#")) == b"\x82\x0c\x00\x01\x00\x01a\x01\x00\x03b/#\x01"
    assert PINGREQ_BYTES == b"\xc0\x00"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: encode_publish("a/#", b"", 0, 0, False),
        lambda: encode_publish("a/+", b"", 0, 0, False),
        lambda: encode_publish("", b"", 0, 0, False),
        lambda: encode_publish("a", b"", 2, 1, False),
        lambda: encode_publish("a", b"x" * MAX_PACKET_BYTES, 0, 0, False),
        lambda: encode_subscribe(1, ()),
        lambda: encode_connect("p" * 65536),
    ],
)
def test_what_we_may_not_send_is_our_own_fault(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(LocalProtocolError):
        ask()


GOOD = (
    b"\x20\x02\x00\x00"  # CONNACK accepted
    b"\x90\x04\x00\x01\x01\x80"  # SUBACK, one granted, one refused
    b"\x40\x02\x00\x07"  # PUBACK 7
    b"\x32\x09\x00\x03a/b\x00\x09hi"  # PUBLISH QoS 1
    b"\x31\x05\x00\x03a/b"  # PUBLISH QoS 0, retained, empty
    b"\xd0\x00"  # PINGRESP
)
GOOD_TOLD = [
    (CONNACK, 0, b"\x00", "", b"", 0),
    (SUBACK, 1, b"\x01\x80", "", b"", 0),
    (PUBACK, 7, b"", "", b"", 0),
    (PUBLISH, 9, b"", "a/b", b"hi", 1),
    (PUBLISH, 0, b"", "a/b", b"", 0),
    (PINGRESP, 0, b"", "", b"", 0),
]


def test_what_a_broker_sends() -> None:
    assert parsed(GOOD) == GOOD_TOLD


@given(st.lists(st.integers(0, len(GOOD)), max_size=12))
def test_chunks_do_not_matter(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(GOOD)]
    parser = Parser()
    packets: list[Packet] = []
    for start, end in itertools.pairwise(edges):
        packets += parser.feed(GOOD[start:end])
    assert [told(packet) for packet in packets] == GOOD_TOLD


@given(
    st.text(st.characters(exclude_characters="\0+#", codec="utf-8"), min_size=1, max_size=40),
    st.binary(max_size=300),
    st.integers(0, 1),
    st.integers(1, 0xFFFF),
    st.booleans(),
)
def test_what_we_publish_is_what_a_peer_reads(
    topic: str, payload: bytes, qos: int, packet_id: int, dup: bool
) -> None:
    data = encode_publish(topic, payload, qos, packet_id, dup)
    assert parsed(data) == [(PUBLISH, packet_id if qos else 0, b"", topic, payload, qos)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x30\xff\xff\xff\xff\x01", "packet"),  # five digits of length
        (b"\x30\x81\x40", "oversized"),  # 8193 bytes announced: refused before they come
        (b"\x34\x06\x00\x01a\x00\x01x", "packet"),  # QoS 2
        (b"\x36\x06\x00\x01a\x00\x01x", "packet"),  # QoS 3
        (b"\x30\x01\x00", "packet"),  # no room for the topic's length
        (b"\x30\x03\x00\x05a", "packet"),  # topic longer than the packet
        (b"\x32\x03\x00\x01a", "packet"),  # QoS 1 without a packet id
        (b"\x32\x05\x00\x01a\x00\x00", "packet"),  # packet id zero
        (b"\x30\x03\x00\x01\xff", "packet"),  # topic not UTF-8
        (b"\x30\x03\x00\x01\x00", "packet"),  # NUL in the topic
        (b"\x30\x03\x00\x01#", "packet"),  # wildcard in a name
        (b"\x30\x02\x00\x00", "packet"),  # empty topic
        (b"\x21\x02\x00\x00", "packet"),  # reserved flags
        (b"\x20\x03\x00\x00\x00", "packet"),  # CONNACK too long
        (b"\x90\x02\x00\x01", "packet"),  # SUBACK without a code
        (b"\xd0\x01\x00", "packet"),  # PINGRESP with a body
        (b"\x10\x00", "packet"),  # a broker does not CONNECT
        (b"\x50\x02\x00\x01", "packet"),  # PUBREC: QoS 2 again
        (b"\x00\x00", "packet"),  # type 0
    ],
)
def test_hostile_bytes_are_refused_by_name(data: bytes, reason: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        Parser().feed(data)
    assert caught.value.reason == reason


@given(st.lists(st.binary(max_size=64), max_size=8))
def test_noise_raises_nothing_else(chunks: list[bytes]) -> None:
    parser = Parser()
    try:
        for chunk in chunks:
            parser.feed(chunk)
    except RemoteProtocolError as error:
        assert error.reason in ("packet", "oversized")


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 7))
def test_any_flipped_bit_is_understood_or_refused(at: int, bit: int) -> None:
    data = bytearray(GOOD)
    data[at] ^= 1 << bit
    try:
        Parser().feed(bytes(data))
    except RemoteProtocolError as error:
        assert error.reason in ("packet", "oversized")


def test_the_largest_packet_arrives_and_the_parser_is_ready_for_the_next() -> None:
    body = b"\x00\x01t" + b"x" * (MAX_PACKET_BYTES - 3)
    data = b"\x30\x80\x40" + body + b"\xd0\x00"
    parser = Parser()
    packets = [
        packet for at in range(0, len(data), 100) for packet in parser.feed(data[at : at + 100])
    ]
    assert [packet.kind for packet in packets] == [PUBLISH, PINGRESP]
    assert packets[0].payload == body[3:]


def test_a_dead_link_is_found_before_the_broker_gives_the_pendant_up() -> None:
    assert mqtt.TURN_MS < mqtt.ACK_MS < mqtt.PING_AFTER_MS
    assert mqtt.PING_AFTER_MS + mqtt.ACK_MS < KEEPALIVE_S * 1000
    assert (mqtt.BACKOFF_FIRST_MS, mqtt.BACKOFF_LIMIT_MS) == (500, 8000)
