"""The hub's ear: two persistent sessions, one for what matters and one for beats.

Rule: beats can never crowd out an event: another user, another session, another queue at the
broker. Here messages are only carried (broker -> inbox, acknowledgement -> broker); what they mean
is decided on the engine's thread. A thread watches both loops.
"""

import threading

from hub.inbox import Inbox
from hub.link import Link, LinkHealth
from hub.settings import BrokerAt
from protocol.topics import BEAT_FILTERS, EVENT_FILTERS, down

LOOK_EVERY_S = 1.0


class Ingest:
    """Both sessions and their watch."""

    def __init__(self, at: BrokerAt, inbox: Inbox) -> None:
        self.events = Link("events", at, at.events, [(each, 1) for each in EVENT_FILTERS], inbox)
        # QoS 0: a beat that waited for the hub would say that she *was* well.
        self.beats = Link("beats", at, at.beats, [(each, 0) for each in BEAT_FILTERS], inbox)
        self._links = {"events": self.events, "beats": self.beats}
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._look, name="ingest-watch", daemon=True)

    def start(self) -> None:
        for link in self._links.values():
            link.start()
        self._watch.start()

    def stop(self) -> None:
        self._stopping.set()
        self._watch.join()
        for link in self._links.values():
            link.stop()

    def _look(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            for link in self._links.values():
                link.look()

    def is_watched(self) -> bool:
        """Whether somebody would notice a dead or stuck loop."""
        return self._watch.is_alive()

    def ack(self, session: str, connection: int, mid: int, qos: int) -> None:
        self._links[session].ack(connection, mid, qos)

    def tell(self, pendant: str, token: bytes) -> bool:
        """Send a receipt or a standing down; whether it could be sent now."""
        return self.events.publish(down(pendant), token)

    def health(self) -> tuple[LinkHealth, LinkHealth]:
        return self.events.health(), self.beats.health()
