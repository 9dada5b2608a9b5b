"""The model is nothing but a sum: what it says can be reckoned by hand."""

import pytest

from simulator.energy.charge import Bill, bill_of
from simulator.energy.inputs import INPUTS, UnknownInput, numbers
from simulator.energy.meter import Use

HOUR_MS = 3_600_000


def mah(bill: Bill, name: str) -> float:
    [found] = [item.mah for item in bill.items if item.name == name]
    return found


def test_a_day_asleep_costs_what_sleep_costs() -> None:
    bill = bill_of(Use(day_ms=24 * HOUR_MS), numbers())
    assert mah(bill, "deep sleep") == pytest.approx(24 * 0.058)
    assert bill.mah == pytest.approx(24 * 0.058)


def test_an_hour_connected_without_a_word_is_core_and_association() -> None:
    use = Use(day_ms=HOUR_MS, awake_ms=HOUR_MS)
    bill = bill_of(use, numbers({"loop_busy_pct": 0}))
    assert bill.mah == pytest.approx(29.5)


def test_the_published_figure_at_full_clock_is_met_within_a_milliampere() -> None:
    """ESP-IDF lists 40.1 mA for modem-sleep at DTIM 1 with the core at full clock: the sum of our
    two parts, with the datasheet's figure for 240 MHz, says the same."""
    use = Use(day_ms=HOUR_MS, awake_ms=HOUR_MS)
    bill = bill_of(use, numbers({"loop_busy_pct": 0, "cpu_idle_ma": 32.9}))
    assert bill.mah == pytest.approx(40.1, abs=1)


def test_each_message_is_charged_for_air_work_and_lingering() -> None:
    n = numbers({"loop_busy_pct": 0})
    quiet = bill_of(Use(day_ms=HOUR_MS, awake_ms=HOUR_MS), n)
    use = Use(day_ms=HOUR_MS, awake_ms=HOUR_MS, sent=360, sent_bytes=360 * 500, bursts=360)
    bill = bill_of(use, n)
    air_s = 360 * (500 + 165) * 8 / 1_000_000
    linger_s = 360 * 0.05
    work_s = 360 * 0.06
    want = (air_s * 340 + linger_s * 88 + work_s * 6.4) / 3600
    assert bill.mah - quiet.mah == pytest.approx(want)


def test_a_wake_is_a_start_a_join_and_a_handshake() -> None:
    bill = bill_of(Use(day_ms=1, wakes=10, connects=10), numbers())
    got = mah(bill, "starts") + mah(bill, "Wi-Fi joined") + mah(bill, "TLS handshakes")
    assert got == pytest.approx(10 * (65 + 204 + 95) / 3600)


def test_days_are_the_usable_part_of_the_cell_over_a_day() -> None:
    use = Use(day_ms=24 * HOUR_MS, awake_ms=5 * HOUR_MS)
    bill = bill_of(use, numbers())
    assert bill.days == pytest.approx(900 / bill.mah)


def test_every_input_says_where_it_comes_from() -> None:
    assert len({each.name for each in INPUTS}) == len(INPUTS)
    for each in INPUTS:
        assert each.source, each.name
        assert each.unit, each.name


def test_every_input_counts() -> None:
    """An input that nothing multiplies by would be decoration."""
    use = Use(
        day_ms=24 * HOUR_MS, awake_ms=5 * HOUR_MS, searching_ms=60_000, wakes=9, connects=8,
        sent=900, sent_bytes=400_000, heard=900, heard_bytes=400_000, pings=20, bursts=900,
        writes=30, felt=40, motor_ms=9_000, led_ms=12_000,
    )  # fmt: skip
    base = bill_of(use, numbers()).days
    for each in INPUTS:
        changed = bill_of(use, numbers({each.name: each.value * 2 + 1}))
        assert changed.days != pytest.approx(base, rel=1e-9), each.name


def test_an_unknown_or_negative_input_is_refused_by_name() -> None:
    with pytest.raises(UnknownInput, match="no input is called 'volts'"):
        numbers({"volts": 3})
    with pytest.raises(UnknownInput, match="rx_ma must not be negative"):
        numbers({"rx_ma": -1})
