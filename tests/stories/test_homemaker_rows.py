"""Homemaker: what the other stories take for granted, each missed when its row is taken out."""

from hub.engine.hours import is_out_of_hours
from hub.rules.model import Event
from hub.rules.prompting import instructions
from hub.rules.raising import alarm_of
from tests.stories.telling import story
from tests.stories.world import NINE, World, ms

# A Monday, 21 September 2026, 17:00 in Exeter.
FIVE_O_CLOCK = 1_790_006_400_000
ZONE = "Europe/London"


def inside(world: World, **facts: str | int | bool) -> None:
    world.plan(**facts)
    world.let_in()


def read(world: World, moment: str) -> str:
    """Everything that is shown then."""
    rows = instructions(world.policy, moment, world.visit_now(), world.part())
    return " ".join(row.text for row in rows)


@story("HM-3.1", "HM-3.2", proves=("timer:arrival-unconfirmed-standard",))
def test_on_standard_tracking_the_office_hears_that_she_waits_at_the_door(world: World) -> None:
    assert world.plan().level == "standard"
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("office", "arrival_unconfirmed")
    world.refuse("confirm_arrival", "olive", place="1 Some Street", name="A Client",
                 means="answerphone")  # fmt: skip
    world.command("confirm_arrival", "olive", place="1 Some Street", name="A Client")
    world.expect_letters("A")


@story("HM-3.4", "HM-4.2.7", proves=("timer:asks-for-longer", "gate:new-end-spoken"))
def test_she_asks_for_longer_and_past_her_finish_only_speech_agrees_it(world: World) -> None:
    inside(world)
    world.fast_forward("50 min")
    world.press("a-double")
    world.fast_forward("0 s")
    world.expect_page("tracker", "carry_on_asked")
    world.fast_forward("10 min")
    world.expect_page("tracker", "finish_missed")
    later_ms = NINE + ms("2 h")
    refused = world.refuse("extend", end_ms=later_ms)
    assert refused.clause == ("HM-3.4", "HM-4.2.7")
    world.command("extend", end_ms=later_ms, means="work-mobile")
    world.expect_alarms()


@story("HM-3.5", proves=("timer:broken-off", "after:next"))
def test_broken_off_she_is_watched_until_she_is_away_and_on_to_the_next(world: World) -> None:
    inside(world)
    world.command("abandon", note="he was shouting")
    world.fast_forward("10 min")
    world.expect_page("office", "departure_unconfirmed")
    world.command("confirm_departure", then="next")
    assert world.part().phase == "closed"


@story("HM-4.2.2", "HM-8.2",
       proves=("instruction:call-back-answers", "instruction:concern-at-door"))  # fmt: skip
def test_who_calls_her_reads_what_to_ask(world: World) -> None:
    inside(world, first_meeting=True)
    assert "stand down, go on with calls" in read(world, "alarm:call_back_due")
    assert "Speak with her until she is away" in read(world, "alarm:concern_at_door")


@story("HM-4.2.4", proves=("on:beat_lost",))
def test_a_lost_signal_is_the_offices_to_look_into(world: World) -> None:
    inside(world)
    world.hub_event("beat_lost")
    world.expect_page("office", "beat_lost")
    assert world.alarm("beat_lost").why.endswith("(HM-4.2.4)")


@story("HM-6.1", proves=("gate:spoken-departure",))
def test_not_returning_is_not_left_on_an_answerphone(world: World) -> None:
    inside(world, then="home")
    refused = world.refuse("confirm_departure", then="home", means="answerphone")
    assert "HM-6.1" in refused.clause
    world.command("confirm_departure", then="home", means="work-mobile")
    world.expect_letters("A", "D", "NR")


@story("HM-9", proves=("hours:closes",))
def test_the_office_closes_at_half_past_five(world: World) -> None:
    half_ms = ms("30 min")
    hours = world.policy.hours
    assert not is_out_of_hours(hours, ZONE, FIVE_O_CLOCK, FIVE_O_CLOCK + half_ms)
    assert is_out_of_hours(hours, ZONE, FIVE_O_CLOCK, FIVE_O_CLOCK + half_ms + 60_000)


@story("HM-12", proves=("on:incident_told",))
def test_a_recorded_incident_goes_to_the_duty_manager(world: World) -> None:
    told = alarm_of(world.policy, "incident_told", Event("write_record", NINE, by="kim"), "r1")
    assert told.clause == ("HM-12",)
    first = world.policy.ladder[told.ladder].steps[0].roles
    assert first == ("duty-manager",)
