"""What is changed about a running visit, value by value: who may loosen the watch, and how far."""

from dataclasses import replace

import pytest

from hub.policy.model import Gate
from hub.rules.effects import ResolveAlarms
from hub.rules.facts import HER_OWN_COVERAGE
from hub.rules.steering import before_arrival
from tests.shipped import policy_of
from tests.stories.world import NINE, World, ms

HOUR_MS = ms("1 h")


def inside(**more: str | int | bool) -> World:
    world = World()
    world.plan(**more)
    world.let_in()
    return world


def agreed(world: World) -> int:
    return world.part().anchors["agreed_end"] - NINE


@pytest.mark.clause("HM-4.2.7")
def test_an_end_for_poor_coverage_is_put_off_by_others_only() -> None:
    world = inside()
    world.command("set_coverage", "kim", coverage="poor")
    assert agreed(world) == HOUR_MS, "the planned end, where none is named"
    world.command("set_coverage", "kim", coverage="poor", agreed_end_ms=NINE + 2 * HOUR_MS)
    assert agreed(world) == HOUR_MS, "not later by her own word"
    world.command("set_coverage", "kim", coverage="poor", agreed_end_ms=NINE + ms("30 min"))
    assert agreed(world) == ms("30 min")
    world.command("set_coverage", "kim", coverage="poor", agreed_end_ms=NINE + ms("50 min"))
    assert agreed(world) == ms("30 min"), "what was agreed last is what counts"
    world.command("set_coverage", "tess", coverage="poor", agreed_end_ms=NINE + 2 * HOUR_MS)
    assert agreed(world) == 2 * HOUR_MS
    world.command("set_coverage", "tess", coverage="poor")
    assert agreed(world) == HOUR_MS


@pytest.mark.clause("HM-4.2.7")
def test_whose_word_poor_coverage_is_stands_on_her_part() -> None:
    world = inside()
    assert HER_OWN_COVERAGE not in world.part().facts
    world.command("set_coverage", "kim", coverage="poor")
    world.command("set_coverage", "kim", coverage="poor")
    assert world.part().facts.count(HER_OWN_COVERAGE) == 1
    assert "no beats, as expected" not in world.hub_event("beat_lost").reason
    world.expect_page("office", "beat_lost")
    world.contact()
    world.command("set_coverage", "tess", coverage="poor")
    assert HER_OWN_COVERAGE not in world.part().facts
    assert "no beats, as expected" in world.hub_event("beat_lost").reason
    assert world.refuse("set_coverage", "kim", coverage="good").clause == ("HM-4.2.7",)
    unknown = world.refuse("set_coverage", coverage="fine")
    assert unknown.refused == "Coverage is one of good, poor, unknown."
    assert unknown.clause == ("HM-4.1.4",)
    assert world.command("set_coverage", coverage="good").reason == "coverage is good"


@pytest.mark.clause("HM-4.2.7", "DC-overrun")
def test_who_stays_longer_is_back_as_much_later_as_she_travels() -> None:
    for back, end, expected in (
        ("90 min", "2 h", "150 min"),  # half an hour to travel
        ("90 min", "30 min", "90 min"),  # an earlier end brings nothing forward
        ("90 min", "1 h", "90 min"),
        ("3 h", "90 min", "210 min"),
        ("30 min", "2 h", "2 h"),  # said before the end was: no travel, and not before the end
    ):
        world = inside(expected_back_ms=NINE + ms(back))
        world.contact()
        world.command("extend", end_ms=NINE + ms(end))
        assert world.part().anchors["expected_back"] == NINE + ms(expected), (back, end)
    world = inside()
    world.contact()
    world.command("extend", end_ms=NINE + ms("2 h"))
    assert "expected_back" not in world.part().anchors
    assert world.visit_now().planned_end_ms == NINE + ms("2 h")


@pytest.mark.clause("HM-3.4", "DC-overrun")
def test_an_end_that_nobody_heard_of_is_not_put_off_again() -> None:
    world = World(policy=policy_of("plain"))
    world.plan(tracker="")
    world.let_in("olive")
    world.fast_forward("1 min")
    world.command("extend", "olive", end_ms=NINE + ms("90 min"))
    assert world.part().anchors["extended"] == NINE + ms("1 min")
    world.fast_forward("1 min")
    refused = world.refuse("extend", "olive", end_ms=NINE + ms("2 h"))
    assert refused.refused == (
        "The end was moved already, and nobody has spoken with her since: speak with her."
    )
    assert refused.clause == ("HM-3.4", "DC-overrun")
    world.command("extend", "olive", end_ms=NINE + ms("90 min"))  # the same end puts nothing off
    world.command("extend", "olive", end_ms=NINE + ms("80 min"))
    world.command("extend", "olive", end_ms=NINE + ms("2 h"), means="work-mobile")
    assert world.part().anchors["finish"] == NINE + ms("2 h")


def test_a_new_end_lies_ahead_and_within_a_day() -> None:
    world = inside()
    world.contact()
    for end_ms, said in (
        (NINE, "The new end must lie ahead."),
        (NINE + ms("24 h") + 1, "The new end must be within a day."),
    ):
        assert world.refuse("extend", end_ms=end_ms).refused == said
    world.command("extend", end_ms=NINE + ms("24 h"))
    world.contact()
    world.command("extend", end_ms=NINE + 1)


def test_an_interval_that_helps_and_can_be_kept() -> None:
    for minutes in (4, 241):
        world = inside(concern=True)
        said = world.refuse("carry_on", every_min=minutes).refused
        assert said == "Agree an interval from 5 to 240 minutes."
    for minutes in (5, 240):
        world = inside(concern=True)
        world.fast_forward("18 min")
        world.contact()
        world.command("carry_on", every_min=minutes)
        assert world.part().call_every_ms == minutes * 60_000


def test_a_letter_that_the_procedure_does_not_have_is_not_earned() -> None:
    policy = replace(policy_of("homemaker-exeter"), letters=())
    world = World(policy=policy)
    world.plan()
    world.command("start_out", "olive")
    world.let_in()
    world.contact()
    world.command("confirm_departure", then="home")
    world.expect_letters()


def test_what_may_still_be_cancelled() -> None:
    world = World()
    world.plan(workers="kim,lee")
    visit = world.visit_now()
    kim, lee = visit.parts
    for phases, may in (
        (("planned", "on-the-way"), True),
        (("cancelled", "planned"), True),
        (("planned", "at-door"), False),
        (("inside", "cancelled"), False),
    ):
        parts = (replace(kim, phase=phases[0]), replace(lee, phase=phases[1]))
        assert before_arrival(replace(visit, parts=parts), NINE) == may, phases
    day = replace(visit, kind="day")
    assert before_arrival(day, day.planned_start_ms - 1)
    assert not before_arrival(day, day.planned_start_ms)


@pytest.mark.clause("HM-4.1.1")
def test_another_tracker_has_agreed_to_nothing_yet() -> None:
    world = World()
    world.plan()
    assert world.command("agree_tracking").clause == ("HM-4.1.2",)
    world.command("name_tracker", "olive", tracker="tess")
    assert "tracker_agreed" in world.part().anchors, "the same one"
    world.command("name_tracker", "olive", tracker="max")
    assert "tracker_agreed" not in world.part().anchors
    nobody = world.refuse("name_tracker", "olive")
    assert (nobody.refused, nobody.clause) == ("Say who tracks her.", ("HM-4.1.1",))
    herself = world.refuse("name_tracker", "olive", tracker="kim")
    assert herself.refused == "Nobody tracks herself or her pair: name another person."
    assert herself.clause == ("HM-4.1.1",)


@pytest.mark.clause("HM-4.1.1", "HM-2.9")
@pytest.mark.parametrize(
    ("command", "said"),
    [("name_tracker", "a tracker is named"), ("cancel", "cancelled before arrival")],
)
def test_of_a_pair_what_was_asked_about_both_is_answered(command: str, said: str) -> None:
    world = World()
    visit = world.plan(workers="kim,lee", tracker="")
    fired = (("no-tracker", NINE), ("no-arrival-standard", NINE), ("finish", NINE + 1))
    parts = tuple(replace(part, fired=fired) for part in visit.parts)
    world.visit = replace(visit, parts=parts)
    done = world.command(command, "olive", tracker="tess")
    (found,) = [each for each in done.effects if isinstance(each, ResolveAlarms)]
    assert (found.by, found.outcome) == ("olive", said)
    rows = world.policy.timer
    asked = {"no_tracker"} if command == "name_tracker" else {"no_tracker", "no_arrival"}
    named = {name for name, _ in fired[:2] if name in rows and rows[name].kind in asked}
    assert len(named) == len(asked)
    assert set(found.sources) == {
        f"v1:{worker}:{name}" for worker in ("kim", "lee") for name in named
    }


@pytest.mark.clause("DC-cancel")
def test_a_visit_that_is_moved_is_as_it_was_planned() -> None:
    """What belongs to its time moves with it; what was planned stays."""
    plan = {"check_in_ms": NINE + ms("30 min"), "expected_back_ms": NINE + ms("90 min")}
    world = World(policy=policy_of("plain"))
    world.plan(at="1 min", workers="kim,lee", tracker="", **plan)
    before = {part.worker: part for part in world.visit_now().parts}
    world.press("a-hold", "lee")
    world.command("record_contact", "olive", "lee", means="work-mobile", reached=False)
    assert (world.part("lee").phase, len(world.part("lee").claims)) == ("on-the-way", 1)
    start_ms, end_ms = NINE + ms("181 min"), NINE + ms("241 min")
    world.command("reschedule", "olive", start_ms=start_ms, end_ms=end_ms)
    with world.letting_ring("rescheduled"):
        for part in world.visit_now().parts:
            was = before[part.worker]
            assert (part.phase, part.fired, part.attempts) == ("planned", (), ())
            assert (part.claims, part.prompt) == ((), "")
            later = {"planned_start", "awaited", "finish", "check_in", "expected_back"}
            assert part.anchors == {
                name: at_ms + ms("3 h") if name in later else at_ms
                for name, at_ms in was.anchors.items()
            }
    world.unread.clear()


@pytest.mark.clause("DC-cancel")
def test_a_visit_is_moved_to_at_most_a_day() -> None:
    for more, said in (
        (0, ""),
        (1, "A visit of more than a day is two visits."),
    ):
        world = World()
        world.plan(at="1 h")
        start_ms = NINE + 1
        done = world.ask("reschedule", "olive", start_ms=start_ms,
                         end_ms=start_ms + ms("24 h") + more)  # fmt: skip
        assert done.refused == said
        world.unread.clear()
    for start_ms, end_ms in ((NINE, NINE + 9), (NINE + 9, NINE + 9)):
        world = World()
        world.plan(at="1 h")
        said = "The new start must lie ahead, and the end after it."
        assert world.refuse("reschedule", "olive", start_ms=start_ms, end_ms=end_ms).refused == said


def test_a_visit_is_moved_past_no_gate_of_its_level_and_who_lets_one_pass_is_on_record() -> None:
    plain = policy_of("plain")
    level = plain.levels[0].id
    never = Gate("g", "plan_visit", ("never",), "Not then.", levels=(level,))
    tracked = Gate("t", "plan_visit", ("two_workers",), "Look.", when=("out_of_hours",),
                   override=("manager",))  # fmt: skip
    start_ms, end_ms = NINE + ms("10 h"), NINE + ms("11 h")

    def moved(gate: Gate, **more: str) -> World:
        world = World(policy=plain)
        world.plan(at="1 h")
        world.policy = replace(plain, gates=(*plain.gates, gate))
        world.directory = replace(world.directory, facts=frozenset({"out_of_hours"}))
        done = world.ask("reschedule", "max", start_ms=start_ms, end_ms=end_ms, **more)
        world.reasons.append(done.refused)
        world.unread.clear()
        return world

    assert moved(never).reasons[-1] == "Not then."
    assert moved(replace(never, levels=("no-such-level",))).reasons[-1] == ""
    assert moved(tracked).reasons[-1].startswith("Look.")
    passed = moved(tracked, override="t", override_note="known").visit_now()
    assert passed.overridden == ("t by max",)
    assert "out_of_hours" in passed.facts


def test_a_working_day_that_is_moved_is_out_from_its_new_start() -> None:
    world = World(policy=policy_of("derbyshire-childrens-services"))
    world.plan(at="1 h", end="8 h", kind="day", day_entry=True, expected_back_ms=NINE + ms("9 h"))
    assert world.part().anchors["started_out"] == NINE + ms("1 h")
    start_ms, end_ms = NINE + ms("2 h"), NINE + ms("10 h")
    world.command("reschedule", "olive", start_ms=start_ms, end_ms=end_ms)
    part = world.part()
    assert (part.phase, part.anchors["started_out"]) == ("to-base", start_ms)
    assert part.anchors["expected_back"] == NINE + ms("10 h")
    world.unread.clear()
