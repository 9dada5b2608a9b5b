"""What each turn of an alarm says, word for word: the log and the alarm's page show these sentences
(P10), so a person must be able to rely on them."""

from dataclasses import replace

import pytest

from hub.rules import alarm as rules
from hub.rules import tasks
from hub.rules.effects import Decision, RaiseAlarm, ResolveAlarms
from hub.rules.ladder import AT_ONCE_MS, HURRY_MS
from hub.rules.model import Alarm, Deadline, Event, Value
from tests.hub.rules.test_alarm import LADDER, MIN, NOW, new, press, sos
from tests.hub.rules.test_tasks import CALL, TELL
from tests.hub.rules.test_tasks import new as new_with
from tests.stories import laws


def decided(alarm: Alarm, kind: str, at_ms: int = NOW, by: str = "", **more: Value) -> Decision:
    done = rules.decide(alarm, Event(kind, at_ms, by=by, data=more), at_ms)
    laws.keeps_to_them(alarm, done.alarm, done)
    return done


def alarm_of(done: Decision) -> Alarm:
    assert done.alarm is not None
    return done.alarm


RESOLVED = replace(new(), state="resolved", next_ms=0)
OWNED = alarm_of(decided(new(), "acknowledge", NOW, "tess"))
SILENT = replace(new(), silent=True)
HANDED = alarm_of(decided(new(), "handed_out", NOW))


@pytest.mark.parametrize(
    ("alarm", "kind", "more", "said"),
    [
        (new(), "beat_returned", {}, "beat_returned: recorded, it ends no alarm"),
        (RESOLVED, "due", {}, "due after the alarm was resolved: recorded"),
        (RESOLVED, "acknowledge", {"by": "max"}, "This alarm is resolved already."),
        (new(), "due", {}, "not due any more: recorded"),
        (new(), "handed_out", {}, "a page was handed out: the wait counts from here"),
        (HANDED, "handed_out", {}, "a page was handed out: recorded"),
        (OWNED, "handed_out", {}, "a page was handed out: recorded"),
        (new(), "page_failed", {}, "a page could not be handed out: the next rung comes sooner"),
        (HANDED, "page_failed", {}, "a page could not be handed out: recorded"),
        (OWNED, "page_failed", {}, "a page could not be handed out: recorded"),
        (
            replace(new(), round=1),
            "page_failed",
            {},
            "a page could not be handed out: the next rung comes when it is due",
        ),
        (
            new(),
            "page_failed",
            {"by_name": True},
            "the visit names nobody for this rung: the next rung at once",
        ),
        (new(), "hub_restarted", {}, "the hub was down: paged again, the wait begins anew"),
        (OWNED, "hub_restarted", {}, "the hub was down; the lease stands until it ends"),
        (new(), "acknowledge", {"by": "tess"}, "tess has it, until the lease ends"),
        (
            OWNED,
            "acknowledge",
            {"by": "tess"},
            "You have it already. Record an attempt to reach her; that renews it.",
        ),
        (
            new(),
            "record_contact",
            {"by": "tess", "means": "work-mobile", "reached": True},
            "spoken with her",
        ),
        (
            new(),
            "record_contact",
            {"by": "tess", "means": "client-mobile"},
            "tried, not reached",
        ),
        (SILENT, "record_contact", {"by": "tess", "means": "work-mobile"}, "tried, not reached"),
        (
            SILENT,
            "record_contact",
            {"by": "tess", "means": "client-mobile"},
            "tried, not reached; while this is silent the client's lines are not rung",
        ),
        (
            new(),
            "record_answer",
            {"by": "tess", "script": "silent", "line": "2", "answer": "no", "note": "a cough"},
            "no: recorded, it clears nothing",
        ),
        (new(), "resolve", {"by": "tess", "spoke": True}, "Say how it ended."),
        (
            new(),
            "resolve",
            {"by": "tess", "outcome": "safe"},
            "Only speech ends this: say that you spoke with her, or that someone is beside her.",
        ),
        (
            new(),
            "resolve",
            {"by": "tess", "outcome": "safe", "spoke": True, "presses": 0},
            "She has pressed again since: look at the alarm once more.",
        ),
        (
            new(),
            "resolve",
            {"by": "tess", "outcome": "safe", "spoke": True, "presses": 1},
            "resolved: safe",
        ),
        (new_with(), "do_task", {"by": "max", "task": "x"}, "There is no task in this alarm."),
        (new_with(CALL, TELL), "do_task", {"by": "max"}, "Say which task: call, tell."),
        (new_with(CALL, TELL), "waive_task", {"by": "max"}, "Say which task: call, tell."),
        (
            new_with(replace(CALL, waived_by=("manager", "director"))),
            "waive_task",
            {"by": "max", "task": "call", "note": "x"},
            "Only manager or director may say that this is not needed.",
        ),
        (
            new_with(CALL),
            "waive_task",
            {"by": "max", "task": "call", "by_roles": "manager"},
            "Say why this is not needed.",
        ),
        (
            new_with(CALL),
            "waive_task",
            {"by": "max", "task": "call", "by_roles": "manager", "note": "a dog"},
            "call: not needed, says max",
        ),
        (new_with(CALL), "do_task", {"by": "max", "task": "call"}, "call: done by max"),
        (
            new_with(TELL),
            "resolve",
            {"by": "tess", "outcome": "safe", "spoke": True},
            "First, and ticked off by name: Tell the director.",
        ),
        (
            new_with(CALL),
            "due",
            {"timer": "task:else"},
            "a task that is not asked for any more: recorded",
        ),
        (new_with(CALL), "due", {"timer": "task:call"}, "not due any more: recorded"),
    ],
)
def test_what_is_said(alarm: Alarm, kind: str, more: dict[str, Value], said: str) -> None:
    done = decided(alarm, kind, NOW, **more)  # type: ignore[arg-type]  # `by` is a text in all rows
    assert done.reason == said
    assert done.refused == (said if said[0].isupper() else "")
    assert done.alarm is not None


def test_what_is_said_of_rungs_and_leases() -> None:
    alarm, said = new(), []
    for _ in range(3):
        done = decided(alarm, "due", alarm.next_ms)
        alarm = alarm_of(done)
        said.append(done.reason)
    assert said == [
        "nobody has answered: the next rung",
        "nobody has answered: the next rung",
        "nobody on the whole ladder has answered: it begins again",
    ]
    lapsed = decided(OWNED, "due", OWNED.next_ms)
    assert alarm_of(lapsed).lease_until_ms == 0
    assert lapsed.reason == "the lease of tess has ended without an end of the alarm: open again"


def test_what_is_said_of_a_task_that_nobody_does() -> None:
    alarm, said = new_with(CALL), []
    for _ in range(2):
        at_ms = alarm.tasks[0].due_ms
        done = decided(alarm, "due", at_ms, timer="task:call")
        alarm = alarm_of(done)
        said.append(done.reason)
    assert said == [
        "call: not ticked off in time, asked for",
        "call: not ticked off in time, asked for again",
    ]
    two = replace(CALL, clause=("X-1", "X-2"))
    done = decided(new_with(two), "due", two.due_ms + NOW, timer="task:call")
    (page,) = done.effects
    assert page.why == "Call 999. (X-1, X-2)"  # type: ignore[union-attr]  # a Page
    assert done.clause == ("X-1", "X-2")
    ours = new_with(replace(CALL, clause=()))
    (page,) = decided(ours, "due", ours.tasks[0].due_ms, timer="task:call").effects
    assert page.why == "Call 999. (ours)"  # type: ignore[union-attr]  # a Page
    assert tasks.deadlines(ours) == (Deadline("task:call", NOW + 3 * MIN, "", NOW),)
    early = decided(new_with(CALL), "resolve", NOW + 1, "max", outcome="safe", spoke=True)
    (task,) = alarm_of(early).tasks
    assert (task.by, task.at_ms, task.note) == ("max", NOW + 1, "over before it was asked for")


@pytest.mark.parametrize(
    ("alarm", "effect", "said"),
    [
        (
            RESOLVED,
            sos(2),
            "pressed again after it was resolved: open again",
        ),
        (new(), sos(1), "a press that the alarm holds already: recorded"),
        (new(), replace(sos(2), press=None), "a further press: paged again"),
        (
            new("call_back_due"),
            replace(sos(kind="call_back_due"), press=None),
            "again from the same source: added to the open alarm",
        ),
        (
            replace(new("unverified_sos"), verified=False),
            sos(2, kind="unverified_sos"),
            "a further unverified press: added; paged again within the minute",
        ),
        (OWNED, sos(2), "a further press breaks the lease: paged again from the first rung"),
        (new(), sos(2), "a further press: paged again"),
    ],
)
def test_what_is_said_of_a_further_press(alarm: Alarm, effect: RaiseAlarm, said: str) -> None:
    done = rules.pressed(alarm, effect, NOW)
    laws.keeps_to_them(alarm, done.alarm, done)
    assert done.reason == said
    assert (alarm_of(done) == alarm) == (effect == sos(1))


@pytest.mark.parametrize(
    ("alarm", "by", "said"),
    [
        (RESOLVED, "tess", "resolved already: recorded"),
        (new(), "tess", "only a person who says so ends this alarm: recorded"),
        (
            new("call_back_due"),
            "kim",
            "nobody resolves for herself or her pair: recorded",
        ),
        (new("call_back_due"), "tess", "spoken with her"),
    ],
)
def test_what_is_said_of_an_answer(alarm: Alarm, by: str, said: str) -> None:
    alarm = replace(alarm, interested=("kim",))
    done = rules.answered(alarm, ResolveAlarms(("x",), by, "spoken with her"), NOW)
    laws.keeps_to_them(alarm, done.alarm, done)
    assert done.reason == said


def test_pressed_again_after_it_was_resolved_it_begins_from_the_first_rung() -> None:
    climbed = alarm_of(decided(new(), "due", NOW + MIN))
    ended = decided(climbed, "resolve", NOW + MIN, "tess", outcome="safe", spoke=True, note="met")
    over = alarm_of(ended)
    assert (over.outcome, over.resolved_ms, over.step) == ("safe: met", NOW + MIN, 1)
    done = rules.pressed(over, sos(2, NOW + 2 * MIN), NOW + 2 * MIN)
    again = alarm_of(done)
    assert (again.state, again.step, again.next_ms) == ("open", 0, NOW + 3 * MIN)
    assert (again.outcome, again.resolved_by, again.resolved_ms) == ("", "", 0)
    assert again.presses == (press(1), press(2, NOW + 2 * MIN))
    assert [effect.roles for effect in done.effects] == [("tracker",)]  # type: ignore[union-attr]  # a Page


def test_a_rung_without_people_is_left_at_once_but_never_the_only_one() -> None:
    failed = alarm_of(decided(new(), "page_failed", NOW + 7, by_name=True))
    assert failed.next_ms == NOW + 7 + AT_ONCE_MS
    single = new(ladder=replace(LADDER, steps=LADDER.steps[:1]))
    assert alarm_of(decided(single, "page_failed", NOW + 7, by_name=True)).next_ms == (
        NOW + 7 + HURRY_MS
    )
    late = replace(new(), next_ms=NOW + 9)
    assert alarm_of(decided(late, "page_failed", NOW + 7)).next_ms == NOW + 9, "never later"


def test_an_answer_that_was_heard_is_kept_as_an_attempt_and_is_no_contact() -> None:
    more: dict[str, Value] = {"script": "silent", "line": "2", "answer": "no", "note": "a cough"}
    done = alarm_of(decided(SILENT, "record_answer", NOW + 5, "tess", **more))
    (kept,) = done.attempts
    assert (kept.at_ms, kept.by, kept.means) == (NOW + 5, "tess", "direct-line")
    assert kept.reached is False
    assert kept.note == "silent 2: no, a cough"


def test_leases_are_counted_and_an_attempt_in_its_first_moment_renews_one() -> None:
    assert (OWNED.leases, OWNED.taken_ms, OWNED.leased_ms) == (1, NOW, NOW)
    tried = alarm_of(decided(OWNED, "record_contact", NOW, "tess", means="work-mobile"))
    again = alarm_of(decided(tried, "acknowledge", NOW, "tess"))
    assert (again.leases, again.next_ms) == (2, NOW + LADDER.lease_ms)
    done = alarm_of(decided(new_with(TELL), "acknowledge", NOW, "max"))
    done = alarm_of(decided(done, "do_task", NOW, "max", task="tell"))
    assert alarm_of(decided(done, "acknowledge", NOW, "max")).leases == 2
