"""Sleep and waking: what a pendant does when nothing is left to do."""

from firmware.pendant.rest import (
    CALM_MS,
    CAUSE,
    NO_ANSWER_MS,
    RETRY_MS,
    TOUCHED_MS,
    WAKE_EVERY_MS,
    Rest,
)
from tests.firmware.harness import Bench

HOUR_MS = 3_600_000


def slept(bench: Bench) -> "list[int]":
    return [out[1] for _at_ms, out in bench.said("sleep")]


def test_off_duty_it_sleeps_soon_and_wakes_for_a_sign_of_life() -> None:
    bench = Bench(sleep=True)
    bench.run(CALM_MS + 500)
    assert slept(bench)[0] == WAKE_EVERY_MS
    assert bench.said("sleep")[0][0] < 2 * CALM_MS
    assert bench.hub.beat_count >= 1, "the hub has heard of it first"


def test_it_asks_again_every_second_until_it_is_obeyed() -> None:
    bench = Bench(sleep=True)
    bench.run(20_000)
    asked = [at_ms for at_ms, _out in bench.said("sleep")]
    assert len(asked) > 10
    assert min([asked[at + 1] - asked[at] for at in range(len(asked) - 1)]) >= 1000


def test_without_the_setting_it_never_sleeps() -> None:
    bench = Bench()
    bench.run(300_000)
    assert slept(bench) == []


def test_nobody_on_a_visit_and_nothing_open_or_unsent_or_pressed_is_slept_through() -> None:
    for phase in ("planned", "on-the-way", "at-door", "inside", "leaving", "going-home", "to-base",
                  "broken-off"):  # fmt: skip
        bench = Bench(sleep=True)
        bench.push(phase=phase, visit="v1")
        bench.log.clear()
        bench.run(300_000)
        assert slept(bench) == [], phase
    for press in ("s", "chord"):  # an alarm is open, silent or not
        bench = Bench(sleep=True)
        bench.run(500)
        if press == "s":
            bench.sos()
        else:
            bench.chord()
        bench.log.clear()
        bench.run(300_000)
        assert slept(bench) == [], press
    bench = Bench(sleep=True, link=False)  # a press that the hub does not have
    bench.short("d")
    bench.log.clear()
    bench.run(300_000)
    assert slept(bench) == []
    bench.link(True)
    bench.run(TOUCHED_MS + 5000)
    assert slept(bench) != [], "received: nothing keeps it awake"


def test_an_event_that_gave_way_on_a_full_flash_is_not_slept_upon() -> None:
    """Only the power's end may cost it: a sleep is no better than that."""
    bench = Bench(sleep=True)
    bench.run(500)
    bench.link(False)
    bench.short("d")
    name = bench.device.give_way()
    assert name and bench.flash.pop(name)
    bench.log.clear()
    bench.run(300_000)
    assert slept(bench) == []
    bench.link(True)
    bench.run(60_000)
    assert slept(bench) != [], "the hub has it"


def test_a_button_that_is_down_keeps_it_awake() -> None:
    bench = Bench(sleep=True)
    bench.run(200)
    bench.edge("d", True)
    bench.run(300_000)
    assert slept(bench) == []
    bench.edge("d", False)
    bench.run(TOUCHED_MS + 2000)
    assert slept(bench) != []


def test_a_prompt_keeps_it_awake() -> None:
    bench = Bench(sleep=True)
    bench.hub.state["prompt"] = "q1"
    bench.run(120_000)
    assert slept(bench) == []


def test_after_a_touch_it_stays_awake_for_another() -> None:
    bench = Bench(sleep=True)
    bench.run(500)
    bench.short("a")
    touched_ms = bench.now_ms
    bench.log.clear()
    bench.run(TOUCHED_MS + 5000)
    assert bench.said("sleep")[0][0] >= touched_ms + TOUCHED_MS - 1000


def test_without_an_answer_it_tries_for_a_while_and_then_sleeps_for_less() -> None:
    bench = Bench(sleep=True, link=False)
    bench.run(NO_ANSWER_MS + 2000)
    asked = bench.said("sleep")
    assert asked[0][0] >= NO_ANSWER_MS and asked[0][1][1] == RETRY_MS
    bench = Bench(sleep=True)
    bench.hub.answers = bench.hub.receipts = False  # a broker, and nobody behind it
    bench.log.clear()
    bench.run(NO_ANSWER_MS + 2000)
    assert slept(bench)[0] == RETRY_MS


def test_a_touch_begins_the_wait_for_an_answer_anew() -> None:
    rest = Rest(True, 0)
    rest.touched(50_000)
    assert rest.due_ms(True) == 50_000 + NO_ANSWER_MS
    assert rest.sleep_ms(True, 50_000 + NO_ANSWER_MS - 1) == 0
    assert rest.sleep_ms(True, 50_000 + NO_ANSWER_MS) == RETRY_MS
    assert rest.due_ms(False) == -1 and rest.sleep_ms(False, 10**9) == 0


def test_the_press_that_woke_it_counts() -> None:
    bench = Bench(sleep=True)
    bench.run(5000)
    bench.reboot(CAUSE, off_ms=HOUR_MS, woken_by=("a",))
    bench.run(120)
    bench.edge("a", False)
    bench.run(700)
    assert bench.hub.types() == ["ok"]
    assert bench.count("started") == 1, "it was she who woke it: her press is felt, no more"
    assert bench.count("tick") == 1


def test_a_tap_that_is_over_before_the_chip_runs_is_a_press_all_the_same() -> None:
    for button, said in (("a", "ok"), ("d", "departed")):
        for up_ms in (0, 1, 19, 20, 21):
            bench = Bench(sleep=True)
            bench.run(5000)
            bench.reboot(CAUSE, off_ms=HOUR_MS, woken_by=(button,))
            bench.run(up_ms)
            bench.edge(button, False)
            bench.run(1000)
            assert bench.hub.types() == [said], up_ms
            assert bench.count("tick") == 1


def test_the_press_that_woke_it_may_begin_any_gesture() -> None:
    for button, held_ms, said in (
        ("a", 2100, "started-out"),
        ("d", 2100, "home-safe"),
        ("s", 2100, "sos-pressed"),
        ("s", 1000, "sos-aborted"),
    ):
        bench = Bench(sleep=True)
        bench.run(5000)
        bench.reboot(CAUSE, off_ms=HOUR_MS, woken_by=(button,))
        bench.run(held_ms)
        bench.edge(button, False)
        bench.run(1000)
        assert bench.hub.types() == [said], (button, held_ms)


def test_of_the_stabs_that_woke_it_one_may_fall_into_the_start_of_the_chip() -> None:
    for up_ms in (0, 10, 30, 120):  # it may be up before the core ran
        bench = Bench(sleep=True)
        bench.run(5000)
        bench.reboot(CAUSE, off_ms=HOUR_MS, woken_by=("s",))
        bench.run(up_ms)
        bench.edge("s", False)
        bench.run(300)
        assert bench.hub.types() == []
        bench.press("s")
        bench.run(300)
        assert bench.hub.types() == ["sos-pressed"], up_ms


def test_one_press_of_sos_that_wakes_it_is_no_alarm() -> None:
    bench = Bench(sleep=True)
    bench.reboot(CAUSE, off_ms=HOUR_MS, woken_by=("s",))
    bench.run(120)
    bench.edge("s", False)
    bench.run(10_000)
    assert bench.hub.types() == []


def test_two_buttons_that_woke_it_are_a_chord() -> None:
    for held_ms, said in ((1200, "duress"), (0, "duress-suspected")):
        for woken_by in (("a", "d"), ("d", "a")):
            bench = Bench(sleep=True)
            bench.reboot(CAUSE, off_ms=HOUR_MS, woken_by=woken_by)
            bench.run(held_ms)
            bench.edge("a", False)
            bench.edge("d", False)
            bench.run(700)
            assert bench.hub.types() == [said, "ok"]
            assert bench.count("tick") == 1


def test_the_sign_of_life_in_the_night_is_not_felt() -> None:
    bench = Bench(sleep=True)
    bench.run(5000)
    beats = bench.hub.beat_count
    bench.battery_pct = 12
    bench.reboot(CAUSE, off_ms=WAKE_EVERY_MS)
    bench.log.clear()
    bench.run(10_000)
    assert bench.hub.beat_count > beats
    assert bench.feels() == []
    assert slept(bench)[0] == WAKE_EVERY_MS


def test_what_the_hub_asks_in_the_night_is_felt() -> None:
    bench = Bench(sleep=True)
    bench.run(5000)
    bench.hub.state["prompt"] = "q1"
    bench.reboot(CAUSE, off_ms=WAKE_EVERY_MS)
    bench.run(5000)
    assert bench.count("prompt") == 1


def test_a_touch_is_answered_when_the_hub_has_answered_and_never_too_soon() -> None:
    for answers, told in ((True, "status-good"), (False, "status-bad")):
        bench = Bench(sleep=True, link=False)
        bench.hub.answers = answers
        bench.reboot(CAUSE, off_ms=HOUR_MS, woken_by=("a",))
        bench.run(120)
        bench.edge("a", False)
        bench.run(2000)
        assert bench.told() == ["read-short"], "it cannot know yet"
        bench.link(True)
        bench.run(1000)
        assert (told in bench.told()) is answers
        bench.run(15_000)
        assert [name for name in bench.told() if name[:6] == "status"] == [told]
