"""What excuses nothing: each allowance of a checker ends with what it is for."""

from dataclasses import replace
from typing import Any

import pytest

from hub.rules.model import Press
from simulator.storm.seen import (
    Befell,
    Carried,
    Felt,
    HubLife,
    Kept,
    Powered,
    Pressed,
    Sight,
    Unwatched,
    Went,
)
from tests.simulator.storm.evidence_rig import (
    ADA,
    BOOT,
    HOUR_MS,
    T0,
    alarm,
    broken,
    came_down,
    came_up,
    duress,
    made,
    receipt,
    row,
    sos,
    standing,
    visit,
)

SOS = Pressed(T0 + 1_000, ADA, "sos-hold", T0 + 3_000)
SENT = came_up(3_500, sos())


def test_nobody_is_unwatched_while_the_hub_runs() -> None:
    assert broken("watched", made([Unwatched(T0 + 1, "visit v-1: ada is inside")])) != []
    assert broken("watched", made([])) == []


# A clock that jumps excuses what comes after.


def jump(at_ms: int) -> Befell:
    return Befell(T0 + at_ms, "clock_jump", "hub")


def late(at_ms: int) -> Any:
    return row(1, "due", at_ms, at_ms + 30_000, visit=visit("inside"), data={"timer": "finish"})


def test_what_was_late_before_the_clock_jumped_was_late() -> None:
    assert broken("deadline-in-time", made([jump(20 * 60_000)], [late(60_000)]))
    assert broken("deadline-in-time", made([jump(20 * 60_000)], [late(30 * 60_000)])) == []


def test_silence_before_the_clock_jumped_is_told() -> None:
    inside = row(1, "arrived", 0, visit=visit("inside"))
    assert broken("silence-is-told", made([jump(HOUR_MS - 60_000)], [inside]))
    assert broken("silence-is-told", made([jump(60_000)], [inside])) == []


def test_who_was_watched_no_more_before_the_clock_jumped() -> None:
    went: list[Sight] = [
        Went(T0 + 1_000, "ada", "v-1", "inside"),
        Went(T0 + 900_000, "ada", "v-1", "outside"),
    ]
    over = row(1, "confirm_home", 50_000, visit=visit("closed"))
    assert broken("inside-is-watched", made([*went, jump(600_000)], [over]))
    assert broken("inside-is-watched", made([*went, jump(20_000)], [over])) == []


def test_a_hub_that_was_down_when_the_clock_jumped_goes_on_from_its_death() -> None:
    lives: list[Sight] = [HubLife(T0, True), HubLife(T0 + 200_000, False), jump(500_000)]
    assert made(lives).jumped_ms == T0 + 140_000
    up = [*lives[:2], HubLife(T0 + 300_000, True), jump(500_000)]
    assert made(up).jumped_ms == T0 + 440_000


# What nobody can verify.


def unverified(source: str, at_ms: int, **more: Any) -> Any:
    raised = replace(alarm(), kind="unverified_sos", source=f"unverified:{source}")
    raised = replace(raised, presses=(Press("", T0 + at_ms, T0 + at_ms),), **more)
    return row(1, "alarm_raised", at_ms, alarm=raised)


def forged(at_ms: int = 600_000) -> Carried:
    return Carried(T0 + at_ms, "events", f"allswell/{ADA}/up/sos", b"garbage", True)


@pytest.mark.parametrize("source", [ADA, "overflow"])
def test_an_sos_that_cannot_be_verified_is_heard(source: str) -> None:
    assert broken("unverified-is-heard", made([forged()], [unverified(source, 601_000)])) == []


def test_an_alarm_of_another_source_or_another_hour_is_none() -> None:
    assert broken("unverified-is-heard", made([forged()]))
    assert broken("unverified-is-heard", made([forged()], [unverified("p-eve", 601_000)]))
    assert broken("unverified-is-heard", made([forged()], [unverified(ADA, 10_000)]))
    assert broken("unverified-is-heard", made([forged()], [unverified(ADA, 700_000)]))


def test_a_flood_counts_once_a_minute_while_it_is_open() -> None:
    open_one = unverified(ADA, 560_000)
    assert broken("unverified-is-heard", made([forged()], [open_one])) == []
    ended = unverified(ADA, 560_000, state="resolved", resolved_ms=T0 + 590_000)
    assert broken("unverified-is-heard", made([forged()], [ended]))


def test_a_true_sos_again_is_a_duplicate_and_a_changed_one_is_not() -> None:
    topic = f"allswell/{ADA}/up/sos"
    true = replace(SENT, topic=topic, forged=True)
    assert broken("unverified-is-heard", made([true])) == []
    changed = replace(true, token=true.token[:-4] + b"AAAA")
    assert broken("unverified-is-heard", made([SENT, changed]))


# What is felt follows a word about it, and each word counts once.


def feels(pattern: str, at_ms: int) -> Felt:
    return Felt(T0 + at_ms, ADA, pattern)


WORDS = {
    "hub-has-it": standing(1, sos=f"{BOOT}.7", sos_state="open"),
    "person-has-it": standing(1, sos=f"{BOOT}.7", sos_state="owned"),
    "over": standing(1, resolved=[f"{BOOT}.7"]),
}


@pytest.mark.parametrize("pattern", sorted(WORDS))
def test_a_word_is_felt_once(pattern: str) -> None:
    # The older statement of that name wants a person who asked: silent where the log has nothing.
    word = came_down(5_000, WORDS[pattern])
    once: list[Sight] = [SENT, word, feels(pattern, 5_000)]
    assert broken(pattern, made(once)) == []
    assert broken(pattern, made([*once, feels(pattern, 9_000)]))
    again = came_down(8_000, WORDS[pattern])
    assert broken(pattern, made([*once, again, feels(pattern, 9_000)])) == []


@pytest.mark.parametrize("pattern", sorted(WORDS))
def test_another_word_is_no_cause(pattern: str) -> None:
    assert broken(pattern, made([SENT, came_down(5_000, standing(1)), feels(pattern, 5_000)]))


def test_a_receipt_of_a_silent_press_says_nothing_that_may_be_felt() -> None:
    silent: list[Sight] = [came_up(4_000, duress()), came_down(5_000, receipt(8))]
    silent.append(feels("hub-has-it", 5_000))
    assert broken("hub-has-it", made(silent))
    audible: list[Sight] = [SENT, came_down(5_000, receipt(7)), feels("hub-has-it", 5_000)]
    raised = row(1, "alarm_raised", identity=f"{BOOT}.7", alarm=alarm())
    assert broken("hub-has-it", made(audible, [raised])) == []


def test_she_may_go_in_while_the_word_holds() -> None:
    word = came_down(5_000, standing(1, go_in=f"{BOOT}.3"))
    assert broken("go-in", made([word, feels("go-in", 5_000), feels("go-in", 60_000)])) == []
    assert broken("go-in", made([word, feels("go-in", 70_000)]))


def test_a_word_dies_with_the_power() -> None:
    word = came_down(5_000, standing(1, prompt="are-you-well"))
    dark = [Powered(T0 + 6_000, ADA, False), Powered(T0 + 7_000, ADA, True)]
    assert broken("forged-changes-nothing", made([word, feels("prompt", 9_000)])) == []
    assert broken("forged-changes-nothing", made([word, *dark, feels("prompt", 9_000)]))


# Silent presses beside audible ones.


def test_after_it_is_over_nothing_more_is_felt() -> None:
    once: list[Sight] = [SOS, feels("over", 100_000)]
    more = feels("hub-has-it", 200_000)
    assert broken("silent-stays-silent", made(once)) == []
    assert broken("silent-stays-silent", made([*once, more]))
    again = replace(SOS, at_ms=T0 + 150_000, end_ms=T0 + 152_000)
    assert broken("silent-stays-silent", made([*once, again, more])) == []


def test_what_is_silent_is_not_felt_as_stored() -> None:
    record = Kept(T0 + 4_000, ADA, f"e-{BOOT}-8")
    sights: list[Sight] = [SOS, came_up(5_000, duress()), record, feels("stored", 4_000)]
    assert broken("silent-stays-silent", made(sights))
    both: list[Sight] = [Kept(T0 + 4_000, ADA, f"e-{BOOT}-7"), *sights]
    assert broken("silent-stays-silent", made(both)) == []


def test_a_silent_press_is_over_when_a_person_ended_it() -> None:
    held = replace(alarm(), kind="duress", silent=True, presses=(Press(f"{BOOT}.8", T0, T0),))
    ended = replace(held, state="resolved", resolved_ms=T0 + 60_000, resolved_by="tom")
    sent = came_up(4_000, duress())
    over = came_down(70_000, standing(1, 0, 70_000, resolved=[f"{BOOT}.8"]))
    early = came_down(50_000, standing(1, 0, 50_000, resolved=[f"{BOOT}.8"]))
    line = row(1, "resolve", 60_000, alarm=ended, by="tom")
    assert broken("silent-stays-silent", made([sent, over], [line])) == []
    assert broken("silent-stays-silent", made([sent, early], [line]))
    assert broken("silent-stays-silent", made([sent, over], [row(1, "x", alarm=held)]))
    shown = came_down(50_000, standing(1, sos=f"{BOOT}.8", sos_state="open"))
    assert broken("silent-stays-silent", made([sent, shown], [line]))


def test_a_state_without_a_press_tells_of_an_alarm() -> None:
    assert broken("silent-stays-silent", made([came_down(1, standing(1, sos_state="open"))]))


# Each press for itself.


def pressed(at_ms: int, cut: bool = False) -> Pressed:
    return Pressed(T0 + at_ms, ADA, "sos-hold", T0 + at_ms + 2_000, cut)


def in_log(seq: int, at_ms: int) -> Any:
    return row(seq, "sos_pressed", at_ms, identity=f"{BOOT}.{seq}")


DARK = [Powered(T0 + 61_000, ADA, False), Powered(T0 + 70_000, ADA, True)]


def counted(sights: list[Sight], *at_ms: int) -> bool:
    rows = [in_log(number + 1, each) for number, each in enumerate(at_ms)]
    return broken("each-press-counts", made(sights, rows)) == []


def test_power_that_went_excuses_the_press_that_it_met_and_no_other() -> None:
    three: list[Sight] = [pressed(1_000), pressed(60_000), pressed(200_000), *DARK]
    assert counted(three, 1_000, 200_000)
    assert not counted(three, 1_000)
    assert not counted(three, 1_000, 60_000)  # the row of the excused one stands for no other


def test_a_press_that_was_felt_as_kept_is_not_excused() -> None:
    two: list[Sight] = [pressed(1_000), pressed(60_000), feels("stored", 62_500)]
    dark = [Powered(T0 + 90_000, ADA, False)]
    assert not counted([*two, *dark], 1_000)


def test_two_that_may_be_one_excuse_each_other_only() -> None:
    three: list[Sight] = [pressed(1_000), pressed(4_000), pressed(200_000)]
    assert counted(three, 1_000, 200_000)
    assert not counted(three, 1_000)


def test_what_waits_too_long_in_a_queue_may_be_joined() -> None:
    many: list[Sight] = [pressed(20_000 * each) for each in range(1, 11)]
    rows = [row(each, "sos_pressed", 20_000 * each, 900_000, identity=f"{BOOT}.{each}")
            for each in range(1, 8)]  # fmt: skip
    assert broken("each-press-counts", made(many, rows)) == []
    assert broken("each-press-counts", made(many, rows[1:]))


def test_what_no_hub_time_dates_counts_from_the_start_of_its_boot() -> None:
    two: list[Sight] = [pressed(100_000), pressed(150_000)]
    dark: list[Sight] = [Powered(T0 + 101_000, ADA, False), Powered(T0 + 110_000, ADA, True)]
    since_ms = 40_000  # from the start of its boot
    up = came_up(160_000, sos(2, heard_ms=0, since_ms=since_ms))
    early = [row(2, "sos_pressed", 99_000, 160_000, identity=f"{BOOT}.2")]
    assert broken("each-press-counts", made([*two, *dark, up], early)) == []
    dated = came_up(160_000, sos(2, since_ms=since_ms))  # the word of the hub: it is the first one
    assert broken("each-press-counts", made([*two, *dark, dated], early))


def test_what_is_dated_early_is_the_press_that_was_kept_then() -> None:
    """The second lies so near to the third that both are excused; the row is the third's."""
    presses = [pressed(1_000), pressed(60_000), pressed(64_500), pressed(75_000)]
    rows = [row(1, "sos_pressed", 1_000, identity=f"{BOOT}.1"),
            row(2, "sos_pressed", 67_000, 90_000, identity=f"{BOOT}.2")]  # fmt: skip
    kept: Sight = Kept(T0 + 77_100, ADA, f"e-{BOOT}-2")
    assert broken("each-press-counts", made([*presses, kept], rows)) == []
    assert broken("each-press-counts", made(presses, rows))
