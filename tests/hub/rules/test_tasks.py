"""What people must do by hand: asked for in time, spared by a lease that stands, ticked off."""

from dataclasses import replace

from hub.policy.duties import TaskRule
from hub.rules import alarm as rules
from hub.rules import tasks
from hub.rules.effects import Page, RaiseAlarm, ResolveAlarms
from hub.rules.model import Alarm, Duties, Event, Ladder, Step, Task, Value
from tests.shipped import policy_of

NOW = 1_790_000_000_000
MIN = 60_000
LADDER = Ladder("sos", (Step(("office",), 5 * MIN), Step(("manager",), 5 * MIN)), 2 * MIN, 10 * MIN)
CALL = Task("call", "Call 999.", ("office",), 3 * MIN, MIN, ("manager",), ("manager",), ("X-1",))
TELL = Task("tell", "Tell the director.", ("office", "manager"), 4 * MIN)


def new(*asked: Task, kind: str = "sos") -> Alarm:
    effect = RaiseAlarm(kind, NOW, "sos", "s", "SOS", "kim", "p-kim")
    alarm = rules.raised(effect, "a1", LADDER, None, NOW, Duties(asked)).alarm
    assert alarm is not None
    return alarm


def told(alarm: Alarm, kind: str, at_ms: int, by: str = "", **more: Value) -> Alarm:
    decision = rules.decide(alarm, Event(kind, at_ms, by=by, data=more), at_ms)
    assert decision.alarm is not None
    assert not decision.refused, decision.refused
    return decision.alarm


def refused(alarm: Alarm, kind: str, at_ms: int, by: str, **more: Value) -> str:
    decision = rules.decide(alarm, Event(kind, at_ms, by=by, data=more), at_ms)
    assert decision.alarm == alarm
    return decision.refused


def task(alarm: Alarm, name: str = "call") -> Task:
    return next(each for each in alarm.tasks if each.id == name)


def due_of(alarm: Alarm) -> dict[str, int]:
    return {each.timer: each.due_ms for each in rules.deadlines(alarm)}


def test_each_open_task_is_a_deadline_beside_the_ladders() -> None:
    alarm = new(CALL, TELL)
    assert due_of(alarm) == {
        "next": NOW + 5 * MIN,
        "task:call": NOW + 3 * MIN,
        "task:tell": NOW + 4 * MIN,
    }
    done = told(alarm, "do_task", NOW, "olive", task="call")
    assert set(due_of(done)) == {"next", "task:tell"}


def test_it_counts_from_when_the_hub_knew() -> None:
    effect = RaiseAlarm("sos", NOW - 60 * MIN, "sos", "s", "late", "kim")
    alarm = rules.raised(effect, "a1", LADDER, None, NOW, Duties((CALL,))).alarm
    assert alarm is not None
    assert task(alarm).due_ms == NOW + 3 * MIN


def test_nobody_did_it_in_time_and_its_roles_are_asked_again_and_again() -> None:
    alarm = new(CALL)
    for turn in range(4):
        now_ms = NOW + (3 + turn) * MIN
        decision = rules.decide(alarm, Event("due", now_ms, data={"timer": "task:call"}), now_ms)
        page = Page(("office",), "task_due", "Call 999. (X-1)", "a1", "", tasks.NO_RUNG, turn)
        assert decision.effects == (page,)
        assert decision.alarm is not None
        alarm = decision.alarm
        assert task(alarm).due_ms == now_ms + MIN
        assert alarm.next_ms == NOW + 5 * MIN, "the ladder goes on beside it"
    assert rules.decide(alarm, Event("due", NOW, data={"timer": "task:call"}), NOW).alarm == alarm


def test_the_hand_out_of_its_page_starts_no_wait_of_the_ladder() -> None:
    alarm = new(CALL)
    assert told(alarm, "handed_out", NOW + 1, step=tasks.NO_RUNG, round=0) == alarm
    assert told(alarm, "page_failed", NOW + 1, step=tasks.NO_RUNG, round=0) == alarm


def test_done_by_hand_and_by_name() -> None:
    done = told(
        new(CALL), "do_task", NOW + 1, "olive", task="call", reference="CAD 9", note="on way"
    )
    assert task(done).state == "done"
    assert (task(done).by, task(done).at_ms, task(done).note) == ("olive", NOW + 1, "CAD 9, on way")
    assert "olive" in refused(done, "do_task", NOW + 2, "max", task="call")
    assert "call" in refused(done, "do_task", NOW + 2, "max", task="else")
    assert "no task" in refused(new(), "do_task", NOW + 2, "max", task="call")
    assert "herself" in refused(new(CALL), "do_task", NOW, "kim", task="call")


def test_whoever_may_spare_it_does_so_by_taking_the_alarm_in_time() -> None:
    spared = told(new(CALL), "acknowledge", NOW + MIN, "max", by_roles="manager")
    assert (task(spared).state, task(spared).by) == ("spared", "max")
    assert set(due_of(spared)) == {"next"}
    other = told(new(CALL), "acknowledge", NOW + MIN, "olive", by_roles="office")
    assert task(other).state == "open"
    late = told(new(CALL), "due", NOW + 3 * MIN, timer="task:call")
    late = told(late, "acknowledge", NOW + 3 * MIN + 1, "max", by_roles="manager")
    assert task(late).state == "open", "once it was asked for, it is done or waived"


def test_a_lease_that_lapses_spares_nothing() -> None:
    spared = told(new(CALL), "acknowledge", NOW + MIN, "max", by_roles="manager")
    lapsed = told(spared, "due", NOW + 3 * MIN, timer="next")
    assert (lapsed.state, task(lapsed).state) == ("open", "open")
    assert task(lapsed).due_ms == NOW + 3 * MIN, "asked for now"
    handed_on = told(spared, "acknowledge", NOW + 2 * MIN, "olive", by_roles="office")
    assert task(handed_on).state == "open"
    pressed = rules.pressed(spared, RaiseAlarm("sos", NOW, "sos", "s", "SOS"), NOW + 2 * MIN).alarm
    assert pressed is not None
    assert task(pressed).state == "open"
    assert task(pressed).due_ms == NOW + 3 * MIN, "no sooner than it was due"


def test_only_who_may_waives_it_and_says_why() -> None:
    alarm = new(CALL, TELL)
    assert "manager" in refused(alarm, "waive_task", NOW, "olive", task="call", by_roles="office",
                                note="x")  # fmt: skip
    assert "why" in refused(alarm, "waive_task", NOW, "max", task="call", by_roles="manager")
    said = refused(alarm, "waive_task", NOW, "max", task="tell", by_roles="manager", note="x")
    assert said == "This must be done."
    gone = told(alarm, "waive_task", NOW, "max", task="call", by_roles="manager", note="a dog")
    assert (task(gone).state, task(gone).note) == ("waived", "a dog")
    assert "waived" in refused(gone, "waive_task", NOW, "max", task="call", by_roles="manager",
                               note="x")  # fmt: skip
    done = told(gone, "do_task", NOW, "olive", task="call")
    assert task(done).state == "done", "done all the same"


def test_an_open_task_holds_the_alarm_open() -> None:
    said = refused(new(TELL), "resolve", NOW, "max", outcome="safe", spoke=True)
    assert "Tell the director." in said
    done = told(new(TELL), "do_task", NOW, "max", task="tell")
    assert told(done, "resolve", NOW, "max", outcome="safe", spoke=True).state == "resolved"


def test_a_duty_for_the_case_that_nobody_comes_holds_only_when_nobody_came() -> None:
    early = told(new(CALL), "resolve", NOW + MIN, "olive", outcome="safe", spoke=True)
    assert (early.state, task(early).state) == ("resolved", "spared")
    asked = told(new(CALL), "due", NOW + 3 * MIN, timer="task:call")
    assert "Call 999." in refused(asked, "resolve", NOW + 4 * MIN, "olive", outcome="safe",
                                  spoke=True)  # fmt: skip


def test_contact_with_her_ends_what_was_asked_for_to_reach_her() -> None:
    alarm = replace(new(TELL, kind="finish_missed"), source="x")
    ended = rules.answered(alarm, ResolveAlarms(("x",), "olive", "spoken with her"), NOW + 1).alarm
    assert ended is not None
    assert (ended.state, task(ended, "tell").state) == ("resolved", "spared")


def test_a_task_done_renews_the_lease_where_nobody_may_ring_her() -> None:
    owned = told(new(TELL), "acknowledge", NOW, "max")
    assert "attempt" in refused(owned, "acknowledge", NOW + 1, "max")
    done = told(owned, "do_task", NOW + MIN, "max", task="tell")
    assert told(done, "acknowledge", NOW + MIN, "max").next_ms == NOW + 11 * MIN


def test_who_took_it_first_and_when_is_kept() -> None:
    owned = told(new(), "acknowledge", NOW + 7_000, "max")
    again = told(told(owned, "due", owned.next_ms), "acknowledge", NOW + 60 * MIN, "olive")
    assert again.taken_ms == NOW + 7_000


def test_the_rows_of_the_policy_become_the_tasks_of_its_alarms() -> None:
    policy = policy_of("plain")
    row = TaskRule(
        "t", ("alarm:sos",), ("manager",), "Do it.", 7 * MIN, MIN, ("a",), ("b",), ("X",)
    )
    policy = replace(policy, tasks=(row,))
    found = tasks.duties_of(policy, "sos")
    assert found.tasks == (Task("t", "Do it.", ("manager",), 7 * MIN, MIN, ("a",), ("b",), ("X",)),)
    assert tasks.duties_of(policy, "duress") == Duties()
