"""What each press does to her part, value by value: a claim, and nothing that a person must say."""

from dataclasses import replace

import pytest

from hub.rules.claims import NO_PRESS
from hub.rules.model import Claim
from tests.shipped import policy_of
from tests.stories.world import BOOT, NINE, World, ms

READ_BACK = {"place": "1 Some Street", "name": "A Client"}


def at(phase: str, **more: str | int | bool) -> World:
    """Kim's visit, in this phase, ten minutes ago."""
    world = World()
    world.plan(**more)
    if phase == "planned":
        return world
    world.press("a-hold")
    if phase != "on-the-way":
        world.press("a-short")
    if phase not in ("on-the-way", "at-door"):
        world.command("confirm_arrival", worker="kim", place="1 Some Street", name="A Client")
    if phase == "broken-off":
        world.command("abandon")
    elif phase not in ("on-the-way", "at-door", "inside"):
        world.press("d-short")
    if phase in ("to-base", "going-home"):
        world.command("confirm_departure", then="home" if phase == "going-home" else "base")
    assert world.part().phase == phase
    world.now_ms += ms("1 min")
    return world


def asked(world: World) -> bool:
    """Whether somebody is to ask her what the press meant."""
    found = [alarm for alarm in world.open_alarms() if alarm.kind == "unplanned"]
    world.unread.clear()
    return bool(found)


@pytest.mark.parametrize(
    ("phase", "gesture", "said", "then", "ask"),
    [
        ("planned", "a-hold", "started out", "on-the-way", False),
        ("planned", "a-short", "at the door: she waits until a person has confirmed", "at-door",
         False),
        ("planned", "d-short", "departed, but never arrived: a person asks", "planned", True),
        ("planned", "d-hold", "home, but never arrived: a person asks", "planned", True),
        ("on-the-way", "d-double", "nobody answers, or no way in (CT-8.1)", "at-door", False),
        ("at-door", "d-double", "nobody answers, or no way in (CT-8.1)", "at-door", False),
        ("inside", "d-double", "no answer, but inside: a person asks", "inside", True),
        ("at-door", "d-short", "a concern at the door: she does not go in (HM-8.2)", "broken-off",
         False),
        ("inside", "d-short", "says she has left: a person must speak with her (HM-3.5)", "leaving",
         False),
        ("broken-off", "d-short", "says she has left: a person must speak with her (HM-3.5)",
         "leaving", False),
        ("leaving", "d-short", "departed, already leaving", "leaving", False),
        ("to-base", "d-short", "departed, already to-base", "to-base", False),
        ("at-door", "d-hold", "says she is home: open until a person has spoken with her",
         "leaving", False),
        ("inside", "d-hold", "says she is home: open until a person has spoken with her", "leaving",
         False),
        ("going-home", "d-hold", "says she is home: open until a person has spoken with her",
         "going-home", False),
        ("inside", "a-double", "asks for longer: only another person agrees a new end", "inside",
         False),
        ("inside", "a-short", "says she is well: a claim, nothing stops for it", "inside", False),
    ],
)  # fmt: skip
def test_what_a_press_does(phase: str, gesture: str, said: str, then: str, ask: bool) -> None:
    world = at(phase)
    before = world.part()
    done = world.press(gesture)
    part = world.part()
    assert (done.reason, part.phase) == (said, then)
    assert part.claims[-1].identity == f"{BOOT}.{world.seq}"
    assert (part.claims[-1].at_ms, part.marks) == (world.now_ms, before.marks)
    assert asked(world) == ask


def test_the_moments_that_presses_set() -> None:
    for phase, gesture, moments in (
        ("planned", "a-hold", {"started_out"}),
        ("on-the-way", "a-short", {"arrival", "arrival_claim"}),
        ("at-door", "d-short", {"concern", "broken_off"}),
        ("inside", "d-short", {"departure_claim"}),
        ("inside", "d-hold", {"home_claim", "departure_claim"}),
        ("going-home", "d-hold", {"home_claim"}),
        ("inside", "a-double", {"carry_on_claim"}),
        ("at-door", "d-double", {"no_answer"}),
        ("inside", "a-short", set()),
    ):
        world = at(phase)
        before = dict(world.part().anchors)
        world.press(gesture)
        after = world.part().anchors
        assert {name for name in after if after[name] != before.get(name)} == moments, gesture
        assert {after[name] for name in moments} <= {world.now_ms}
        world.unread.clear()


@pytest.mark.clause("HM-4.2.2")
def test_an_arrival_counts_from_its_earliest_press() -> None:
    world = at("on-the-way")
    for ago, earliest in (("0 s", "1 min"), ("40 s", "20 s"), ("0 s", "20 s")):
        world.press("a-short", ago=ago, said="arrived")
        anchors = world.part().anchors
        assert anchors["arrival_claim"] == anchors["arrival"] == NINE + ms(earliest)
    nobody_answers = at("on-the-way")
    nobody_answers.press("d-double", ago="10 s")
    anchors = nobody_answers.part().anchors
    assert (anchors["arrival"], "arrival_claim" in anchors) == (NINE + ms("50 s"), False)


def test_an_arrival_pressed_inside_moves_nothing_that_a_person_confirmed() -> None:
    world = at("inside")
    before = world.part()
    done = world.press("a-short", said="arrived")
    assert done.reason == "arrived, already inside"
    part = world.part()
    assert (part.phase, part.go_in, part.anchors) == ("inside", before.go_in, before.anchors)
    assert part.claims == (*before.claims, Claim("arrived", world.now_ms, f"{BOOT}.{world.seq}"))


def test_the_late_press_of_an_arrival_told_by_telephone_is_that_arrival() -> None:
    world = at("planned")
    world.command("confirm_arrival", worker="kim", place="1 Some Street", name="A Client")
    assert world.part().go_in == NO_PRESS
    newer = world.press("a-short", said="arrived")
    assert (newer.reason, world.part().go_in) == ("arrived, already inside", NO_PRESS)
    late = world.press("a-short", said="arrived", ago="90 s")
    assert late.reason == "the press of the arrival that was confirmed by telephone"
    part = world.part()
    assert (part.go_in, part.phase) == (f"{BOOT}.{world.seq}", "inside")
    assert part.anchors["arrival"] == NINE - ms("90 s")
    again = world.press("a-short", said="arrived", ago="80 s")
    assert (again.reason, world.part().go_in) == ("arrived, already inside", part.go_in)


@pytest.mark.parametrize(
    ("phase", "gesture", "said"),
    [
        ("at-door", "d-short", "not going in, but pressed before she arrived: a person asks"),
        ("at-door", "d-double", "no answer, but pressed before she arrived: a person asks"),
        ("inside", "d-short", "departed, but pressed before she was let in: a person asks"),
        ("inside", "d-hold", "home, but pressed before she was let in: a person asks"),
    ],
)
def test_a_press_from_before_clears_nothing_that_came_after(
    phase: str, gesture: str, said: str
) -> None:
    for ago, too_old in (("61 s", True), ("60 s", False)):
        world = at(phase)
        before = world.part()
        done = world.press(gesture, ago=ago)
        assert (done.reason == said) == too_old
        assert (world.part().phase == before.phase) == (too_old or gesture == "d-double")
        assert asked(world) == too_old


def test_a_reply_answers_the_question_that_is_asked_now_and_no_other() -> None:
    world = at("inside", workers="kim,lee")
    parts = [replace(part, prompt=f"q-{part.worker}") for part in world.visit_now().parts]
    world.visit = replace(world.visit_now(), parts=tuple(parts))
    done = world.press("a-short", prompt="q-kim", said="replied")
    assert done.reason == "answered her pendant's question: a claim, nothing stops"
    assert (world.part().prompt, world.part("lee").prompt) == ("", "q-lee")
    assert world.part().claims[-1].kind == "replied"
    for prompt in ("q-kim", ""):
        late = world.press("a-short", prompt=prompt, said="replied")
        assert late.reason == "a late reply clears nothing: a person asks"
        (page,) = late.effects
        assert page.about == "late_reply"  # type: ignore[union-attr]  # a Page
        assert page.why == "a reply that matches no question of now"  # type: ignore[union-attr]  # the same
        assert page.roles  # type: ignore[union-attr]  # the same
    world.unread.clear()


def test_with_a_silent_press_all_goes_on_and_nobody_takes_it_for_her_word() -> None:
    world = at("on-the-way")
    done = world.press("chord", said="arrived")
    assert done.reason == "duress, felt as A short (arrived): no word of hers"
    assert done.effects == ()
    part = world.part()
    assert part.phase == "at-door"
    assert part.claims[-1] == Claim("duress", world.now_ms, f"{BOOT}.{world.seq}", "arrived")
    world.now_ms += 1
    done = world.press("chord-broken", said="ok")
    assert done.reason == "duress_suspected, felt as A short (ok): no word of hers"
    assert world.part().claims[-1].felt == "ok"
    assert len(world.part().claims) == len(part.claims) + 1


def test_who_has_ended_her_part_is_asked_nothing_by_a_press() -> None:
    world = at("to-base")
    world.command("confirm_home")
    done = world.press("d-short")
    assert done.reason == "departed, but this part is closed: recorded"
    assert (world.part().phase, world.part().claims) == ("closed", ())


@pytest.mark.clause("DC-interval")
def test_between_the_visits_of_a_day_a_press_about_a_visit_is_asked_about() -> None:
    world = World(policy=policy_of("derbyshire-childrens-services"))
    world.plan(kind="day", day_entry=True, end="8 h", expected_back_ms=NINE + ms("8 h"))
    assert world.press("a-short").reason == "says she is well: a claim, nothing stops for it"
    done = world.press("d-short")
    assert done.reason == "departed, and no entry of hers fits: a person asks"
    assert asked(world)
