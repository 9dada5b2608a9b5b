"""Somebody who must not be left alone: the relief is late, or she goes without it (CT-4.6)."""

from dataclasses import replace

from tests.stories.telling import story
from tests.stories.world import CLIENT, NINE, Value, World, ms

PLAIN = "plain"


def _with_somebody(world: World, **more: Value) -> None:
    known = replace(CLIENT, must_not_be_left=True)
    world.directory = replace(world.directory, clients={"client": known})
    world.plan(tracker="", **more)
    for part in world.visit_now().parts:
        world.let_in("olive", part.worker)


@story("CT-4.6b", proves=("timer:relief-late",), policy=PLAIN)
def test_the_relief_is_late(world: World) -> None:
    _with_somebody(world, relief_ms=NINE + ms("50 min"))
    world.fast_forward("50 min")
    world.expect_page("manager", "relief_late")
    world.contact("olive")
    world.expect_alarms("relief_late")
    world.command("relief_came", "kim")
    world.expect_alarms("relief_late")
    world.command("relief_came", "olive")
    world.expect_alarms()
    world.command("confirm_departure", "olive")
    world.expect_alarms()


@story("CT-4.6b", proves=("timer:relief-late",), policy=PLAIN)
def test_without_another_time_the_relief_is_due_at_the_finish(world: World) -> None:
    _with_somebody(world)
    with world.letting_ring("finish_missed"):
        world.fast_forward("1 h")
    world.expect_page("manager", "relief_late")


@story("CT-4.6a", proves=("on:left_alone",), policy=PLAIN)
def test_she_leaves_somebody_who_must_not_be_left_and_is_never_refused(world: World) -> None:
    _with_somebody(world)
    world.press("d-short")
    world.expect_page("manager", "left_alone")
    assert "must not be left" in world.alarm("left_alone").why
    world.fast_forward("0 s")
    world.expect_page("monitor", "departure_unconfirmed")
    assert world.part().phase == "leaving"
    world.command("confirm_departure", "olive")
    world.expect_alarms("left_alone")
    world.command("relief_came", "olive")
    world.expect_alarms()


@story("CT-4.6a", policy=PLAIN)
def test_told_by_telephone_it_raises_all_the_same(world: World) -> None:
    for gone in ("confirm_departure", "abandon"):
        _with_somebody(world)
        world.command(gone, "olive")
        world.expect_page("manager", "left_alone")
        world.command("resolve", "max", alarm="left_alone", outcome="her daughter is there")
        world.alarms.clear()


@story("CT-4.6a", policy=PLAIN)
def test_of_a_pair_the_last_one_leaves_somebody_alone(world: World) -> None:
    _with_somebody(world, workers="kim,lee")
    world.command("confirm_departure", "olive", "kim")
    world.expect_alarms()
    world.command("confirm_departure", "olive", "lee")
    world.expect_page("manager", "left_alone")


@story("CT-4.6a", policy=PLAIN)
def test_with_the_relief_there_nobody_is_left_alone(world: World) -> None:
    _with_somebody(world)
    world.command("relief_came", "olive")
    world.press("d-short")
    world.fast_forward("0 s")
    world.expect_page("monitor", "departure_unconfirmed")
    world.expect_alarms("departure_unconfirmed")
