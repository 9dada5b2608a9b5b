"""The caseworker's card as a printer gets it: one page, nothing cut off, nothing too small."""

import pytest
from playwright.sync_api import Browser, Page

from tests.firmware.pendant_card import CARD

pytestmark = pytest.mark.browser

SMALLEST_PT = 9.0
FOLD_MM = 5.0  # of paper that is left at each edge and fold
OVERFLOWS = """
() => [...document.querySelectorAll('.panel')].map(panel => {
  const edge = panel.getBoundingClientRect();
  const inner = [...panel.querySelectorAll('*')].map(each => each.getBoundingClientRect());
  const mm = 96 / 25.4;
  return Math.min(...inner.map(box => Math.min(
    box.left - edge.left, edge.right - box.right, edge.bottom - box.bottom, box.top - edge.top
  ))) / mm;
})
"""
SIZES = """
() => [...document.querySelectorAll('body *')]
  .filter(each => !each.closest('svg') && [...each.childNodes].some(
    node => node.nodeType === 3 && node.textContent.trim()))
  .map(each => parseFloat(getComputedStyle(each).fontSize) * 72 / 96)
"""


@pytest.fixture
def card(chromium: Browser) -> Page:
    page = chromium.new_page()
    page.goto(CARD.as_uri())
    page.emulate_media(media="print")
    return page


def test_it_prints_on_one_page_of_a4(card: Page) -> None:
    printed = card.pdf(prefer_css_page_size=True, print_background=True)
    assert printed.count(b"/Type /Page\n") == 1
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed


@pytest.mark.parametrize("font", ["Card, Wide", "Wide, Card"])
def test_nothing_reaches_an_edge_or_a_fold(card: Page, font: str) -> None:
    """Whichever of its fonts the machine has."""
    card.add_style_tag(content=f"body {{ font-family: {font}, sans-serif }}")
    card.evaluate("document.fonts.ready")
    room = card.evaluate(OVERFLOWS)
    assert len(room) == 4
    assert min(room) >= FOLD_MM, room


def test_nothing_is_too_small_to_read(card: Page) -> None:
    sizes = card.evaluate(SIZES)
    assert len(sizes) > 50
    assert min(sizes) >= SMALLEST_PT


def test_it_says_itself_to_who_cannot_see_it(card: Page) -> None:
    unnamed = card.locator("svg:not([aria-label])").count()
    assert unnamed == 0
    assert card.get_by_role("img", name="short long long long long short").count() == 1
