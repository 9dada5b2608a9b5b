"""Carers Trust D06b: the home, the way in, who must not be left, and nobody answering."""

from dataclasses import replace

from hub.rules.model import Alarm
from hub.rules.prompting import instructions
from tests.stories.telling import story
from tests.stories.world import CLIENT, NINE, Value, World, ms

CT = "carers-trust-d06b"
ROLES = {"monitor": frozenset({"tess", "olive"}), "manager": frozenset({"max"})}


def _known(world: World, **facts: object) -> None:
    client = replace(CLIENT, **facts)  # type: ignore[arg-type]  # the story names fields of its own
    world.directory = replace(
        world.directory, clients={"client": client}, roles=ROLES, on_duty=ROLES
    )


def _inside(world: World, **more: Value) -> None:
    world.plan(tracker="", **more)
    world.let_in("olive")


def _texts(world: World, moment: str, clause: str) -> list[str]:
    """What is shown then because of that clause."""
    part = world.part() if world.visit is not None else None
    shown = instructions(world.policy, moment, world.visit, part)
    return [row.text for row in shown if clause in row.clause]


def _no_answer(world: World, case: str = "") -> Alarm:
    _known(world)
    world.plan(tracker="")
    world.press("d-double")
    world.fast_forward("0 s")
    world.expect_page("manager", "no_answer")
    if case:
        world.command("choose_case", "max", alarm="no_answer", case=case)
    return world.alarm("no_answer")


def _tasks(world: World) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Task -> (minutes from now, who)."""
    return {
        task.id: ((task.due_ms - world.now_ms) // 60_000, task.roles)
        for task in world.alarm("no_answer").tasks
        if task.state == "open"
    }


# Before services begin.


@story("CT-3", proves=("gate:home-assessed",), policy=CT)
def test_a_home_is_assessed_before_the_first_visit(world: World) -> None:
    _known(world, assessment="")
    refused = world.try_plan()
    assert refused.clause == ("CT-3",) and "assess" in refused.refused
    passed = world.try_plan(override="home-assessed", override_note="hospital discharge today")
    assert passed.refused, "only a manager lets it pass"
    _known(world, assessment="written")
    world.plan()


@story("CT-3", proves=("gate:risks-dealt-with",), policy=CT)
def test_a_significant_risk_is_dealt_with_before_anybody_goes(world: World) -> None:
    _known(world, assessment="significant")
    assert "significant risk" in world.try_plan().refused
    _known(world)
    assert world.try_plan(significant_risk=True).refused
    world.plan()


@story("CT-3", proves=("gate:pairs",), policy=CT)
def test_two_go_where_the_place_calls_for_it(world: World) -> None:
    _known(world)
    assert "two workers" in world.try_plan(pairs_place=True).refused
    world.plan(pairs_place=True, workers="kim,lee")


# Codes and visitors.


@story("CT-4.4", proves=("instruction:code-kept",), policy=CT)
def test_at_the_door_she_is_told_how_a_code_is_kept(world: World) -> None:
    _known(world)
    world.plan(tracker="")
    shown = " ".join(_texts(world, "phase:at-door", "CT-4.4"))
    assert "scramble" in shown and "address" in shown


@story("CT-7", proves=("screen:visitors-note", "instruction:visitors"), policy=CT)
def test_how_visitors_are_dealt_with_is_shown_to_worker_and_watcher(world: World) -> None:
    _known(world)
    _inside(world)
    told = {name for row in world.policy.instructions if row.id == "visitors" for name in row.to}
    assert {"worker", "monitor"} <= told
    assert _texts(world, "phase:inside", "CT-7")
    assert any(row.shows == "visitors-note" for row in world.policy.screens)


# Who must not be left.


@story("CT-4.6a", proves=("instruction:never-leave",), policy=CT)
def test_she_is_reminded_who_must_not_be_left_and_that_she_may_flee(world: World) -> None:
    _known(world, must_not_be_left=True)
    _inside(world)
    shown = " ".join(_texts(world, "phase:inside", "CT-4.6a"))
    assert "manager" in shown and "danger, go" in shown


@story("CT-4.6a", proves=("on:left_alone",), policy=CT)
def test_she_who_flees_is_never_refused_and_the_manager_knows_at_once(world: World) -> None:
    _known(world, must_not_be_left=True)
    _inside(world)
    world.press("d-short")
    world.expect_page("manager", "left_alone")
    assert "CT-4.6a" in world.alarm("left_alone").why
    world.fast_forward("0 s")
    world.expect_page("monitor", "departure_unconfirmed")
    assert world.part().phase == "leaving"
    world.command("confirm_departure", "olive")
    world.expect_alarms("left_alone")


@story("CT-4.6b", proves=("timer:relief-late",), policy=CT)
def test_the_relief_is_late(world: World) -> None:
    _known(world, must_not_be_left=True)
    _inside(world, relief_ms=NINE + ms("50 min"))
    world.fast_forward("50 min")
    world.expect_page("manager", "relief_late")
    assert "CT-4.6b" in world.alarm("relief_late").why
    world.command("relief_came", "olive")
    world.expect_alarms()


# Nobody answers, or no way in.


@story("CT-8.1", proves=("timer:no-answer",), policy=CT)
def test_nobody_answers_and_the_manager_is_asked_at_once_and_again(world: World) -> None:
    alarm = _no_answer(world)
    assert "CT-8.1" in alarm.why
    world.fast_forward("3 min")
    world.expect_page("monitor", "no_answer")
    with world.letting_ring("no_answer"):
        world.fast_forward("50 min")
    world.expect_alarms("no_answer")


@story("CT-8.2", proves=("case:in-need", "case:absent", "case:refused"), policy=CT)
def test_somebody_says_which_of_three_it_is_before_it_can_be_over(world: World) -> None:
    alarm = _no_answer(world)
    assert {case.id for case in alarm.cases} == {"in-need", "absent", "refused"}
    refused = world.refuse("resolve", "max", alarm="no_answer", outcome="over", note="x",
                           spoke=True)  # fmt: skip
    assert "inside" in refused.refused or "Choose" in refused.refused or "case" in refused.refused
    world.command("choose_case", "max", alarm="no_answer", case="absent")


@story("CT-8.2", proves=("task:help-inside",), policy=CT)
def test_in_need_is_999_within_three_minutes(world: World) -> None:
    _no_answer(world, "in-need")
    assert _tasks(world).get("help-inside") == (3, ("manager", "monitor"))
    with world.letting_ring("no_answer"):
        world.fast_forward("3 min")
        world.expect_page("monitor", "task_due")
        world.command("do_task", "olive", alarm="no_answer", task="help-inside",
                      reference="CAD 7")  # fmt: skip
        world.fast_forward("10 min")
        world.expect_quiet()


@story("CT-8.2", "CT-8.3", proves=("task:where-is-the-client",), policy=CT)
def test_absent_is_looked_for(world: World) -> None:
    _no_answer(world, "absent")
    assert _tasks(world).get("where-is-the-client") == (20, ("manager", "monitor"))


@story("CT-8.2", "CT-8.3", proves=("task:who-cares-now",), policy=CT)
def test_refused_is_told_to_who_cares(world: World) -> None:
    _no_answer(world, "refused")
    assert _tasks(world).get("who-cares-now") == (30, ("manager", "monitor"))


@story("CT-8.2", proves=("instruction:at-the-door",), policy=CT)
def test_she_is_told_what_to_do_at_the_door(world: World) -> None:
    _no_answer(world)
    assert any("say what you find" in text for text in _texts(world, "alarm:no_answer", "CT-8.2"))


@story("CT-8.2", "CT-8.3", proves=("case:in-need", "instruction:whom-to-contact"), policy=CT)
def test_whom_to_reach_depends_on_what_it_is(world: World) -> None:
    alarm = _no_answer(world)
    order = {case.id: case.contacts for case in alarm.cases}
    assert order.get("in-need", ("nobody",))[0] == "emergency"
    assert order["absent"][0] == order["refused"][0] == "family"
    assert order["refused"][-1] == "emergency"  # 8.3 names them for a refusal too, last of all
    assert _texts(world, "alarm:no_answer", "CT-8.3")


@story("CT-8.4", proves=("task:non-access-report",), policy=CT)
def test_afterwards_there_is_a_report_whichever_it_was(world: World) -> None:
    for case in ("in-need", "absent", "refused"):
        _reported(World(policy=world.policy), case)


def _reported(world: World, case: str) -> None:
    _no_answer(world, case)
    world.command("acknowledge", "max", alarm="no_answer")
    for task in [task for task in _tasks(world) if task != "non-access-report"]:
        world.command("do_task", "max", alarm="no_answer", task=task)
    told = "her son is there"
    world.refuse("resolve", "max", alarm="no_answer", outcome=told, note="x", spoke=True)
    world.command("do_task", "max", alarm="no_answer", task="non-access-report", reference="r-1")
    world.command("resolve", "max", alarm="no_answer", outcome=told, note="x", spoke=True)
    world.done()


@story("CT-8.2", "CT-8.4", policy=CT)
def test_that_she_has_left_the_door_does_not_end_what_the_client_needs(world: World) -> None:
    _no_answer(world)
    world.command("confirm_departure", "olive")
    world.expect_alarms("no_answer")


# The registers' screens.


@story("CT-4.4", "CT-8.3", proves=("screen:entry-code", "screen:access-contacts"), policy=CT)
def test_what_the_console_shows_for_it(world: World) -> None:
    shown = {row.shows: row.clause for row in world.policy.screens}
    assert shown.get("entry-code") == ("CT-4.4",)
    assert shown.get("access-contacts") == ("CT-8.3",)
