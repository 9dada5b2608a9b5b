"""A silent alarm does not exist for her whom it concerns, nor for her pair (P2, P5).

Rule of the test: whatever her browser could ask for is the same before and after, to the byte.
"""

import re
from collections.abc import Callable
from html import unescape

import pytest

from protocol.messages import Duress, Ok
from tests.hub.web.conftest import by
from tests.hub.web.house import Browser, House

VARYING = re.compile(
    r'name="csrf" value="[^"]*"|hub heard [^<]*|data-engine-age="\d+"|"engine_age_ms":\d+'
)


def seen(browser: Browser, *pages: str) -> list[str]:
    return [VARYING.sub("", browser.get(page).text) for page in pages]


@pytest.mark.clause("HM-5.1")
def test_nothing_that_she_can_load_changes(
    house: House, asha: Browser, ben: Browser, browser: Callable[[], Browser]
) -> None:
    visit = house.plan("asha,marek")
    for worker, name in (("asha", "Asha Patel"), ("marek", "Marek Nowak")):
        house.ask("confirm_arrival", "ben", visit=visit, worker=worker, place="C17", name=name,
                  departure_contact="ben")  # fmt: skip
    marek = browser().log_in("marek")
    pages = ("/", "/wall", "/pendants", "/duty", "/fragments/top", "/fragments/board",
             f"/visits/{visit}", f"/fragments/visit/{visit}", f"/fragments/visit/{visit}/log",
             "/call", "/call/asha", "/call/marek", "/registers", "/registers/incident", "/drills",
             "/policy", "/week/asha", "/plan", f"/api/v1/visits/{visit}",
             "/api/v1/board", "/api/v1/alarms")  # fmt: skip
    # Both looks are logged, and a look is shown in the log: first so that it is on both sides.
    for person in (asha, marek):
        seen(person, f"/visits/{visit}", "/call/asha", "/call/marek", "/week/asha")
    house.ask("turn", "")
    house.clock.advance(1_000)
    before, before_pair = seen(asha, *pages), seen(marek, *pages)
    house.press(Duress, gesture="chord")
    alarm = house.alarm("duress")
    ben.get(f"/visits/{visit}")
    ben.get(f"/alarms/{alarm.id}")
    ben.post(f"/alarms/{alarm.id}/acknowledge")
    ben.submit(f"/alarms/{alarm.id}", f"do_task/{alarm.tasks[0].id}", reference="CAD 1")
    ben.get("/call/asha")
    house.ask("turn", "")
    for person, was in ((asha, before), (marek, before_pair)):
        for page, old, new in zip(pages, was, seen(person, *pages), strict=True):
            assert new == old, page
        for hidden in (f"/alarms/{alarm.id}", f"/alarms/{alarm.id}/999",
                       f"/fragments/alarm/{alarm.id}", f"/api/v1/alarms/{alarm.id}"):  # fmt: skip
            assert person.get(hidden).status_code == 404
        assert person.post(f"/alarms/{alarm.id}/acknowledge").status_code == 404
        assert person.post(f"/alarms/{alarm.id}/resolve").status_code == 404


@pytest.mark.clause("HM-5.1")
def test_a_silent_press_looks_to_her_like_a_short_and_to_others_like_what_it_was(
    house: House, asha: Browser, ben: Browser
) -> None:
    visit = house.inside()
    pages = ("/", f"/visits/{visit}", f"/fragments/visit/{visit}/log", "/api/v1/board")
    house.clock.advance(60_000)
    house.press(Duress, gesture="chord")
    house.press(Ok, gesture="chord", phase="inside")
    hers = unescape("".join(seen(asha, *pages)))
    assert "pressed “I am well”" in hers
    assert "says she is well" in hers
    assert "silent" not in hers.lower()
    assert "duress" not in hers
    theirs = unescape("".join(seen(ben, *pages)))
    assert "pressed “the silent sign of duress”" in theirs
    assert "I am well" not in theirs
    assert "says she is well" not in theirs


@pytest.mark.clause("HM-5.1")
def test_others_see_it_with_the_warning_and_the_lines_are_blocked(
    house: House, ben: Browser
) -> None:
    visit = house.inside()
    house.press(Duress, gesture="chord")
    board = ben.get("/").text
    assert "Silent duress, Asha Patel" in unescape(board)
    assert "SILENT: do not ring her" in board
    page = unescape(ben.get(f"/visits/{visit}").text)
    assert "Blocked: a silent alarm is open" in page
    assert '<span class="num blocked">01392 555012</span>' in page
    ring_her, _, rest = page.partition("Tracker: Ben Okafor")
    assert "tel:" not in ring_her
    assert "tel:" in rest, "the tracker may be rung"
    alarm = house.alarm("duress").id
    for url in (f"/alarms/{alarm}", f"/alarms/{alarm}/999"):
        assert "SILENT: do not ring her" in ben.get(url).text


@by("sutton-cypl")
@pytest.mark.clause("SU-false")
def test_what_she_answered_on_the_phone_stands_on_no_page_of_hers_until_it_is_over(
    house: House, asha: Browser, ben: Browser
) -> None:
    """Whoever is with her may look at her screen, also before anything has been raised."""
    visit = house.inside()
    url = f"/visits/{visit}"
    seen(asha, url), seen(ben, url, "/call/asha")
    house.ask("turn", "")
    house.clock.advance(1_000)
    before = seen(asha, "/", url, f"/fragments{url.replace('visits', 'visit')}/log")
    ben.submit("/call/asha?script=we-call", "record_answer", answer="yes")
    assert "recorded what Asha Patel answered: yes" in unescape(ben.get(url).text)
    assert seen(asha, "/", url, f"/fragments{url.replace('visits', 'visit')}/log") == before
    house.ask("confirm_departure", "ben", visit=visit, worker="asha")
    house.ask("confirm_home", "ben", visit=visit, worker="asha")
    assert "recorded what Asha Patel answered: yes" in unescape(asha.get(url).text)


def test_a_reported_coded_phrase_is_as_silent(house: House, ben: Browser, asha: Browser) -> None:
    visit = house.inside()
    page = f"/visits/{visit}"
    seen(asha, page)
    house.ask("turn", "")
    house.clock.advance(1_000)
    before = seen(asha, "/", page, f"/fragments/visit/{visit}/log")
    answer = ben.submit(page, "report_danger", how="coded-phrase", note="she named the colleague")
    assert answer.status_code == 303
    assert house.alarm("coded_danger").silent
    assert seen(asha, "/", page, f"/fragments/visit/{visit}/log") == before
    assert "named the colleague" not in asha.get(page).text


def test_when_it_is_over_she_may_read_all_of_it(house: House, ben: Browser, asha: Browser) -> None:
    visit = house.inside()
    house.press(Duress, gesture="chord")
    alarm = house.alarm("duress").id
    assert "duress" not in asha.get(f"/visits/{visit}").text
    ben.submit(f"/alarms/{alarm}", "resolve", outcome="safe, seen", note="police", spoke="yes")
    house.ask("turn", "")
    page = unescape(asha.get(f"/visits/{visit}").text)
    assert "silent sign of duress" in page
    assert "Ben Okafor looked at personal details." in page
    assert asha.get(f"/alarms/{alarm}").status_code == 200
