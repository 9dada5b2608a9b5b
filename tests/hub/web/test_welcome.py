"""The first way in: a one-time link, the page behind it, and nothing left of it afterwards."""

import re
from collections.abc import Callable

import pytest

from hub.web.asking import COOKIE
from hub.web.passwords import PASSWORD_MAX
from tests.hub.web.house import Browser, House

CHOSEN = "three herons in Topsham"


def link(house: House, person: str = "ben") -> str:
    return f"/welcome/{house.app.state.desk.invitations.make(person)}"


def choose(browser: Browser, page: str, password: str = CHOSEN, again: str = "") -> int:
    """What a browser would send from the page that it has loaded."""
    text = browser.get(page).text
    assert f'action="{page}"' in text
    fields = {"password": password, "again": again or password}
    return browser.client.post(page, data=fields).status_code


def test_she_chooses_her_password_is_in_and_logs_in_with_it_from_then_on(
    house: House, browser: Callable[[], Browser]
) -> None:
    page, newcomer = link(house), browser()
    text = newcomer.get(page).text
    assert "Welcome, Ben Okafor" in text
    assert "log in as <strong>ben</strong>" in text
    assert choose(newcomer, page) == 303
    assert COOKIE in newcomer.client.cookies
    assert newcomer.get("/").status_code == 200
    browser().log_in("ben", CHOSEN)


def test_the_link_works_once(house: House, browser: Callable[[], Browser]) -> None:
    page, newcomer, second = link(house), browser(), browser()
    assert choose(newcomer, page) == 303
    assert second.get(page).status_code == 410
    answer = second.client.post(page, data={"password": "another long one", "again": "x"})
    assert answer.status_code == 410
    assert "allswell invite PERSON" in answer.text
    browser().log_in("ben", CHOSEN)


def test_looking_at_it_ten_times_uses_nothing_up(
    house: House, browser: Callable[[], Browser]
) -> None:
    page, previews = link(house), browser()
    assert {previews.get(page).status_code for _ in range(10)} == {200}
    assert choose(browser(), page) == 303


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "10 characters or more"),
        ("x" * (PASSWORD_MAX + 1), "x" * (PASSWORD_MAX + 1), "at most"),
        (CHOSEN, CHOSEN + "!", "not the same"),
        ("Ben Okafor", "Ben Okafor", "That is her name"),
        ("", "", "10 characters or more"),
    ],
)
def test_an_unfit_password_is_told_and_the_link_still_works(
    house: House, browser: Callable[[], Browser], password: str, again: str, said: str
) -> None:
    page, newcomer = link(house), browser()
    answer = newcomer.client.post(page, data={"password": password, "again": again})
    assert answer.status_code == 400
    assert said in answer.text
    assert not password or f'value="{password}"' not in answer.text
    assert choose(newcomer, page) == 303


def test_whoever_was_in_by_the_old_password_is_out(
    house: House, ben: Browser, ruth: Browser, browser: Callable[[], Browser]
) -> None:
    assert ben.get("/").status_code == 200
    assert choose(browser(), link(house)) == 303
    assert ben.get("/").status_code == 303
    assert ruth.get("/").status_code == 200


def test_a_stuck_engine_gives_the_link_back_and_says_so(
    house: House, browser: Callable[[], Browser]
) -> None:
    page, newcomer = link(house), browser()
    house.app.state.desk.ask_s = 0.2
    house.stick()
    assert choose(newcomer, page) == 503
    assert newcomer.get(page).status_code == 200


@pytest.mark.parametrize("person", ["ghost", ""])
def test_a_link_for_nobody_opens_nothing(
    house: House, browser: Callable[[], Browser], person: str
) -> None:
    assert browser().get(link(house, person)).status_code == 410


def test_a_link_for_somebody_who_has_left_opens_nothing(
    house: House, browser: Callable[[], Browser]
) -> None:
    page = link(house)
    house.ask("add_person", "", id="ben", active=False)
    assert browser().get(page).status_code == 410
    answer = browser().client.post(page, data={"password": CHOSEN, "again": CHOSEN})
    assert answer.status_code == 410


def test_neither_password_nor_link_lands_in_the_log(
    house: House, browser: Callable[[], Browser]
) -> None:
    page = link(house)
    assert choose(browser(), page) == 303
    said = str(house.store.all("SELECT * FROM log"))
    assert "set_password" in said
    said += str(house.store.all("SELECT * FROM payload"))
    token = page.rpartition("/")[2]
    assert CHOSEN not in said
    assert token not in said
    assert "argon2" not in said


def test_the_page_says_how_to_be_kept_by_a_password_store(
    house: House, browser: Callable[[], Browser]
) -> None:
    text = browser().get(link(house)).text
    assert len(re.findall('autocomplete="new-password"', text)) == 2
    assert 'autocomplete="username"' in text
