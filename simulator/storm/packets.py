"""Whole MQTT 3.1.1 control packets, as they travel through the storm.

Rule: what a pendant sends is encoded by the firmware and read here from those bytes; what it gets
is the very class that the firmware's own parser makes. Section numbers are those of MQTT 3.1.1.
"""

from firmware.mqtt_packets import CONNACK, PINGRESP, PUBACK, PUBLISH, SUBACK, Packet

CONNECT = 1
SUBSCRIBE = 8
PINGREQ = 12
DISCONNECT = 14
END = 0  # no packet of MQTT: the connection was closed or reset, after all that came before it

__all__ = [
    "CONNACK",
    "CONNECT",
    "DISCONNECT",
    "END",
    "PINGREQ",
    "PINGRESP",
    "PUBACK",
    "PUBLISH",
    "SUBACK",
    "SUBSCRIBE",
    "Connect",
    "Sent",
    "Subscribe",
    "read",
]


class Sent(Packet):
    """A packet on its way. `forged`: an attacker made it, which no receiver can see."""

    def __init__(
        self,
        kind: int,
        packet_id: int = 0,
        codes: bytes = b"",
        topic: str = "",
        payload: bytes = b"",
        qos: int = 0,
        dup: bool = False,
        forged: bool = False,
    ) -> None:
        self.kind = kind
        self.packet_id = packet_id
        self.codes = codes
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.dup = dup
        self.forged = forged

    @property
    def present(self) -> bool:
        """CONNACK: a session of this client's was there (section 3.2.2.2)."""
        return bool(self.packet_id)

    @property
    def mid(self) -> int:
        """The packet id as paho calls it."""
        return self.packet_id


class Connect(Sent):
    """CONNECT (section 3.1). The client id is the user's name: `use_username_as_clientid`."""

    def __init__(self, client: str, clean: bool, keepalive_s: int) -> None:
        super().__init__(CONNECT)
        self.client = client
        self.clean = clean
        self.keepalive_s = keepalive_s


class Subscribe(Sent):
    """SUBSCRIBE (section 3.8) with its filters, each with the QoS asked for."""

    def __init__(self, packet_id: int, filters: list[tuple[str, int]]) -> None:
        super().__init__(SUBSCRIBE, packet_id)
        self.filters = filters


def read(packet: bytes) -> Sent:
    """One whole packet of a client's, as firmware/mqtt_packets encodes them."""
    at = 1
    while packet[at] & 0x80:  # the remaining length (section 2.2.3)
        at += 1
    at += 1
    first = packet[0]
    kind = first >> 4
    if kind == PUBLISH:
        qos = first >> 1 & 3
        end = at + 2 + (packet[at] << 8 | packet[at + 1])
        start = end + 2 if qos else end
        return Sent(
            PUBLISH,
            int.from_bytes(packet[end:start], "big"),
            b"",
            packet[at + 2 : end].decode(),
            packet[start:],
            qos,
            bool(first & 0x08),
        )
    packet_id = int.from_bytes(packet[at : at + 2], "big")
    if kind == SUBSCRIBE:
        return Subscribe(packet_id, _filters(packet[at + 2 :]))
    if kind in (PUBACK, PINGREQ):
        return Sent(kind, packet_id)
    raise ValueError(f"no packet of our client's: type {kind}")


def _filters(body: bytes) -> list[tuple[str, int]]:
    filters = []
    while body:
        end = 2 + int.from_bytes(body[:2], "big")
        filters.append((body[2:end].decode(), body[end]))
        body = body[end + 1 :]
    return filters
