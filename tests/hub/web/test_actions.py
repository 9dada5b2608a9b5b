"""Every form of a visit, as a browser without JavaScript sends it, decided by the real rules."""

from html import unescape

import pytest

from hub.web.views.offered import MAKERS
from protocol.messages import Arrived
from tests.hub.web.house import Browser, House


def test_confirming_needs_place_and_name_read_back_and_keeps_the_rest(
    house: House, ben: Browser
) -> None:
    visit = house.plan()
    page = f"/visits/{visit}"
    html = unescape(ben.get(page).text)
    assert "You are at C17, Heavitree, 12 Example Road, EX1 2AB. Is that right?" in html
    answer = ben.submit(page, "confirm_arrival", name="tick", departure_contact="ruth",
                        end_ms="11:20")  # fmt: skip
    assert answer.status_code == 422
    assert "Read this aloud" in answer.text
    assert '<option value="ruth" selected>' in answer.text
    assert 'value="11:20"' in answer.text
    assert house.visit(visit).parts[0].phase == "planned"
    ben.submit(page, "confirm_arrival", place="tick", name="tick", departure_contact="ruth",
               end_ms="11:20")  # fmt: skip
    part = house.visit(visit).parts[0]
    assert part.phase == "inside"
    assert part.departure_contact == "ruth"
    assert part.anchors["finish"] == house.clock.now_ms() + 80 * 60_000


def test_a_finish_that_is_past_never_becomes_tomorrows(house: House, ben: Browser) -> None:
    visit = house.plan()
    page = f"/visits/{visit}"
    spoken = {"place": "tick", "name": "tick", "departure_contact": "ruth"}
    answer = ben.submit(page, "confirm_arrival", end_ms="09:30", **spoken)
    assert answer.status_code == 422
    assert "09:30 is past" in answer.text
    house.advance(120)  # she is later than the visit was to end
    assert "as planned, is past: ask her." in ben.get(page).text
    assert ben.submit(page, "confirm_arrival", **spoken).status_code == 422
    assert house.visit(visit).parts[0].phase == "planned"
    assert ben.submit(page, "confirm_arrival", end_ms="13:00", **spoken).status_code == 303
    finish_ms = house.visit(visit).parts[0].anchors["finish"]
    assert finish_ms == house.clock.now_ms() + 3_600_000


def test_nobody_confirms_for_herself_and_the_page_says_why(house: House, asha: Browser) -> None:
    visit = house.plan()
    answer = asha.submit(f"/visits/{visit}", "confirm_arrival", place="tick", name="tick",
                         departure_contact="ben")  # fmt: skip
    assert answer.status_code == 409
    assert 'class="refused"' in answer.text
    assert house.visit(visit).parts[0].phase == "planned"


@pytest.mark.clause("HM-4.1.1")
def test_no_tracker_no_visit_and_finding_one(house: House, ben: Browser) -> None:
    visit = house.plan(first_meeting=True, rating="C2", tracker="")
    assert "no tracker yet" in ben.get("/").text
    assert "needs a tracker" in ben.get("/").text
    page = f"/visits/{visit}"
    answer = ben.submit(page, "confirm_arrival", place="tick", name="tick", departure_contact="ben")
    assert answer.status_code == 409
    assert "No tracker, no visit" in answer.text
    assert ben.submit(page, "name_tracker", tracker="ruth").status_code == 303
    assert house.visit(visit).tracker == "ruth"
    assert "Enhanced tracking · RH" in ben.get("/").text


def test_a_call_is_recorded_reached_or_not_and_an_answerphone_is_neither(
    house: House, ben: Browser
) -> None:
    visit = house.inside(first_meeting=True, rating="C2")
    page = f"/visits/{visit}"
    house.advance(21)
    tried = {"means": "work-mobile", "result": "answerphone", "note": "left one"}
    assert ben.submit(page, "record_contact", **tried).status_code == 303
    shown = unescape(ben.get(page).text)
    assert "Ben Okafor, work mobile: <b>✕ answerphone, no contact</b>. left one" in shown
    assert "called_back" not in house.visit(visit).parts[0].anchors
    ben.submit(page, "record_contact", means="client-landline", result="spoke")
    assert "called_back" in house.visit(visit).parts[0].anchors


@pytest.mark.clause("HM-4.2.2")
def test_stand_down_carry_on_extend_abandon(house: House, ben: Browser) -> None:
    visit = house.inside(first_meeting=True, rating="C2")
    page = f"/visits/{visit}"
    house.advance(20)
    assert ben.submit(page, "carry_on", every_min="2").status_code == 422
    assert ben.submit(page, "carry_on", every_min="45", means="work-mobile").status_code == 303
    assert house.visit(visit).parts[0].call_every_ms == 45 * 60_000
    assert "a call every 45\u00a0min" in unescape(ben.get("/").text)
    assert ben.submit(page, "stand_down", means="work-mobile").status_code == 303
    assert house.visit(visit).parts[0].stood_down
    assert ben.submit(page, "extend", end_ms="12:15").status_code == 303
    assert "10:05 to 12:15" in ben.get("/").text
    assert ben.submit(page, "abandon", note="the dog").status_code == 303
    assert house.visit(visit).phase == "broken-off"
    assert ben.submit(page, "confirm_departure", then="home",
                      expected_back_ms="13:00").status_code == 303  # fmt: skip
    anchors = house.visit(visit).parts[0].anchors
    assert anchors["expected_back"] - anchors["finish"] == 45 * 60_000
    assert ben.submit(page, "confirm_home").status_code == 303
    assert house.visit(visit).phase == "closed"
    assert "Ended" in ben.get("/").text


def test_start_out_coverage_cancel(house: House, ben: Browser) -> None:
    visit = house.plan()
    page = f"/visits/{visit}"
    house.beat("asha")
    assert ben.submit(page, "start_out").status_code == 303
    assert "On the way to" in ben.get("/").text
    assert (
        ben.submit(page, "set_coverage", coverage="poor", agreed_end_ms="11:00").status_code == 303
    )
    assert "poor coverage" in ben.get("/").text
    assert ben.submit(page, "cancel").status_code == 422, "a reason is asked for"
    assert ben.submit(page, "cancel", note="client is ill").status_code == 303
    assert house.visit(visit).phase == "cancelled"


@pytest.mark.clause("HM-8.2")
def test_she_is_told_not_to_go_in(house: House, ben: Browser) -> None:
    visit = house.plan()
    house.advance(5)
    house.press(Arrived, gesture="a-short", phase="planned")
    assert ben.submit(f"/visits/{visit}", "refuse_entry", note="shouting").status_code == 303
    assert house.visit(visit).phase == "broken-off"


def test_nothing_cancels_after_arrival(house: House, ben: Browser) -> None:
    visit = house.inside()
    assert "/cancel" not in ben.get(f"/visits/{visit}").text
    answer = ben.post(f"/visits/{visit}/cancel", {"note": "x"})
    assert answer.status_code == 409
    assert "nothing cancels" in answer.text


def test_a_stale_page_is_told_and_what_was_typed_is_kept(house: House, ben: Browser) -> None:
    visit = house.inside()
    old = str(house.visit(visit).version)
    house.ask("set_coverage", "ruth", visit=visit, coverage="good")
    typed = {"version": old, "end_ms": "12:00"}
    answer = ben.post(f"/visits/{visit}/extend", typed)
    assert answer.status_code == 409
    assert "It has changed since you looked" in answer.text
    assert 'value="12:00"' in answer.text
    assert house.visit(visit).planned_end_ms < house.clock.now_ms() + 100 * 60_000
    new = str(house.visit(visit).version)
    assert f'name="version" value="{new}"' in answer.text, "the page that tells it is a new one"
    assert ben.post(f"/visits/{visit}/extend", {**typed, "version": new}).status_code == 303


def test_no_form_is_taken_from_elsewhere(house: House, ben: Browser) -> None:
    visit = house.plan()
    rows = len(house.reader.visit_log(visit))
    for kind in MAKERS:
        for csrf in ("", "wrong", "ü"):
            ben.csrf = csrf
            answer = ben.post(f"/visits/{visit}/{kind}", {"note": "x"})
            assert answer.status_code == 403, kind
            assert "Nothing was done" in answer.text
    for url in ("/plan", "/duty", "/logout"):
        assert ben.post(url).status_code == 403
    assert len(house.reader.visit_log(visit)) == rows


def test_a_get_changes_nothing(house: House, ben: Browser) -> None:
    visit = house.plan()
    for kind in MAKERS:
        assert ben.get(f"/visits/{visit}/{kind}").status_code in (404, 405)
    assert house.visit(visit).version == 1


def test_what_is_not_there_is_not_found(ben: Browser, house: House) -> None:
    visit = house.plan()
    for url in ("/visits/v-none", "/alarms/a-none", "/alarms/a-none/999", "/nowhere"):
        answer = ben.get(url)
        assert answer.status_code == 404
        assert "To the board" in answer.text
    assert ben.post(f"/visits/{visit}/explode").status_code == 404
    assert ben.post("/visits/v-none/extend").status_code == 404


def test_planning_a_visit(house: House, ben: Browser) -> None:
    answer = ben.submit("/plan", "plan", workers="asha", client="c17", purpose="first visit",
                        start_ms="2026-11-23T14:00", end_ms="2026-11-23T15:00", tracker="ben",
                        then="home", first_meeting="yes", manager_agreed="ruth")  # fmt: skip
    assert answer.status_code == 303, answer.text
    page = unescape(ben.get(answer.headers["location"]).text)
    assert "Asha Patel at C17, Heavitree" in page
    assert "Enhanced tracking" in page
    assert "she meets this client for the first time (HM-4.0)" in page


def test_a_plan_that_a_gate_refuses_keeps_everything(house: House, ben: Browser) -> None:
    answer = ben.submit("/plan", "plan", workers="asha", client="c17", then="base",
                        purpose="a purpose of mine", start_ms="2026-11-23T14:00",
                        end_ms="2026-11-23T15:00")  # fmt: skip
    assert answer.status_code == 409
    assert "a manager has agreed" in answer.text
    assert "a purpose of mine" in answer.text
    assert '<option value="c17" selected>' in answer.text
    assert 'name="workers" value="asha" checked' in answer.text
    answer = ben.submit("/plan", "plan", workers="asha", client="c17", purpose="x", then="base",
                        start_ms="soon", end_ms="2026-11-23T15:00")  # fmt: skip
    assert answer.status_code == 422
    assert "A day and a time" in answer.text


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-11-23T15:00", "2026-11-23T14:00", "The end must be after the start."),
        ("2026-11-23T08:00", "2026-11-23T09:00", "This is past already."),
    ],
)
def test_an_end_that_cannot_be_is_told_at_its_field(
    house: House, ben: Browser, start: str, end: str, said: str
) -> None:
    answer = ben.submit("/plan", "plan", workers="asha", client="c17", purpose="advice",
                        start_ms=start, end_ms=end)  # fmt: skip
    assert answer.status_code == 422
    assert f'id="plan_visit-end_ms-wrong">{said}' in answer.text
    assert f'value="{end}"' in answer.text
    assert "advice" not in ben.get("/").text, "nothing was planned"


def test_a_pair_has_a_row_each_and_a_form_says_whose(house: House, ben: Browser) -> None:
    visit = house.plan("asha,marek")
    board = ben.get("/").text
    assert board.count(f'href="/visits/{visit}"') >= 2
    assert "with Marek Nowak" in board
    fields = {"worker": "marek", "place": "C17, Heavitree", "name": "Marek Nowak",
              "departure_contact": "ben"}  # fmt: skip
    ben.get(f"/visits/{visit}")
    assert ben.post(f"/visits/{visit}/confirm_arrival", fields).status_code == 303
    phases = {part.worker: part.phase for part in house.visit(visit).parts}
    assert phases == {"asha": "planned", "marek": "inside"}


def test_taking_and_handing_back_a_duty(house: House, ben: Browser) -> None:
    ben.get("/duty")
    fields = {"role": "duty-manager", "person": "ben", "on": "yes"}
    assert ben.post("/duty", fields).status_code == 303
    assert "ben" in house.reader.on_duty()["duty-manager"]
    assert ben.post("/duty", {**fields, "on": "no"}).status_code == 303
    assert "ben" not in house.reader.on_duty()["duty-manager"]
    assert ben.post("/duty", {**fields, "role": "king"}).status_code == 422
    assert "07700 900123" in ben.get("/duty").text


def test_the_log_is_sentences_with_names_and_both_times(house: House, ben: Browser) -> None:
    visit = house.inside()
    house.advance(1)
    ben.submit(f"/visits/{visit}", "record_contact", means="work-mobile", result="spoke")
    page = unescape(ben.get(f"/visits/{visit}").text)
    assert "Ben Okafor planned a visit of Asha Patel in Heavitree." in page
    assert "Ben Okafor spoke with Asha Patel, reading back C17, Heavitree: she may go in." in page
    assert "Ben Okafor spoke with Asha Patel on her work mobile." in page
    page = unescape(ben.get(f"/visits/{visit}").text)
    assert "Ben Okafor looked at personal details." in page


@pytest.mark.clause("HM-7.3")
def test_a_worried_familys_call_about_somebody_off_a_visit(house: House, ben: Browser) -> None:
    assert ben.submit("/danger", "danger", how="family").status_code == 422
    silent = ben.submit("/danger", "danger", worker="marek")
    assert silent.status_code == 422, "what kind of danger it is, is never taken for granted"
    answer = ben.submit("/danger", "danger", worker="marek", how="family", note="not home")
    assert answer.status_code == 303
    alarm = house.alarm("family_worried")
    assert alarm.worker == "marek"
    assert "The family is worried, Marek Nowak" in ben.get("/").text
