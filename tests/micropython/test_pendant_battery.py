"""The charge: warned in time for the next visit, a last word, and no odd reading believed."""

from firmware.pendant.battery import (
    CHARGED_PCT,
    GASP_PCT,
    LOW_PCT,
    RESERVE_PCT,
    VERY_LOW_PCT,
    VISIT_MA,
    Battery,
)
from firmware.pendant.rest import CAUSE
from tests.firmware.harness import Bench, on_visit

HOUR_MS = 3_600_000


def test_low_is_what_the_longest_visit_costs_and_never_less_than_a_fifth() -> None:
    for mah, hours in ((1000, 2), (1000, 8), (400, 2), (250, 4), (100, 24), (20_000, 1)):
        low_pct = Battery(mah, hours).low_pct
        assert LOW_PCT <= low_pct <= 95
        left_mah = (low_pct - RESERVE_PCT) * mah // 100
        assert low_pct == 95 or left_mah >= VISIT_MA * hours, (mah, hours)


def warned(battery: Battery, readings: "list[int]") -> list[int]:
    """At which of the readings."""
    return [pct for pct in readings if battery.measured(pct, False, 0)]


def test_she_is_warned_once_when_it_is_low_and_once_when_it_is_very_low() -> None:
    battery = Battery(1000, 2)
    assert warned(battery, list(range(100, 0, -1))) == [LOW_PCT, VERY_LOW_PCT]
    assert warned(Battery(1000, 2), [15, 15]) == [15]
    assert warned(Battery(1000, 2), [5]) == [5]
    assert warned(Battery(1000, 2), [0]) == [0]


def test_a_reading_that_flickers_warns_once_and_a_charge_anew() -> None:
    battery = Battery(1000, 2)
    assert warned(battery, [21, 20, 21, 20, 24, 20, 19]) == [20]
    assert warned(battery, [LOW_PCT + CHARGED_PCT, 20]) == [20]


def test_a_worn_cell_is_known_by_its_fall_on_a_visit() -> None:
    battery = Battery(1000, 2)
    for minute in range(61):  # a fifth in an hour: four times what the label says
        battery.measured(90 - 20 * minute // 60, True, minute * 60_000)
    assert battery.low_pct >= RESERVE_PCT + 38
    assert Battery(1000, 2).low_pct == LOW_PCT
    calm = Battery(1000, 2)
    for minute in range(61):
        calm.measured(90 - 20 * minute // 60, False, minute * 60_000)
    assert calm.low_pct == LOW_PCT, "off duty says nothing about a visit"
    for pct in (50, 80, 80, 79, 78, 77, 76):
        calm.measured(pct, True, 90 * 60_000)
    assert calm.low_pct == LOW_PCT, "a fall in no time at all is no fall"


def test_the_last_word_is_said_once_at_the_second_reading() -> None:
    battery = Battery(1000, 2)
    for pct, gasps in ((60, False), (2, False), (60, False), (9, False), (GASP_PCT + 1, False),
                       (GASP_PCT, True), (2, False), (0, False)):  # fmt: skip
        battery.measured(pct, True, 0)
        assert battery.gasps() is gasps, pct
    for pct in (GASP_PCT + CHARGED_PCT, GASP_PCT):
        battery.measured(pct, True, 0)
    assert battery.gasps() is True, "charged, and empty again"


def test_an_empty_cell_reads_nought_and_is_no_unknown_one() -> None:
    """3.3 V and less read 0 %: that is a charge, and the worst there is."""
    battery = Battery(1000, 2)
    assert not battery.low(), "not measured yet"
    assert (battery.measured(0, True, 0), battery.gasps(), battery.low()) == (True, False, True)
    battery.measured(0, True, 5000)
    assert battery.gasps(), "the second reading says so too"
    fallen = Battery(1000, 2)
    for pct in (60, 0, 0):
        fallen.measured(pct, True, 0)
    assert fallen.gasps()


def test_battery_low_is_felt_in_time_and_at_each_start_and_arrival() -> None:
    bench = Bench()
    bench.run(1000)
    bench.log.clear()
    bench.measure(LOW_PCT)
    assert bench.told() == ["battery-low"]
    bench.press("a", 2100)
    bench.run(500)
    assert bench.told().count("battery-low") == 2, "she starts out"
    bench = on_visit("on-the-way")
    bench.measure(LOW_PCT)
    bench.log.clear()
    bench.short("a")
    assert bench.told()[:2] == ["read-short", "battery-low"], "before the door is opened"
    bench = on_visit("inside")
    bench.measure(LOW_PCT)
    bench.log.clear()
    bench.short("a")
    assert "battery-low" not in bench.told(), "inside it is known"


def test_touch_off_duty_says_that_the_battery_is_the_reason() -> None:
    bench = Bench()
    bench.run(1000)
    bench.measure(LOW_PCT)
    bench.log.clear()
    bench.short("a")
    assert bench.told()[:3] == ["read-short", "status-bad", "battery-low"]


def test_the_last_gasp_is_kept_sent_resent_and_felt() -> None:
    bench = on_visit("inside")
    bench.link(False)
    for pct in (9, 3, 3, 2):
        bench.measure(pct)
    bench.run(100)
    assert bench.count("battery-ends") == 1
    assert bench.flash_kinds() == ["e"]
    bench.link(True)
    bench.run(1000)
    (gasp,) = [event for event in bench.hub.events if event.TYPE == "last-gasp"]
    assert gasp.battery_pct == 3  # type: ignore[attr-defined]  # a LastGasp
    assert bench.flash_kinds() == []


def test_a_cell_that_dies_over_many_starts_says_it_once() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.measure(8)
    for _ in range(6):
        bench.measure(2)
        bench.measure(2)
        bench.run(100)
        bench.reboot("power")
    assert bench.flash_kinds() == ["e"]


def test_in_the_night_a_low_battery_waits_for_her() -> None:
    bench = Bench(sleep=True)
    bench.run(5000)
    bench.battery_pct = 15
    bench.reboot(CAUSE, off_ms=HOUR_MS)
    bench.log.clear()
    bench.run(3000)
    assert bench.feels() == []
    bench.reboot(CAUSE, off_ms=HOUR_MS, woken_by=("a",))
    assert bench.told() == ["battery-low"]
