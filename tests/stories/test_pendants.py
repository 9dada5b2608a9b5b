"""What the hub thinks of a pendant: past its date, revoked, taken away, at the end of its battery.

None of it silences an SOS; all of it is told to a person in time (P4, P5, DC-signal).
"""

import pytest

from hub.rules.kinds import DANGER_PRESSES
from hub.rules.model import Event
from hub.rules.raising import MARKS
from hub.rules.standing import standing_of
from hub.rules.visit import deadlines
from tests.stories.world import BOOT, World

EXPIRED = {"pendant": "expired"}


def pressed(world: World, kind: str, **facts: str | int | bool) -> None:
    """From Kim's pendant, with what the hub knows of it."""
    world.seq += 1
    visit = world.visit.id if world.visit is not None else ""
    identity = f"{BOOT}.{world.seq}"
    world.happen(Event(kind, world.now_ms, "kim", visit, "kim", "p-kim", identity, facts))


@pytest.mark.parametrize("kind", sorted(DANGER_PRESSES))
def test_a_danger_from_a_pendant_past_its_date_is_what_it_is_and_says_so(
    world: World, kind: str
) -> None:
    pressed(world, kind, **EXPIRED)
    (alarm,) = world.open_alarms()
    assert (alarm.mark, alarm.verified, alarm.worker) == ("expired", True, "kim")
    assert MARKS["expired"] in alarm.why
    world.unread.clear()


@pytest.mark.parametrize("kind", sorted(DANGER_PRESSES))
def test_a_danger_from_a_revoked_pendant_reaches_people_named_and_never_as_proven(
    world: World, kind: str
) -> None:
    world.plan()
    world.let_in()
    pressed(world, kind, pendant="revoked")
    (alarm,) = world.open_alarms()
    assert (alarm.kind, alarm.mark, alarm.verified) == ("unverified_sos", "revoked", False)
    assert (alarm.worker, alarm.visit) == ("kim", "v1")
    assert "from a revoked pendant" in alarm.why
    assert alarm.silent == kind.startswith("duress"), "a silent sign stays silent"
    assert standing_of("p-kim", world.visit, [alarm], "kim")["sos"] == "", "no word of it goes down"
    world.unread.clear()


def test_a_revoked_press_never_joins_a_proven_one_nor_the_other_way_round(world: World) -> None:
    pressed(world, "sos_pressed")
    pressed(world, "sos_pressed", pendant="revoked")
    pressed(world, "sos_pressed")
    found = {alarm.kind: len(alarm.presses) for alarm in world.open_alarms()}
    assert found == {"sos": 2, "unverified_sos": 1}
    world.unread.clear()


def test_an_alarm_stays_marked_whatever_joins_it(world: World) -> None:
    pressed(world, "sos_pressed")
    assert world.alarm("sos").mark == ""
    pressed(world, "sos_pressed", **EXPIRED)
    assert world.alarm("sos").mark == "expired"
    pressed(world, "sos_pressed")
    assert world.alarm("sos").mark == "expired"
    world.unread.clear()


def test_no_visit_is_begun_with_a_pendant_past_its_date(world: World) -> None:
    """Refused with the reason; her press is not refused, and a person asks at once."""
    world.plan()
    refused = world.refuse("start_out", "olive", "kim", **EXPIRED)
    assert "past its date" in refused.refused
    pressed(world, "started_out", **EXPIRED)
    assert world.part().phase == "on-the-way", "she is watched as on her way"
    assert "pendant_not_ready" in world.part().facts
    world.expect_page("office", "pendant_expired")
    assert world.alarm("pendant_expired").worker == "kim"
    pressed(world, "arrived", **EXPIRED)
    assert world.part().phase == "at-door"
    assert len([a for a in world.open_alarms() if a.kind == "pendant_expired"]) == 1
    said = world.refuse("confirm_arrival", "tess", "kim", place="1 Some Street", name="A Client",
                        **EXPIRED)  # fmt: skip
    assert "past its date" in said.refused
    told = standing_of("p-kim", world.visit, (), "kim", expired=True)
    assert (told["go_in"], told["tracker"]) == ("", False)
    world.unread.clear()
    world.command("confirm_arrival", "tess", "kim", place="1 Some Street", name="A Client",
                  pendant="ready")  # fmt: skip
    assert world.part().phase == "inside", "renewed, or another pendant: she may go in"
    assert "pendant_expired" not in {alarm.kind for alarm in world.open_alarms()}
    world.unread.clear()


def test_a_pendant_whose_day_comes_while_she_is_inside_goes_on_as_it_was(world: World) -> None:
    world.plan()
    world.let_in()
    told = standing_of("p-kim", world.visit, (), "kim", expired=True)
    assert (told["phase"], told["go_in"], told["tracker"]) == ("inside", "", True)


@pytest.mark.parametrize("phase", ["on-the-way", "at-door", "inside", "leaving"])
def test_a_battery_that_ends_is_asked_about_at_once_with_its_cause(
    world: World, phase: str
) -> None:
    world.plan()
    world.press("a-hold")
    if phase != "on-the-way":
        world.press("a-short")
    if phase in ("inside", "leaving"):
        world.command("confirm_arrival", worker="kim", place="1 Some Street", name="A Client")
    if phase == "leaving":
        world.press("d-short")
    world.unread.clear()
    before = deadlines(world.policy, world.visit_now())
    pressed(world, "last_gasp", battery_pct=1)
    assert world.part().phase == phase, "it is no word of hers"
    assert deadlines(world.policy, world.visit_now()) == before, "and it puts nothing off"
    (page,) = world.unread
    assert (page.about, page.at_ms) == ("battery_ended", world.now_ms)
    assert "tracker" in page.roles
    world.unread.clear()
    lost = world.hub_event("beat_lost", cause="battery")
    assert "recorded" in lost.reason
    assert not lost.effects, "one silence, one alarm"
    world.contact()
    assert "battery_ended" not in {alarm.kind for alarm in world.open_alarms()}
    world.unread.clear()


def test_a_silence_whose_cause_was_said_before_the_visit_is_told_with_it(world: World) -> None:
    world.plan()
    pressed(world, "last_gasp", battery_pct=1)
    assert world.open_alarms() == []
    world.let_in()
    world.hub_event("beat_lost", cause="battery")
    world.expect_page("office", "battery_ended")
    world.unread.clear()


def test_a_last_word_that_waited_in_flash_is_history(world: World) -> None:
    world.plan()
    world.let_in()
    pressed(world, "last_gasp", battery_pct=1, late=True)
    assert world.open_alarms() == []
    pressed(world, "last_gasp", battery_pct=1)
    assert {alarm.kind for alarm in world.open_alarms()} == {"battery_ended"}
    world.unread.clear()


@pytest.mark.parametrize(
    ("how", "said"),
    [("revoked", "was revoked"), ("given", "was given to somebody else"),
     ("expired", "was set past its date"), ("rekeyed", "was given new keys")],
)  # fmt: skip
def test_what_takes_her_pendant_while_she_is_out_is_an_alarm_of_its_own(
    world: World, how: str, said: str
) -> None:
    world.plan()
    assert not world.hub_event("pendant_taken", how=how).effects, "she is not out"
    world.let_in()
    world.hub_event("pendant_taken", how=how)
    world.expect_page("duty-manager", "pendant_taken")
    alarm = world.alarm("pendant_taken")
    assert f"Her pendant p-kim {said} while she is inside." in alarm.why
    world.contact()
    assert world.alarm("pendant_taken").state != "resolved", "who rang her may not know of it"
    world.refuse("resolve", "max", alarm="pendant_taken", outcome="knows")
    world.command("resolve", "max", alarm="pendant_taken", outcome="knows", spoke=True)


def test_off_a_visit_a_last_word_is_recorded(world: World) -> None:
    pressed(world, "last_gasp", battery_pct=1)
    assert world.open_alarms() == []
