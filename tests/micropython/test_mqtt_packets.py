"""MQTT packets inside the interpreter: the same bytes, and hostile ones refused by name."""

from firmware.mqtt_packets import (
    PUBACK,
    PUBLISH,
    Parser,
    encode_connect,
    encode_puback,
    encode_publish,
    encode_subscribe,
)
from protocol.errors import LocalProtocolError, RemoteProtocolError


def test_bytes_out() -> None:
    assert encode_connect("p-7", "user", "key", ("w/t", b"gone"), 60) == (
        b"\x10\x25\x00\x04MQTT\x04\xce\x00\x3c"
        b"\x00\x03p-7\x00\x03w/t\x00\x04gone\x00\x04user\x00\x03key"
    )
    assert encode_publish("a/b", b"x", 1, 258, True) == b"\x3a\x08\x00\x03a/b\x01\x02x"
    assert encode_puback(0x1234) == b"\x40\x02\x12\x34"
    assert encode_subscribe(1, ("a",)) == b"\x82\x06\x00\x01\x00\x01a\x01"


def test_byte_by_byte_in() -> None:
    data = encode_publish("a/b", bytes(range(256)), 1, 9, False) + b"\x40\x02\x00\x07"
    parser, packets = Parser(), []
    for at in range(len(data)):
        packets += parser.feed(data[at : at + 1])
    assert [packet.kind for packet in packets] == [PUBLISH, PUBACK]
    assert packets[0].topic == "a/b" and packets[0].payload == bytes(range(256))
    assert packets[1].packet_id == 7


def test_hostile_bytes_raise_remote_protocol_error_only() -> None:
    refused = 0
    good = b"\x32\x09\x00\x03a/b\x00\x09hi\x90\x03\x00\x01\x01\x40\x02\x00\x07\xd0\x00"
    for at in range(len(good)):
        for bit in range(8):
            data = bytearray(good)
            data[at] ^= 1 << bit
            try:
                Parser().feed(bytes(data))
            except RemoteProtocolError as error:
                assert error.reason in ("packet", "oversized")
                refused += 1
    assert refused > 40


def test_topic_that_is_not_utf8() -> None:
    try:
        Parser().feed(b"\x30\x03\x00\x01\xff")
    except RemoteProtocolError as error:
        assert error.reason == "packet"
    else:
        raise AssertionError("accepted")


def test_our_own_fault_is_told_apart() -> None:
    try:
        encode_publish("a/#", b"", 0, 0, False)
    except LocalProtocolError:
        return
    raise AssertionError("accepted")
