"""A visit that is cancelled or moved, and one that was broken off: who is told, what goes on."""

from dataclasses import replace

from tests.stories.telling import story
from tests.stories.world import NINE, World, ms

PLAIN = "plain"


@story("HM-2.9", "DC-cancel", policy="homemaker-exeter")
def test_whoever_tracks_her_is_told_of_a_cancelled_or_moved_visit(world: World) -> None:
    world.plan(at="1 h")
    world.command("reschedule", "olive", start_ms=NINE + ms("3 h"), end_ms=NINE + ms("4 h"))
    world.expect_page("tracker", "rescheduled")
    world.command("cancel", "olive", note="the client is away")
    world.expect_page("tracker", "cancelled")


def test_who_tracks_her_and_moves_it_need_not_be_told() -> None:
    world = World()
    world.plan(at="1 h")
    world.command("reschedule", "tess", start_ms=NINE + ms("3 h"), end_ms=NINE + ms("4 h"))
    world.expect_quiet()


@story(policy=PLAIN)
def test_a_moved_visit_is_watched_from_its_new_time(world: World) -> None:
    world.plan(tracker="", expected_back_ms=NINE + ms("90 min"))
    world.command("start_out", "olive")
    world.fast_forward("15 min")
    world.expect_page("monitor", "no_arrival")
    world.refuse("reschedule", "kim", start_ms=NINE + ms("2 h"), end_ms=NINE + ms("3 h"))
    for start, end in ((NINE, "3 h"), (NINE + ms("3 h"), "0 s"), (NINE + ms("2 h"), "24 h")):
        end_ms = start + ms(end) + (1 if end == "24 h" else 0)
        world.refuse("reschedule", "olive", start_ms=start, end_ms=end_ms)
    world.command("reschedule", "olive", start_ms=NINE + ms("2 h"), end_ms=NINE + ms("4 h"))
    world.expect_page("monitor", "rescheduled")
    world.expect_alarms()
    part = world.part()
    assert (part.phase, part.fired, "started_out" in part.anchors) == ("planned", (), False)
    assert part.anchors["expected_back"] == NINE + ms("270 min")
    world.fast_forward("120 min")
    world.expect_page("monitor", "no_arrival")


@story("LF-notify", policy="leading-futures")
def test_the_directors_are_told_of_a_moved_visit_as_of_the_moment_it_was_moved(
    world: World,
) -> None:
    """One entry, one telling: what fell due when it was entered is not told a second time."""
    world.plan(at="1 h", tracker="", expected_back_ms=NINE + ms("3 h"))
    world.fast_forward("5 min")
    world.expect_page("manager", "lone_work_entered", ago="5 min")
    first_ms = world.part().anchors["entered"]
    world.command("reschedule", "olive", start_ms=NINE + ms("2 h"), end_ms=NINE + ms("3 h"))
    assert world.part().anchors["entered"] == first_ms + ms("5 min")
    world.fast_forward("1 min")
    world.expect_page("manager", "lone_work_entered", ago="1 min")
    assert ("directors-told", first_ms + ms("5 min")) in world.part().fired


@story("DC-terminate", policy=PLAIN)
def test_after_arrival_nothing_is_moved_and_a_broken_off_one_is_noted(world: World) -> None:
    world.plan(tracker="")
    world.let_in("olive")
    times = {"start_ms": NINE + ms("22 h"), "end_ms": NINE + ms("23 h")}
    world.refuse("reschedule", "olive", "", **times)
    world.command("abandon", "olive")
    before = world.visit
    said = world.command("reschedule", "olive", "", **times)
    assert (world.visit, "DC-terminate" in said.clause) == (before, True)
    world.fast_forward("10 min")
    world.expect_page("monitor", "departure_unconfirmed")


@story("SU-first", policy="sutton-cypl")
def test_nothing_is_moved_to_a_time_that_the_procedure_forbids(world: World) -> None:
    world.plan(at="1 h", first_meeting=True, warning_checked="olive")
    world.directory = replace(world.directory, facts=frozenset({"out_of_hours"}))
    times = {"start_ms": NINE + ms("10 h"), "end_ms": NINE + ms("11 h")}
    said = world.refuse("reschedule", "olive", "", **times)
    assert "SU-first" in said.clause
