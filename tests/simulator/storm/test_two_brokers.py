"""Two brokers in the storm: each with paths, sessions and faults of its own, and one hub behind."""

from dataclasses import replace

import pytest

from hub.link import RETRY_S
from simulator.chaos.outages import BROKER, HUB, outages
from simulator.storm.drawing import OF_A_BROKER, draw
from simulator.storm.network import ALL, NO_WAY
from simulator.storm.play import play
from simulator.storm.seen import Befell
from simulator.storm.story import KEPT, load
from tests.simulator.storm.net_rig import ADA, BEN, PendantSide, World

MINUTE_MS = 60_000
BACK_MS = 30_000


def go_to(world: World, who: PendantSide, number: int) -> None:
    """As the core would have it: leave, and dial that one."""
    who.next = number
    who.link.leave()
    world.run(3_000)


def is_up(who: PendantSide) -> bool:
    return who.links[-1]


def told(world: World) -> list[tuple[str, str]]:
    return [(each.kind, each.what) for each in world.seen.all if isinstance(each, Befell)]


def test_the_hub_has_two_sessions_on_each_and_hears_and_answers_on_both() -> None:
    world = World(brokers=2)
    for session in ("events", "beats", "events-2", "beats-2"):
        assert world.hub.links(session) == [True], session
    go_to(world, world.ben, 1)
    assert world.ada.say("sos", b"from ada")
    assert world.ben.say("sos", b"from ben")
    world.run(500)
    assert {(each.session, each.token) for each in world.hub.messages} == {
        ("events", b"from ada"),
        ("events-2", b"from ben"),
    }
    for each in world.hub.messages:
        world.hub.ack(each)
    assert world.hub.link.tell(ADA, b"for ada")
    assert world.hub.link.tell(BEN, b"for ben")
    world.run(500)
    assert (world.ada.heard, world.ben.heard) == ([b"for ada"], [b"for ben"])
    assert {each.to for each in world.carried} == {"events", ADA, BEN}


def test_what_waits_at_one_is_not_the_other_s_and_nothing_is_lost() -> None:
    world = World(brokers=2)
    world.net.hub_partition(10 * MINUTE_MS, 0)
    assert world.ada.say("sos", b"at the first")
    world.run(1_000)  # the broker has it, and nobody behind it
    go_to(world, world.ada, 1)
    assert world.ada.say("sos", b"at the second")
    world.run(2_000)
    assert world.hub.tokens == [b"at the second"]
    assert world.hub.link.tell(ADA, b"heard")
    world.run(10 * MINUTE_MS + BACK_MS)
    assert sorted({*world.hub.tokens}) == [b"at the first", b"at the second"]
    assert world.ada.heard == [b"heard"]


def test_one_that_dies_takes_only_its_own_links_along() -> None:
    world = World(brokers=2)
    go_to(world, world.ben, 1)
    links = list(world.ben.links)
    world.net.restart(memory=False, down_ms=5 * MINUTE_MS, which=0)
    world.run(MINUTE_MS)
    assert not is_up(world.ada)
    assert world.ben.links == links
    assert world.hub.links()[-1] is False
    assert world.hub.links("events-2") == [True]
    world.run(4 * MINUTE_MS + (RETRY_S[1] + 9) * 1_000)
    assert is_up(world.ada)
    assert world.hub.links()[-1] is True


def test_a_fault_of_one_is_no_outage_and_of_both_at_once_it_is() -> None:
    world = World(brokers=2)
    began_ms = world.timeline.now_ms
    world.net.hub_partition(10 * MINUTE_MS, 0)
    assert told(world) == [("hub_partition", "hub by broker 1")]
    assert outages(world.seen, (ADA, BEN, HUB, BROKER)) == []
    world.run(4 * MINUTE_MS)
    world.net.restart(memory=True, down_ms=2 * MINUTE_MS, which=1)
    assert told(world)[1:] == [
        ("broker_restart", "broker by broker 2"),
        (NO_WAY, ADA),
        (NO_WAY, BEN),
    ]
    (span,) = outages(world.seen, (ADA,))
    assert (span.from_ms - began_ms, span.to_ms - began_ms) == (4 * MINUTE_MS, 6 * MINUTE_MS)
    world.run(20 * MINUTE_MS)
    before = len(told(world))
    world.net.hub_partition(MINUTE_MS, ALL)
    assert told(world)[before:] == [("hub_partition", HUB)]


def test_what_only_she_cannot_reach_is_an_outage_of_hers_alone() -> None:
    world = World(brokers=2)
    world.net.deny(ADA, 10 * MINUTE_MS, 1)
    assert told(world) == [("denial", "p-ada by broker 2")]
    world.net.half_open(ADA, 5 * MINUTE_MS)
    assert told(world)[1:] == [("half_open", "p-ada by broker 1"), (NO_WAY, ADA)]
    assert outages(world.seen, (BEN, HUB, BROKER)) == []


def test_a_blackspot_has_no_second_way() -> None:
    world = World(brokers=2)
    world.net.blackspot(ADA, MINUTE_MS)
    go_to(world, world.ada, 1)
    assert not is_up(world.ada)
    world.run(MINUTE_MS + BACK_MS)
    assert is_up(world.ada)
    assert told(world) == [("partition", ADA)]


def test_two_brokers_are_drawn_with_faults_of_their_own() -> None:
    plans = [draw(seed, weather="brokers") for seed in range(20)]
    assert {plan.brokers for plan in plans} == {2}
    details = {act.detail for plan in plans for act in plan.acts if act.kind in OF_A_BROKER}
    assert details == {0, 1, ALL}
    assert draw(3, weather="broker").brokers == 1


def test_a_press_is_heard_over_the_other_broker_and_with_one_broker_it_could_not_be() -> None:
    kept = load(KEPT / "broker-without-a-hub.toml").plan
    assert play(kept).violations == ()
    alone = play(replace(kept, brokers=1))
    assert alone.violations == (), "then it is an outage, and nothing was promised"


@pytest.mark.parametrize("seed", [3, 8])
def test_a_seed_keeps_every_promise(seed: int) -> None:
    assert play(draw(seed, weather="brokers")).violations == ()
