"""The hub's time never goes back, and runs faster only where nothing is real."""

import threading

import pytest

from hub.clock import ManualClock, ScaledClock, SystemClock, utc_ms

FAR_MS = 4_000_000_000_000


def test_time_never_precedes_the_last_commit() -> None:
    assert FAR_MS <= SystemClock(FAR_MS).now_ms() < FAR_MS + 60_000


def test_a_machine_set_back_does_not_make_time_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    utc, link = [FAR_MS], [0]
    monkeypatch.setattr("hub.clock.utc_ms", lambda: utc[0])
    monkeypatch.setattr("hub.clock.link_ms", lambda: link[0])
    clock = SystemClock()
    assert clock.now_ms() == FAR_MS
    utc[0], link[0] = FAR_MS - 86_400_000, 1_200_000
    assert clock.now_ms() == FAR_MS + 1_200_000
    assert clock.machine_ms() == FAR_MS - 86_400_000
    utc[0], link[0] = FAR_MS + 3_600_000, 1_200_001
    assert clock.now_ms() == FAR_MS + 3_600_000


def test_time_is_utc_without_a_commit() -> None:
    before = utc_ms()
    assert before <= SystemClock().now_ms() <= utc_ms()


def test_a_scaled_clock_needs_a_simulation() -> None:
    with pytest.raises(ValueError, match="SIMULATION"):
        ScaledClock(10, "REAL")


@pytest.mark.parametrize("speed", [0, -1, 10_000_000])
def test_a_speed_has_limits(speed: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        ScaledClock(speed, "SIMULATION")


def test_rule_time_scales_and_link_time_does_not() -> None:
    clock = ScaledClock(1_000, "SIMULATION", FAR_MS)
    link_ms, rule_ms = clock.monotonic_ms(), clock.now_ms()
    while clock.monotonic_ms() - link_ms < 5:
        pass
    assert clock.now_ms() - rule_ms >= 4_000
    assert clock.now_ms() - FAR_MS <= (clock.monotonic_ms() - link_ms + 5) * 1_000


def test_a_manual_clock_moves_by_waiting() -> None:
    clock = ManualClock(1_000)
    with (condition := threading.Condition()):
        assert not clock.wait(condition, 250)
    assert (clock.now_ms(), clock.monotonic_ms()) == (1_250, 250)
    clock.jump(-100)
    assert (clock.now_ms(), clock.monotonic_ms()) == (1_150, 250)
