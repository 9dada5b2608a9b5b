"""How an alarm begins and how it ends, field by field: what it is about, who may not end it, how it
ended."""

from dataclasses import replace

import pytest

from hub.rules import alarm as rules
from hub.rules import tasks
from hub.rules.effects import ResolveAlarms
from hub.rules.model import Deadline, Event, Press
from tests.hub.rules.test_alarm import LADDER, MIN, NOW, new, press, sos, told
from tests.hub.rules.test_alarm_words import alarm_of, decided
from tests.hub.rules.test_tasks import CALL, TELL
from tests.hub.rules.test_tasks import new as new_with
from tests.stories.world import World


@pytest.mark.parametrize("workers", ["kim", "kim,lee", "lee"])
def test_a_new_alarm_says_what_it_is_about_and_who_may_not_end_it(workers: str) -> None:
    world = World()
    visit = world.plan(workers=workers)
    effect = replace(sos(), source="s", clause=("HM-5.1",), why="She pressed SOS.")
    decision = rules.raised(effect, "a1", LADDER, visit, NOW)
    alarm = decision.alarm
    assert alarm is not None
    assert (alarm.id, alarm.source, alarm.visit, alarm.worker, alarm.pendant) == (
        "a1", "s", "v1", "kim", "p-kim",
    )  # fmt: skip
    assert set(alarm.interested) == {"kim", *workers.split(",")}
    assert (alarm.state, alarm.verified, alarm.silent, alarm.drill) == ("open", True, False, False)
    assert (alarm.presses, alarm.paged_ms, alarm.handed_ms) == ((press(1),), NOW, 0)
    assert (decision.reason, decision.clause) == ("She pressed SOS.", ("HM-5.1",))
    due = rules.deadlines(alarm)
    assert due == (Deadline("next", NOW + MIN, "", NOW - 1_000),)


def test_what_is_silent_or_unverified_is_so_from_the_beginning() -> None:
    for kind, told_silent, silent in (
        ("duress", False, True),
        ("coded_danger", False, True),
        ("sos", True, True),
        ("sos", False, False),
    ):
        effect = replace(sos(kind=kind), silent=told_silent)
        alarm = rules.raised(effect, "a1", LADDER, None, NOW).alarm
        assert alarm is not None
        assert (alarm.silent, alarm.verified) == (silent, True), kind
    doubtful = rules.raised(replace(sos(), verified=False), "a1", LADDER, None, NOW).alarm
    assert doubtful is not None
    assert not doubtful.verified
    nobodys = rules.raised(replace(sos(), worker="", press=None), "a1", LADDER, None, NOW).alarm
    assert nobodys is not None
    assert (nobodys.interested, nobodys.presses, nobodys.visit) == ((), (), "")


def test_what_needs_speech_is_a_danger_or_what_was_raised_about_somebody() -> None:
    for kind, worker, speech in (
        ("sos", "kim", True),
        ("sos", "", True),
        ("hub_blind", "", False),
        ("call_back_due", "kim", False),
        ("family_worried", "kim", False),  # contact with her answers it
        ("identity_conflict", "kim", True),
        ("unverified_sos", "kim", True),
        ("identity_conflict", "", False),
    ):
        assert rules.needs_speech(replace(new(), kind=kind, worker=worker)) == speech, kind


def test_an_alarm_that_has_ended_is_nobodys_and_says_how_it_ended() -> None:
    owned = told(new(), "acknowledge", NOW, "tess")
    for note, outcome in (("", "safe"), ("met her", "safe: met her")):
        over = told(owned, "resolve", NOW + 1, "max", outcome="safe", spoke=True, note=note)
        assert (over.outcome, over.owner, over.lease_until_ms) == (outcome, "", 0)
        assert (over.resolved_by, over.resolved_ms, over.next_ms) == ("max", NOW + 1, 0)
        assert rules.deadlines(over) == ()
    effect = ResolveAlarms(("x",), "tess", "spoken with her")
    answered = rules.answered(replace(new("call_back_due"), presses=()), effect, NOW + 2).alarm
    assert answered is not None
    assert (answered.outcome, answered.resolved_ms) == ("spoken with her", NOW + 2)


def test_a_resolution_from_before_the_alarm_ends_nothing() -> None:
    event = Event("resolve", NOW - 1_001, "tess", data={"outcome": "safe", "spoke": True})
    done = rules.decide(new(), event, NOW)
    assert (done.alarm, done.refused) == (
        new(),
        "This is older than the alarm: speak with her now.",
    )
    at_once = replace(event, at_ms=NOW - 1_000)
    ended = rules.decide(replace(new(), presses=()), at_once, NOW).alarm
    assert ended is not None
    assert ended.state == "resolved"


def test_a_hand_out_of_another_round_moves_nothing() -> None:
    for more in ({"step": 0, "round": 1}, {"step": 1, "round": 0}, {"round": 1}, {"step": 1}):
        event = Event("handed_out", NOW + 5, data=more)
        assert rules.decide(new(), event, NOW + 5).alarm == new(), more
    event = Event("handed_out", NOW + 5, data={"step": 0, "round": 0})
    moved = rules.decide(new(), event, NOW + 5).alarm
    assert moved is not None
    assert moved.next_ms == NOW + 5 + MIN


def test_what_contact_spared_says_how() -> None:
    alarm = replace(new("finish_missed"), presses=(), tasks=(TELL,))
    ended = rules.answered(alarm, ResolveAlarms(("x",), "tess", "spoken with her"), NOW + 1).alarm
    assert ended is not None
    (task,) = ended.tasks
    assert (task.state, task.by, task.at_ms, task.note) == (
        "spared", "tess", NOW + 1, "spoken with her",
    )  # fmt: skip


def test_a_task_that_is_wanted_again_has_forgotten_who_spared_it() -> None:
    spared = decided(new_with(CALL), "acknowledge", NOW, "max", by_roles="manager")
    lapsed = alarm_of(decided(alarm_of(spared), "due", NOW + 2 * MIN, timer="next"))
    (task,) = lapsed.tasks
    assert (task.state, task.by, task.at_ms, task.due_ms) == ("open", "", 0, NOW + 3 * MIN)
    assert tasks.open_tasks(lapsed) == (task,)


def test_of_too_many_presses_the_first_and_the_newest_stay() -> None:
    many = tuple(Press(f"00000000000000ab.{n}", NOW, NOW) for n in range(1, rules.MAX_PRESSES + 1))
    grown = alarm_of(rules.pressed(replace(new(), presses=many), sos(999, NOW + 1), NOW + 1))
    assert grown.presses == (many[0], *many[2:], press(999, NOW + 1))
