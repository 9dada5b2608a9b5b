"""A pendant's power goes in the middle of its work, not beside it: it writes when it is pressed."""

from pathlib import Path

import pytest

from simulator.storm.people import inhabit
from simulator.storm.plan import MINUTE_MS, Act, Plan
from simulator.storm.rates import CALM
from simulator.storm.seen import Befell, Kept, Powered, Sight
from simulator.storm.world import World

START_MS = 1_800_000_000_000
OFF_MS = 8_000
CUT = Act(5 * MINUTE_MS, "power_cut", "bea", OFF_MS, 3)
PRESS_MS = 9 * MINUTE_MS


def seen_after(folder: Path, *acts: Act) -> list[Sight]:
    plan = Plan(3, "homemaker-exeter", 1, START_MS, 30 * MINUTE_MS, CALM, acts, 5 * MINUTE_MS)
    world = World(plan, folder)
    assert list(world.handsets) == ["bea"]
    inhabit(world)
    world.run()
    return world.seen.all


def power(sights: list[Sight]) -> list[tuple[int, bool]]:
    return [(s.at_ms - START_MS, s.on) for s in sights if isinstance(s, Powered)]


def test_it_goes_at_the_operation_that_was_meant_however_late(tmp_path: Path) -> None:
    press = Act(PRESS_MS, "press", "bea", 0, "sos-hold")
    sights = seen_after(tmp_path, CUT, press)
    (_, (off_ms, is_on), (back_ms, _)) = power(sights)
    assert not is_on
    assert PRESS_MS < off_ms < PRESS_MS + 5_000, "while the press is being written"
    assert back_ms == off_ms + OFF_MS
    (fault,) = [s for s in sights if isinstance(s, Befell) and s.kind == "power_cut"]
    assert (fault.at_ms - START_MS, fault.ends_ms - fault.at_ms) == (off_ms, OFF_MS)
    assert not [s for s in sights if isinstance(s, Kept) and s.at_ms == START_MS + off_ms], "torn"


@pytest.mark.parametrize("operation", [1, 40])
def test_one_that_writes_nothing_loses_power_a_while_later(tmp_path: Path, operation: int) -> None:
    sights = seen_after(tmp_path, Act(CUT.at_ms, CUT.kind, CUT.who, OFF_MS, operation))
    off = [at_ms for at_ms, is_on in power(sights) if not is_on]
    assert off == [CUT.at_ms + 10 * MINUTE_MS]
