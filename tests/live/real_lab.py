"""Histories on a real mosquitto, with paho for the clients.

Rule: the settings are the shipped ones, but for the limits of the queues.
"""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGHUP
from socket import SHUT_RDWR
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from hub.devices import broker as shipped
from tests.live.broker_lab import Client
from tests.live.real_broker import PASSWORDS, RealBroker, wait_until

BARRIER = "barrier"
LIMIT_S = 10.0
RELOADED = "Reloading config."


@dataclass
class RealClient(Client):
    paho: Any = None
    connected: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    granted: threading.Event = field(default_factory=threading.Event)


class RealLab:
    """mosquitto with the shipped settings, but for the limits, and paho for the clients."""

    def __init__(self, folder: Path, limits: tuple[int, int]) -> None:
        self._real = RealBroker(folder)
        text = (folder / shipped.CONF).read_text(encoding="utf-8")
        for limit, (name, old) in zip(
            limits,
            (
                ("max_inflight_messages", shipped.MAX_INFLIGHT),
                ("max_queued_messages", shipped.MAX_QUEUED),
            ),
            strict=True,
        ):
            assert f"{name} {old}\n" in text
            text = text.replace(f"{name} {old}\n", f"{name} {limit}\n")
        # To be told when it has read its rules again.
        self._real.write(shipped.CONF, text + "log_type information\n")
        self._real.start()
        self._clients: list[RealClient] = []

    def connect(self, user: str, clean: bool = False) -> RealClient:
        client = RealClient(user)
        client.paho = paho = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=user,
            clean_session=clean,
            protocol=mqtt.MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        paho.username_pw_set(user, PASSWORDS[user])

        def connected(_c: Any, _u: Any, flags: Any, _code: Any, _p: Any) -> None:
            client.log.append("session present" if flags.session_present else "no session")
            client.there = True
            client.connected.set()

        def disconnected(*_: Any) -> None:
            if client.there:
                client.log.append("closed by the broker")
            client.there = False
            client.gone.set()

        def came(_c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
            client.came(
                message.topic, bytes(message.payload), message.qos, message.mid, message.dup
            )

        paho.on_connect = connected
        paho.on_disconnect = disconnected
        paho.on_message = came
        paho.on_subscribe = lambda *_: client.granted.set()
        paho.connect("127.0.0.1", self._real.port)
        paho.loop_start()
        self._wait(client.connected)
        for other in self._clients:  # a client id has one connection
            if other.user == user and other.there:
                self._wait(other.gone)
        self._clients.append(client)
        self._settle()
        return client

    def subscribe(self, client: Client, *filters: tuple[str, int]) -> None:
        assert isinstance(client, RealClient)
        client.granted.clear()
        client.paho.subscribe(list(filters))
        self._wait(client.granted)
        self._settle()

    def publish(self, client: Client, topic: str, *payloads: str, qos: int = 1) -> None:
        assert isinstance(client, RealClient)
        for payload in payloads:
            client.paho.publish(topic, payload.encode(), qos).wait_for_publish(LIMIT_S)
        self._settle()

    def acknowledge(self, client: Client, *mids: int) -> None:
        assert isinstance(client, RealClient)
        for mid in mids:
            client.held.remove(mid)
            client.paho.ack(mid, 1)
        self._settle()

    def drop(self, client: Client) -> None:
        assert isinstance(client, RealClient)
        said = f"Client {client.user} closed its connection"
        times = self._real.log.count(said)
        client.there = False
        client.paho.socket().shutdown(SHUT_RDWR)
        self._wait(client.gone)
        client.paho.loop_stop()
        wait_until(lambda: self._real.log.count(said) > times, LIMIT_S, said)
        self._settle()

    def restart(self) -> None:
        self._settle()
        self._real.kill()
        for client in self._clients:
            if client.there:
                self._wait(client.gone)
        self._real.start()

    def revoke(self, *pendants: str) -> None:
        self._settle()
        times = self._real.log.count(RELOADED)
        self._real.write(shipped.ACL, shipped.acl(pendants))
        self._real.signal(SIGHUP)
        wait_until(lambda: self._real.log.count(RELOADED) > times, LIMIT_S, RELOADED)
        self._settle()

    def close(self) -> None:
        for client in self._clients:
            client.paho.disconnect()
            client.paho.loop_stop()
            client.paho = None  # it closes its own sockets when nobody knows it any more
        self._real.kill()

    def _settle(self) -> None:
        """The broker answers each client in order: with its SUBACK everything before has come.
        Twice, because what one has said the others hear."""
        for _ in range(2):
            for client in self._clients:
                if client.there:
                    client.granted.clear()
                    client.paho.subscribe(BARRIER)
                    self._wait(client.granted)

    @staticmethod
    def _wait(event: threading.Event) -> None:
        assert event.wait(LIMIT_S), "the broker did not answer"
