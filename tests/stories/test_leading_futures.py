"""Leading Futures: assessed before, directors told, safe home, and alone in the provision."""

from dataclasses import replace

from hub.policy.model import Policy
from hub.registers import rule
from hub.registers.seen import Seen
from hub.rules.effects import RaiseAlarm
from hub.rules.model import Event
from hub.rules.prompting import instructions
from tests.stories.telling import story
from tests.stories.world import CLIENT, NINE, READY, Value, World, ms

LF = "leading-futures"
BUILDING = {"place": "the provision", "name": "Kim"}


def _plan(world: World, **more: Value) -> None:
    world.plan(**_entry(**more))
    world.fast_forward("0 s")
    world.expect_page("manager", "lone_work_entered")


def _entry(**more: Value) -> dict[str, Value]:
    return {"expected_back_ms": NINE + ms("90 min"), **more}


def _building(world: World, **more: Value) -> None:
    _plan(world, kind="site", client="", then="", **more)


def _told(policy: Policy, moment: str, words: str) -> bool:
    return any(words in row.text for row in instructions(policy, moment))


# Before a visit.


@story("LF-assess", proves=("gate:assessed", "instruction:assess-by-two"), policy=LF)
def test_no_visit_before_it_is_assessed_ideally_by_two(world: World) -> None:
    assert _told(world.policy, "command:plan_visit", "a second member of staff")
    world.directory = replace(world.directory, clients={"client": replace(CLIENT, assessment="")})
    said = world.try_plan(**_entry())
    assert said.clause == ("LF-assess",)
    world.directory = replace(world.directory, clients={"client": CLIENT})
    _plan(world)


@story("LF-assess", proves=("gate:alone-is-safe",), policy=LF)
def test_where_alone_is_not_safe_two_go_or_nobody(world: World) -> None:
    found = replace(CLIENT, assessment="significant")
    world.directory = replace(world.directory, clients={"client": found})
    assert world.try_plan(**_entry()).clause == ("LF-assess",)
    _plan(world, workers="kim,lee")
    world.expect_page("manager", "lone_work_entered")


@story("LF-record", proves=("gate:recorded", "gate:whole-entry", "level:standard"), policy=LF)
def test_place_and_address_stand_on_record(world: World) -> None:
    assert world.try_plan(**_entry(purpose="")).clause == ("LF-record",)
    assert world.try_plan(**_entry(venue="https://maps.example/a")).clause == ("LF-record",)
    nameless = replace(CLIENT, address="")
    world.directory = replace(world.directory, clients={"client": nameless})
    assert "LF-record" in world.try_plan(**_entry()).clause
    world.directory = replace(world.directory, clients={"client": CLIENT})
    _plan(world)
    visit = world.visit_now()
    assert (visit.client, visit.area) == ("client", "Exmouth")
    assert world.policy.level[visit.level].name == "Home visit"


@story("LF-notify", proves=("gate:directors-know-when",), policy=LF)
def test_the_directors_know_when_she_is_back_or_checks_in(world: World) -> None:
    assert world.try_plan().clause == ("LF-notify",)
    world.plan(check_in_ms=NINE + ms("30 min"))
    world.fast_forward("0 s")
    world.expect_page("manager", "lone_work_entered")


@story("LF-notify", proves=("timer:directors-told", "role:manager"), policy=LF)
def test_every_director_is_told_before_she_leaves(world: World) -> None:
    role = world.policy.role.get("manager")
    assert role is not None
    assert role.source_of_people == "everyone"
    _plan(world, at="2 h", expected_back_ms=NINE + ms("4 h"))
    assert world.part().phase == "planned"


@story("LF-fit", proves=("gate:fit-to-be-alone",), policy=LF)
def test_nobody_whom_a_condition_may_leave_helpless_works_alone(world: World) -> None:
    unfit = replace(READY, fit=False)
    world.directory = replace(world.directory, workers={"kim": unfit, "lee": READY})
    assert world.try_plan(**_entry()).clause == ("LF-fit",)
    assert world.try_plan(kind="site", client="").clause == ("LF-fit",)
    _plan(world, workers="lee")


@story("LF-family", proves=("instruction:family-has-our-numbers",), policy=LF)
def test_out_of_hours_the_family_has_the_directors_numbers(world: World) -> None:
    world.directory = replace(world.directory, facts=frozenset({"out_of_hours"}))
    _plan(world)
    found = instructions(world.policy, "phase:planned", world.visit_now(), world.part())
    assert any("directors' numbers" in row.text for row in found)


@story("LF-missed", proves=("instruction:how-they-are-told", "instruction:tell-the-family"),
       policy=LF)  # fmt: skip
def test_how_the_family_hears_that_she_cannot_come(world: World) -> None:
    assert _told(world.policy, "command:plan_visit", "hear of it if you cannot come")
    assert _told(world.policy, "command:cancel", "Tell the family")
    assert _told(world.policy, "command:reschedule", "Tell the family")
    _plan(world, at="1 h", purpose="weekly session; they are sent a text if we cannot come")
    world.command("cancel", "dora", note="ill; her mother was told by text")
    world.expect_page("monitor", "cancelled")
    assert "sent a text" in world.visit_now().purpose


# While she is out, and home.


@story("LF-notify", proves=("timer:check-in",), policy=LF)
def test_the_check_in_time_passes_without_contact(world: World) -> None:
    _plan(world, check_in_ms=NINE + ms("40 min"))
    world.let_in()
    world.fast_forward("40 min")
    world.expect_page("manager", "check_in_missed")
    world.press("a-short")
    world.expect_alarms("check_in_missed")
    world.contact("dora")
    world.expect_alarms()


@story("LF-notify", proves=("timer:not-back",), policy=LF)
def test_not_back_at_the_time_that_she_gave(world: World) -> None:
    _plan(world)
    world.let_in()
    world.fast_forward("50 min")
    world.command("confirm_departure")
    world.fast_forward("40 min")
    world.expect_page("manager", "home_unconfirmed")
    world.contact("dora")
    world.expect_alarms("home_unconfirmed")
    world.command("confirm_home", "dora")
    world.expect_alarms()


@story("LF-home", proves=("timer:back", "timer:home-claimed"), policy=LF)
def test_who_goes_home_reports_that_she_arrived_safely(world: World) -> None:
    _plan(world, then="home", expected_back_ms=NINE + ms("9 h"))
    world.let_in()
    world.fast_forward("50 min")
    world.command("confirm_departure")
    assert world.part().phase == "going-home"
    world.fast_forward("90 min")
    world.expect_page("manager", "home_unconfirmed")
    world.press("d-hold")
    world.fast_forward("0 s")
    world.expect_page("manager", "home_safe")
    world.expect_alarms("home_unconfirmed")
    world.refuse("confirm_home", "kim")
    world.command("confirm_home", "dora")
    world.expect_alarms()


@story("LF-home", proves=("timer:back",), policy=LF)
def test_after_an_evening_alone_in_the_provision_too(world: World) -> None:
    _plan(world, kind="site", client="", then="home", expected_back_ms=NINE + ms("9 h"))
    world.let_in()
    world.command("confirm_departure")
    world.fast_forward("90 min")
    world.expect_page("manager", "home_unconfirmed")
    world.command("confirm_home", "dora")


@story(proves=("timer:next-line",), policy=LF)
def test_who_was_not_reached_is_tried_again(world: World) -> None:
    _plan(world)
    world.let_in()
    world.command("record_contact", means="work-mobile", result="answerphone")
    world.fast_forward("5 min")
    world.expect_page("manager", "next_attempt")
    world.command("record_contact", means="own-mobile", result="no-answer")
    world.fast_forward("4 min")
    world.command("record_contact", means="client-landline", result="spoke")
    world.fast_forward("20 min")


# Alone in the provision.


@story("LF-site", proves=("gate:buddy-named", "role:monitor"), policy=LF)
def test_alone_in_the_provision_somebody_is_the_buddy(world: World) -> None:
    assert world.try_plan(kind="site", client="", tracker="").clause == ("LF-site",)
    _building(world)
    role = world.policy.role.get("monitor")
    assert role is not None
    assert (role.name, role.source_of_people) == ("Buddy", "visit")
    assert world.policy.level[world.visit_now().level].name == "Alone in the provision"


@story("LF-site", proves=("timer:directors-told", "timer:finish", "timer:departure"), policy=LF)
def test_the_directors_hear_of_it_and_the_buddy_when_she_leaves(world: World) -> None:
    _building(world)
    world.press("a-short")
    world.command("confirm_arrival", **BUILDING)
    world.fast_forward("1 h")
    world.expect_page("monitor", "finish_missed")
    world.press("d-short")
    world.fast_forward("0 s")
    world.expect_page("monitor", "departure_unconfirmed")
    assert world.part().phase == "leaving"
    world.command("confirm_departure")
    assert world.part().phase == "closed"


@story("LF-site", proves=("instruction:alone-in-the-building",), policy=LF)
def test_nobody_unknown_is_let_in_and_nobody_climbs(world: World) -> None:
    _building(world)
    found = instructions(world.policy, "phase:inside", world.visit_now(), world.part())
    said = " ".join(row.text for row in found)
    for words in ("let in nobody you do not know", "No ladders", "door locked", "fire doors"):
        assert words in said


@story("LF-open", proves=("choose:she is the first to open the building",), policy=LF)
def test_opening_up_is_watched_like_being_alone(world: World) -> None:
    _building(world, opening_up=True)
    assert any("first to open" in reason for reason in world.visit_now().level_reasons)


@story("LF-open", proves=("on:signs_of_entry", "task:police-if-unsafe",
       "gate:not-alone-after-signs", "instruction:opening-up"), policy=LF)  # fmt: skip
def test_the_alarm_rings_nobody_goes_in_alone(world: World) -> None:
    _building(world, opening_up=True)
    found = instructions(world.policy, "phase:planned", world.visit_now(), world.part())
    assert any("do not go in alone" in row.text for row in found)
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("monitor", "arrival_unconfirmed")
    world.press("d-short")
    world.expect_page("manager", "forced_entry")
    assert "another member of staff" in world.alarm("forced_entry").why
    said = world.refuse("confirm_arrival", **BUILDING)
    assert said.clause == ("LF-open",)
    with world.letting_ring("forced_entry", "arrival_unconfirmed"):
        world.fast_forward("5 min")
    world.expect_page("manager", "task_due")
    said = world.refuse("resolve", "dora", alarm="forced_entry", outcome="it was the wind")
    assert "police" in said.refused
    world.command("do_task", "dora", alarm="forced_entry", task="police-if-unsafe", note="999")
    world.command("confirm_arrival", second_person="lee", **BUILDING)
    world.command("resolve", "dora", alarm="forced_entry", outcome="the police were there")
    world.expect_alarms()


@story("LF-open", proves=("timer:signs-outside",), policy=LF)
def test_who_waits_outside_is_not_forgotten(world: World) -> None:
    _building(world, opening_up=True)
    world.command("report_signs", "kim", note="the alarm rings")
    world.expect_page("manager", "forced_entry")
    world.command("waive_task", "max", alarm="forced_entry", task="police-if-unsafe",
                  note="the caretaker is there")  # fmt: skip
    world.command("resolve", "dora", alarm="forced_entry", outcome="on my way")
    world.fast_forward("15 min")
    world.expect_page("manager", "forced_entry")


# Afterwards.


@story("LF-incident", proves=("register:incident", "on:incident_told"), policy=LF)
def test_an_incident_is_told_to_the_directors_at_once(world: World) -> None:
    data = {"kind": "incident", "verb": "write", "about": "kim", "what": "a fall",
            "happened": "2026-09-21"}  # fmt: skip
    event = Event("write_record", world.now_ms, by="kim", data=data)
    seen = Seen("Europe/London", roles={"kim": ()})
    decision = rule.decide(world.policy, None, event, "r1", world.now_ms, seen)
    assert not decision.refused, decision.refused
    raised = [each for each in decision.effects if isinstance(each, RaiseAlarm)]
    assert len(raised) == 1, "nobody was told"
    assert "the directors hear of it at once" in raised[0].why
    world.raise_alarm(raised[0])
    world.expect_page("manager", "incident_told")


@story("LF-assess", "LF-fit", "LF-family", proves=("register:assessment", "register:fitness",
       "register:next-of-kin"), policy=LF)  # fmt: skip
def test_what_is_kept_of_the_home_and_of_the_worker(world: World) -> None:
    kept = world.policy.register
    assert {"assessment", "fitness", "next-of-kin"} <= set(kept)
    assert "new risks" in kept["assessment"].text
    assert "directors' numbers" in kept["next-of-kin"].text


@story("LF-record", "LF-notify", "LF-family", proves=("screen:diary", "screen:colleagues"),
       policy=LF)  # fmt: skip
def test_what_the_hub_shows_for_it(world: World) -> None:
    shown = {row.shows: row.clause for row in world.policy.screens}
    assert "LF-record" in shown.get("diary", ())
    assert "LF-family" in shown.get("colleagues", ())
