"""A real Chromium over a real hub: a fresh profile for each test, no background traffic."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.hub.web.conftest import house, street, url
from tests.hub.web.house import PASSWORD

# The fixtures of the pages' tests serve here too.
__all__ = ["chromium", "house", "log_in", "street", "url"]

# Headless and quiet: it runs in containers, and speaks to nobody but the hub.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def launch(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS), headless=True)


def log_in(page: Page, url: str, login: str = "ben", password: str = PASSWORD) -> None:
    """As a person does."""
    page.goto(f"{url}/login")
    page.fill("#name", login)
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_selector("#top")


# Not for the session: its event loop would stand in the way of every asyncio test after it.
@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright, chromium_path)
        yield browser
        browser.close()
