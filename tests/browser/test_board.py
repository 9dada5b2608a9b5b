"""The board in a real browser: live without reload, by keyboard, red when it is stale, on a phone,
without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.web.views import times
from protocol.messages import Arrived, SosPressed
from tests.browser.conftest import log_in
from tests.hub.web.house import House
from tests.hub.web.street import served

pytestmark = pytest.mark.browser
PATIENCE_MS = 20_000  # of a shared machine; what is awaited comes in well under a second


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, url: str) -> Page:
    """Ben's board; anything the console complains about fails the test."""
    opened = context.new_page()
    opened.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    log_in(opened, url)
    # Shown by the script: it runs.
    expect(opened.locator("button.sound")).to_be_visible(timeout=PATIENCE_MS)
    return opened


def test_an_sos_appears_without_reload_and_is_taken_by_keyboard(house: House, page: Page) -> None:
    house.inside()
    expect(page.locator("article.row")).to_contain_text("Asha Patel", timeout=PATIENCE_MS)
    page.evaluate("window.sameDocument = true")
    house.press(SosPressed, gesture="sos-hold")
    banner = page.locator("section.alarm.loud")
    expect(banner).to_contain_text("SOS, Asha Patel", timeout=PATIENCE_MS)
    expect(banner.get_by_role("alert")).to_contain_text("SOS, Asha Patel")
    assert page.evaluate("window.sameDocument") is True
    assert page.title().startswith("(1) SOS")
    page.keyboard.press("Alt+KeyA")
    expect(banner.get_by_role("button", name="I have it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("section.alarm.mine")).to_contain_text("Ben Okafor has it.")
    assert house.alarm("sos").owner == "ben"


def test_the_button_is_reached_by_tab_and_survives_a_refresh(house: House, page: Page) -> None:
    house.press(SosPressed, worker="marek", gesture="sos-hold", phase="off")
    take = page.get_by_role("button", name="I have it")
    expect(take).to_be_visible(timeout=PATIENCE_MS)
    for _ in range(30):
        if take.evaluate("el => el === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(take).to_be_focused()
    assert take.evaluate("el => getComputedStyle(el).outlineStyle") == "solid"
    take.evaluate("el => { el.sameButton = true }")
    house.plan()
    expect(page.locator("article.row")).to_contain_text("Asha Patel", timeout=PATIENCE_MS)
    expect(take).to_be_focused()
    assert take.evaluate("el => el.sameButton") is True


def test_a_claim_and_its_letter_move_as_they_happen(house: House, page: Page) -> None:
    visit = house.plan()
    row = page.locator("article.row")
    expect(row).to_contain_text("starts in", timeout=PATIENCE_MS)
    house.press(Arrived, gesture="a-short", phase="planned")
    expect(row.locator(".claim")).to_contain_text("at the door", timeout=PATIENCE_MS)
    row.get_by_role("link", name="Confirm arrival").click()
    page.check("text=Place read back")
    page.check("text=Name read back")
    page.get_by_role("button", name="Confirm: may go in").click()
    expect(page.locator(".done")).to_contain_text("confirm arrival")
    assert house.visit(visit).parts[0].phase == "inside"


def test_the_page_turns_red_when_the_server_is_gone(house: House, context: BrowserContext) -> None:
    with served(house) as url:
        page = context.new_page()
        # Fifteen seconds without the hub, without waiting for them: this page's clocks are ours.
        page.clock.install()
        log_in(page, url)
        expect(page.locator("button.sound")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator("#stale")).to_be_hidden()
    page.clock.run_for(10_000)
    expect(page.locator("#stale")).to_be_hidden()
    page.clock.run_for(8_000)
    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator("#stale")).to_contain_text("Not live. The hub was last heard")
    expect(page.locator("[data-fresh]")).to_have_class("soft fresh old")


def test_the_page_turns_red_when_only_the_engine_is_gone(house: House, page: Page) -> None:
    expect(page.locator("#stale")).to_be_hidden()
    house.stick()
    house.clock.advance(20_000)
    house.skew_ms = 20_000
    expect(page.locator("#stale")).to_be_visible(timeout=PATIENCE_MS)


def test_being_logged_out_is_told(house: House, page: Page) -> None:
    page.context.clear_cookies()
    house.plan()
    expect(page.locator("#stale")).to_contain_text("You are logged out", timeout=PATIENCE_MS)


def test_sound_is_off_until_a_click_and_says_so(page: Page) -> None:
    button = page.locator("button.sound")
    expect(button).to_have_text("Sound off: turn on")
    expect(button).to_have_class("sound off")
    button.click()
    expect(button).to_have_text("Sound on")
    expect(button).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_never_scrolls_sideways(
    house: House, url: str, chromium: Browser, scheme: str
) -> None:
    visit = house.inside(first_meeting=True, rating="C2", purpose="a purpose of many words to wrap")
    house.plan("marek", "c04", then="home")
    house.advance(31)
    house.press(SosPressed, gesture="sos-hold")
    alarm = house.alarm("sos").id
    context = chromium.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]  # one of the two words
    page = context.new_page()
    log_in(page, url)
    for path in ("/", "/wall", f"/visits/{visit}", f"/alarms/{alarm}", f"/alarms/{alarm}/999",
                 "/plan", "/duty", "/pendants"):  # fmt: skip
        page.goto(url + path)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, path
        hidden = page.evaluate(
            "[...document.querySelectorAll('.nav a, .nav button')]"
            ".filter(el => el.offsetHeight && el.getBoundingClientRect().right > innerWidth)"
            ".map(el => el.textContent)"
        )
        assert hidden == [], f"{path}: nobody looks for {hidden} beside the screen"
        small = page.evaluate(
            "[...document.querySelectorAll('main button, main a.btn, .alarm .btn, summary')]"
            ".filter(el => el.offsetHeight && el.offsetHeight < 40).map(el => el.textContent)"
        )
        assert small == [], f"{path}: too small for a thumb"
    context.close()


CONTRAST = """() => {
  const lum = c => { const [r, g, b] = c.map(v => { v /= 255;
    return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 });
    return .2126 * r + .7152 * g + .0722 * b };
  const rgb = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const ground = el => { for (; el; el = el.parentElement) {
    const [r, g, b, a = 1] = rgb(getComputedStyle(el).backgroundColor);
    if (a === 1) return [r, g, b] } return [255, 255, 255] };
  const bad = [];
  for (const el of document.querySelectorAll('body *')) {
    if (![...el.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    if (!el.offsetParent || el.closest('noscript, option, .skip, .heard, .ribbon')) continue;
    const style = getComputedStyle(el);
    const [a, b] = [lum(rgb(style.color).slice(0, 3)), lum(ground(el))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), bold = +style.fontWeight >= 700;
    const least = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    const ratio = (a + .05) / (b + .05);
    if (ratio < least) bad.push(`${el.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return bad;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(house: House, url: str, chromium: Browser, scheme: str) -> None:
    """WCAG 2.2 AA: 4.5 to 1, large letters 3 to 1."""
    visit = house.inside(first_meeting=True, rating="C2")
    house.plan("marek", "c04", in_min=40, then="home")
    house.advance(31)
    house.press(SosPressed, gesture="sos-hold")
    alarm = house.alarm("sos").id
    # The mark of a loud alarm changes its colours as it beats: what rests is measured.
    context = chromium.new_context(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of the two words
    page = context.new_page()
    log_in(page, url)
    for path in ("/", f"/visits/{visit}", f"/alarms/{alarm}", f"/alarms/{alarm}/999", "/plan",
                 "/duty", "/pendants"):  # fmt: skip
        page.goto(url + path)
        assert page.evaluate(CONTRAST) == [], path
    context.close()


def test_without_javascript_everything_still_works(
    house: House, url: str, chromium: Browser
) -> None:
    visit = house.plan()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, url)
    assert page.locator('meta[http-equiv="refresh"]').count() == 1
    page.get_by_role("link", name="Asha Patel").click()
    page.locator("summary", has_text="confirm arrival").click()
    form = page.locator('form[action$="/confirm_arrival"]')
    form.get_by_label("Place read back").check()
    form.get_by_role("button").click()
    expect(page.locator(".wrong")).to_contain_text("Read this aloud")
    form.get_by_label("Name read back").check()
    form.get_by_role("button").click()
    expect(page.locator(".done")).to_be_visible()
    assert house.visit(visit).parts[0].phase == "inside"
    house.press(SosPressed, gesture="sos-hold")
    page.goto(url)
    page.get_by_role("button", name="I have it").click()
    expect(page.locator("section.alarm.mine")).to_contain_text("Ben Okafor has it.")
    context.close()


def test_the_page_counts_in_the_servers_words(page: Page) -> None:
    moments = [-90_000_000, -3_600_000, -61_000, -60_000, -999, 0, 999, 1_000, 59_000, 61_000,
               299_000, 300_000, 3_599_000, 5_700_000, 86_400_000, 200_000_000]  # fmt: skip
    now_ms = 1_795_428_000_000
    for by in moments:
        due = now_ms + by
        found = page.evaluate(
            "([d, n]) => [allswell.span(d - n), allswell.ahead(d, n), allswell.soon(d, n),"
            " allswell.ago(d, n)]",
            [due, now_ms],
        )
        said = [times.span(by), times.ahead(due, now_ms), times.soon(due, now_ms),
                times.ago(due, now_ms)]  # fmt: skip
        assert found == said


def test_two_tabs_share_one_stream(
    house: House, page: Page, context: BrowserContext, url: str
) -> None:
    other = context.new_page()
    other.goto(url)
    house.plan()
    for tab in (page, other):
        expect(tab.locator("article.row")).to_contain_text("Asha Patel", timeout=PATIENCE_MS)
    assert house.live.streams() <= 2
