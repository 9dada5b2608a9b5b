"""paho's client in virtual time: what hub/link.py needs of it, and how it comes back.

Rules: acknowledgements are the owner's (`manual_ack`), the session is persistent, QoS 1 of ours is
sent again with DUP on the next connection (MQTT 3.1.1 section 4.4), and the pauses between attempts
are those that the owner's `reconnect_delay_set` asks for. Its own pings are left out: the owner's
probes notice a silent path long before them.
"""

from collections.abc import Sequence
from typing import Any

from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from hub.brokers import lane_of
from hub.devices.broker import BEATS_USER, EVENTS_USER, PROBE_ROOT
from hub.link import CONNECT_S, KEEPALIVE_S, RETRY_S
from simulator.storm.broker import Broker
from simulator.storm.packets import (
    CONNACK,
    END,
    PUBACK,
    PUBLISH,
    SUBACK,
    Connect,
    Sent,
    Subscribe,
)
from simulator.storm.seen import Carried, Seen
from simulator.storm.timeline import Due, Timeline
from simulator.storm.wires import Dial, Path, Wire

USERS = {"events": EVENTS_USER, "beats": BEATS_USER}


class Paho:
    """What hub/link.py needs of paho 2's Client: manual acknowledgements, persistent session."""

    def __init__(
        self, timeline: Timeline, seen: Seen, broker: Broker, path: Path, session: str
    ) -> None:
        self.on_connect: Any = None
        self.on_connect_fail: Any = None
        self.on_disconnect: Any = None
        self.on_subscribe: Any = None
        self.on_message: Any = None
        self._timeline = timeline
        self._seen = seen
        self._broker = broker
        self._path = path
        self._lane = lane_of(session)
        self._wire: Wire | None = None
        self._dial: Dial | None = None
        self._rest: Due | None = None
        self._rest_s = 0
        self.connected_ms = 0
        self._is_connected = False
        self._is_ended = False
        self._last_mid = 0
        self._unacked: dict[int, Sent] = {}

    # What Link calls.

    def connect_async(self) -> None:
        limit_ms = int(CONNECT_S * 1000)
        self._dial = Dial(self._timeline, self._path, self._broker, self, limit_ms)

    def is_connected(self) -> bool:
        return self._is_connected

    def subscribe(self, filters: Sequence[tuple[str, int]]) -> None:
        self._send(Subscribe(self._next_mid(), list(filters)))

    def ack(self, mid: int, _qos: int) -> None:
        self._send(Sent(PUBACK, mid))

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> "_Published":
        if not qos:
            if self._wire is None:
                return _Published(MQTTErrorCode.MQTT_ERR_NO_CONN)
            self._wire.up.send(Sent(PUBLISH, 0, b"", topic, payload))
            return _TAKEN
        mid = self._next_mid()
        self._unacked[mid] = Sent(PUBLISH, mid, b"", topic, payload, 1)
        self._send(self._unacked[mid])
        return _TAKEN

    def _send(self, packet: Sent) -> None:
        if self._wire is not None:
            self._wire.up.send(packet)

    def _next_mid(self) -> int:
        self._last_mid = self._last_mid % 0xFFFF + 1
        return self._last_mid

    # Its life.

    def quit(self, cut: bool = False) -> None:
        """Closed, and never heard again; `cut` loses what was written last."""
        self._end()
        if self._wire is not None:
            self._wire.closed_by_client(cut)
            self._wire = None

    def vanish(self) -> None:
        """As the machine's power goes: nobody is told."""
        self._end()
        if self._wire is not None:
            self._wire.forget()
            self._wire = None

    def _end(self) -> None:
        self._is_ended, self._is_connected = True, False
        if self._dial is not None:
            self._dial.cancel()
        if self._rest is not None:
            self._rest.cancel()

    def opened(self, wire: Wire) -> None:
        self._dial, self._wire = None, wire
        wire.down.ends_at(self._take)
        wire.up.send(Connect(USERS[self._lane], False, KEEPALIVE_S))

    def unreached(self) -> None:
        self._dial = None
        self.on_connect_fail(self, None)
        self._back_off()

    def _back_off(self) -> None:
        """paho's reconnect_delay_set: the first, then doubled up to the second."""
        if not self._is_ended:
            self._rest_s = min(self._rest_s * 2, RETRY_S[1]) if self._rest_s else RETRY_S[0]
            self._rest = self._timeline.after(self._rest_s * 1000, self.connect_async)

    # Packets.

    def _take(self, packet: Sent) -> None:
        kind = packet.kind
        if kind == PUBLISH:
            if not packet.topic.startswith(PROBE_ROOT):
                self._seen.add(
                    Carried(
                        self._timeline.now_ms,
                        self._lane,
                        packet.topic,
                        packet.payload,
                        packet.forged,
                    )
                )
            self.on_message(self, None, packet)
        elif kind == CONNACK:
            self._connected()
        elif kind == PUBACK:
            self._unacked.pop(packet.packet_id, None)
        elif kind == SUBACK:
            codes = [_reason(PacketTypes.SUBACK, code) for code in packet.codes]
            self.on_subscribe(self, None, packet.packet_id, codes, None)
        elif kind == END:
            self._lost()

    def _connected(self) -> None:
        self._is_connected, self._rest_s = True, 0
        self.connected_ms = self._timeline.now_ms
        self.on_connect(self, None, None, _SUCCESS, None)
        for packet in list(self._unacked.values()):
            packet.dup = True
            self._send(packet)

    def _lost(self) -> None:
        if self._wire is not None:
            self._wire.over()
            self._wire = None
        self._is_connected = False
        self.on_disconnect(self, None, None, _UNSPECIFIED, None)
        self._back_off()


def _reason(kind: int, code: int) -> ReasonCode:
    made: Any = ReasonCode  # paho left it without types
    reason: ReasonCode = made(kind, identifier=code)
    return reason


class _Published:
    """paho's MQTTMessageInfo, as far as it is read."""

    def __init__(self, rc: MQTTErrorCode) -> None:
        self.rc = rc


_TAKEN = _Published(MQTTErrorCode.MQTT_ERR_SUCCESS)
_SUCCESS = _reason(PacketTypes.CONNACK, 0)
_UNSPECIFIED = _reason(PacketTypes.DISCONNECT, 128)
