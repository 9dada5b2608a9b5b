"""Who tried to reach her, by which means, with what result; the next line; two clicks."""

import re
from html import unescape

import pytest

from tests.hub.web.conftest import by
from tests.hub.web.house import Browser, House


def chosen(page: str) -> str:
    """The line that stands chosen already."""
    found = re.findall(r'name="means" value="([^"]*)" checked', page)
    assert len(found) == 1
    return str(found[0])


@pytest.mark.clause("HM-3.6", "HM-4.2.4")
def test_each_try_stands_with_its_result_and_the_next_line_is_chosen(
    house: House, ben: Browser
) -> None:
    house.ask("add_client", "", id="c17", lines="01392 555012\n07700 900555")
    visit = house.inside(first_meeting=True, rating="C2")
    house.advance(21)
    page = f"/visits/{visit}?do=record_contact"
    tried = []
    for result in ("no-answer", "answerphone", "unobtainable"):
        means = chosen(ben.get(page).text)
        tried.append(means)
        assert ben.submit(page, "record_contact", means=means, result=result).status_code == 303
    assert tried == list(house.policy.means[:3]), "the procedure's order, one after the other"
    shown = unescape(ben.get(page).text)
    for said in ("Ben Okafor, work mobile: <b>✕ no answer</b>",
                 "client's mobile: <b>✕ answerphone, no contact</b>",
                 "client's landline: <b>✕ switched off or no signal</b>"):  # fmt: skip
        assert said in shown
    assert "called_back" not in house.visit(visit).parts[0].anchors
    ben.submit(page, "record_contact", means="work-mobile", result="spoke")
    assert "called_back" in house.visit(visit).parts[0].anchors


@by("sutton-cypl")
@pytest.mark.clause("SU-chain")
def test_her_own_mobile_is_offered_only_with_her_consent(house: House, ben: Browser) -> None:
    visit = house.inside()
    for given, offered in (({"own_mobile": "07700 900999"}, False),
                           ({"own_mobile_consent": True}, True),
                           ({"own_mobile_consent": False}, False)):  # fmt: skip
        house.ask("add_person", "", id="asha", **given)
        for url in (f"/visits/{visit}", "/call/asha"):
            page = ben.get(url).text
            assert ("07700 900999" in page) is offered, (url, given)
            assert ('value="own-mobile"' in page) is offered


def test_a_result_that_is_not_on_a_button_is_told_at_it(house: House, ben: Browser) -> None:
    visit = house.inside()
    answer = ben.submit(f"/visits/{visit}", "record_contact", means="work-mobile")
    assert answer.status_code == 422
    assert "Choose one." in answer.text
    answer = ben.submit(f"/visits/{visit}", "record_contact", means="pigeon", result="spoke")
    assert answer.status_code == 422
    assert house.visit(visit).parts[0].attempts == house.visit(visit).parts[0].attempts[:1]


def test_while_a_silent_alarm_is_open_no_line_is_offered(house: House, ben: Browser) -> None:
    visit = house.inside()
    ben.submit("/call/asha", "report_danger")
    page = ben.get(f"/visits/{visit}").text
    for means in ("work-mobile", "own-mobile", "client-landline", "client-mobile"):
        assert f'name="means" value="{means}"' not in page
    assert 'name="means" value="in-person"' in page


def test_the_visits_page_says_which_procedure_it_runs_by(house: House, ben: Browser) -> None:
    visit = house.inside()
    page = ben.get(f"/visits/{visit}").text
    assert f"Runs by homemaker-exeter, version {house.policy.version}." in page
    assert "not today's" not in unescape(page)
