"""Alone in the building, a meeting in the office, a day out: watched as a visit is (ADR 0014)."""

from hub.rules import visit as visit_rules
from hub.rules.board import line
from tests.shipped import policy_of
from tests.stories.telling import story
from tests.stories.world import NINE, Value, World, ms

PLAIN = "plain"
BUILDING = {"place": "the office", "name": "Kim"}


def _site(world: World, **more: Value) -> None:
    world.plan(kind="site", client="", then="", tracker="", area="Our office", **more)


def _day(world: World, **more: Value) -> None:
    world.plan(kind="day", client="", tracker="", area="Out", end="8 h", **more)


def _in_the_building(world: World, **more: Value) -> None:
    _site(world, **more)
    world.press("a-short")
    world.command("confirm_arrival", "olive", **BUILDING)


@story(proves=("choose:she is alone in the building",), policy=PLAIN)
def test_alone_in_the_building_is_a_level_of_its_own(world: World) -> None:
    _site(world)
    visit = world.visit_now()
    assert (visit.kind, visit.level, visit.then) == ("site", "site", "next")
    assert "on_site" in visit.facts


@story(proves=("timer:no-arrival", "timer:arrival", "gate:spoken-arrival"), policy=PLAIN)
def test_her_start_alone_in_the_building_is_expected_and_told_to_a_person(world: World) -> None:
    _site(world)
    world.fast_forward("15 min")
    world.expect_page("monitor", "no_arrival")
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("monitor", "arrival_unconfirmed")
    world.refuse("confirm_arrival", "kim", **BUILDING)
    world.refuse("confirm_arrival", "olive", place="the office")
    world.command("confirm_arrival", "olive", **BUILDING)
    assert world.part().phase == "inside"
    world.expect_alarms()


@story(proves=("timer:site-interval",), policy=PLAIN)
def test_alone_in_the_building_she_is_spoken_with_at_intervals(world: World) -> None:
    _in_the_building(world, end="6 h")
    for _ in range(2):
        world.fast_forward("2 h")
        world.expect_page("monitor", "check_in_missed")
        world.press("a-short")
        world.expect_alarms("check_in_missed")
        world.contact("olive")
        world.expect_alarms()


@story(proves=("timer:departure",), policy=PLAIN)
def test_leaving_the_building_is_open_until_somebody_else_has_heard_it(world: World) -> None:
    _in_the_building(world)
    world.press("d-short")
    world.fast_forward("0 s")
    world.expect_page("monitor", "departure_unconfirmed")
    assert world.part().phase == "leaving"
    world.refuse("confirm_departure", "kim")
    world.command("confirm_departure", "olive")
    assert world.part().phase == "closed"
    world.expect_alarms()
    world.fast_forward("24 h")


@story(proves=("timer:back",), policy=PLAIN)
def test_who_goes_home_from_the_building_is_known_to_be_home(world: World) -> None:
    _in_the_building(world)
    world.command("confirm_departure", "olive", then="home")
    assert world.part().phase == "going-home"
    world.fast_forward("2 h")
    world.expect_page("monitor", "home_unconfirmed")
    world.refuse("confirm_home", "kim")
    world.command("confirm_home", "olive")
    assert world.part().phase == "closed"


def test_back_at_base_from_our_own_building_is_the_end() -> None:
    world = World()
    world.plan(kind="meeting", second_person="olive")
    world.let_in()
    world.command("confirm_departure", then="base")
    assert world.part().phase == "closed"


@story(policy=PLAIN)
def test_a_meeting_in_the_office_is_watched_as_a_visit_is(world: World) -> None:
    world.plan(kind="meeting", then="", tracker="")
    assert ("office_meeting" in world.visit_now().facts, world.visit_now().then) == (True, "next")
    world.press("a-short")
    world.command("confirm_arrival", "olive", **BUILDING)
    world.fast_forward("1 h")
    world.expect_page("monitor", "finish_missed")
    world.command("confirm_departure", "olive")
    assert world.part().phase == "closed"


# Opening up.


def _opening_up(world: World) -> None:
    _site(world, opening_up=True)


@story("LF-open", proves=("gate:not-alone-after-signs", "timer:signs-outside"), policy=PLAIN)
def test_signs_of_forced_entry_nobody_goes_in_alone(world: World) -> None:
    _opening_up(world)
    world.press("d-short")
    world.expect_page("manager", "forced_entry")
    assert world.part().phase == "at-door"
    assert "signs_of_entry" in world.part().facts
    world.refuse("confirm_arrival", "olive", **BUILDING)
    world.refuse("confirm_arrival", "olive", second_person="kim", **BUILDING)
    with world.letting_ring("forced_entry"):
        world.fast_forward("14 min")
    world.command("resolve", "max", alarm="forced_entry", outcome="somebody is on the way")
    world.fast_forward("1 min")
    world.expect_page("manager", "forced_entry")
    world.command("confirm_arrival", "olive", second_person="lee", **BUILDING)
    assert world.part().phase == "inside"
    world.command("resolve", "max", alarm="forced_entry", outcome="it was the cleaner")


@story("LF-open", policy=PLAIN)
def test_signs_are_told_by_telephone_and_at_the_door_alike(world: World) -> None:
    _opening_up(world)
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("monitor", "arrival_unconfirmed")
    world.press("d-short")
    world.expect_page("manager", "forced_entry")
    assert (world.part().phase, len(world.part().claims)) == ("at-door", 2)
    world.command("report_signs", "kim", note="the window is broken")
    world.expect_alarms("arrival_unconfirmed", "forced_entry")


@story(policy=PLAIN)
def test_signs_seen_inside_move_her_nowhere_and_page_all_the_same(world: World) -> None:
    _in_the_building(world)
    world.command("report_signs", "kim", note="a door was forced")
    world.expect_page("manager", "forced_entry")
    assert world.part().phase == "inside"


# Out for the day.


@story(proves=("choose:she is out for most of the day",), policy=PLAIN)
def test_a_day_begins_out_and_expected_back(world: World) -> None:
    _day(world)
    part = world.part()
    assert (world.visit_now().level, part.phase) == ("day", "to-base")
    assert part.anchors["expected_back"] == world.visit_now().planned_end_ms
    assert line(world.policy, world.visit_now(), part).awaited == ()


@story(proves=("timer:interval",), policy=PLAIN)
def test_out_all_day_she_is_spoken_with_between_her_visits(world: World) -> None:
    _day(world)
    world.fast_forward("90 min")
    world.hub_event("contact_elsewhere", by="olive", about="v9")
    world.fast_forward("119 min")
    world.fast_forward("1 min")
    world.expect_page("monitor", "check_in_missed")
    world.press("a-short")
    world.expect_alarms("check_in_missed")
    world.hub_event("contact_elsewhere", by="olive", about="v9")
    world.expect_alarms()


@story(policy=PLAIN)
def test_contact_that_she_or_her_pair_recorded_is_none(world: World) -> None:
    _day(world, workers="kim,lee")
    for by in ("kim", "lee", ""):
        before = world.visit
        world.hub_event("contact_elsewhere", by=by)
        assert world.visit == before


@story(proves=("timer:not-back", "timer:home-claimed"), policy=PLAIN)
def test_a_day_ends_when_somebody_else_knows_her_home(world: World) -> None:
    _day(world)
    with world.letting_ring("check_in_missed"):
        world.fast_forward("8 h")
        world.press("d-hold")
        world.fast_forward("0 s")
        world.expect_page("monitor", "home_safe")
        assert world.part().phase == "to-base"
        world.fast_forward("15 min")
    world.expect_page("monitor", "home_unconfirmed")
    world.refuse("confirm_home", "kim")
    world.command("confirm_home", "olive")
    assert world.part().phase == "closed"
    world.expect_alarms()


@story(policy=PLAIN)
def test_what_a_day_cannot_mean_is_asked_about(world: World) -> None:
    _day(world)
    for gesture, said in (
        ("a-hold", ""),
        ("d-short", ""),
        ("d-double", ""),
        ("a-short", "arrived"),
    ):
        claims = len(world.part().claims)
        world.press(gesture, said=said)
        assert world.part().phase == "to-base"
        assert len(world.part().claims) == claims + 1
        world.expect_page("monitor", "unplanned")
        world.command("resolve", "olive", alarm="unplanned", outcome="asked her")


@story(proves=("timer:asks-for-longer",), policy=PLAIN)
def test_who_stays_longer_is_back_later(world: World) -> None:
    _day(world)
    world.press("a-double")
    world.fast_forward("0 s")
    world.expect_page("monitor", "carry_on_asked")
    world.refuse("extend", "kim", end_ms=NINE + ms("9 h"))
    world.command("extend", "olive", end_ms=NINE + ms("9 h"))
    assert world.part().anchors["expected_back"] == NINE + ms("9 h")


def test_a_day_is_cancelled_before_it_begins_and_never_after() -> None:
    world = World()
    _day(world, at="1 h")
    world.command("cancel", "olive", note="ill")
    assert world.part().phase == "cancelled"
    _day(world)
    world.refuse("cancel", "olive", note="ill")


def test_every_kind_of_entry_always_has_a_deadline_that_reaches_a_person() -> None:
    for kind in ("visit", "site", "meeting", "day"):
        for policy in ("plain", "homemaker-exeter"):
            world = World(policy=policy_of(policy))
            world.plan(kind=kind, second_person="olive")
            due = visit_rules.deadlines(world.policy, world.visit_now())
            assert any(world.policy.timer[each.timer].action == "raise" for each in due), kind
