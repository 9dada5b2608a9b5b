"""Tasks, cases, scripts and drills through the whole engine: stored, due, paged, replayed."""

from pathlib import Path

import pytest

from hub import replay
from hub.inbox import Command, PageOutcome, Reply
from hub.rules.model import Alarm, Value
from hub.rules.tasks import NO_RUNG
from hub.store.views import PageRow
from tests.hub.engine.looks import alarms
from tests.hub.house import HOUR_MS, MINUTE_MS, House
from tests.shipped import policy_of

SUTTON = policy_of("sutton-cypl")


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path / "hub", policy=SUTTON)
    made.groundwork()
    made.forward(13 * HOUR_MS)  # a Friday morning: in office hours
    return made


@pytest.fixture
def exeter(tmp_path: Path) -> House:
    return House(tmp_path / "exeter")


def decided_again(house: House) -> None:
    found = replay.replay(house.store.conn)
    assert found.problems == []
    assert found.decided_again > 0


def the(house: House, kind: str) -> Alarm:
    (found,) = alarms(house, kind)
    return found


def asked(house: House, alarm: Alarm) -> list[PageRow]:
    return [page for page in house.reader.pages(alarm.id) if page.step == NO_RUNG]


def coded(house: House) -> Alarm:
    house.must("report_danger", "tom", how="coded-phrase", worker="ada")
    return the(house, "coded_danger")


def timers_of(house: House, alarm: Alarm) -> set[str]:
    rows = house.store.all("SELECT timer FROM deadline WHERE owner = ?", (f"alarm:{alarm.id}",))
    return {str(timer) for (timer,) in rows}


@pytest.mark.clause("SU-false")
def test_each_task_is_a_stored_deadline_that_pages_its_roles(house: House) -> None:
    alarm = coded(house)
    assert timers_of(house, alarm) == {"next", "task:tell-manager", "task:call-999"}
    house.forward(2 * MINUTE_MS)
    assert [(page.person, page.role) for page in asked(house, alarm)] == [("tom", "monitor")]
    (page,) = asked(house, alarm)
    assert "to be done by hand" in page.subject
    assert "Tell a manager now" in page.body
    assert "do not call her" in page.body
    house.must("do_task", "tom", alarm=alarm.id, task="tell-manager")
    assert timers_of(house, alarm) == {"next", "task:call-999"}
    house.forward(MINUTE_MS)
    assert {page.person for page in asked(house, alarm)[1:]} == {"tom", "mia"}
    decided_again(house)


def test_a_task_outlives_the_hub_and_is_asked_for_at_once(house: House, tmp_path: Path) -> None:
    alarm = coded(house)
    again = house.kill(tmp_path / "again")
    again.now_ms += 2 * HOUR_MS
    again.engine.recover(again.now_ms)
    found = asked(again, alarm)
    assert {page.person for page in found} == {"tom", "mia"}
    assert the(again, "coded_danger").tasks[0].due_ms > again.now_ms
    decided_again(again)


def test_a_task_for_nobody_on_duty_is_everybodys_in_charge(house: House) -> None:
    alarm = coded(house)
    house.must("take_duty", "tom", role="monitor", person="tom", on=False)
    house.forward(2 * MINUTE_MS)
    assert {page.person for page in asked(house, alarm)} >= {"mia", "dan"}


@pytest.mark.clause("HM-5.2")
def test_what_a_person_holds_is_told_by_the_hub_and_never_by_her(exeter: House) -> None:
    alarm = coded(exeter)
    exeter.must("acknowledge", "tom", alarm=alarm.id, by_roles="duty-manager,director")
    assert {task.state for task in the(exeter, "coded_danger").tasks} == {"open"}
    assert not exeter.ask("waive_task", "tom", alarm=alarm.id, task="office-calls-999", note="x",
                          by_roles="director").ok  # fmt: skip
    exeter.must("acknowledge", "dan", alarm=alarm.id)
    assert {task.state for task in the(exeter, "coded_danger").tasks} == {"spared"}
    assert timers_of(exeter, alarm) == {"next"}
    exeter.forward(3 * MINUTE_MS)
    assert {task.state for task in the(exeter, "coded_danger").tasks} == {"open"}, "the lease ended"
    decided_again(exeter)


def test_resolving_is_refused_with_the_task_and_its_clause(house: House) -> None:
    alarm = coded(house)
    answer = house.ask("resolve", "mia", alarm=alarm.id, outcome="safe", note="", spoke=True)
    assert not answer.ok
    assert "Call the police" in answer.reason
    assert "SU-false" in answer.clause
    house.must("waive_task", "mia", alarm=alarm.id, task="call-999", note="she is beside me")
    house.must("resolve", "mia", alarm=alarm.id, outcome="safe", note="", spoke=True)
    assert timers_of(house, alarm) == set()


@pytest.mark.clause("SU-false")
def test_a_script_raises_silently_and_keeps_each_answer_with_the_alarm(house: House) -> None:
    house.inside()
    house.beat("p-ada", "inside")
    sent = len([each for after in house.afters for each in after.down])
    told = house.must("record_answer", "tom", worker="ada", script="she-calls", line=0,
                      answer="phrase")  # fmt: skip
    alarm = the(house, "coded_danger")
    assert told.id == alarm.id
    house.must("record_answer", "tom", worker="ada", script="she-calls", line=1, answer="yes",
               so_far="phrase", note="a man's voice behind her")  # fmt: skip
    house.must("record_answer", "tom", worker="ada", script="she-calls", line=2, answer="silence",
               so_far="phrase,yes", alarm=alarm.id)  # fmt: skip
    kept = the(house, "coded_danger").attempts
    assert [attempt.note.partition(": ")[2] for attempt in kept] == [
        "phrase", "yes, a man's voice behind her", "silence"
    ]  # fmt: skip
    assert not any(attempt.reached for attempt in kept)
    assert len([each for after in house.afters for each in after.down]) == sent, "nothing went down"
    refused = house.ask("record_answer", "ada", worker="ada", script="we-call", line=1,
                        answer="yes")  # fmt: skip
    assert not refused.ok
    decided_again(house)


@pytest.mark.clause("CT-8.2")
def test_a_case_is_chosen_by_a_person_and_its_tasks_begin(tmp_path: Path) -> None:
    policy = policy_of("carers-trust-d06b")
    house = House(tmp_path / "hub", policy=policy)
    house.groundwork()
    visit = house.plan()
    house.beat("p-ada")
    house.press("p-ada", "no-answer", "planned", gesture="d-double")
    alarm = the(house, "no_answer")
    assert alarm.visit == visit
    assert not house.ask("resolve", "mia", alarm=alarm.id, outcome="out", note="").ok
    case = alarm.cases[0]
    assert not house.ask("choose_case", "ada", alarm=alarm.id, case=case.id).ok
    house.must("choose_case", "mia", alarm=alarm.id, case=case.id)
    wanted = {f"task:{task.id}" for task in case.tasks}
    assert wanted <= timers_of(house, alarm)
    for task in the(house, "no_answer").tasks:
        house.must("do_task", "mia", alarm=alarm.id, task=task.id)
    house.must("resolve", "mia", alarm=alarm.id, outcome="in hospital", note="")
    decided_again(house)


@pytest.mark.clause("SU-drill")
def test_drill_labels_pages_and_never_presses(house: House) -> None:
    drill = house.must("start_drill", "mia", drill="call", person="ada").id
    pages = house.reader.pages(drill)
    assert pages
    for page in pages:
        assert page.subject.startswith("DRILL: ")
        assert page.body.startswith("DRILL: nobody is in danger.")
    house.sos("p-ada")
    sos = the(house, "sos")
    assert not any("DRILL" in page.subject + page.body for page in house.reader.pages(sos.id))
    assert sos.drill is False
    house.must("do_task", "mia", alarm=sos.id, task="call-999")
    assert not house.ask("start_drill", "mia", drill="page").ok, "a real alarm is open"
    decided_again(house)


@pytest.mark.clause("SU-drill")
def test_what_a_drill_took_is_written_down(house: House) -> None:
    drill = house.must("start_drill", "mia", drill="late-call-back", person="ada").id
    house.forward(42_000)
    house.must("acknowledge", "tom", alarm=drill)
    house.must("resolve", "tom", alarm=drill, outcome="would have called her", note="")
    (record,) = [each for each in house.reader.records("drill", ended=True) if each.kind == "drill"]
    assert (record.state, record.worker) == ("answered", "ada")
    assert (record.fields["sort"], record.fields["took_s"]) == ("late-call-back", 42)
    nobody = house.must("start_drill", "mia", drill="page").id
    house.forward(HOUR_MS)
    house.must("resolve", "dan", alarm=nobody, outcome="nobody was there", note="")
    states = [each.state for each in house.reader.records("drill", ended=True)]
    assert sorted(states) == ["answered", "unanswered"]
    decided_again(house)


@pytest.mark.clause("SU-drill")
def test_the_calendar_begins_a_drill_at_a_moment_that_nobody_knew(house: House) -> None:
    house.engine.recover(house.now_ms)  # the calendar is kept from a start on
    days = 0
    while not alarms(house, "drill"):
        house.forward(24 * HOUR_MS)
        days += 1
        assert days <= 31
    drill = the(house, "drill")
    assert drill.worker in ("ada", "bea")
    house.must("acknowledge", "mia", alarm=drill.id)
    house.must("record_contact", "mia", alarm=drill.id, means="work-mobile", reached=True)
    house.must("resolve", "mia", alarm=drill.id, outcome="reached at once", note="")
    every = (*house.reader.records("review"), *house.reader.records("review", ended=True))
    sort = drill.source.split(":")[1]
    states = [each.state for each in every if each.fields.get("drill") == sort]
    assert sorted(states) == ["done", "waiting"], "the next one has its own moment"
    decided_again(house)


def test_a_drill_of_somebody_at_random(house: House) -> None:
    house.inside("bea")
    drill = house.must("start_drill", "mia", drill="call", at_random=True).id
    assert the(house, "drill").id == drill
    assert the(house, "drill").worker == "bea", "who is out is who should be reachable"
    assert not house.ask("start_drill", "mia", drill="call", person="nobody").ok
    assert not house.ask("start_drill", "mia", drill="call").ok
    decided_again(house)


@pytest.mark.clause("SU-false")
def test_no_drill_calls_a_worker_whom_a_silent_alarm_is_about(house: House) -> None:
    coded(house)
    for drill in ("call", "late-call-back", "page"):
        assert not house.ask("start_drill", "mia", drill=drill, person="ada").ok
    assert not alarms(house, "drill")


def test_what_ended_in_a_turn_stays_ended_for_the_rest_of_it(exeter: House) -> None:
    """Two managers end it in the same instant, a third takes it, a page comes back: found by the
    storm, where the database still had the alarm open and the later ones decided on that."""
    exeter.sos("p-ada")
    sos = the(exeter, "sos")
    for task in sos.tasks:
        exeter.must("do_task", "mia", alarm=sos.id, task=task.id, reference="log 77")
    facts: dict[str, Value] = {"alarm": sos.id, "outcome": "safe", "note": "home", "spoke": True}
    asked = [Command("resolve", "mia", facts, Reply()), Command("resolve", "dan", facts, Reply()),
             Command("acknowledge", "tom", {"alarm": sos.id}, Reply())]  # fmt: skip
    (page, *_) = exeter.reader.pages(sos.id)
    after = exeter.turn(*asked, PageOutcome(page.id, page.person, True, "", exeter.now_ms))
    assert [answer.ok for _, answer in after.replies] == [True, False, False]
    ended = exeter.reader.alarm(sos.id)
    assert ended is not None
    assert (ended.state, ended.resolved_by) == ("resolved", "mia")
    decided_again(exeter)
