"""Planning by the screens: each kind of entry, the facts a procedure reads, a gate let pass."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from hub.rules.kinds import ENTRY_KINDS
from tests.hub.web.conftest import by
from tests.hub.web.house import Browser, House

TIMES = {"start_ms": "2026-11-23T14:00", "end_ms": "2026-11-23T15:00"}


def asked(page: str) -> set[str]:
    """The names of the questions."""
    return set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', page))


def flags(page: str) -> set[str]:
    return set(re.findall(r'type="checkbox" id="[^"]*" name="(\w+)" value="yes"', page))


def test_only_the_facts_that_the_procedure_reads_are_asked_for(house: House, ben: Browser) -> None:
    shown = flags(ben.get("/plan").text)
    assert {"first_meeting", "risk_flag", "recent_violence", "concern"} <= shown
    assert not shown & {"out_of_hours", "after_dark", "on_site", "day_entry", "unplanned"}, (
        "what calendar, sun and the form itself say is not asked of people"
    )
    assert "pairs_place" not in shown, "the Homemaker's procedure does not read it"


@by("plain")
@pytest.mark.parametrize("kind", sorted(ENTRY_KINDS))
def test_every_kind_of_entry_can_be_planned(house: House, ben: Browser, kind: str) -> None:
    given = {"workers": "asha", "area": "Office, North Street", "purpose": "x", "tracker": "ben",
             "then": "base", **TIMES}  # fmt: skip
    if kind in ("visit", "meeting"):
        given["client"] = "c17"
    if kind == "meeting":
        given["second_person"] = "ben"
    answer = ben.submit(f"/plan?kind={kind}", "plan", **given)
    assert answer.status_code == 303, unescape(answer.text)
    visit = house.visit(answer.headers["location"].split("/")[2].split("?")[0])
    assert visit.kind == kind
    page = unescape(ben.get(f"/visits/{visit.id}").text)
    words = {"site": "Alone in the building", "meeting": "Meeting in the office",
             "day": "Out for the day", "visit": "Asha Patel at"}  # fmt: skip
    assert words[kind] in page
    assert "Office, North Street" in ben.get("/").text


@by("derbyshire-childrens-services")
@pytest.mark.clause("DC-unplanned")
def test_an_unplanned_visit_is_a_short_form_and_begins_now(
    house: House, ben: Browser, browser: Callable[[], Browser]
) -> None:
    page = ben.get("/plan?kind=unplanned").text
    assert "start_ms" not in asked(page), "it begins now"
    assert len(asked(page) - {"csrf"}) <= 12
    assert "No flag does not mean safe." in page
    told = {"workers": "asha", "client": "c17", "end_ms": "11:00", "first_meeting": "yes"}
    answer = ben.submit("/plan?kind=unplanned", "plan", then="base", purpose="x",
                        risk_checked="ben", **told)  # fmt: skip
    assert answer.status_code == 409, "never a first visit"
    assert 'value="11:00"' in answer.text


@by("derbyshire-childrens-services")
@pytest.mark.clause("DC-unplanned")
def test_nobody_looked_the_risks_up_so_there_is_no_visit(house: House, ben: Browser) -> None:
    answer = ben.submit("/plan?kind=unplanned", "plan", workers="asha", client="c17",
                        end_ms="11:00", then="base", purpose="x", risk_checked="")  # fmt: skip
    assert answer.status_code == 409
    assert house.reader.board(house.clock.now_ms()).rows == ()


@by("carers-trust-d06b")
@pytest.mark.clause("CT-3")
def test_a_gate_is_let_pass_only_by_whom_the_procedure_names_and_with_a_reason(
    house: House, ben: Browser, ruth: Browser
) -> None:
    plan = {"workers": "asha", "client": "c17", "purpose": "first look", "then": "base",
            "tracker": "ben", **TIMES}  # fmt: skip
    answer = ben.submit("/plan", "plan", **plan)
    assert answer.status_code == 409
    assert "override" not in asked(answer.text), "shown to nobody who may not"
    assert ben.post("/plan?kind=visit", {**plan, "override": "home-assessed"}).status_code == 409
    answer = ruth.submit("/plan", "plan", **plan)
    assert answer.status_code == 409
    assert {"override", "override_note"} <= asked(answer.text)
    gate = re.search(r'name="override" value="([^"]*)"', answer.text)
    assert gate is not None
    bold = {**plan, "override": gate[1]}
    answer = ruth.post("/plan?kind=visit", bold)
    assert answer.status_code == 422
    assert "Say why: it is read later." in answer.text
    answer = ruth.post("/plan?kind=visit", {**bold, "override_note": "seen yesterday, by me"})
    assert answer.status_code == 303, unescape(answer.text)
    page = unescape(ben.get(answer.headers["location"]).text)
    assert "Let pass by Ruth Hale" in page


@pytest.mark.clause("HM-2.1")
def test_a_low_pendant_is_let_pass_on_the_visits_own_form(
    house: House, ben: Browser, asha: Browser
) -> None:
    """Who set the gate names who may; she may not for herself."""
    visit = house.plan()
    page = f"/visits/{visit}"
    answer = asha.submit(page, "start_out")
    assert answer.status_code == 409
    assert "override" not in asked(answer.text)
    answer = ben.submit(page, "start_out")
    assert answer.status_code == 409
    gate = re.search(r'name="override" value="([^"]*)"', answer.text)
    assert gate is not None
    fields = {"worker": "asha", "override": gate[1], "override_note": "rung every ten minutes"}
    assert ben.post(f"{page}/start_out", fields).status_code == 303
    assert house.visit(visit).parts[0].phase == "on-the-way"
    assert "Let pass by Ben Okafor" in unescape(ben.get(page).text)


@by("plain")
@pytest.mark.clause("HM-2.9")
def test_another_time_shows_at_once(house: House, ben: Browser) -> None:
    visit = house.plan()
    page = f"/visits/{visit}"
    answer = ben.submit(page, "reschedule", start_ms="2026-11-23T16:30", end_ms="2026-11-23T17:30",
                        note="the client asked")  # fmt: skip
    assert answer.status_code == 303
    assert "16:30 to 17:30" in ben.get("/").text
    log = unescape(ben.get(page).text)
    assert "Ben Okafor moved the visit to 16:30: the client asked." in log


@by("carers-trust-d06b")
@pytest.mark.clause("CT-4.6b")
def test_the_relief_is_ticked_off_where_somebody_must_not_be_left(
    house: House, ben: Browser
) -> None:
    house.groundwork(must_not_be_left=True)
    visit = house.inside()
    assert ben.submit(f"/visits/{visit}", "relief_came").status_code == 303
    assert "relieved" in house.visit(visit).parts[0].facts
    assert "relief_came" not in ben.get(f"/visits/{visit}").text, "said once is enough"


@by("leading-futures")
@pytest.mark.clause("LF-open")
def test_signs_of_entry_are_told_by_phone(house: House, ben: Browser) -> None:
    answer = ben.submit("/plan?kind=site", "plan", workers="asha", area="North Street",
                        purpose="opening up", tracker="ben", opening_up="yes",
                        start_ms="2026-11-23T10:05", end_ms="2026-11-23T11:00")  # fmt: skip
    assert answer.status_code == 303, unescape(answer.text)
    page = answer.headers["location"].split("?")[0]
    assert ben.submit(page, "report_signs", note="the glass is broken").status_code == 303
    assert house.alarm("forced_entry").worker == "asha"


@by("leading-futures")
@pytest.mark.clause("LF-open")
def test_after_signs_of_entry_she_goes_in_with_whom_the_page_asks_for(
    house: House, ben: Browser
) -> None:
    answer = ben.submit("/plan?kind=site", "plan", workers="asha", area="North Street",
                        purpose="opening up", tracker="ben", opening_up="yes",
                        start_ms="2026-11-23T10:05", end_ms="2026-11-23T11:00")  # fmt: skip
    page = answer.headers["location"].split("?")[0]
    assert "second_person" not in asked(ben.get(page).text), "before there is any reason to"
    ben.submit(page, "report_signs", note="the glass is broken")
    spoken = {"place": "tick", "name": "tick", "departure_contact": "ben"}
    answer = ben.submit(page, "confirm_arrival", **spoken)
    assert answer.status_code == 422, "nobody goes in alone"
    answer = ben.submit(page, "confirm_arrival", **spoken, second_person="ruth")
    assert answer.status_code == 303, unescape(answer.text)
    assert house.visit(page.rpartition("/")[2]).parts[0].phase == "inside"


@by("sutton-cypl")
@pytest.mark.clause("SU-site")
def test_a_building_that_is_assessed_like_a_home_is_named(house: House, ben: Browser) -> None:
    said = {"workers": "asha", "area": "North Street", "purpose": "late work", "tracker": "ben",
            "manager_agreed": "ruth", "start_ms": "2026-11-23T10:05",
            "end_ms": "2026-11-23T11:00"}  # fmt: skip
    house.groundwork()
    assert ben.submit("/plan?kind=site", "plan", **said).status_code == 422, "which building?"
    answer = ben.submit("/plan?kind=site", "plan", **said, client="c17")
    assert answer.status_code == 303, unescape(answer.text)


@by("plain")
def test_where_no_building_is_assessed_none_is_asked_for(house: House, ben: Browser) -> None:
    assert "client" not in asked(ben.get("/plan?kind=site").text)
