"""Derbyshire's guidance out of hours, on leaving, and for visits cancelled or broken off."""

from dataclasses import replace

from hub.policy.trace import clauses, rules
from hub.rules.gates import Asked, closed_gate
from hub.rules.model import Event, Value
from tests.stories.county import (
    DERBYSHIRE,
    OUT_OF_HOURS,
    duties,
    evening,
    inside,
    kept,
    looked_up,
    read,
)
from tests.stories.telling import story
from tests.stories.world import NINE, World, ms

# ---- out of office hours ------------------------------------------------------------------------


@story(
    "DC-ooh",
    policy=DERBYSHIRE,
    proves=(
        "choose:it is out of office hours, and a risk is flagged",
        "choose:it is out of office hours, and the assessment found a significant risk",
        "choose:it is out of office hours, and the worker has a concern",
        "choose:it is out of office hours, and there was recent violence, or there were threats",
        "gate:designated-manager",
    ),
)
def test_out_of_hours_a_high_risk_visit_has_a_designated_manager(world: World) -> None:
    evening(world)
    assert world.plan().level == "standard"
    for fact in ("risk_flag", "significant_risk", "concern", "recent_violence"):
        for nobody in ("", "tess"):
            assert world.try_plan(**{fact: True}, tracker=nobody).clause == ("DC-ooh",)
        assert world.plan(**{fact: True}, tracker="dora").level == OUT_OF_HOURS


@story("DC-ooh", policy=DERBYSHIRE, proves=("gate:designated-there",))
def test_out_of_hours_nobody_goes_in_before_the_designated_manager_is_there(world: World) -> None:
    evening(world)
    world.plan(concern=True, tracker="dora")
    looked_up(world)
    duties(world, designated="", monitor="")
    told: dict[str, str] = {"place": "1 Some Street", "name": "A Client"}
    assert world.refuse("confirm_arrival", "dora", **told).clause == ("DC-ooh",)
    duties(world, designated="dora")
    world.command("confirm_arrival", "dora", **told)


@story("DC-ooh", policy=DERBYSHIRE, proves=("gate:designated-stays",))
def test_the_designated_manager_stays_until_everybody_has_reported(world: World) -> None:
    evening(world)
    world.directory = replace(world.directory, out=frozenset({"kim"}))
    goes = Event(
        "take_duty", NINE, by="dora", data={"role": "designated", "person": "dora", "on": False}
    )
    asked = Asked(goes, "", frozenset(), directory=world.directory)
    closed = closed_gate(world.policy, "take_duty", asked)
    assert closed is not None
    assert closed.clause == ("DC-ooh",)
    home = replace(world.directory, out=frozenset())
    assert closed_gate(world.policy, "take_duty", replace(asked, directory=home)) is None
    relieved = replace(
        world.directory,
        on_duty={**world.directory.on_duty, "designated": frozenset({"dora", "max"})},
    )
    assert closed_gate(world.policy, "take_duty", replace(asked, directory=relieved)) is None


@story("DC-ooh", "DC-high", policy=DERBYSHIRE, proves=("timer:out-of-hours-finish",
       "timer:out-of-hours-second-attempt", "timer:out-of-hours-third-attempt",
       "timer:finish-manager"))  # fmt: skip
def test_out_of_hours_the_attempts_are_the_designated_managers(world: World) -> None:
    evening(world)
    inside(world, concern=True, tracker="dora")
    world.fast_forward("1 h")
    world.expect_page("designated", "finish_missed")
    with world.letting_ring("finish_missed"):
        world.fast_forward("299 s")
    world.fast_forward("1 s")
    world.expect_page("designated", "finish_missed")
    with world.letting_ring("finish_missed"):
        world.fast_forward("299 s")
    world.fast_forward("1 s")
    world.unread.sort(key=lambda page: page.about)
    world.expect_page("designated", "finish_missed")
    world.expect_page("manager", "manager_now")


@story("DC-ooh", policy=DERBYSHIRE, proves=("task:call-999",))
def test_out_of_hours_emergencies_are_the_designated_managers(world: World) -> None:
    evening(world)
    inside(world, concern=True, tracker="dora")
    world.press("sos-hold")
    world.expect_page("designated", "sos")
    with world.letting_ring("sos"):
        world.fast_forward("3 min")
    world.expect_page("designated", "task_due")
    world.command("do_task", "dora", alarm="sos", task="call-999", note="reference 12")
    world.command("resolve", "dora", alarm="sos", outcome="the police are with her", spoke=True)


@story("DC-ooh", policy=DERBYSHIRE)
def test_out_of_hours_whatever_happens_the_designated_manager_hears_first(world: World) -> None:
    evening(world)
    world.plan(concern=True, tracker="dora", expected_back_ms=NINE + ms("2 h"))
    world.fast_forward("0 s")
    world.expect_page("designated", "risk_check_asked")
    looked_up(world)
    world.fast_forward("15 min")
    world.expect_page("designated", "no_arrival")
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("designated", "arrival_unconfirmed")
    world.command("confirm_arrival", "dora", place="1 Some Street", name="A Client")
    world.fast_forward("30 min")
    world.command("confirm_departure", "dora")
    world.fast_forward("75 min")  # two hours in all: due back
    assert all("designated" in page.roles for page in world.unread)
    assert world.unread.pop(0).about == "home_unconfirmed"
    world.unread.clear()
    world.command("confirm_home", "dora")
    world.expect_alarms()


@story("DC-ooh", policy=DERBYSHIRE,
       proves=("timer:out-of-hours-departure", "timer:out-of-hours-home"))  # fmt: skip
def test_out_of_hours_she_reports_leaving_and_is_known_to_be_home(world: World) -> None:
    evening(world)
    inside(world, concern=True, tracker="dora", then="home")
    world.fast_forward("40 min")
    world.press("d-short")
    world.fast_forward("0 s")
    world.expect_page("designated", "departure_unconfirmed")
    world.command("confirm_departure", "dora")
    world.expect_alarms()
    world.fast_forward("59 min")
    world.expect_quiet()
    world.fast_forward("1 min")
    world.expect_page("designated", "home_unconfirmed")
    world.command("confirm_home", "dora")
    world.expect_alarms()


# ---- leaving, cancelled, broken off -------------------------------------------------------------


@story("DC-high", policy=DERBYSHIRE, proves=("timer:departure",))
def test_that_she_has_left_safely_is_told_to_a_person(world: World) -> None:
    inside(world, concern=True)
    world.fast_forward("40 min")
    world.press("d-short")
    world.fast_forward("0 s")
    world.expect_page("monitor", "departure_unconfirmed")
    world.command("confirm_departure", "olive")


@story("DC-leave", policy=DERBYSHIRE,
       proves=("instruction:excuse-and-leave", "instruction:danger-999"))  # fmt: skip
def test_unsafe_she_leaves_and_who_cannot_leave_calls_999(world: World) -> None:
    inside(world)
    assert "make an excuse and leave" in read(world, "phase:inside")
    world.press("sos-hold")
    world.expect_page("monitor", "sos")
    assert "call 999 with her place" in read(world, "alarm:sos")
    assert world.alarm("sos").why.endswith("(DC-leave)")


@story("DC-cancel", policy=DERBYSHIRE, proves=("instruction:cancelled",))
def test_a_cancelled_visit_is_told_and_the_diary_is_right(world: World) -> None:
    world.plan()
    assert "diary" in read(world, "command:cancel")
    world.command("cancel", "max", note="the family is ill")
    world.expect_page("monitor", "cancelled")
    assert world.visit_now().phase == "cancelled"


@story("DC-terminate", policy=DERBYSHIRE,
       proves=("instruction:reschedule", "timer:broken-off"))  # fmt: skip
def test_a_visit_broken_off_is_recorded_and_rescheduled(world: World) -> None:
    inside(world)
    world.fast_forward("10 min")
    world.command("abandon", "olive", note="he was shouting")
    assert "agree when it takes place instead" in read(world, "phase:broken-off")
    world.fast_forward("10 min")
    world.expect_page("monitor", "departure_unconfirmed")
    start_ms = NINE + ms("24 h")
    world.command("reschedule", "olive", start_ms=start_ms, end_ms=start_ms + ms("1 h"))
    assert world.part().phase == "broken-off"
    world.command("confirm_departure", "olive")


@story("DC-contacts", "DC-ooh", policy=DERBYSHIRE, proves=("register:next-of-kin",))
def test_next_of_kin_are_on_file_and_nobody_but_who_needs_them_sees_them(world: World) -> None:
    told: dict[str, Value] = {"verb": "write", "kind": "next-of-kin", "about": "kim",
                              "name": "Jo", "relation": "sister",
                              "number": "01629 000000"}  # fmt: skip
    record = kept(world, None, "max", **told).record
    assert record is not None
    row = world.policy.register.get("next-of-kin")
    assert row is not None
    assert "reachable out of hours" in row.text
    assert "closed to everybody else" in row.text


@story("DC-risk", policy=DERBYSHIRE, proves=("register:assessment",))
def test_an_assessment_is_signed_by_the_manager_and_looked_at_again(world: World) -> None:
    told: dict[str, Value] = {"kind": "assessment", "verb": "write", "about": "client",
                              "found": "no significant risk", "assessed_on": "2026-09-21",
                              "assessors": "kim"}  # fmt: skip
    record = kept(world, None, "kim", **told).record
    assert record is not None
    assert "sign" in {each.timer for each in record.due}
    assert kept(world, record, "kim", verb="sign").refused
    assert kept(world, record, "olive", verb="sign").refused
    signed = kept(world, record, "max", verb="sign").record
    assert signed is not None
    assert "review" in {each.timer for each in signed.due}


def test_every_clause_of_the_guidance_is_cited() -> None:
    cited = {clause for clause, found in rules().items() for rule in found
             if rule.policy == DERBYSHIRE}  # fmt: skip
    assert {clause.id for clause in clauses() if clause.id.startswith("DC-")} <= cited
