"""Pockets and hands, read by the firmware's gestures: the figures, and what would worsen them."""

import re
from pathlib import Path

import pytest

from firmware.pendant import gestures, sos
from simulator.bench import hands as bench
from simulator.hands.__main__ import ATTEMPTS, HOURS, placed, tables
from simulator.hands.fear import STYLES
from simulator.hands.measure import CHANGES, changed, fear, fears, pocket, pockets, read
from simulator.hands.places import PLACES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "pendant.md"
KEYS, SITTING = PLACES[0], PLACES[2]


def test_no_style_of_calling_goes_unheard_but_gloves_that_miss_the_button() -> None:
    for found in fears(200):
        if found.style == "gloved":
            assert found.unheard <= found.missed <= 0.1 * found.attempts
        else:
            assert found.unheard == 0, found
            assert found.missed <= 0.02 * found.attempts, found


def test_a_hand_that_slips_is_why_a_gap_does_not_end_a_hold() -> None:
    shipped = fear("slipping", 200)
    with changed("a gap ends a hold"):
        worse = fear("slipping", 200)
    assert worse.missed > 50 + shipped.missed


def test_what_leans_on_d_is_why_a_hold_has_a_limit() -> None:
    shipped = pocket(SITTING, 100)
    with changed("no limit to a hold"):
        worse = pocket(SITTING, 100)
    assert worse.read["d-hold"] > 1.5 * shipped.read["d-hold"]
    assert worse.sos == shipped.sos


def test_keys_are_why_a_stab_has_a_length() -> None:
    shipped = pocket(KEYS, 200)
    with changed("a stab of any length"):
        worse = pocket(KEYS, 200)
    assert worse.sos > shipped.sos > 0, "a model in which nothing goes wrong measures nothing"


def test_a_change_is_taken_back_also_after_a_fault() -> None:
    before = (sos.BRIDGE_MS, sos.STAB_MS, gestures.LONG_MS)
    for name in ("", *CHANGES):
        with pytest.raises(ZeroDivisionError), changed(name):
            raise ZeroDivisionError
    assert (sos.BRIDGE_MS, sos.STAB_MS, gestures.LONG_MS) == before


def test_gestures_are_read_with_their_moment() -> None:
    assert read([(100, "s", True), (2200, "s", False)], 9000) == [("sos-hold", 2200)]
    assert read([], 1000) == []


def test_the_page_has_a_row_with_intervals_for_each_place_style_and_change() -> None:
    made = tables(2, 5)
    page = PAGE.read_text(encoding="utf-8")
    for mark, table in made.items():
        shown = page.split(f"<!-- {mark} -->")[1].split(f"<!-- /{mark} -->")[0].strip()
        figure = re.compile(r"[\d.]+ (% )?\([\d.]+ to [\d.]+\)")
        assert figure.sub("#", shown) == figure.sub("#", table), "python -m simulator.hands --write"
    assert placed(page, {}) == page
    assert all(place.name in page for place in PLACES)
    assert all(means in page for means, *_ in STYLES.values())


@pytest.mark.soak
def test_the_page_has_what_is_measured_to_the_digit() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert placed(page, tables(HOURS, ATTEMPTS)) == page


def test_the_bench_tells_false_and_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "HOURS", 20)
    monkeypatch.setattr(bench, "ATTEMPTS", 20)
    figures = bench.run()
    expected = sum(one.sos for one in pockets(20)) * 50
    assert sum(figures[f"false_sos_{place.name}_per_1000_h"] for place in PLACES) == expected
    assert figures["unheard_sos_pct"] <= figures["missed_sos_pct"] <= 5
