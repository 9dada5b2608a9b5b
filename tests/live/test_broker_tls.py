"""The broker's settings over mutual TLS, obeyed by a real mosquitto: who gets in, and as whom."""

import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.clock import utc_ms
from hub.devices import broker, certificates
from hub.devices.certificates import BROKER_NAME, Credential
from tests.live.caller import CLOSED, TURNED_AWAY, Caller, knock, shown
from tests.live.real_broker import RealBroker, running, wait_until

pytestmark = pytest.mark.live

Show = Callable[[Credential | None], ssl.SSLContext]


@pytest.fixture(scope="module")
def ca() -> Credential:
    return certificates.make_ca("Example Homes", utc_ms())


@pytest.fixture(scope="module")
def real(ca: Credential, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealBroker]:
    folder = tmp_path_factory.mktemp("broker")
    keys = folder / certificates.FOLDER
    keys.mkdir()
    certificates.write(keys, certificates.CA, ca)
    own = certificates.issue_broker(ca, ("127.0.0.1",), utc_ms())
    certificates.write(keys, certificates.BROKER, own)
    with running(folder, tls=True) as found:
        yield found


@pytest.fixture
def show(ca: Credential, tmp_path: Path) -> Show:
    return lambda own: shown(tmp_path / "own", ca, own)


def client(ca: Credential, name: str) -> Credential:
    return certificates.issue_client(ca, name, utc_ms())


def test_a_pendant_comes_in_by_its_certificate_alone_and_the_hub_by_its(
    real: RealBroker, ca: Credential, show: Show
) -> None:
    for user in ("p-aa", broker.EVENTS_USER, broker.BEATS_USER):
        assert knock(real.port, show(client(ca, user)), user) == "connack 0", user


def test_strangers_stay_outside(
    real: RealBroker, ca: Credential, show: Show, tmp_path: Path
) -> None:
    other = certificates.make_ca("Example Homes", utc_ms())
    forged = certificates.issue_client(other, "p-aa", utc_ms())
    assert knock(real.port, show(None), "p-aa") == TURNED_AWAY
    assert knock(real.port, show(forged), "p-aa") == TURNED_AWAY
    assert knock(real.port, None, "p-aa", "p-aa", "aa-password") == CLOSED
    # The broker's own certificate is no client's.
    broker_s = certificates.read(real.folder / certificates.FOLDER, certificates.BROKER)
    assert knock(real.port, show(broker_s), BROKER_NAME) == TURNED_AWAY
    # A pendant that trusts another authority hangs up before it has said anything.
    distrusting = shown(tmp_path / "distrusting", other, client(ca, "p-aa"))
    assert knock(real.port, distrusting, "p-aa") == TURNED_AWAY


def test_an_ended_certificate_of_ours_is_turned_away(
    real: RealBroker, ca: Credential, show: Show
) -> None:
    ended = certificates.issue_client(ca, "p-aa", utc_ms() - 11 * 31_557_600_000)
    assert knock(real.port, show(ended), "p-aa") == TURNED_AWAY


def test_what_a_client_calls_itself_changes_nothing(
    real: RealBroker, ca: Credential, show: Show
) -> None:
    """p-aa's keys with p-bb's client id and name: it is p-aa all the same, and p-bb stays on."""
    victim = Caller(real, "p-bb", tls=show(client(ca, "p-bb")))
    assert victim.subscribe("allswell/p-bb/down") == 1
    thief = Caller(real, "p-bb", tls=show(client(ca, "p-aa")))
    hub = Caller(real, broker.EVENTS_USER, tls=show(client(ca, broker.EVENTS_USER)))
    assert hub.subscribe("allswell/+/up/sos") == 1
    for lane in ("sos", "event", "beat"):
        assert thief.publish(f"allswell/p-bb/up/{lane}") == 135, lane
    assert thief.publish("allswell/p-aa/up/sos") == 0
    thief.subscribe("allswell/p-bb/down")
    thief.subscribe("allswell/p-aa/down")
    assert hub.publish("allswell/p-bb/down", b"for bb") == 0
    assert hub.publish("allswell/p-aa/down", b"for aa") == 0
    wait_until(lambda: bool(victim.heard) and bool(thief.heard))
    assert victim.heard == [("allswell/p-bb/down", b"for bb")]
    assert thief.heard == [("allswell/p-aa/down", b"for aa")]
    for each in (victim, thief, hub):
        each.close()


def test_a_password_in_the_connect_does_not_name_another(
    real: RealBroker, ca: Credential, show: Show
) -> None:
    context = show(client(ca, "p-aa"))
    assert knock(real.port, context, "p-aa", broker.EVENTS_USER, "x") == "connack 0"
    caller = Caller(real, "p-aa", tls=context)
    assert caller.publish("allswell/p-bb/down") == 135
    caller.close()


def test_a_name_that_nobody_gave_out_reaches_only_its_own_topics(
    real: RealBroker, ca: Credential, show: Show
) -> None:
    """Ours, but for no pendant on the books: what it may say, the hub does not believe."""
    odd = Caller(real, "p-odd", tls=show(client(ca, "p-odd")))
    for topic in ("allswell/p-aa/up/sos", "allswell/hub/events", "$SYS/x", "allswell/p-odd/down"):
        assert odd.publish(topic) == 135, topic
    odd.close()


def test_a_revoked_pendant_s_certificate_still_carries_its_sos_and_nothing_else(
    real: RealBroker, ca: Credential, show: Show
) -> None:
    hub = Caller(real, broker.EVENTS_USER, tls=show(client(ca, broker.EVENTS_USER)))
    hub.subscribe("allswell/+/up/sos")
    hub.subscribe("allswell/+/up/event")
    gone = Caller(real, "p-revoked", tls=show(client(ca, "p-revoked")))
    assert gone.publish("allswell/p-revoked/up/sos", b"help") == 0
    assert gone.publish("allswell/p-revoked/up/event") == 135
    assert gone.publish("allswell/p-revoked/up/beat") == 135
    wait_until(lambda: hub.heard == [("allswell/p-revoked/up/sos", b"help")])
    for each in (hub, gone):
        each.close()


def test_nothing_older_than_tls_1_2_is_spoken(real: RealBroker, ca: Credential, show: Show) -> None:
    context = show(client(ca, "p-aa"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    assert knock(real.port, context, "p-aa") == TURNED_AWAY
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert knock(real.port, context, "p-aa") == "connack 0"


def serial(port: int, context: ssl.SSLContext) -> str:
    """Of the certificate that the broker shows just now."""
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname=BROKER_NAME) as call,
    ):
        found = call.getpeercert()
    assert found is not None
    return str(found["serialNumber"])


def test_a_renewed_certificate_is_shown_after_a_reload_and_nobody_is_thrown_out(
    real: RealBroker, ca: Credential, show: Show
) -> None:
    context = show(client(ca, "p-aa"))
    hub = Caller(real, broker.EVENTS_USER, tls=show(client(ca, broker.EVENTS_USER)))
    hub.subscribe("allswell/+/up/sos")
    caller = Caller(real, "p-aa", tls=context)
    before = serial(real.port, context)
    keys = real.folder / certificates.FOLDER
    renewed = certificates.issue_broker(ca, ("127.0.0.1",), utc_ms())
    certificates.write(keys, certificates.BROKER, renewed)
    real.signal(signal.SIGHUP)
    wait_until(lambda: serial(real.port, context) != before, what="the renewed certificate")
    assert caller.publish("allswell/p-aa/up/sos") == 0
    assert knock(real.port, show(client(ca, "p-bb")), "p-bb") == "connack 0"
    for each in (hub, caller):
        each.close()
