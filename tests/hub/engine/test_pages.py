"""Pages: to whom, what they say, what nobody on duty means, and how the outcome comes back."""

from dataclasses import replace

import pytest

from hub.engine.engine import Engine
from hub.inbox import PageOutcome
from hub.policy.terms import digest_of
from hub.rules.model import Ladder, Step
from tests.hub.house import MINUTE_MS, POLICY, START_MS, House


def outcome(house: House, page: int, ok: bool) -> None:
    person = next(each.person for each in house.reader.pages() if each.id == page)
    house.turn(PageOutcome(page, person, ok, "a provider", house.now_ms))


def test_a_page_tells_enough_and_no_more(house: House) -> None:
    visit = house.inside()
    house.sos("p-ada")
    alarm = next(each for each in house.reader.open_alarms() if each.kind == "sos")
    page = house.reader.pages(alarm.id)[0]
    assert "Ada Reed" in page.subject
    assert visit in page.body
    assert "Heavitree" in page.body
    for secret in ("Some Road", "EX1", "01392", "Client One"):
        assert secret not in page.subject + page.body


def test_nobody_is_paged_about_herself_or_her_pair(house: House) -> None:
    house.must("take_duty", "ada", role="office", person="ada", on=True)
    house.must("take_duty", "bea", role="office", person="bea", on=True)
    house.plan("ada,bea", tracker="tom")
    house.press("p-ada", "arrived", "planned")
    house.sos("p-ada")
    house.forward(10 * MINUTE_MS)
    assert {page.person for page in house.reader.pages()} & {"ada", "bea"} == set()


def test_nobody_on_duty_is_an_alarm_that_reaches_whoever_is_in_charge(house: House) -> None:
    for person, role in (("tom", "office"), ("mia", "duty-manager")):
        house.must("take_duty", person, role=role, person=person, on=False)
    house.sos("p-ada")
    kinds = {alarm.kind for alarm in house.reader.open_alarms()}
    assert kinds == {"sos", "nobody_on_duty"}
    assert {page.person for page in house.reader.pages()} >= {"mia", "dan"}


def asked(house: House, kind: str, person: str) -> list[int]:
    """The minutes at which somebody was paged about the alarms of this kind."""
    found = [each.id for each in house.reader.open_alarms() if each.kind == kind]
    return [
        (page.created_ms - START_MS) // MINUTE_MS
        for page in house.reader.pages()
        if page.alarm in found and page.person == person
    ]


@pytest.mark.clause("HM-4.1.1", "HM-4.2.4")
def test_a_rung_of_a_tracker_who_is_gone_keeps_nobody_waiting(house: House) -> None:
    house.inside()
    house.must("take_duty", "mia", role="office", person="mia", on=True)
    house.must("add_person", "setup", id="tom", active=False)
    for _ in range(31):
        house.forward(MINUTE_MS)
        house.forward(1)
    # The first rung of two minutes is the tracker's alone: round after round it costs nothing.
    assert asked(house, "call_back_due", "mia") == [20, 23, 26, 29]
    assert "nobody_on_duty" in {alarm.kind for alarm in house.reader.open_alarms()}


@pytest.mark.clause("HM-4.1.1")
def test_a_tracker_whom_nobody_named_is_no_duty_that_nobody_does(house: House) -> None:
    mine = Ladder("find-tracker", (Step(("tracker",), 180_000), Step(("office",), 300_000)),
                  120_000, 300_000)  # fmt: skip
    others = tuple(each for each in POLICY.ladders if each.id != mine.id)
    policy = replace(POLICY, ladders=(*others, mine))
    house.engine = Engine(house.store, house.ids, replace(policy, digest=digest_of(policy)))
    house.plan(tracker="")
    house.forward(1)
    assert {alarm.kind for alarm in house.reader.open_alarms()} == {"no_tracker"}
    assert asked(house, "no_tracker", "tom") == [0]


def test_a_hub_without_people_still_holds_the_alarm_and_asks_again(house: House) -> None:
    for person in ("ada", "tom", "mia", "dan", "bea"):
        house.must("add_person", "setup", id=person, active=False)
    house.sos("p-ada")
    assert house.reader.pages() == ()
    for _ in range(20):
        house.forward(MINUTE_MS)
        alarms = {alarm.kind: alarm for alarm in house.reader.open_alarms()}
        assert alarms["sos"].next_ms > house.now_ms
    house.must("add_person", "setup", id="tom", active=True)
    house.forward(5 * MINUTE_MS)
    assert {page.person for page in house.reader.pages()} == {"tom"}


def test_where_she_is_the_only_person_a_page_goes_out_all_the_same(house: House) -> None:
    for person in ("tom", "mia", "dan", "bea"):
        house.must("add_person", "setup", id=person, active=False)
    house.sos("p-ada")
    assert {page.person for page in house.reader.pages()} == {"ada"}


def test_the_last_resort_spares_whom_a_silent_alarm_is_about(house: House) -> None:
    house.must("report_danger", "tom", worker="ada", how="coded-phrase")
    for person in ("tom", "mia", "dan", "bea"):
        house.must("add_person", "setup", id=person, active=False)
    house.forward(10 * MINUTE_MS)
    assert "nobody_on_duty" in {alarm.kind for alarm in house.reader.open_alarms()}
    assert "ada" not in {page.person for page in house.reader.pages()}


def test_a_page_is_sent_only_after_the_provider_took_it(house: House) -> None:
    house.sos("p-ada")
    page = house.reader.pages()[0]
    assert page.state == "waiting"
    assert page in house.reader.waiting_pages(house.now_ms)
    house.now_ms += 5_000
    outcome(house, page.id, ok=True)
    sent = house.reader.pages()[0]
    assert (sent.state, sent.sent_ms) == ("sent", house.now_ms)
    (alarm,) = house.reader.open_alarms()
    assert alarm.handed_ms == house.now_ms, "the wait for people counts from here"


def test_a_page_that_no_provider_takes_hurries_the_ladder(house: House) -> None:
    house.sos("p-ada")
    (alarm,) = house.reader.open_alarms()
    for page in house.reader.pages():
        outcome(house, page.id, ok=False)
    assert {page.state for page in house.reader.pages()} == {"failed"}
    (hurried,) = house.reader.open_alarms()
    assert hurried.next_ms < alarm.next_ms


def test_an_outcome_told_twice_counts_once(house: House) -> None:
    house.sos("p-ada")
    outcome(house, 1, ok=True)
    rows = len(house.reader.log_rows(limit=1_000))
    outcome(house, 1, ok=True)
    house.turn(PageOutcome(999, "tom", True, "", house.now_ms))
    assert len(house.reader.log_rows(limit=1_000)) == rows


def test_what_a_person_has_ended_is_not_sent_any_more(house: House) -> None:
    house.sos("p-ada")
    (alarm,) = house.reader.open_alarms()
    house.must("resolve", "tom", alarm=alarm.id, outcome="false alarm", spoke=True)
    assert house.reader.waiting_pages(house.now_ms) == ()


def test_a_silent_alarms_page_warns_not_to_call_her(house: House) -> None:
    house.press("p-ada", "duress")
    assert all("do not call her" in page.body for page in house.reader.pages())


def test_ladders_loop_until_a_person_resolves(house: House) -> None:
    house.sos("p-ada")
    for _ in range(40):
        house.forward(MINUTE_MS)
    (alarm,) = house.reader.open_alarms()
    assert alarm.round > 5
    assert any("round" in page.subject for page in house.reader.pages())
