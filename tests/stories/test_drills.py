"""Drills: managers call workers, the office's answer to a late call-back is tested (SU-drill)."""

from hub.rules import drills
from tests.stories.telling import story
from tests.stories.world import World

SUTTON = "sutton-cypl"


@story("SU-drill", proves=("on:drill",), policy=SUTTON)
def test_a_manager_calls_a_worker_and_the_time_is_kept(world: World) -> None:
    world.command("start_drill", "max", drill="call", person="kim")
    world.expect_page("manager", "drill")
    alarm = world.alarm("drill")
    assert (drills.is_drill(alarm), alarm.worker, alarm.ladder.id) == (True, "kim", "drill")
    assert alarm.why.endswith("(SU-drill)")
    world.refuse("acknowledge", "kim", alarm="drill")
    world.command("acknowledge", "max", alarm="drill")
    world.fast_forward("70 s")
    world.command("record_contact", "max", alarm="drill", means="work-mobile", reached=True)
    ended = world.command("resolve", "max", alarm="drill", outcome="reached, at the school")
    assert ended.reason.endswith("answered after 70 s")


@story("SU-drill", policy=SUTTON)
def test_the_answer_to_a_late_call_back_is_tested_where_one_would_be_given(world: World) -> None:
    world.command("start_drill", "max", drill="late-call-back", person="kim")
    world.expect_page("monitor", "drill")
    world.fast_forward("40 s")
    world.command("acknowledge", "olive", alarm="drill")
    ended = world.command("resolve", "olive", alarm="drill", outcome="would have called her")
    assert ended.reason.endswith("answered after 40 s")


@story("SU-drill", policy=SUTTON)
def test_a_press_in_a_drill_is_real(world: World) -> None:
    world.command("start_drill", "max", drill="call", person="kim")
    world.expect_page("manager", "drill")
    world.press("sos-hold")
    world.expect_page("monitor", "sos")
    sos = world.alarm("sos")
    assert (sos.drill, drills.is_drill(sos), "DRILL" in sos.why) == (False, False, False)
    world.press("chord")
    world.expect_page("monitor", "duress")
    assert not world.alarm("duress").drill
    for kind in ("sos", "duress"):
        for task in world.alarm(kind).tasks:
            world.command("do_task", "max", alarm=kind, task=task.id)
        world.command("resolve", "max", alarm=kind, outcome="safe", spoke=True)
    world.command("resolve", "max", alarm="drill", outcome="broken off: it was real")


@story("SU-drill", policy=SUTTON)
def test_nobody_answers_a_drill_and_it_goes_on_asking(world: World) -> None:
    world.command("start_drill", "max", drill="page")
    with world.letting_ring("drill"):
        world.unread.clear()
        world.fast_forward("1 h")
    assert world.alarm("drill").round > 0
    ended = world.command("resolve", "max", alarm="drill", outcome="nobody was there")
    assert ended.reason.endswith("not answered in 3600 s")
