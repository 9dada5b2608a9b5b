"""The board, through a real server over a real store and engine."""

import re

import pytest

from protocol.messages import Arrived, Beat, Departed, Ok
from tests.hub.web.house import Browser, House


def rows(page: str) -> dict[str, str]:
    """Worker -> the text of her row, in the order of the board."""
    found = {}
    for article in re.findall(r"<article.*?</article>", page, re.DOTALL):
        name = re.search(r'class="who"><a[^>]*>([^<]*)', article)
        assert name
        found[name[1]] = article
    return found


def letters(row: str) -> list[tuple[str, str, str]]:
    """(class, letter, time)"""
    found = re.findall(r'<li class="([^"]*)"[^>]*><b>([^<]*)</b><small>([^<]*)</small>', row)
    return [(kind.strip(), letter, said) for kind, letter, said in found]


@pytest.mark.clause("HM-2.6")
def test_a_planned_visit_stands_on_the_board(house: House, ben: Browser) -> None:
    house.plan(then="home")
    page = ben.get("/").text
    row = rows(page)["Asha Patel"]
    assert "C17, Heavitree" in row
    assert "10:05 to 11:05" in row
    assert ("", "NR", "home") in letters(row)
    assert "Jo Client" not in page, "the board names no client"
    assert "starts <span" in row


@pytest.mark.clause("HM-2.7")
def test_an_enhanced_visit_is_red_in_word_and_colour_with_initials(
    house: House, ben: Browser
) -> None:
    house.plan("asha", first_meeting=True, rating="C2")
    house.plan("marek", "c04")
    found = rows(ben.get("/").text)
    assert '<div class="enh">Enhanced tracking · BO</div>' in found["Asha Patel"]
    assert '<div class="soft">Standard tracking' in found["Marek Nowak"]


@pytest.mark.clause("HM-3.1", "HM-3.2")
def test_a_press_is_a_claim_until_a_person_confirms(house: House, ben: Browser) -> None:
    visit = house.plan()
    house.advance(5)
    house.press(Arrived, gesture="a-short", phase="planned")
    row = rows(ben.get("/").text)["Asha Patel"]
    assert "10:05 pressed “at the door”. Nobody has spoken with her." in row
    assert letters(row)[0] == ("no late", "A", "due 10:05")
    assert "Confirm arrival" in row
    answer = ben.submit(f"/visits/{visit}", "confirm_arrival", place="tick", name="tick",
                        departure_contact="ben")  # fmt: skip
    assert answer.status_code == 303, answer.text
    row = rows(ben.get("/").text)["Asha Patel"]
    assert letters(row)[0] == ("", "A", "10:05")
    assert "claim" not in row


@pytest.mark.clause("HM-4.2.3", "HM-4.1.3")
def test_the_t_is_dashed_with_its_time_then_late_then_earned(house: House, ben: Browser) -> None:
    visit = house.inside(first_meeting=True, rating="C2")
    assert ("no", "T", "10:20") in letters(rows(ben.get("/").text)["Asha Patel"])
    house.advance(21)
    page = ben.get("/").text
    row = rows(page)["Asha Patel"]
    assert ("no late", "T", "due 10:20") in letters(row)
    assert "Act now" in page
    assert "1 min late" in row
    assert "Call Asha now" in row
    assert "manager is told" in row
    ben.submit(f"/visits/{visit}", "record_contact", means="work-mobile", result="spoke")
    assert ("", "T", "10:21") in letters(rows(ben.get("/").text)["Asha Patel"])


@pytest.mark.clause("HM-3.5")
def test_d_is_earned_by_speech(house: House, ben: Browser) -> None:
    visit = house.inside()
    house.advance(30)
    house.press(Departed, gesture="d-short", phase="inside")
    row = rows(ben.get("/").text)["Asha Patel"]
    assert "pressed “I have left”" in row
    assert ("no", "D", "11:05") in letters(row)
    assert "Confirm departure" in row
    ben.submit(f"/visits/{visit}", "confirm_departure", then="base")
    assert ("", "D", "10:30") in letters(rows(ben.get("/").text)["Asha Patel"])


def test_a_claim_that_is_older_than_the_last_contact_is_no_longer_shown(
    house: House, ben: Browser
) -> None:
    visit = house.inside()
    house.advance(5)
    house.press(Ok, gesture="a-short")
    assert "pressed “I am well”" in ben.get("/").text
    house.advance(1)
    house.ask("record_contact", "ben", visit=visit, means="work-mobile", reached=True)
    assert "pressed “" not in ben.get("/").text


def test_the_most_urgent_stands_first(house: House, ben: Browser) -> None:
    house.plan("marek", "c04", in_min=90)
    house.inside("asha", first_meeting=True, rating="C2")
    house.advance(21)
    page = ben.get("/").text
    assert list(rows(page)) == ["Asha Patel", "Marek Nowak"]
    assert page.index("Act now") < page.index("Later")


def test_pendant_health_and_no_signal_since(house: House, ben: Browser) -> None:
    house.inside()
    house.press(Beat, battery_pct=17, signal_pct=60, dropped=0, refused=0, open=[])
    while "pendant 17 %, low" not in (page := ben.get("/").text):
        assert "pendant not heard yet" in page
    house.advance(3)
    row = rows(ben.get("/").text)["Asha Patel"]
    assert "no signal since 10:00" in row
    table = ben.get("/pendants").text
    assert "no signal since 10:00" in table
    assert "Marek Nowak" in table


def test_the_doctor_s_canary_is_nobody_s_to_charge(house: House, ben: Browser) -> None:
    house.ask("add_pendant", "", id="canary", key_id="k-canary", secret="ab" * 32)
    page = ben.get("/pendants").text
    assert "Marek Nowak" in page
    assert "canary" not in page


def test_who_is_on_duty_and_that_nobody_is(house: House, ben: Browser) -> None:
    assert "Duty line manager <b>Ruth Hale</b>" in ben.get("/").text
    for role, person in (("office", "ben"), ("duty-manager", "ruth")):
        house.ask("take_duty", person, role=role, person=person, on=False)
    assert "Nobody is on duty" in ben.get("/").text


def test_a_hostile_name_is_only_text(house: House, ben: Browser) -> None:
    evil = '"><script>alarm(1)</script>'
    house.ask("add_person", "", id="asha", name=evil, initials="<b>")
    house.ask("add_client", "", id="c17", code="<i>C17", area="'\"&<x>", name=evil)
    visit = house.plan(purpose="<img src=x>", area="<u>x")
    for page in ("/", "/plan", "/duty", "/pendants", f"/visits/{visit}"):
        text = ben.get(page).text
        assert "<script>alarm" not in text
        assert "<img src=x>" not in text
        assert "<i>C17" not in text
        assert "<u>x" not in text
        assert "&lt;script&gt;" in text


def test_the_wall_is_the_same_board_in_larger_letters(house: House, ben: Browser) -> None:
    house.plan()
    page = ben.get("/wall").text
    assert '<html lang="en-GB" class="wall">' in page
    assert "Asha Patel" in page


def test_a_simulation_says_so_on_every_page(house: House, ben: Browser) -> None:
    visit = house.plan()
    pages = ("/", "/wall", "/plan", "/duty", "/pendants", f"/visits/{visit}", "/login", "/nowhere")
    for page in pages:
        assert "SIMULATION" in ben.get(page).text


@pytest.mark.clause("HM-6.1")
def test_not_returning_is_told_to_a_person_and_stands_with_its_time(
    house: House, ben: Browser
) -> None:
    visit = house.inside()
    assert "NR" not in [letter for _, letter, _ in letters(rows(ben.get("/").text)["Asha Patel"])]
    assert ben.submit(f"/visits/{visit}", "confirm_departure", then="home").status_code == 303
    earned = {letter: said for kind, letter, said in letters(rows(ben.get("/").text)["Asha Patel"])}
    assert earned["NR"] == earned["D"] != ""
