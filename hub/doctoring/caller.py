"""One client of the broker for the doctor: connect, say, hear, go, each within its time.

Rule: no thread and no session of the hub's; whatever the broker does, the call comes back. It
speaks MQTT 5 only where the broker's refusals must be told (3.1.1 acknowledges what the access list
denied; MQTT 5 section 3.4.2.1 names it), else 3.1.1 as every pendant does.
"""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from hub.brokers import unreached
from hub.settings import BrokerAt, Login

CONNECT_S = 5.0
ANSWER_S = 5.0
KEEPALIVE_S = 30
LOOK_S = 0.05


class Caller:
    """`tls`: as whom it shows itself there; `login`: where the broker goes by passwords."""

    def __init__(
        self,
        at: BrokerAt,
        client_id: str,
        tls: ssl.SSLContext | None = None,
        login: Login | None = None,
        tells_refusals: bool = False,
        keeps_session: bool = False,
    ) -> None:
        self._at = at
        self.heard: list[tuple[str, bytes]] = []
        self.had_session = False
        self._code: ReasonCode | None = None
        self._codes: dict[int, int] = {}  # packet id -> the broker's answer
        self._lost = False
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            # MQTT 5 takes its clean start with the connect.
            clean_session=None if tells_refusals else not keeps_session,
            protocol=mqtt.MQTTv5 if tells_refusals else mqtt.MQTTv311,
        )
        if tls is not None:
            client.tls_set_context(tls)
        if login is not None and login.user:
            client.username_pw_set(login.user, login.password)
        client.connect_timeout = CONNECT_S
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = lambda _c, _u, message: self._hear(message)
        client.on_publish = lambda _c, _u, mid, code, _p: self._answer(mid, code.value)
        client.on_subscribe = lambda _c, _u, mid, codes, _p: self._answer(mid, codes[0].value)
        self._client = client

    # What paho tells, from within `_loop`.

    def _on_connect(
        self, _c: mqtt.Client, _u: Any, flags: mqtt.ConnectFlags, code: ReasonCode, _p: Any
    ) -> None:
        self._code, self.had_session = code, flags.session_present

    def _on_disconnect(self, *_: Any) -> None:
        self._lost = True

    def _hear(self, message: mqtt.MQTTMessage) -> None:
        with suppress(UnicodeDecodeError):  # a topic that is no text is not ours
            self.heard.append((message.topic, bytes(message.payload)))

    def _answer(self, mid: int, code: int) -> None:
        self._codes[mid] = code

    # What the doctor asks for.

    def until(self, condition: Callable[[], bool], limit_s: float = ANSWER_S) -> bool:
        """Whether it came true in time; not after the connection is gone."""
        end_s = time.monotonic() + limit_s
        while not condition():
            if self._lost or time.monotonic() > end_s:
                return False
            if self._client.loop(LOOK_S) != mqtt.MQTT_ERR_SUCCESS:
                self._lost = True
        return True

    def will(self, topic: str, payload: bytes) -> None:
        """What the broker is to say at QoS 1 when this client vanishes; before `open`."""
        self._client.will_set(topic, payload, qos=1)

    def open(self) -> str:
        """Connect. "" when the broker let us in, else why not."""
        try:
            self._client.connect(self._at.host, self._at.port, KEEPALIVE_S)
        except OSError as exc:
            return unreached(self._at, exc)
        if not self.until(lambda: self._code is not None):
            return "the broker closed the connection" if self._lost else "no answer to CONNECT"
        code = self._code
        return "" if code is not None and not code.is_failure else f"refused: {code}"

    def subscribe(self, topic: str) -> bool:
        """At QoS 1; whether it was granted."""
        mid = self._client.subscribe(topic, 1)[1]
        return mid is not None and self.until(lambda: mid in self._codes) and self._codes[mid] <= 2

    def publish(self, topic: str, payload: bytes) -> int | None:
        """At QoS 1; the broker's reason code, or None when it did not answer."""
        mid = self._client.publish(topic, payload, 1).mid
        return self._codes[mid] if self.until(lambda: mid in self._codes) else None

    def is_lost(self, limit_s: float) -> bool:
        """Whether the broker ends the connection within that time."""
        self.until(lambda: False, limit_s)
        return self._lost

    def certificate(self) -> bytes:
        """What the broker showed, in DER; b"" without TLS."""
        sock = self._client.socket()
        return (sock.getpeercert(True) or b"") if isinstance(sock, ssl.SSLSocket) else b""

    def vanish(self) -> None:
        """Without a word: the broker publishes the will."""
        sock = self._client.socket()
        if isinstance(sock, socket.socket):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def close(self) -> None:
        """In good order: DISCONNECT first."""
        with suppress(OSError):
            self._client.disconnect()
            self.until(lambda: False, LOOK_S)
        self.vanish()
