"""Histories that use what a procedure offers to get round what it asks: moving, choosing, drilling.

Each was thought of as an attack on a promise; what must hold is in its name.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from hub import replay
from hub.policy.load import PolicyFaults, load
from hub.policy.terms import digest_of
from hub.rules.model import Alarm
from tests.hub.house import HOUR_MS, MINUTE_MS, House
from tests.shipped import policy_of

START_MS = 1_796_205_600_000  # a Wednesday in December 2026, 10:00 in London
CODE = "47114711"


def begun(folder: Path, name: str) -> House:
    house = House(folder, policy=policy_of(name), start_ms=START_MS)
    house.groundwork()
    return house


def alarm_of(house: House, kind: str) -> Alarm:
    (found,) = [each for each in house.reader.open_alarms() if each.kind == kind]
    return found


def replays(house: House) -> None:
    assert replay.replay(house.store.conn).problems == []


def pages_since(house: House, last: int) -> list[tuple[str, str, str]]:
    return list(house.store.all("SELECT person, subject, body FROM page WHERE id > ?", (last,)))


def last_page(house: House) -> int:
    row = house.store.one("SELECT COALESCE(MAX(id), 0) FROM page")
    assert row is not None
    return int(row[0])


# Moved to another time.


@pytest.mark.clause("SU-ooh")
def test_nobody_gets_out_of_hours_without_a_buddy_by_being_moved_there(tmp_path: Path) -> None:
    house = begun(tmp_path, "sutton-cypl")
    evening = {"start_ms": house.now_ms + 11 * HOUR_MS, "end_ms": house.now_ms + 12 * HOUR_MS}
    alone = house.plan(in_ms=HOUR_MS, tracker="", check_in_ms=0)
    answer = house.ask_with("reschedule", "tom", {"visit": alone, **evening})
    assert not answer.ok
    assert "buddy" in answer.reason
    house.must("reschedule", "tom", visit=alone, start_ms=house.now_ms + 2 * HOUR_MS,
               end_ms=house.now_ms + 3 * HOUR_MS)  # fmt: skip
    replays(house)


@pytest.mark.clause("SU-ooh")
def test_who_has_a_buddy_and_a_time_of_check_in_is_moved(tmp_path: Path) -> None:
    house = begun(tmp_path, "sutton-cypl")
    visit = house.plan(in_ms=HOUR_MS)
    house.must("reschedule", "tom", visit=visit, start_ms=house.now_ms + 11 * HOUR_MS,
               end_ms=house.now_ms + 12 * HOUR_MS)  # fmt: skip
    assert "out_of_hours" in house.visit(visit).facts
    replays(house)


@pytest.mark.clause("DC-ooh")
def test_a_high_risk_visit_is_not_moved_to_the_night_without_a_designated_manager(
    tmp_path: Path,
) -> None:
    house = begun(tmp_path, "derbyshire-childrens-services")
    visit = house.plan(in_ms=HOUR_MS, concern=True, tracker="")
    facts = {"start_ms": house.now_ms + 11 * HOUR_MS, "end_ms": house.now_ms + 12 * HOUR_MS}
    assert not house.ask_with("reschedule", "tom", {"visit": visit, **facts}).ok
    house.must("name_tracker", "tom", visit=visit, tracker="mia")
    house.must("reschedule", "tom", visit=visit, **facts)
    assert house.visit(visit).level == "high-out-of-hours"
    replays(house)


def test_a_working_day_that_is_moved_begins_when_it_begins(tmp_path: Path) -> None:
    house = begun(tmp_path, "plain")
    day = house.plan(in_ms=HOUR_MS, kind="day")
    start_ms = house.now_ms + 3 * HOUR_MS
    house.must("reschedule", "tom", visit=day, start_ms=start_ms, end_ms=start_ms + HOUR_MS)
    assert house.visit(day).parts[0].anchors["started_out"] == start_ms


# Another case.


@pytest.mark.clause("CT-8.2")
def test_to_and_fro_between_cases_puts_no_call_for_help_off(tmp_path: Path) -> None:
    house = begun(tmp_path, "carers-trust-d06b")
    house.plan()
    house.beat("p-ada")
    house.press("p-ada", "arrived", "planned")
    house.press("p-ada", "no-answer", "at-door", gesture="d-double")
    nobody = alarm_of(house, "no_answer").id
    house.must("choose_case", "tom", alarm=nobody, case="in-need")

    def due_ms() -> int:
        tasks = {task.id: task for task in alarm_of(house, "no_answer").tasks}
        assert tasks["help-inside"].state == "open"
        return tasks["help-inside"].due_ms

    first_ms = due_ms()
    for _ in range(3):
        house.forward(MINUTE_MS // 2)
        house.must("choose_case", "tom", alarm=nobody, case="absent", note="perhaps out")
        house.must("choose_case", "tom", alarm=nobody, case="in-need", note="a voice inside")
    assert due_ms() == first_ms
    replays(house)


# A drill, and then danger.


@pytest.mark.clause("SU-drill")
@pytest.mark.parametrize("kind", ["duress", "sos-pressed"])
def test_once_danger_is_real_no_page_of_a_drill_says_that_nobody_is_in_danger(
    tmp_path: Path, kind: str
) -> None:
    house = begun(tmp_path, "sutton-cypl")
    house.inside()
    house.must("start_drill", "mia", drill="call", person="ada")
    last = last_page(house)
    gesture = "chord" if kind == "duress" else "sos-hold"
    house.press("p-ada", kind, "inside", gesture=gesture)
    drill = alarm_of(house, "drill").id
    for _ in range(20):
        house.forward(MINUTE_MS)
    pages = pages_since(house, last)
    assert any(drill in body for _, _, body in pages), "the drill's own ladder went on"
    assert not any("nobody is in danger" in f"{subject} {body}".lower()
                   for _, subject, body in pages)  # fmt: skip
    assert not any(subject.startswith("DRILL") for _, subject, _ in pages)


@pytest.mark.clause("SU-drill")
def test_a_drill_tells_nobody_of_a_silent_alarm_of_her_pair(tmp_path: Path) -> None:
    house = begun(tmp_path, "sutton-cypl")
    house.must("take_duty", "bea", role="manager", person="bea", on=True)
    house.inside("ada,bea")
    house.must("start_drill", "mia", drill="page")
    last = last_page(house)
    house.press("p-ada", "duress", "inside", gesture="chord")
    for _ in range(20):
        house.forward(MINUTE_MS)
    assert "bea" not in {person for person, _, _ in pages_since(house, last)}


# A code.


@pytest.mark.clause("CT-4.4")
@pytest.mark.parametrize(
    ("key", "also"),
    [("code", {"override_note": f"it is {CODE}"}), ("code", {"note": "4711-4711"}),
     ("code", {"note": "4 7 1 1 4 7 1 1"}), ("Code", {}), (" code ", {}), ("CODE", {})],
)  # fmt: skip
def test_a_code_is_in_no_row_however_it_is_typed(
    tmp_path: Path, key: str, also: dict[str, str]
) -> None:
    house = begun(tmp_path, "plain")
    facts = {"kind": "entry-code", "verb": "write", "about": "c-1", "what": "cupboard", key: CODE}
    house.ask_with("write_record", "mia", facts | also)
    spaced = [f"%{CODE}%", "%4711-4711%", "%4 7 1 1%"]
    for like in spaced:
        for table, column in (("payload", "body"), ("log", "reason"), ("record", "state_json")):
            found = house.store.one(f"SELECT COUNT(*) FROM {table} WHERE {column} LIKE ?", (like,))
            assert found is not None
            assert found[0] == 0, (table, like)


@pytest.mark.clause("CT-5.2")
@pytest.mark.parametrize("label", ["Wu", "key of Wu", "wu-2"])
def test_a_short_name_is_a_name_on_a_label(tmp_path: Path, label: str) -> None:
    house = begun(tmp_path, "plain")
    house.must("add_client", "setup", id="c-2", code="Q7", area="Pinhoe", name="Mo Wu",
               address="9 Long Lane", postcode="EX9 9ZZ", lines="01392 111111")  # fmt: skip
    answer = house.ask("write_record", "mia", kind="entry-code", verb="write", about="c-2",
                       what=label, code=CODE)  # fmt: skip
    assert not answer.ok
    assert "tells whose it is" in answer.reason


@pytest.mark.clause("HM-7.2")
def test_nobody_changes_anothers_next_of_kin(house: House) -> None:
    kin = house.must("write_record", "ada", kind="next-of-kin", verb="write", about="ada",
                     name="Mum", number="07700 900999").id  # fmt: skip
    for verb in ("change", "remove"):
        assert not house.ask("write_record", "bea", record=kin, verb=verb, number="1").ok
    house.must("write_record", "ada", record=kin, verb="change", number="07700 900998")


# Terms that are lost.


@pytest.mark.parametrize(
    "loss", ["DELETE FROM terms", "UPDATE terms SET source = '{'", "UPDATE terms SET source = '{}'"]
)
def test_a_visit_whose_terms_are_lost_is_watched_by_the_procedure_of_today(
    tmp_path: Path, loss: str
) -> None:
    house = begun(tmp_path / "one", "plain")
    visit = house.inside()
    house.store.write(loss, ())
    changed = replace(house.policy, version=house.policy.version + 1)
    house.policy = replace(changed, digest=digest_of(changed))
    other = house.kill(tmp_path / "two")
    other.now_ms += MINUTE_MS
    other.engine.recover(other.now_ms)
    other.press("p-ada", "sos-pressed", "inside", gesture="sos-hold")
    sos = alarm_of(other, "sos")
    assert (sos.visit, sos.worker) == (visit, "ada")
    other.forward(2 * HOUR_MS)
    assert {alarm.visit for alarm in other.reader.open_alarms() if alarm.kind != "sos"} >= {visit}
    rows = [row for row in other.reader.log_rows(limit=10_000) if row.kind == "terms_lost"]
    assert len(rows) == 1, "said once, not at every deadline"
    found = replay.replay(other.store.conn)
    assert any("is lost or cannot be read" in problem.what for problem in found.problems)


@pytest.mark.parametrize("text", ["a = " + "[" * 5_000 + "]" * 5_000, "a = " + "9" * 5_000])
def test_a_file_that_the_parser_does_not_survive_is_a_faulty_file(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyFaults, match="cannot be read"):
        load(path)
