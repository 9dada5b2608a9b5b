"""The network of a storm: one broker or two, a path to each for each pendant and for the hub.

Rule: whatever goes wrong here was asked for by name, through a method below or a rate, and each
fault is told to `Seen` under its name. After `heal` nothing goes wrong any more.
"""

from collections.abc import Callable, Sequence
from functools import partial

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

HUB, BROKER = "hub", "broker"
ALL = 9  # of the brokers, in an act's detail
NO_WAY = "no_way"  # each broker has something of its own that stands between her and the hub
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


class Site:
    """One broker, and how it stands. `number`: from 0; what is only about it is named with it."""

    def __init__(self, broker: Broker, attacker: Attacker, number: int) -> None:
        self.broker = broker
        self.attacker = attacker
        self.number = number
        self.revoked: dict[str, int] = {}  # pendant -> until when
        self.silenced: dict[str, int] = {}
        self.restarts_ms = 0
        self.out_ms: dict[str, int] = {}  # hub, broker or pendant -> until when it is no way

    def until_ms(self, pendant: str) -> int:
        """Until when no press of hers comes to the hub by here."""
        return max(self.out_ms.get(each, 0) for each in (HUB, BROKER, pendant))


class Net:
    """Makes the links and lets the faults in. With two brokers a fault is one's alone, and named
    so; only when no broker is left is it told as what keeps a press from the hub."""

    def __init__(
        self, timeline: Timeline, chance: Chance, rates: Rates, seen: Seen, brokers: int = 1
    ) -> None:
        made = [Broker(timeline, chance, rates, seen) for _ in range(brokers)]
        self.sites = [
            Site(broker, Attacker(timeline, chance, seen, broker), number)
            for number, broker in enumerate(made)
        ]
        self.broker = made[0]
        self._timeline = timeline
        self._chance = chance
        self._rates = rates
        self._seen = seen
        self._paths: dict[tuple[str, int], Path] = {}
        self._pendants: dict[str, PendantLink] = {}

    def pendant_link(
        self,
        pendant: str,
        on_link: Callable[[bool], None],
        on_message: Callable[[bytes], None],
        random_bytes: Callable[[int], bytes],
        choose: Callable[[], int] = lambda: 0,
    ) -> PendantLink:
        """Without power until it is given some. `choose`: which broker it dials next."""
        reached = self._reached(pendant)
        link = PendantLink(
            self._timeline, self._seen, reached, choose, on_link, on_message, random_bytes
        )
        self._pendants[pendant] = link
        return link

    def hub_link(self, put: Callable[[Item], None]) -> HubLink:
        """For one life of the hub's process; the next one gets another."""
        return HubLink(self._timeline, self._seen, self._reached(HUB), self._chance, put)

    def _reached(self, name: str) -> list[tuple[Broker, Path]]:
        return [(site.broker, self._path(name, site.number)) for site in self.sites]

    def _path(self, name: str, number: int = 0) -> Path:
        found = self._paths.get((name, number))
        if found is None:
            told = f"{name}-{number + 1}" if number else name
            found = Path(self._timeline, self._chance, self._rates, self._seen, told)
            self._paths[name, number] = found
        return found

    def _sites(self, which: int) -> list[Site]:
        """Those a fault is about: by number, or all from ALL on."""
        return self.sites if which >= len(self.sites) else [self.sites[which]]

    # What may befall it.

    def blackspot(self, pendant: str, by_ms: int) -> None:
        """She has no network, and her pendant's radio says so."""
        self._tell("partition", pendant, by_ms, self.sites)
        for site in self.sites:
            self._path(pendant, site.number).block(by_ms)
        self._pendants[pendant].cut()

    def half_open(self, pendant: str, by_ms: int) -> None:
        """Nothing passes, and both ends believe in the connection. Half of the times what stands
        between has forgotten it for good, and a new one would do."""
        site = self._sites(self._pendants[pendant].at)[0]
        self._tell("half_open", pendant, by_ms, [site])
        path = self._path(pendant, site.number)
        if self._chance.happens(0.5, "half-open", pendant):
            path.forget()
        else:
            path.block(by_ms)

    def hub_partition(self, by_ms: int, which: int = 0) -> None:
        """Nothing passes between hub and broker, and nobody says so."""
        sites = self._sites(which)
        self._tell("hub_partition", HUB, by_ms, sites)
        for site in sites:
            self._path(HUB, site.number).block(by_ms)

    def restart(self, memory: bool, down_ms: int = 0, which: int = 0) -> None:
        """The broker is killed and comes back, with what it had saved or with nothing."""
        kind = "broker_restart" if memory else "broker_amnesia"
        by_ms = down_ms or self._chance.stream("restart").randrange(*RESTART_MS)
        sites = self._sites(which)
        self._tell(kind, BROKER, by_ms, sites)
        for site in sites:
            site.broker.stop()
            if not memory:
                site.broker.sessions.clear()
            site.restarts_ms = max(site.restarts_ms, self._timeline.now_ms + by_ms)
            self._timeline.after(by_ms, partial(self._restarted, site))

    def _restarted(self, site: Site) -> None:
        if not site.broker.is_up and self._timeline.now_ms >= site.restarts_ms:
            site.broker.start()

    def takeover(self, client: str = "", which: int = 0) -> None:
        """Somebody comes with a pendant's client id, or one of the hub's. A rival hub may go on
        with the session and acknowledge what is in it, or begin it anew; either loses it."""
        stream = self._chance.stream("takeover", client)
        client = client or stream.choice((EVENTS_USER, BEATS_USER))
        by_ms = stream.randrange(*RIVAL_MS)
        clean = client in self._pendants or stream.random() < 0.5
        rival = Rival(self._timeline, stream.random() < 0.5)
        broker = self._sites(which)[0].broker
        self._seen.add(
            Befell(self._timeline.now_ms, "takeover", client, self._timeline.now_ms + by_ms)
        )
        if not broker.is_up:
            return
        session = broker.take_over(client, clean, rival)
        rival.takes(session)
        self._timeline.after(by_ms, lambda: broker.leave(session, rival))

    def deny(self, pendant: str, by_ms: int, which: int = 0) -> None:
        """The ACL denies her pendant: revoked, so that only an SOS passes, or by a broken file
        nothing at all. A third of the times the broker also refuses the subscription, which
        mosquitto never does."""
        sites = self._sites(which)
        self._tell("denial", pendant, by_ms, sites)
        stream = self._chance.stream("denial", pendant)
        until_ms = self._timeline.now_ms + by_ms
        is_silenced = stream.random() < 0.5
        refuses = stream.random() < 1 / 3
        for site in sites:
            denied = site.silenced if is_silenced else site.revoked
            denied[pendant] = max(until_ms, denied.get(pendant, 0))
            if refuses:
                site.broker.refuses.add(pendant)
            self._permit(site)
            self._timeline.after(by_ms, partial(self._permit, site))

    def revoke(self, pendant: str, by_ms: int) -> None:
        """Every broker's rules leave it its SOS, as `allswell pendant revoke` has them do."""
        until_ms = self._timeline.now_ms + by_ms
        for site in self._sites(ALL):
            site.revoked[pendant] = max(until_ms, site.revoked.get(pendant, 0))
            self._permit(site)
            self._timeline.after(by_ms, partial(self._permit, site))

    def _permit(self, site: Site) -> None:
        now_ms = self._timeline.now_ms
        revoked = [pendant for pendant, until_ms in site.revoked.items() if until_ms > now_ms]
        silenced = [pendant for pendant, until_ms in site.silenced.items() if until_ms > now_ms]
        site.broker.reload(Access(revoked, silenced))
        site.broker.refuses.intersection_update(revoked + silenced)

    def forge(self, pendant: str, kind: str = "", which: int = 0) -> None:
        """A message in her pendant's name, or to it, that no holder of a key made just now."""
        self._sites(which)[0].attacker.strike(pendant, kind)

    def heal(self) -> None:
        """The storm is over: all paths open, the brokers up, nobody denied."""
        for path in self._paths.values():
            path.clear()
        for site in self.sites:
            site.revoked.clear()
            site.silenced.clear()
            site.out_ms.clear()
            site.broker.kept_back.clear()
            self._permit(site)
            if not site.broker.is_up:
                site.restarts_ms = 0
                site.broker.start()

    def _tell(self, kind: str, what: str, by_ms: int, sites: Sequence[Site]) -> None:
        """Of one broker of two under a name of its own: it is no outage as long as the other is a
        way. From when on it is one for whom, is told as such."""
        now_ms = self._timeline.now_ms
        if len(sites) == len(self.sites):
            self._seen.add(Befell(now_ms, kind, what, now_ms + by_ms))
        else:
            (site,) = sites
            told = f"{what} by broker {site.number + 1}"
            self._seen.add(Befell(now_ms, kind, told, now_ms + by_ms))
        for site in sites:
            site.out_ms[what] = max(site.out_ms.get(what, 0), now_ms + by_ms)
        if len(sites) == len(self.sites):
            return
        for pendant in self._pendants:
            no_way_ms = min(site.until_ms(pendant) for site in self.sites)
            if no_way_ms > now_ms:
                self._seen.add(Befell(now_ms, NO_WAY, pendant, no_way_ms))
