"""The machine's clock is set to and fro: the hub's time goes on, and people are told."""

import pytest

from tests.hub.engine.loop_rig import Rig, kinds
from tests.hub.house import HOUR_MS, House


def test_a_jump_of_the_clock_is_noticed(house: House) -> None:
    rig = Rig(house)
    rig.step()
    rig.clock.jump(HOUR_MS)
    rig.step()
    alarms = len(rig.house.reader.open_alarms())
    for _ in range(3):
        rig.clock.advance(10)
        rig.step()
    assert kinds(rig.house) == {"clock_jumped"}
    assert len(rig.house.reader.open_alarms()) == alarms == 1, "told once"


def test_a_machine_that_was_set_back_or_never_knew_the_time_is_told_of(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(house)
    monkeypatch.setattr(rig.clock, "machine_ms", lambda: rig.clock.now_ms() - 24 * HOUR_MS)
    for _ in range(3):
        rig.clock.advance(10)
        rig.step()
    assert kinds(rig.house) == {"clock_jumped"}
    assert len(rig.house.reader.open_alarms()) == 1, "told once"
