"""The hub's log becomes happenings: rows, alarms, and what people must do by hand for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.live.feed import Feed, Happening
from simulator.live.follow import Follower
from tests.hub.house import MINUTE_MS, House

WAIT_S = 10


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "hub")


@pytest.fixture
def feed(house: House) -> Iterator[Feed]:
    found = Feed()
    follower = Follower(house.folder, found, speed=1)
    follower.start()
    yield found
    follower.close()


def happened(feed: Feed, source: str, what: str) -> Happening:
    limit_s = feed.now_s() + WAIT_S
    found = feed.await_one(
        lambda item: (item.source, item.what) == (source, what),
        lambda: feed.now_s() < limit_s,
        0,
        True,
    )
    assert found is not None, f"{source} {what} was not told of"
    return found


def test_a_task_is_told_from_its_beginning_to_its_end(house: House, feed: Feed) -> None:
    house.sos("p-ada")
    raised = happened(feed, "alarm", "sos raised")
    opened = happened(feed, "task", "office-calls-999 open")
    assert (raised.who, opened.who) == ("ada", "ada")
    assert "999" in opened.text
    (sos,) = house.reader.open_alarms()
    house.forward(3 * MINUTE_MS)
    happened(feed, "task", "office-calls-999 asked")
    house.must("do_task", "tom", alarm=sos.id, task="office-calls-999", reference="CAD 1")
    assert happened(feed, "task", "office-calls-999 done").facts["by"] == "tom"


def test_a_managers_lease_spares_it(house: House, feed: Feed) -> None:
    house.sos("p-ada")
    (sos,) = house.reader.open_alarms()
    happened(feed, "task", "office-calls-999 open")
    house.must("acknowledge", "mia", alarm=sos.id)
    happened(feed, "alarm", "sos acknowledged")
    happened(feed, "task", "office-calls-999 spared")
