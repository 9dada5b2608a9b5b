"""Registers through the whole engine: written, due, nagging, replayed; codes that stay secret."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hub.policy.terms import digest_of
from hub.replay import replay
from hub.rules.model import Record
from hub.store.views import NextDue
from tests.hub.house import START_MS, House
from tests.shipped import policy_of

DAY_MS = 86_400_000
POLICY = policy_of("carers-trust-d06b")
CODE = "4711-kestrel"
TODAY = datetime.fromtimestamp(START_MS / 1000, UTC).date()


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path / "hub", policy=POLICY)
    for person, (name, initials, role) in {
        "max": ("Max Ward", "MW", "manager"), "moy": ("Moy Lane", "ML", "monitor"),
    }.items():  # fmt: skip
        made.must("add_person", "setup", id=person, name=name, initials=initials, roles=role)
    for role, people in made.reader.on_duty().items():
        for person in people:
            made.must("take_duty", person, role=role, person=person, on=False)
    made.must("take_duty", "max", role="manager", person="max", on=True)
    made.must("take_duty", "moy", role="monitor", person="moy", on=True)
    return made


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def record_of(house: House, record: str) -> Record:
    found = house.reader.record(record)
    assert found is not None
    return found


def a_code(house: House) -> str:
    return house.must("write_record", "max", kind="entry-code", verb="write", about="c-1",
                      what="side gate 7", code=CODE).id  # fmt: skip


def everything(house: House) -> str:
    """All that is in the database but the one table that may hold a code."""
    tables = house.store.all("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = [name for (name,) in tables if name != "entry_code"]
    assert len(names) == len(tables) - 1
    return "\n".join(repr(house.store.all(f"SELECT * FROM {name}")) for name in names)


@pytest.mark.clause("CT-4.4")
def test_a_code_stands_in_its_own_table_and_nowhere_else(house: House) -> None:
    record = a_code(house)
    assert house.store.one("SELECT code FROM entry_code WHERE record = ?", (record,)) == (CODE,)
    assert house.must("write_record", "max", record=record, verb="show_code").shown == CODE
    house.must("write_record", "max", record=record, verb="change", code="0815-" + CODE)
    # Refused too: with a fault in it, with another register, and written beside what it opens.
    for wrong in (
        {"kind": "entry-code", "verb": "write", "about": "nobody", "what": "x", "code": CODE},
        {"kind": "entri-code", "verb": "write", "about": "c-1", "what": "x", "code": CODE},
        {"kind": "key", "verb": "register", "about": "c-1", "label": "K9", "code": CODE},
        {"kind": "entry-code", "verb": "write", "about": "c-1", "what": f"gate {CODE}",
         "code": CODE},
        {"kind": "entry-code", "verb": "write", "about": "c-1", "what": "x", "code": "12"},
    ):  # fmt: skip
        assert not house.ask_with("write_record", "max", wrong).ok
    assert "side gate 7" in everything(house)
    assert CODE not in everything(house)


@pytest.mark.clause("CT-4.4")
def test_a_code_is_shown_once_to_who_needs_it_and_each_look_is_logged(house: House) -> None:
    record = a_code(house)
    refused = house.ask("write_record", "ada", record=record, verb="show_code")
    assert (refused.ok, refused.shown) == (False, "")
    house.must("write_record", "bea", kind="assessment", verb="write", about="c-1",
               found="a loose step", assessed_on=day(0), assessors="bea")  # fmt: skip
    visit = house.plan("ada", 3_600_000)
    shown = house.must("write_record", "ada", record=record, verb="show_code")
    assert (shown.shown, CODE in shown.reason) == (CODE, False)
    assert not house.ask("write_record", "bea", record=record, verb="show_code").ok
    looks = [(act.by, act.at_ms) for act in record_of(house, record).acts if act.verb != "write"]
    assert looks == [("ada", house.now_ms)]
    rows = house.reader.log_rows(limit=1_000)
    assert [row.by for row in rows if row.kind == "write_record"][-2:] == ["ada", "bea"]
    house.must("cancel", "tom", visit=visit, note="not today")
    assert not house.ask("write_record", "ada", record=record, verb="show_code").ok


@pytest.mark.clause("CT-4.4")
def test_a_code_never_stands_beside_the_address(house: House) -> None:
    for what in ("Client One", "1 Some Road", "EX11AA", "c1 back door"):
        answer = house.ask("write_record", "max", kind="entry-code", verb="write", about="c-1",
                           what=what, code=CODE)  # fmt: skip
        assert not answer.ok and "whose it is" in answer.reason


@pytest.mark.clause("CT-5.2")
def test_what_is_due_pages_the_holder_and_who_is_on_duty_until_it_is_done(house: House) -> None:
    key = house.must("write_record", "max", kind="key", verb="register", about="c-1", label="K7",
                     authority_form=day(0)).id  # fmt: skip
    house.must("write_record", "ada", record=key, verb="sign_out", holder="ada", back_by=day(1))
    seen = len(house.reader.pages())
    for _ in range(3):
        house.forward(DAY_MS)
    pages = house.reader.pages()[seen:]
    assert [page.person for page in pages].count("ada") == 3
    assert {page.person for page in pages} == {"ada", "max"}
    assert record_of(house, key).late == ("back",)
    assert all(key in page.body and "Some Road" not in page.body for page in pages)
    house.must("write_record", "ada", record=key, verb="sign_in")
    house.forward(DAY_MS)
    assert len(house.reader.pages()) == seen + len(pages)


@pytest.mark.clause("CT-5.5")
def test_a_lost_key_is_an_alarm_with_what_must_be_done(house: House) -> None:
    key = house.must("write_record", "max", kind="key", verb="register", about="c-1", label="K7",
                     authority_form=day(0)).id  # fmt: skip
    house.must("write_record", "ada", record=key, verb="report_lost", note="on the bus")
    (alarm,) = [each for each in house.reader.open_alarms() if each.kind == "key_gone"]
    assert len(alarm.tasks) == 3
    assert record_of(house, key).state == "lost"
    assert replay(house.store.conn).ok


@pytest.mark.clause("CT-5.3", "CT-6")
def test_who_leaves_is_asked_for_her_keys_and_badge(house: House) -> None:
    badge = house.must("write_record", "max", kind="badge", verb="issue", about="ada", number="B1",
                       issued=day(0), expires=day(700)).id  # fmt: skip
    house.must("add_person", "setup", id="ada", active=False)
    house.forward(1)
    assert "left" in {due.timer for due in record_of(house, badge).due}
    assert house.reader.pages()[-1].person == "max"
    house.must("write_record", "max", record=badge, verb="give_back", received_by="max")
    assert record_of(house, badge).due == ()


@pytest.mark.clause("SU-review")
def test_an_incident_makes_the_assessment_due_again(house: House) -> None:
    assessment = house.must(
        "write_record", "bea", kind="assessment", verb="write", about="c-1", found="a loose step",
        assessed_on=day(0), assessors="bea",
    ).id  # fmt: skip
    house.must("write_record", "max", record=assessment, verb="sign")
    house.must("write_record", "ada", kind="incident", verb="write", client="c-1", worker="ada",
               what="shouted at", happened=day(0))  # fmt: skip
    assert "incident_ms" in record_of(house, assessment).fields
    house.forward(1)
    assert record_of(house, assessment).late == ("review",)


def test_everything_replays_and_a_tampered_record_is_found(house: House) -> None:
    record = a_code(house)
    house.engine.recover(house.now_ms)
    assert not house.ask("write_record", "max", kind="badge", verb="issue", about="nobody").ok
    house.must("write_record", "ada", kind="incident", verb="write", worker="ada", what="slipped",
               happened=day(0))  # fmt: skip
    for _ in range(4):
        house.forward(400 * DAY_MS)
    found = replay(house.store.conn)
    assert (found.problems, found.decided_again > 20) == ([], True)
    house.store.conn.execute(
        "UPDATE record SET state_json = replace(state_json, 'kept', 'gone') WHERE id = ?",
        (record,),
    )
    assert [problem.what for problem in replay(house.store.conn).problems] == [
        f"record {record} is not what the log adds up to"
    ]


def test_a_duty_of_the_calendar_falls_due_nags_and_begins_again(house: House) -> None:
    house.engine.recover(house.now_ms)
    house.engine.recover(house.now_ms)
    reviews = house.reader.records("review")
    assert len(reviews) == len(POLICY.reviews) > 0
    soonest = min(reviews, key=lambda record: record.due[0].due_ms)
    assert soonest.state == "waiting"
    house.now_ms = soonest.due[0].due_ms
    house.turn()
    house.forward(2 * DAY_MS)
    assert record_of(house, soonest.id).state == "due"
    about = [page for page in house.reader.pages() if soonest.id in page.body]
    assert [page.person for page in about] == ["max", "max"]
    house.must("write_record", "max", record=soonest.id, verb="done", note="looked at each")
    again = [
        r for r in house.reader.records("review") if r.fields["duty"] == soonest.fields["duty"]
    ]
    assert [record.state for record in again] == ["waiting"]
    assert again[0].due[0].due_ms > house.now_ms + 20 * DAY_MS


def test_nobody_to_tell_is_an_alarm(house: House) -> None:
    key = house.must("write_record", "max", kind="key", verb="register", about="c-1", label="K7",
                     authority_form=day(0)).id  # fmt: skip
    house.must("write_record", "ada", record=key, verb="sign_out", holder="ada", back_by=day(1))
    for person in ("ada", "max", "moy"):
        house.must("add_person", "setup", id=person, active=False)
    house.forward(2 * DAY_MS)
    assert "record_due" in {alarm.kind for alarm in house.reader.open_alarms()}


def test_a_hub_that_was_down_asks_once_for_what_fell_due(house: House, tmp_path: Path) -> None:
    house.must("write_record", "max", kind="action", verb="write", what="mend the gate",
               owner="ada", by_day=day(1))  # fmt: skip
    before = len(house.reader.pages())
    other = house.kill(tmp_path / "copy")
    other.now_ms += 30 * DAY_MS
    other.engine.recover(other.now_ms)
    other.forward(1)
    about = [
        page
        for page in other.reader.pages()[before:]
        if page.body.startswith("An action is to be done")
    ]
    assert [page.person for page in about] == ["ada", "max"]


def test_an_outdated_page_is_told_so_but_a_loss_is_taken(house: House) -> None:
    key = house.must("write_record", "max", kind="key", verb="register", about="c-1", label="K7",
                     authority_form=day(0)).id  # fmt: skip
    house.must("write_record", "ada", record=key, verb="sign_out", holder="ada", back_by=day(1))
    assert not house.ask_with("write_record", "max", {"record": key, "verb": "sign_in"}, 1).ok
    assert house.ask_with("write_record", "max", {"record": key, "verb": "report_lost"}, 1).ok


def test_date_of_the_tests() -> None:
    assert date.fromisoformat(day(0)) == TODAY


@pytest.mark.clause("CT-5.2")
def test_a_key_is_never_labelled_with_whose_it_is(house: House) -> None:
    for label in ("Client", "some road 1", "EX1", "C1"):
        answer = house.ask("write_record", "max", kind="key", verb="register", about="c-1",
                           label=label, authority_form=day(0))  # fmt: skip
        assert not answer.ok and "whose it is" in answer.reason
    key = {"kind": "key", "verb": "register", "about": "c-1", "authority_form": day(0)}
    house.must("write_record", "max", **key, label="K 7")
    again = house.ask("write_record", "max", **key, label="k7")
    assert not again.ok and "no two are alike" in again.reason


@pytest.mark.clause("SU-drill")
def test_for_when_the_lot_has_fallen_nobody_is_shown(tmp_path: Path) -> None:
    sutton = policy_of("sutton-cypl")
    moments: list[list[tuple[NextDue, ...]]] = []
    for seed in (1, 1, 2):
        made = House(tmp_path / f"{len(moments)}", seed, policy=sutton)
        made.engine.recover(made.now_ms)
        drawn = [r for r in made.reader.records("review") if r.fields.get("at_random")]
        assert drawn and all(record.due == () for record in drawn)
        assert all("due_ms" not in record.fields for record in drawn)
        moments.append([made.reader.deadlines(f"record:{record.id}") for record in drawn])
        assert all(due for due in moments[-1])
    assert moments[0] == moments[1] != moments[2]


def test_another_procedure_tells_anew_what_falls_due(house: House, tmp_path: Path) -> None:
    key = house.must("write_record", "max", kind="key", verb="register", about="c-1", label="K7",
                     authority_form=day(0)).id  # fmt: skip
    house.must("write_record", "ada", record=key, verb="sign_out", holder="ada", back_by=day(1))
    assert {due.timer for due in record_of(house, key).due} == {"authority", "back"}
    rows = tuple(row for row in POLICY.registers if row.kind != "key")
    without = replace(POLICY, registers=rows, version=9)
    without = replace(without, digest=digest_of(without))
    house.copy(tmp_path / "copy")
    other = House(tmp_path / "copy", 2, fill=False, policy=without)
    other.now_ms = house.now_ms + 2 * DAY_MS
    other.engine.recover(other.now_ms)
    assert record_of(other, key).due == ()
    assert "record_due" not in {alarm.kind for alarm in other.reader.open_alarms()}
    again = other.kill(tmp_path / "again")
    again.engine.recover(again.now_ms)
    assert replay(again.store.conn).ok
