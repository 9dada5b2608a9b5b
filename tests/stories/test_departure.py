"""The finish, the departure, not returning, and being known to be safe. No press ends watching."""

from tests.stories.telling import story
from tests.stories.world import NINE, World, ms


def _inside(world: World, **more: str | int | bool) -> None:
    world.plan(**more)
    world.let_in()


@story("HM-3.4", proves=("timer:finish", "timer:finish-manager"))
def test_the_tracker_contacts_her_at_the_expected_finish(world: World) -> None:
    _inside(world)
    world.fast_forward("1 h")
    world.expect_page("tracker", "finish_missed")
    with world.letting_ring("finish_missed"):
        world.fast_forward("10 min")
    world.expect_page("duty-manager", "manager_now")
    world.contact()
    world.expect_alarms()


@story("HM-3.4", proves=("timer:overrun",))
def test_contact_without_a_new_end_is_asked_about_again(world: World) -> None:
    _inside(world)
    world.fast_forward("1 h")
    world.expect_page("tracker", "finish_missed")
    world.contact()
    for _ in range(2):
        world.fast_forward("15 min")
        world.expect_page("tracker", "finish_missed")
        world.contact()


@story("HM-3.5", proves=("timer:departure-unconfirmed", "letter:D"))
def test_a_press_that_she_has_left_is_a_claim_until_a_person_has_spoken_with_her(
    world: World,
) -> None:
    _inside(world)
    world.fast_forward("30 min")
    world.press("d-short")
    world.fast_forward("0 s")
    world.expect_page("tracker", "departure_unconfirmed")
    world.expect_letters("A")
    assert [claim.kind for claim in world.part().claims] == ["departed"]
    for by in ("kim", ""):
        world.refuse("confirm_departure", by)
    world.contact()
    world.expect_alarms("departure_unconfirmed")
    world.command("confirm_departure")
    world.expect_letters("A", "D")
    world.expect_alarms()
    assert (world.part().phase, world.part().claims) == ("to-base", ())


@story("HM-3.5", proves=("gate:spoken-departure",))
def test_a_message_left_is_no_departure(world: World) -> None:
    _inside(world)
    world.refuse("confirm_departure", means="answerphone")
    world.refuse("record_contact", means="answerphone", reached=True)
    world.expect_letters("A")


@story("HM-3.4", "HM-3.5", proves=("timer:finish", "timer:finish-manager"))
def test_a_press_that_she_has_left_ends_no_watching(world: World) -> None:
    _inside(world)
    world.fast_forward("30 min")
    world.press("d-short")
    with world.letting_ring("departure_unconfirmed"):
        world.fast_forward("30 min")
        world.expect_page("tracker", "finish_missed")
        with world.letting_ring("finish_missed"):
            world.fast_forward("10 min")
        world.expect_page("duty-manager", "manager_now")
    world.expect_alarms("departure_unconfirmed", "finish_missed", "manager_now")
    world.command("confirm_departure")
    world.expect_alarms()


@story("HM-4.2.2", proves=("timer:call-back", "timer:call-back-manager"))
def test_leaving_early_by_press_does_not_cancel_the_call_back(world: World) -> None:
    _inside(world, first_meeting=True)
    world.fast_forward("5 min")
    world.press("d-short")
    with world.letting_ring("departure_unconfirmed", "call_back_due", "manager_now"):
        world.fast_forward("25 min")
    world.expect_alarms("call_back_due", "departure_unconfirmed", "manager_now")
    world.command("confirm_departure")
    world.expect_alarms()


@story("HM-6.1", proves=("letter:NR", "timer:departure-unconfirmed"))
def test_not_returning_is_told_to_a_person(world: World) -> None:
    _inside(world, then="home")
    world.press("d-hold")
    world.fast_forward("0 s")
    world.expect_page("tracker", "departure_unconfirmed")
    world.expect_letters("A")
    world.command("confirm_departure", then="home")
    world.expect_letters("A", "D", "NR")
    assert world.part().phase == "going-home"
    world.fast_forward("30 min")
    world.press("d-hold")
    world.fast_forward("0 s")
    world.expect_page("tracker", "home_safe")
    assert world.part().phase == "going-home"
    world.refuse("confirm_home", "kim")
    world.command("confirm_home")
    assert world.part().phase == "closed"


def test_not_back_and_not_home_is_noticed(world: World) -> None:
    _inside(world)
    world.command("confirm_departure")
    world.fast_forward("1 h")
    world.expect_page("tracker", "home_unconfirmed")
    world.command("confirm_home", "olive")
    world.expect_alarms()
    world.fast_forward("24 h")


def test_after_arrival_nothing_cancels(world: World) -> None:
    world.plan()
    world.refuse("cancel", "kim", note="ill")
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("office", "arrival_unconfirmed")
    world.refuse("cancel", "olive", note="ill")
    world.command("confirm_arrival", place="1 Some Street", name="A Client")
    world.refuse("cancel", "olive", note="ill")


def test_cancelled_before_arrival_is_over(world: World) -> None:
    world.plan(tracker="", first_meeting=True)
    world.fast_forward("0 s")
    world.expect_page("office", "no_tracker")
    world.command("cancel", "olive", note="the client is ill")
    world.expect_alarms()
    world.fast_forward("24 h")


def test_an_older_all_clear_clears_nothing(world: World) -> None:
    _inside(world)
    world.fast_forward("10 min")
    world.press("d-short", ago="11 min")
    assert world.part().phase == "inside"
    world.expect_page("office", "unplanned")
    world.command("resolve", "olive", alarm="unplanned", outcome="an old press")


def test_a_late_reply_clears_nothing_and_a_person_asks(world: World) -> None:
    _inside(world)
    world.press("a-short", prompt="contact-tracker-3", said="replied")
    world.expect_page("office", "late_reply")
    assert world.part().phase == "inside"


def test_of_a_pair_each_is_accounted_for(world: World) -> None:
    world.plan(workers="kim,lee")
    for worker in ("kim", "lee"):
        world.let_in(worker=worker)
    world.refuse("confirm_departure")
    world.command("confirm_departure", worker="kim")
    world.command("confirm_home", worker="kim")
    assert world.visit is not None
    assert world.visit.phase == "inside"
    world.fast_forward("1 h")
    world.expect_page("tracker", "finish_missed")
    assert world.alarm("finish_missed").worker == "lee"
    world.refuse("record_contact", "kim", "lee", means="in-person", reached=True)
    world.command("confirm_departure", worker="lee", then="next")
    assert world.visit.phase == "closed"


def test_she_asks_for_longer_and_another_agrees(world: World) -> None:
    _inside(world)
    world.press("a-double")
    world.fast_forward("0 s")
    world.expect_page("tracker", "carry_on_asked")
    assert world.part().anchors["finish"] == NINE + ms("1 h")
    world.command("extend", end_ms=NINE + ms("75 min"))
    world.fast_forward("75 min")
    world.expect_page("tracker", "finish_missed")
    world.contact()
