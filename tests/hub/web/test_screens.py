"""What each procedure wants to be seen by whoever watches, on the page where it is looked for."""

from html import unescape

import pytest

from tests.hub.web.conftest import by
from tests.hub.web.house import Browser, House
from tests.hub.web.test_board_page import letters, rows
from tests.shipped import policy_of

ADDRESS = "12 Example Road, EX1 2AB"


@pytest.mark.clause("HM-1.3", "HM-7.1", "CT-7")
def test_the_visits_page_has_risk_full_details_and_the_visitors_note(
    house: House, ben: Browser
) -> None:
    page = unescape(ben.get(f"/visits/{house.plan()}").text)
    for wanted in ("A dog.", "<dd>C2</dd>", ADDRESS, "C17 · Jo Client", "01392 555012",
                   "Ring twice."):  # fmt: skip
        assert wanted in page


@pytest.mark.clause("HM-2.4")
def test_an_enhanced_entry_says_so_wherever_it_stands(house: House, ben: Browser) -> None:
    visit = house.plan(first_meeting=True)
    for url in ("/", f"/visits/{visit}", "/week/asha"):
        assert "Enhanced tracking" in ben.get(url).text, url


@pytest.mark.clause("HM-2.8", "HM-2.9", "DC-diary", "DC-cancel")
def test_the_week_on_paper_has_every_entry_and_what_was_cancelled_since(
    house: House, ben: Browser
) -> None:
    kept = house.plan(purpose="advice", in_min=60)
    gone = house.plan(purpose="second talk", in_min=3 * 24 * 60)
    house.plan(purpose="far off", in_min=9 * 24 * 60)
    house.ask("cancel", "ben", visit=gone, note="ill")
    page = unescape(ben.get("/week/asha").text)
    assert "Monday 23 November" in page
    assert "11:00 to 12:00" in page
    for wanted in ("advice", ADDRESS, "C17 · Jo Client", "Ben Okafor", "then to base"):
        assert wanted in page
    assert "<b>CANCELLED</b> second talk" in page
    assert "far off" not in page, "a week, not a year"
    house.ask("cancel", "ben", visit=kept, note="ill too")
    assert "<b>CANCELLED</b> home" not in page
    assert "<b>CANCELLED</b> advice" in ben.get("/week/asha").text
    assert ben.get("/week/nobody").status_code == 404


@pytest.mark.clause("HM-7.2")
def test_colleagues_numbers_are_at_hand_and_own_mobiles_are_not(house: House, ben: Browser) -> None:
    house.ask("add_person", "", id="asha", own_mobile="07700 900999", own_mobile_consent=True)
    page = unescape(ben.get("/duty").text)
    for name in ("Asha Patel", "Marek Nowak", "Ben Okafor", "Ruth Hale"):
        assert f"<b>{name}</b>" in page
    assert page.count('href="tel:07700900123"') == 4
    assert "07700 900999" not in page
    assert page.index("Ben Okafor</b><br>") < page.index("<b>Asha Patel</b>"), "on duty first"


@by("derbyshire-childrens-services")
@pytest.mark.clause("DC-monitor")
def test_everyone_sees_who_is_monitor_and_who_is_manager(
    house: House, asha: Browser, ben: Browser
) -> None:
    names = {role.id: role.name for role in house.policy.roles}
    for url in ("/", "/plan", "/duty", "/call"):
        page = unescape(asha.get(url).text)
        assert f"{names['monitor']} <b>Ben Okafor</b>" in page, url
        assert f"{names['manager']} <b>Ruth Hale</b>" in page, url
    ben.post("/duty", {"role": "monitor", "person": "ben", "on": "no"})
    page = unescape(asha.get("/duty").text)
    assert "▲ nobody" in page


@by("sutton-cypl")
@pytest.mark.clause("SU-board")
def test_the_letters_of_suttons_board(house: House, ben: Browser) -> None:
    house.plan("asha", then="base")
    house.plan("marek", then="home")
    found = rows(ben.get("/").text)
    hers = [letter for _, letter, _ in letters(found["Asha Patel"])]
    his = [letter for _, letter, _ in letters(found["Marek Nowak"])]
    assert "HV" in hers
    assert "RB" in hers
    assert "NR" not in hers
    assert "NR" in his
    assert "RB" not in his


@by("sutton-cypl")
@pytest.mark.clause("SU-drill")
def test_a_drill_is_begun_says_drill_and_its_answers_time_is_kept(
    house: House, ben: Browser, ruth: Browser
) -> None:
    answer = ruth.submit("/drills", "drills", drill="call", person="asha", note="first one")
    assert answer.status_code == 303, unescape(answer.text)
    alarm = house.alarm("drill")
    assert alarm.drill is True
    board = unescape(ben.get("/").text)
    assert "DRILL: nobody is in danger" in board
    assert "waiting for the answer" in ben.get("/drills").text
    assert 'class="alarm loud' not in board
    house.press_sos("asha")
    assert house.alarm("sos").drill is False, "a press is never a drill"
    assert 'class="alarm loud' in ben.get("/").text
    house.clock.advance(40_000)
    ben.submit(f"/alarms/{alarm.id}", "record_contact", means="work-mobile", result="spoke")
    resolve = {"outcome": "drill", "note": "she answered", "spoke": "yes"}
    assert ben.submit(f"/alarms/{alarm.id}", "resolve", **resolve).status_code == 303
    page = unescape(ben.get("/drills").text)
    assert "Call a worker" in page
    assert "answered after 40 s" in page


@by("sutton-cypl")
@pytest.mark.clause("SU-drill")
def test_whom_a_drill_calls_is_drawn_where_nobody_is_named(house: House, ruth: Browser) -> None:
    answer = ruth.submit("/drills", "drills", drill="call")
    assert answer.status_code == 303, unescape(answer.text)
    assert house.alarm("drill").worker in ("asha", "marek")


def test_the_procedures_page_tells_every_row_with_its_clause(house: House, ben: Browser) -> None:
    page = unescape(ben.get("/policy").text)
    for timer in house.policy.timers:
        for clause in timer.clause:
            assert clause in page
    assert f"version {house.policy.version}" in page
    assert ADDRESS not in page


@pytest.mark.clause("HM-4.2.6", "HM-5.3")
def test_an_instruction_stands_where_it_is_needed(house: House, ben: Browser) -> None:
    end_ms = house.clock.now_ms() + 3_600_000
    visit = house.inside(first_meeting=True, rating="C2", coverage="poor", agreed_end_ms=end_ms)
    page = unescape(ben.get(f"/visits/{visit}").text)
    texts = {row.id: row.text for row in house.policy.instructions}
    assert texts["free-line"] in page
    assert texts["abort-without-coverage"] in page, "beside the form that it belongs to"


def test_a_visit_keeps_its_procedure_until_a_manager_says_otherwise(
    house: House, ben: Browser, ruth: Browser
) -> None:
    visit = house.inside()
    old = house.policy
    house.adopt(policy_of("plain"))
    said = f"homemaker-exeter, version {old.version}"
    assert f"runs by {said}" in ben.get("/").text, "the board says which"
    page = unescape(ben.get(f"/visits/{visit}").text)
    assert f"Runs by {said}, which is not today's procedure." in page
    assert ben.submit(f"/visits/{visit}", "rebase").status_code == 422, "a reason is asked for"
    answer = ruth.submit(f"/visits/{visit}", "rebase", note="the old one is withdrawn")
    assert answer.status_code == 409, "she is no manager of today's procedure yet"
    house.ask("add_person", "", id="ruth", roles="manager")
    answer = ruth.submit(f"/visits/{visit}", "rebase", note="the old one is withdrawn")
    assert answer.status_code == 303, unescape(answer.text)
    assert house.visit(visit).terms == house.policy.terms_id
    assert "runs by" not in ben.get("/").text


def test_what_runs_by_another_procedure_is_told_in_that_ones_words(
    house: House, ben: Browser
) -> None:
    visit = house.inside(first_meeting=True, rating="C2", then="home")
    old = house.policy
    before = rows(ben.get("/").text)["Asha Patel"]
    house.adopt(policy_of("plain"))
    after = rows(ben.get("/").text)["Asha Patel"]
    assert letters(after) == letters(before)
    assert "runs by homemaker-exeter" in after
    level = old.level[house.visit(visit).level].name
    assert level not in [each.name for each in house.policy.levels], "else this tells nothing"
    page = unescape(ben.get(f"/visits/{visit}").text)
    for shown in (after, page, ben.get("/week/asha").text):
        assert level in shown
    texts = {row.id: row.text for row in old.instructions}
    assert texts["free-line"] in page
    house.advance(21)
    alarm = house.alarm("call_back_due")
    told = [row.text for row in old.instructions if "alarm:call_back_due" in row.at]
    page = unescape(ben.get(f"/alarms/{alarm.id}").text)
    for text in told:
        assert text in page
    asked = {role for step in alarm.ladder.steps for role in step.roles}
    assert any(f"({old.role[role].name})" in page for role in asked), "who was told, and as what"
    assert "It means danger" in ben.get("/call/asha").text, "and its phrase still counts"


def test_planning_and_duty_are_by_the_procedure_of_today(house: House, ben: Browser) -> None:
    house.inside()
    old = {role.name for role in house.policy.roles}
    house.adopt(policy_of("plain"))
    page = unescape(ben.get("/duty").text)
    new = {role.name for role in house.policy.roles if role.source_of_people == "duty"}
    assert new - old, "else this tells nothing"
    for name in new:
        assert name in page


@by("leading-futures")
@pytest.mark.clause("LF-notify")
def test_directors_see_place_and_when_she_is_expected(house: House, ruth: Browser) -> None:
    house.plan(check_in_ms=house.clock.now_ms() + 3_600_000, purpose="support")
    board = unescape(ruth.get("/").text)
    assert "C17, Heavitree" in board
    assert "10:05 to 11:05" in board
    assert "support" in board


@by("sutton-cypl")
@pytest.mark.clause("SU-30")
def test_the_row_counts_to_the_agreed_finish_and_then_to_the_call(
    house: House, ben: Browser
) -> None:
    house.inside(coverage="poor")  # so that her silent pendant is nothing
    row = unescape(rows(ben.get("/").text)["Asha Patel"])
    assert "in 1 h 5 min" in row, "to 11:05, without the half hour that the procedure waits"
    house.advance(70)
    row = unescape(rows(ben.get("/").text)["Asha Patel"])
    assert "past her finish, she is called" in row
    assert "in 25 min" in row
