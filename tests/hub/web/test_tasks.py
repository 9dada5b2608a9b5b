"""What people do by hand, ticked off by name; which case it is, and whom to reach (CT-8)."""

from html import unescape

import pytest

from protocol.messages import Duress, NoAnswer, SosPressed
from tests.hub.web.conftest import by
from tests.hub.web.house import Browser, House


def sos(house: House) -> str:
    house.inside()
    house.press(SosPressed, gesture="sos-hold")
    return f"/alarms/{house.alarm('sos').id}"


@pytest.mark.clause("HM-5.2")
def test_a_task_stands_with_its_deadline_and_is_ticked_off_by_name(
    house: House, ben: Browser
) -> None:
    page = sos(house)
    shown = unescape(ben.get(page).text)
    assert "Still to be done by hand" in shown
    assert "the hub rings nobody" in shown
    task = house.alarm("sos").tasks[0]
    assert task.text in shown
    assert f'data-ahead="{task.due_ms}"' in shown
    answer = ben.submit(page, f"do_task/{task.id}", reference="CAD 1234")
    assert answer.status_code == 303
    done = next(each for each in house.alarm("sos").tasks if each.id == task.id)
    assert (done.state, done.by, done.note) == ("done", "ben", "CAD 1234")
    shown = unescape(ben.get(page).text)
    assert "Done by Ben Okafor at " in shown
    assert f'id="task-{task.id}"' not in shown, "what is done is not asked for again"
    assert f"Ben Okafor did it: {task.text.rstrip('.')}." in shown, "the log says what it was"


@pytest.mark.clause("HM-5.2")
def test_before_its_time_a_call_for_help_says_who_may_still_spare_it(
    house: House, ben: Browser
) -> None:
    page = sos(house)
    early = "unless the Duty line manager or Director takes the alarm before"
    assert early in unescape(ben.get(page).text)
    house.advance(5)
    assert early not in unescape(ben.get(page).text), "its time has come: now it is asked for"


@pytest.mark.clause("HM-5.2")
def test_it_is_not_over_while_a_task_is_due_and_the_page_says_which(
    house: House, ben: Browser
) -> None:
    page = sos(house)
    house.advance(30)
    resolve = {"outcome": "safe", "note": "met her", "spoke": "yes"}
    answer = ben.submit(page, "resolve", **resolve)
    task = house.alarm("sos").tasks[0]
    assert answer.status_code == 409
    assert task.text in unescape(answer.text)
    assert "met her" in answer.text, "what was typed is kept"
    for each in house.alarm("sos").tasks:
        ben.submit(page, f"do_task/{each.id}")
    assert ben.submit(page, "resolve", **resolve).status_code == 303


@by("sutton-cypl")
@pytest.mark.clause("SU-false")
def test_only_a_holder_of_the_role_is_shown_that_a_task_can_be_waived(
    house: House, ben: Browser, ruth: Browser
) -> None:
    page = sos(house)
    assert "waive_task" not in ben.get(page).text
    assert ben.post(f"{page}/waive_task/call-999", {"note": "x"}).status_code == 404
    answer = ruth.submit(page, "waive_task/call-999")
    assert answer.status_code == 422, "a reason is asked for"
    assert ruth.submit(page, "waive_task/call-999", note="she is beside me").status_code == 303
    task = next(each for each in house.alarm("sos").tasks if each.id == "call-999")
    assert (task.state, task.by) == ("waived", "ruth")
    shown = unescape(ben.get(page).text)
    assert "Not needed by Ruth Hale" in shown
    assert f"a step is not needed: {task.text.rstrip('.')}, she is beside me." in shown


def no_answer(house: House) -> str:
    """At the door of a client with contacts, and nobody opens (CT-8.1)."""
    for sort, name, number in (("family", "Her daughter", "01392 555777"),
                               ("authority", "Social services", "01392 555888")):  # fmt: skip
        house.record("ben", "contact", "write", about="c17", sort=sort, name=name, number=number)
    house.plan()
    house.advance(5)
    house.press(NoAnswer, gesture="d-double", phase="at-door")
    return f"/alarms/{house.alarm('no_answer').id}"


@by("carers-trust-d06b")
@pytest.mark.clause("CT-8.2", "CT-8.3")
def test_which_case_it_is_brings_its_steps_and_the_clients_own_contacts(
    house: House, ben: Browser
) -> None:
    page = no_answer(house)
    shown = unescape(ben.get(page).text)
    assert "Which case is it?" in shown
    for case in house.alarm("no_answer").cases:
        assert case.name in shown
        for task in case.tasks:
            assert task.text in shown
    assert ben.submit(page, "choose_case", case="in-need").status_code == 303
    alarm = house.alarm("no_answer")
    assert alarm.case == "in-need"
    assert any(task.id == "help-inside" for task in alarm.tasks)
    shown = unescape(ben.get(page).text)
    assert "Her daughter" in shown
    assert 'href="tel:01392555777"' in shown
    case = next(each for each in alarm.cases if each.id == "in-need")
    others = [each.name for each in alarm.cases if each.id != "in-need"]
    assert case.contacts, "whom to reach stands in the policy, in order"
    for name in others:
        assert f'<h3 class="group">{name}' not in shown


@by("carers-trust-d06b")
@pytest.mark.clause("CT-8.2")
def test_another_case_after_all_needs_a_reason(house: House, ben: Browser) -> None:
    page = no_answer(house)
    ben.submit(page, "choose_case", case="absent")
    assert ben.submit(page, "choose_case", case="in-need").status_code == 422
    told = {"case": "in-need", "note": "heard somebody inside"}
    assert ben.submit(page, "choose_case", **told).status_code == 303
    assert house.alarm("no_answer").case == "in-need"


@pytest.mark.clause("HM-5.2")
def test_the_pieces_of_an_alarms_page_are_fetched_again_by_themselves(
    house: House, ben: Browser
) -> None:
    page = sos(house)
    alarm = house.alarm("sos")
    task = alarm.tasks[0]
    url = f"/fragments/alarm/{alarm.id}"
    whole = ben.get(page).text
    for piece in ("steps", "told", "log"):
        assert f'data-fragment="{url}/{piece}"' in whole, "the page asks for it"
        assert f'data-fragment="{url}/{piece}"' in ben.get(f"{url}/{piece}").text
    assert f'id="task-{task.id}"' in ben.get(f"{url}/steps").text
    house.ask("do_task", "ruth", alarm=alarm.id, task=task.id)
    shown = unescape(ben.get(f"{url}/steps").text)
    assert f'id="task-{task.id}"' not in shown
    assert "Done by Ruth Hale" in shown
    assert "Ruth Hale did it" in ben.get(f"{url}/log").text
    assert ben.get(f"{url}/other").status_code == 404


@pytest.mark.clause("HM-5.1")
def test_no_piece_of_a_silent_alarm_is_for_her_eyes_and_none_has_a_number_to_tap(
    house: House, ben: Browser, asha: Browser
) -> None:
    house.inside()
    house.press(Duress, gesture="chord")
    alarm = house.alarm("duress").id
    for piece in ("", "/steps", "/told", "/log"):
        url = f"/fragments/alarm/{alarm}{piece}"
        assert asha.get(url).status_code == 404
        answer = ben.get(url)
        assert answer.status_code == 200
        assert "tel:" not in answer.text
