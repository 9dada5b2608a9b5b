"""The broker of the storm: mosquitto 2.0 with the shipped settings, in whole MQTT messages.

Rules: it does what mosquitto does (tests/live compares the two), and it is not trusted: what it
carries it may lose, double and reorder, by the rates. What it acknowledged it still has after a
restart with its memory, and nothing at all after one without.
"""

from collections.abc import Callable, Sequence
from functools import partial

from hub.devices.broker import EVENTS_USER, MAX_INFLIGHT, MAX_QUEUED
from simulator.storm.access import READ, WRITE, Access, matches
from simulator.storm.chance import Chance
from simulator.storm.packets import (
    CONNACK,
    CONNECT,
    DISCONNECT,
    END,
    PINGREQ,
    PINGRESP,
    PUBACK,
    PUBLISH,
    SUBACK,
    SUBSCRIBE,
    Connect,
    Sent,
    Subscribe,
)
from simulator.storm.rates import Rates
from simulator.storm.seen import Acknowledged, Befell, Seen
from simulator.storm.sessions import Outlet, Session
from simulator.storm.timeline import Timeline
from simulator.storm.wires import Take, Wire

REFUSED = 0x80  # SUBACK (section 3.9.3)
HELD_MS = 5_000  # at most, of what is reordered or doubled


class Connection:
    """The broker's end of one wire, from CONNECT on in the name of a client."""

    def __init__(self, broker: "Broker", wire: Wire) -> None:
        self.wire = wire
        self.client = ""
        self.keepalive_ms = 0
        self.deaf_ms = 0  # since when it hears nothing
        self.session: Session | None = None
        self._broker = broker
        self._acts: dict[int, Callable[[Sent], None]] = {
            PUBACK: self._acknowledged,
            CONNECT: self._connect,
            SUBSCRIBE: self._subscribe,
            PINGREQ: self._ping,
            DISCONNECT: self._ended,
            END: self._ended,
        }

    def take(self, packet: Sent) -> None:
        """One packet of the client's."""
        if packet.kind == PUBLISH:
            self._broker.published(self.client, packet.topic, packet.payload, packet.qos)
            if packet.qos:  # also of what the ACL denied: MQTT 3.1.1 has no other answer
                self.wire.down.send(Sent(PUBACK, packet.packet_id))
            return
        self._acts[packet.kind](packet)

    def _connect(self, packet: Sent) -> None:
        assert isinstance(packet, Connect)
        self.client, self.keepalive_ms = packet.client, packet.keepalive_s * 1000
        self._broker.connected(self, packet.clean)

    def _subscribe(self, packet: Sent) -> None:
        assert isinstance(packet, Subscribe)
        codes = self._broker.subscribed(self, packet.filters)
        self.wire.down.send(Sent(SUBACK, packet.packet_id, codes))

    def _acknowledged(self, packet: Sent) -> None:
        if self.session is not None:
            self._broker.acknowledged(self.session, packet.packet_id)

    def _ping(self, _packet: Sent) -> None:
        self.wire.down.send(Sent(PINGRESP))

    def _ended(self, _packet: Sent) -> None:
        self._broker.disconnected(self)
        self.wire.over()


class Broker:
    """Sessions, subscriptions, routing. `limits`: messages in flight and queued, per session."""

    def __init__(
        self,
        timeline: Timeline,
        chance: Chance,
        rates: Rates,
        seen: Seen,
        limits: tuple[int, int] = (MAX_INFLIGHT, MAX_QUEUED),
    ) -> None:
        self.is_up = True
        self.sessions: dict[str, Session] = {}
        self.access = Access()
        self.kept_back: dict[str, Callable[[bytes], None]] = {}  # topic -> who keeps it
        self.refuses: set[str] = set()  # whose subscriptions get 0x80, as not mosquitto's would
        self._timeline = timeline
        self._chance = chance
        self._rates = rates
        self._seen = seen
        self._limits = limits
        self._connections: dict[str, Connection] = {}  # by client
        self._all: list[Connection] = []
        self._routes: dict[str, list[tuple[Session, int]]] = {}

    # Connections.

    def accept(self, wire: Wire) -> Take:
        connection = Connection(self, wire)
        self._all.append(connection)
        return connection.take

    def connected(self, connection: Connection, clean: bool) -> None:
        """CONNECT: the client id is taken over from whoever has it (section 3.1.4), the session
        goes on if both times it is persistent (section 3.1.2.4)."""
        client = connection.client
        self._throw_out(client)
        kept = self._resume(client, clean)
        self._connections[client] = connection
        connection.session = self.sessions[client]
        if connection.session.is_restored:
            connection.session.is_restored = connection.session.is_lost = False
            self._routes.clear()
        connection.wire.down.send(Sent(CONNACK, int(kept), bytes([0])))
        if not kept:
            self._routes.clear()
        connection.session.keep(partial(self.access.may, client, READ))
        connection.session.resumed(connection.wire.down)

    def _resume(self, client: str, clean: bool) -> bool:
        session = self.sessions.get(client)
        if session is not None and not clean and not session.clean:
            return True
        self.sessions[client] = Session(client, clean, self._limits)
        return False

    def _throw_out(self, client: str) -> None:
        old = self._connections.get(client)
        if old is not None:
            self.disconnected(old)
            old.wire.closed_by_broker()
        if (session := self.sessions.get(client)) is not None:
            session.outlet = None  # a rival's too

    def disconnected(self, connection: Connection) -> None:
        """The broker knows that this connection is over."""
        if connection in self._all:
            self._all.remove(connection)
        if self._connections.get(connection.client) is not connection:
            return
        del self._connections[connection.client]
        session = self.sessions[connection.client]
        session.outlet = None
        if session.clean:
            del self.sessions[connection.client]
            self._routes.clear()

    def deaf(self, wire: Wire) -> None:
        """One and a half times the keep-alive, and the client counts as gone (section 3.1.2.10)."""
        for connection in self._all:
            if connection.wire is wire:
                connection.deaf_ms = self._timeline.now_ms
                missed = partial(self._missed, connection, connection.deaf_ms)
                self._timeline.after(connection.keepalive_ms * 3 // 2, missed)

    def _missed(self, connection: Connection, since_ms: int) -> None:
        is_silent = connection.wire.is_deaf and connection.deaf_ms == since_ms
        if is_silent and connection in self._all:
            self.disconnected(connection)
            connection.wire.closed_by_broker()

    # Publications.

    def subscribed(self, connection: Connection, filters: Sequence[tuple[str, int]]) -> bytes:
        if connection.session is None:
            return b""
        if connection.client in self.refuses:
            return bytes([REFUSED] * len(filters))
        for wanted, qos in filters:
            connection.session.subscriptions[wanted] = qos
        self._routes.clear()
        return bytes(qos for _, qos in filters)

    def published(self, client: str, topic: str, payload: bytes, qos: int) -> None:
        if self.access.may(client, WRITE, topic):
            self.route(topic, payload, qos)

    def route(self, topic: str, payload: bytes, qos: int, forged: bool = False) -> None:
        """To everybody who subscribed to it and may hear it."""
        if self.kept_back and not forged and (keep := self.kept_back.get(topic)) is not None:
            keep(payload)
            return
        routes = self._routes.get(topic)
        if routes is None:
            routes = self._routes[topic] = self._find(topic)
        rates = self._rates
        is_faithful = not (rates.lost or rates.doubled or rates.reordered)
        for session, granted in routes:
            if self.access.may(session.client, READ, topic):
                least = min(granted, qos)
                if is_faithful:
                    session.give(topic, payload, least, forged)
                else:
                    self._mishandle(session, topic, payload, least, forged)

    def _find(self, topic: str) -> list[tuple[Session, int]]:
        found = []
        for session in self.sessions.values():
            if session.is_lost:
                continue
            granted = [qos for each, qos in session.subscriptions.items() if matches(each, topic)]
            if granted:
                found.append((session, max(granted)))
        return found

    def _mishandle(
        self, session: Session, topic: str, payload: bytes, qos: int, forged: bool
    ) -> None:
        """A broker that is not to be trusted has it in its hands."""
        rates, client = self._rates, session.client
        if self._befalls(rates.lost, "lost", client):
            return
        give = partial(self._give_later, client, topic, payload, qos, forged)
        if self._befalls(rates.doubled, "doubled", client):
            self._timeline.after(self._held_ms(client, "doubled"), give)
        if self._befalls(rates.reordered, "reordered", client):
            self._timeline.after(self._held_ms(client, "reordered"), give)
        else:
            session.give(topic, payload, qos, forged)

    def _befalls(self, rate: float, kind: str, client: str) -> bool:
        befalls = self._chance.happens(rate, "broker", client, kind)
        if befalls:
            self._seen.add(Befell(self._timeline.now_ms, kind, client))
        return befalls

    def _held_ms(self, client: str, why: str) -> int:
        return self._chance.stream("broker", client, why, "ms").randrange(HELD_MS)

    def _give_later(self, client: str, topic: str, payload: bytes, qos: int, forged: bool) -> None:
        if self.is_up and (session := self.sessions.get(client)) is not None:
            session.give(topic, payload, qos, forged)

    def acknowledged(self, session: Session, packet_id: int) -> None:
        """Somebody has taken over what the session held."""
        packet = session.acknowledged(packet_id)
        if packet is not None and session.client == EVENTS_USER and not packet.forged:
            self._seen.add(Acknowledged(self._timeline.now_ms, packet.topic, packet.payload))

    # What may befall it.

    def stop(self) -> None:
        """Its process is killed: every connection ends, whoever can be told is told."""
        self.is_up = False
        for connection in list(self._all):
            self.disconnected(connection)
            connection.wire.closed_by_broker()

    def start(self) -> None:
        """With what `autosave_on_changes` had saved: persistent sessions and all they hold."""
        self.is_up = True
        self.sessions = {client: each for client, each in self.sessions.items() if not each.clean}
        for session in self.sessions.values():
            session.is_restored, session.is_lost = True, False
        self._routes.clear()

    def reload(self, access: Access) -> None:
        """It reads its rules again (SIGHUP). mosquitto 2.0.11 then no longer knows what a session
        may hear that it restored at its start and whose client has not come since: until it comes
        everything for it is denied, that is, acknowledged and gone."""
        self.access = access
        for session in self.sessions.values():
            session.is_lost = session.is_restored
        self._routes.clear()

    def take_over(self, client: str, clean: bool, outlet: Outlet) -> Session:
        """Somebody else comes with this client id."""
        self._throw_out(client)
        self._resume(client, clean)
        self._routes.clear()
        session = self.sessions[client]
        session.is_restored = session.is_lost = False
        session.resumed(outlet)
        return session

    def leave(self, session: Session, outlet: Outlet) -> None:
        """The rival goes, unless it has been thrown out."""
        if session.outlet is outlet:
            session.outlet = None
            if session.clean and self.sessions.get(session.client) is session:
                del self.sessions[session.client]
                self._routes.clear()
