"""The plain procedure: what an organisation without one of its own gets, from plan to home."""

from dataclasses import replace

from hub.rules.prompting import instructions
from tests.stories.telling import story
from tests.stories.world import CLIENT, NINE, Value, World, ms

PLAIN = "plain"
READ_BACK = {"place": "1 Some Street", "name": "A Client"}


def _inside(world: World, **more: Value) -> None:
    world.plan(tracker="", **more)
    world.let_in("olive")


@story(proves=("gate:whole-entry",), policy=PLAIN)
def test_an_entry_has_times_and_an_address(world: World) -> None:
    assert world.try_plan(venue="https://maps.example/x").refused
    assert world.try_plan(end="0 s").refused
    world.plan()


@story("DC-unplanned", proves=("gate:unplanned-known",), policy=PLAIN)
def test_an_unplanned_visit_is_never_a_first_one(world: World) -> None:
    assert world.try_plan(unplanned=True, first_meeting=True).refused
    stranger = replace(CLIENT, known=False)
    world.directory = replace(world.directory, clients={"client": stranger})
    assert world.try_plan(unplanned=True).refused
    world.plan()
    assert "unplanned" not in world.visit_now().facts


@story(proves=("timer:no-arrival", "timer:arrival"), policy=PLAIN)
def test_not_arrived_then_at_the_door(world: World) -> None:
    world.plan(tracker="")
    world.fast_forward("15 min")
    world.expect_page("monitor", "no_arrival")
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("monitor", "arrival_unconfirmed")
    world.command("confirm_arrival", "olive", **READ_BACK)
    world.expect_alarms()


@story("HM-8.2", proves=("timer:concern", "timer:broken-off"), policy=PLAIN)
def test_a_concern_at_the_door(world: World) -> None:
    world.plan(tracker="")
    world.press("a-short")
    world.press("d-short")
    world.fast_forward("0 s")
    world.expect_page("monitor", "concern_at_door")
    with world.letting_ring("concern_at_door"):
        world.fast_forward("10 min")
    world.expect_page("monitor", "departure_unconfirmed")
    world.command("confirm_departure", "olive")
    world.expect_alarms()


@story("CT-8.1", proves=("timer:no-answer",), policy=PLAIN)
def test_nobody_answers(world: World) -> None:
    world.plan(tracker="")
    world.press("d-double")
    world.fast_forward("0 s")
    world.expect_page("monitor", "no_answer")
    world.contact("olive")
    world.expect_alarms("no_answer")
    world.command("confirm_departure", "olive")
    world.expect_alarms()


@story(proves=("timer:finish", "timer:finish-manager", "timer:overrun", "gate:new-finish-spoken"),
       policy=PLAIN)  # fmt: skip
def test_the_finish_is_missed_and_then_she_stays_longer(world: World) -> None:
    _inside(world)
    world.fast_forward("1 h")
    world.expect_page("monitor", "finish_missed")
    world.refuse("extend", "olive", end_ms=NINE + ms("2 h"))
    with world.letting_ring("finish_missed"):
        world.fast_forward("15 min")
    world.expect_page("manager", "manager_now")
    world.contact("olive")
    world.expect_alarms()
    world.fast_forward("15 min")
    world.expect_page("monitor", "finish_missed")
    world.command("extend", "olive", end_ms=NINE + ms("2 h"), means="work-mobile")
    world.expect_alarms()


@story(proves=("timer:overrun",), policy=PLAIN)
def test_who_is_let_in_after_her_finish_is_asked_for_a_new_one(world: World) -> None:
    world.plan(tracker="")
    with world.letting_ring("no_arrival"):
        world.fast_forward("70 min")
    world.let_in("olive")
    world.fast_forward("15 min")
    world.expect_page("monitor", "finish_missed")
    world.command("extend", "olive", end_ms=NINE + ms("3 h"), means="work-mobile")
    world.expect_alarms()


@story(proves=("timer:check-in",), policy=PLAIN)
def test_a_check_in_time_that_was_agreed(world: World) -> None:
    _inside(world, check_in_ms=NINE + ms("30 min"))
    world.fast_forward("30 min")
    world.expect_page("monitor", "check_in_missed")
    world.press("a-short")
    world.expect_alarms("check_in_missed")
    world.contact("olive")
    world.expect_alarms()


@story(proves=("timer:check-in",), policy=PLAIN)
def test_the_call_at_the_door_is_no_check_in_however_soon(world: World) -> None:
    _inside(world, check_in_ms=NINE + ms("10 min"))
    world.fast_forward("10 min")
    world.expect_page("monitor", "check_in_missed")
    world.contact("olive")
    world.expect_alarms()
    world.command("confirm_departure", "olive", then="next")


@story(proves=("timer:check-in",), policy=PLAIN)
def test_who_checks_in_a_little_early_has_checked_in(world: World) -> None:
    for after, kinds in (("25 min", ()), ("14 min", ("check_in_missed",))):
        _inside(world, check_in_ms=world.now_ms + ms("30 min"), end="2 h")
        world.fast_forward(after)
        world.contact("olive")
        with world.letting_ring("check_in_missed"):
            world.fast_forward("20 min")
        world.expect_alarms(*kinds)
        world.alarms.clear()


@story(proves=("gate:spoken-departure", "timer:not-back", "timer:home-claimed"), policy=PLAIN)
def test_straight_home_and_home_safe(world: World) -> None:
    _inside(world, then="home", expected_back_ms=NINE + ms("90 min"))
    world.fast_forward("50 min")
    world.refuse("confirm_departure", "olive", means="answerphone")
    world.command("confirm_departure", "olive")
    assert world.part().phase == "going-home"
    world.fast_forward("55 min")
    world.expect_page("monitor", "home_unconfirmed")
    world.press("d-hold")
    world.fast_forward("0 s")
    world.expect_page("monitor", "home_safe")
    world.command("confirm_home", "olive")
    world.expect_alarms()


def test_a_return_that_is_told_at_departure_counts_from_then() -> None:
    world = World()
    world.plan(then="home", expected_back_ms=NINE + ms("90 min"))
    world.let_in()
    world.command("extend", end_ms=NINE + ms("2 h"))
    assert world.part().anchors["expected_back"] == NINE + ms("150 min")
    world.command("confirm_departure", expected_back_ms=NINE + ms("4 h"))
    assert world.part().anchors["expected_back"] == NINE + ms("4 h")
    world.press("d-hold")
    world.command("confirm_home")


# Danger, families, instructions.


@story("HM-7.3", proves=("on:family",), policy=PLAIN)
def test_a_worried_family_reaches_the_manager_at_once(world: World) -> None:
    world.plan(at="1 h")
    world.command("report_danger", "olive", how="family", note="her husband called")
    world.expect_page("manager", "family_worried")
    assert "Her family is worried" in world.alarm("family_worried").why


@story(proves=("task:call-999",), policy=PLAIN)
def test_an_sos_has_a_step_that_only_a_person_takes(world: World) -> None:
    _inside(world)
    world.press("sos-hold")
    world.expect_page("monitor", "sos")
    with world.letting_ring("sos"):
        world.fast_forward("3 min")
    world.expect_page("manager", "task_due")
    said = world.refuse("resolve", "max", alarm="sos", outcome="safe", spoke=True)
    assert "999" in said.refused
    world.command("do_task", "olive", alarm="sos", task="call-999", reference="log 12")
    world.command("resolve", "max", alarm="sos", outcome="safe", spoke=True)


@story(proves=("instruction:silent-danger",), policy=PLAIN)
def test_what_is_said_in_a_silent_danger(world: World) -> None:
    found = instructions(world.policy, "alarm:duress")
    assert any("Do not ring her" in row.text for row in found)


@story(proves=("instruction:danger",), policy=PLAIN)
def test_what_is_said_in_danger(world: World) -> None:
    found = instructions(world.policy, "alarm:sos")
    assert any("999" in row.text for row in found)


@story("LF-open", proves=("instruction:opening-up",), policy=PLAIN)
def test_who_opens_up_is_told_what_to_do(world: World) -> None:
    world.plan(kind="site", client="", opening_up=True)
    found = instructions(world.policy, "phase:planned", world.visit_now(), world.part())
    assert any("stay outside" in row.text for row in found)
    world.plan(kind="site", client="")
    assert not instructions(world.policy, "phase:planned", world.visit_now(), world.part())


@story(proves=("timer:unattended",), policy=PLAIN)
def test_the_backstop_asks_when_nothing_else_does(world: World) -> None:
    world.plan(tracker="")
    world.press("d-double")
    with world.letting_ring("no_answer"):
        world.fast_forward("1 h")
    world.expect_page("manager", "unattended")
