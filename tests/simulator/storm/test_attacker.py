"""What the attacker makes: each kind, that it is marked, and that no key was needed."""

import pytest

from hub.inbox import FromPendant
from protocol import codec
from protocol.errors import RemoteProtocolError
from protocol.messages import NO_BOOT, Beat, Receipt, Standing
from simulator.storm.attacker import HELD_MS, KINDS
from tests.simulator.storm.net_rig import ADA, BEN, World

AT_ONCE = [kind for kind in KINDS if kind not in ("false-standing", "held-back")]
SECRETS = {name: bytes([number] * codec.SECRET_BYTES) for number, name in enumerate((ADA, BEN))}


def beat(name: str, seq: int) -> bytes:
    message = Beat(
        pendant=name,
        boot=NO_BOOT,
        seq=seq,
        heard_ms=0,
        since_ms=1,
        standing=0,
        phase="off",
        battery_pct=90,
        signal_pct=80,
        dropped=0,
        refused=0,
        open=[],
    )
    return codec.seal(message, name, codec.up_key(SECRETS[name]))


def standing(name: str) -> bytes:
    message = Standing(
        pendant=name,
        version=5,
        boot=NO_BOOT,
        beat=1,
        hub_ms=1,
        valid_ms=60_000,
        phase="off",
        visit="",
        tracker=True,
        go_in="",
        prompt="",
        sos="",
        sos_state="none",
        resolved=[],
    )
    return codec.seal(message, name, codec.down_key(SECRETS[name]))


def receipt(name: str, seq: int = 1) -> bytes:
    message = Receipt(pendant=name, boot=NO_BOOT, seq=seq, sha="0" * 32, hub_ms=1)
    return codec.seal(message, name, codec.down_key(SECRETS[name]))


def busy() -> World:
    """Both have said something and were told something."""
    world = World()
    for seq in range(1, 5):
        for side in (world.ada, world.ben):
            side.say("beat", beat(side.name, seq))
            side.say("event", beat(side.name, seq))
            world.hub.link.tell(side.name, receipt(side.name))
            world.run(1_000)
    return world


def test_each_kind_arrives_and_is_marked() -> None:
    for kind in AT_ONCE:
        world = busy()
        before = len(world.carried)
        for _ in range(10):
            world.net.forge(ADA, kind)
        world.run(1_000)
        new = world.carried[before:]
        assert len(new) == 10, kind
        assert all(each.forged and f"/{ADA}/" in each.topic for each in new), kind
        assert world.befell == ["forged"] * 10


def test_an_invented_standing_is_a_standing_of_nobody() -> None:
    world = busy()
    world.hub.link.tell(ADA, standing(ADA))
    world.run(1_000)
    world.net.forge(ADA, "false-standing")
    world.run(1_000)
    last = world.carried[-1]
    assert last.forged
    invented = codec.peek(last.token, up=False)
    assert isinstance(invented, Standing)
    assert (invented.prompt, invented.beat) == ("are-you-well", 4), "answers her newest beat"
    with pytest.raises(RemoteProtocolError):
        codec.unseal(last.token, ADA, codec.down_key(SECRETS[ADA]), up=False)


def test_what_is_held_back_comes_later_and_only_the_first_of_it() -> None:
    world = busy()
    heard = len(world.ada.heard)
    world.net.forge(ADA, "held-back")
    for seq in (7, 8):
        world.hub.link.tell(ADA, receipt(ADA, seq))
        world.hub.link.tell(BEN, receipt(BEN, seq))
        world.run(1_000)
    assert len(world.ada.heard) == heard
    assert len(world.ben.heard) > heard, "nobody else's"
    world.run(max(HELD_MS))
    assert world.ada.heard[heard:] == [receipt(ADA, 7)]
    world.hub.link.tell(ADA, receipt(ADA, 9))
    world.run(1_000)
    assert world.ada.heard[-1] == receipt(ADA, 9)


def genuine(world: World) -> set[bytes]:
    return {each.token for each in world.carried if not each.forged}


@pytest.mark.parametrize("kind", ["garbage", "wrong-key", "no-algorithm", "changed"])
def test_what_is_made_without_the_key_is_not_what_the_key_makes(kind: str) -> None:
    world = busy()
    for _ in range(50):
        world.net.forge(ADA, kind)
    world.run(1_000)
    made = [each for each in world.carried if each.forged]
    assert not {each.token for each in made} & genuine(world)
    for each in made:
        key = codec.down_key if each.topic.endswith("/down") else codec.up_key
        with pytest.raises(RemoteProtocolError):
            codec.unseal(each.token, ADA, key(SECRETS[ADA]), key is codec.up_key)


@pytest.mark.parametrize("kind", ["another's", "replay-up", "replay-down", "turned-round"])
def test_what_is_replayed_was_heard_before(kind: str) -> None:
    world = busy()
    for _ in range(50):
        world.net.forge(ADA, kind)
    world.run(1_000)
    made = [each for each in world.carried if each.forged]
    assert {each.token for each in made} <= genuine(world)


def test_a_replay_of_what_never_arrived_would_be_a_delivery_and_is_none() -> None:
    world = World()
    world.hub.link.die()
    world.run(500)
    world.ada.say("event", beat(ADA, 1))
    world.run(5_000)
    world.net.forge(ADA, "replay-up")
    assert world.befell == []


def test_a_kind_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        World().net.forge(ADA, "by telepathy")


def test_the_hub_cannot_see_the_mark() -> None:
    world = busy()
    world.net.forge(ADA, "replay-up")
    world.run(1_000)
    last = world.hub.items[-1]
    assert isinstance(last, FromPendant)
    assert last.token in genuine(world)
