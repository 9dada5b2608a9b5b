"""The real firmware with two real brokers over mutual TLS; behind one of them is a live hub."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from firmware.pendant.brokers import HUB_WAIT_MS
from hub.clock import utc_ms
from hub.devices import certificates
from tests.live.clinic import Clinic, second_of
from tests.live.driven_pendant import DrivenPendant, Told
from tests.live.real_broker import RealBroker
from tests.live.secure_pendant import secure

pytestmark = [pytest.mark.live, pytest.mark.micropython]
NAME = "p-1"


class Pair:
    """A hub on one broker, and another broker of the same installation that it does not know."""

    def __init__(self, folder: Path) -> None:
        self.clinic = Clinic(folder)
        self.empty = second_of(self.clinic, folder / "empty")
        self.clinic.open()
        self.empty.start()
        self.secret = os.urandom(32).hex()
        assert self.clinic.app is not None
        facts = {"id": NAME, "secret": self.secret, "key_id": NAME}
        assert self.clinic.app.inbox.ask("add_pendant", "cli", facts).ok

    def told(self, first: RealBroker, second: RealBroker) -> Told:
        return {
            "pendant": NAME,
            "key_id": NAME,
            "secret": self.secret,
            "broker_host": "127.0.0.1",
            "broker_port": first.port,
            "second_host": "127.0.0.1",
            "second_port": second.port,
            "tls": True,
        }

    def close(self) -> None:
        self.clinic.close()
        self.empty.kill()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    found = Pair(tmp_path / "site")
    yield found
    found.close()


@pytest.fixture
def pendant(pair: Pair, tmp_path: Path) -> Iterator[DrivenPendant]:
    """It knows the empty broker as its first."""
    ca = certificates.read(pair.clinic.keys, certificates.CA)
    own = certificates.issue_client(ca, NAME, utc_ms())
    told = pair.told(pair.empty, pair.clinic.broker)
    with secure(tmp_path, "micropython", told, ca, own) as found:
        found.start()
        yield found


def at(broker: RealBroker) -> str:
    return f"127.0.0.1:{broker.port}"


def sos(pendant: DrivenPendant) -> float:
    """Pressed until a hub has it; returns how long that took."""
    began = time.monotonic()
    pendant.say(button="s", down=True)
    pendant.until(feel="stored")
    pendant.say(button="s", down=False)
    pendant.until(feel="hub-has-it")
    return time.monotonic() - began


def test_a_broker_without_a_hub_is_left_for_the_one_with_it(
    pair: Pair, pendant: DrivenPendant
) -> None:
    pendant.until(broker=at(pair.empty))
    pendant.until(link=True)
    assert sos(pendant) < 2 + HUB_WAIT_MS / 1000 + 5, "a hold, the wait, and a machine that is busy"
    assert pendant.said(broker=at(pair.clinic.broker))
    assert not pendant.said(feel="person-has-it")


def test_it_comes_back_when_the_hub_s_broker_does(pair: Pair, pendant: DrivenPendant) -> None:
    sos(pendant)
    pair.clinic.broker.kill()
    pendant.until(link=False)
    pendant.until(broker=at(pair.empty))
    pendant.until(link=True)
    pair.clinic.broker.start()
    sos(pendant)


def test_a_hub_that_moves_to_the_other_broker_is_found(pair: Pair, pendant: DrivenPendant) -> None:
    sos(pendant)
    pair.clinic.close_hub()
    settings = pair.clinic.settings
    moved = replace(settings.broker, port=pair.empty.port)
    pair.clinic.settings = replace(settings, broker=moved)
    pair.clinic.open_hub()
    sos(pendant)


def test_without_a_hub_anywhere_it_does_not_flap(pair: Pair, pendant: DrivenPendant) -> None:
    pair.clinic.close_hub()
    for broker in (pair.empty, pair.clinic.broker, pair.empty):
        pendant.until(broker=at(broker))
        pendant.until(link=True)
    linked_ms = [int(str(told["at_ms"])) for told in pendant.told if told.get("link") is True]
    stays_ms = [after - before for before, after in pairwise(linked_ms)]
    assert stays_ms[0] >= HUB_WAIT_MS
    assert stays_ms[1] >= 2 * HUB_WAIT_MS, "twice as long the second time"
