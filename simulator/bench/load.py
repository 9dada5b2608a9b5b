"""Traffic for the benchmarks: signed messages made beforehand, queued at the broker at full speed.

Messages wait in the broker before the clock starts, so that neither signing nor publishing shares
the processor with what is measured.
"""

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from firmware.mqtt_packets import CONNACK, PUBACK, Parser, encode_connect, encode_publish
from protocol import codec, messages, topics
from protocol.record import Message

WINDOW = 500  # unacknowledged messages in flight towards the broker
_MOD = 65_535  # packet identifiers are 1 to 65535 (MQTT 3.1.1 section 2.3.1)


@dataclass(frozen=True, slots=True)
class Pendant:
    """A pendant that exists for the hub and that this process speaks for."""

    id: str
    key_id: str
    secret: bytes
    boot: str


def _said(pendant: Pendant, seq: int, heard_ms: int) -> dict[str, object]:
    """What every message of a pendant inside a visit says."""
    return {
        "pendant": pendant.id,
        "boot": pendant.boot,
        "seq": seq,
        "heard_ms": heard_ms,
        "since_ms": seq % 1000,
        "standing": 0,
        "phase": "inside",
    }


def beat(pendant: Pendant, seq: int, heard_ms: int) -> Message:
    """A beat such as a pendant inside a visit sends."""
    health: dict[str, object] = {"battery_pct": 80, "signal_pct": 60, "dropped": 0, "refused": 0}
    return messages.Beat(**_said(pendant, seq, heard_ms), **health, open=[])


def ok(pendant: Pendant, seq: int, heard_ms: int) -> Message:
    """A visit event: she presses that she is well."""
    return messages.Ok(**_said(pendant, seq, heard_ms), gesture="a-short")


def sealed(pendant: Pendant, message: Message) -> tuple[str, bytes]:
    """(topic, token) of a message."""
    token = codec.seal(message, pendant.key_id, codec.up_key(pendant.secret))
    return topics.up(pendant.id, topics.lane_of(message)), token


class Publisher:
    """A blunt QoS 1 publisher: one socket, a window, no retries; a refusal is an error."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self._socket = socket.create_connection((host, port), timeout=30)
        self._parser = Parser()
        self._socket.sendall(encode_connect(user, user, password))
        if self._read() != [CONNACK]:
            raise ConnectionError("the broker did not accept the publisher")

    def publish_all(self, load: Sequence[tuple[str, bytes]]) -> None:
        """Publish at QoS 1 and wait until the broker has acknowledged every one."""
        acknowledged = 0
        for number, (topic, token) in enumerate(load):
            self._socket.sendall(encode_publish(topic, token, 1, number % _MOD + 1, False))
            while number - acknowledged >= WINDOW:
                acknowledged += self._read().count(PUBACK)
        while acknowledged < len(load):
            acknowledged += self._read().count(PUBACK)

    def shout(self, message: tuple[str, bytes]) -> None:
        """Publish one at QoS 0, as a pendant sends its beats."""
        self._socket.sendall(encode_publish(message[0], message[1], 0, 0, False))

    def close(self) -> None:
        self._socket.close()

    def _read(self) -> list[int]:
        chunk = self._socket.recv(65_536)
        if not chunk:
            raise ConnectionError("the broker closed the publisher's connection")
        return [packet.kind for packet in self._parser.feed(chunk)]


def interleave(*streams: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """One message of each stream in turn: the stated mix."""
    return [each for row in zip(*streams, strict=True) for each in row]
