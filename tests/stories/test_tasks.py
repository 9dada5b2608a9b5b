"""What people must do by hand, by a time: 999 when no manager comes, the police."""

from hub.rules.prompting import instructions
from tests.stories.telling import story
from tests.stories.world import World, ms

SUTTON = "sutton-cypl"


@story("HM-5.2", proves=("task:office-calls-999", "task:office-tells-manager"))
def test_no_manager_at_once_the_office_calls_999_and_tells_one(world: World) -> None:
    world.plan()
    world.let_in()
    world.command("report_danger", "olive", how="coded-phrase")
    world.expect_page("duty-manager", "coded_danger")
    world.command("acknowledge", "olive", alarm="coded_danger")
    world.fast_forward("119 s")
    world.expect_quiet()
    with world.letting_ring("coded_danger"):
        world.fast_forward("1 s")
        world.expect_page("office", "task_due")
        refused = world.refuse("resolve", "olive", alarm="coded_danger", outcome="x", spoke=True)
        assert "999" in refused.refused
        assert refused.clause == ("HM-5.2",)
        world.refuse("waive_task", "olive", alarm="coded_danger", task="office-calls-999", note="x")
        world.fast_forward("2 min")
        world.expect_page("office", "task_due")
        world.expect_page("office", "task_due")
        for task in ("office-calls-999", "office-tells-manager"):
            world.command("do_task", "olive", alarm="coded_danger", task=task, reference="CAD 4")
        world.fast_forward("20 min")
        world.expect_quiet()
    done = {task.id: (task.state, task.by, task.note) for task in world.alarm("coded_danger").tasks}
    assert done["office-calls-999"] == ("done", "olive", "CAD 4")
    world.command("resolve", "max", alarm="coded_danger", outcome="fetched", spoke=True)


@story("HM-5.2")
def test_a_manager_who_takes_it_at_once_spares_the_office_as_long_as_she_has_it(
    world: World,
) -> None:
    world.command("report_danger", "olive", how="coded-phrase", worker="kim")
    world.expect_page("duty-manager", "coded_danger")
    world.fast_forward("30 s")
    world.command("acknowledge", "max", alarm="coded_danger")
    assert {task.state for task in world.alarm("coded_danger").tasks} == {"spared"}
    world.fast_forward("119 s")
    world.expect_quiet()
    with world.letting_ring("coded_danger"):
        world.fast_forward("1 s")
    world.expect_page("office", "task_due")
    assert world.now_ms == world.alarm("coded_danger").raised_ms + ms("150 s")
    world.command("waive_task", "dora", alarm="coded_danger", task="office-calls-999",
                  note="the police are with her")  # fmt: skip
    world.command("resolve", "max", alarm="coded_danger", outcome="fetched", spoke=True)


@story("SU-false", "SU-brief", proves=("task:call-999", "task:tell-manager",
                                       "instruction:brief-the-police"), policy=SUTTON)  # fmt: skip
def test_manager_and_police_with_all_that_is_known(world: World) -> None:
    world.plan()
    world.let_in("olive")
    world.command("report_danger", "olive", how="coded-phrase")
    world.expect_page("monitor", "coded_danger")
    with world.letting_ring("coded_danger"):
        world.fast_forward("2 min")
        world.expect_page("monitor", "task_due")
        world.fast_forward("1 min")
        world.expect_page("manager", "task_due")
        (police,) = [task for task in world.alarm("coded_danger").tasks if task.id == "call-999"]
        for word in ("her name", "where she is", "aggressor", "all that she has said"):
            assert word in police.text
        shown = instructions(world.policy, "alarm:coded_danger", world.visit, world.part())
        assert any("likely aggressor" in row.text and "SU-brief" in row.clause for row in shown)
        world.command("acknowledge", "max", alarm="coded_danger")
        states = {task.id: task.state for task in world.alarm("coded_danger").tasks}
        assert states == {"call-999": "open", "tell-manager": "open"}, (
            "no manager spares the police"
        )
        world.command("do_task", "max", alarm="coded_danger", task="call-999", reference="CAD 1")
        world.command("do_task", "max", alarm="coded_danger", task="tell-manager")
        world.command("resolve", "max", alarm="coded_danger", outcome="fetched", spoke=True)


@story("HM-5.1", "HM-5.2", proves=("on:sos_pressed", "on:duress", "on:duress_suspected",
       "on:unknown_open_press", "on:call", "on:coded-phrase"))  # fmt: skip
def test_each_danger_is_raised_by_its_own_words_and_ladder(world: World) -> None:
    world.press("sos-hold")
    world.press("chord", "lee")
    world.press("chord-broken", "lee")
    world.hub_event("unknown_open_press")
    world.command("report_danger", "olive", how="call", worker="lee")
    world.command("report_danger", "olive", how="coded-phrase", worker="lee")
    world.unread.clear()
    raised = [(alarm.kind, alarm.ladder.id, alarm.why) for alarm in world.open_alarms()]
    assert raised == [
        ("sos", "sos", "SOS (HM-5.1)"),
        ("duress", "danger", "Silent duress: nothing of it may reach her side (HM-5.1)"),
        ("duress_suspected", "danger",
         "Perhaps silent duress: nothing of it may reach her side (HM-5.1)"),
        ("sos", "sos", "Danger was told by telephone (HM-5.2)"),
        ("coded_danger", "danger", "The coded phrase was heard on the telephone (HM-5.1, HM-5.2)"),
    ]  # fmt: skip
    fresh = World(policy=world.policy)
    fresh.hub_event("unknown_open_press")
    alarm = fresh.alarm("sos")
    assert (alarm.ladder.id, "perhaps a silent one" in alarm.why) == ("danger", True)
    fresh.press("sos-hold")
    assert len(fresh.alarms) == 1, "a further press of that pendant joins it"


@story("HM-5.1", "HM-5.2", proves=("instruction:danger", "instruction:danger-silent",
       "instruction:call-999", "screen:call", "screen:emergency", "phrase:hargreaves"))  # fmt: skip
def test_what_people_are_told_in_danger(world: World) -> None:
    told = {
        "alarm:sos": "the office calls 999",
        "alarm:duress": "Do not ring her or the client",
        "alarm:duress_suspected": "Do not ring her or the client",
        "alarm:coded_danger": "Consult the manager now",
        "step:call-999": "her location and her car",
    }
    for moment, words in told.items():
        assert any(words in row.text for row in instructions(world.policy, moment)), moment
    assert {"call", "emergency"} <= {row.shows for row in world.policy.screens}
    assert [(row.event, row.alone) for row in world.policy.phrases] == [("coded-phrase", True)]
