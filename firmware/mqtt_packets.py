"""MQTT 3.1.1 packets without I/O: encode what a pendant sends, parse what a broker sends.

The rule it keeps: bytes in, packets out; what a broker sends is understood or refused by name
(RemoteProtocolError), never anything else. Section numbers are those of the OASIS standard.
"""

from protocol.errors import LocalProtocolError, RemoteProtocolError

MAX_PACKET_BYTES = 8192  # a pendant's heap is 100 KiB; the largest of our messages is under 2 KiB
KEEPALIVE_S = 20  # promised to the broker; mqtt.PING_AFTER_MS keeps it

CONNACK = 2
PUBLISH = 3
PUBACK = 4
SUBACK = 9
PINGRESP = 13
PINGREQ_BYTES = b"\xc0\x00"


def _field(value: bytes) -> bytes:
    if len(value) > 0xFFFF:
        raise LocalProtocolError("MQTT field of %d bytes, limit 65535" % len(value))
    return len(value).to_bytes(2, "big") + value


def _packet(first: int, body: bytes) -> bytes:
    if len(body) > MAX_PACKET_BYTES:
        raise LocalProtocolError("packet of %d bytes, limit %d" % (len(body), MAX_PACKET_BYTES))
    length, head = len(body), bytearray([first])
    while True:
        length, digit = length >> 7, length & 0x7F
        head.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(head) + body


def encode_connect(
    client_id: str,
    username: str = "",
    password: str = "",
    will: "tuple[str, bytes] | None" = None,
    keepalive_s: int = KEEPALIVE_S,
) -> bytes:
    """CONNECT (section 3.1), clean session; a will is QoS 1 and never retained."""
    flags, tail = 0x02, _field(client_id.encode())
    if will is not None:
        flags |= 0x04 | 0x08
        tail += _field(will[0].encode()) + _field(will[1])
    if username:
        flags |= 0x80 | 0x40
        tail += _field(username.encode()) + _field(password.encode())
    head = _field(b"MQTT") + bytes([4, flags]) + keepalive_s.to_bytes(2, "big")
    return _packet(0x10, head + tail)


def encode_publish(topic: str, payload: bytes, qos: int, packet_id: int, dup: bool) -> bytes:
    """PUBLISH (section 3.3), never retained: a retained event replays as a phantom press."""
    if qos not in (0, 1) or not topic or "#" in topic or "+" in topic:
        raise LocalProtocolError("cannot publish to %r with QoS %r" % (topic, qos))
    head = _field(topic.encode()) + (packet_id.to_bytes(2, "big") if qos else b"")
    return _packet(0x30 | (0x08 if dup else 0) | qos << 1, head + payload)


def encode_puback(packet_id: int) -> bytes:
    """PUBACK (section 3.4)."""
    return _packet(0x40, packet_id.to_bytes(2, "big"))


def encode_subscribe(packet_id: int, topics: "tuple[str, ...]") -> bytes:
    """SUBSCRIBE (section 3.8), every filter at QoS 1."""
    if not topics:
        raise LocalProtocolError("SUBSCRIBE without a topic (MQTT-3.8.3-3)")
    body = packet_id.to_bytes(2, "big")
    for topic in topics:
        body += _field(topic.encode()) + b"\x01"
    return _packet(0x82, body)


class Packet:
    """One packet from the broker; fields that its kind does not have keep their empty value."""

    def __init__(self, kind: int, packet_id: int = 0, codes: bytes = b"") -> None:
        self.kind = kind
        self.packet_id = packet_id
        self.codes = codes
        self.topic = ""
        self.payload = b""
        self.qos = 0


def _decode_publish(flags: int, body: bytes) -> Packet:
    qos = flags >> 1 & 3
    if qos > 1:
        raise RemoteProtocolError("packet", "QoS 2, and we never subscribe above 1")
    end = 2 + int.from_bytes(body[:2], "big")
    start = end + 2 * qos
    if len(body) < 2 or start > len(body):
        raise RemoteProtocolError("packet", "PUBLISH shorter than its fields")
    packet = Packet(PUBLISH, int.from_bytes(body[end:start], "big"))
    if qos and not packet.packet_id:
        raise RemoteProtocolError("packet", "packet id zero (MQTT-2.3.1-1)")
    try:
        packet.topic = str(body[2:end], "utf-8")
    except UnicodeError:
        raise RemoteProtocolError("packet", "topic is not UTF-8 (MQTT-1.5.3-1)") from None
    if not packet.topic or any(c in packet.topic for c in "\0+#"):
        raise RemoteProtocolError("packet", "topic empty, NUL or wildcard (MQTT-3.3.2-2)")
    packet.payload, packet.qos = body[start:], qos
    return packet


def _decode(first: int, body: bytes) -> Packet:
    kind, flags = first >> 4, first & 0x0F
    if kind == PUBLISH:
        return _decode_publish(flags, body)
    if flags:
        raise RemoteProtocolError("packet", "reserved bits set (MQTT-2.2.2-2)")
    if kind == CONNACK and len(body) == 2:
        return Packet(CONNACK, 0, body[1:])
    if kind == PUBACK and len(body) == 2:
        return Packet(PUBACK, int.from_bytes(body, "big"))
    if kind == SUBACK and len(body) > 2:
        return Packet(SUBACK, int.from_bytes(body[:2], "big"), body[2:])
    if kind == PINGRESP and not body:
        return Packet(PINGRESP)
    raise RemoteProtocolError("packet", "type %d with %d bytes" % (kind, len(body)))


class Parser:
    """Bytes in, whole packets out; holds at most one unfinished packet."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, chunk: bytes) -> "list[Packet]":
        """The packets that `chunk` completes; RemoteProtocolError ends the connection."""
        data, packets, start = self._pending + chunk, [], 0
        while True:
            length, shift, at = 0, 0, start + 1
            while at < len(data):
                length |= (data[at] & 0x7F) << shift
                shift, at = shift + 7, at + 1
                if not data[at - 1] & 0x80:
                    break
                if shift > 21:
                    raise RemoteProtocolError("packet", "length over four digits (2.2.3)")
            else:
                break
            if length > MAX_PACKET_BYTES:
                raise RemoteProtocolError("oversized", "%d bytes of MQTT packet" % length)
            if at + length > len(data):
                break
            packets.append(_decode(data[start], data[at : at + length]))
            start = at + length
        self._pending = data[start:]
        return packets
