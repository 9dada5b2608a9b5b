"""Our MQTT client and a real mosquitto, killed, restarted and frozen: nothing is lost."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from firmware import mqtt
from firmware.mqtt import Client
from firmware.mqtt_packets import encode_connect
from hub.devices import broker
from protocol import topics
from tests.firmware.mqtt_rig import now_ms, stop
from tests.live.real_broker import PASSWORDS, RealBroker, running

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

LIMIT_S = 60
COUNT = 40
TOPIC = topics.up("p-aa", "event")


@pytest.fixture(autouse=True)
def quicker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same deadlines at an eighth."""
    for name in ("CONNECT_MS", "WRITE_MS", "ACK_MS", "PING_AFTER_MS", "BACKOFF_LIMIT_MS"):
        monkeypatch.setattr(mqtt, name, getattr(mqtt, name) // 8)


class Hearing:
    """A hub that outlives the broker's restarts, with a persistent session."""

    def __init__(self, real: RealBroker) -> None:
        self.heard: list[bytes] = []
        self.subscribed = 0
        user = broker.EVENTS_USER
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id=user, clean_session=False)
        self.client.username_pw_set(user, PASSWORDS[user])
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = lambda client, *_: client.subscribe(topics.EVENT_FILTERS[1], 1)
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = lambda _c, _u, message: self.heard.append(bytes(message.payload))
        self.client.connect("127.0.0.1", real.port)
        self.client.loop_start()

    def _on_subscribe(self, *_: object) -> None:
        self.subscribed += 1

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


class Sender:
    def __init__(self, port: int) -> None:
        self.links: list[bool] = []
        self.client = Client(
            encode_connect("p-aa", "p-aa", PASSWORDS["p-aa"]),
            (topics.down("p-aa"),),
            lambda: asyncio.open_connection("127.0.0.1", port),
            now_ms,
            lambda count: b"\x40" * count,
            self.links.append,
            lambda topic, payload: None,
        )


async def until(true: Callable[[], bool], what: str) -> None:
    try:
        async with asyncio.timeout(LIMIT_S):
            while not true():  # noqa: ASYNC110 - another thread and two processes, not one event
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(what) from None


@pytest.mark.parametrize("trouble", ["killed", "frozen", "frozen, then killed"])
async def test_nothing_is_lost_over(tmp_path: Path, trouble: str) -> None:
    with running(tmp_path) as real:
        hub = Hearing(real)
        sender = Sender(real.port)
        task = asyncio.create_task(sender.client.run())
        try:
            await until(lambda: hub.subscribed > 0 and sender.links == [True], "both ends up")
            sent = []
            for number in range(COUNT):
                sent.append(b"%d" % number)
                if number == COUNT // 4 and "frozen" in trouble:
                    real.signal(signal.SIGSTOP)
                if number == COUNT // 2:
                    if "frozen" in trouble:
                        await until(lambda: sender.links[-1] is False, "the freeze is noticed")
                        real.signal(signal.SIGCONT)
                    if "killed" in trouble:
                        real.kill()
                        real.start()
                await until(
                    lambda: sender.client.publish(TOPIC, sent[-1], 1), "room in the queue again"
                )
                await asyncio.sleep(0.01)
            await until(lambda: set(sent) <= set(hub.heard), f"all heard: {hub.heard}")
            await until(lambda: not sender.client._messages, "all acknowledged")
            assert sender.links[:2] == [True, False], "the trouble was real"
        finally:
            await stop(task)
            hub.close()


async def test_wrong_password_is_refused_and_said_so(tmp_path: Path) -> None:
    with running(tmp_path) as real:
        sender = Sender(real.port)
        sender.client._connect = encode_connect("p-aa", "p-aa", "wrong")
        task = asyncio.create_task(sender.client.run())
        try:
            await until(lambda: bool(sender.client.last_fault), "a refusal")
            assert "CONNACK code 5" in sender.client.last_fault
            assert sender.links == []
        finally:
            await stop(task)


async def test_idle_link_is_kept_by_pings(tmp_path: Path) -> None:
    with running(tmp_path) as real:
        sender = Sender(real.port)
        sender.client._connect = encode_connect("p-aa", "p-aa", PASSWORDS["p-aa"], keepalive_s=1)
        task = asyncio.create_task(sender.client.run())
        try:
            await until(lambda: sender.links == [True], "up")
            await asyncio.sleep(4)  # the time itself is the test: the broker gives up after 1.5 s
            assert sender.links == [True]
        finally:
            await stop(task)
