"""Takes the panel's pictures for the docs: `python -m tests.browser.screenshots_panel [folder]`.

Rule: nothing on them is drawn for the picture: real pendants, hub and broker lived through it.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from hub.store.reader import Reader
from simulator.live.stage import Stage
from simulator.panel.serve import Panel
from tests.browser.conftest import launch
from tests.browser.screenshots import FOLDER, PHONE
from tests.conftest import find_part
from tests.simulator.panel.opened import happens, opened

DESK = (1440, 900)
PATIENCE_MS = 20_000
MILL_LANE = "Flat 3, 40 Mill Lane, Heavitree"


def at_the_door(page: Page, stage: Stage, who: str, plan: str) -> None:
    """Planned with one click; set out and arrived by the keys."""
    page.click(f".wearer[data-who={who}]")
    page.click(f"[data-act=plan][data-value={plan}]")
    happens(stage, "log", "plan_visit")
    page.keyboard.press("a", delay=150)
    happens(stage, "feel", "do-not-go-in", who)


def let_in(stage: Stage, who: str, place: str, name: str) -> None:
    reader = Reader(stage.hub.store)
    (visit,) = [
        row.visit.id for row in reader.board(stage.feed.rule_ms()).rows if row.visit.part(who)
    ]
    reader.close()
    values = {"visit": visit, "place": place, "name": name, "departure_contact": "tom"}
    assert stage.operator("tom").do("confirm_arrival", values).ok
    happens(stage, "feel", "go-in", who)


def context(browser: Browser, size: tuple[int, int], scheme: str) -> BrowserContext:
    return browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )


def shoot(page: Page, file: Path) -> None:
    """With the light on, if it shines soon."""
    page.evaluate("document.activeElement.blur()")
    page.wait_for_selector("#device.lit")
    page.screenshot(path=str(file))
    sys.stdout.write(f"{file.name}\n")


def play(browser: Browser, stage: Stage, panel: Panel, folder: Path) -> None:
    desk = context(browser, DESK, "light").new_page()
    phone = context(browser, PHONE, "dark").new_page()
    for page in (desk, phone):
        page.set_default_timeout(PATIENCE_MS)
        page.goto(panel.url)
    at_the_door(desk, stage, "dai", "usual")
    let_in(stage, "dai", MILL_LANE, "Dai Morgan")
    at_the_door(desk, stage, "bea", "close")
    phone.click(".wearer[data-who=bea]")
    desk.keyboard.down("s")
    happens(stage, "feel", "stored", "bea")
    desk.keyboard.up("s")
    banner = desk.frame_locator("#frame").locator("section.alarm.loud")
    expect(banner).to_contain_text("SOS, Bea Okoye", timeout=PATIENCE_MS)
    happens(stage, "feel", "hub-has-it", "bea")
    expect(desk.locator("#felt .name")).to_have_text("hub-has-it", timeout=PATIENCE_MS)
    shoot(desk, folder / "panel-desk-light.png")
    desk.frame_locator("#frame").get_by_role("button", name="I have it").click()
    happens(stage, "feel", "person-has-it", "bea")
    shoot(phone, folder / "panel-phone-dark.png")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chromium = find_part("chromium")
    if chromium is None:
        sys.exit("needs chromium, which was not found")
    with opened("bea", "dai", "ines") as (stage, panel), sync_playwright() as playwright:
        browser = launch(playwright, chromium)
        play(browser, stage, panel, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
