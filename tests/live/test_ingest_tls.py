"""The hub's sessions over mutual TLS on a real mosquitto: who is believed, and what is said."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import link as link_module
from hub.clock import utc_ms
from hub.devices import broker, certificates, keyring
from hub.devices.certificates import BROKER, CA, HUB_EVENTS, Credential
from hub.inbox import Inbox
from hub.ingest import Ingest
from hub.settings import BrokerAt
from tests.live.ingest_hub import Hub
from tests.live.real_broker import RealBroker, running, wait_until

pytestmark = pytest.mark.live
LIFE_MS = int(certificates.LEAF_YEARS * 365.25 * 86_400_000)


class Place:
    """A broker and the hub's folder of keys, each with its own copy."""

    def __init__(self, folder: Path) -> None:
        self.keys = folder / "hub-keys"
        keyring.make(self.keys, "Example Homes", (), utc_ms())
        self.ca = certificates.read(self.keys, CA)
        (folder / "keys").mkdir()
        self.real = RealBroker(folder, tls=True)
        self.real.write(broker.ACL, broker.acl())
        self.show(CA, self.ca)
        self.show(BROKER, certificates.read(self.keys, BROKER))
        self.hubs: list[Hub] = []

    def show(self, name: str, credential: Credential) -> None:
        """To the broker, from its next start."""
        certificates.write(self.real.folder / "keys", name, credential)

    def hub(self, port: int = 0) -> Hub:
        found = Hub.__new__(Hub)
        found.inbox, found.items = Inbox(), []
        at = BrokerAt(port=port or self.real.port, tls=True, keys=self.keys)
        found.ingest = Ingest(at, found.inbox)
        found.ingest.start()
        self.hubs.append(found)
        return found

    def note(self, hub: Hub) -> str:
        """Why the events session is down, as the board will say it."""
        hub.gather(lambda: any(not up for up, _ in hub.links()), 20)
        return next(note for up, note in hub.links() if not up)

    def close(self) -> None:
        for hub in self.hubs:
            hub.ingest.stop()
        self.real.kill()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    found = Place(tmp_path)
    yield found
    found.close()


def test_both_sessions_come_up_as_who_their_certificates_say(place: Place) -> None:
    place.real.start()
    hub = place.hub()
    hub.gather(hub.is_up, 20)
    for user in (broker.EVENTS_USER, broker.BEATS_USER):
        assert f"as {user} (p2, c0, k15, u'{user}')" in place.real.log


def test_a_broker_of_another_authority_is_not_ours(place: Place) -> None:
    other = certificates.make_ca("Example Homes", utc_ms())
    place.show(BROKER, certificates.issue_broker(other, (), utc_ms()))
    place.real.start()
    assert "is not our broker: " in place.note(place.hub())
    assert " as allswell-hub-" not in place.real.log, "nothing was said to it"


def test_a_pendant_s_certificate_makes_no_broker(place: Place) -> None:
    """Right authority, wrong name: whoever holds a pendant cannot play the broker."""
    place.show(BROKER, certificates.issue_client(place.ca, "p-1", utc_ms()))
    place.real.start()
    assert "is not our broker: " in place.note(place.hub())


def test_a_broker_under_another_name_is_not_ours(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "BROKER_NAME", "some-broker")
        place.show(BROKER, certificates.issue_broker(place.ca, ("127.0.0.1",), utc_ms()))
    place.real.start()
    assert "Hostname mismatch" in place.note(place.hub())


def test_a_broker_whose_certificate_has_ended_is_not_believed(place: Place) -> None:
    ended = certificates.issue_broker(place.ca, (), utc_ms() - LIFE_MS - 86_400_000)
    place.show(BROKER, ended)
    place.real.start()
    assert "certificate has expired" in place.note(place.hub())


def test_a_hub_with_a_certificate_of_another_authority_is_turned_away_and_says_so(
    place: Place,
) -> None:
    other = certificates.make_ca("Example Homes", utc_ms())
    mine = certificates.issue_client(other, broker.EVENTS_USER, utc_ms())
    certificates.write(place.keys, HUB_EVENTS, mine)
    place.real.start()
    hub = place.hub()
    assert "does it take the certificate of allswell-hub-events?" in place.note(hub)
    hub.gather(lambda: hub.links("beats") == [(True, "")], 20)


def test_a_broker_that_speaks_no_tls_is_told_as_such(place: Place, tmp_path: Path) -> None:
    with running(tmp_path / "plain") as plain:
        assert f"no TLS with 127.0.0.1 port {plain.port}" in place.note(place.hub(plain.port))


def test_a_broker_killed_frozen_and_back_is_heard_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "PROBE_EVERY_MS", 200)
    monkeypatch.setattr(link_module, "PROBE_LIMIT_MS", 500)
    place.real.start()
    hub = place.hub()
    hub.gather(hub.is_up, 20)
    place.real.kill()
    hub.gather(lambda: not hub.is_up())
    place.real.start()
    hub.gather(hub.is_up, 20)
    place.real.signal(signal.SIGSTOP)
    try:
        hub.gather(lambda: not hub.is_up(), 20)
    finally:
        place.real.signal(signal.SIGCONT)
    hub.gather(hub.is_up, 30)


def test_what_the_hub_says_goes_over_tls_and_is_not_read_on_the_way(place: Place) -> None:
    place.real.start()
    hub = place.hub()
    hub.gather(hub.is_up, 20)
    wait_until(lambda: hub.ingest.tell("p-1", b"a receipt"))
    assert hub.ingest.health()[0].up
