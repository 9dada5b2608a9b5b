"""Random histories run again by their own procedure ring as they rang in the log, to the second.

Rule: this is what makes a difference between two procedures believable: run by the same one, there
is none.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from hub.policy.again import retell
from tests.hub.engine.test_replay import ALARM_COMMANDS, GESTURES, VISIT_COMMANDS
from tests.hub.house import MINUTE_MS, POLICY, House

STEPS = 60
PLANS = ("ada", "bea", "ada,bea")


def act(house: House, chance: Random, visits: list[str]) -> None:
    """Somebody plans, commands, presses, answers an alarm, or time passes."""
    drawn = chance.random()
    if drawn < 0.08 and len(visits) < len(PLANS):
        in_ms = chance.choice((0, 5, 20)) * MINUTE_MS
        visits.append(house.plan(PLANS[len(visits)], in_ms=in_ms, coverage="good"))
    elif drawn < 0.35 and visits:
        kind = chance.choice(sorted(VISIT_COMMANDS))
        about = {"visit": chance.choice(visits), "worker": chance.choice(PLANS[:2])}
        house.ask_with(kind, chance.choice(("tom", "mia", "dan")), VISIT_COMMANDS[kind] | about)
    elif drawn < 0.5:
        said = chance.choice(sorted(GESTURES))
        house.press(f"p-{chance.choice(PLANS[:2])}", said, gesture=GESTURES[said])
    elif drawn < 0.6 and house.engine.state.alarms:
        kind = chance.choice(("acknowledge", "resolve", "record_contact"))
        alarm = chance.choice(sorted(house.engine.state.alarms))
        facts = {**ALARM_COMMANDS.get(kind, {}), "alarm": alarm}
        house.ask_with(kind, chance.choice(("tom", "mia")), facts)
    else:
        house.forward(chance.choice((1, 3, 10, 25)) * MINUTE_MS)


@pytest.mark.parametrize("seed", range(6))
def test_run_by_its_own_procedure_each_visit_rings_as_it_rang(tmp_path: Path, seed: int) -> None:
    house, chance, visits = House(tmp_path / "hub"), Random(seed), list[str]()
    house.groundwork()
    visits.append(house.plan("ada", coverage="good"))
    for _ in range(STEPS):
        act(house, chance, visits)
    with closing(sqlite3.connect(house.folder / "hub.sqlite")) as conn:
        found = retell(conn, POLICY)
    assert found.visits >= len(visits)
    assert (found.same, found.faithful) == (found.visits, found.visits), found.differences
