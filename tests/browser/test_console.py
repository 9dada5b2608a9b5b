"""The screens of the procedures in a real browser: two clicks, the keyboard, a phone, no script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from protocol.messages import NoAnswer, SosPressed
from tests.browser.conftest import log_in
from tests.browser.test_board import CONTRAST
from tests.hub.web.conftest import by
from tests.hub.web.house import House

pytestmark = pytest.mark.browser
PATIENCE_MS = 20_000  # of a shared machine
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, url: str) -> Page:
    opened = context.new_page()
    opened.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    log_in(opened, url)
    return opened


@pytest.mark.clause("HM-3.6", "HM-4.2.4")
def test_an_attempt_is_recorded_in_two_clicks_from_the_board(house: House, page: Page) -> None:
    visit = house.inside(first_meeting=True, rating="C2")
    house.advance(21)
    page.reload()
    page.get_by_role("link", name="Call Asha now").click()
    page.locator("#next").get_by_role("button", name="No answer").click()
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator("ol.tries").first).to_contain_text("Ben Okafor, work mobile: ✕ no answer")
    attempt = house.visit(visit).parts[0].attempts[-1]
    assert (attempt.by, attempt.means, attempt.result) == ("ben", "work-mobile", "no-answer")
    chosen = page.locator('input[name="means"]:checked').first
    assert chosen.get_attribute("value") == "client-landline", "the next line with a number"


def test_enter_never_says_that_somebody_spoke_with_her(house: House, page: Page, url: str) -> None:
    visit = house.inside()
    before = house.visit(visit).parts[0].attempts
    page.goto(f"{url}/visits/{visit}?do=record_contact")
    page.locator('#next input[name="means"]').first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#next .wrong")).to_have_text("Choose one.")
    assert house.visit(visit).parts[0].attempts == before
    spoke = page.locator("#next").get_by_role("button", name="Spoke with Asha")
    spoke.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_be_visible()
    assert house.visit(visit).parts[0].attempts[-1].result == "spoke"


@by("sutton-cypl")
@pytest.mark.clause("SU-false")
def test_the_script_is_gone_through_on_a_phone_line_by_line(
    house: House, url: str, chromium: Browser
) -> None:
    house.inside()
    context = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]  # the two keys it asks
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    log_in(page, url)
    page.get_by_role("link", name="Answer a call").click()
    page.get_by_role("link", name="Asha Patel").click()
    page.get_by_role("link", name="We ring her").click()
    now = page.locator("ol.script > li[aria-current=step]")
    expect(now).to_have_count(1)
    now.get_by_role("button", name="She says yes").click()
    expect(page.locator("ol.script")).to_contain_text("✓ She says yes")
    assert "coded_danger" not in [alarm.kind for alarm in house.reader.open_alarms()]
    now.get_by_role("button", name="She says yes").click()
    expect(page.locator("main")).to_contain_text("A silent alarm is open.")
    assert house.alarm("coded_danger").silent
    expect(page.locator('main a[href^="tel:"]')).to_have_count(0)
    context.close()


@pytest.mark.clause("HM-5.2")
def test_a_task_is_ticked_off_by_keyboard(house: House, page: Page, url: str) -> None:
    house.inside()
    house.press(SosPressed, gesture="sos-hold")
    alarm = house.alarm("sos")
    page.goto(f"{url}/alarms/{alarm.id}")
    task = page.locator(f"#task-{alarm.tasks[0].id}")
    task.locator("form summary").focus()
    page.keyboard.press("Enter")
    task.get_by_label("Reference").fill("CAD 77")
    page.keyboard.press("Enter")
    expect(page.locator(".todo")).to_contain_text("Done by Ben Okafor")
    assert house.alarm("sos").tasks[0].note == "CAD 77"


@by("carers-trust-d06b")
@pytest.mark.clause("CT-8.2", "CT-4.4")
def test_case_and_code_without_javascript(house: House, url: str, chromium: Browser) -> None:
    house.groundwork()
    house.record("ben", "contact", "write", about="c17", sort="family", name="Her daughter",
                 number="01392 555777")  # fmt: skip
    code = house.record("ruth", "entry-code", "write", about="c17", what="front", code="4711#")
    house.plan()
    house.advance(5)
    house.press(NoAnswer, gesture="d-double", phase="at-door")
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    log_in(page, url)
    page.goto(f"{url}/alarms/{house.alarm('no_answer').id}")
    expect(page.locator("#contacts")).to_contain_text("Her daughter")
    page.get_by_role("button", name="Apparently inside, and in need of help").click()
    expect(page.locator("#task-help-inside")).to_be_visible()
    page.goto(f"{url}/records/{code}")
    expect(page.locator("main")).not_to_contain_text("4711#")
    page.get_by_role("button", name="Show the code once").click()
    expect(page.locator(".secret")).to_have_text("4711#")
    assert "4711" not in page.url
    page.get_by_role("link", name="Hide it").click()
    expect(page.locator("main")).not_to_contain_text("4711#")
    context.close()


@by("sutton-cypl", "carers-trust-d06b")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_new_page_can_be_read_and_fits_a_phone(
    house: House, url: str, chromium: Browser, scheme: str
) -> None:
    visit = house.inside()
    house.record("ben", "absence", "write", about="marek", sort="course", first_day="2026-11-23",
                 back_on="2026-11-25")  # fmt: skip
    incident = house.record("ben", "incident", "write", what="A dog bit her", about="asha",
                            happened="2026-11-23")  # fmt: skip
    house.ask("record_contact", "ben", visit=visit, means="work-mobile", reached=False,
              result="no-answer")  # fmt: skip
    house.press(SosPressed, gesture="sos-hold")
    context = chromium.new_context(
        viewport={"width": 360, "height": 740},
        color_scheme=scheme,  # type: ignore[arg-type]  # one of the two words
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    log_in(page, url)
    script = next(iter(house.policy.script), "")
    for path in ("/", f"/visits/{visit}", "/call", f"/call/asha?script={script}", "/plan",
                 "/plan?kind=unplanned", "/registers", "/registers/incident",
                 "/registers/incident/new", f"/records/{incident}", "/drills", "/policy",
                 "/week/asha", "/duty", f"/alarms/{house.alarm('sos').id}"):  # fmt: skip
        page.goto(url + path)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, path
        assert page.evaluate(CONTRAST) == [], path
        small = page.evaluate(
            "[...document.querySelectorAll('main button, main a.btn, .alarm .btn, summary')]"
            ".filter(el => el.offsetHeight && el.offsetHeight < 40).map(el => el.textContent)"
        )
        assert small == [], f"{path}: too small for a thumb"
    context.close()
