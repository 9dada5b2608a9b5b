"""Histories on the storm's broker, with clients that only speak MQTT.

Rule: the path is calm, and every step has all the time that it needs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

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
from tests.live.broker_lab import Client
from tests.live.real_broker import REVOKED


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

    def revoke(self, *pendants: str) -> None:
        self._settle()
        self._broker.reload(Access(pendants))

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
