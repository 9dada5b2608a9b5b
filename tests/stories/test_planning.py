"""Who may be visited, and how closely it is watched."""

import pytest

from tests.stories.telling import story
from tests.stories.world import DIRECTORY, NINE, World


@story("HM-1.2", proves=("gate:rated-and-agreed",))
def test_no_visit_before_a_manager_has_agreed(world: World) -> None:
    for manager in ("", "olive", "kim"):
        refused = world.try_plan(manager_agreed=manager)
        assert (refused.clause, refused.visit) == (("HM-1.2",), None)
    world.plan()


@story("HM-2.2", proves=("gate:entry-complete",))
def test_the_entry_is_complete(world: World) -> None:
    for missing in ("purpose", "area", "client"):
        assert world.try_plan(rating="C2", **{missing: ""}).clause == ("HM-2.2",)
    assert world.try_plan(rating="C2", client="nobody").refused == "There is no client nobody."


@story("HM-2.3", proves=("gate:full-address",))
def test_a_map_link_is_no_address(world: World) -> None:
    refused = world.try_plan(venue="https://goo.gl/maps/abc")
    assert (refused.clause, refused.visit) == (("HM-2.3",), None)
    world.plan(venue="Jobcentre, 2 Other Street, Exeter EX2 2BB")


@story("HM-2.5", proves=("gate:start-and-end",))
def test_start_and_end_are_entered(world: World) -> None:
    assert world.try_plan(start_ms=0).clause == ("HM-2.5",)
    assert world.try_plan(start_ms=world.now_ms + 7_200_000).clause == ("HM-2.5",)


@story(
    "HM-4.0",
    proves=(
        "choose:she meets this client for the first time",
        "choose:a risk is named on the referral or the assessment form",
        "choose:the assessment form found a significant risk",
        "choose:recent violence or threats",
        "choose:she believes that there may be a risk",
    ),
)
def test_each_ground_makes_it_enhanced(world: World) -> None:
    assert world.plan().level == "standard"
    for fact in ("first_meeting", "risk_flag", "significant_risk", "recent_violence", "concern"):
        planned = world.plan(**{fact: True})
        assert planned.level == "enhanced"
        assert len(planned.level_reasons) == 1
        assert planned.level_reasons[0].endswith("(HM-4.0)")


@story("HM-4.0")
def test_a_c3_rating_lifts_the_first_meeting_ground_only(world: World) -> None:
    assert world.plan(first_meeting=True, rating="C3").level == "standard"
    assert world.plan(first_meeting=True, rating="C3", concern=True).level == "enhanced"
    assert world.plan(risk_flag=True, rating="C3").level == "enhanced"


@pytest.mark.parametrize(
    "wrong",
    [
        {"workers": ""},
        {"workers": "kim,lee,ana,bea,cat,dee,eve,fay,gil"},
        {"tracker": "kim"},
        {"end_ms": 5, "start_ms": 1},
        {"then": "pub"},
        {"coverage": "so-so"},
        {"kind": "holiday"},
        {"check_in_ms": NINE - 1},
        {"expected_back_ms": NINE + 100 * 3_600_000},
        {"relief_ms": NINE},
    ],
)
def test_what_no_policy_could_allow(world: World, wrong: dict[str, str | int]) -> None:
    refused = world.try_plan(**wrong)
    assert refused.refused
    assert refused.visit is None


def test_a_visit_knows_its_terms_its_pendants_and_its_facts(world: World) -> None:
    planned = world.plan(workers="kim, lee,kim", first_meeting=True)
    assert planned.terms == world.policy.terms_id
    assert [(part.worker, part.pendant) for part in planned.parts] == [
        ("kim", DIRECTORY.pendants["kim"]),
        ("lee", DIRECTORY.pendants["lee"]),
    ]
    assert planned.facts == ("first_meeting", "rating:C2")
