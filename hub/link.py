"""One persistent MQTT session of the hub: connect, subscribe, receive, acknowledge, stay alive.

Rules: nothing that arrives may stop the loop thread; a message is acknowledged only after the
engine's commit, in the order of hub/acknowledging.py. What the hub hears of itself proves the loop
alive.
"""

import logging
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from hub.acknowledging import Acknowledging
from hub.brokers import LinkHealth, lane_of, turned_away, unreached
from hub.devices.broker import probe_topic
from hub.inbox import FromPendant, Inbox, LinkChanged
from hub.settings import BrokerAt, Login

log = logging.getLogger("hub.link")

KEEPALIVE_S = 15
CONNECT_S = 5.0
RETRY_S = (1, 5)  # paho doubles from the first to the second; it is one hub, so without jitter
PROBE_EVERY_MS = 10_000
PROBE_LIMIT_MS = 5_000  # nothing heard for so long after a probe: the loop is dead or stuck
QUIT_S = 2.0
FAREWELL_S = 1.0
RIVAL = " If it comes and goes every second, another hub uses the same users of the broker."
DRAINED = b"drained"
ALIVE = b"alive"


def monotonic_ms() -> int:
    """Link time never scales (docs/architecture.md)."""
    return time.monotonic_ns() // 1_000_000


class Link:
    """One of the sessions, see hub/brokers.py. `look` is called each second by whoever watches."""

    def __init__(
        self,
        session: str,
        at: BrokerAt,
        login: Login,
        filters: Sequence[tuple[str, int]],
        inbox: Inbox,
        now_ms: Callable[[], int] = monotonic_ms,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.session = session
        self.lane = lane_of(session)
        self._at = at
        self._login = login
        self._tls = tls
        self._filters = [*filters, (probe_topic(self.lane), 1)]
        self._inbox = inbox
        self._now_ms = now_ms
        self._lock = threading.RLock()  # paho may call back in the calling thread
        self._acknowledging = Acknowledging()  # begins anew with every connect and disconnect
        self._said: tuple[bool, str] | None = None
        self._heard_ms = 0
        self._probed_ms: int | None = None
        self.drained = threading.Event()  # all that the broker had kept for us has arrived
        self._is_faulty = False
        self._is_answered = False  # the broker has said something since the connection was opened
        self.received = 0
        self.restarts = 0
        self._client: mqtt.Client | None = None
        self._thread: threading.Thread | None = None

    # Life of the client. Started and restarted by one thread (the starter, then the watch).

    def start(self) -> None:
        client = self._new_client()
        self._probed_ms, self._is_faulty, self._is_answered = None, False, False
        self._client = client
        client.connect_async(self._at.host, self._at.port, KEEPALIVE_S)
        others = set(threading.enumerate())
        client.loop_start()
        name = f"paho-mqtt-client-{self._client_id}"
        new = [thread for thread in threading.enumerate() if thread not in others]
        self._thread = next((thread for thread in new if thread.name == name), None)

    @property
    def _client_id(self) -> str:
        return f"allswell-hub-{self.lane}"

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            clean_session=False,
            protocol=mqtt.MQTTv311,
            manual_ack=True,
        )
        if self._tls is not None:
            client.tls_set_context(self._tls)
        if self._login.user:
            client.username_pw_set(self._login.user, self._login.password)
        client.connect_timeout = CONNECT_S
        client.reconnect_delay_set(*RETRY_S)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_socket_open = _no_delay
        return client

    def stop(self) -> None:
        """Leave in good order; the broker keeps the session and what comes meanwhile."""
        client = self._client
        if client is not None and client.is_connected():
            # Once this comes back the broker has read our last acknowledgements; a socket closed
            # with something unread in it would take them along.
            self.drained.clear()
            client.publish(probe_topic(self.lane), DRAINED, qos=1)
            self.drained.wait(FAREWELL_S)
        self._client = None
        if client is not None:
            _quit(client)

    def look(self) -> None:
        """Probe the loop; a dead or stuck one is replaced and told."""
        now_ms = self._now_ms()
        client = self._client
        if client is None:
            return
        if self._thread is None or not self._thread.is_alive():
            self._replace(client, "the loop thread died")
        elif self._is_faulty:
            self._replace(client, "a message could not be taken")
        elif not client.is_connected():
            self._probed_ms = None
        elif self._probed_ms is None or self._heard_ms >= self._probed_ms:
            if self._probed_ms is None or now_ms - self._probed_ms >= PROBE_EVERY_MS:
                self._probed_ms = now_ms
                client.publish(probe_topic(self.lane), ALIVE)
        elif now_ms - self._probed_ms > PROBE_LIMIT_MS:
            self._replace(client, "the loop is stuck: it no longer hears itself")

    def _replace(self, old: mqtt.Client, why: str) -> None:
        self.restarts += 1
        self._lose(f"{why}; restarted")
        _quit(old)
        self.start()

    # From paho's loop thread. Whatever an old client still says is not listened to.

    def _on_connect(self, client: mqtt.Client, _u: Any, _f: Any, code: ReasonCode, _p: Any) -> None:
        if client is not self._client:
            return
        self._is_answered = True
        if code.is_failure:
            user = self._client_id if self._tls is not None else self._login.user
            self._say(False, f"the broker refused the hub's user {user!r}: {code}")
            return
        with self._lock:
            self._acknowledging.begin()
        # At each connect: some brokers forget what a persistent session had subscribed to.
        client.subscribe(self._filters)

    def _on_subscribe(
        self, client: mqtt.Client, _u: Any, _mid: int, codes: list[ReasonCode], _p: Any
    ) -> None:
        if client is not self._client:
            return
        refused = [
            topic for (topic, _), code in zip(self._filters, codes, strict=True) if code.is_failure
        ]
        if refused:
            self._say(False, f"the broker refused the subscription to {', '.join(refused)}")
            return
        self._say(True, "")
        # Comes back after everything that the broker had kept for us: one queue, in order.
        client.publish(probe_topic(self.lane), DRAINED, qos=1)

    def _on_connect_fail(self, client: mqtt.Client, _u: Any) -> None:
        if client is self._client:
            # paho calls while it handles what went wrong.
            self._say(False, unreached(self._at, sys.exc_info()[1]))

    def _on_disconnect(
        self, client: mqtt.Client, _u: Any, _f: Any, code: ReasonCode, _p: Any
    ) -> None:
        if client is not self._client:
            return
        # TLS 1.3 (RFC 8446 section 4.4.2): the server's refusal comes after our handshake.
        is_refused = self._tls is not None and not self._is_answered
        lost = f"the connection was lost: {code}.{RIVAL}"
        self._lose(turned_away(self._at, self._client_id) if is_refused else lost)
        self._is_answered = False

    def _lose(self, why: str) -> None:
        with self._lock:
            self._acknowledging.begin()
        if self._said is None or self._said[0]:
            self._say(False, why)

    def _on_message(self, client: mqtt.Client, _u: Any, message: mqtt.MQTTMessage) -> None:
        # Whatever it is: an exception here would end paho's loop while is_connected() stays true.
        # What could not be put in the inbox is not acknowledged: a new client gets it once more.
        try:
            self._receive(client, message)
        except Exception:
            log.exception("message not taken session=%s", self.session)
            self._is_faulty = True

    def _receive(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        if client is not self._client:
            return
        self._heard_ms = self._now_ms()
        mid, qos = message.mid, message.qos
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "not-utf-8"
        with self._lock:
            connection = self._acknowledging.received(mid, qos)
        if topic == self._filters[-1][0]:
            if bytes(message.payload) == DRAINED:
                self.drained.set()
            self.ack(connection, mid, qos)
            return
        self.received += 1
        item = FromPendant(self.session, topic, bytes(message.payload), mid, qos, connection)
        self._inbox.put(item)

    def _say(self, up: bool, note: str) -> None:
        if self._said == (up, note):
            return
        self._said = (up, note)
        level = logging.INFO if up else logging.ERROR
        log.log(level, "link %s session=%s %s", "up" if up else "down", self.session, note)
        self._inbox.put(LinkChanged(self.session, up, note))

    # From the engine's thread.

    def ack(self, connection: int, mid: int, qos: int) -> None:
        """It is committed: that is sent for it, or will be, which hub/acknowledging.py says."""
        with self._lock:
            client = self._client
            if client is None:
                return
            for ready in self._acknowledging.committed(connection, mid, qos):
                client.ack(ready, 1)

    def publish(self, topic: str, token: bytes) -> bool:
        """Whether it was taken for sending. Nothing is kept for a broker that is away: what it
        would have answered is resent by the pendant.

        At QoS 0, receipts too: a pendant has a clean session and resends its press until the
        receipt has come, so an acknowledgement of the broker's would prove nothing to anybody. It
        cost a fifth of the hub's time, and the broker a save of its store, for each receipt.
        """
        client = self._client
        if client is None or not client.is_connected():
            return False
        return client.publish(topic, token, 0).rc == mqtt.MQTT_ERR_SUCCESS

    def health(self) -> LinkHealth:
        up, note = self._said or (False, "connecting")
        with self._lock:
            waiting = len(self._acknowledging)
        return LinkHealth(self.session, up, note, self.received, self.restarts, waiting)


def _no_delay(_client: mqtt.Client, _u: Any, sock: Any) -> None:
    """An acknowledgement must not wait for the next one (RFC 896's delay)."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _quit(client: mqtt.Client) -> None:
    """End a client; one whose thread is stuck is left behind, deaf, after QUIT_S."""

    def leave() -> None:
        client.disconnect()
        client.loop_stop()

    leaving = threading.Thread(target=leave, name="mqtt-leaving", daemon=True)
    leaving.start()
    leaving.join(QUIT_S)
