"""The same short history on a real mosquitto and on the storm's model of it.

Rule: a history may only ask for what both laboratories can do, and sees only what a client sees:
packets, in order, and the ends of its connections. Both wait until everything that was asked for
has been answered, each in its own way, and never for a time.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path as Folder
from socket import SHUT_RDWR
from typing import Any, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from hub.devices import broker as shipped
from simulator.storm.access import Access
from simulator.storm.broker import Broker
from simulator.storm.chance import Chance
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
from simulator.storm.rates import CALM
from simulator.storm.seen import Seen
from simulator.storm.timeline import Timeline
from simulator.storm.wires import Dial, Path, Wire
from tests.live.real_broker import PASSWORDS, REVOKED, RealBroker, wait_until

BARRIER = "barrier"
LIMIT_S = 10.0


@dataclass
class Client:
    """One connection of a user's, as its owner sees it."""

    user: str
    log: list[str] = field(default_factory=list)
    held: list[int] = field(default_factory=list)  # packet ids not acknowledged, as received
    there: bool = False

    def came(self, topic: str, payload: bytes, qos: int, mid: int, dup: bool) -> None:
        if qos:
            self.held.append(mid)
        mark = f"{'dup ' if dup else ''}#{mid}" if qos else "qos 0"
        self.log.append(f"{topic} {payload.decode()} {mark}")


class Lab(Protocol):
    """What a history may do."""

    def connect(self, user: str, clean: bool = False) -> Client:
        """A new connection, CONNACK included; what the broker sends at once has arrived."""

    def subscribe(self, client: Client, *filters: tuple[str, int]) -> None: ...

    def publish(self, client: Client, topic: str, *payloads: str, qos: int = 1) -> None:
        """Acknowledged by the broker, if QoS 1, and delivered to everybody who is there."""

    def acknowledge(self, client: Client, *mids: int) -> None: ...

    def drop(self, client: Client) -> None:
        """Its socket closes, without DISCONNECT."""

    def restart(self) -> None:
        """The broker is killed and started again."""


@dataclass
class RealClient(Client):
    paho: Any = None
    connected: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)
    granted: threading.Event = field(default_factory=threading.Event)


class RealLab:
    """mosquitto with the shipped settings, but for the limits, and paho for the clients."""

    def __init__(self, folder: Folder, limits: tuple[int, int]) -> None:
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
        self._real.write(shipped.CONF, text)
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


@dataclass
class ModelClient(Client):
    lab: "ModelLab | None" = None
    clean: bool = False
    wire: Wire | None = None
    last_mid: int = 0
    owed: set[int] = field(default_factory=set)

    def opened(self, wire: Wire) -> None:
        self.wire = wire
        wire.down.ends_at(self.take)
        wire.up.send(Connect(self.user, self.clean, 60))

    def unreached(self) -> None:
        raise AssertionError("a calm path to a broker that runs")

    def next_mid(self) -> int:
        self.last_mid += 1
        return self.last_mid

    def take(self, packet: Sent) -> None:
        if packet.kind == CONNACK:
            self.log.append("session present" if packet.present else "no session")
            self.there = True
        elif packet.kind == PUBLISH:
            self.came(packet.topic, packet.payload, packet.qos, packet.packet_id, packet.dup)
        elif packet.kind in (PUBACK, SUBACK):
            self.owed.remove(packet.packet_id)
        elif packet.kind == END:
            if self.there:
                self.log.append("closed by the broker")
            self.there = False


class ModelLab:
    """The storm's broker, and clients that only speak MQTT."""

    def __init__(self, limits: tuple[int, int]) -> None:
        self._timeline = Timeline(0)
        chance, seen = Chance(1), Seen()
        self._broker = Broker(self._timeline, chance, CALM, seen, limits)
        self._broker.access = Access(REVOKED)
        self._path = Path(self._timeline, chance, CALM, seen, "lab")

    def connect(self, user: str, clean: bool = False) -> ModelClient:
        client = ModelClient(user, clean=clean)
        Dial(self._timeline, self._path, self._broker, client, 5_000)
        self._settle()
        assert client.there
        return client

    def subscribe(self, client: Client, *filters: tuple[str, int]) -> None:
        self._ask(client, lambda mid: Subscribe(mid, list(filters)))

    def publish(self, client: Client, topic: str, *payloads: str, qos: int = 1) -> None:
        for payload in payloads:
            if qos:
                self._ask(client, self._publication(topic, payload))
            else:
                self._send(client, Sent(PUBLISH, 0, b"", topic, payload.encode(), 0))

    @staticmethod
    def _publication(topic: str, payload: str) -> Callable[[int], Sent]:
        return lambda mid: Sent(PUBLISH, mid, b"", topic, payload.encode(), 1)

    def acknowledge(self, client: Client, *mids: int) -> None:
        for mid in mids:
            client.held.remove(mid)
            self._send(client, Sent(PUBACK, mid))

    def drop(self, client: Client) -> None:
        assert isinstance(client, ModelClient)
        assert client.wire is not None
        client.there = False
        client.wire.closed_by_client()
        self._settle()

    def restart(self) -> None:
        self._settle()
        self._broker.stop()
        self._settle()
        self._broker.start()

    def close(self) -> None:
        """Nothing to give back."""

    def _ask(self, client: Client, make: Callable[[int], Sent]) -> None:
        assert isinstance(client, ModelClient)
        mid = client.next_mid()
        client.owed.add(mid)
        self._send(client, make(mid))
        assert not client.owed, "the broker did not answer"

    def _send(self, client: Client, packet: Sent) -> None:
        assert isinstance(client, ModelClient)
        assert client.wire is not None
        client.wire.up.send(packet)
        self._settle()

    def _settle(self) -> None:
        """On a calm path nothing takes as long as this."""
        self._timeline.run_for(10_000)


def told(clients: Sequence[Client]) -> list[tuple[str, list[str]]]:
    """What each of them saw, in order."""
    return [(client.user, list(client.log)) for client in clients]
