"""A start of the engine's loop: what the brokers kept first, then what fell due."""

from pathlib import Path

import pytest

from hub.inbox import LinkChanged
from tests.hub.engine.loop_rig import Rig, kinds
from tests.hub.house import HOUR_MS, START_MS, House


def test_a_start_takes_the_backlog_before_what_fell_due(house: House, tmp_path: Path) -> None:
    house.plan()
    house.beat("p-ada")
    arrival = house.item(house.handsets["p-ada"].message("arrived", START_MS + 60_000, "planned"))
    again = house.kill(tmp_path / "again")
    again.now_ms += HOUR_MS
    rig = Rig(again)
    rig.inbox.put(LinkChanged("events", True))
    rig.inbox.put(arrival)
    rig.loop._drain()
    assert rig.notes.acks == [arrival.mid]
    assert kinds(again) == set()
    rig.step()
    assert "arrival_unconfirmed" in kinds(again)
    assert "no_arrival" not in kinds(again)


def test_a_start_without_a_broker_waits_ten_seconds_at_most(house: House, tmp_path: Path) -> None:
    house.inside()
    again = house.kill(tmp_path / "again")
    rig = Rig(again)
    rig.loop._drain()
    assert 10_000 <= rig.clock.monotonic_ms() <= 11_000
    rig.step()


TWO = frozenset({"events", "events-2"})


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        ({"events": True, "events-2": True}, False),
        ({"events": True, "events-2": False}, False),
        ({"events": False, "events-2": True}, False),
        ({"events": True}, True),
        ({"events": False, "events-2": False}, True),
        ({"events": True, "beats-2": True}, True),
    ],
)
def test_of_two_brokers_the_one_that_is_away_is_not_waited_for_once_that_is_told(
    house: House, tmp_path: Path, told: dict[str, bool], waits: bool
) -> None:
    house.inside()
    again = house.kill(tmp_path / "again")
    rig = Rig(again, TWO)
    for session, up in told.items():
        rig.inbox.put(LinkChanged(session, up))
    rig.loop._drain()
    assert (rig.clock.monotonic_ms() >= 10_000) is waits
    rig.step()
