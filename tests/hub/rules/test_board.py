"""What the whereabouts board shows of her: which letters are still to be earned, and by whom she is
tracked (HM-2.6, HM-2.7)."""

from dataclasses import replace

import pytest

from hub.rules.board import Line, line
from hub.rules.model import Mark, Visit
from tests.shipped import policy_of
from tests.stories.world import NINE, World, ms

SUTTON = policy_of("sutton-cypl")


def shown(visit: Visit, policy_id: str = "homemaker-exeter") -> Line:
    return line(policy_of(policy_id), visit, visit.parts[0])


def planned(**more: str | int | bool) -> Visit:
    return World().plan(**more)


@pytest.mark.clause("HM-2.6", "HM-3.2")
def test_the_letters_that_a_visit_has_still_to_earn() -> None:
    for more, awaited in (
        ({}, ("A", "D")),
        ({"then": "home"}, ("A", "D", "NR")),
        ({"then": "next"}, ("A", "D")),
        ({"concern": True}, ("A", "T", "D")),
    ):
        assert shown(planned(**more)).awaited == awaited, more
    visit = planned(concern=True)
    stood_down = replace(visit.parts[0], stood_down=True)
    assert shown(replace(visit, parts=(stood_down,))).awaited == ("A", "D")
    earned = replace(visit.parts[0], marks=(Mark("A", NINE, "tess"),))
    assert shown(replace(visit, parts=(earned,))).awaited == ("T", "D")
    assert shown(replace(visit, parts=(earned,))).marks == earned.marks
    assert shown(replace(visit, level="no-such-level")).awaited == ("A", "D")


@pytest.mark.clause("SU-board")
def test_the_letters_of_a_home_visit_a_venue_a_building_and_a_day() -> None:
    letters = SUTTON.letter_for
    visit = replace(planned(), level=SUTTON.levels[0].id)
    home = (letters["home_visit"], letters["confirm_arrival"], letters["confirm_departure"])
    back = (letters["returning"],)
    assert shown(visit, SUTTON.id).awaited == home + back
    assert shown(replace(visit, then="next"), SUTTON.id).awaited == home
    assert shown(replace(visit, then="home"), SUTTON.id).awaited == (
        *home,
        letters["not_returning"],
    )
    assert shown(replace(visit, venue="Court"), SUTTON.id).awaited == home[1:] + back
    for kind in ("site", "meeting"):
        assert shown(replace(visit, kind=kind), SUTTON.id).awaited == home[1:], kind
    assert shown(replace(visit, kind="day"), SUTTON.id).awaited == back


@pytest.mark.clause("HM-2.7")
def test_red_and_the_trackers_initials_go_together() -> None:
    for more, name, red, tracker in (
        ({}, "Standard tracking", False, ""),
        ({"concern": True}, "Enhanced tracking", True, "tess"),
    ):
        seen = shown(planned(**more))
        assert (seen.level, seen.red, seen.tracker) == (name, red, tracker)
    unknown = shown(replace(planned(), level="amber"))
    assert (unknown.level, unknown.red, unknown.tracker) == ("amber", False, "")


def test_times_and_claims_are_hers() -> None:
    world = World()
    world.plan(then="home")
    world.press("a-short")
    world.command("confirm_arrival", place="1 Some Street", name="A Client",
                  end_ms=NINE + ms("2 h"))  # fmt: skip
    world.press("d-short")
    seen = shown(world.visit_now())
    assert (seen.worker, seen.area, seen.not_returning) == ("kim", "Exmouth", True)
    assert (seen.from_ms, seen.until_ms) == (NINE, NINE + ms("2 h"))
    assert seen.claims == world.part().claims
    assert not shown(planned()).not_returning
    bare = replace(planned().parts[0], anchors={})
    assert shown(replace(planned(), parts=(bare,))).until_ms == NINE + ms("1 h")
