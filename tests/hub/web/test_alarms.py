"""Alarms on the screen: seen, taken, ended, and what is read to 999."""

import re
from html import unescape

import pytest

from protocol.messages import SosPressed
from tests.hub.web.house import Browser, House


def banner(page: str) -> str:
    found = re.search(r'<section id="alarm-.*?</section>', page, re.DOTALL)
    assert found, "no banner"
    return unescape(found[0])


def sos(house: House) -> str:
    """An SOS inside a visit; its id."""
    house.inside()
    house.advance(7)
    house.press(SosPressed, gesture="sos-hold")
    return house.alarm("sos").id


def test_an_sos_cannot_be_missed(house: House, ben: Browser) -> None:
    alarm = sos(house)
    house.clock.advance(20_000)
    for page in ("/", "/plan", "/duty", "/pendants", "/wall", f"/alarms/{alarm}"):
        said = banner(ben.get(page).text)
        assert "SOS" in said
        assert "Asha Patel" in said
        assert "20 s ago" in said
        assert "Inside C17, Heavitree, since 10:00." in said
        assert "Nobody has answered yet." in said
        assert "Ruth Hale (Duty line manager) are paged" in said
        assert "in 40 s" in said
        assert 'data-sounds="1"' in said
        assert 'role="alert"' in said
        assert "I have it" in said


def test_taking_it_shows_who_has_it_until_when_and_silences(house: House, ben: Browser) -> None:
    alarm = sos(house)
    ben.get("/")
    answer = ben.post(f"/alarms/{alarm}/acknowledge")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    said = banner(ben.get("/").text)
    assert "Ben Okafor has it." in said
    assert "Without a recorded attempt it pages again" in said
    assert "in 2 min" in said
    assert "data-sounds" not in said
    assert "Record an attempt" in said
    assert house.alarm("sos").owner == "ben"


def test_a_further_press_is_news_and_the_banner_is_loud_again(house: House, ben: Browser) -> None:
    alarm = sos(house)
    ben.post(f"/alarms/{alarm}/acknowledge")
    house.press(SosPressed, gesture="sos-stabs")
    said = banner(ben.get("/").text)
    assert "Pressed 2 times" in said
    assert "Nobody has it now." in said
    assert 'data-sounds="1"' in said


def test_an_attempt_is_recorded_and_only_speech_ends_it(house: House, ben: Browser) -> None:
    alarm = sos(house)
    page = f"/alarms/{alarm}"
    ben.post(f"{page}/acknowledge")
    tried = {"means": "client-landline", "result": "no-answer"}
    assert ben.submit(page, "record_contact", **tried).status_code == 303
    assert "client's landline: <b>✕ no answer</b>" in unescape(ben.get(page).text)
    typed = {"outcome": "safe", "note": "she slipped, nothing broken"}
    answer = ben.submit(page, "resolve", outcome="safe")
    assert answer.status_code == 422
    answer = ben.submit(page, "resolve", **typed)
    assert answer.status_code == 409
    assert "Only speech ends this" in answer.text
    assert "she slipped, nothing broken" in answer.text
    assert ben.submit(page, "resolve", **typed, spoke="yes").status_code == 303
    assert "sos" not in [alarm.kind for alarm in house.reader.open_alarms()]
    assert '<section id="alarm-' not in ben.get("/").text
    assert "Over: safe: she slipped" in ben.get(page).text


def test_a_press_that_the_page_did_not_show_is_not_resolved(house: House, ben: Browser) -> None:
    alarm = sos(house)
    page = f"/alarms/{alarm}"
    seen = re.search(r'name="presses" value="(\d+)"', ben.get(page).text)
    assert seen
    assert seen[1] == "1"
    house.press(SosPressed, gesture="sos-hold")
    typed = {"outcome": "safe", "note": "x", "spoke": "yes", "presses": "1"}
    answer = ben.post(f"{page}/resolve", typed)
    assert answer.status_code == 409
    assert "pressed again since" in answer.text
    assert 'name="presses" value="2"' in answer.text
    assert house.alarm("sos").state == "open"


def test_nobody_takes_or_ends_her_own_alarm(house: House, asha: Browser) -> None:
    alarm = sos(house)
    page = asha.get(f"/alarms/{alarm}").text
    assert "I have it" not in page
    assert "another person takes and ends it" in page
    answer = asha.post(f"/alarms/{alarm}/acknowledge")
    assert answer.status_code == 409
    assert 'class="refused"' in answer.text
    assert asha.post(f"/alarms/{alarm}/resolve", {"outcome": "x"}).status_code == 404
    assert house.alarm("sos").state == "open"


def test_acknowledging_needs_our_own_page_and_no_version(house: House, ben: Browser) -> None:
    alarm = sos(house)
    right, ben.csrf = ben.csrf, "wrong"
    assert ben.post(f"/alarms/{alarm}/acknowledge").status_code == 403
    assert ben.client.get(f"/alarms/{alarm}/acknowledge").status_code == 405
    ben.csrf = right
    assert ben.post(f"/alarms/{alarm}/acknowledge", {"version": "0"}).status_code == 303


@pytest.mark.clause("HM-5.2")
def test_what_to_read_to_999(house: House, ben: Browser) -> None:
    alarm = sos(house)
    page = unescape(ben.get(f"/alarms/{alarm}/999").text)
    for said in ("Asha Patel", "12 Example Road, EX1 2AB", "blue Fiesta, WR21 KXT", "Jo Client",
                 "A dog.", "a person spoke with her at 10:00",
                 "her pendant was pressed at 10:07:00", "this hub rings nobody"):  # fmt: skip
        assert said in page
    house.ask("turn", "")
    looks = [row for row in house.reader.log_rows(limit=10_000) if row.kind == "looked"]
    assert [row.by for row in looks] == ["ben"]


def test_refetching_is_no_look(house: House, ben: Browser) -> None:
    visit = house.inside()
    for _ in range(3):
        ben.get("/")
        ben.get("/fragments/board")
        ben.get(f"/fragments/visit/{visit}")
        ben.get(f"/fragments/visit/{visit}/log")
    house.ask("turn", "")
    assert not [row for row in house.reader.log_rows(limit=10_000) if row.kind == "looked"]
    ben.get(f"/visits/{visit}")
    ben.get(f"/visits/{visit}")
    house.ask("turn", "")
    looks = [row for row in house.reader.log_rows(limit=10_000) if row.kind == "looked"]
    assert [(row.by, row.visit) for row in looks] == [("ben", visit)]


def test_a_procedures_alarm_sounds_softly_in_its_row(house: House, ben: Browser) -> None:
    house.inside(first_meeting=True, rating="C2")
    house.advance(20)
    page = ben.get("/").text
    assert '<section id="alarm-' not in page
    assert 'data-sounds="3"' in page


def test_an_alarm_that_fits_no_visit_has_a_banner(house: House, ben: Browser) -> None:
    house.press(SosPressed, worker="marek", gesture="sos-hold", phase="off")
    said = banner(ben.get("/").text)
    assert "SOS" in said
    assert "Marek Nowak" in said


def test_an_old_alarm_shows_the_newest_pages_and_folds_the_rest(house: House, ben: Browser) -> None:
    alarm = sos(house)
    while (told := len(house.reader.pages(alarm))) <= 6:
        house.advance(2)
    text = ben.get(f"/alarms/{alarm}").text
    status = text[text.index("Who was told") :]
    assert f"<summary>{told - 3} earlier</summary>" in status
    folded = status.index("<details")
    assert status[:folded].count("<li><time>") == 3
