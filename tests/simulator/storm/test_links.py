"""Both kinds of link in virtual time: what their owners are told, and when."""

from simulator.storm.seen import Carried
from tests.simulator.storm.net_rig import ADA, EVENTS, HubSide, World


def test_everybody_comes_up_and_each_lane_arrives_by_its_session() -> None:
    world = World()
    assert world.ada.links == [True]
    assert world.hub.links() == world.hub.links("beats") == [True]
    for lane in ("sos", "event", "beat"):
        assert world.ada.say(lane, lane.encode())
    world.run(500)
    assert {(item.session, item.topic, item.qos, item.token) for item in world.hub.messages} == {
        ("events", "allswell/p-ada/up/sos", 1, b"sos"),
        ("events", "allswell/p-ada/up/event", 1, b"event"),
        ("beats", "allswell/p-ada/up/beat", 0, b"beat"),
    }


def test_what_the_hub_tells_reaches_that_pendant_alone() -> None:
    world = World()
    assert world.hub.link.tell(ADA, b"receipt")
    world.run(500)
    assert (world.ada.heard, world.ben.heard) == ([b"receipt"], [])
    now_ms = world.carried[0].at_ms
    assert world.carried == [Carried(now_ms, ADA, "allswell/p-ada/down", b"receipt")]


def test_a_calm_link_costs_no_events_and_a_beat_four() -> None:
    world = World()
    world.run(20_000)
    before = world.timeline.happened
    world.run(3_600_000)
    assert world.timeline.happened == before
    world.ada.say("beat", b"beat")
    world.run(60_000)
    assert world.timeline.happened - before <= 4


def test_a_dead_hub_finds_its_events_waiting_and_beats_gone() -> None:
    world = World()
    world.hub.link.die()
    world.run(500)
    for token in (b"1", b"2", b"3"):
        world.ada.say("event", token)
        world.ada.say("beat", token)
    world.run(60_000)
    assert world.net.broker.sessions[EVENTS].waiting == 3
    second = HubSide(world.net)
    world.run(3_000)
    assert second.tokens == [b"1", b"2", b"3"]
    assert second.links() == [True]


def test_what_was_not_acknowledged_comes_again_and_the_rest_does_not() -> None:
    world = World()
    for number in range(20):
        world.ada.say("event", b"%d" % number)
    world.run(2_000)
    assert len(world.hub.messages) == 20
    for item in reversed(world.hub.messages[:7]):  # committed in another order than received
        world.hub.ack(item)
    world.run(500)
    world.hub.link.die()
    world.run(5_000)
    second = HubSide(world.net)
    world.run(3_000)
    assert second.tokens == [b"%d" % number for number in range(7, 20)]


def test_all_that_the_broker_kept_is_in_the_inbox_when_drained_is_told() -> None:
    world = World()
    world.hub.link.die()
    for number in range(300):
        world.ada.say("event", b"%d" % number)
        world.run(100)
    second = HubSide(world.net)
    while not second.link.events.drained.is_set():
        assert world.timeline.step(world.timeline.now_ms + 10_000)
    assert second.tokens == [b"%d" % number for number in range(300)]


def test_an_acknowledgement_for_an_older_connection_confirms_nothing() -> None:
    world = World()
    world.ada.say("event", b"before")
    world.run(1_000)
    old = world.hub.messages[0]
    world.net.restart(memory=True, down_ms=1_000)
    world.run(10_000)
    assert world.hub.tokens == [b"before", b"before"]
    assert world.hub.messages[1].connection > old.connection
    world.hub.ack(old)
    world.run(1_000)
    assert world.net.broker.sessions[EVENTS].waiting == 2, "the event, and the probe behind it"
    world.hub.ack(world.hub.messages[1])
    world.run(1_000)
    assert world.net.broker.sessions[EVENTS].waiting == 0
