"""Who tried to reach her, by which means, with what result: only speech with her is contact."""

import pytest

from hub.rules.kinds import RESULTS
from hub.rules.prompting import next_means
from tests.stories.telling import story
from tests.stories.world import NINE, World, ms


def _inside(world: World) -> None:
    world.plan()
    world.let_in()
    world.fast_forward("30 min")


@pytest.mark.parametrize("result", sorted(set(RESULTS) - {"spoke"}))
def test_what_is_no_speech_with_her_is_no_contact(world: World, result: str) -> None:
    _inside(world)
    spoken_ms = world.part().anchors["contact"]
    world.command("record_contact", means="work-mobile", result=result, note="tried")
    part = world.part()
    tried = part.attempts[-1]
    assert (tried.by, tried.means, tried.result, tried.reached) == (
        "tess", "work-mobile", result, False,
    )  # fmt: skip
    assert tried.at_ms == part.anchors["attempt"] == world.now_ms
    assert part.anchors["contact"] == spoken_ms
    world.fast_forward("30 min")
    world.expect_page("tracker", "finish_missed")
    world.refuse("record_contact", means="work-mobile", reached=True, result=result)


def test_speech_is_contact_and_the_failed_tries_count_no_more(world: World) -> None:
    _inside(world)
    world.command("record_contact", means="client-landline", result="somebody-else")
    world.command("record_contact", means="own-mobile", result="spoke")
    part = world.part()
    assert ("attempt" in part.anchors, part.anchors["contact"]) == (False, world.now_ms)
    assert [(each.means, each.result) for each in part.attempts] == [("own-mobile", "spoke")]


def test_a_result_that_nobody_knows_is_refused(world: World) -> None:
    _inside(world)
    said = world.refuse("record_contact", means="work-mobile", result="perhaps")
    assert "answerphone" in said.refused
    world.refuse("record_contact", "kim", means="work-mobile", result="no-answer")


def test_an_attempt_on_an_alarm_is_told_apart_in_the_same_way(world: World) -> None:
    _inside(world)
    world.press("sos-hold")
    world.expect_page("office", "sos")
    with world.letting_ring("sos", "task_due"):
        world.refuse("record_contact", alarm="sos", means="work-mobile", reached=True,
                     result="answerphone")  # fmt: skip
        world.command("record_contact", alarm="sos", means="work-mobile", result="no-answer")
        world.command("record_contact", alarm="sos", means="own-mobile", result="spoke")
    found = [(each.result, each.reached) for each in world.alarm("sos").attempts]
    assert found == [("no-answer", False), ("spoke", True)]
    world.expect_alarms("sos")


@story("HM-3.6", "HM-4.2.4", proves=("contact:order",))
def test_the_next_line_is_one_that_was_not_tried(world: World) -> None:
    _inside(world)
    seen = []
    for _ in range(4):
        lines = next_means(world.policy, world.part())
        assert lines, "no line is left to try"
        means = lines[0]
        seen.append(means)
        world.command("record_contact", means=means, result="no-answer")
    assert seen == ["work-mobile", "client-mobile", "client-landline", "own-mobile"]


def test_her_own_mobile_is_a_line_only_with_her_consent(world: World) -> None:
    _inside(world)
    assert "own-mobile" in next_means(world.policy, world.part())
    assert "own-mobile" not in next_means(world.policy, world.part(), own_mobile=False)
    for means in ("work-mobile", "client-mobile", "client-landline"):
        world.command("record_contact", means=means, result="no-answer")
    left = next_means(world.policy, world.part(), own_mobile=False)
    assert left == ("work-mobile", "client-mobile", "client-landline")


@story("HM-3.4", proves=("timer:finish-manager",))
def test_the_clock_goes_on_though_nobody_has_tried(world: World) -> None:
    world.plan()
    world.let_in()
    with world.letting_ring("finish_missed"):
        world.fast_forward("70 min")
    world.expect_page("duty-manager", "manager_now")
    assert world.alarm("manager_now").raised_ms == NINE + ms("70 min")
