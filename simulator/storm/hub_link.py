"""The hub's two sessions with each broker: the production Link over a paho of virtual time.

Rules: what is subscribed, put in the inbox, acknowledged in which order and on which connection,
and when a session counts as stuck is hub/link.py's own code; only paho (sockets, threads, its
reconnects) is replaced. A calm session costs no events: the probes of a watch that looks every
second are reckoned, and really sent from the moment that something disturbs the path.
"""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import paho.mqtt.client as mqtt

from hub.brokers import BEATS, EVENTS, SUFFIXES, lane_of
from hub.inbox import Inbox, Item
from hub.link import PROBE_EVERY_MS, Link
from hub.settings import BrokerAt, Login
from protocol.topics import BEAT_FILTERS, EVENT_FILTERS, down
from simulator.storm.broker import Broker
from simulator.storm.chance import Chance
from simulator.storm.paho import USERS, Paho
from simulator.storm.seen import Seen
from simulator.storm.timeline import Due, Timeline
from simulator.storm.wires import Path

LOOK_EVERY_MS = 1_000  # as hub/ingest.py's watch


class StormLink(Link):
    """The production Link; `look` comes when it would change something."""

    def __init__(
        self,
        timeline: Timeline,
        seen: Seen,
        broker: Broker,
        path: Path,
        session: str,
        filters: Sequence[tuple[str, int]],
        inbox: "_Put",
    ) -> None:
        self._timeline = timeline
        self._make: Callable[[], Paho] = partial(Paho, timeline, seen, broker, path, session)
        # Of an inbox a Link only knows `put`.
        only_put = cast(Inbox, inbox)
        at, login = BrokerAt(), Login(USERS[lane_of(session)], "")
        super().__init__(session, at, login, filters, only_put, self._world_ms)
        self._path = path
        self._paho: Paho | None = None
        self._is_ended = False
        self._look_due: Due | None = None
        self._is_looking = False
        self._disturbed_ms = 0
        path.watches.append(self._disturbed)

    def _world_ms(self) -> int:
        return self._timeline.now_ms

    def start(self) -> None:
        paho = self._paho = self._make()
        paho.on_connect = self._on_connect
        paho.on_connect_fail = self._on_connect_fail
        paho.on_disconnect = self._on_disconnect
        paho.on_subscribe = self._on_subscribe
        paho.on_message = self._on_message
        self._probed_ms, self._is_faulty = None, False
        self._client = cast(mqtt.Client, paho)
        self._thread = threading.current_thread()  # the only one there is
        paho.connect_async()

    def _replace(self, old: mqtt.Client, why: str) -> None:
        self.restarts += 1
        self._lose(f"{why}; restarted")
        cast(Paho, old).quit()
        self.start()

    def _on_message(self, client: mqtt.Client, _u: Any, message: mqtt.MQTTMessage) -> None:
        super()._on_message(client, _u, message)
        if self._is_faulty:  # the watch finds that within a second, calm or not
            self._disturbed()

    def end(self, vanish: bool, cut: bool) -> None:
        """The process is no more."""
        self._is_ended = True
        self._client = None
        if self._look_due is not None:
            self._look_due.cancel()
        if self._disturbed in self._path.watches:
            self._path.watches.remove(self._disturbed)
        if self._paho is not None:
            if vanish:
                self._paho.vanish()
            else:
                self._paho.quit(cut)

    # The watch.

    def _disturbed(self) -> None:
        self._disturbed_ms = now_ms = self._timeline.now_ms
        if self._is_ended or self._is_looking:
            return
        self._is_looking = True
        if self._paho is not None and self._paho.is_connected():
            # What the watch would have done on a calm path: each probe sent, and heard.
            first_ms = self._probed_ms or self._paho.connected_ms
            self._probed_ms = now_ms - (now_ms - first_ms) % PROBE_EVERY_MS
            self._heard_ms = max(self._heard_ms, self._probed_ms)
        self._look_due = self._timeline.after(LOOK_EVERY_MS, self._look)

    def _look(self) -> None:
        """Until a probe that was sent after the disturbance has come back."""
        self.look()
        probed_ms = self._probed_ms
        is_calm = probed_ms is not None and self._disturbed_ms <= probed_ms <= self._heard_ms
        if is_calm and self._path.is_open:
            self._is_looking = False
        else:
            self._look_due = self._timeline.after(LOOK_EVERY_MS, self._look)


class _Put:
    """An inbox as far as a Link knows it."""

    def __init__(self, put: Callable[[Item], None]) -> None:
        self.put = put


class HubLink:
    """What hub/ingest.py is to a hub: one life of its process long."""

    def __init__(
        self,
        timeline: Timeline,
        seen: Seen,
        reached: Sequence[tuple[Broker, Path]],
        chance: Chance,
        put: Callable[[Item], None],
    ) -> None:
        self._chance = chance
        inbox = _Put(put)
        filters = {
            EVENTS: [(each, 1) for each in EVENT_FILTERS],
            BEATS: [(each, 0) for each in BEAT_FILTERS],
        }
        self._links = {
            lane + suffix: StormLink(timeline, seen, broker, path, lane + suffix, wanted, inbox)
            for (broker, path), suffix in zip(reached, SUFFIXES, strict=False)
            for lane, wanted in filters.items()
        }
        self.events, self.beats = self._links[EVENTS], self._links[BEATS]
        self.listening = frozenset(name for name in self._links if lane_of(name) == EVENTS)

    def start(self) -> None:
        for link in self._links.values():
            link.start()

    def die(self, power_loss: bool = False) -> None:
        """The process is killed, and the kernel tells the broker: half of the times what was just
        acknowledged goes down with the socket, as something unread in it makes it a reset. The
        power goes: nobody is told."""
        cut = not power_loss and self._chance.happens(0.5, "hub", "cut")
        for link in self._links.values():
            link.end(power_loss, cut)

    def ack(self, session: str, connection: int, mid: int, qos: int) -> None:
        self._links[session].ack(connection, mid, qos)

    def tell(self, pendant: str, token: bytes) -> bool:
        told = [self._links[name].publish(down(pendant), token) for name in sorted(self.listening)]
        return any(told)
