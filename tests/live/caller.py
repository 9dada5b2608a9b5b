"""Whoever calls the broker: a plain client that notes what it hears, or a stranger at the door.

Rule: what became of a call is said, the end of TLS or MQTT's answer, and it is never tried twice.
"""

import socket
import ssl
import threading
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from firmware.mqtt_packets import encode_connect
from hub.devices import certificates
from hub.devices.certificates import BROKER_NAME, Credential
from tests.live.real_broker import PASSWORDS, RealBroker, wait_until

LIMIT_S = 10.0
TURNED_AWAY = "turned away by TLS"
CLOSED = "closed without a word"


class Caller:
    """A plain client that notes what it hears. MQTT 5 only to be told when the ACL says no (3.1.1
    acknowledges all the same)."""

    def __init__(
        self,
        real: RealBroker,
        user: str,
        password: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.connected = threading.Event()
        self.code = -1
        self.granted: list[int] = []
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=user, protocol=mqtt.MQTTv5)
        if tls is None:
            known = PASSWORDS.get(user) if password is None else password
            self.client.username_pw_set(user, known)
        else:
            self.client.tls_set_context(tls)
        self.client.on_connect = self._on_connect
        self.client.on_message = lambda _c, _u, m: self.heard.append((m.topic, bytes(m.payload)))
        self.client.on_subscribe = lambda _c, _u, _m, codes, _p: self.granted.extend(
            code.value for code in codes
        )
        self.published: list[int] = []
        self.client.on_publish = lambda _c, _u, _m, code, _p: self.published.append(code.value)
        self.client.connect("127.0.0.1", real.port)
        self.client.loop_start()
        wait_until(self.connected.is_set, what=f"CONNACK for {user}")

    def _on_connect(
        self, _c: mqtt.Client, _u: object, _f: object, code: ReasonCode, _p: Properties | None
    ) -> None:
        self.code = code.value
        self.connected.set()

    def subscribe(self, topic: str) -> int:
        self.granted.clear()
        self.client.subscribe(topic, 1)
        wait_until(lambda: bool(self.granted), what=f"SUBACK for {topic}")
        return self.granted[0]

    def publish(self, topic: str, payload: bytes = b"x") -> int:
        self.published.clear()
        self.client.publish(topic, payload, 1)
        wait_until(lambda: bool(self.published), what=f"PUBACK for {topic}")
        return self.published[0]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def shown(folder: Path, ca: Credential, own: Credential | None) -> ssl.SSLContext:
    """Trusts that authority and shows that certificate, or none. `folder`: for its files."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cadata=ca.cert_der)
    if own is not None:
        folder.mkdir(exist_ok=True)
        certificates.write(folder, "own", own)
        paths = certificates.cert_file(folder, "own"), certificates.key_file(folder, "own")
        context.load_cert_chain(*paths)
    return context


def knock(
    port: int, context: ssl.SSLContext | None, client_id: str, user: str = "", password: str = ""
) -> str:
    """CONNECT once: `connack 0`, `connack 5`, TURNED_AWAY or CLOSED."""
    try:
        with _call(port, context) as call:
            call.sendall(encode_connect(client_id, user, password))
            heard = call.recv(4)  # TLS 1.3 says only here that it did not like our certificate
    except ssl.SSLError:
        return TURNED_AWAY
    except ConnectionError:
        return CLOSED
    return f"connack {heard[3]}" if len(heard) == 4 else CLOSED


def _call(port: int, context: ssl.SSLContext | None) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), LIMIT_S)
    if context is None:
        return plain
    with plain:  # TLS has taken it over, or it is closed
        return context.wrap_socket(plain, server_hostname=BROKER_NAME)
