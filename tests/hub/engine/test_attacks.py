"""Histories that try to leave somebody unwatched, through the real engine.

Each was thought of as an attack on a promise; what must hold is in its name.
"""

import pytest

from hub.rules.model import Alarm
from protocol.messages import SosPressed, Standing, open_press
from tests.hub.house import HOUR_MS, MINUTE_MS, House


def kinds(house: House) -> set[str]:
    return {alarm.kind for alarm in house.reader.open_alarms()}


def alarm(house: House, kind: str) -> Alarm:
    (found,) = [each for each in house.reader.open_alarms() if each.kind == kind]
    return found


def phase(house: House, visit: str, worker: str = "") -> str:
    part = house.visit(visit).part(worker)
    assert part is not None
    return part.phase


def told(house: House, name: str) -> Standing:
    """What a pendant is told now, in answer to a beat."""
    house.now_ms += 2_000
    handset = house.handsets[name]
    after = house.turn(house.item(handset.message("beat", house.now_ms)))
    (standing,) = [each for each in handset.heard(after) if isinstance(each, Standing)]
    return standing


# Whose visit is it?


def test_at_one_of_two_doors_a_short_is_no_mere_touch(house: House) -> None:
    visits = house.plan(in_ms=10 * MINUTE_MS), house.plan(in_ms=20 * MINUTE_MS)
    house.beat("p-ada")
    house.press("p-ada", "arrived", "planned")
    assert kinds(house) == {"unplanned"}
    assert {phase(house, visit) for visit in visits} == {"planned"}


@pytest.mark.parametrize("leaving", ["leaving", "to-base"])
def test_at_the_next_door_a_short_is_no_word_about_the_last_visit(
    house: House, leaving: str
) -> None:
    first = house.inside()
    second = house.plan(in_ms=20 * MINUTE_MS)
    house.now_ms += 15 * MINUTE_MS
    house.press("p-ada", "departed", "inside", gesture="d-short")
    if leaving == "to-base":
        house.must("confirm_departure", "tom", visit=first)
    assert phase(house, first) == leaving
    house.press("p-ada", "ok", leaving)
    assert "unplanned" in kinds(house), "a person asks which it was"
    assert phase(house, second) == "planned"
    house.press("p-ada", "started-out", leaving, gesture="a-hold")
    assert phase(house, second) == "on-the-way"
    house.press("p-ada", "arrived", "on-the-way")
    assert phase(house, second) == "at-door"


def test_on_the_way_home_a_short_is_what_it_was(house: House) -> None:
    first = house.inside()
    house.plan(in_ms=3 * HOUR_MS)
    house.must("confirm_departure", "tom", visit=first)
    house.press("p-ada", "ok", "to-base")
    assert kinds(house) == set()
    assert [claim.kind for claim in house.visit(first).parts[0].claims] == ["ok"]


def test_yesterdays_arrival_does_not_open_todays_door(house: House) -> None:
    house.beat("p-ada")
    late = house.handsets["p-ada"].message("arrived", house.now_ms, "planned")
    house.now_ms += 20 * HOUR_MS
    visit = house.plan(in_ms=10 * MINUTE_MS)
    house.turn(house.item(late))
    assert phase(house, visit) == "planned"


def test_an_arrival_that_nobody_can_date_is_one(house: House) -> None:
    house.now_ms += 20 * HOUR_MS
    visit = house.plan(in_ms=10 * MINUTE_MS)
    house.press("p-ada", "arrived", "planned")
    assert phase(house, visit) == "at-door"


def test_at_the_door_of_a_visit_that_was_cancelled_she_is_asked(house: House) -> None:
    visit = house.plan()
    house.beat("p-ada")
    house.press("p-ada", "started-out", "planned", gesture="a-hold")
    house.must("cancel", "tom", visit=visit)
    house.press("p-ada", "arrived", "on-the-way")
    assert kinds(house) == {"unplanned"}
    assert told(house, "p-ada").go_in == ""


@pytest.mark.parametrize(
    ("kind", "gesture"),
    [("departed", "d-short"), ("home-safe", "d-hold"), ("no-answer", "d-double")],
)
def test_yesterdays_press_moves_nobody_away_from_the_door(
    house: House, kind: str, gesture: str
) -> None:
    house.beat("p-ada")
    late = house.handsets["p-ada"].message(kind, house.now_ms, "inside", gesture=gesture)
    house.now_ms += 20 * HOUR_MS
    visit = house.plan()
    house.beat("p-ada")
    house.press("p-ada", "arrived", "planned")
    arrival_ms = house.visit(visit).parts[0].anchors["arrival"]
    house.turn(house.item(late))
    assert phase(house, visit) == "at-door"
    assert house.visit(visit).parts[0].anchors["arrival"] == arrival_ms
    assert "unplanned" in kinds(house)
    house.must("confirm_arrival", "tom", visit=visit, place="C1", name="Ada",
               departure_contact="tom")  # fmt: skip


def test_an_sos_on_one_of_two_visits_is_not_resolved_by_her_pair(house: House) -> None:
    first = house.plan("ada,bea", in_ms=5 * MINUTE_MS)
    house.plan("ada", in_ms=10 * MINUTE_MS)
    house.sos("p-ada")
    sos = alarm(house, "sos")
    assert (sos.visit, sos.interested) == (first, ("ada", "bea"))
    assert not house.ask("resolve", "bea", alarm=sos.id, outcome="x", spoke=True).ok


# SOS from anywhere.


def test_an_sos_after_the_visit_closed_is_an_sos(house: House) -> None:
    visit = house.inside()
    house.must("confirm_departure", "tom", visit=visit)
    house.must("confirm_home", "tom", visit=visit)
    house.sos("p-ada")
    assert alarm(house, "sos").worker == "ada"
    assert told(house, "p-ada").sos_state == "open"


def test_an_sos_of_a_pendant_that_nobody_carries_is_felt_answered_and_ended_by_speech(
    house: House,
) -> None:
    house.add_handset("p-spare", "")
    house.sos("p-spare")
    sos = alarm(house, "sos")
    assert told(house, "p-spare").sos_state == "open"
    house.must("acknowledge", "mia", alarm=sos.id)
    assert told(house, "p-spare").sos_state == "owned"
    assert not house.ask("resolve", "mia", alarm=sos.id, outcome="a drawer").ok
    house.must("resolve", "mia", alarm=sos.id, outcome="a drawer", spoke=True)
    house.beat("p-spare", open=[open_press(sos.presses[0].identity, SosPressed.TYPE)])
    assert told(house, "p-spare").sos_state == "none"


def test_a_pendant_given_to_another_keeps_feeling_its_open_sos(house: House) -> None:
    house.inside()
    house.sos("p-ada")
    house.must("add_pendant", "setup", id="p-ada", worker="bea")
    standing = told(house, "p-ada")
    assert (standing.sos_state, standing.phase) == ("open", "off")
    house.sos("p-ada")
    assert alarm(house, "sos").worker == "ada" or len(alarm(house, "sos").presses) == 2


def test_pendants_swapped_within_a_pair_tell_each_her_own_part(house: House) -> None:
    visit = house.plan("ada,bea")
    house.beat("p-ada")
    house.press("p-ada", "arrived", "planned")
    house.must("confirm_arrival", "tom", visit=visit, worker="ada", place="C1", name="Ada",
               departure_contact="tom")  # fmt: skip
    house.must("add_pendant", "setup", id="p-ada", worker="bea")
    house.must("add_pendant", "setup", id="p-bea", worker="ada")
    assert (told(house, "p-ada").phase, told(house, "p-ada").go_in) == ("planned", "")
    assert told(house, "p-bea").phase == "inside"


def test_a_revoked_pendant_still_calls_for_help_and_clears_nothing(house: House) -> None:
    visit = house.inside()
    house.must("revoke_pendant", "mia", pendant="p-ada")
    house.press("p-ada", "departed", "inside", gesture="d-short")
    assert phase(house, visit) == "inside"
    house.sos("p-ada")
    assert "unverified_sos" in kinds(house)


# Nobody for herself, nobody by a message left, nobody unknown.


@pytest.mark.clause("HM-3.5")
def test_a_message_left_brings_nobody_home(house: House) -> None:
    visit = house.inside()
    assert not house.ask("confirm_home", "tom", visit=visit, means="answerphone").ok
    assert phase(house, visit) == "inside"


@pytest.mark.clause("HM-4.2.7")
def test_she_agrees_no_later_end_with_herself(house: House) -> None:
    visit = house.plan(coverage="poor", agreed_end_ms=house.now_ms + 30 * MINUTE_MS)
    was = house.visit(visit).parts[0].anchors["agreed_end"]
    later = house.now_ms + 10 * HOUR_MS
    house.must("set_coverage", "ada", visit=visit, coverage="poor", agreed_end_ms=later)
    assert house.visit(visit).parts[0].anchors["agreed_end"] == was
    house.must("set_coverage", "tom", visit=visit, coverage="poor", agreed_end_ms=later)
    assert house.visit(visit).parts[0].anchors["agreed_end"] == later


@pytest.mark.clause("HM-3.3")
def test_the_person_agreed_for_her_departure_is_one_whom_we_know(house: House) -> None:
    visit = house.plan(first_meeting=False, tracker="")
    house.beat("p-ada")
    house.press("p-ada", "arrived", "planned")
    answer = house.ask("confirm_arrival", "tom", visit=visit, place="C1", name="Ada",
                       departure_contact="somebody")  # fmt: skip
    assert not answer.ok
    assert phase(house, visit) == "at-door"


@pytest.mark.clause("HM-4.2.2")
def test_an_agreement_without_speech_moves_no_call_back(house: House) -> None:
    visit = house.inside()
    house.must("set_coverage", "tom", visit=visit, coverage="poor")  # the pendant is silent here
    house.must("extend", "tom", visit=visit, end_ms=house.now_ms + 5 * HOUR_MS)
    house.forward(20 * MINUTE_MS)
    house.must("carry_on", "tom", visit=visit, every_min=30, means="work-mobile")
    spoken_ms = house.now_ms
    house.forward(29 * MINUTE_MS)
    house.must("carry_on", "tom", visit=visit, every_min=30)
    house.forward(MINUTE_MS)
    assert alarm(house, "call_back_due").raised_ms == spoken_ms + 30 * MINUTE_MS


# Who is there to help?


def test_somebody_in_danger_herself_is_not_who_is_asked_to_help(house: House) -> None:
    house.add_handset("p-tom", "tom")
    house.must("take_duty", "mia", role="office", person="mia", on=True)
    house.inside()
    house.sos("p-tom")
    before = len(house.reader.pages())
    for _ in range(22):
        house.forward(MINUTE_MS)
        house.forward(1)
    about = alarm(house, "call_back_due").id
    pages = [page for page in house.reader.pages()[before:] if page.alarm == about]
    assert {page.person for page in pages} == {"mia"}
    assert (pages[0].created_ms - alarm(house, "call_back_due").raised_ms) < 1_000


def test_an_alarm_about_the_only_one_on_duty_reaches_somebody_else(house: House) -> None:
    house.add_handset("p-tom", "tom")
    house.must("take_duty", "tom", role="duty-manager", person="tom", on=True)
    house.must("take_duty", "mia", role="duty-manager", person="mia", on=False)
    house.sos("p-tom")
    house.forward(10_000)
    paged = {page.person for page in house.reader.pages()}
    assert "tom" not in paged
    assert {"mia", "dan"} <= paged


def test_where_all_are_in_danger_they_are_asked_for_each_other(house: House) -> None:
    for person in ("bea", "mia", "dan"):
        house.must("add_person", "setup", id=person, active=False)
    house.add_handset("p-tom", "tom")
    house.sos("p-tom")
    house.sos("p-ada")
    about = {each.worker: each.id for each in house.reader.open_alarms() if each.kind == "sos"}
    asked = {(page.person, page.alarm) for page in house.reader.pages()}
    assert ("tom", about["ada"]) in asked, "better than nobody"
    assert not {("tom", about["tom"]), ("ada", about["ada"])} & asked


def test_the_last_one_who_lays_a_duty_down_while_somebody_is_out_is_told_of(house: House) -> None:
    house.must("take_duty", "tom", role="office", person="tom", on=False)
    assert kinds(house) == set(), "nobody is out: no reason to page anybody"
    house.must("take_duty", "tom", role="office", person="tom", on=True)
    house.inside()
    house.must("take_duty", "tom", role="office", person="tom", on=False)
    assert kinds(house) == {"nobody_on_duty"}


def test_a_silent_pendant_is_asked_about_when_coverage_turns_out_to_be_good(house: House) -> None:
    visit = house.inside()
    house.must("set_coverage", "tom", visit=visit, coverage="poor")
    house.forward(3 * MINUTE_MS)
    assert kinds(house) == set()
    house.must("set_coverage", "tom", visit=visit, coverage="good")
    house.forward(3 * MINUTE_MS)
    assert kinds(house) == {"beat_lost"}
