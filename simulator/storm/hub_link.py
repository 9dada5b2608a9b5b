"""The hub's two sessions with the broker: the production Link over a paho of virtual time.

Rules: what is subscribed, put in the inbox, acknowledged in which order and on which connection,
and when a session counts as stuck is hub/link.py's own code; only paho (sockets, threads, its
reconnects) is replaced. A calm session costs no events: the probes of a watch that looks every
second are reckoned, and really sent from the moment that something disturbs the path.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, cast

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from hub.devices.broker import BEATS_USER, EVENTS_USER, PROBE_ROOT
from hub.inbox import Inbox, Item
from hub.link import CONNECT_S, KEEPALIVE_S, PROBE_EVERY_MS, RETRY_S, Link
from hub.settings import BrokerAt, Login
from protocol.topics import BEAT_FILTERS, EVENT_FILTERS, down
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

LOOK_EVERY_MS = 1_000  # as hub/ingest.py's watch
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
        self._session = session
        self._wire: Wire | None = None
        self._dial: Dial | None = None
        self._rest: Due | None = None
        self._rest_s = 0
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
        wire.up.send(Connect(USERS[self._session], False, KEEPALIVE_S))

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
                        self._session,
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

    def disturbed(self) -> None:
        """Its own pings are slower than the watch's probes: nothing to do."""


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


class StormLink(Link):
    """The production Link; `look` comes when it would change something."""

    def __init__(
        self,
        timeline: Timeline,
        seen: Seen,
        broker: Broker,
        path: Path,
        session: str,
        filters: Sequence[tuple[str, int]],
        inbox: "_Put",
    ) -> None:
        self._timeline = timeline
        self._make = lambda: Paho(timeline, seen, broker, path, session)
        login = Login(USERS[session], "")
        # Of an inbox a Link only knows `put`.
        super().__init__(
            session, BrokerAt(), login, filters, cast(Inbox, inbox), lambda: timeline.now_ms
        )
        self._path = path
        self._paho: Paho | None = None
        self._is_ended = False
        self._look_due: Due | None = None
        path.ends.append(self)

    def start(self) -> None:
        paho = self._paho = self._make()
        paho.on_connect = self._on_connect
        paho.on_connect_fail = self._on_connect_fail
        paho.on_disconnect = self._on_disconnect
        paho.on_subscribe = self._on_subscribe
        paho.on_message = self._on_message
        self._probed_ms, self._is_faulty = None, False
        self._client = cast(mqtt.Client, paho)
        self._thread = threading.current_thread()  # the only one there is
        paho.connect_async()

    def _replace(self, old: mqtt.Client, why: str) -> None:
        self.restarts += 1
        self._lose(f"{why}; restarted")
        cast(Paho, old).quit()
        self.start()

    def end(self, vanish: bool, cut: bool) -> None:
        """The process is no more."""
        self._is_ended = True
        self._client = None
        if self._look_due is not None:
            self._look_due.cancel()
        if self in self._path.ends:
            self._path.ends.remove(self)
        if self._paho is not None:
            if vanish:
                self._paho.vanish()
            else:
                self._paho.quit(cut)

    # The watch.

    def opened(self, wire: Wire) -> None:
        """A path knows its ends by this; the connection is paho's."""

    def unreached(self) -> None:
        """As above."""

    def disturbed(self) -> None:
        if self._is_ended or self._look_due is not None:
            return
        now_ms = self._timeline.now_ms
        if self._heard_ms and self._probed_ms is not None:
            # The last probe of a calm path was sent and heard less than PROBE_EVERY_MS ago.
            self._probed_ms = now_ms - (now_ms - self._probed_ms) % PROBE_EVERY_MS
            self._heard_ms = max(self._heard_ms, self._probed_ms)
        self._look_due = self._timeline.after(LOOK_EVERY_MS, self._look)

    def _look(self) -> None:
        """Until a probe that was sent after the disturbance has come back."""
        self._look_due = None
        before_ms = self._probed_ms
        self.look()
        is_heard = before_ms is not None and before_ms == self._probed_ms
        is_heard = is_heard and self._heard_ms >= (self._probed_ms or 0)
        if self._is_ended:
            return
        if not (is_heard and self._path.is_open):
            self._look_due = self._timeline.after(LOOK_EVERY_MS, self._look)


class _Put:
    """An inbox as far as a Link knows it."""

    def __init__(self, put: Callable[[Item], None]) -> None:
        self.put = put


class HubLink:
    """What hub/ingest.py is to a hub: one life of its process long."""

    def __init__(
        self,
        timeline: Timeline,
        seen: Seen,
        broker: Broker,
        path: Path,
        put: Callable[[Item], None],
    ) -> None:
        inbox = _Put(put)
        filters = {
            "events": [(each, 1) for each in EVENT_FILTERS],
            "beats": [(each, 0) for each in BEAT_FILTERS],
        }
        self._links = {
            session: StormLink(timeline, seen, broker, path, session, wanted, inbox)
            for session, wanted in filters.items()
        }
        self.events, self.beats = self._links["events"], self._links["beats"]

    def start(self) -> None:
        for link in self._links.values():
            link.start()

    def die(self, power_loss: bool = False, cut: bool = False) -> None:
        """The process is killed: the kernel tells the broker. The power goes: nobody does.
        `cut`: acknowledgements that were still in the socket are lost with it."""
        for link in self._links.values():
            link.end(power_loss, cut)

    def ack(self, session: str, connection: int, mid: int, qos: int) -> None:
        self._links[session].ack(connection, mid, qos)

    def tell(self, pendant: str, token: bytes) -> bool:
        return self.events.publish(down(pendant), token)
