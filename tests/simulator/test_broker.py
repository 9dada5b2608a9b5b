"""The broker of a simulation: real, killed and frozen for real."""

import socket
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from simulator.live.broker import Broker
from simulator.live.child import Child, ChildFailed, answers
from simulator.live.feed import Feed
from tests.conftest import need
from tests.live.real_broker import wait_until


@pytest.fixture(params=["mosquitto", "embedded"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    if request.param == "mosquitto":
        need("mosquitto")
    found = Broker(tmp_path, ["p07"], Feed(), embedded=request.param == "embedded")
    found.start()
    yield found
    found.stop()


def round_trip(broker: Broker) -> bytes:
    """A pendant's event as the hub's session hears it."""
    heard: list[bytes] = []
    ready: list[bool] = []
    hub = mqtt.Client(CallbackAPIVersion.VERSION2, "allswell-hub-events")
    hub.username_pw_set("allswell-hub-events", broker.passwords["allswell-hub-events"])
    hub.on_message = lambda client, data, message: heard.append(bytes(message.payload))
    hub.on_subscribe = lambda *args: ready.append(True)
    hub.connect("127.0.0.1", broker.port)
    hub.subscribe("allswell/+/up/event", 1)
    pendant = mqtt.Client(CallbackAPIVersion.VERSION2, "p07")
    pendant.username_pw_set("p07", broker.passwords["p07"])
    pendant.connect("127.0.0.1", broker.port)
    for turn in range(500):
        hub.loop(0.02)
        pendant.loop(0.02)
        if ready and turn % 50 == 10 and not heard:
            pendant.publish("allswell/p07/up/event", b"token", 1)
        if heard:
            break
    hub.disconnect()
    pendant.disconnect()
    return heard[0] if heard else b""


@pytest.mark.live
def test_a_pendant_reaches_the_hub_before_and_after_a_kill(broker: Broker) -> None:
    assert round_trip(broker) == b"token"
    port = broker.port
    broker.kill()
    assert not answers(port)
    broker.start()
    assert broker.port == port
    assert round_trip(broker) == b"token"


@pytest.mark.live
def test_a_frozen_broker_accepts_and_says_nothing(broker: Broker) -> None:
    broker.freeze()
    with socket.create_connection(("127.0.0.1", broker.port), 2) as link:
        link.settimeout(0.3)
        link.sendall(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")
        with pytest.raises(TimeoutError):
            link.recv(1)
    broker.thaw()
    assert round_trip(broker) == b"token"


def test_a_child_that_ends_early_says_why(tmp_path: Path) -> None:
    child = Child("loud", ["sh", "-c", "echo no such luck; exit 3"], tmp_path / "log")
    child.start()
    with pytest.raises(ChildFailed, match="no such luck"):
        child.until(lambda: False, 5, "an open port")
    assert child.wait() == 3


def test_a_whole_group_is_killed(tmp_path: Path) -> None:
    """A child of the child goes with it: nothing keeps the log's pipe open."""
    log = tmp_path / "log"
    child = Child("parent", ["sh", "-c", "sleep 100 & echo $!; wait"], log)
    child.start()
    child.until(lambda: log.read_text().strip().isdigit(), 5, "a grandchild")
    grandchild = Path("/proc") / log.read_text().strip()
    child.kill()
    assert not child.alive
    wait_until(lambda: _is_gone(grandchild), what="the grandchild's end")


def _is_gone(process: Path) -> bool:
    try:
        return "(sleep) Z" in (process / "stat").read_text()
    except OSError:
        return True
