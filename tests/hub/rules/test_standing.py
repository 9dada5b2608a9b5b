"""What her pendant is told: lawful on the wire, and never a word of a silent alarm."""

from dataclasses import replace

from hub.rules.claims import NO_PRESS
from hub.rules.model import Alarm, Press
from hub.rules.phases import PHASES
from hub.rules.standing import standing_of
from protocol.messages import Standing
from tests.hub.rules.test_alarm import NOW, new
from tests.stories.world import World


def test_off_duty_it_is_lawful_and_empty() -> None:
    told = standing_of("p-kim", None, ())
    message = Standing(version=1, boot="0" * 16, beat=0, hub_ms=1, valid_ms=1, **told)
    assert (message.phase, message.visit, message.tracker, message.sos) == ("off", "", True, "")


def test_silent_and_unverified_alarms_are_in_none_of_it() -> None:
    nothing = standing_of("p-kim", None, ())
    for kind in ("duress", "duress_suspected", "coded_danger", "unverified_sos", "call_back_due"):
        alarm = new(kind)
        ended = replace(alarm, state="resolved", next_ms=0)
        assert standing_of("p-kim", None, (alarm, ended)) == nothing
    for odd in (replace(new(), silent=True), replace(new(), verified=False)):
        assert standing_of("p-kim", None, (odd,)) == nothing


def test_of_another_pendant_nothing_is_told() -> None:
    assert standing_of("p-lee", None, (new(),)) == standing_of("p-lee", None, ())


def test_the_newest_press_and_who_has_it() -> None:
    later = Press("00000000000000ab.7", NOW, NOW + 5)
    alarm = replace(new(), presses=(*new().presses, later), state="owned")
    told = standing_of("p-kim", None, (alarm,))
    assert (told["sos"], told["sos_state"], told["resolved"]) == (later.identity, "owned", [])


def test_at_most_eight_resolved_presses_and_the_newest() -> None:
    presses = tuple(Press(f"00000000000000ab.{n}", NOW, NOW) for n in range(1, 20))
    ended = replace(new(), presses=presses, state="resolved", next_ms=0, resolved_ms=NOW)
    told = standing_of("p-kim", None, (ended,))
    assert told["resolved"] == [press.identity for press in presses[-8:]]
    Standing(version=1, boot="0" * 16, beat=0, hub_ms=1, valid_ms=1, **told)


def test_each_of_a_pair_is_told_her_own_part() -> None:
    world = World()
    world.plan(workers="kim,lee")
    world.press("a-short", "lee")
    assert standing_of("p-kim", world.visit, ())["phase"] == "planned"
    assert standing_of("p-lee", world.visit, ())["phase"] == "at-door"
    assert standing_of("p-new", world.visit, (), "lee")["phase"] == "at-door"
    assert standing_of("p-new", world.visit, (), "ana")["phase"] == "off"


def test_she_may_go_in_only_at_a_door_and_only_for_an_arrival_that_was_confirmed() -> None:
    world = World()
    world.plan()
    world.press("a-short")
    assert standing_of("p-kim", world.visit, ())["go_in"] == ""
    world.command("confirm_arrival", place="1 Some Street", name="A Client")
    arrival = world.part().go_in
    visit = world.visit_now()
    for phase in PHASES[:-2]:
        part = replace(world.part(), phase=phase)
        told = standing_of("p-kim", replace(visit, parts=(part,)), ())
        expected = arrival if phase in ("at-door", "inside") else ""
        assert (told["phase"], told["go_in"]) == (phase, expected)
    told_by_telephone = replace(world.part(), go_in=NO_PRESS)
    assert standing_of("p-kim", replace(visit, parts=(told_by_telephone,)), ())["go_in"] == ""


def test_her_question_and_her_tracker_are_told_as_they_are() -> None:
    world = World()
    visit = world.plan()
    told = standing_of("p-kim", visit, ())
    assert (told["visit"], told["tracker"], told["prompt"]) == ("v1", True, "")
    asked = replace(visit, tracker="", parts=(replace(visit.parts[0], prompt="are-you-well-3"),))
    told = standing_of("p-kim", asked, ())
    assert (told["tracker"], told["prompt"]) == (False, "are-you-well-3")
    unlawful = replace(visit, parts=(replace(visit.parts[0], prompt="Are you well?"),))
    assert standing_of("p-kim", unlawful, ())["prompt"] == ""


def test_a_pendant_that_nobody_planned_with_is_hers_who_carries_it() -> None:
    visit = World().plan()
    assert standing_of("p-new", visit, ())["phase"] == "planned", "the only one who goes"
    assert standing_of("p-new", visit, (), "kim")["phase"] == "planned"
    told = standing_of("p-kim", visit, (), "lee")
    assert (told["phase"], told["visit"], told["tracker"]) == ("off", "", True)
    untracked = replace(visit, tracker="")
    assert standing_of("p-kim", untracked, (), "lee")["tracker"] is True, "off a visit"


def test_an_sos_is_shown_before_one_that_was_let_go_and_of_two_the_newest() -> None:
    sos = new()
    let_go = replace(new("sos_aborted"), presses=(Press("00000000000000ab.8", NOW, NOW + 9),))
    later = replace(sos, presses=(Press("00000000000000ab.9", NOW, NOW + 5),))
    for alarms in ((sos, let_go, later), (later, let_go, sos), (let_go, later, sos)):
        assert standing_of("p-kim", None, alarms)["sos"] == "00000000000000ab.9"
    over = replace(later, state="resolved", next_ms=0)
    assert standing_of("p-kim", None, (over, let_go))["sos"] == "00000000000000ab.8"


def test_what_was_ended_last_is_told_last() -> None:
    def ended(number: int, at_ms: int) -> Alarm:
        presses = (Press(f"00000000000000ab.{number}", NOW, NOW),)
        return replace(new(), presses=presses, state="resolved", next_ms=0, resolved_ms=at_ms)

    told = standing_of("p-kim", None, (ended(1, NOW + 2), ended(2, NOW + 1)))
    assert told["resolved"] == ["00000000000000ab.2", "00000000000000ab.1"]
    unlawful = replace(ended(3, NOW), presses=(Press("", NOW, NOW),))
    assert standing_of("p-kim", None, (unlawful,))["resolved"] == []
