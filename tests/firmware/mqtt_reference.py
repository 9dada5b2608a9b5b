"""MQTT 3.1.1 from the broker's end, written from the standard and from nothing of ours: what a
broker sends as bytes, and what a pendant sent as fields. Runs on both interpreters.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

    Fields = dict[str, Any]
    Said = tuple[int, int, bytes, str, bytes, int]  # kind, packet id, codes, topic, payload, QoS

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP = 2, 3, 4, 9, 13


def length_digits(length: int) -> bytes:
    """Section 2.2.3: seven bits a digit, least significant first."""
    digits = []
    while True:
        digits.append(length % 128 + (128 if length > 127 else 0))
        length //= 128
        if not length:
            return bytes(digits)


def packet(first: int, body: bytes) -> bytes:
    return bytes([first]) + length_digits(len(body)) + body


def two(number: int) -> bytes:
    return bytes([number // 256, number % 256])


def said_bytes(said: "Said") -> bytes:
    """What a broker sends to say this."""
    kind, number, codes, topic, payload, qos = said
    if kind == CONNACK:
        return packet(0x20, b"\0" + codes)
    if kind == SUBACK:
        return packet(0x90, two(number) + codes)
    if kind == PUBACK:
        return packet(0x40, two(number))
    if kind == PINGRESP:
        return packet(0xD0, b"")
    name = topic.encode()
    return packet(0x30 + 2 * qos, two(len(name)) + name + (two(number) if qos else b"") + payload)


class Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        assert self.left() >= count, "the packet is shorter than its fields"
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self) -> int:
        high, low = self.take(2)
        return high * 256 + low

    def field(self) -> bytes:
        return self.take(self.number())


def split(data: bytes) -> "list[tuple[int, bytes]]":
    """The packets of a stream: first byte and body."""
    reader = Reader(data)
    packets = []
    while reader.left():
        first, length, weight = reader.take(1)[0], 0, 1
        while True:
            digit = reader.take(1)[0]
            length += (digit % 128) * weight
            weight *= 128
            if digit < 128:
                break
            assert weight < 128**4, "a fifth digit of length"
        packets.append((first, reader.take(length)))
    return packets


def fields(first: int, body: bytes) -> "Fields":
    """What a pendant's packet says; AssertionError where the standard forbids it."""
    reader = Reader(body)
    kind = first >> 4
    if kind == 1:  # CONNECT, 3.1
        assert first == 0x10
        assert (reader.field(), reader.take(1)[0]) == (b"MQTT", 4)
        flags = reader.take(1)[0]
        assert not flags & 1, "reserved (MQTT-3.1.2-3)"
        found: Fields = {"kind": "connect", "clean": bool(flags & 2)}
        found["keepalive_s"] = reader.number()
        found["client"] = str(reader.field(), "utf-8")
        if flags & 4:
            assert flags & 0x38 == 0x08, "a will of ours is QoS 1 and never retained"
            found["will"] = (str(reader.field(), "utf-8"), reader.field())
        found["username"] = str(reader.field(), "utf-8") if flags & 0x80 else ""
        found["password"] = str(reader.field(), "utf-8") if flags & 0x40 else ""
    elif kind == PUBLISH:
        qos = first >> 1 & 3
        assert qos < 2 and not first & 1, "QoS 0 or 1, never retained"
        assert qos or not first & 8, "nothing is a duplicate at QoS 0 (MQTT-3.3.1-2)"
        found = {"kind": "publish", "qos": qos, "dup": bool(first & 8)}
        found["topic"] = str(reader.field(), "utf-8")
        found["id"] = reader.number() if qos else 0
        found["payload"] = reader.take(reader.left())
    elif kind == 8:  # SUBSCRIBE
        assert first == 0x82, "reserved bits (MQTT-3.8.1-1)"
        found = {"kind": "subscribe", "id": reader.number(), "topics": []}
        while reader.left():
            found["topics"].append((str(reader.field(), "utf-8"), reader.take(1)[0]))
    elif kind == PUBACK:
        assert first == 0x40
        found = {"kind": "puback", "id": reader.number()}
    elif kind == 14:
        assert first == 0xE0
        found = {"kind": "disconnect"}
    else:
        assert first == 0xC0, "a pendant sends nothing else"
        found = {"kind": "pingreq"}
    assert not reader.left(), "more than its fields"
    return found
