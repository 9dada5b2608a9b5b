"""The storm's link against the whole firmware client on the same network: told the same, as soon.

Rule: what a pendant of the storm is told of its link, and what the hub gets of it, is what the
firmware's own client would have made of the same misfortunes, to within a TURN_MS for each step.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from random import Random

import pytest

from firmware.mqtt import PING_AFTER_MS, TURN_MS
from protocol.topics import up
from simulator.storm.chance import Chance
from simulator.storm.network import Net
from simulator.storm.rates import Rates
from simulator.storm.seen import Seen
from simulator.storm.timeline import Timeline
from tests.simulator.storm.net_rig import ADA, BEGIN_MS, HubSide
from tests.simulator.storm.real_client import RealClient, VirtualLoop

LENGTH_MS = 240_000

Misfortune = Callable[[Net], None]


def half_open(net: Net) -> None:
    net._path(ADA).block(60_000)


def forgotten(net: Net) -> None:
    net._path(ADA).forget()


def held_up(net: Net) -> None:
    net._path(ADA).block(2_500)


def restarted(net: Net) -> None:
    net.restart(memory=True, down_ms=1_700)


def long_restart(net: Net) -> None:
    net.restart(memory=True, down_ms=45_000)


def taken_over(net: Net) -> None:
    net.takeover(ADA)


def refused(net: Net) -> None:
    net.broker.refuses.add(ADA)
    net.restart(memory=True, down_ms=1_700)


def unlucky(net: Net) -> None:
    """Nothing befalls."""


MISFORTUNES: tuple[Misfortune, ...] = (
    half_open,
    forgotten,
    held_up,
    restarted,
    long_restart,
    taken_over,
    refused,
    unlucky,
)
TALK: dict[str, tuple[tuple[int, str], ...]] = {
    "silent": (),
    "beats": tuple((at_ms, "beat") for at_ms in range(5_000, LENGTH_MS, 10_000)),
    "events": tuple((at_ms, "event") for at_ms in range(5_000, LENGTH_MS - 30_000, 7_000)),
    "an SOS": ((50_500, "sos"), (51_000, "sos"), (90_000, "event")),
}
LINKS = list[tuple[int, bool]]


class Story:
    """A network in which one misfortune comes after 50 s, and what came of it."""

    def __init__(self, misfortune: Misfortune) -> None:
        self.timeline = Timeline(BEGIN_MS)
        self.net = Net(self.timeline, Chance(1), Rates(delay_ms=2), Seen())
        self.hub = HubSide(self.net)
        self.links: LINKS = []
        self.timeline.run_for(1_000)
        self.timeline.after(50_000, lambda: misfortune(self.net))

    def on_link(self, up: bool) -> None:
        self.links.append((self.timeline.now_ms - BEGIN_MS, up))

    def plan(self, talk: tuple[tuple[int, str], ...], publish: Callable[..., bool]) -> None:
        for number, (at_ms, lane) in enumerate(talk):
            say = partial(publish, up(ADA, lane), b"%d" % number, int(lane != "beat"))
            self.timeline.after(at_ms, partial(_act, say, lane == "sos"))

    @property
    def told(self) -> list[bytes]:
        return [item.token for item in self.hub.messages if item.qos]


def _act(say: Callable[[bool], bool], urgent: bool) -> None:
    say(urgent)


def modelled(misfortune: Misfortune, talk: str) -> Story:
    story = Story(misfortune)
    link = story.net.pendant_link(ADA, story.on_link, lambda _token: None, Random(1).randbytes)
    link.power(True)
    story.plan(TALK[talk], link.publish)
    story.timeline.run_for(LENGTH_MS)
    return story


def really(misfortune: Misfortune, talk: str) -> Story:
    story = Story(misfortune)
    # The rival of a takeover is a pendant's: the network must know of one.
    story.net.pendant_link(ADA, lambda _up: None, lambda _token: None, Random(2).randbytes)
    loop = VirtualLoop(story.timeline)
    try:
        real = RealClient(
            loop, story.timeline, story.net.broker, story.net._path(ADA), story.on_link, Random(1)
        )
        story.plan(TALK[talk], real.client.publish)
        end_ms = story.timeline.now_ms + LENGTH_MS

        async def play() -> None:
            done, _ = await asyncio.wait({real.task}, timeout=LENGTH_MS / 1000)
            assert not done, "it runs for ever"
            real.task.cancel()
            await asyncio.wait({real.task})

        loop.run_until_complete(play())
        assert story.timeline.now_ms >= end_ms
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    return story


@pytest.mark.parametrize("talk", TALK)
@pytest.mark.parametrize("misfortune", MISFORTUNES, ids=lambda each: each.__name__)
def test_the_link_tells_what_the_firmware_s_client_tells(misfortune: Misfortune, talk: str) -> None:
    model, real = modelled(misfortune, talk), really(misfortune, talk)
    late_ms = TURN_MS
    if misfortune in (half_open, forgotten) and talk in ("silent", "beats"):
        late_ms = PING_AFTER_MS  # where in their rhythm its pings are when it happens is chance
    assert abs(len(model.links) - len(real.links)) <= (misfortune is refused)
    for (model_ms, is_up), (real_ms, really_up) in zip(model.links, real.links, strict=False):
        assert is_up is really_up
        assert abs(model_ms - real_ms) <= late_ms, (model.links, real.links)
        late_ms += TURN_MS
    assert list(dict.fromkeys(model.told)) == list(dict.fromkeys(real.told))
    assert misfortune is unlucky or len(model.links) > 1 or misfortune is held_up
