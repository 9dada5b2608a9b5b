"""One hub on two real brokers over mutual TLS: both are heard and answered, either may be away."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest

from protocol.messages import SosPressed
from tests.live.clinic import Clinic, second_of
from tests.live.hub_process import Pendant
from tests.live.real_broker import RealBroker, wait_until

pytestmark = pytest.mark.live


class Pair:
    """A hub and its two brokers."""

    def __init__(self, folder: Path) -> None:
        self.clinic = Clinic(folder)
        self.first = self.clinic.broker
        self.second = second_of(self.clinic, folder / "second")
        self.name_second(self.second.port)
        self.pendants: list[Pendant] = []

    def name_second(self, port: int) -> None:
        settings = self.clinic.settings
        at = replace(settings.broker, second_host="127.0.0.1", second_port=port)
        self.clinic.settings = replace(settings, broker=at)

    def open(self) -> None:
        self.second.start()
        self.clinic.open()
        wait_until(lambda: self.links() == [True, True], 20, "both brokers")

    def links(self) -> list[bool]:
        assert self.clinic.app is not None
        return [link.is_up for link in self.clinic.app.reader.health().links]

    def pendant(self, name: str, port: int = 0) -> Pendant:
        found = self.clinic.pendant(name, port)
        self.pendants.append(found)
        wait_until(found.client.is_connected, what="the pendant on its broker")
        return found

    def twin(self, of: Pendant, port: int) -> Pendant:
        """The same pendant, as it comes to the other broker."""
        found = Pendant(of.settings | {"broker_port": str(port)}, tls=of.tls)
        self.pendants.append(found)
        wait_until(found.client.is_connected, what="the pendant on the other broker")
        return found

    def sos_presses(self) -> list[int]:
        """How many presses each open SOS holds."""
        assert self.clinic.app is not None
        return [
            len(each.presses) for each in self.clinic.app.reader.open_alarms() if each.kind == "sos"
        ]

    def close(self) -> None:
        for pendant in self.pendants:
            pendant.close()
        self.clinic.close()
        self.second.kill()


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Pair]:
    found = Pair(tmp_path)
    yield found
    found.close()


@pytest.fixture
def pair(closed: Pair) -> Pair:
    closed.open()
    return closed


def receipted(pendant: Pendant, identity: str) -> Callable[[], bool]:
    return lambda: identity in pendant.receipts()


def has_all(pendant: Pendant, wanted: set[str]) -> bool:
    return pendant.receipts() >= wanted


def test_a_press_over_either_is_receipted_where_she_listens(pair: Pair) -> None:
    for name, port in (("p-1", 0), ("p-2", pair.second.port)):
        pendant = pair.pendant(name, port)
        identity, token = pendant.press(SosPressed)
        pendant.say("sos", token)
        wait_until(receipted(pendant, identity), what=f"a receipt for {name}")


def test_the_same_press_over_both_is_one_press_and_answered_on_both(pair: Pair) -> None:
    here = pair.pendant("p-1")
    there = pair.twin(here, pair.second.port)
    identity, token = here.press(SosPressed)
    here.say("sos", token)
    there.say("sos", token)
    for each in (here, there):
        wait_until(receipted(each, identity), what="a receipt")
    wait_until(lambda: pair.clinic.app is not None and _unacknowledged(pair) == 0)
    assert pair.sos_presses() == [1]


def _unacknowledged(pair: Pair) -> int:
    assert pair.clinic.app is not None
    return sum(each.unacknowledged for each in pair.clinic.app.ingest.health())


def test_with_the_first_killed_the_second_carries_on_and_healthz_stays_well(pair: Pair) -> None:
    here = pair.pendant("p-1")
    pair.first.kill()
    wait_until(lambda: pair.links() == [False, True], what="the board to know")
    there = pair.twin(here, pair.second.port)
    identity, token = there.press(SosPressed)
    there.say("sos", token)
    wait_until(receipted(there, identity), what="a receipt over the second")
    app = pair.clinic.app
    assert app is not None
    assert httpx.get(f"{app.url}/healthz", trust_env=False, timeout=10).status_code == 200
    pair.first.start()
    wait_until(lambda: pair.links() == [True, True], 20, "the first to be back")


def test_what_both_have_kept_for_an_absent_hub_is_taken_from_both(pair: Pair) -> None:
    here = pair.pendant("p-1")
    there = pair.twin(here, pair.second.port)
    pair.clinic.close_hub()
    presses = [here.press(SosPressed) for _ in range(3)]
    (_, one), (_, two), (_, three) = presses
    for pendant, tokens in ((here, (one, two)), (there, (two, three))):
        for token in tokens:
            pendant.say("sos", token).wait_for_publish(10)
    pair.clinic.open_hub()
    wanted = {identity for identity, _ in presses}
    for each in (here, there):
        wait_until(partial(has_all, each, wanted), 20, "every receipt")
    assert pair.sos_presses() == [3]


def test_a_start_does_not_wait_for_a_broker_that_is_known_to_be_away(pair: Pair) -> None:
    pair.clinic.close_hub()
    pair.first.kill()
    began = time.monotonic()
    pair.clinic.open_hub()
    assert time.monotonic() - began < 9, "the drain's limit is ten seconds"
    assert pair.links() == [False, True]


@contextmanager
def black_hole() -> Iterator[int]:
    """Accepts, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_second_broker_that_never_answers_holds_up_nothing(closed: Pair) -> None:
    with black_hole() as port:
        closed.name_second(port)
        closed.clinic.open()
        pendant = closed.pendant("p-1")
        identity, token = pendant.press(SosPressed)
        pendant.say("sos", token)
        wait_until(receipted(pendant, identity), what="a receipt")
        wait_until(lambda: closed.links() == [True, False], 20, "the hub to tell it")


def test_a_second_broker_taken_out_of_the_settings_is_forgotten(pair: Pair) -> None:
    pair.clinic.close_hub()
    settings = pair.clinic.settings
    at = replace(settings.broker, second_host="")
    pair.clinic.settings = replace(settings, broker=at)
    pair.clinic.open_hub()
    wait_until(lambda: pair.links() == [True], what="one broker on the board")


def test_a_second_broker_of_somebody_else_is_not_spoken_to(pair: Pair, tmp_path: Path) -> None:
    other = Clinic(tmp_path / "other")
    stranger: RealBroker = other.broker
    stranger.start()
    try:
        pair.clinic.close_hub()
        pair.name_second(stranger.port)
        pair.clinic.open_hub()
        app = pair.clinic.app
        assert app is not None
        wait_until(lambda: app.reader.health().links[1].is_down, what="the finding")
        assert "is not our broker: " in app.reader.health().links[1].note
        assert "as allswell-hub-" not in stranger.log
    finally:
        stranger.kill()
