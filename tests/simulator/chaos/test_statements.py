"""Each statement holds in a good history, and breaks by the one thing that it is about."""

from dataclasses import replace

import pytest

from simulator.chaos.bounds import Bounds
from simulator.chaos.felt import ANSWERS
from simulator.chaos.logbook import Line, Logbook
from simulator.chaos.statements import STATEMENTS
from simulator.storm.seen import Asked, Befell, Delivered, Felt, HubLife, Kept, Powered, Pressed
from tests.simulator.chaos.history import (
    ADA,
    ALARM,
    BOOK,
    BOOT,
    BOUNDS,
    HUB_MS,
    LINES,
    PRESS,
    RECORD,
    SIGHTS,
    VISIT,
    alarm_state,
    book,
    broken,
    down,
    receipt,
    seen,
    standing,
)

FELT = {each.pattern: each for each in SIGHTS if isinstance(each, Felt)}
ASKED = {each.kind: each for each in SIGHTS if isinstance(each, Asked)}
PAGE = next(each for each in SIGHTS if isinstance(each, Delivered))
KEPT = next(each for each in SIGHTS if isinstance(each, Kept))
SOS = next(each for each in SIGHTS if isinstance(each, Pressed) and each.gesture == "sos-hold")
AFTERWARDS_MS = 100_000


def test_a_good_history_breaks_nothing() -> None:
    assert broken(seen()) == []


def test_every_statement_names_its_promise_and_says_itself() -> None:
    assert all(promise[0] == "P" and says for _, promise, says in STATEMENTS.values())


# Presses.


def test_a_press_that_is_never_felt_as_stored() -> None:
    without = (KEPT, FELT["stored"])
    assert broken(seen(*without)) == ["felt-stored"]


def test_a_press_whose_power_went_need_not_be_stored() -> None:
    cut = Powered(12_010, ADA, False)
    assert broken(seen(KEPT, FELT["stored"], plus=(cut,))) == []


def test_a_flash_that_is_busy_stores_later() -> None:
    late = (Kept(19_000, ADA, RECORD), Felt(19_010, ADA, "stored"))
    sights = seen(KEPT, FELT["stored"], plus=late)
    assert broken(sights) == ["felt-stored"]
    sights.add(Befell(11_000, "flash_busy", ADA, 18_900))
    assert broken(sights) == []


def test_a_stored_press_that_is_not_in_the_log() -> None:
    assert "not-lost" in broken(seen(), book(without=(2, 3)))


def test_what_a_boot_calls_stored_is_no_new_press() -> None:
    again = (Powered(90_000, ADA, True), Felt(90_100, ADA, "stored"))
    assert broken(seen(plus=again)) == []


def test_one_packet_is_not_two_alarms() -> None:
    second = replace(LINES[2], seq=5, alarm="a-2")
    assert "one-press" in broken(seen(), book(plus=(second,)))


def test_an_alarm_holds_a_press_once() -> None:
    twice = replace(LINES[2], alarm_state=alarm_state(presses=[{"identity": PRESS}] * 2))
    assert "one-press" in broken(seen(), book(without=(3,), plus=(twice,)))


def test_a_stored_record_that_is_no_alarm_is_in_the_log_as_what_it_is() -> None:
    other = f"{BOOT}.9"
    again = (Kept(16_010, ADA, f"e-{BOOT}-9"), Felt(16_020, ADA, "stored"))
    assert broken(seen(plus=again)) == ["not-lost"]
    left = Line(5, "departed", HUB_MS + 5, HUB_MS + 5, VISIT, "", ADA, "ada", other)
    assert broken(seen(plus=again), book(plus=(left,))) == []


def test_a_second_press_that_is_swallowed() -> None:
    """The alarm was open, and its row says that nothing was added to it."""
    other = f"{BOOT}.9"
    again = (
        Pressed(15_000, ADA, "sos-stabs", 16_000),
        Kept(16_010, ADA, f"e-{BOOT}-9"),
        Felt(16_020, ADA, "stored"),
        Felt(16_060, ADA, "hub-has-it"),
        Delivered(16_100, "tom", "SOS", "", {"alarm": ALARM, "created_ms": HUB_MS + 5}),
    )
    pressed = Line(
        5, "alarm_pressed", HUB_MS + 5, HUB_MS + 5, VISIT, ALARM, ADA, "ada", other,
        alarm_state(presses=[{"identity": PRESS}, {"identity": other}]),
    )  # fmt: skip
    asks = replace(LINES[1], seq=6, identity=other)
    assert broken(seen(plus=again), book(plus=(pressed, asks))) == []
    swallowed = replace(pressed, alarm_state=alarm_state())
    assert broken(seen(plus=again), book(plus=(swallowed, asks))) == ["one-press"]
    unchanged = replace(pressed, alarm_state={})
    assert broken(seen(plus=again), book(plus=(unchanged, asks))) == ["one-press"]
    told_again = replace(pressed, seq=9, kind="alarm_raised")
    assert broken(seen(plus=again), book(plus=(unchanged, asks, told_again))) == ["one-press"]
    assert broken(seen(plus=again), book(plus=(asks,))) == ["not-lost"]


def test_a_beat_may_tell_of_a_press_before_it_comes() -> None:
    """Its alarm holds it already when it comes, and is not changed by it."""
    comes = replace(LINES[2], seq=5, kind="alarm_pressed", alarm_state={})
    assert broken(seen(), book(plus=(comes,))) == []


def test_a_press_that_nobody_made() -> None:
    invented = replace(LINES[1], seq=5, identity=f"{BOOT}.99")
    assert "not-invented" in broken(seen(), book(plus=(invented,)))


def test_nobody_is_paged() -> None:
    assert broken(seen(PAGE)) == ["paged"]


def test_a_page_that_comes_too_late() -> None:
    late = replace(PAGE, at_ms=SOS.end_ms + BOUNDS.paged_ms + 1_000)
    assert broken(seen(PAGE, plus=(late,))) == ["paged"]


@pytest.mark.parametrize("what", [ADA, "hub", "broker", "pages"])
def test_a_page_is_due_once_there_is_a_way(what: str) -> None:
    late = replace(PAGE, at_ms=AFTERWARDS_MS)
    fault = Befell(11_000, "partition_h", what, 50_000)
    elsewhere = replace(fault, what="p-bob")
    assert broken(seen(PAGE, plus=(late, fault))) == []
    assert broken(seen(PAGE, plus=(late, elsewhere))) == ["paged"]


def test_a_page_is_due_once_the_hub_lives() -> None:
    dead = (HubLife(11_000, False), HubLife(60_000, True))
    late = replace(PAGE, at_ms=AFTERWARDS_MS)
    assert broken(seen(PAGE, plus=(late, *dead))) == []
    later = replace(PAGE, at_ms=60_000 + BOUNDS.paged_ms + 1_000)
    assert broken(seen(PAGE, plus=(later, *dead))) == ["paged"]


def test_a_page_of_before_the_press_is_none_about_it() -> None:
    early = replace(PAGE, facts={"alarm": ALARM, "created_ms": HUB_MS - 1})
    unended = book(without=(4,))
    assert "paged" in broken(seen(PAGE, plus=(early,)), unended)


# What is felt.


def test_hub_has_it_without_a_receipt() -> None:
    sent = next(each for each in SIGHTS if each == down(12_100, receipt()))
    assert broken(seen(sent)) == ["hub-has-it"]


def test_a_receipt_that_is_older_than_the_commit() -> None:
    """Acknowledged before it was stored: the row is of a later turn."""
    late = replace(LINES[2], recorded_ms=HUB_MS + 500)
    page = replace(PAGE, facts={"alarm": ALARM, "created_ms": HUB_MS + 500})
    assert broken(seen(PAGE, plus=(page,)), book(without=(3,), plus=(late,))) == ["hub-has-it"]


def test_a_receipt_of_another_press_is_no_receipt_of_an_sos() -> None:
    sent = next(each for each in SIGHTS if each == down(12_100, receipt()))
    other = down(12_100, receipt(seq=5))
    assert broken(seen(sent, plus=(other,))) == ["hub-has-it"]


def test_an_sos_that_is_neither_answered_nor_called_not_sent() -> None:
    answers = [each for each in SIGHTS if isinstance(each, Felt) and each.pattern in ANSWERS]
    bounds = Bounds(paged_ms=60_000, lag_ms=1_000)
    assert broken(seen(*answers), bounds=bounds) == ["not-sent"]
    felt = Felt(19_600, ADA, "not-sent")
    assert broken(seen(*answers, plus=(felt,)), bounds=bounds) == []
    late = Felt(21_500, ADA, "not-sent")
    assert broken(seen(*answers, plus=(late,)), bounds=bounds) == ["not-sent"]


def test_not_sent_is_not_owed_to_whom_the_hub_has_answered() -> None:
    fault = Befell(9_000, "partition_h", ADA, 40_000)
    assert broken(seen(plus=(fault,))) == []


def test_a_pendant_without_power_feels_nothing() -> None:
    answers = [each for each in SIGHTS if isinstance(each, Felt) and each.pattern in ANSWERS]
    dead = Powered(14_000, ADA, False)
    assert broken(seen(*answers, plus=(dead,))) == []


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [("person-has-it", "acknowledge"), ("over", "resolve"), ("go-in", "confirm_arrival")],
)
def test_what_nobody_asked_for_is_not_told(pattern: str, kind: str) -> None:
    assert broken(seen(ASKED[kind])) == [pattern]
    refused = replace(ASKED[kind], ok=False)
    assert broken(seen(ASKED[kind], plus=(refused,))) == [pattern]
    unanswered = replace(ASKED[kind], ok=None)
    assert broken(seen(ASKED[kind], plus=(unanswered,))) == []


@pytest.mark.parametrize("pattern", ["person-has-it", "over", "go-in"])
def test_what_the_hub_did_not_say_is_not_felt(pattern: str) -> None:
    sights = seen()
    at = sights.all.index(FELT[pattern])
    del sights.all[at - 1]
    assert broken(sights) == [pattern]


def test_asked_for_after_it_was_told_is_too_late() -> None:
    late = replace(ASKED["acknowledge"], at_ms=13_105, answered_ms=13_200)
    assert broken(seen(ASKED["acknowledge"], plus=(late,))) == ["person-has-it"]


def test_asked_for_another_alarm_is_not_asked_for_this_one() -> None:
    other = replace(ASKED["acknowledge"], data={"alarm": "a-2"})
    assert broken(seen(ASKED["acknowledge"], plus=(other,))) == ["person-has-it"]


def test_a_forged_message_causes_and_excuses_nothing() -> None:
    token = standing(PRESS, "owned")
    forged = replace(down(12_500, token), forged=True)
    assert broken(seen(plus=(forged,))) == []


# The books.


def test_an_open_alarm_without_a_next_time() -> None:
    stuck = replace(LINES[2], alarm_state=alarm_state(next_ms=0))
    assert "next-action" in broken(seen(), book(without=(3,), plus=(stuck,)))


def test_an_open_alarm_without_a_deadline() -> None:
    assert broken(seen(), replace(BOOK, alarms={ALARM: alarm_state()})) == ["next-action"]


@pytest.mark.parametrize("phase", ["on-the-way", "at-door", "inside", "leaving", "going-home"])
def test_somebody_is_out_and_nothing_falls_due(phase: str) -> None:
    part = {"worker": "ada", "pendant": ADA, "phase": phase}
    out = replace(BOOK, visits={VISIT: {"parts": [part]}}, deadlines=())
    assert broken(seen(), out) == ["watched"]


def test_a_deadline_of_her_pair_does_not_watch_her() -> None:
    parts = [{"worker": "ada", "phase": "inside"}, {"worker": "bob", "phase": "inside"}]
    assert broken(seen(), replace(BOOK, visits={VISIT: {"parts": parts}})) == ["watched"]


@pytest.mark.parametrize(
    "state", [{"resolved_by": ""}, {"resolved_by": "ada"}, {"resolved_by": "tom", "kind": "sos"}]
)
def test_a_danger_is_ended_by_somebody_else_and_by_a_command(state: dict[str, str]) -> None:
    by_timer = replace(
        LINES[3], kind="due" if state.get("kind") else "resolve",
        alarm_state=alarm_state(state="resolved", next_ms=0, **state),
    )  # fmt: skip
    assert "ended-by-people" in broken(seen(), book(without=(4,), plus=(by_timer,)))


def test_nothing_seen_and_nothing_logged_breaks_nothing() -> None:
    assert broken(seen(*SIGHTS), Logbook()) == []
