"""The running hub's word on its keys: in time, once, and gone when it is mended."""

import logging
from pathlib import Path

import pytest

from hub.devices import certificates, keyring
from hub.devices.upkeep import LOOK_EVERY_MS, Upkeep

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000


class Wall:
    now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    keyring.make(tmp_path / "keys", "Example", (), NOW_MS)
    return tmp_path / "keys"


def test_years_without_a_start_are_warned_of_once_and_until_it_is_mended(
    keys: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wall = Wall()
    upkeep = Upkeep(keys, wall)
    broker = certificates.read(keys, certificates.BROKER)
    with caplog.at_level(logging.WARNING):
        assert upkeep.faults() == ()
        wall.now_ms = broker.not_after_ms - keyring.WARN_DAYS * DAY_MS
        assert upkeep.faults() == ()
        wall.now_ms += LOOK_EVERY_MS
        ending = upkeep.faults()
    assert [each.split()[0] for each in ending] == ["broker", "hub-events", "hub-beats", "canary"]
    assert "broker ends in 59 days. Renew it: allswell keys renew broker." in ending
    assert len(caplog.records) == 4
    assert upkeep.faults() == ending
    assert len(caplog.records) == 4, "told once"
    for name in certificates.NAMES[1:]:
        keyring.renew(keys, name, wall.now_ms)
    assert upkeep.faults() == ending, "looked at each hour"
    wall.now_ms += LOOK_EVERY_MS
    assert upkeep.faults() == ()


def test_a_clock_that_is_set_back_is_looked_at_at_once(keys: Path) -> None:
    wall = Wall()
    upkeep = Upkeep(keys, wall)
    wall.now_ms += 20 * 366 * DAY_MS
    assert len(upkeep.faults()) == 4
    wall.now_ms = NOW_MS
    assert upkeep.faults() == ()


def test_a_hub_that_goes_by_passwords_has_nothing_to_say() -> None:
    assert Upkeep(None, Wall()).faults() == ()
