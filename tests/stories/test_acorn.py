"""Acorn's variant of Derbyshire's guidance: always in pairs, records per pupil."""

from hub.rules.prompting import instructions
from tests.shipped import policy_of
from tests.stories.telling import story
from tests.stories.world import World, ms

ACORN = "acorn-partnership"


def in_pairs(world: World, **facts: str | int | bool) -> None:
    world.plan(workers="kim,lee", **facts)
    world.command("check_risk", "olive")
    for worker in ("kim", "lee"):
        world.let_in("olive", worker)


@story("DC-pairs", policy=ACORN, proves=("gate:pairs",))
def test_two_always_go_together(world: World) -> None:
    refused = world.try_plan()
    assert (refused.clause, refused.visit) == (("DC-pairs",), None)
    assert [part.worker for part in world.plan(workers="kim,lee").parts] == ["kim", "lee"]
    world.plan(kind="site", client="")  # of home visits only: the school is not one


@story("DC-pairs", policy=ACORN, proves=("gate:pairs",))
def test_each_of_a_pair_is_accounted_for(world: World) -> None:
    assert world.try_plan(workers="lee").refused
    in_pairs(world, concern=True)
    world.command("confirm_departure", "olive", "lee", then="next")
    assert world.visit_now().phase == "inside"
    world.fast_forward("1 h")
    world.expect_page("monitor", "finish_missed")
    assert world.alarm("finish_missed").worker == "kim"
    world.refuse("record_contact", "lee", "kim", means="in-person", reached=True)
    with world.letting_ring("finish_missed"):
        world.fast_forward("10 min")
    world.expect_page("manager", "manager_now")


@story("DC-pairs", policy=ACORN, proves=("instruction:pupil-folder", "register:assessment"))
def test_records_are_kept_per_pupil(world: World) -> None:
    in_pairs(world)
    moment = "command:confirm_departure"
    said = instructions(world.policy, moment, world.visit_now(), world.part())
    assert any("one record for each pupil" in row.text for row in said)
    kept = world.policy.register.get("assessment")
    assert kept is not None
    assert "per pupil" in kept.text


def test_everything_else_is_derbyshires() -> None:
    base, own = policy_of("derbyshire-childrens-services"), policy_of(ACORN)
    assert own.timers == base.timers
    assert own.tasks == base.tasks
    assert own.timer["finish-manager"].wait_ms == ms("10 min")
