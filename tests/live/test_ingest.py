"""The two sessions against a real mosquitto: acknowledged after the commit, or brought again."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from hub import link as link_module
from hub.devices.broker import EVENTS_USER
from hub.inbox import FromPendant, Item
from tests.live.ingest_hub import Hub, Pendant
from tests.live.real_broker import RealBroker, running, wait_until

pytestmark = pytest.mark.live


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealBroker]:
    with running(tmp_path) as found:
        yield found


@pytest.fixture
def hub(real: RealBroker) -> Iterator[Hub]:
    found = Hub(real)
    found.gather(found.is_up)
    yield found
    found.ingest.stop()


@pytest.fixture
def pendant(real: RealBroker) -> Iterator[Pendant]:
    found = Pendant(real)
    yield found
    found.close()


def test_each_lane_arrives_by_its_session(hub: Hub, pendant: Pendant) -> None:
    for lane in ("sos", "event", "beat"):
        pendant.say(lane, lane.encode())
    hub.gather(lambda: len(hub.messages) == 3)
    assert {(item.session, item.topic, item.qos, item.token) for item in hub.messages} == {
        ("events", "allswell/p-aa/up/sos", 1, b"sos"),
        ("events", "allswell/p-aa/up/event", 1, b"event"),
        ("beats", "allswell/p-aa/up/beat", 0, b"beat"),
    }
    assert hub.links() == [(True, "")]


def test_what_was_not_acknowledged_comes_again_and_the_rest_does_not(
    real: RealBroker, hub: Hub, pendant: Pendant
) -> None:
    for number in range(20):
        pendant.say("event", b"%d" % number)
    hub.gather(lambda: len(hub.messages) == 20)
    for item in reversed(hub.messages[:7]):  # committed in another order than received
        hub.ack(item)
    wait_until(lambda: hub.ingest.events.health().unacknowledged == 13)
    hub.ingest.stop()

    second = Hub(real)
    second.gather(lambda: second.ingest.events.drained.is_set() and len(second.messages) >= 13)
    assert second.tokens == [b"%d" % number for number in range(7, 20)]
    second.ingest.stop()


def test_an_acknowledgement_waits_for_those_before_it(hub: Hub, pendant: Pendant) -> None:
    for number in range(3):
        pendant.say("event", b"%d" % number)
    hub.gather(lambda: len(hub.messages) == 3)
    first, second, third = hub.messages
    hub.ack(third)
    hub.ack(second)
    assert hub.ingest.events.health().unacknowledged == 3
    hub.ack(first)
    assert hub.ingest.events.health().unacknowledged == 0


def test_an_acknowledgement_for_an_older_connection_confirms_nothing(
    real: RealBroker, hub: Hub, pendant: Pendant
) -> None:
    pendant.say("event", b"before")
    hub.gather(lambda: len(hub.messages) == 1)
    old = hub.messages[0]
    real.stop()
    hub.gather(lambda: not hub.is_up())
    real.start()
    hub.gather(lambda: len(hub.messages) == 2)
    assert hub.messages[1].token == b"before"
    assert hub.messages[1].connection > old.connection
    wait_until(hub.ingest.events.drained.is_set)
    hub.ack(old)
    assert hub.ingest.events.health().unacknowledged >= 1
    hub.ack(hub.messages[1])
    assert hub.ingest.events.health().unacknowledged == 0


def test_all_that_the_broker_kept_is_in_the_inbox_when_drained_is_told(
    real: RealBroker, hub: Hub, pendant: Pendant
) -> None:
    hub.ingest.stop()
    for number in range(300):
        pendant.say("event", b"%d" % number)
    second = Hub(real)
    assert second.ingest.events.drained.wait(10)
    while batch := second.inbox.take(0):
        second.items += batch
    assert second.tokens == [b"%d" % number for number in range(300)]
    second.ingest.stop()


def test_a_broker_that_is_down_at_the_start_is_told_and_found_later(tmp_path: Path) -> None:
    real = RealBroker(tmp_path)
    hub = Hub(real)
    hub.gather(lambda: hub.links() == [(False, f"no answer from 127.0.0.1 port {real.port}")])
    real.start()
    hub.gather(hub.is_up)
    assert hub.links()[-1] == (True, "")
    hub.ingest.stop()
    real.kill()


def test_a_broker_killed_and_back_is_told_and_heard_again(
    real: RealBroker, hub: Hub, pendant: Pendant
) -> None:
    pendant.say("sos", b"one")
    hub.gather(lambda: len(hub.messages) == 1)
    real.kill()
    hub.gather(lambda: len(hub.links()) == 2)
    up, note = hub.links()[-1]
    assert not up
    assert "lost" in note
    real.start()
    hub.gather(hub.is_up)
    pendant.say("sos", b"two")
    hub.gather(lambda: hub.tokens[-1] == b"two")


def test_a_refused_user_is_told_by_its_reason(real: RealBroker) -> None:
    hub = Hub(real, events_password="wrong")
    hub.gather(lambda: bool(hub.links()))
    up, note = hub.links()[0]
    assert not up
    assert f"refused the hub's user '{EVENTS_USER}': Not authorized" in note
    hub.gather(lambda: hub.links("beats") == [(True, "")])
    hub.ingest.stop()


def test_a_refused_subscription_is_told(real: RealBroker, hub: Hub) -> None:
    # mosquitto 2.0 grants every subscription and filters later; other brokers answer 128.
    client = hub.ingest.events._client
    assert client is not None
    codes = [ReasonCode(PacketTypes.SUBACK, identifier=each) for each in (128, 1, 1)]
    hub.ingest.events._on_subscribe(client, None, 1, codes, None)
    hub.gather(lambda: len(hub.links()) == 2)
    said = "the broker refused the subscription to allswell/+/up/sos"
    assert hub.links()[-1] == (False, said)


@pytest.mark.parametrize("token", [b"", b"\xff\x00\xfe", b"{" * 3000, b"a.b.c"])
def test_a_poison_payload_passes_as_it_is_and_the_loop_goes_on(
    hub: Hub, pendant: Pendant, token: bytes
) -> None:
    pendant.say("event", token)
    pendant.say("event", b"after")
    hub.gather(lambda: len(hub.messages) == 2)
    assert hub.tokens == [token, b"after"]


# The thread's death is the point of the test.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_loop_thread_is_replaced_and_what_it_held_comes_again(
    hub: Hub, pendant: Pendant, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = hub.ingest.events._receive
    died = threading.Event()

    def die(client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        if not died.is_set():
            died.set()
            raise SystemExit  # ends the thread without a word, as a bug in paho's loop would
        receive(client, message)

    monkeypatch.setattr(hub.ingest.events, "_receive", die)
    pendant.say("sos", b"held")
    assert died.wait(10)
    lost = (False, "the loop thread died; restarted")
    # The SOS is served before the news of the link.
    hub.gather(lambda: b"held" in hub.tokens and lost in hub.links() and hub.is_up())
    assert hub.ingest.events.health().restarts == 1


def test_a_message_that_cannot_be_taken_comes_again(
    hub: Hub, pendant: Pendant, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = hub.inbox.put
    failed = threading.Event()

    def full_once(item: Item) -> None:
        if isinstance(item, FromPendant) and not failed.is_set():
            failed.set()
            raise MemoryError
        put(item)

    monkeypatch.setattr(hub.inbox, "put", full_once)
    pendant.say("sos", b"held")
    lost = (False, "a message could not be taken; restarted")
    # The SOS is served before the news of the link.
    hub.gather(lambda: b"held" in hub.tokens and lost in hub.links() and hub.is_up())
    assert failed.is_set()


def test_a_stuck_loop_is_found_because_it_no_longer_hears_itself(
    hub: Hub, pendant: Pendant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "PROBE_EVERY_MS", 200)
    monkeypatch.setattr(link_module, "PROBE_LIMIT_MS", 500)
    monkeypatch.setattr(link_module, "QUIT_S", 0.2)
    receive = hub.ingest.events._receive
    release, stuck = threading.Event(), threading.Event()

    def hang(client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        if not stuck.is_set():
            stuck.set()
            release.wait(30)
        receive(client, message)

    monkeypatch.setattr(hub.ingest.events, "_receive", hang)
    pendant.say("sos", b"held")
    lost = (False, "the loop is stuck: it no longer hears itself; restarted")
    # The SOS is served before the news of the link.
    hub.gather(lambda: b"held" in hub.tokens and lost in hub.links() and hub.is_up(), 20)
    before = len(hub.messages)
    release.set()  # the old loop wakes up, and nobody listens to it
    pendant.say("event", b"next")
    hub.gather(lambda: b"next" in hub.tokens)
    assert len(hub.messages) == before + 1


def test_a_frozen_broker_is_told(
    real: RealBroker, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "PROBE_EVERY_MS", 200)
    monkeypatch.setattr(link_module, "PROBE_LIMIT_MS", 500)
    real.signal(signal.SIGSTOP)
    try:
        hub.gather(lambda: not hub.is_up())
    finally:
        real.signal(signal.SIGCONT)
    hub.gather(hub.is_up)


def test_receipts_go_down_to_the_pendant_they_are_for(
    real: RealBroker, hub: Hub, pendant: Pendant
) -> None:
    other = Pendant(real, "p-bb")
    wait_until(lambda: pendant.client.is_connected() and other.client.is_connected())

    def told() -> bool:
        hub.ingest.tell("p-aa", b"receipt")
        return bool(pendant.heard)

    wait_until(told, what="a receipt after the subscription")
    assert set(pendant.heard) == {b"receipt"}
    assert other.heard == []
    other.close()


def test_telling_a_broker_that_is_away_says_so(real: RealBroker, hub: Hub) -> None:
    real.kill()
    hub.gather(lambda: not hub.ingest.events.health().up)
    assert hub.ingest.tell("p-aa", b"receipt") is False


def test_no_thread_is_left_behind(real: RealBroker) -> None:
    before = set(threading.enumerate())
    hub = Hub(real)
    hub.gather(hub.is_up)
    hub.ingest.stop()
    end = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < end:
        with suppress(RuntimeError):
            time.sleep(0.01)
    assert set(threading.enumerate()) - before == set()
