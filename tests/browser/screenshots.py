"""Takes docs/screenshots from a busy morning: `python -m tests.browser.screenshots [folder]`.

Rule: nothing on them is drawn: the real engine lived through the morning, the real pages show it.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from hub.store.genesis import REAL
from protocol.messages import Beat, Duress, SosPressed
from tests.browser.conftest import launch, log_in
from tests.conftest import find_part
from tests.hub.web.house import House, served
from tests.hub.web.morning import CHARGE, OPENS_MS, Morning

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
DESK, PHONE, WALL = (1280, 900), (390, 844), (1920, 1080)
SINCE_SOS_MS = 41_000


def played(folder: Path) -> tuple[House, Morning]:
    house = House(folder, REAL, OPENS_MS)
    morning = Morning(house)
    morning.play()
    return house, morning


def sos(morning: Morning) -> str:
    house = morning.house
    morning.send("asha", SosPressed, gesture="sos-hold", phase="inside")
    house.clock.advance(SINCE_SOS_MS)
    beats(morning)
    return house.alarm("sos").id


def beats(morning: Morning) -> None:
    for worker in sorted(morning.out):
        charge = CHARGE[worker]
        morning.send(worker, Beat, battery_pct=charge, signal_pct=70, dropped=0, open=[])
    morning.settle()


def take(browser: Browser, url: str, path: str, file: Path, size: tuple[int, int], scheme: str,
         whole: bool = True) -> None:  # fmt: skip
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    log_in(page, url)
    page.goto(url + path)
    page.wait_for_selector("button.sound:not([hidden])")
    page.screenshot(path=str(file), full_page=whole)
    context.close()
    sys.stdout.write(f"{file.name}\n")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chromium = find_part("chromium")
    if chromium is None:
        sys.exit("needs chromium, which was not found")
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        house, morning = played(Path(made))
        browser = launch(playwright, chromium)
        with served(house) as url:
            take(browser, url, "/", folder / "board-calm-desk-light.png", DESK, "light")
            alarm = sos(morning)
            marek, lena = morning.visits["marek"], morning.visits["lena"]
            shots = (
                ("/", "board-desk-light", DESK, "light"),
                ("/", "board-desk-dark", DESK, "dark"),
                ("/", "board-phone-light", PHONE, "light"),
                ("/", "board-phone-dark", PHONE, "dark"),
                ("/wall", "board-wall", WALL, "light"),
                (f"/visits/{lena}?do=confirm_arrival", "visit-at-door-desk-light", DESK, "light"),
                (f"/visits/{marek}", "visit-call-back-desk-dark", DESK, "dark"),
                (f"/visits/{lena}?do=confirm_arrival", "visit-at-door-phone-light", PHONE, "light"),
                (f"/alarms/{alarm}/999", "read-to-999-desk-light", DESK, "light"),
            )
            for path, name, size, scheme in shots:
                whole = size is not PHONE or not name.startswith("board")
                take(browser, url, path, folder / f"{name}.png", size, scheme, whole)
            morning.send("joan", Duress, gesture="chord", phase="inside")
            silent = house.alarm("duress").id
            take(browser, url, f"/alarms/{silent}", folder / "alarm-silent-desk-light.png", DESK,
                 "light")  # fmt: skip
        browser.close()
        house.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
