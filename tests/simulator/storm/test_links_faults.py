"""What the links make of a bad network, and how soon they notice, in virtual time."""

import pytest

from firmware.mqtt import ACK_MS, CONNECT_MS, PING_AFTER_MS, TURN_MS
from firmware.mqtt_packets import KEEPALIVE_S
from hub.inbox import FromPendant, Item, LinkChanged
from simulator.storm.hub_link import LOOK_EVERY_MS
from simulator.storm.rates import Rates
from tests.simulator.storm.net_rig import ADA, EVENTS, HubSide, World

NOTICED_MS = PING_AFTER_MS + ACK_MS + TURN_MS  # by a pendant, at the latest
MINUTE_MS = 60_000
PROBED_MS = 10_000 + 5_000 + 2 * LOOK_EVERY_MS  # by the hub: hub/link.py's probe


def test_a_blackspot_is_felt_at_once_and_is_over_when_it_is_over() -> None:
    world = World()
    world.net.blackspot(ADA, MINUTE_MS)
    assert world.ada.links == [True, False]
    assert world.ada.say("event", b"kept")
    assert not world.ada.say("beat", b"not kept")
    world.run(MINUTE_MS - 1)
    assert (world.ada.links, world.hub.tokens) == ([True, False], [])
    world.run(CONNECT_MS + 8_000)
    assert (world.ada.links, world.hub.tokens) == ([True, False, True], [b"kept"])
    assert world.befell == ["partition"]


@pytest.mark.parametrize("quiet_ms", [0, 3_000, 7_999, 8_000, 8_001, 63_123])
def test_a_half_open_link_is_noticed_within_the_firmware_s_deadlines(quiet_ms: int) -> None:
    world = World()
    world.run(quiet_ms)
    world.net.half_open(ADA, 10 * MINUTE_MS)
    world.run(ACK_MS - 100)
    assert world.ada.links == [True], "nobody can know so soon"
    world.run(NOTICED_MS - ACK_MS + 100)
    assert world.ada.links[:2] == [True, False]


def test_what_is_owed_notices_a_half_open_link_sooner() -> None:
    world = World()
    world.run(MINUTE_MS)
    world.net.half_open(ADA, 10 * MINUTE_MS)
    world.ada.say("sos", b"sos")
    world.run(ACK_MS + TURN_MS)
    assert world.ada.links[:2] == [True, False]


def test_a_path_that_held_everything_up_brings_it_late_and_in_order() -> None:
    world = World()
    world.net._path(ADA).block(3_000)
    for number in range(5):
        world.ada.say("event", b"%d" % number)
    world.run(2_999)
    assert world.hub.tokens == []
    world.run(1_000)
    assert world.hub.tokens == [b"0", b"1", b"2", b"3", b"4"]
    assert world.ada.links == [True]


def test_a_connection_that_was_forgotten_is_replaced_and_its_events_sent_again() -> None:
    world = World()
    world.net._path(ADA).forget()
    world.ada.say("event", b"one")
    world.run(NOTICED_MS + CONNECT_MS)
    assert world.ada.links == [True, False, True]
    assert world.hub.tokens == [b"one"]


def test_the_broker_counts_a_silent_pendant_as_gone_after_its_keep_alive() -> None:
    world = World()
    world.ada.link.power(False)
    world.run(KEEPALIVE_S * 1500 - 2_000)
    assert ADA in world.net.broker.sessions
    world.run(4_000)
    assert ADA not in world.net.broker.sessions


def test_a_pendant_starts_with_an_empty_queue_and_is_back_at_once() -> None:
    world = World()
    world.net.blackspot(ADA, 10_000)
    world.ada.say("event", b"in memory only")
    world.ada.link.power(False)
    world.run(20_000)
    assert world.ada.links == [True, False], "nobody is told who is not there"
    world.ada.link.power(True)
    world.run(1_000)
    assert world.ada.links == [True, False, True]
    assert world.hub.tokens == []


def test_a_press_cuts_the_back_off_short() -> None:
    def back_ms(hurry: bool) -> int:
        world = World()
        world.net.restart(memory=True, down_ms=20_000)
        world.run(20_001)
        began_ms = world.timeline.now_ms
        if hurry:
            world.ada.link.hurry()
        while world.ada.links[-1] is False:
            world.run(10)
        return world.timeline.now_ms - began_ms

    assert back_ms(hurry=True) < 500 < back_ms(hurry=False)


def test_an_sos_goes_before_what_waits() -> None:
    world = World()
    world.net.blackspot(ADA, 5_000)
    for number in range(3):
        world.ada.say("event", b"%d" % number)
    world.ada.say("sos", b"sos")
    world.run(30_000)
    assert world.hub.tokens == [b"sos", b"0", b"1", b"2"]


def test_a_hub_behind_a_silent_path_notices_by_its_probe_and_gets_it_all_afterwards() -> None:
    world = World()
    world.run(MINUTE_MS)
    world.net.hub_partition(MINUTE_MS)
    world.ada.say("event", b"while away")
    world.ada.say("beat", b"while away")
    world.run(PROBED_MS)
    assert world.hub.links() == world.hub.links("beats") == [True, False]
    said = [item.note for item in world.hub.items if isinstance(item, LinkChanged)]
    assert "the loop is stuck: it no longer hears itself; restarted" in said
    world.run(MINUTE_MS)
    assert world.hub.links()[-1] is world.hub.links("beats")[-1] is True
    assert set(world.hub.tokens) == {b"while away"}


def test_a_short_hub_partition_passes_unnoticed_and_the_watch_rests_again() -> None:
    world = World()
    world.run(MINUTE_MS)
    world.net.hub_partition(2_000)
    world.ada.say("event", b"a little late")
    world.run(MINUTE_MS)
    assert world.hub.links() == [True]
    assert world.hub.tokens == [b"a little late"]
    before = world.timeline.happened
    world.run(60 * MINUTE_MS)
    assert world.timeline.happened == before


def test_a_hub_without_power_is_missed_by_the_broker_only_later() -> None:
    world = World()
    world.hub.link.die(power_loss=True)
    world.run(10_000)
    world.ada.say("event", b"sent into nothing")
    world.run(5_000)
    second = HubSide(world.net)
    world.run(5_000)
    assert second.tokens == [b"sent into nothing"]
    assert second.links() == [True]


def test_a_takeover_costs_the_hub_a_second_and_no_event() -> None:
    world = World()
    world.net.takeover(EVENTS)
    world.run(100)
    assert world.hub.links() == [True, False]
    world.run(10_000)
    assert world.hub.links() == [True, False, True]
    world.ada.say("event", b"after")
    world.run(1_000)
    assert world.hub.tokens == [b"after"]


def test_a_taken_over_pendant_comes_back() -> None:
    world = World()
    world.net.takeover(ADA)
    world.run(10_000)
    assert world.ada.links == [True, False, True]
    world.hub.link.tell(ADA, b"told")
    world.run(1_000)
    assert world.ada.heard == [b"told"]


def test_a_refused_subscription_still_lets_an_sos_out() -> None:
    world = World()
    world.net.broker.refuses.add(ADA)
    world.net._path(ADA).forget()
    world.run(NOTICED_MS)
    world.ada.say("sos", b"sos")
    world.run(MINUTE_MS)
    assert world.hub.tokens == [b"sos"]
    assert world.ada.links.count(False) > 2, "dropped as refused, and tried again"


def test_slow_packets_end_links_and_lose_nothing() -> None:
    world = World(Rates(slow=0.3, slow_ms=12_000))
    said = [b"%d" % number for number in range(30)]
    for token in said:
        world.ada.say("event", token)
        world.run(10_000)
    world.run(5 * MINUTE_MS)
    assert set(said) == set(world.hub.tokens)
    assert False in world.ada.links
    assert world.befell.count("slow") > 10


def test_after_the_storm_everything_works() -> None:
    world = World()
    for by_ms in (MINUTE_MS, 60 * MINUTE_MS):
        world.net.blackspot(ADA, by_ms)
        world.net.hub_partition(by_ms)
        world.net.deny(ADA, by_ms)
        world.net.restart(memory=False, down_ms=by_ms)
    world.run(2 * MINUTE_MS)
    world.net.heal()
    world.run(30_000)
    assert world.ada.links[-1] is world.hub.links()[-1] is True
    world.ada.say("event", b"heard")
    world.hub.link.tell(ADA, b"told")
    world.run(2_000)
    assert (world.hub.tokens, world.ada.heard) == ([b"heard"], [b"told"])


def test_a_killed_hub_takes_what_it_just_acknowledged_along_or_not() -> None:
    came_again = set()
    for seed in range(20):
        world = World(seed=seed)
        world.ada.say("event", b"one")
        world.run(1_000)
        world.hub.ack(world.hub.messages[0])
        world.hub.link.die()
        world.run(1_000)
        second = HubSide(world.net)
        world.run(3_000)
        came_again.add(tuple(second.tokens))
    assert came_again == {(), (b"one",)}


def test_a_message_that_could_not_be_put_in_the_inbox_comes_again() -> None:
    world = World()
    full = [True]

    def put(item: Item) -> None:
        if full and isinstance(item, FromPendant):
            full.clear()
            raise ValueError("the inbox is broken")
        world.hub.items.append(item)

    world.hub.link.die()
    world.run(1_000)
    link = world.net.hub_link(put)
    link.start()
    world.run(2_000)
    world.ada.say("sos", b"sos")
    world.run(5_000)
    assert world.hub.tokens == [b"sos"]
    assert link.events.restarts == 1


def test_a_slow_path_keeps_one_watch_going_and_a_dead_hub_none() -> None:
    world = World(Rates(slow=0.5, slow_ms=8_000))
    world.run(10 * MINUTE_MS)
    before = world.timeline.happened
    world.run(MINUTE_MS)
    looked = world.timeline.happened - before
    assert looked < 600, "a watch each for two sessions, and what they send"
    world.hub.link.die()
    world.ada.link.power(False)
    world.ben.link.power(False)
    world.run(MINUTE_MS)
    before = world.timeline.happened
    world.run(60 * MINUTE_MS)
    assert world.timeline.happened == before
