"""What people ask for: answered after the commit, refused with a reason, logged either way."""

import pytest

from hub.inbox import Command, LinkChanged
from hub.rules.kinds import COMMANDS
from hub.rules.model import Value
from tests.hub.house import HOUR_MS, MINUTE_MS, House


def log_kinds(house: House) -> list[str]:
    return [row.kind for row in house.reader.log_rows(limit=10_000)]


def test_a_plan_without_rating_or_agreement_is_refused_and_logged(house: House) -> None:
    before = len(log_kinds(house))
    answer = house.ask("plan_visit", "tom", client="c-1", area="x", purpose="y", workers="ada",
                       start_ms=house.now_ms, end_ms=house.now_ms + HOUR_MS)  # fmt: skip
    assert not answer.ok
    assert "HM-1.2" in answer.clause
    assert log_kinds(house)[before:] == ["plan_visit"]
    (row,) = house.reader.log_rows(before, 10)
    assert row.body is not None
    assert answer.reason in row.body


def test_an_unknown_client_is_not_a_client_without_gates(house: House) -> None:
    facts = {"client": "c-unknown", "area": "x", "purpose": "y", "workers": "ada", "rating": "C1"}
    answer = house.ask("plan_visit", "tom", **facts, start_ms=house.now_ms, tracker="tom",
                       end_ms=house.now_ms + HOUR_MS, manager_agreed="mia")  # fmt: skip
    assert not answer.ok


@pytest.mark.parametrize(
    ("kind", "by", "facts", "part"),
    [
        ("blow_up", "tom", {}, "no command"),
        ("cancel", "", {"visit": "v"}, "by a person"),
        ("cancel", "stranger", {"visit": "v"}, "by a person"),
        ("cancel", "tom", {"visit": "v-none"}, "no visit"),
        ("cancel", "tom", {}, "no visit"),
        ("acknowledge", "tom", {"alarm": "a-none"}, "no alarm"),
        ("record_contact", "tom", {"means": "own-mobile", "reached": True}, "which visit"),
        ("cancel", "tom", {"visit": "v", "note": "x" * 3_000}, "longer than"),
        ("cancel", "tom", {f"k{n}": n for n in range(50)}, "More than"),
        ("extend", "tom", {"visit": "v", "end_ms": 1 << 60}, "no number"),
        ("take_duty", "tom", {"role": "king", "person": "tom"}, "no role"),
        ("take_duty", "tom", {"role": "office", "person": "nobody"}, "no person"),
        ("add_person", "setup", {"id": "NOT lawful", "name": "x", "initials": "x"}, "made of"),
        ("add_person", "setup", {"id": "eve"}, "name and initials"),
        ("add_person", "setup", {"id": "eve", "name": "E", "initials": "E", "login": "ada"},
         "this login"),
        ("add_client", "setup", {"id": "c-2", "code": "C1"}, "has the code"),
        ("add_client", "setup", {"id": "c-2"}, "needs a code"),
        ("add_pendant", "setup", {"id": "p-x", "secret": "zz"}, "hexadecimal"),
        ("add_pendant", "setup", {"id": "p-x", "secret": "00" * 32, "key_id": "k-p-ada"},
         "another pendant"),
        ("revoke_pendant", "setup", {"pendant": "p-none"}, "no pendant"),
        ("revoke_pendant", "setup", {"pendant": "p-ada", "state": "lost"}, "one of"),
        ("set_password", "setup", {"person": "nobody", "password_hash": "x"}, "no person"),
    ],
)  # fmt: skip
def test_a_refusal_says_why(
    house: House, kind: str, by: str, facts: dict[str, str | int | bool], part: str
) -> None:
    answer = house.ask_with(kind, by, facts)
    assert not answer.ok
    assert part in answer.reason


def test_nobody_acts_for_herself_or_her_pair(house: House) -> None:
    visit = house.plan("ada,bea")
    house.press("p-ada", "arrived", "planned")
    for by in ("ada", "bea"):
        answer = house.ask("confirm_arrival", by, visit=visit, worker="ada", place="C1", name="A",
                           departure_contact="tom")  # fmt: skip
        assert not answer.ok
    house.sos("p-ada")
    alarm = next(each for each in house.reader.open_alarms() if each.kind == "sos")
    for by in ("ada", "bea"):
        assert not house.ask("acknowledge", by, alarm=alarm.id).ok
        assert not house.ask("resolve", by, alarm=alarm.id, outcome="fine", spoke=True).ok
    assert house.ask("acknowledge", "tom", alarm=alarm.id).ok


def test_an_old_page_is_told_but_never_holds_up_what_makes_her_safer(house: House) -> None:
    visit = house.inside()
    old = house.visit(visit).version
    house.must("record_contact", "tom", visit=visit, means="work-mobile", reached=True)
    answer = house.ask_with("stand_down", "tom", {"visit": visit}, version=old)
    assert not answer.ok
    assert "changed since you looked" in answer.reason
    assert house.ask_with("abandon", "tom", {"visit": visit}, version=old).ok


def test_a_resolution_on_an_old_page_does_not_cover_a_newer_press(house: House) -> None:
    house.sos("p-ada")
    (alarm,) = house.reader.open_alarms()
    house.sos("p-ada")
    facts: dict[str, Value] = {"alarm": alarm.id, "outcome": "false alarm", "spoke": True}
    assert not house.ask_with("resolve", "tom", facts, version=alarm.version).ok
    (alarm,) = house.reader.open_alarms()
    assert house.ask_with("resolve", "tom", facts, version=alarm.version).ok
    assert house.reader.open_alarms() == ()


def test_a_press_after_the_resolution_is_a_new_alarm(house: House) -> None:
    house.sos("p-ada")
    (alarm,) = house.reader.open_alarms()
    house.must("resolve", "tom", alarm=alarm.id, outcome="false alarm", spoke=True)
    house.sos("p-ada")
    (new,) = house.reader.open_alarms()
    assert new.id != alarm.id


def test_one_call_counts_for_the_visit_and_the_alarm(house: House) -> None:
    visit = house.inside()
    house.sos("p-ada")
    alarm = next(each for each in house.reader.open_alarms() if each.kind == "sos")
    house.must("record_contact", "tom", visit=visit, alarm=alarm.id, means="work-mobile",
               reached=True)  # fmt: skip
    found = house.reader.alarm(alarm.id)
    assert found is not None
    assert [attempt.reached for attempt in found.attempts] == [True]
    assert "contact" in house.visit(visit).parts[0].anchors
    assert found.state == "open", "contact alone ends no SOS"


def test_danger_told_by_telephone_is_never_refused(house: House) -> None:
    assert house.ask("report_danger", "tom", worker="ada", how="coded-phrase").ok
    assert house.ask("report_danger", "tom", how="family").ok
    visit = house.inside("bea")
    assert house.ask("report_danger", "tom", worker="bea", how="coded-phrase").ok
    by_visit = {alarm.kind: alarm.visit for alarm in house.reader.open_alarms()}
    assert set(by_visit) == {"coded_danger", "family_worried"}
    coded = [a for a in house.reader.open_alarms() if a.kind == "coded_danger"]
    assert {alarm.visit for alarm in coded} == {"", visit}


def test_the_tracker_must_be_somebody(house: House) -> None:
    visit = house.plan()
    assert not house.ask("name_tracker", "mia", visit=visit, tracker="ghost").ok
    assert house.ask("name_tracker", "mia", visit=visit, tracker="dan").ok
    assert house.visit(visit).tracker == "dan"


def test_duty_changes_who_is_paged_next(house: House) -> None:
    house.must("take_duty", "dan", role="duty-manager", person="dan", on=True)
    house.must("take_duty", "mia", role="duty-manager", person="mia", on=False)
    house.sos("p-ada")
    assert {page.person for page in house.reader.pages()} == {"tom", "dan"}
    assert house.reader.on_duty()["duty-manager"] == ("dan",)


def test_laying_down_the_last_duty_is_told(house: House) -> None:
    answer = house.must("take_duty", "mia", role="duty-manager", person="mia", on=False)
    assert "nobody holds it now" in answer.reason


def test_what_is_not_given_stays_as_it_is(house: House) -> None:
    house.must("add_person", "setup", id="ada", car="AB12 CDE")
    person = house.reader.person("ada")
    assert person is not None
    assert (person.name, person.car, person.active) == ("Ada Reed", "AB12 CDE", True)
    assert person.pages == ("http://127.0.0.1:1/",)
    house.must("add_person", "setup", id="ada", active=False)
    assert not house.ask("looked", "ada", visit="v").ok


def test_a_pendant_given_to_another_worker_is_hers_from_then_on(house: House) -> None:
    house.must("add_pendant", "setup", id="p-ada", worker="bea")
    house.sos("p-ada")
    assert house.reader.open_alarms()[0].worker == "bea"
    found = next(each for each in house.reader.pendants() if each.id == "p-ada")
    assert found.key_id == "k-p-ada"


def test_a_look_is_on_the_record(house: House) -> None:
    house.must("looked", "tom", visit="v-1", what="address")
    assert log_kinds(house)[-1] == "looked"


def test_the_ping_is_answered_and_not_logged(house: House) -> None:
    before = log_kinds(house)
    assert house.ask("turn", "").ok
    assert log_kinds(house) == before


def test_links_are_told_once_to_board_and_log(house: House) -> None:
    assert house.reader.health().links[0].events == "unknown"
    for up in (True, True, False):
        house.turn(LinkChanged("events", up, "note"), LinkChanged("beats", True))
    health = house.reader.health()
    [link] = health.links
    assert (link.events, link.beats, link.note, health.broker_up) == ("down", "up", "note", False)
    assert [kind for kind in log_kinds(house) if kind.startswith("link")] == [
        "link_up", "link_up", "link_down",
    ]  # fmt: skip


def test_a_second_broker_stands_in_for_the_first_and_is_forgotten_when_it_is_gone(
    house: House,
) -> None:
    for lane in ("events", "beats"):
        house.turn(LinkChanged(lane, False, "no answer"), LinkChanged(f"{lane}-2", True))
    first, second = house.reader.health().links
    assert (first.is_up, first.is_down, first.note) == (False, True, "no answer")
    assert second.is_up
    assert house.reader.health().broker_up
    house.turn(LinkChanged("beats-2", False, "lost"))
    assert not house.reader.health().broker_up, "half of each broker is none"
    for lane in ("events-2", "beats-2"):
        house.turn(LinkChanged(lane, False, "not used", used=False))
    assert house.reader.health().links == (first,)


def test_a_session_that_never_was_is_not_told_as_gone(house: House) -> None:
    before = log_kinds(house)
    house.turn(LinkChanged("events-2", False, "not used", used=False))
    assert log_kinds(house) == before


def test_every_command_of_the_rules_is_answered(house: House) -> None:
    """None of them falls through to "no command"."""
    for kind in COMMANDS:
        answer = house.ask(kind, "tom", visit="v-none", alarm="a-none")
        assert "There is no command" not in answer.reason


def test_a_command_without_a_reply_is_done_all_the_same(house: House) -> None:
    visit = house.plan()
    after = house.turn(Command("cancel", "tom", {"visit": visit, "note": "away"}))
    assert after.replies == []
    assert house.visit(visit).phase == "cancelled"
    house.forward(24 * 60 * MINUTE_MS)
    assert house.reader.open_alarms() == ()
