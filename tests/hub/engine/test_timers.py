"""Deadlines: dated when due, in order, equal in one jump or many steps, and never for ever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.engine import timers
from hub.rules.effects import Decision
from hub.store.log import Row
from tests.hub.house import HOUR_MS, MINUTE_MS, START_MS, House


def rows(house: House, kind: str = "") -> list[Row]:
    found = house.reader.log_rows(limit=10_000)
    return [row for row in found if kind in ("", row.kind)]


def fired(house: House, visit: str) -> list[tuple[str, int, str]]:
    """(kind, when, why) of everything that the clock did to a visit; not the alarms' own waits."""
    return [
        (row.kind, row.at_ms, row.reason)
        for row in rows(house)
        if row.visit == visit and row.alarm == "" and row.kind == "due"
    ]


@pytest.mark.clause("HM-4.2.2")
@pytest.mark.clause("HM-4.2.4")
def test_a_deadline_is_dated_when_it_fell_due_not_when_it_was_noticed(house: House) -> None:
    visit = house.inside()
    house.forward(3 * HOUR_MS)
    due = dict.fromkeys(at_ms - START_MS for _, at_ms, _ in fired(house, visit))
    assert 20 * MINUTE_MS in due
    assert 30 * MINUTE_MS in due
    raised = [(alarm.kind, alarm.raised_ms - START_MS) for alarm in house.reader.open_alarms()]
    assert ("call_back_due", 20 * MINUTE_MS) in raised
    assert ("manager_now", 30 * MINUTE_MS) in raised
    assert {alarm.recorded_ms for alarm in house.reader.open_alarms()} == {house.now_ms}


@settings(max_examples=12)
@given(steps=st.lists(st.integers(min_value=1, max_value=40 * MINUTE_MS), max_size=12))
def test_many_steps_and_one_jump_do_the_same_to_a_visit(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    """The deadline law, through the whole engine."""
    end_ms = sum(steps) + 90 * MINUTE_MS
    seen = []
    for plan in (steps, []):
        house = House(tmp_path_factory.mktemp("law"))
        visit = house.inside()
        for step in plan:
            house.forward(step)
        house.forward(START_MS + end_ms - house.now_ms)
        seen.append((fired(house, visit), house.visit(visit).parts[0].fired))
        house.store.close()
    assert seen[0] == seen[1]


def test_next_due_is_the_earliest_deadline(house: House) -> None:
    assert house.engine.next_due_ms() is None
    visit = house.plan(in_ms=HOUR_MS)
    found = house.reader.deadlines(f"visit:{visit}")
    assert house.engine.next_due_ms() == found[0].due_ms


def test_what_a_press_of_the_same_turn_answers_does_not_fire(house: House) -> None:
    """She arrives in the very turn in which "no arrival" falls due."""
    visit = house.plan()
    house.beat("p-ada")
    due_ms = next(d.due_ms for d in house.reader.deadlines(f"visit:{visit}")
                  if d.timer.startswith("no-arrival"))  # fmt: skip
    handset = house.handsets["p-ada"]
    arrival = house.item(handset.message("arrived", due_ms - 1_000, "planned"))
    house.now_ms = due_ms
    house.turn(arrival)
    assert "no_arrival" not in {alarm.kind for alarm in house.reader.open_alarms()}
    assert house.visit(visit).phase == "at-door"


def test_a_closed_visit_leaves_no_deadline(house: House) -> None:
    visit = house.plan()
    house.must("cancel", "tom", visit=visit, note="away")
    assert house.reader.deadlines(f"visit:{visit}") == ()
    assert house.engine.next_due_ms() is None


def test_every_open_visit_and_alarm_always_has_a_deadline(house: House) -> None:
    """P3 and P5 on what is stored, over a neglected day."""
    house.inside("ada")
    house.plan("bea")
    for _ in range(30):
        house.forward(47 * MINUTE_MS)
        for row in house.reader.board(house.now_ms).rows:
            assert house.reader.deadlines(f"visit:{row.visit.id}"), row.visit.phase
        for alarm in house.reader.open_alarms():
            (due,) = house.reader.deadlines(f"alarm:{alarm.id}")
            assert due.due_ms == alarm.next_ms > house.now_ms


def test_more_than_one_turn_takes_is_taken_in_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "MAX_DUE", 3)
    house.inside("ada")
    house.inside("bea")
    house.now_ms += 50 * MINUTE_MS
    turns = 0
    while (due_ms := house.engine.next_due_ms()) is not None and due_ms <= house.now_ms:
        house.turn()
        turns += 1
        assert turns < 50
    assert turns > 1
    kinds = [alarm.kind for alarm in house.reader.open_alarms()]
    assert kinds.count("manager_now") == kinds.count("call_back_due") == 2


def test_a_deadline_that_its_rule_leaves_standing_is_put_off_and_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours must be neither a silent loop nor a forgotten visit."""
    visit = house.inside()
    monkeypatch.setattr(
        "hub.rules.visit.decide",
        lambda terms, visit, event, now_ms: Decision(visit=visit, reason="a planted fault"),
    )  # fmt: skip
    house.forward(21 * MINUTE_MS)
    due_ms = house.engine.next_due_ms()
    assert due_ms is not None
    assert due_ms > house.now_ms - 1
    kinds = [alarm.kind for alarm in house.reader.open_alarms()]
    assert "unattended" in kinds
    monkeypatch.undo()
    house.forward(timers.STUCK_MS)
    assert (("due", START_MS + 20 * MINUTE_MS) in
            [(kind, at_ms) for kind, at_ms, _ in fired(house, visit)])  # fmt: skip


def test_time_never_goes_back_in_a_turn(house: House) -> None:
    house.forward(HOUR_MS)
    house.now_ms -= 30 * MINUTE_MS
    after = house.turn()
    assert after.turned_ms == house.now_ms + 30 * MINUTE_MS
