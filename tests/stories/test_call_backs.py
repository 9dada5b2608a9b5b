"""Enhanced tracking: twenty minutes, thirty minutes, her three answers, and poor coverage."""

from hub.rules.prompting import instructions, next_means
from tests.stories.telling import story
from tests.stories.world import NINE, World, ms


def _enhanced(world: World, **more: str | int | bool) -> None:
    world.plan(first_meeting=True, end="2 h", **more)
    world.let_in()


@story("HM-4.2.2", "HM-4.2.3", "HM-4.1.3", proves=("timer:call-back", "letter:T"))
def test_the_tracker_is_paged_twenty_minutes_after_arrival(world: World) -> None:
    _enhanced(world)
    world.fast_forward("20 min")
    world.expect_page("tracker", "call_back_due")
    world.expect_letters("A")
    world.contact()
    world.expect_letters("A", "T")
    world.expect_alarms()
    world.fast_forward("1 h")


@story("HM-4.2.2", proves=("timer:call-back",))
def test_it_counts_from_the_earlier_of_arrival_and_the_arrival_call(world: World) -> None:
    world.plan(first_meeting=True)
    world.press("a-short", ago="4 min")
    world.fast_forward("1 min")
    world.expect_page("tracker", "arrival_unconfirmed", ago="1 min")
    world.command("confirm_arrival", place="1 Some Street", name="A Client")
    world.fast_forward("15 min")
    world.expect_page("tracker", "call_back_due")
    assert world.alarm("call_back_due").raised_ms == NINE + ms("16 min")
    world.contact()


@story("HM-4.2.2", "HM-4.2.3", proves=("not_before:T",))
def test_the_arrival_call_entered_twice_is_no_call_back(world: World) -> None:
    _enhanced(world)
    world.fast_forward("1 min")
    world.contact()
    world.expect_letters("A")
    world.refuse("stand_down", means="work-mobile")
    world.fast_forward("19 min")
    world.expect_page("tracker", "call_back_due")
    world.contact()
    world.expect_letters("A", "T")
    world.expect_alarms()


@story("HM-4.2.2", "HM-4.2.4", proves=("not_before:T",))
def test_nor_when_she_waited_at_the_door_until_the_call_back_was_due(world: World) -> None:
    world.plan(first_meeting=True, end="2 h")
    world.press("a-short")
    with world.letting_ring("arrival_unconfirmed"):
        world.unread.clear()
        world.fast_forward("20 min")
    world.command("confirm_arrival", place="1 Some Street", name="A Client")
    world.fast_forward("1 min")
    world.expect_page("tracker", "call_back_due", ago="1 min")
    world.contact()
    world.expect_alarms("call_back_due")
    with world.letting_ring("call_back_due"):
        world.fast_forward("4 min")
    world.contact()
    world.expect_letters("A", "T")
    world.expect_alarms()


@story("HM-4.2.4", proves=("timer:call-back-manager",))
def test_no_contact_by_thirty_minutes_tells_the_manager(world: World) -> None:
    _enhanced(world)
    world.fast_forward("20 min")
    world.expect_page("tracker", "call_back_due")
    world.command("record_contact", means="work-mobile", reached=False)
    world.command("record_contact", means="answerphone", reached=False)
    with world.letting_ring("call_back_due"):
        world.fast_forward("10 min")
    world.expect_page("duty-manager", "manager_now")
    assert world.alarm("manager_now").raised_ms == NINE + ms("30 min")
    world.expect_letters("A")
    world.contact("max", "client-landline")
    world.expect_letters("A", "T")
    world.expect_alarms()


@story("HM-4.2.5", proves=("timer:call-back-reminder",))
def test_her_pendant_reminds_her_before_the_thirty_minutes(world: World) -> None:
    _enhanced(world)
    with world.letting_ring("call_back_due", "manager_now"):
        world.fast_forward("25 min")
        prompt = world.part().prompt
        assert prompt.startswith("contact-tracker-")
        world.press("a-short", prompt=prompt, said="replied")
        assert world.part().prompt == ""
        world.expect_letters("A")
        world.fast_forward("5 min")
        world.expect_alarms("call_back_due", "manager_now")
        world.contact()


@story("HM-4.2.2", "HM-3.4", proves=("gate:call-back-first", "timer:finish"))
def test_stand_down_ends_call_backs_and_leaves_the_finish(world: World) -> None:
    _enhanced(world)
    world.refuse("stand_down", "kim")
    assert world.refuse("stand_down").clause == ("HM-4.2.2",)
    world.fast_forward("18 min")
    world.contact()
    world.command("stand_down")
    assert world.part().stood_down
    world.fast_forward("1 h")
    world.fast_forward("42 min")
    world.expect_page("tracker", "finish_missed")
    world.contact()


@story("HM-4.2.2", proves=("timer:carry-on",))
def test_carry_on_calls_back_at_the_agreed_interval(world: World) -> None:
    _enhanced(world)
    world.fast_forward("20 min")
    world.expect_page("tracker", "call_back_due")
    world.refuse("carry_on", "kim", every_min=30)
    world.refuse("carry_on", every_min=0)
    world.command("carry_on", every_min=30, means="work-mobile")
    world.expect_letters("A", "T")
    for _ in range(2):
        world.fast_forward("30 min")
        world.expect_page("tracker", "call_back_due")
        world.contact()
    world.expect_alarms()


@story("HM-4.2.2", "HM-4.2.4", proves=("timer:carry-on-manager", "timer:carry-on"))
def test_each_agreed_call_back_has_its_own_way_to_the_manager(world: World) -> None:
    _enhanced(world)
    world.fast_forward("20 min")
    world.expect_page("tracker", "call_back_due")
    world.command("carry_on", every_min=30, means="work-mobile")
    world.fast_forward("30 min")
    world.expect_page("tracker", "call_back_due")
    with world.letting_ring("call_back_due"):
        world.fast_forward("10 min")
        world.expect_page("duty-manager", "manager_now")
        world.contact("max", "client-mobile")
        world.fast_forward("30 min")
    assert world.alarm("call_back_due").raised_ms == NINE + ms("90 min")
    world.contact()


@story("HM-4.2.2")
def test_she_breaks_it_off_and_is_watched_until_she_is_safe(world: World) -> None:
    _enhanced(world)
    world.fast_forward("20 min")
    world.expect_page("tracker", "call_back_due")
    world.command("abandon", means="work-mobile")
    assert world.part().phase == "broken-off"
    world.fast_forward("10 min")
    world.expect_page("office", "departure_unconfirmed")
    world.command("confirm_departure")
    world.expect_alarms()


@story("HM-4.2.6", proves=("instruction:free-line",))
def test_the_line_is_kept_free_until_the_call_back(world: World) -> None:
    _enhanced(world)
    shown = instructions(world.policy, "phase:inside", world.visit, world.part())
    assert [(row.id, row.to) for row in shown] == [("free-line", ("tracker", "worker"))]
    world.fast_forward("5 min")
    world.contact()
    world.command("stand_down")
    assert not instructions(world.policy, "phase:inside", world.visit, world.part())


@story("HM-3.6", "HM-4.2.4", proves=("instruction:other-means",))
def test_her_other_lines_are_tried_one_after_the_other(world: World) -> None:
    _enhanced(world)
    tried = []
    for _ in range(4):
        means = next_means(world.policy, world.part())[0]
        tried.append(means)
        world.command("record_contact", means=means, reached=False)
    assert tried == ["work-mobile", "client-mobile", "client-landline", "own-mobile"]
    assert next_means(world.policy, world.part(), silent_alarm=True) == ()
    shown = instructions(world.policy, "command:record_contact", world.visit, world.part())
    assert [row.clause for row in shown] == [("HM-3.6", "HM-4.2.4")]
    world.contact()
    assert next_means(world.policy, world.part())[0] == "work-mobile"


@story("HM-4.2.7", proves=("timer:agreed-end-manager",))
def test_poor_coverage_tells_the_manager_ten_minutes_after_the_agreed_end(world: World) -> None:
    agreed_ms = NINE + ms("40 min")
    _enhanced(world, coverage="poor", agreed_end_ms=agreed_ms)
    world.fast_forward("20 min")
    world.expect_page("tracker", "call_back_due")
    world.contact(means="client-landline")
    world.fast_forward("20 min")
    assert world.part().prompt.startswith("end-agreed-")
    world.fast_forward("10 min")
    world.expect_page("duty-manager", "manager_now")
    assert world.alarm("manager_now").raised_ms == agreed_ms + ms("10 min")
    world.contact("max")
    world.expect_alarms()


@story("HM-4.2.7", proves=("gate:new-end-spoken",))
def test_a_new_end_is_agreed_with_her_and_only_by_another(world: World) -> None:
    _enhanced(world, coverage="poor", agreed_end_ms=NINE + ms("40 min"))
    world.fast_forward("5 min")
    world.contact()
    world.fast_forward("34 min")
    world.refuse("extend", "kim", end_ms=NINE + ms("50 min"))
    world.command("extend", end_ms=NINE + ms("55 min"))
    world.fast_forward("17 min")
    world.expect_page("tracker", "finish_missed", ago="1 min")
    assert world.refuse("extend", end_ms=NINE + ms("80 min")).clause == ("HM-3.4", "HM-4.2.7")
    world.contact()
    world.command("extend", end_ms=NINE + ms("80 min"))
    world.fast_forward("23 min")
    world.contact()
    world.fast_forward("2 min")
    world.expect_page("tracker", "finish_missed", ago="1 min")
    world.contact()


@story("HM-4.2.7", "HM-4.2.4", proves=("timer:call-back", "timer:call-back-manager"))
def test_poor_coverage_adds_an_end_and_takes_nothing_away(world: World) -> None:
    _enhanced(world)
    world.command("set_coverage", "kim", coverage="poor")
    world.refuse("set_coverage", "kim", coverage="good")
    with world.letting_ring("call_back_due", "manager_now"):
        world.fast_forward("30 min")
    world.expect_alarms("call_back_due", "manager_now")
    assert world.part().anchors["agreed_end"] == NINE + ms("2 h")
    world.contact()
