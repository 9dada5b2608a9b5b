"""The readings of an alarm: a person chooses, and it is not over before (CT-8.2)."""

from hub.rules import alarm as rules
from hub.rules.effects import RaiseAlarm, ResolveAlarms
from hub.rules.model import Alarm, Case, Duties, Event, Ladder, Step, Task, Value

NOW = 1_790_000_000_000
MIN = 60_000
LADDER = Ladder("on-call", (Step(("manager",), 5 * MIN),), 2 * MIN, 10 * MIN)
HELP = Task("help", "Call the ambulance.", ("manager",), 5 * MIN)
ASK = Task("ask", "Ask the neighbours.", ("manager",), 10 * MIN)
IN_NEED = Case("in-need", "Inside and in need", (HELP, ASK), ("emergency", "family"), ("CT-8.2",))
ABSENT = Case("absent", "Apparently absent", (ASK,), ("family", "agency"), ("CT-8.2",))


def new(*cases: Case) -> Alarm:
    effect = RaiseAlarm("no_answer", NOW, "on-call", "v1:kim:no-answer", "No answer", "kim")
    alarm = rules.raised(effect, "a1", LADDER, None, NOW, Duties((), cases)).alarm
    assert alarm is not None
    return alarm


def told(alarm: Alarm, at_ms: int, kind: str = "choose_case", **more: Value) -> Alarm:
    decision = rules.decide(alarm, Event(kind, at_ms, by="max", data=more), at_ms)
    assert decision.alarm is not None
    assert not decision.refused, decision.refused
    return decision.alarm


def refused(alarm: Alarm, kind: str = "choose_case", by: str = "max", **more: Value) -> str:
    decision = rules.decide(alarm, Event(kind, NOW, by=by, data=more), NOW)
    assert decision.alarm == alarm
    return decision.refused


def states(alarm: Alarm) -> dict[str, str]:
    return {task.id: task.state for task in alarm.tasks}


def test_it_is_not_over_before_one_is_chosen_and_seen_to() -> None:
    alarm = new(IN_NEED, ABSENT)
    assert "Inside and in need, Apparently absent" in refused(alarm, "resolve", outcome="well")
    chosen = told(alarm, NOW + 3 * MIN, case="in-need")
    due = {each.timer: each.due_ms for each in rules.deadlines(chosen)}
    assert due["task:help"] == NOW + 8 * MIN, "its time counts from the choice"
    assert "ambulance" in refused(chosen, "resolve", outcome="well")
    seen_to = told(told(chosen, NOW, "do_task", task="help"), NOW, "do_task", task="ask")
    assert told(seen_to, NOW, "resolve", outcome="in hospital").state == "resolved"


def test_speaking_with_the_worker_is_no_answer_to_it() -> None:
    alarm = new(ABSENT)
    effect = ResolveAlarms((alarm.source,), "max", "spoken with her")
    assert rules.answered(alarm, effect, NOW + 1).alarm == alarm


def test_one_of_those_that_there_are_and_by_another_person() -> None:
    alarm = new(IN_NEED, ABSENT)
    assert "Inside and in need (in-need)" in refused(alarm, case="refused")
    assert "nothing to choose" in refused(new(), case="absent")
    assert "herself" in refused(alarm, by="kim", case="absent")
    chosen = told(alarm, NOW, case="absent")
    assert "already" in refused(chosen, case="absent")


def test_another_case_after_all_needs_a_reason_and_keeps_what_both_ask_for() -> None:
    chosen = told(new(IN_NEED, ABSENT), NOW, case="in-need")
    assert refused(chosen, case="absent") == "Say why it is another case after all."
    other = told(chosen, NOW + 2 * MIN, case="absent", note="her son says she is away")
    assert (other.case, states(other)) == ("absent", {"help": "waived", "ask": "open"})
    left = next(task for task in other.tasks if task.id == "help")
    assert (left.by, left.at_ms) == ("max", NOW + 2 * MIN)
    assert left.note == "another case: her son says she is away"
    assert other.tasks[1].due_ms == NOW + 10 * MIN, "its clock did not begin anew"
    back = told(other, NOW + 4 * MIN, case="in-need", note="a voice was heard")
    assert states(back) == {"help": "open", "ask": "open"}
    again = next(t for t in back.tasks if t.id == "help")
    assert again.due_ms == NOW + 5 * MIN, "to and fro puts no call for help off"


def test_what_was_done_stays_done() -> None:
    chosen = told(told(new(IN_NEED, ABSENT), NOW, case="in-need"), NOW, "do_task", task="ask")
    other = told(chosen, NOW, case="absent", note="away")
    assert states(other)["ask"] == "done"
