"""What a person who has spoken with her changes, value by value: letters, moments, what is answered
and what is refused."""

from dataclasses import replace

import pytest

from hub.rules.contact import (
    IN_TIME_MS,
    MAX_AHEAD_MS,
    OF_HER_PENDANT,
    back_at,
    not_ahead,
    spoken,
    too_early,
)
from hub.rules.effects import Decision, ResolveAlarms
from hub.rules.model import Event, Part
from tests.hub.rules.test_claims import at
from tests.shipped import policy_of
from tests.stories.world import NINE, World, ms

MINUTE_MS = ms("1 min")


def answered(done: Decision) -> set[str]:
    """The timers whose alarms the decision answers."""
    found = [each for each in done.effects if isinstance(each, ResolveAlarms)]
    assert all(each.by == "tess" and each.outcome == done.reason for each in found)
    return {source.split(":")[-1] for each in found for source in each.sources}


def with_fired(world: World, *timers: str) -> None:
    """As if these timers had rung a minute ago."""
    fired = tuple((name, world.now_ms - MINUTE_MS) for name in timers)
    visit = world.visit_now()
    world.visit = replace(visit, parts=(replace(visit.parts[0], fired=fired),))


EVERY = tuple(timer.id for timer in policy_of("homemaker-exeter").timers if timer.action == "raise")


def kinds(timers: set[str]) -> set[str]:
    rows = policy_of("homemaker-exeter").timer
    return {rows[name].kind if name in rows else name for name in timers}


@pytest.mark.parametrize(
    ("phase", "command", "ends", "leaves"),
    [
        (
            "inside",
            "record_contact",
            {"finish_missed", "manager_now", "beat_lost"},
            {"departure_unconfirmed", "home_unconfirmed", "arrival_unconfirmed", "no_tracker"},
        ),
        (
            "at-door",
            "confirm_arrival",
            {"arrival_unconfirmed", "no_arrival", "no_tracker", "beat_lost"},
            {"departure_unconfirmed", "home_unconfirmed"},
        ),
        (
            "leaving",
            "confirm_departure",
            {"departure_unconfirmed", "concern_at_door", "finish_missed", "call_back_due"},
            {"home_unconfirmed"},
        ),
        (
            "to-base",
            "confirm_home",
            {"home_unconfirmed", "departure_unconfirmed", "finish_missed"},
            set(),
        ),
    ],
)
def test_an_act_answers_what_it_answers(
    phase: str, command: str, ends: set[str], leaves: set[str]
) -> None:
    world = at(phase)
    with_fired(world, *EVERY)
    more = {"place": "1 Some Street", "name": "A Client"} if command == "confirm_arrival" else {}
    if command == "record_contact":
        done = world.contact()
    else:
        done = world.command(command, "tess", "", **more)
    rung = {policy_of("homemaker-exeter").timer[name].kind for name in EVERY} | {"beat_lost"}
    assert kinds(answered(done)) >= ends & rung
    assert not kinds(answered(done)) & leaves
    assert world.part().attempts[-1].reached
    assert world.part().attempts[-1].means == "work-mobile"


def test_an_act_answers_nothing_that_is_newer_than_itself() -> None:
    world = at("inside")
    visit = world.visit_now()
    part = replace(visit.parts[0], fired=(("finish", world.now_ms + 1),))
    world.visit = replace(visit, parts=(part,))
    assert answered(world.contact()) == set(OF_HER_PENDANT)


@pytest.mark.clause("HM-4.2.3")
def test_a_contact_right_after_the_arrival_is_the_arrival_call_again() -> None:
    policy = policy_of("homemaker-exeter")
    wait_ms = policy.call_back_wait_ms
    part = Part("kim", anchors={"confirmed": NINE})
    assert too_early(policy, part, NINE + wait_ms - 1) == "called_back"
    assert too_early(policy, part, NINE + wait_ms) == ""
    assert too_early(policy, Part("kim"), NINE) == ""

    world = at("inside", concern=True)
    assert world.contact().reason == "spoken with her, as she was let in: it is no call-back"
    assert "called_back" not in world.part().anchors
    world.now_ms = world.part().anchors["confirmed"] + wait_ms
    done = world.contact()
    assert done.reason == "spoken with her: the call-back is done"
    assert done.clause == ("HM-4.2.3",)
    assert world.part().anchors["called_back"] == world.now_ms
    mark = world.part().marks[-1]
    assert (mark.letter, mark.by, mark.at_ms) == ("T", "tess", world.now_ms)
    first_ms = world.now_ms
    world.now_ms += MINUTE_MS
    again = world.contact()
    assert (again.reason, again.clause) == ("spoken with her", ())
    anchors = world.part().anchors
    assert (anchors["called_back"], anchors["call_back"]) == (first_ms, world.now_ms)


def test_where_nobody_is_called_back_a_contact_is_a_contact() -> None:
    world = at("inside")
    world.now_ms += ms("20 min")
    done = world.contact()
    assert done.reason == "spoken with her"
    assert "called_back" not in world.part().anchors
    assert world.part().anchors["call_back"] == world.now_ms


def test_contact_before_she_goes_is_awaited_again_only_after_her_start() -> None:
    for minutes, awaited in ((9, 10), (10, 10), (11, 11)):
        world = World()
        world.plan(at="10 min")
        world.now_ms = NINE + minutes * MINUTE_MS
        world.contact()
        assert world.part().anchors["awaited"] == NINE + awaited * MINUTE_MS
        assert "call_back" not in world.part().anchors
        world.unread.clear()


def test_a_contact_is_a_call_back_only_of_one_who_is_or_was_inside() -> None:
    for phase, counts in (
        ("at-door", False), ("inside", True), ("broken-off", False), ("leaving", True),
        ("to-base", False), ("going-home", False),
    ):  # fmt: skip
        world = at(phase)
        world.now_ms += ms("30 min")
        world.contact()
        assert ("call_back" in world.part().anchors) == counts, phase
        world.unread.clear()
    never_in = at("at-door")
    never_in.press("d-hold")
    never_in.now_ms += MINUTE_MS
    never_in.contact()
    assert "call_back" in never_in.part().anchors, "she says that she has left, never let in"
    early = at("at-door", end="30 min")
    early.now_ms = NINE + ms("40 min")
    early.command("confirm_arrival", place="1 Some Street", name="A Client")
    before = dict(early.part().anchors)
    older = Event("record_contact", NINE + ms("35 min"), by="tess", visit="v1", worker="kim",
                  data={"means": "work-mobile", "reached": True})  # fmt: skip
    early.happen(older)
    assert early.part().anchors == before, "spoken with before she was let in: no overrun"


def test_contact_is_dated_by_when_it_was_and_never_goes_back() -> None:
    world = at("inside", end="30 min")
    world.now_ms = NINE + ms("40 min")
    world.contact()
    anchors = dict(world.part().anchors)
    assert anchors["contact"] == anchors["overrun"] == NINE + ms("40 min")
    older = Event("record_contact", NINE + ms("35 min"), by="tess", visit="v1", worker="kim",
                  data={"means": "work-mobile", "reached": True})  # fmt: skip
    world.happen(older)
    assert dict(world.part().anchors) == anchors
    world.unread.clear()


def test_before_the_end_nobody_has_overrun() -> None:
    for minutes, overrun in ((29, False), (30, True)):
        world = at("inside", end="30 min")
        world.now_ms = NINE + minutes * MINUTE_MS
        world.contact()
        assert ("overrun" in world.part().anchors) == overrun


def test_an_agreed_check_in_is_kept_a_little_early_but_not_by_the_call_at_the_door() -> None:
    def checked_in(ahead_ms: int, arriving: bool = False) -> int:
        part = Part("kim", anchors={"check_in": NINE + ahead_ms, "attempt": NINE - 5})
        anchors = spoken(part, NINE, arriving)
        assert (anchors["contact"], "attempt" in anchors) == (NINE, False)
        return anchors["check_in"] - NINE

    assert checked_in(IN_TIME_MS) == 0
    assert checked_in(IN_TIME_MS + 1) == IN_TIME_MS + 1
    assert checked_in(1) == 0
    assert checked_in(-1) == -1, "it is past, and was kept or missed"
    assert checked_in(IN_TIME_MS, arriving=True) == IN_TIME_MS
    assert spoken(Part("kim"), NINE) == {"contact": NINE}
    assert spoken(Part("kim", anchors={"contact": NINE + 9}), NINE) == {"contact": NINE + 9}


def test_a_time_she_is_back_lies_ahead_and_within_a_day() -> None:
    for ahead_ms, taken in ((0, False), (1, True), (MAX_AHEAD_MS, True), (MAX_AHEAD_MS + 1, False)):
        event = Event("start_out", NINE, data={"expected_back_ms": NINE + ahead_ms})
        assert back_at(event) == ({"expected_back": NINE + ahead_ms} if taken else {})
    assert back_at(Event("start_out", NINE)) == {}
    assert not_ahead(NINE + 1, NINE) == not_ahead(NINE + MAX_AHEAD_MS, NINE) == ""
    assert not_ahead(NINE, NINE) == "The new end must lie ahead."
    assert not_ahead(NINE + MAX_AHEAD_MS + 1, NINE) == "The new end must be within a day."


def test_whoever_was_spoken_with_is_not_asked_by_her_pendant_any_more() -> None:
    world = at("inside")
    visit = world.visit_now()
    world.visit = replace(visit, parts=(replace(visit.parts[0], prompt="q-1"),))
    world.command("record_contact", means="work-mobile", result="no-answer")
    assert world.part().prompt == "q-1"
    world.contact()
    assert world.part().prompt == ""


def test_a_failed_attempt_is_dated_and_named() -> None:
    world = at("inside")
    done = world.command("record_contact", means="client-mobile", result="no-answer")
    assert done.reason == "not reached by client-mobile, no-answer: try the next line (HM-3.6)"
    assert done.clause == ("HM-3.6",)
    assert world.part().anchors["attempt"] == world.now_ms
    world.now_ms += 1
    done = world.command("record_contact", reached=False)
    assert done.reason == "not reached by unnamed means: try the next line (HM-3.6)"
    assert [each.means for each in world.part().attempts[-2:]] == ["client-mobile", ""]


@pytest.mark.clause("HM-3.1", "HM-3.2")
def test_an_arrival_that_is_confirmed() -> None:
    world = at("at-door")
    world.press("a-short", said="ok")
    claim = world.part().claims[-2].identity
    end_ms = NINE + ms("2 h")
    done = world.command("confirm_arrival", place="1 Some Street", name="A Client", end_ms=end_ms,
                         departure_contact="max", means="own-mobile")  # fmt: skip
    part = world.part()
    assert done.reason == "arrival confirmed by a person: she may go in"
    assert done.clause == ("HM-3.1", "HM-3.2")
    assert (part.phase, part.go_in, part.prompt, part.departure_contact) == (
        "inside", claim, "", "max",
    )  # fmt: skip
    assert [each.kind for each in part.claims] == ["started_out", "ok"]
    (attempt,) = part.attempts
    assert (attempt.means, attempt.note) == ("own-mobile", "read back: 1 Some Street, A Client")
    assert attempt.result == "spoke"
    anchors = part.anchors
    assert anchors["arrival"] == NINE
    assert anchors["confirmed"] == anchors["arrival_call"] == anchors["contact"] == world.now_ms
    assert anchors["finish"] == end_ms
    assert "overrun" not in anchors
    said = world.refuse("confirm_arrival", place="1 Some Street", name="A Client").refused
    assert said == "Her arrival cannot be confirmed: this part is inside already."


def test_an_arrival_after_its_end_is_asked_about_soon() -> None:
    for minutes, overrun in ((59, False), (60, True)):
        world = at("at-door")
        world.now_ms = NINE + minutes * MINUTE_MS
        world.command("confirm_arrival", place="1 Some Street", name="A Client")
        assert ("overrun" in world.part().anchors) == overrun
    for end_ms in (NINE - 1, NINE + MINUTE_MS):
        world = at("at-door")
        said = world.refuse("confirm_arrival", place="1 Some Street", name="A Client",
                            end_ms=end_ms)  # fmt: skip
        assert said.refused == "The new end must lie ahead."
        assert said.clause == ("HM-3.4",)


def test_whom_she_calls_when_she_leaves() -> None:
    world = at("at-door")
    world.command("confirm_arrival", place="1 Some Street", name="A Client")
    assert world.part().departure_contact == "tess"
    world = World(policy=policy_of("plain"))
    world.plan(tracker="")
    world.press("a-short")
    world.command("confirm_arrival", "olive", place="1 Some Street", name="A Client",
                  departure_contact="max")  # fmt: skip
    assert (world.part().departure_contact, world.visit_now().tracker) == ("max", "max")
