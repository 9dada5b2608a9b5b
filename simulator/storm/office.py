"""What an administrator does to pendants in a storm, and what a battery does by itself.

Rule: whoever is told nothing by a hub that is dead asks again; at the end everything is as it was.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hub.inbox import Answer
from hub.rules.model import Value
from simulator.storm.books import pendant_of
from simulator.storm.plan import Act

if TYPE_CHECKING:
    from simulator.storm.world import World

AGAIN_MS = 20_000  # the hub did not answer: its process is away, or was killed on the way
SOON_MS = 5_000  # a last day is set so far ahead
ENDS_PCT = 2  # what a cell says in its last minutes
LAST_MS = (20_000, 110_000)  # from that word on it has so long to tell it
CHARGED_PCT = 90


def expire(world: "World", act: Act) -> None:
    """Her pendant's last day comes, by the hub's clock; after a while it is renewed."""
    name = pendant_of(act.who)
    soon_ms = world.timeline.now_ms + world.offset_ms + SOON_MS
    _ask(world, "renew_pendant", {"pendant": name, "valid_until_ms": soon_ms})
    _later(world, act, "renew_pendant", {"pendant": name, "valid_until_ms": 0})


def revoke(world: "World", act: Act) -> None:
    """Her pendant is revoked, perhaps while she is inside; after a while it is trusted again."""
    name = pendant_of(act.who)
    _ask(world, "revoke_pendant", {"pendant": name, "state": "revoked"})
    world.net.revoke(name, act.length_ms)
    _later(world, act, "revoke_pendant", {"pendant": name, "state": "active"})


def battery_dies(world: "World", act: Act) -> None:
    """Her pendant's battery says that it ends, and ends; it is charged after a while."""
    handset = world.handsets[act.who]
    if not handset.on:
        return
    handset.drain(ENDS_PCT)
    lasts_ms = world.chance.stream("dies", act.who, act.at_ms).randrange(*LAST_MS)

    def charged() -> None:
        handset.drain(CHARGED_PCT)
        handset.power_on("power-on")

    world.timeline.after(lasts_ms, handset.power_off)
    world.timeline.after(lasts_ms + max(1, act.length_ms), charged)


def _later(world: "World", act: Act, kind: str, data: Mapping[str, Value]) -> None:
    """At the act's end, or when the storm is over."""
    plan = world.plan
    end_ms = min(world.timeline.now_ms + act.length_ms, plan.start_ms + plan.length_ms)
    world.timeline.at(end_ms, lambda: _ask(world, kind, data))


def _ask(world: "World", kind: str, data: Mapping[str, Value]) -> None:
    def heard(answer: Answer | None) -> None:
        if answer is None:
            world.timeline.after(AGAIN_MS, lambda: _ask(world, kind, data))

    world.ask("", kind, data, heard)
