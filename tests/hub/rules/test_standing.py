"""What her pendant is told: lawful on the wire, and never a word of a silent alarm."""

from dataclasses import replace

from hub.rules.model import Press
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
