"""The network of a storm: one broker, a path to it for each pendant and one for the hub.

Rule: whatever goes wrong here was asked for by name, through a method below or a rate, and each
fault is told to `Seen` under its name. After `heal` nothing goes wrong any more.
"""

from collections.abc import Callable

from hub.devices.broker import BEATS_USER, EVENTS_USER
from hub.inbox import Item
from simulator.storm.access import Access
from simulator.storm.attacker import Attacker
from simulator.storm.broker import Broker
from simulator.storm.chance import Chance
from simulator.storm.hub_link import HubLink
from simulator.storm.links import PendantLink
from simulator.storm.packets import PUBLISH, Sent
from simulator.storm.rates import Rates
from simulator.storm.seen import Befell, Seen
from simulator.storm.sessions import Session
from simulator.storm.timeline import Timeline
from simulator.storm.wires import Path

HUB = "hub"
RESTART_MS = (200, 4_000)  # how long a broker is away that somebody starts again
RIVAL_ACK_MS = 100
RIVAL_MS = (500, 20_000)  # how long a rival stays, unless thrown out


class Rival:
    """Somebody else's end of a session: takes what comes, and acknowledges it or not."""

    def __init__(self, timeline: Timeline, acknowledges: bool) -> None:
        self._timeline = timeline
        self._acknowledges = acknowledges
        self._session: Session | None = None
        self._held: list[int] = []

    def takes(self, session: Session) -> None:
        self._session = session
        if self._acknowledges:
            self._timeline.after(RIVAL_ACK_MS, self._acknowledge)

    def send(self, packet: Sent) -> None:
        if packet.kind == PUBLISH and packet.qos:
            self._held.append(packet.packet_id)

    def _acknowledge(self) -> None:
        session = self._session
        if session is None or session.outlet is not self:
            return
        held, self._held = self._held, []
        for packet_id in held:
            session.acknowledged(packet_id)
        self._timeline.after(RIVAL_ACK_MS, self._acknowledge)


class Net:
    """Makes the links and lets the faults in."""

    def __init__(self, timeline: Timeline, chance: Chance, rates: Rates, seen: Seen) -> None:
        self.broker = Broker(timeline, chance, rates, seen)
        self._timeline = timeline
        self._chance = chance
        self._rates = rates
        self._seen = seen
        self._paths: dict[str, Path] = {}
        self._pendants: dict[str, PendantLink] = {}
        self._revoked: dict[str, int] = {}  # pendant -> until when
        self._silenced: dict[str, int] = {}
        self._restarts_ms = 0
        self.attacker = Attacker(timeline, chance, seen, self.broker)

    def pendant_link(
        self,
        pendant: str,
        on_link: Callable[[bool], None],
        on_message: Callable[[bytes], None],
        random_bytes: Callable[[int], bytes],
    ) -> PendantLink:
        """Without power until it is given some."""
        path = self._path(pendant)
        link = PendantLink(
            self._timeline, self._seen, self.broker, path, on_link, on_message, random_bytes
        )
        self._pendants[pendant] = link
        return link

    def hub_link(self, put: Callable[[Item], None]) -> HubLink:
        """For one life of the hub's process; the next one gets another."""
        path = self._path(HUB)
        return HubLink(self._timeline, self._seen, self.broker, path, self._chance, put)

    def _path(self, name: str) -> Path:
        if name not in self._paths:
            self._paths[name] = Path(self._timeline, self._chance, self._rates, self._seen, name)
        return self._paths[name]

    # What may befall it.

    def blackspot(self, pendant: str, by_ms: int) -> None:
        """She has no network, and her pendant's radio says so."""
        self._tell("partition", pendant, by_ms)
        self._path(pendant).block(by_ms)
        self._pendants[pendant].cut()

    def half_open(self, pendant: str, by_ms: int) -> None:
        """Nothing passes, and both ends believe in the connection. Half of the times what stands
        between has forgotten it for good, and a new one would do."""
        self._tell("half_open", pendant, by_ms)
        if self._chance.happens(0.5, "half-open", pendant):
            self._path(pendant).forget()
        else:
            self._path(pendant).block(by_ms)

    def hub_partition(self, by_ms: int) -> None:
        """Nothing passes between hub and broker, and nobody says so."""
        self._tell("hub_partition", HUB, by_ms)
        self._path(HUB).block(by_ms)

    def restart(self, memory: bool, down_ms: int = 0) -> None:
        """The broker is killed and comes back, with what it had saved or with nothing."""
        kind = "broker_restart" if memory else "broker_amnesia"
        by_ms = down_ms or self._chance.stream("restart").randrange(*RESTART_MS)
        self._tell(kind, "broker", by_ms)
        self.broker.stop()
        if not memory:
            self.broker.sessions.clear()
        self._restarts_ms = max(self._restarts_ms, self._timeline.now_ms + by_ms)
        self._timeline.after(by_ms, self._restarted)

    def _restarted(self) -> None:
        if not self.broker.is_up and self._timeline.now_ms >= self._restarts_ms:
            self.broker.start()

    def takeover(self, client: str = "") -> None:
        """Somebody comes with a pendant's client id, or one of the hub's. A rival hub may go on
        with the session and acknowledge what is in it, or begin it anew; either loses it."""
        stream = self._chance.stream("takeover", client)
        client = client or stream.choice((EVENTS_USER, BEATS_USER))
        by_ms = stream.randrange(*RIVAL_MS)
        clean = client in self._pendants or stream.random() < 0.5
        rival = Rival(self._timeline, stream.random() < 0.5)
        self._tell("takeover", client, by_ms)
        if not self.broker.is_up:
            return
        session = self.broker.take_over(client, clean, rival)
        rival.takes(session)
        self._timeline.after(by_ms, lambda: self.broker.leave(session, rival))

    def deny(self, pendant: str, by_ms: int) -> None:
        """The ACL denies her pendant: revoked, so that only an SOS passes, or by a broken file
        nothing at all. A third of the times the broker also refuses the subscription, which
        mosquitto never does."""
        self._tell("denial", pendant, by_ms)
        stream = self._chance.stream("denial", pendant)
        until_ms = self._timeline.now_ms + by_ms
        denied = self._silenced if stream.random() < 0.5 else self._revoked
        denied[pendant] = max(until_ms, denied.get(pendant, 0))
        if stream.random() < 1 / 3:
            self.broker.refuses.add(pendant)
        self._permit()
        self._timeline.after(by_ms, self._permit)

    def _permit(self) -> None:
        now_ms = self._timeline.now_ms
        revoked = [pendant for pendant, until_ms in self._revoked.items() if until_ms > now_ms]
        silenced = [pendant for pendant, until_ms in self._silenced.items() if until_ms > now_ms]
        self.broker.reload(Access(revoked, silenced))
        self.broker.refuses.intersection_update(revoked + silenced)

    def forge(self, pendant: str, kind: str = "") -> None:
        """A message in her pendant's name, or to it, that no holder of a key made just now."""
        self.attacker.strike(pendant, kind)

    def heal(self) -> None:
        """The storm is over: all paths open, the broker up, nobody denied."""
        for path in self._paths.values():
            path.clear()
        self._revoked.clear()
        self._silenced.clear()
        self.broker.kept_back.clear()
        self._permit()
        if not self.broker.is_up:
            self._restarts_ms = 0
            self.broker.start()

    def _tell(self, kind: str, what: str, by_ms: int) -> None:
        now_ms = self._timeline.now_ms
        self._seen.add(Befell(now_ms, kind, what, now_ms + by_ms))
