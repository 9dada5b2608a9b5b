"""From planned to inside: nobody goes in before a person has spoken with her."""

from hub.rules.board import line
from hub.rules.standing import standing_of
from tests.stories.telling import story
from tests.stories.world import World, ms

READ_BACK = {"place": "1 Some Street", "name": "A Client"}


def _go_in(world: World) -> object:
    return standing_of("p-kim", world.visit, world.alarms.values(), "kim")["go_in"]


@story("HM-3.1", "HM-3.2", proves=("timer:arrival-unconfirmed", "letter:A"))
def test_she_waits_at_the_door_until_a_person_has_confirmed(world: World) -> None:
    world.plan(first_meeting=True)
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("tracker", "arrival_unconfirmed")
    assert (world.part().phase, _go_in(world)) == ("at-door", "")
    world.fast_forward("2 min")
    world.expect_page("office", "arrival_unconfirmed")
    world.fast_forward("3 min")
    world.expect_page("duty-manager", "arrival_unconfirmed")
    world.expect_letters()
    world.command("confirm_arrival", **READ_BACK)
    world.expect_letters("A")
    assert (world.part().phase, _go_in(world)) == ("inside", world.part().go_in)
    assert world.part().go_in.endswith(".1")
    world.expect_alarms()


@story("HM-3.1", proves=("timer:arrival-unconfirmed-standard",))
def test_on_standard_tracking_the_office_is_asked_at_once(world: World) -> None:
    world.plan(tracker="")
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("office", "arrival_unconfirmed")
    world.command("confirm_arrival", "olive", departure_contact="olive", **READ_BACK)
    world.expect_alarms()


@story("HM-3.1", proves=("gate:spoken-arrival",))
def test_a_message_left_or_no_reading_back_lets_nobody_in(world: World) -> None:
    world.plan()
    world.press("a-short")
    world.refuse("confirm_arrival", place="1 Some Street")
    world.refuse("confirm_arrival", means="answerphone", **READ_BACK)
    said = world.refuse("confirm_arrival", place=" ", name="A Client")
    assert said.clause == ("HM-3.1",)
    assert _go_in(world) == ""


def test_nobody_confirms_her_own_arrival_or_her_pairs(world: World) -> None:
    world.plan(workers="kim,lee")
    world.press("a-short", "kim")
    for by in ("kim", "lee", ""):
        world.refuse("confirm_arrival", by, "kim", **READ_BACK)


@story("HM-3.3", proves=("gate:departure-contact",))
def test_somebody_is_named_for_the_departure(world: World) -> None:
    world.plan(tracker="")
    world.press("a-short")
    said = world.refuse("confirm_arrival", "olive", **READ_BACK)
    assert said.clause == ("HM-3.3",)
    world.refuse("confirm_arrival", "olive", departure_contact="kim", **READ_BACK)
    world.command("confirm_arrival", "olive", departure_contact="olive", **READ_BACK)
    assert world.visit is not None
    assert (world.part().departure_contact, world.visit.tracker) == ("olive", "olive")


def test_an_end_agreed_at_arrival_lies_ahead(world: World) -> None:
    world.plan()
    world.press("a-short")
    for end_ms in (world.now_ms, world.now_ms - 1, world.now_ms + ms("24 h") + 1):
        world.refuse("confirm_arrival", place="1 Some Street", name="A Client", end_ms=end_ms)
    world.command("confirm_arrival", place="1 Some Street", name="A Client",
                  end_ms=world.now_ms + ms("2 h"))  # fmt: skip
    assert world.part().anchors["finish"] == world.now_ms + ms("2 h")


@story("HM-4.1.1", proves=("timer:no-tracker", "timer:no-tracker-at-door", "gate:tracker-named"))
def test_no_tracker_no_visit(world: World) -> None:
    world.plan(at="10 min", first_meeting=True, tracker="")
    world.fast_forward("10 min")
    world.expect_page("office", "no_tracker")
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("office", "no_tracker")
    told = standing_of("p-kim", world.visit, world.alarms.values(), "kim")
    assert (told["tracker"], told["go_in"]) == (False, "")
    said = world.refuse("confirm_arrival", "olive", departure_contact="olive", **READ_BACK)
    assert said.clause == ("HM-4.1.1",)
    world.refuse("name_tracker", "olive", tracker="kim")
    world.command("name_tracker", "olive", tracker="tess")
    world.expect_alarms()
    world.fast_forward("0 s")
    world.expect_page("tracker", "arrival_unconfirmed")
    world.command("confirm_arrival", **READ_BACK)
    assert _go_in(world) != ""


@story("HM-4.1.1", proves=("timer:no-tracker-setting-out",))
def test_who_sets_out_without_a_tracker_is_told_of_at_once(world: World) -> None:
    world.plan(at="30 min", first_meeting=True, tracker="")
    world.press("a-hold")
    world.fast_forward("0 s")
    world.expect_page("duty-manager", "no_tracker")
    world.command("name_tracker", "olive", tracker="tess")
    world.fast_forward("30 min")
    world.expect_alarms()


@story("HM-8.2", proves=("timer:concern-at-door",))
def test_a_concern_at_the_door_she_does_not_go_in(world: World) -> None:
    world.plan()
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("office", "arrival_unconfirmed")
    world.press("d-short")
    world.fast_forward("0 s")
    world.expect_page("office", "concern_at_door")
    world.refuse("confirm_arrival", **READ_BACK)
    assert (world.part().phase, _go_in(world)) == ("broken-off", "")
    world.contact()
    assert "concern_at_door" in [alarm.kind for alarm in world.open_alarms()]
    world.command("confirm_departure")
    world.expect_alarms()
    assert world.part().phase == "to-base"


def test_after_a_concern_she_must_be_known_to_be_away(world: World) -> None:
    world.plan()
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("office", "arrival_unconfirmed")
    world.command("refuse_entry", note="strangers in the house")
    world.expect_alarms()
    world.fast_forward("10 min")
    world.expect_page("office", "departure_unconfirmed")


def test_a_worker_who_turns_back_by_herself_is_still_asked_about(world: World) -> None:
    world.plan()
    world.press("a-short")
    world.fast_forward("0 s")
    world.expect_page("office", "arrival_unconfirmed")
    world.command("refuse_entry", "kim", note="told by telephone")
    world.expect_alarms("arrival_unconfirmed")


def test_no_word_of_her_at_the_planned_start(world: World) -> None:
    world.plan(at="5 min", first_meeting=True)
    world.fast_forward("20 min")
    world.expect_page("tracker", "no_arrival")
    world.contact()
    world.expect_alarms()
    world.fast_forward("15 min")
    world.expect_page("tracker", "no_arrival")


def test_a_press_that_was_late_on_its_way_moves_the_arrival_back(world: World) -> None:
    world.plan(first_meeting=True)
    world.fast_forward("6 min")
    world.command("confirm_arrival", **READ_BACK)
    assert world.part().go_in == "0" * 16 + ".0"
    world.press("a-short", ago="5 min", said="arrived")
    assert world.part().anchors["arrival"] == world.now_ms - ms("5 min")
    assert _go_in(world) == world.part().go_in == "00000000000000ab.1"


@story("HM-2.6", "HM-2.7", proves=("letter:NR",))
def test_the_board_shows_area_times_nr_and_enhanced_in_red(world: World) -> None:
    world.plan(end="45 min", then="home", first_meeting=True)
    assert world.visit is not None
    shown = line(world.policy, world.visit, world.part())
    assert (shown.area, shown.until_ms - shown.from_ms) == ("Exmouth", ms("45 min"))
    assert (shown.red, shown.tracker, shown.not_returning) == (True, "tess", True)
    assert shown.awaited == ("A", "T", "D", "NR")
    world.let_in()
    world.fast_forward("5 min")
    world.contact()
    world.press("d-short")
    world.fast_forward("0 s")
    world.expect_page("tracker", "departure_unconfirmed")
    world.command("confirm_departure")
    shown = line(world.policy, world.visit, world.part())
    assert tuple(mark.letter for mark in shown.marks) == ("A", "T", "D", "NR")
    assert (shown.awaited, shown.level) == ((), "Enhanced tracking")


@story("HM-2.7")
def test_a_standard_visit_is_not_red(world: World) -> None:
    world.plan()
    assert world.visit is not None
    shown = line(world.policy, world.visit, world.part())
    assert (shown.red, shown.tracker, shown.awaited) == (False, "", ("A", "D"))
