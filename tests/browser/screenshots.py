"""Takes docs/screenshots from a busy morning: `python -m tests.browser.screenshots [folder]`.

Rule: nothing on them is drawn: the real engine lived through the morning, the real pages show it.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from hub.store.genesis import REAL
from protocol.messages import Beat, Duress, NoAnswer, SosPressed
from tests.browser.conftest import launch, log_in
from tests.conftest import find_part
from tests.hub.web.house import House
from tests.hub.web.morning import CHARGE, OPENS_MS, Morning
from tests.hub.web.street import served

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
        morning.send(worker, Beat, battery_pct=charge, signal_pct=70, dropped=0, refused=0, open=[])
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


Shot = tuple[str, str, tuple[int, int], str]  # path, name, size, scheme


def shoot(browser: Browser, url: str, folder: Path, shots: tuple[Shot, ...]) -> None:
    for path, name, size, scheme in shots:
        # Boards on a phone, and a paper of many pages, as they first meet the eye.
        whole = not (size is PHONE and name.startswith("board")) and "procedure" not in name
        take(browser, url, path, folder / f"{name}.png", size, scheme, whole)


def busy_morning(browser: Browser, made: Path, folder: Path) -> None:
    """The Homemaker's procedure, from a calm board to an SOS and a silent press."""
    house, morning = played(made)
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
            (f"/visits/{marek}?do=record_contact", "visit-call-back-desk-dark", DESK, "dark"),
            (f"/visits/{lena}?do=confirm_arrival", "visit-at-door-phone-light", PHONE, "light"),
            (f"/alarms/{alarm}", "alarm-tasks-desk-light", DESK, "light"),
            (f"/alarms/{alarm}/999", "read-to-999-desk-light", DESK, "light"),
            ("/plan", "plan-desk-light", DESK, "light"),
            ("/plan?kind=unplanned", "plan-unplanned-phone-light", PHONE, "light"),
            ("/week/lena", "week-desk-light", DESK, "light"),
            ("/policy", "procedure-desk-light", DESK, "light"),
        )
        shoot(browser, url, folder, shots)
        morning.send("joan", Duress, gesture="chord", phase="inside")
        silent = house.alarm("duress").id
        shoot(browser, url, folder,
              ((f"/alarms/{silent}", "alarm-silent-desk-light", DESK, "light"),))  # fmt: skip
    house.close()


def suttons_call(browser: Browser, made: Path, folder: Path) -> None:
    """Sutton's: the script of a call that somebody may hear, who is away, registers, a drill."""
    house = House(made, REAL, policy="sutton-cypl")
    house.furnish()
    visit = house.inside()
    house.plan("marek", "c04", in_min=60, then="home")
    house.record("ben", "absence", "write", about="ruth", sort="course", first_day="2026-11-24",
                 back_on="2026-11-25")  # fmt: skip
    incident = house.record("ben", "incident", "write", what="A dog bit her in the hall",
                            happened="2026-11-23", worker="asha", near_miss=True)  # fmt: skip
    house.ask("record_contact", "ben", visit=visit, means="work-mobile", reached=False,
              result="no-answer")  # fmt: skip
    with served(house) as url:
        script = "/call/asha?script=we-call&heard=no"
        shots = (
            ("/", "board-letters-desk-light", DESK, "light"),
            (script, "call-script-desk-light", DESK, "light"),
            (script, "call-script-phone-dark", PHONE, "dark"),
            ("/call", "who-calls-phone-light", PHONE, "light"),
            ("/registers", "registers-desk-light", DESK, "light"),
            (f"/records/{incident}", "incident-desk-dark", DESK, "dark"),
        )
        shoot(browser, url, folder, shots)
        house.ask("start_drill", "ruth", drill="call", person="marek")
        shoot(browser, url, folder, (("/drills", "drill-desk-light", DESK, "light"),))
    house.close()


def nobody_opens(browser: Browser, made: Path, folder: Path) -> None:
    """Carers Trust's: which of three cases it is, and whom to reach."""
    house = House(made, REAL, policy="carers-trust-d06b")
    house.furnish()
    for sort, name, number in (
        ("family", "Her daughter", "01392 555777"),
        ("authority", "Social services", "01392 555888"),
        ("agency", "District nurses", "01392 555222"),
    ):
        house.record("ben", "contact", "write", about="c17", sort=sort, name=name, number=number)
    house.plan()
    house.advance(5)
    house.press(NoAnswer, gesture="d-double", phase="at-door")
    with served(house) as url:
        alarm = house.alarm("no_answer").id
        shots = (
            (f"/alarms/{alarm}", "alarm-cases-desk-light", DESK, "light"),
            (f"/alarms/{alarm}", "alarm-cases-phone-light", PHONE, "light"),
        )
        shoot(browser, url, folder, shots)
    house.close()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chromium = find_part("chromium")
    if chromium is None:
        sys.exit("needs chromium, which was not found")
    with sync_playwright() as playwright:
        browser = launch(playwright, chromium)
        for play in (busy_morning, suttons_call, nobody_opens):
            with tempfile.TemporaryDirectory() as made:
                play(browser, Path(made), folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
