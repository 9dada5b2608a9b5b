"""A simulation over TLS: the broker hears whom the authority named, and nobody else."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.live.broker import Broker
from simulator.live.child import ChildFailed
from simulator.live.feed import Feed, Happening
from simulator.live.keyring import Keyring
from simulator.live.pendant import Pendant, new_secret
from tests.conftest import need

pytestmark = [pytest.mark.live, pytest.mark.micropython]


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def broker(tmp_path: Path, feed: Feed) -> Iterator[Broker]:
    need("mosquitto")
    need("micropython")
    keyring = Keyring(tmp_path / "keys", ["p07"])
    made = Broker(tmp_path / "broker", ["p07"], feed, keyring=keyring)
    made.start()
    yield made
    made.stop()


def pendant_of(folder: Path, broker: Broker, feed: Feed, ders: dict[str, bytes]) -> Pendant:
    settings = {
        "pendant": "p07", "key_id": "p07", "secret": new_secret().hex(),
        "broker_host": "127.0.0.1", "broker_port": broker.port, **broker.for_pendant("p07"),
    }  # fmt: skip
    made = Pendant("p07", folder / "p07", settings, feed)
    for name, der in ders.items():
        (made.flash / name).write_bytes(der)
    return made


def linked(feed: Feed, within_s: float) -> Happening | None:
    limit_s = feed.now_s() + within_s
    return feed.await_one(
        lambda item: (item.source, item.what) == ("link", "up"), lambda: feed.now_s() < limit_s
    )


def test_a_pendant_with_its_own_keys_is_linked(tmp_path: Path, broker: Broker, feed: Feed) -> None:
    assert broker.keyring is not None
    pendant = pendant_of(tmp_path, broker, feed, broker.keyring.equip("p07"))
    pendant.start()
    try:
        assert linked(feed, 15) is not None, pendant.child.last_words()
    finally:
        pendant.close()


def test_a_pendant_of_another_authority_is_not(tmp_path: Path, broker: Broker, feed: Feed) -> None:
    others = Keyring(tmp_path / "others", ["p07"])
    pendant = pendant_of(tmp_path, broker, feed, others.equip("p07"))
    pendant.start()
    try:
        assert linked(feed, 4) is None
    finally:
        pendant.close()


def test_the_broker_wants_a_certificate_and_shows_its_own(broker: Broker) -> None:
    assert broker.keyring is not None
    certificate = ssl.get_server_certificate  # it is shown before ours is asked for
    shown = certificate(("127.0.0.1", broker.port))
    assert "BEGIN CERTIFICATE" in shown
    log = (broker.folder / "broker.log").read_text()
    assert "peer did not return a certificate" in log


def test_nothing_secret_is_written_for_users_and_none_is_told(broker: Broker) -> None:
    assert not (broker.folder / "broker.passwords").exists()
    assert broker.for_pendant("p07") == {"tls": True}
    assert set(broker.for_hub(1)) == {"host", "port", "files", "tls", "keys"}


def test_without_mosquitto_there_is_no_tls(tmp_path: Path, feed: Feed) -> None:
    keyring = Keyring(tmp_path / "more", [])
    with pytest.raises(ChildFailed, match="mutual TLS"):
        Broker(tmp_path / "embedded", [], feed, embedded=True, keyring=keyring)
