"""The storm's broker by itself: access, restarts, rivals, and what an untrusted one does.

Rule: what mosquitto does is compared in tests/live/test_storm_broker.py; here is the rest.
"""

import pytest

from hub.devices.broker import EVENTS_USER
from protocol.topics import up
from simulator.storm.access import READ, WRITE, Access, matches
from simulator.storm.rates import CALM, Rates
from tests.simulator.storm.net_rig import ADA, BEN, HubSide, World

TOKENS = [b"%d" % number for number in range(200)]


@pytest.mark.parametrize(
    ("wanted", "topic", "does"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/b/c", False),
        ("a/+", "a", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),  # section 4.7.1.2: it includes the parent level
        ("#", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/b/c", "a/b", False),
    ],
)
def test_filters_match_as_the_standard_says(wanted: str, topic: str, does: bool) -> None:
    assert matches(wanted, topic) is does


def test_access_is_the_shipped_file_s() -> None:
    access = Access(revoked=[BEN], silenced=["p-cy"])
    lanes = ("sos", "event", "beat")
    assert [access.may(ADA, WRITE, up(ADA, lane)) for lane in lanes] == [True, True, True]
    assert [access.may(BEN, WRITE, up(BEN, lane)) for lane in lanes] == [True, False, False]
    assert not any(access.may("p-cy", WRITE, up("p-cy", lane)) for lane in lanes)
    assert not access.may(ADA, WRITE, up(BEN, "sos"))
    assert access.may(ADA, READ, "allswell/p-ada/down")
    assert not access.may(ADA, READ, "allswell/p-ben/down")
    assert not access.may(BEN, READ, "allswell/p-ben/down")
    assert access.may(EVENTS_USER, WRITE, "allswell/p-ben/down")


def denied(wanted: str, seed: int) -> World:
    """A world in which Ada is denied for a minute, in this way."""
    world = World(seed=seed)
    world.net.deny(ADA, 60_000)
    is_silenced = not world.net.broker.access.may(ADA, WRITE, up(ADA, "sos"))
    if (wanted == "silenced") is not is_silenced:
        return denied(wanted, seed + 1)
    return world


def test_a_denied_publication_is_acknowledged_and_gone() -> None:
    for wanted, heard in (("silenced", []), ("revoked", [b"sos"])):
        world = denied(wanted, 1)
        world.ada.say("event", b"denied")
        world.ada.say("sos", b"sos")
        world.hub.link.tell(ADA, b"denied")
        world.run(50_000)
        assert (world.hub.tokens, world.ada.heard) == (heard, [])
        assert world.ada.link._client._messages == [], "the broker acknowledged it"
        world.run(30_000)
        world.ada.say("event", b"heard")
        world.run(10_000)
        assert world.hub.tokens == [*heard, b"heard"]


def test_a_broker_with_memory_keeps_what_it_acknowledged() -> None:
    world = World()
    world.hub.link.die()
    world.ada.say("event", b"kept")
    world.run(5_000)
    world.net.restart(memory=True)
    world.run(10_000)
    second = HubSide(world.net)
    world.run(5_000)
    assert second.tokens == [b"kept"]


def test_a_broker_without_memory_has_forgotten_it_and_works() -> None:
    world = World()
    world.hub.link.die()
    world.ada.say("event", b"forgotten")
    world.run(5_000)
    world.net.restart(memory=False)
    world.run(10_000)
    assert EVENTS_USER not in world.net.broker.sessions
    second = HubSide(world.net)
    world.run(5_000)
    world.ada.say("event", b"new")
    world.run(5_000)
    assert second.tokens == [b"new"]


def test_a_restart_ends_every_connection_and_all_come_back() -> None:
    world = World()
    world.net.restart(memory=True, down_ms=3_000)
    world.run(500)
    assert world.ada.links == world.ben.links == world.hub.links() == [True, False]
    world.run(20_000)
    assert world.ada.links == world.ben.links == [True, False, True]
    assert world.hub.links() == [True, False, False, True]  # it also says that nobody answers


def test_a_rival_hub_that_acknowledges_loses_events_and_one_that_does_not_loses_none() -> None:
    lost = set()
    for seed in range(20):
        world = World(seed=seed)
        world.hub.link.die()
        world.ada.say("event", b"waits")
        world.run(1_000)
        world.net.takeover(EVENTS_USER)
        world.run(30_000)
        second = HubSide(world.net)
        world.run(5_000)
        lost.add(tuple(second.tokens))
    assert lost == {(), (b"waits",)}


def say_all(rates: Rates, seed: int = 1) -> World:
    world = World(rates, seed)
    for token in TOKENS:
        world.ada.say("event", token)
        world.run(1_000)
    world.run(10_000)
    return world


def test_what_the_broker_loses_is_acknowledged_and_told() -> None:
    world = say_all(Rates(lost=0.2))
    lost = set(TOKENS) - set(world.hub.tokens)
    assert 10 < len(lost) < 80
    assert world.befell == ["lost"] * len(lost)
    assert world.ada.links == [True]


def test_what_the_broker_doubles_comes_twice() -> None:
    world = say_all(Rates(doubled=0.2))
    assert len(world.hub.tokens) == len(TOKENS) + world.befell.count("doubled")
    assert set(world.hub.tokens) == set(TOKENS)
    assert world.befell.count("doubled") > 10


def test_what_the_broker_reorders_comes_once_and_later() -> None:
    world = say_all(Rates(reordered=0.2))
    assert sorted(world.hub.tokens) == sorted(TOKENS)
    assert world.hub.tokens != TOKENS


def test_in_calm_weather_all_comes_once_in_order() -> None:
    world = say_all(Rates(delay_ms=900))
    assert (world.hub.tokens, world.befell) == (TOKENS, [])


def test_the_weather_may_turn() -> None:
    rates = Rates(lost=1.0)
    world = say_all(rates)
    assert world.hub.tokens == []
    rates.become(CALM)
    world.ada.say("event", b"heard")
    world.run(1_000)
    assert world.hub.tokens == [b"heard"]


def test_one_seed_gives_one_story_and_another_seed_another() -> None:
    rates = Rates(lost=0.05, doubled=0.05, reordered=0.05, slow=0.05)

    def story(seed: int) -> list[object]:
        world = World(rates, seed)
        for number, token in enumerate(TOKENS):
            world.ada.say("event", token)
            world.ben.say("beat", token)
            world.run(700)
            if number % 40 == 7:
                world.net.half_open(ADA, 20_000)
                world.net.restart(memory=number % 80 == 7)
                world.net.takeover()
                world.net.forge(BEN)
        world.run(60_000)
        return [*world.seen.all, *world.hub.items, world.ada.links, world.timeline.happened]

    assert story(1) == story(1)
    assert story(1) != story(2)
