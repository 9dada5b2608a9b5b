"""A network for tests: one pendant's link, one hub's, and what each of them was told.

Rule: the test takes the place of the pendant's core and of the hub's engine.
"""

from random import Random

from hub.inbox import FromPendant, Item, LinkChanged
from protocol.topics import up
from simulator.storm.chance import Chance
from simulator.storm.hub_link import HubLink
from simulator.storm.links import PendantLink
from simulator.storm.network import Net
from simulator.storm.rates import Rates
from simulator.storm.seen import Befell, Carried, Seen
from simulator.storm.timeline import Timeline

BEGIN_MS = 1_800_000_000_000
ADA, BEN = "p-ada", "p-ben"
EVENTS = "allswell-hub-events"


class PendantSide:
    """One pendant's link, switched on."""

    def __init__(self, net: Net, name: str) -> None:
        self.name = name
        self.links: list[bool] = []
        self.heard: list[bytes] = []
        self.next = 0  # which of two brokers it wants
        self.link: PendantLink = net.pendant_link(
            name,
            self.links.append,
            self.heard.append,
            Random(name).randbytes,
            lambda: self.next,
        )
        self.link.power(True)

    def say(self, lane: str, token: bytes) -> bool:
        return self.link.publish(up(self.name, lane), token, int(lane != "beat"), lane == "sos")


class HubSide:
    """One life of the hub's link."""

    def __init__(self, net: Net) -> None:
        self.items: list[Item] = []
        self.link: HubLink = net.hub_link(self.items.append)
        self.link.start()

    @property
    def messages(self) -> list[FromPendant]:
        return [item for item in self.items if isinstance(item, FromPendant)]

    @property
    def tokens(self) -> list[bytes]:
        return [item.token for item in self.messages]

    def links(self, session: str = "events") -> list[bool]:
        changes = [item for item in self.items if isinstance(item, LinkChanged)]
        return [item.up for item in changes if item.session == session]

    def ack(self, item: FromPendant) -> None:
        self.link.ack(item.session, item.connection, item.mid, item.qos)


class World:
    """A calm network unless told otherwise, two seconds after everybody was switched on."""

    def __init__(self, rates: Rates | None = None, seed: int = 1, brokers: int = 1) -> None:
        self.timeline = Timeline(BEGIN_MS)
        self.seen = Seen()
        self.net = Net(self.timeline, Chance(seed), rates or Rates(), self.seen, brokers)
        self.hub = HubSide(self.net)
        self.ada = PendantSide(self.net, ADA)
        self.ben = PendantSide(self.net, BEN)
        self.run(2_000)

    def run(self, by_ms: int) -> None:
        self.timeline.run_for(by_ms)

    @property
    def befell(self) -> list[str]:
        return [sight.kind for sight in self.seen.all if isinstance(sight, Befell)]

    @property
    def carried(self) -> list[Carried]:
        return [sight for sight in self.seen.all if isinstance(sight, Carried)]
