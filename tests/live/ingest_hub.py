"""Both sessions of the hub without an engine, and a client that publishes like a pendant.

Rule: the test takes the engine's place: it decides what is acknowledged, and when.
"""

from collections.abc import Callable

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from hub.devices.broker import BEATS_USER, EVENTS_USER
from hub.inbox import FromPendant, Inbox, Item, LinkChanged
from hub.ingest import Ingest
from hub.settings import BrokerAt, Login
from tests.live.real_broker import PASSWORDS, RealBroker, wait_until


class Hub:
    """Ingest and an inbox; the test takes the engine's place."""

    def __init__(self, real: RealBroker, events_password: str | None = None) -> None:
        passwords = PASSWORDS if events_password is None else {EVENTS_USER: events_password}
        at = BrokerAt(
            port=real.port,
            events=Login(EVENTS_USER, passwords[EVENTS_USER]),
            beats=Login(BEATS_USER, PASSWORDS[BEATS_USER]),
        )
        self.inbox = Inbox()
        self.ingest = Ingest(at, self.inbox)
        self.items: list[Item] = []
        self.ingest.start()

    def gather(self, until: Callable[[], bool], timeout_s: float = 15.0) -> None:
        def look() -> bool:
            self.items += self.inbox.take(20)
            return until()

        wait_until(look, timeout_s, f"among {self.items}")

    @property
    def messages(self) -> list[FromPendant]:
        return [item for item in self.items if isinstance(item, FromPendant)]

    @property
    def tokens(self) -> list[bytes]:
        return [item.token for item in self.messages]

    def links(self, session: str = "events") -> list[tuple[bool, str]]:
        changes = [item for item in self.items if isinstance(item, LinkChanged)]
        return [(item.up, item.note) for item in changes if item.session == session]

    def is_up(self) -> bool:
        return all(health.up for health in self.ingest.health())

    def ack(self, item: FromPendant) -> None:
        self.ingest.ack(item.session, item.connection, item.mid, item.qos)


class Pendant:
    """Publishes like one, over paho."""

    def __init__(self, real: RealBroker, user: str = "p-aa") -> None:
        self.user = user
        self.heard: list[bytes] = []
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=user, clean_session=False, protocol=mqtt.MQTTv311
        )
        self.client.username_pw_set(user, PASSWORDS[user])
        self.client.max_inflight_messages_set(100)
        self.client.on_message = lambda _c, _u, m: self.heard.append(bytes(m.payload))
        self.client.connect("127.0.0.1", real.port)
        self.client.loop_start()
        self.client.subscribe(f"allswell/{user}/down", 1)

    def say(self, lane: str, token: bytes) -> None:
        qos = 0 if lane == "beat" else 1
        self.client.publish(f"allswell/{self.user}/up/{lane}", token, qos).wait_for_publish(10)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
