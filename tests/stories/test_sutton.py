"""Sutton: reporting back, thirty minutes after the end, out of hours, first visits, on site."""

from dataclasses import replace

from hub.rules.board import line
from hub.rules.prompting import instructions, next_means
from tests.stories.telling import story
from tests.stories.world import CLIENT, NINE, READY, Value, World, ms

SUTTON = "sutton-cypl"
FIRST: dict[str, Value] = {"first_meeting": True, "warning_checked": "kim"}


def _inside(world: World, **more: Value) -> None:
    world.plan(**more)
    world.let_in("olive")


def _evening(world: World) -> None:
    world.directory = replace(world.directory, facts=frozenset({"out_of_hours"}))


# ---- before -------------------------------------------------------------------------------------


@story("SU-first", proves=("gate:warning-checked", "gate:first-assessed", "register:assessment",
                           "instruction:before-a-first-visit"), policy=SUTTON)  # fmt: skip
def test_a_first_visit_after_the_warning_system_and_an_assessment(world: World) -> None:
    refused = world.try_plan(first_meeting=True)
    assert "warning system" in refused.refused
    assert refused.clause == ("SU-first",)
    unwritten = replace(CLIENT, assessment="", assessed_by=0)
    known = world.directory
    world.directory = replace(known, clients={"client": unwritten})
    assert "assessment" in world.try_plan(**FIRST).refused
    world.directory = known
    assert "SU-first" in [each for row in world.policy.registers for each in row.clause]
    shown = instructions(world.policy, "command:plan_visit")
    assert any("two together" in row.text for row in shown)
    world.plan(**FIRST)


@story("SU-first", proves=("gate:first-out-of-hours",), policy=SUTTON)
def test_no_first_visit_out_of_hours(world: World) -> None:
    _evening(world)
    told = world.try_plan(check_in_ms=NINE + ms("2 h"), **FIRST)
    assert "out of hours" in told.refused
    world.plan(check_in_ms=NINE + ms("2 h"))


@story("SU-induct", proves=("gate:inducted",), policy=SUTTON)
def test_new_and_agency_staff_do_not_go_alone_before_their_induction(world: World) -> None:
    known = world.directory
    world.directory = replace(known, workers={"kim": replace(READY, inducted=False)})
    assert world.try_plan().clause == ("SU-induct",)
    world.directory = known
    world.plan()


@story("SU-site", proves=("gate:alone-in-the-building", "instruction:alone-on-site"), policy=SUTTON)
def test_alone_in_the_building_by_agreement_behind_locked_doors_with_a_buddy(world: World) -> None:
    for missing in ({"manager_agreed": ""}, {"manager_agreed": "olive2"}, {"tracker": ""}):
        assert world.try_plan(kind="site", **missing).clause == ("SU-site",)
    world.plan(kind="site")
    world.let_in("olive")
    told = instructions(world.policy, "phase:inside", world.visit, world.part())
    assert any("locked" in row.text and "SU-site" in row.clause for row in told)
    world.command("confirm_departure", "olive")


# ---- reporting back -----------------------------------------------------------------------------


@story("SU-report", proves=("timer:report-interval", "choose:in the hours of darkness"),
       policy=SUTTON)  # fmt: skip
def test_after_dark_she_reports_back_every_hour(world: World) -> None:
    world.directory = replace(world.directory, facts=frozenset({"after_dark"}))
    _inside(world, end="4 h")
    assert world.visit_now().level == "close"
    world.fast_forward("1 h")
    world.expect_page("buddy", "check_in_missed")
    world.press("a-short")
    world.expect_alarms("check_in_missed")
    world.contact()
    world.expect_alarms()
    world.fast_forward("1 h")
    world.expect_page("buddy", "check_in_missed")
    world.contact()


@story("SU-report", proves=("timer:home", "choose:her last visit of the day"), policy=SUTTON)
def test_at_the_days_end_she_is_known_to_be_home_within_the_hour(world: World) -> None:
    _inside(world, last_of_day=True, then="home")
    world.fast_forward("50 min")
    world.command("confirm_departure", "olive")
    world.fast_forward("1 h")
    world.expect_page("buddy", "home_unconfirmed")
    world.command("confirm_home", "olive")


@story("SU-report", proves=("choose:a risk is named on her or the client's file",
                            "choose:the assessment found a significant risk",
                            "choose:she has a concern", "choose:recent violence or threats"),
       policy=SUTTON)  # fmt: skip
def test_other_high_risks_are_reported_at_intervals_too(world: World) -> None:
    for fact in ("risk_flag", "significant_risk", "concern", "recent_violence"):
        world.plan(**{fact: True})
        assert world.visit_now().level == "close", fact
    world.plan()
    assert world.visit_now().level == "standard"


@story("SU-report", proves=("timer:departure", "gate:spoken-departure"), policy=SUTTON)
def test_she_reports_back_to_a_person_after_each_appointment(world: World) -> None:
    _inside(world)
    world.press("d-short")
    world.fast_forward("0 s")
    world.expect_page("buddy", "departure_unconfirmed")
    refused = world.refuse("confirm_departure", "olive", means="answerphone")
    assert refused.clause == ("SU-report",)
    world.command("confirm_departure", "olive")
    world.expect_alarms()


@story("SU-30", "SU-chain", proves=("timer:finish", "timer:finish-manager",
                                    "instruction:emergency-plan"), policy=SUTTON)  # fmt: skip
def test_no_call_thirty_minutes_after_the_end(world: World) -> None:
    _inside(world)
    world.fast_forward("89 min")
    world.expect_alarms()
    world.fast_forward("1 min")
    world.expect_page("buddy", "finish_missed")
    assert "SU-30" in world.alarm("finish_missed").why
    shown = instructions(world.policy, "alarm:finish_missed", world.visit, world.part())
    assert any("No contact: tell the manager" in row.text for row in shown)
    with world.letting_ring("finish_missed"):
        world.fast_forward("15 min")
    world.expect_page("manager", "manager_now")
    world.contact()
    world.expect_alarms()


@story("SU-ooh", proves=("gate:out-of-hours-buddy",), policy=SUTTON)
def test_out_of_hours_somebody_has_the_numbers_and_the_check_in_time(world: World) -> None:
    _evening(world)
    late = NINE + ms("30 min")
    assert world.try_plan().clause == ("SU-ooh",)
    assert world.try_plan(check_in_ms=late, tracker="").clause == ("SU-ooh",)
    known = world.directory
    world.directory = replace(known, workers={"kim": replace(READY, own_mobile=False)})
    assert world.try_plan(check_in_ms=late).clause == ("SU-ooh",)
    world.directory = known
    world.plan(check_in_ms=late)


@story("SU-ooh", policy=SUTTON)
def test_out_of_hours_the_buddy_hears_of_everything_even_alone(world: World) -> None:
    _evening(world)
    world.plan(check_in_ms=NINE + ms("50 min"))
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("buddy", "arrival_unconfirmed")
    world.command("confirm_arrival", "tess", place="1 Some Street", name="A Client")
    world.press("sos-hold")
    world.expect_page("buddy", "sos")
    task = next(task for task in world.alarm("sos").tasks if task.id == "call-999")
    assert "buddy" in task.roles
    shown = instructions(world.policy, "alarm:duress", world.visit, world.part())
    assert all("buddy" in row.to for row in shown)
    with world.letting_ring("sos"):
        world.command("do_task", "max", alarm="sos", task="call-999", note="reference 12")
        world.command("resolve", "max", alarm="sos", outcome="the police are with her", spoke=True)


@story("SU-ooh", "SU-chain", proves=("timer:check-in", "contact:order", "task:own-mobile",
                                     "task:kin-or-police"), policy=SUTTON)  # fmt: skip
def test_no_contact_by_the_set_time_her_own_mobile_then_kin_or_police(world: World) -> None:
    _inside(world, check_in_ms=NINE + ms("30 min"))
    world.fast_forward("30 min")
    world.expect_page("manager", "manager_now")
    assert next_means(world.policy, world.part()) == ("work-mobile", "own-mobile")
    assert next_means(world.policy, world.part(), own_mobile=False) == ("work-mobile",)
    with world.letting_ring("manager_now"):
        world.fast_forward("5 min")
        world.expect_page("manager", "task_due")
        world.command("do_task", "max", alarm="manager_now", task="own-mobile")
        world.command("record_contact", "max", means="own-mobile", reached=False)
        world.fast_forward("10 min")
        world.expect_page("manager", "task_due")
        refused = world.refuse("resolve", "max", alarm="manager_now", outcome="x", spoke=True)
        assert "next of kin" in refused.refused
        assert refused.clause == ("SU-chain",)
        world.command("do_task", "max", alarm="manager_now", task="kin-or-police", note="her son")
        world.command("resolve", "max", alarm="manager_now", outcome="at home, unwell")


@story("SU-chain", policy=SUTTON)
def test_whoever_speaks_with_her_ends_the_chain(world: World) -> None:
    _inside(world, check_in_ms=NINE + ms("30 min"))
    world.fast_forward("30 min")
    world.expect_page("manager", "manager_now")
    world.contact()
    world.expect_alarms()
    assert {task.state for task in world.alarm("manager_now").tasks} == {"spared"}


# ---- at the door, inside, on the board ----------------------------------------------------------


@story("SU-pattern", proves=("timer:concern", "instruction:end-the-interview"), policy=SUTTON)
def test_aggression_ends_the_interview_and_the_manager_is_told(world: World) -> None:
    world.plan()
    world.press("a-short")
    world.command("refuse_entry", "olive", note="shouting inside")
    world.plan()
    world.press("a-short")
    for moment in ("phase:at-door", "phase:inside"):
        told = instructions(world.policy, moment, world.visit, world.part())
        assert any("end the interview" in row.text for row in told), moment
    world.press("d-short")
    world.fast_forward("0 s")
    world.expect_page("buddy", "concern_at_door")
    assert "SU-pattern" in world.alarm("concern_at_door").why
    with world.letting_ring("concern_at_door"):
        world.fast_forward("5 min")
    world.command("confirm_departure", "max")
    world.expect_alarms()


@story("SU-board", proves=("letter:HV", "letter:NR"), policy=SUTTON)
def test_the_board_says_home_visit_and_no_return(world: World) -> None:
    visit = world.plan(then="home")
    assert line(world.policy, visit, visit.parts[0]).awaited == ("HV", "A", "D", "NR")
    world.let_in("olive")
    world.expect_letters("HV", "A")
    world.command("confirm_departure", "olive")
    world.expect_letters("HV", "A", "D", "NR")
    world.command("confirm_home", "olive")


@story("SU-board", proves=("letter:RB",), policy=SUTTON)
def test_the_board_says_return_to_base(world: World) -> None:
    visit = world.plan()
    assert line(world.policy, visit, visit.parts[0]).awaited == ("HV", "A", "D", "RB")
    world.let_in("olive")
    world.command("confirm_departure", "olive")
    world.expect_letters("HV", "A", "D", "RB")
    world.command("confirm_home", "olive")
