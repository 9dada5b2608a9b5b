"""Which clock a hub runs by: the machine's, or its own when a simulation is ahead of it."""

from pathlib import Path

import pytest

from hub.app import clock_of
from hub.clock import ScaledClock, SystemClock, utc_ms
from hub.settings import Settings, Simulation
from hub.store.genesis import REAL, SIMULATION, Genesis
from hub.store.store import Store

DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("mode", "ahead_ms", "kind"),
    [
        (REAL, -DAY_MS, SystemClock),
        (REAL, DAY_MS, SystemClock),  # the machine was set back: that is to be seen
        (SIMULATION, -DAY_MS, SystemClock),
        (SIMULATION, DAY_MS, ScaledClock),
    ],
)
def test_a_simulation_ahead_of_the_machine_keeps_its_own_time(
    tmp_path: Path, mode: str, ahead_ms: int, kind: type
) -> None:
    made_ms = utc_ms() + ahead_ms
    store = Store(tmp_path, Genesis("g", "Somebody's", "Europe/London", mode, made_ms))
    settings = Settings(folder=tmp_path, simulation=Simulation(enabled=mode == SIMULATION))
    clock = clock_of(settings, store)
    assert type(clock) is kind
    assert clock.now_ms() >= made_ms
    ahead = clock.now_ms() - clock.machine_ms()
    is_own = mode == SIMULATION or ahead_ms < 0
    assert (abs(ahead) < DAY_MS / 2) == is_own
    store.close()
