"""What outlives a sleep and a reboot: the last good time, and whether she wants quiet."""

from firmware.pendant import journal
from firmware.pendant.clock import (
    AHEAD_MS,
    FIRST_MS,
    KEEP_ASLEEP_MS,
    KEEP_EVERY_MS,
    TELL_EVERY_MS,
    Clock,
)
from tests.firmware.fake_hub import HUB_EPOCH_MS
from tests.firmware.harness import Bench, on_visit

HOUR_MS = 3_600_000


def test_the_clock_is_told_first_of_a_boot_then_hourly_and_kept() -> None:
    bench = Bench(offduty_beat_s=3600)
    bench.hub.answers = True
    told: list[tuple[int, int]] = []
    kept = []
    for _ in range(14):
        bench.run(HOUR_MS // 2)
        told += [(at_ms, out[1]) for at_ms, out in bench.said("clock")]
        kept.append(bench.flash[journal.CLOCK_NAME])
        bench.log.clear()
    assert told[0][0] < 1000
    for at_ms, utc_ms in told:
        assert abs(utc_ms - (HUB_EPOCH_MS + at_ms)) < 1000
    gaps = [told[at + 1][0] - told[at][0] for at in range(len(told) - 1)]
    assert len(gaps) == 6 and min(gaps) >= TELL_EVERY_MS
    assert len(set(kept[:12])) == 1 and len(set(kept)) == 2, "a flash wears"
    assert KEEP_EVERY_MS == 6 * HOUR_MS


def test_the_last_good_time_is_there_at_once_after_a_start() -> None:
    bench = Bench()
    bench.run(1000)
    kept = journal.read([(journal.CLOCK_NAME, bench.flash[journal.CLOCK_NAME])], "x").clock_ms
    assert abs(kept - HUB_EPOCH_MS) < 2000
    bench.link(False)
    bench.log.clear()
    bench.reboot("power", off_ms=HOUR_MS)
    assert [out for _at_ms, out in bench.said("clock")] == [("clock", kept)]


def test_a_press_is_never_dated_by_the_kept_clock() -> None:
    bench = Bench()
    bench.run(1000)
    bench.link(False)
    bench.reboot("power")
    bench.short("d")
    bench.link(True)
    bench.run(1000)
    assert bench.hub.events[-1].heard_ms == 0


def test_before_it_sleeps_an_old_clock_is_kept_anew() -> None:
    out: list[tuple[object, ...]] = []
    clock = Clock()
    clock.restore(HUB_EPOCH_MS, out)
    clock.before_sleep(HUB_EPOCH_MS + KEEP_ASLEEP_MS - 1, out)
    clock.before_sleep(0, out)
    assert out == [("clock", HUB_EPOCH_MS)]
    clock.before_sleep(HUB_EPOCH_MS + KEEP_ASLEEP_MS, out)
    assert [item[:2] for item in out[1:]] == [("persist", journal.CLOCK_NAME)]


def heard(clock: Clock, utc_ms: int) -> list[str]:
    out: list[tuple[object, ...]] = []
    clock.heard(utc_ms, 0, out)
    return [str(item[0]) for item in out]


def test_a_time_that_no_certificate_would_outlive_never_reaches_the_board() -> None:
    """The hub's clock jumped: believed and kept, every broker would have ended for ever."""
    both = ["clock", "persist"]
    for kept_ms in (0, HUB_EPOCH_MS):
        for wrong_ms in (1, FIRST_MS - 1, max(kept_ms, FIRST_MS) + AHEAD_MS + 1, 4_102_444_800_000):
            clock = Clock()
            clock.restore(kept_ms, [])
            assert heard(clock, wrong_ms) == [], wrong_ms
            assert heard(clock, HUB_EPOCH_MS + HOUR_MS * 9) == both, "the right time is heard yet"


def test_a_kept_time_that_ran_ahead_is_put_right_by_the_hub() -> None:
    clock = Clock()
    clock.restore(HUB_EPOCH_MS + AHEAD_MS, [])
    assert heard(clock, HUB_EPOCH_MS) == ["clock", "persist"]


def test_a_kept_time_out_of_all_reason_is_not_given_to_the_board() -> None:
    out: list[tuple[object, ...]] = []
    Clock().restore(FIRST_MS - 1, out)
    assert out == []


def test_a_clock_record_that_is_none_is_told_apart() -> None:
    for body in (b"", b"x", b"-1", b"1.5", b"1" * 15, b"\xff"):
        found = journal.read([(journal.CLOCK_NAME, journal.wrap(body))], "x")
        assert (found.clock_ms, found.unreadable) == (0, 1), body


def test_a_held_for_six_seconds_changes_quiet_says_nothing_and_outlives_a_reboot() -> None:
    bench = on_visit("inside")
    types = bench.hub.types()
    for on, word in ((True, "quiet-on"), (False, "quiet-off"), (True, "quiet-on")):
        bench.log.clear()
        bench.press("a", 6000)
        bench.run(500)
        assert bench.told() == ["read-hold", "held-on", word]
        assert [out[1] for _at_ms, out in bench.said("quiet")] == [on]
    assert bench.hub.types() == types
    bench.log.clear()
    bench.reboot("power")
    assert [out[1] for _at_ms, out in bench.said("quiet")] == [True]
    assert journal.read([(n, bench.flash[n]) for n in bench.flash], "p07").unreadable == 0


def test_d_held_for_six_seconds_is_nothing_that_she_said() -> None:
    bench = on_visit("leaving")
    types = bench.hub.types()
    bench.press("d", 6000)
    bench.run(500)
    assert bench.told()[-2:] == ["read-hold", "held-on"]
    assert bench.hub.types() == types
    bench.press("d", 5900)
    bench.run(500)
    assert bench.hub.types() == types + ["home-safe"]


def test_the_setting_is_only_where_she_has_not_chosen() -> None:
    bench = Bench(quiet=True)
    assert [out[1] for _at_ms, out in bench.said("quiet")] == [True]
    bench.press("a", 6100)
    bench.run(500)
    bench.reboot("power")
    assert [out[1] for _at_ms, out in bench.said("quiet")] == [True, False, False]
    for body in (b"", b"maybe"):
        found = journal.read([(journal.QUIET_NAME, journal.wrap(body))], "x")
        assert (found.quiet, found.unreadable) == ("", 1)
