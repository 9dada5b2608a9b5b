"""The panel in a real browser over real parts: pressed by pointer, by two fingers and by key; what
the pendant does is drawn; the board beside it is live."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.live.stage import Stage
from simulator.panel.serve import Panel
from tests.conftest import need
from tests.simulator.panel.opened import happens, opened

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.micropython]
PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Stage, Panel]]:
    need("mosquitto")
    need("micropython")
    with opened("bea", "dai") as made:
        yield made


@pytest.fixture
def stage(both: tuple[Stage, Panel]) -> Stage:
    return both[0]


@pytest.fixture
def page(both: tuple[Stage, Panel], chromium: Browser) -> Iterator[Page]:
    """Anything the console complains about fails the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
    page.goto(both[1].url)
    expect(page.locator(".wearer[data-who=bea] small")).to_contain_text("%")
    yield page
    expect.set_options(timeout=5_000)
    context.close()


def hold_by_pointer(page: Page, stage: Stage, start: int) -> None:
    """Until the drawn pendant has felt each step of the rising rattle and is let go."""
    box = page.locator(".press.s").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    expect(page.locator("#device")).to_have_class("device down-s", timeout=2_000)
    happens(stage, "feel", "ramp-3", "bea", start)
    happens(stage, "feel", "stored", "bea", start)
    page.mouse.up()


def test_an_sos_by_pointer_is_felt_and_stands_on_the_board_beside_it(
    page: Page, stage: Stage
) -> None:
    start = len(stage.feed)
    hold_by_pointer(page, stage, start)
    expect(page.locator("#felt .means")).to_have_text("the hub has the SOS")
    board = page.frame_locator("#frame")
    banner = board.locator("section.alarm.loud", has_text="SOS, Bea Okoye")
    expect(banner).to_be_visible()
    expect(page.locator("[data-try=sos]")).to_have_class("met")
    expect(page.locator(".messages li", has_text="SOS: Bea Okoye").first).to_be_visible()
    # Taken on the board in the frame, by the one who sits at it; the pendant says so.
    banner.get_by_role("button", name="I have it").click()
    happens(stage, "feel", "person-has-it", "bea", start)
    expect(page.locator("#felt .means")).to_have_text("a person has the SOS")
    expect(page.locator("#felt .written")).to_have_text("··–··–")


def test_an_sos_by_key_is_the_other_wearers(page: Page, stage: Stage) -> None:
    start = len(stage.feed)
    page.locator(".wearer[data-who=dai]").focus()
    page.keyboard.press("Enter")
    page.keyboard.down("s")
    happens(stage, "feel", "stored", "dai", start)
    page.keyboard.up("s")
    happens(stage, "feel", "hub-has-it", "dai", start)
    board = page.frame_locator("#frame")
    expect(board.locator("section.alarm.loud", has_text="SOS, Dai Morgan")).to_be_visible()
    page.get_by_role("button", name="Maria duty manager").click()
    expect(board.locator("section.alarm.loud", has_text="SOS, Dai Morgan")).to_be_visible()


def test_a_button_is_reached_by_tab_and_held_by_space(page: Page, stage: Stage) -> None:
    start = len(stage.feed)
    button = page.locator(".press.d")
    button.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    assert button.evaluate("el => getComputedStyle(el).outlineStyle") == "solid"
    page.keyboard.press("Space", delay=150)
    happens(stage, "feel", "read-short", "bea", start)


TOUCH = """([down, ids]) => {
  for (const [id, button] of ids) {
    const el = document.querySelector(`.press.${button}`);
    el.setPointerCapture = () => {};
    const about = { pointerId: id, pointerType: "touch", isPrimary: id === 11, bubbles: true };
    el.dispatchEvent(new PointerEvent(down, about));
  }
}"""


def test_two_fingers_are_a_silent_chord(page: Page, stage: Stage) -> None:
    start = len(stage.feed)
    page.evaluate(TOUCH, ["pointerdown", [[11, "a"], [12, "d"]]])
    expect(page.locator("#device")).to_have_class("device down-a down-d", timeout=2_000)
    happens(stage, "log", "duress", "bea", start)
    page.evaluate(TOUCH, ["pointercancel", [[11, "a"], [12, "d"]]])
    happens(stage, "feel", "read-short", "bea", start)
    felt = {item.what for item in stage.feed.all(start) if item.source == "feel"}
    assert not felt & {"stored", "hub-has-it", "read-hold"}, "nothing that A once is not"


def test_no_power_is_seen_and_a_closed_page_opens_on_the_same_world(page: Page) -> None:
    page.get_by_role("button", name="Cut power").click()
    expect(page.locator("#device .dead")).to_be_visible()
    page.reload()
    expect(page.locator("#device .dead")).to_be_visible()
    page.get_by_role("button", name="Power on").click()
    expect(page.locator("#device .dead")).to_be_hidden()


def test_a_phone_has_room_for_all_of_it(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    small = page.eval_on_selector_all(
        "button, .jump a, summary",
        "els => els.filter(e => e.offsetParent && (e.offsetHeight < 24 || e.offsetWidth < 24))"
        ".map(e => e.outerHTML)",
    )
    assert small == [], "WCAG 2.5.8: at least 24 px"
