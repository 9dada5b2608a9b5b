"""From the thumb to the thumb: the real firmware, broker, hub and browser, with nothing in between.

An SOS pressed on a MicroPython pendant appears on a board that is not reloaded, is taken and ended
by keyboard, and the pendant feels each step.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.live.hub import PASSWORD
from simulator.live.scenario import WORLDS
from simulator.live.stage import Stage
from tests.browser.conftest import log_in
from tests.conftest import need

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.micropython]
PATIENCE_MS = 20_000
PATIENCE_S = PATIENCE_MS / 1000


@pytest.fixture
def stage() -> Iterator[Stage]:
    need("mosquitto")
    need("micropython")
    with Stage(WORLDS / "exeter.toml", ["bea"], 1) as made:
        yield made


def in_time() -> Callable[[], bool]:
    end = time.monotonic() + PATIENCE_S
    return lambda: time.monotonic() < end


def feels(stage: Stage, name: str) -> None:
    felt = stage.feed.await_one(
        lambda item: item.source == "feel" and item.what == name and item.who == "bea", in_time()
    )
    assert felt is not None, f"she never felt {name}: {stage.feed.all()}"


def take(page: Page) -> None:
    """Alt+A puts the cursor on the newest alarm's button, Enter takes it."""
    page.keyboard.press("Alt+KeyA")
    expect(page.get_by_role("button", name="I have it")).to_be_focused()
    page.keyboard.press("Enter")


def test_an_sos_is_seen_taken_and_ended_and_she_feels_it_all(
    stage: Stage, chromium: Browser
) -> None:
    up = stage.feed.await_one(lambda item: item.source == "link" and item.what == "up", in_time())
    assert up is not None
    page = chromium.new_page()
    try:
        log_in(page, stage.hub.url, "maria", PASSWORD)
        page.evaluate("window.sameDocument = true")
        stage.pendants["bea"].press("sos-stabs")
        feels(stage, "stored")
        feels(stage, "hub-has-it")
        banner = page.locator("section.alarm.loud")
        expect(banner).to_contain_text("SOS, Bea Okoye", timeout=PATIENCE_MS)
        assert page.evaluate("window.sameDocument") is True
        take(page)
        feels(stage, "person-has-it")
        end_it(page)
        feels(stage, "over")
        expect(page.locator("section.alarm")).to_have_count(0, timeout=PATIENCE_MS)
    finally:
        page.close()


def end_it(page: Page) -> None:
    """On the alarm's page: how it ended, and that she has spoken with her; all by keyboard."""
    page.get_by_role("link", name="Record an attempt").focus()
    page.keyboard.press("Enter")
    page.locator("summary", has_text="It is over").focus()
    page.keyboard.press("Enter")
    form = page.locator("form#resolve")
    form.locator("select").first.focus()
    page.keyboard.press("ArrowDown")
    form.locator("textarea").focus()
    page.keyboard.type("Pressed in her pocket; she is well.")
    for tick in form.locator("input[type=checkbox]").all():
        tick.focus()
        page.keyboard.press("Space")
    form.locator("button").focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state()
