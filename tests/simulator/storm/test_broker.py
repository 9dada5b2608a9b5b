"""The storm's broker by itself: access, sessions, routing, restarts."""

from tests.simulator.storm.net_rig import ADA, EVENTS, HubSide, World


def test_a_denied_publication_is_acknowledged_and_gone() -> None:
    world = World()
    world.net.deny(ADA, 60_000)
    world.ada.say("event", b"denied")
    world.run(10_000)
    assert world.hub.messages == []
    assert world.ada.links[:1] == [True]
    world.run(60_000)
    world.ada.say("event", b"heard")
    world.run(10_000)
    assert world.hub.tokens == [b"heard"]


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
    assert EVENTS not in world.net.broker.sessions
    second = HubSide(world.net)
    world.run(5_000)
    world.ada.say("event", b"new")
    world.run(5_000)
    assert second.tokens == [b"new"]
