"""The call screens: the phrase, the script line by line, who was tried; nothing on her side."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from tests.hub.web.conftest import by
from tests.hub.web.house import Browser, House

SECRET_WORDS = ("Hargreaves", "Mrs Jones", "Auntie Vera")
ADDRESS = "12 Example Road"


def answered(house: House, browser: Browser, script: str, heard: str, answer: str) -> str:
    """Press one of the answers to the question that is asked now; the page it leads to."""
    page = f"/call/asha?script={script}&heard={heard}"
    given = browser.submit(page, "record_answer", answer=answer)
    assert given.status_code == 303, given.text
    return given.headers["location"]


@pytest.mark.clause("HM-5.1")
def test_the_phrase_stands_wherever_a_call_is_answered_and_never_beside_an_address(
    house: House, ben: Browser
) -> None:
    house.ask("add_person", "", id="asha", own_phrase="Auntie Vera is not coming")
    visit = house.inside()
    for url in ("/call", "/call/asha", "/danger"):
        page = ben.get(url).text
        assert "Hargreaves" in page, url
        assert ADDRESS not in page, url
    assert "Auntie Vera" in ben.get("/call/asha").text
    for url in ("/call", "/danger", "/call/marek"):
        assert "Auntie Vera" not in ben.get(url).text, "her own phrase is on her own screen alone"
    house.press_sos("marek")
    alarm = house.alarm("sos").id
    for url in ("/", "/wall", "/duty", f"/visits/{visit}", f"/alarms/{alarm}",
                f"/alarms/{alarm}/999", "/api/v1/board"):  # fmt: skip
        page = ben.get(url).text
        assert not any(word in page for word in SECRET_WORDS), url


@by("plain")
@pytest.mark.clause("HM-7.3")
def test_the_phrase_is_offered_only_where_there_is_one_and_danger_always(
    house: House, ben: Browser
) -> None:
    visit = house.inside()
    told = ("/danger", f"/visits/{visit}?worker=asha&do=report_danger")
    for url in told:
        assert "coded phrase" not in ben.get(url).text, url
    assert "She used the phrase" not in ben.get("/call/asha").text
    assert ben.submit("/call/asha", "report_danger").status_code == 303
    assert house.alarm("sos").worker == "asha"
    house.ask("add_person", "", id="asha", own_phrase="Auntie Vera is not coming")
    for url in told:
        assert "coded phrase" in ben.get(url).text, url
    assert "She used the phrase" in ben.get("/call/asha").text
    house.ask("report_danger", "ben", worker="marek", how="coded-phrase")
    assert house.alarm("coded_danger").worker == "marek", "by a program it is always taken"


def test_a_look_at_the_call_screen_is_on_the_record(house: House, ben: Browser) -> None:
    visit = house.inside()
    ben.get("/call/asha")
    house.ask("turn", "")
    looks = [row for row in house.reader.visit_log(visit) if row.kind == "looked"]
    assert [(row.by, row.worker) for row in looks] == [("ben", "asha")]
    assert ben.get("/call/nobody").status_code == 404


@by("derbyshire-childrens-services")
def test_on_a_day_out_the_visit_that_she_is_on_stands_on_her_call_screen(
    house: House, ben: Browser
) -> None:
    day = house.plan("asha", "c17", kind="day", in_min=1)
    house.advance(10)
    assert f"/visits/{day}" in ben.get("/call/asha").text
    visit = house.plan("asha", "c17", in_min=20)
    house.beat("asha")
    house.ask("start_out", "ben", visit=visit)
    assert f"/visits/{visit}" in ben.get("/call/asha").text


@by("sutton-cypl")
@pytest.mark.clause("SU-false")
def test_the_phrase_alone_raises_a_silent_alarm_in_one_click(
    house: House, ben: Browser, asha: Browser
) -> None:
    visit = house.inside()
    before = asha.get("/").text
    answer = ben.submit("/call/asha", "report_danger")
    assert answer.status_code == 303
    alarm = house.alarm("coded_danger")
    assert alarm.silent
    assert (alarm.worker, alarm.visit) == ("asha", visit)
    page = unescape(ben.get("/call/asha").text)
    assert "A silent alarm is open." in page
    assert "tel:" not in page, "neither hers nor the client's lines are offered"
    assert 'value="work-mobile"' not in page
    hers = asha.get("/call/asha").text
    assert "silent alarm" not in hers
    varying = re.compile(r'value="[^"]*"|\d+ s ago|data-[a-z-]+="\d+"|just now')
    assert varying.sub("", asha.get("/").text) == varying.sub("", before)


@by("sutton-cypl")
@pytest.mark.clause("SU-false")
def test_she_calls_the_phrase_raises_and_a_yes_confirms(house: House, ben: Browser) -> None:
    house.inside()
    page = unescape(ben.get("/call/asha?script=she-calls").text)
    assert "Somebody may be listening to both sides." in page
    assert page.count('aria-current="step"') == 1, "one question at a time"
    to = answered(house, ben, "she-calls", "", "phrase")
    assert house.alarm("coded_danger").silent
    page = unescape(ben.get(to).text)
    assert "✓ She says the phrase" in page
    to = answered(house, ben, "she-calls", "phrase", "yes")
    assert to.startswith("/call/asha?script=she-calls&heard=phrase,yes")
    alarms = [alarm.kind for alarm in house.reader.open_alarms()]
    assert alarms == ["coded_danger"], "a yes confirms and raises nothing more"


@by("sutton-cypl")
@pytest.mark.clause("SU-false")
def test_we_call_the_first_yes_is_no_proof_the_second_is(house: House, ben: Browser) -> None:
    visit = house.inside()
    before = house.visit(visit).parts[0].anchors.get("contact")
    house.advance(5)
    answered(house, ben, "we-call", "", "yes")
    assert "coded_danger" not in [alarm.kind for alarm in house.reader.open_alarms()]
    answered(house, ben, "we-call", "yes", "yes")
    assert house.alarm("coded_danger").silent
    assert house.visit(visit).parts[0].anchors.get("contact") == before, "it is no contact"


@by("sutton-cypl")
@pytest.mark.clause("SU-false")
@pytest.mark.parametrize("heard", ["no", "silence", "other"])
def test_no_or_silence_is_recorded_and_clears_nothing(
    house: House, ben: Browser, heard: str
) -> None:
    visit = house.inside()
    ben.submit("/call/asha", "report_danger")
    version = house.alarm("coded_danger").version
    answered(house, ben, "we-call", "", heard)
    assert house.alarm("coded_danger").state == "open"
    assert house.alarm("coded_danger").version >= version
    rows = [row for row in house.reader.visit_log(visit) if row.kind == "record_answer"]
    assert rows, "what the operator heard is on the record"
    assert rows[-1].facts["answer"] == heard


@by("sutton-cypl")
@pytest.mark.clause("SU-false")
def test_she_does_not_answer_for_herself(
    house: House, asha: Browser, browser: Callable[[], Browser]
) -> None:
    house.inside()
    page = asha.get("/call/asha?script=we-call").text
    assert "/call/asha/record_answer" not in page
    assert asha.post("/call/asha/report_danger").status_code == 404


@by("sutton-cypl")
@pytest.mark.clause("SU-brief")
def test_what_the_police_want_stands_on_one_page(house: House, ben: Browser) -> None:
    house.inside()
    ben.submit("/call/asha", "report_danger")
    page = unescape(ben.get(f"/alarms/{house.alarm('coded_danger').id}/999").text)
    for wanted in ("Asha Patel", ADDRESS, "EX1 2AB", "Jo Client", "A dog.", "blue Fiesta"):
        assert wanted in page
    assert "perhaps the aggressor" in page
    assert "Mrs Jones" not in page


def test_a_routine_call_leads_to_its_form_in_one_click(house: House, ben: Browser) -> None:
    visit = house.plan()
    page = ben.get("/call/asha").text
    assert "asha is at the door: confirm arrival" in unescape(page).lower()
    found = re.search(rf'href="(/visits/{visit}\?worker=asha&amp;do=confirm_arrival)"', page)
    assert found is not None
    assert "Place read back" in ben.get(unescape(found[1])).text
    assert "/plan?kind=unplanned&amp;worker=asha" in page
    form = ben.get("/plan?kind=unplanned&worker=asha").text
    assert 'name="workers" value="asha" checked' in form


def test_who_calls_is_found_by_who_is_out(house: House, ben: Browser) -> None:
    house.inside()
    page = unescape(ben.get("/call").text)
    out, _, others = page.partition("Everybody else")
    assert "Asha Patel" in out
    assert "Inside: C17, Heavitree" in out
    assert "Marek Nowak" in others
