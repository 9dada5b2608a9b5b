"""The stage of live chaos: every network between two parts is ours to spoil and to listen to.

Rule: what is heard on the way to a pendant is kept as it was carried, before the pendant can feel
anything of it.
"""

from collections.abc import Callable
from pathlib import Path

from firmware.mqtt_packets import PUBLISH, Parser
from protocol.errors import RemoteProtocolError
from simulator.live.feed import Feed, Happening
from simulator.live.hub import Hub
from simulator.live.proxy import FaultProxy
from simulator.live.stage import Stage

DOWN = "/down"


class Ear:
    """Hears one connection from the broker to a pendant."""

    def __init__(self, feed: Feed, person: str) -> None:
        self._feed = feed
        self._person = person
        self._parser: Parser | None = Parser()

    def __call__(self, piece: bytes) -> None:
        if self._parser is None:
            return
        try:
            packets = self._parser.feed(piece)
        except RemoteProtocolError:  # bytes were lost on the way: the rest means nothing
            self._parser = None
            return
        for packet in packets:
            if packet.kind == PUBLISH and packet.topic.endswith(DOWN):
                facts = {"token": packet.payload}
                self._feed.add("carried", packet.topic, self._person, facts=facts)


class ChaosStage(Stage):
    """With a bad network before the hub too. `paged`: the alarms that somebody has a page about."""

    def __init__(
        self,
        world: Path,
        wearers: tuple[str, ...],
        speed: int,
        policy: str,
        begins: str,
        tell: Callable[[Happening], None],
    ) -> None:
        super().__init__(world, wearers, speed, self._told, policy=policy, begins=begins)
        self._tell_on = tell
        self.paged: set[str] = set()

    def _told(self, item: Happening) -> None:
        if item.source == "page":
            self.paged.add(str(item.facts.get("alarm", "")))
        self._tell_on(item)

    def make_hub(self, broker_port: int = 0) -> Hub:
        self.before_hub = FaultProxy(self.broker.port)
        self._ends.callback(self.before_hub.close)
        return super().make_hub(self.before_hub.port)

    def network_of(self, person: str) -> FaultProxy:
        return FaultProxy(self.broker.port, lambda: Ear(self.feed, person))
