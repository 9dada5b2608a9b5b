"""Homemaker: what must hold before she goes, who agreed, and what is done when it does not hold."""

from dataclasses import replace

from hub.rules import agreeing
from hub.rules.effects import Decision
from hub.rules.model import Event, Value
from hub.rules.prompting import instructions
from tests.stories.people import CLIENT, READY
from tests.stories.telling import story
from tests.stories.world import NINE, World, ms

DAY = ms("24 h")


def _worker(world: World, pendant: str) -> None:
    kim = replace(READY, pendant=pendant)
    world.directory = replace(world.directory, workers={**world.directory.workers, "kim": kim})


def _client(world: World, **on_file: str | bool) -> None:
    client = replace(CLIENT, **on_file)  # type: ignore[arg-type]  # by name, as the story has it
    world.directory = replace(world.directory, clients={"client": client})


def _set_out(world: World, **data: Value) -> None:
    event = Event("started_out", world.now_ms, by="kim", worker="kim", pendant="p-kim", data=data)
    world.happen(event)


# 2.1: charged and on.


@story("HM-2.1", proves=("gate:pendant-ready",))
def test_nobody_sets_out_with_a_pendant_that_is_low_silent_or_none(world: World) -> None:
    world.plan(at="30 min")
    for state in ("low", "silent", "none"):
        _worker(world, state)
        assert world.refuse("start_out", "olive").clause == ("HM-2.1",)
    _worker(world, "ready")
    world.command("start_out", "olive")
    assert world.part().phase == "on-the-way"


@story("HM-2.1", proves=("gate:pendant-ready", "timer:pendant-not-ready"))
def test_the_office_lets_it_pass_by_name_and_whoever_watches_is_told(world: World) -> None:
    world.plan(at="30 min")
    _worker(world, "low")
    note = {"override": "pendant-ready", "override_note": "a spare is in her car"}
    refused = world.refuse("start_out", "kim", pendant="low", **note)
    assert refused.gate == "pendant-ready"
    world.refuse("start_out", "olive", pendant="low", override="pendant-ready")
    world.command("start_out", "olive", pendant="low", **note)
    assert world.visit_now().overridden == ("pendant-ready by olive",)
    world.fast_forward("1 s")
    world.expect_page("tracker", "pendant_not_ready", ago="1 s")


@story("HM-2.1", proves=("timer:pendant-not-ready",))
def test_a_press_is_never_refused_and_is_told_all_the_same(world: World) -> None:
    world.plan(at="30 min")
    _set_out(world, pendant="low")
    assert (world.part().phase, world.part().facts) == ("on-the-way", ("pendant_not_ready",))
    world.fast_forward("1 s")
    world.expect_page("tracker", "pendant_not_ready", ago="1 s")
    world.fast_forward("10 min")


# 4.1.2: worker and tracker have spoken.


@story("HM-4.1.2", proves=("gate:tracking-agreed",))
def test_a_tracker_elsewhere_says_that_she_is_there_that_day_or_the_day_before(
    world: World,
) -> None:
    start_ms = NINE + 2 * DAY + ms("2 h")
    world.plan(start_ms=start_ms, end_ms=start_ms + DAY // 12, concern=True, remote_tracker=True)
    world.directory = replace(world.directory, day_before_ms=NINE + DAY)
    world.refuse("agree_tracking", "kim")
    world.command("agree_tracking", "tess")
    with world.letting_ring("tracking_not_agreed"):
        world.fast_forward("24 h")
        world.fast_forward("24 h")
        _set_out(world)
        world.fast_forward("2 h")
    world.unread.clear()
    with world.letting_ring("arrival_unconfirmed"):
        world.press("a-short")
        refused = world.refuse("confirm_arrival", place="1 Some Street", name="A Client")
        assert refused.clause == ("HM-4.1.2",)
        world.command("agree_tracking", "tess", note="spoken at the door")
        world.command("confirm_arrival", place="1 Some Street", name="A Client")
    world.expect_alarms()


@story("HM-4.1.2", proves=("gate:tracking-agreed",))
def test_another_tracker_has_agreed_to_nothing_yet(world: World) -> None:
    world.plan(concern=True, remote_tracker=True)
    world.command("agree_tracking", "tess")
    world.command("name_tracker", "olive", tracker="tess")
    assert "tracker_agreed" in world.part().anchors
    world.command("name_tracker", "olive", tracker="olive")
    assert "tracker_agreed" not in world.part().anchors
    with world.letting_ring("arrival_unconfirmed"):
        world.press("a-short")
        world.refuse("confirm_arrival", "olive", place="1 Some Street", name="A Client")
        world.command("agree_tracking", "olive")
        world.command("confirm_arrival", "olive", place="1 Some Street", name="A Client")


@story("HM-4.1.2", proves=("timer:tracking-not-agreed",))
def test_who_sets_out_without_having_spoken_is_told_of(world: World) -> None:
    world.plan(at="30 min", concern=True, remote_tracker=True)
    _set_out(world)
    world.fast_forward("1 s")
    world.expect_page("tracker", "tracking_not_agreed", ago="1 s")


@story("HM-4.1.2")
def test_who_has_spoken_sets_out_in_peace(world: World) -> None:
    world.plan(at="30 min", concern=True, remote_tracker=True)
    world.command("agree_tracking", "tess")
    _set_out(world)
    world.fast_forward("20 min")


# 4.1.4: the coverage there.


@story("HM-4.1.4", proves=("gate:coverage-looked-up",))
def test_coverage_is_looked_up_before_a_first_visit(world: World) -> None:
    _client(world, coverage="")
    assert world.try_plan(first_meeting=True).clause == ("HM-4.1.4",)
    assert world.try_plan(first_meeting=True, coverage="unknown").clause == ("HM-4.1.4",)
    assert world.plan(first_meeting=True, coverage="good").coverage == "good"
    assert world.plan().coverage == "unknown"  # only a first one asks for it


@story("HM-4.1.4", "HM-4.2.7", proves=("instruction:abort-without-coverage",))
def test_poor_coverage_on_file_is_on_the_visit_with_an_agreed_end(world: World) -> None:
    _client(world, coverage="poor")
    visit = world.plan(first_meeting=True, end="90 min")
    assert (visit.coverage, world.part().anchors["agreed_end"]) == ("poor", NINE + ms("90 min"))
    shown = instructions(world.policy, "command:set_coverage", visit, world.part())
    assert [row.clause for row in shown] == [("HM-5.3",)]
    assert world.plan(first_meeting=True, coverage="good").coverage == "good"


@story("HM-4.1.4", "HM-4.2.7", proves=("timer:coverage-told",
       "instruction:coverage-for-the-tracker"))  # fmt: skip
def test_poor_coverage_is_told_to_the_tracker_before_she_sets_out(world: World) -> None:
    world.plan(at="2 h", concern=True, coverage="poor")
    world.fast_forward("0 s")
    world.expect_page("tracker", "coverage_poor")
    assert world.part().phase == "planned"
    shown = instructions(world.policy, "command:name_tracker", world.visit, world.part())
    assert any("expected to be poor" in row.text and "tracker" in row.to for row in shown)


@story("HM-5.3", proves=("instruction:abort-without-coverage",))
def test_without_coverage_breaking_it_off_is_considered(world: World) -> None:
    visit = world.plan(concern=True, coverage="poor")
    shown = instructions(world.policy, "command:set_coverage", visit, world.part())
    assert [(row.id, row.to) for row in shown] == [
        ("abort-without-coverage", ("tracker", "worker"))
    ]
    good = world.plan(concern=True, coverage="good")
    assert not instructions(world.policy, "command:set_coverage", good, world.part())


# 8.1: too great for one.


@story("HM-8.1", proves=("gate:joint-or-elsewhere",))
def test_too_great_for_one_means_two_or_another_place_and_a_manager(world: World) -> None:
    assert world.try_plan(too_great_for_one=True).clause == ("HM-8.1",)
    joint = world.plan(too_great_for_one=True, workers="kim,lee")
    assert [part.worker for part in joint.parts] == ["kim", "lee"]
    place = "Citizens Advice, 3 High Street, Exeter EX4 3LF"
    elsewhere = world.plan(too_great_for_one=True, venue=place)
    assert (elsewhere.venue, "other_venue" in elsewhere.facts) == (place, True)


# 9: in the office.


@story("HM-9", proves=("gate:meeting-assessed",))
def test_a_meeting_is_assessed_before_it_is_arranged(world: World) -> None:
    _client(world, assessment="")
    assert world.try_plan(kind="meeting", second_person="olive").clause == ("HM-9",)
    _client(world, assessment="written")
    assert world.plan(kind="meeting", second_person="olive").level == "meeting"


@story("HM-9", proves=("gate:meeting-second-person", "choose:a meeting in the office"))
def test_somebody_else_is_in_the_office_unless_the_manager_says_otherwise(world: World) -> None:
    for nobody in ("", "kim"):
        assert world.try_plan(kind="meeting", second_person=nobody).clause == ("HM-9",)
    assert world.plan(kind="meeting", second_person="olive").level == "meeting"
    note = {"override": "meeting-second-person", "override_note": "known for years"}
    assert world.try_plan(kind="meeting", **note).gate == "meeting-second-person"


@story("HM-9", proves=("gate:meeting-second-person",))
def test_only_a_manager_lets_her_meet_a_client_alone(world: World) -> None:
    data: dict[str, Value] = {
        "client": "client", "area": "Office", "purpose": "Meeting", "kind": "meeting",
        "start_ms": NINE, "end_ms": NINE + ms("1 h"), "workers": "kim",
        "override": "meeting-second-person", "override_note": "known for years",
    }  # fmt: skip
    planned = world.plan_by("max", data)
    assert planned.visit is not None
    assert planned.visit.overridden == ("meeting-second-person by max",)
    assert world.plan_by("olive", data).refused
    assert world.plan_by("max", {**data, "override_note": ""}).refused


@story("HM-9", proves=("instruction:door-locked",))
def test_after_hours_the_door_is_locked(world: World) -> None:
    visit = world.plan(kind="meeting", second_person="olive")
    assert not instructions(world.policy, "phase:inside", visit, world.part())
    late = replace(world.directory, facts=frozenset({"out_of_hours"}))
    world.directory = late
    visit = world.plan(kind="meeting", second_person="olive")
    shown = instructions(world.policy, "phase:inside", visit, world.part())
    assert [row.clause for row in shown] == [("HM-9",)]


@story("HM-9", proves=("instruction:door-locked-alone",))
def test_who_stays_alone_after_hours_locks_it_too(world: World) -> None:
    world.directory = replace(world.directory, facts=frozenset({"out_of_hours"}))
    visit = world.plan(kind="site", client="")
    shown = instructions(world.policy, "phase:inside", visit, world.part())
    assert [row.id for row in shown] == ["door-locked-alone"]


# DC-unplanned and DC-risk lend the command; here it only ever tightens.


@story("HM-4.0")
def test_a_risk_that_is_found_on_file_makes_it_enhanced(world: World) -> None:
    assert world.plan().level == "standard"
    world.refuse("check_risk", "kim", found="recent_violence")
    world.refuse("check_risk", "tess", found="bad_temper")
    world.command("check_risk", "tess", found="recent_violence")
    visit = world.visit_now()
    assert (visit.level, world.part().facts) == ("enhanced", ("risk_checked",))
    assert "recent_violence" in visit.facts
    world.command("check_risk", "tess", found="")
    assert world.visit_now().level == "enhanced"


# A procedure that changed: running visits keep theirs unless a manager says otherwise.


def _by_todays_procedure(world: World) -> None:
    visit = replace(world.plan(), terms="older@1:0123456789ab")

    def said(by: str, note: str = "as the office agreed") -> Decision:
        event = Event("rebase", world.now_ms, by=by, visit=visit.id, data={"note": note})
        return agreeing.rebase(world.policy, visit, event, world.directory)

    for by, note in (("kim", "why"), ("olive", "why"), ("max", ""), ("", "why")):
        assert said(by, note).refused
    done = said("max")
    assert done.visit is not None
    assert (done.refused, done.visit.terms) == ("", world.policy.terms_id)


@story(proves=("gate:another-procedure",))
def test_a_manager_lets_a_visit_go_on_by_todays_procedure(world: World) -> None:
    _by_todays_procedure(world)


@story(proves=("gate:another-procedure",), policy="plain")
def test_a_manager_does_so_by_the_plain_one_too(world: World) -> None:
    _by_todays_procedure(world)
