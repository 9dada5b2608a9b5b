"""The hub's ear: on each broker two persistent sessions, one for what matters and one for beats.

Rules: beats can never crowd out an event: another user, another session, another queue at the
broker. With two brokers the hub listens on both and answers on both; that a press came twice is the
engine's to know. Here messages are only carried (broker -> inbox, acknowledgement -> broker); what
they mean is decided on the engine's thread. A thread watches all loops.
"""

import threading

from hub.brokers import BEATS, EVENTS, LANES, NOT_USED, SUFFIXES, LinkHealth, suffixes
from hub.devices import tls
from hub.inbox import Inbox, LinkChanged
from hub.link import Link
from hub.settings import BrokerAt
from protocol.topics import BEAT_FILTERS, EVENT_FILTERS, down

LOOK_EVERY_S = 1.0


class Ingest:
    """All sessions and their watch."""

    def __init__(self, at: BrokerAt, inbox: Inbox) -> None:
        """Raises KeysFault when the hub's certificates cannot be used."""
        self._inbox = inbox
        self._links: dict[str, Link] = {}
        for broker, suffix in zip(at.each(), suffixes(at), strict=True):
            for link in _both(broker, suffix, inbox):
                self._links[link.session] = link
        self.events, self.beats = self._links[EVENTS], self._links[BEATS]
        self._down = [link for link in self._links.values() if link.lane == EVENTS]
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._look, name="ingest-watch", daemon=True)

    def start(self) -> None:
        for session in (lane + suffix for suffix in SUFFIXES for lane in LANES):
            if session not in self._links:
                self._inbox.put(LinkChanged(session, False, NOT_USED, used=False))
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
        """Send a receipt or a standing down on every broker that is up: where she listens now is
        hers to choose, and who is not there hears nothing. Whether it could be sent anywhere."""
        sent = [link.publish(down(pendant), token) for link in self._down]
        return any(sent)

    def health(self) -> tuple[LinkHealth, ...]:
        return tuple(link.health() for link in self._links.values())


def _both(at: BrokerAt, suffix: str, inbox: Inbox) -> tuple[Link, Link]:
    """The two sessions with one broker."""
    shown = {
        lane: tls.client_context(at.keys, f"hub-{lane}") if at.tls and at.keys else None
        for lane in LANES
    }
    events, beats = [(each, 1) for each in EVENT_FILTERS], [(each, 0) for each in BEAT_FILTERS]
    return (
        Link(EVENTS + suffix, at, at.events, events, inbox, tls=shown[EVENTS]),
        # QoS 0: a beat that waited for the hub would say that she *was* well.
        Link(BEATS + suffix, at, at.beats, beats, inbox, tls=shown[BEATS]),
    )
