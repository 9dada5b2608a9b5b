"""The files we ship, obeyed by a real mosquitto: who gets in, who may say what."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.devices import broker, site
from protocol.topics import UP_LANES
from tests.conftest import need
from tests.live.caller import Caller
from tests.live.real_broker import RealBroker, running, wait_until

pytestmark = pytest.mark.live


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealBroker]:
    with running(tmp_path) as found:
        yield found


def test_our_password_hashes_let_in_who_knows_the_password_and_nobody_else(
    real: RealBroker,
) -> None:
    for user, password, code in [
        ("p-aa", None, 0),
        ("p-aa", "wrong", 135),
        ("p-aa", "", 135),
        ("nobody", "x", 135),
        (broker.EVENTS_USER, None, 0),
    ]:
        caller = Caller(real, user, password)
        caller.close()
        assert caller.code == code, (user, password)


def test_a_pendant_speaks_on_its_own_topics_only(real: RealBroker) -> None:
    hub = Caller(real, broker.EVENTS_USER)
    beats = Caller(real, broker.BEATS_USER)
    caller = Caller(real, "p-aa")
    assert [hub.subscribe(f"allswell/+/up/{lane}") for lane in ("sos", "event")] == [1, 1]
    assert beats.subscribe("allswell/+/up/beat") == 1
    assert caller.subscribe("allswell/p-aa/down") == 1
    for lane in ("sos", "event", "beat"):
        assert caller.publish(f"allswell/p-aa/up/{lane}") == 0, lane
        assert caller.publish(f"allswell/p-bb/up/{lane}") == 135, lane
    assert caller.publish("allswell/p-aa/down") == 135
    assert caller.publish("allswell/hub/events") == 135
    assert hub.publish("allswell/p-aa/down", b"standing") == 0
    assert hub.publish("allswell/p-aa/up/sos") == 135
    wait_until(lambda: caller.heard == [("allswell/p-aa/down", b"standing")])
    wait_until(lambda: len(hub.heard) == 2 and len(beats.heard) == 1)
    for each in (hub, beats, caller):
        each.close()


def test_a_pendant_does_not_hear_what_is_meant_for_another(real: RealBroker) -> None:
    hub, caller = Caller(real, broker.EVENTS_USER), Caller(real, "p-aa")
    caller.subscribe("#")
    caller.subscribe("allswell/p-aa/down")
    hub.publish("allswell/p-bb/down", b"not yours")
    hub.publish("allswell/p-aa/down", b"yours")
    wait_until(lambda: bool(caller.heard))
    assert {payload for _, payload in caller.heard} == {b"yours"}
    for each in (hub, caller):
        each.close()


def test_a_revoked_pendant_keeps_its_sos_and_nothing_else(real: RealBroker) -> None:
    caller = Caller(real, "p-revoked")
    codes = {lane: caller.publish(f"allswell/p-revoked/up/{lane}") for lane in UP_LANES}
    hub = Caller(real, broker.EVENTS_USER)
    caller.subscribe("allswell/p-revoked/down")
    hub.publish("allswell/p-revoked/down", b"secret")
    assert codes["event"] == 135
    assert codes["beat"] == 135
    hub.subscribe("allswell/+/up/sos")
    assert caller.publish("allswell/p-revoked/up/sos") == 0
    wait_until(lambda: bool(hub.heard))
    assert caller.heard == []
    for each in (hub, caller):
        each.close()


def test_a_pendant_revoked_while_the_broker_runs_is_cut_at_the_reload(real: RealBroker) -> None:
    caller = Caller(real, "p-aa")
    hub = Caller(real, broker.EVENTS_USER)
    hub.subscribe("allswell/+/up/event")  # else MQTT 5 says 16: nobody listens
    assert caller.publish("allswell/p-aa/up/event") == 0
    real.write("broker.acl", broker.acl(["p-aa"]))
    real.signal(signal.SIGHUP)
    wait_until(lambda: caller.publish("allswell/p-aa/up/event") == 135, what="the ACL's reload")
    for each in (hub, caller):
        each.close()


def test_a_mosquitto_started_twice_is_still_found_when_its_files_have_changed(
    real: RealBroker,
) -> None:
    caller, hub = Caller(real, "p-aa"), Caller(real, broker.EVENTS_USER)
    hub.subscribe("allswell/+/up/event")
    wait_until((real.folder / broker.PID).exists, what="its note of its number")
    second = subprocess.run(
        [need("mosquitto"), "-c", str(real.folder / broker.CONF)], capture_output=True, check=False
    )
    assert second.returncode, "the port is taken"
    assert not (real.folder / broker.PID).exists(), "it took the note with it"
    real.write("broker.acl", broker.acl(["p-aa"]))
    assert site.reload(real.folder)
    wait_until(lambda: caller.publish("allswell/p-aa/up/event") == 135, what="the ACL's reload")
    for each in (hub, caller):
        each.close()
    real.kill()
    assert not site.reload(real.folder)
