"""A phone in a tired hand: one line of pages, the next step near the top, what is seldom used
folded away; and an alarm's page that follows what others do, without losing what is being typed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from protocol.messages import NoAnswer, SosPressed
from tests.browser.conftest import log_in
from tests.hub.web.conftest import by
from tests.hub.web.house import House

pytestmark = pytest.mark.browser
PATIENCE_MS = 20_000  # of a shared machine
WIDTH, HEIGHT = 390, 844
ONE_LINE = 60  # px: a thumb's height and its border


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, url: str) -> Page:
    opened = context.new_page()
    opened.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    log_in(opened, url)
    return opened


def high(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None, f"{selector} is not shown"
    return box["height"]


def test_the_pages_stand_in_one_line_and_the_rest_opens_by_keyboard(page: Page, url: str) -> None:
    assert high(page, ".nav") <= ONE_LINE
    nav = page.get_by_role("navigation", name="Pages")
    expect(nav.get_by_role("link")).to_have_text(["Board", "Plan a visit", "Answer a call"])
    nav.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(nav.get_by_role("link", name="Drills")).to_be_visible()
    expect(nav.get_by_role("button", name="Log out")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == WIDTH
    for _ in range(3):  # past duty and registers
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/drills")
    expect(page.locator(".nav details[data-here]")).to_have_count(1)
    assert high(page, ".nav") <= ONE_LINE


def test_the_rest_of_the_pages_needs_no_javascript(url: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": WIDTH, "height": HEIGHT},
                                   java_script_enabled=False)  # fmt: skip
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    log_in(page, url)
    page.get_by_text("More").click()
    page.get_by_role("link", name="Registers").click()
    expect(page).to_have_title("Registers · Homemaker")
    context.close()


def test_a_desk_has_every_page_side_by_side_and_the_wall_none(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    nav = page.get_by_role("navigation", name="Pages")
    expect(nav.get_by_role("link")).to_have_count(9)
    expect(nav.locator("summary")).to_be_hidden()
    assert high(page, ".nav") <= ONE_LINE
    page.goto(f"{url}/wall")
    expect(page.locator(".nav")).to_be_hidden()


@pytest.mark.clause("HM-5.2")
def test_what_somebody_else_ticks_off_goes_and_what_is_being_typed_stays(
    house: House, page: Page, url: str
) -> None:
    house.inside()
    house.press(SosPressed, gesture="sos-hold")
    alarm = house.alarm("sos")
    first, second = alarm.tasks[:2]
    page.goto(f"{url}/alarms/{alarm.id}")
    page.evaluate("window.sameDocument = true")
    expect(page.locator(f"#task-{first.id}")).to_have_attribute("open", "")
    later = page.locator(f"#task-{second.id}")
    later.locator("> summary").click()
    later.locator("form summary").click()
    later.get_by_label("Reference").fill("half a refer")
    house.ask("do_task", "ruth", alarm=alarm.id, task=first.id)
    expect(page.locator("#ticked")).to_contain_text("Done by Ruth Hale", timeout=PATIENCE_MS)
    expect(page.locator(f"#task-{first.id}")).to_have_count(0)
    expect(later.get_by_label("Reference")).to_have_value("half a refer")
    expect(later.get_by_label("Reference")).to_be_focused()
    expect(page.locator("#log")).to_contain_text("Ruth Hale did it")
    house.ask("acknowledge", "ruth", alarm=alarm.id)
    expect(page.locator("#alarm-status")).to_contain_text("Ruth Hale has it.")
    assert page.evaluate("window.sameDocument") is True


@by("carers-trust-d06b")
@pytest.mark.clause("CT-8.2")
def test_a_case_that_somebody_else_chose_is_shown_and_a_refused_form_keeps_its_words(
    house: House, page: Page, url: str
) -> None:
    house.plan()
    house.advance(5)
    house.press(NoAnswer, gesture="d-double", phase="at-door")
    alarm = house.alarm("no_answer")
    page.goto(f"{url}/alarms/{alarm.id}")
    expect(page.get_by_role("button", name="Apparently inside")).to_be_visible()
    house.ask("choose_case", "ruth", alarm=alarm.id, case="in-need")
    card = page.locator("#task-help-inside")
    expect(card).to_have_attribute("open", "", timeout=PATIENCE_MS)
    page.locator("#case summary").click()
    page.locator("#case button.btn").first.click()
    wrong = page.locator("#case .wrong")
    expect(wrong).to_be_visible()
    house.ask("do_task", "ruth", alarm=alarm.id, task="help-inside")
    expect(page.locator("#ticked")).to_contain_text("Done by Ruth Hale", timeout=PATIENCE_MS)
    expect(wrong).to_be_visible()


@pytest.mark.clause("HM-5.2")
def test_an_alarms_next_step_is_near_the_top_and_her_line_one_tap_away(
    house: House, page: Page, url: str
) -> None:
    visit = house.inside()
    for _ in range(7):
        house.ask("record_contact", "ben", visit=visit, means="work-mobile", reached=False,
                  result="no-answer")  # fmt: skip
    house.press(SosPressed, gesture="sos-hold")
    alarm = house.alarm("sos")
    house.ask("acknowledge", "ben", alarm=alarm.id)
    page.goto(f"{url}/alarms/{alarm.id}")
    ring = page.locator("#ring")
    expect(ring).to_have_attribute("href", "tel:07700900123")
    expect(page.get_by_role("button", name="I have done it")).to_have_count(1)
    expect(page.get_by_role("button", name="Resolve the alarm")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollHeight") < 4 * HEIGHT
    down = "el => el.getBoundingClientRect().bottom - document.querySelector('#main').offsetTop"
    assert page.get_by_role("button", name="I have done it").evaluate(down) < HEIGHT
    page.goto(f"{url}/visits/{visit}")
    expect(page.locator("a.ring")).to_have_attribute("href", "tel:01392555012")  # the next line
    expect(page.locator("#log > ol > li")).to_have_count(5)
    lines = page.get_by_text("Then the client's lines")
    number = page.locator('a[href="tel:01392555012"]').last
    expect(number).to_be_hidden()
    lines.click()
    expect(number).to_be_visible()


def test_a_week_can_be_read_to_its_last_column(house: House, page: Page, url: str) -> None:
    house.plan()
    page.goto(f"{url}/week/asha")
    box = page.locator(".table-box")
    assert box.evaluate("el => el.scrollWidth - el.clientWidth") == 0
    expect(page.locator("td[data-label]")).to_have_text("Ben Okafor")


@by("sutton-cypl")
@pytest.mark.clause("SU-false")
def test_the_line_to_say_now_has_the_whole_width(house: House, page: Page, url: str) -> None:
    house.inside()
    page.goto(f"{url}/call/asha?script=we-call")
    now = page.locator("ol.script > li[aria-current=step]")
    said, room = now.locator(".say").bounding_box(), now.bounding_box()
    assert said is not None and room is not None
    assert said["width"] > room["width"] * 0.75
    for note in now.locator("p.soft").all():
        box = note.bounding_box()
        assert box is not None and box["y"] >= said["y"] + said["height"], "below, not beside"
