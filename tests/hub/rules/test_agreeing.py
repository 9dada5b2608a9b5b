"""What is agreed and looked up about a visit: who may say it, and that it only ever tightens."""

from dataclasses import replace

import pytest

from hub.policy.model import Level
from hub.rules import agreeing
from hub.rules import visit as visit_rules
from hub.rules.directory import Directory
from hub.rules.effects import Decision
from hub.rules.model import Event, Value, Visit
from tests.stories.world import NINE, World, ms


def say(world: World, kind: str, by: str = "tess", **data: Value) -> Decision:
    visit = world.visit_now()
    event = Event(kind, world.now_ms, by=by, visit=visit.id, data=data)
    return visit_rules.decide(world.policy, visit, event, world.now_ms, world.directory)


def rebased(world: World, visit: Visit, **terms: object) -> Decision:
    event = Event("rebase", world.now_ms, by="max", visit=visit.id, data={"note": "agreed"})
    today = replace(world.policy, **terms)  # type: ignore[arg-type]  # fields by name
    return agreeing.rebase(today, visit, event, world.directory)


@pytest.mark.clause("HM-4.1.2")
def test_nobody_agrees_with_a_tracker_who_is_not_named() -> None:
    world = World()
    world.plan(tracker="")
    assert "Name the tracker first" in say(world, "agree_tracking", "olive").refused


@pytest.mark.clause("HM-4.1.2")
def test_of_a_pair_only_who_still_goes_is_asked_about() -> None:
    world = World()
    world.plan(workers="kim,lee", concern=True, remote_tracker=True)
    visit = world.visit_now()
    over = replace(visit.parts[1], phase="cancelled")
    world.visit = replace(visit, parts=(visit.parts[0], over))
    done = say(world, "agree_tracking").visit
    assert done is not None
    assert ["tracker_agreed" in part.anchors for part in done.parts] == [True, False]
    world.visit = done
    with world.letting_ring("arrival_unconfirmed"):
        world.press("a-short")
    world.command("confirm_arrival", "tess", "kim", place="1 Some Street", name="A Client")


@pytest.mark.clause("DC-unplanned", "DC-risk")
def test_a_risk_found_inside_starts_the_call_backs_of_the_severer_level() -> None:
    world = World()
    world.plan(end="2 h")
    world.let_in()
    world.fast_forward("5 min")
    before = {each.timer for each in visit_rules.deadlines(world.policy, world.visit_now())}
    world.command("check_risk", found="risk_flag")
    after = {each.timer: each.due_ms for each in
             visit_rules.deadlines(world.policy, world.visit_now())}  # fmt: skip
    assert "call-back" not in before
    assert after["call-back"] == NINE + ms("20 min")


@pytest.mark.clause("DC-risk")
def test_a_further_ground_for_the_same_level_stands_beside_the_first() -> None:
    world = World()
    assert len(world.plan(concern=True).level_reasons) == 1
    world.command("check_risk", found="risk_flag")
    visit = world.visit_now()
    assert (visit.level, len(visit.level_reasons)) == ("enhanced", 2)


@pytest.mark.clause("DC-risk")
def test_what_was_found_is_a_known_flag_or_nothing() -> None:
    world = World()
    world.plan()
    for wrong in ("dog", "risk_flag,dog", "contact"):
        assert "some of first_meeting" in say(world, "check_risk", found=wrong).refused
    done = say(world, "check_risk", found="")
    assert done.visit is not None
    assert (done.visit.level, done.visit.parts[0].facts) == ("standard", ("risk_checked",))
    assert done.reason == "her risks were looked up: nothing found"
    assert done.clause == ("DC-unplanned", "DC-risk")


def test_a_level_that_todays_procedure_does_not_have_is_chosen_again() -> None:
    world = World()
    old = replace(world.plan(), terms="older@1:0", level="amber")
    new = rebased(world, old).visit
    assert new is not None
    assert (new.level, new.version) == ("standard", old.version + 1)


def test_a_severer_level_stays_and_a_milder_one_gives_way() -> None:
    world = World()
    old = replace(world.plan(concern=True), terms="older@1:0")
    assert old.level == "enhanced"
    milder = rebased(world, old, choices=()).visit
    assert milder is not None
    assert (milder.level, milder.level_reasons) == ("enhanced", old.level_reasons)
    levels = (*world.policy.levels, Level("red", "Red"))
    concern = replace(world.policy.choices[-1], level="red", when=("concern",), unless=())
    severer = rebased(world, old, levels=levels, choices=(concern,)).visit
    assert severer is not None
    assert severer.level == "red"


@pytest.mark.parametrize("phase", ["planned", "at-door", "inside", "leaving", "to-base"])
def test_after_a_rebase_there_is_still_a_deadline_that_reaches_a_person(phase: str) -> None:
    """P5: also where the old procedure's timers have fired and are gone."""
    world = World()
    old = world.plan()
    part = replace(old.parts[0], phase=phase, fired=(("gone", NINE),))
    new = rebased(world, replace(old, terms="older@1:0", parts=(part,))).visit
    assert new is not None
    due = visit_rules.deadlines(world.policy, new)
    assert any(world.policy.timer[each.timer].action == "raise" for each in due)


def test_what_is_over_or_of_today_already_is_not_rebased() -> None:
    world = World()
    visit = world.plan()
    assert "already" in rebased(world, visit).refused
    world.command("cancel", note="ill")
    ended = replace(world.visit_now(), terms="older@1:0")
    assert "cancelled" in rebased(world, ended).refused
    nobody = Event("rebase", NINE, data={"note": "x"})
    assert agreeing.rebase(world.policy, visit, nobody, Directory()).refused
