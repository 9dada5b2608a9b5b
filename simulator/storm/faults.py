"""What each act of a plan does to the world.

Rule: an act says what befalls, never what comes of it. What people do is people.py's.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.storm import office
from simulator.storm.books import pendant_of
from simulator.storm.plan import ACTS, MINUTE_MS, Act
from simulator.storm.seen import Befell

if TYPE_CHECKING:
    from simulator.storm.world import World

BACKUP_CUT_MS = 10 * MINUTE_MS


def happening(world: "World", act: Act) -> Callable[[], None]:
    """The act, ready to be put on the timeline. Raises KeyError for a kind that there is not."""
    befall = _FAULTS.get(act.kind)
    if befall is not None:
        return lambda: befall(world, act)
    if act.kind not in ACTS:
        raise KeyError(f"no act is called {act.kind!r}; there are {', '.join(ACTS)}")

    def done() -> None:
        if world.people is not None:
            world.people.do(act)

    return done


def _tell(world: "World", act: Act, length_ms: int, what: str = "") -> None:
    now_ms = world.timeline.now_ms
    whom = what or (pendant_of(act.who) if act.who else "hub")
    world.seen.add(Befell(now_ms, act.kind, whom, now_ms + length_ms))


def _which(act: Act) -> int:
    """Which broker it is about, from 0."""
    return act.detail if isinstance(act.detail, int) else 0


def _press(world: "World", act: Act) -> None:
    world.handsets[act.who].press(str(act.detail))


def _power_cut(world: "World", act: Act) -> None:
    """In the middle of an operation of the flash, which may be minutes away: a pendant writes when
    it is pressed. One that has nothing to write loses power all the same, a while later."""
    handset = world.handsets[act.who]
    if not handset.on:
        return

    def went() -> None:
        _tell(world, act, act.length_ms)
        world.timeline.after(max(1, act.length_ms), lambda: handset.power_on("power-on"))

    def anyway() -> None:
        if handset.doomed is went:
            handset.power_off()

    handset.doom(max(1, int(act.detail or 1)), went)
    world.timeline.after(BACKUP_CUT_MS, anyway)


def _flash_full(world: "World", act: Act) -> None:
    """Not while it is to lose its power at an operation of its own."""
    handset = world.handsets[act.who]
    if not handset.on or handset.doomed is not None:
        return
    handset.flash.fill()
    _tell(world, act, act.length_ms)

    def relieve() -> None:
        if handset.doomed is None:
            handset.flash.relieve()
        else:
            world.timeline.after(MINUTE_MS, relieve)

    world.timeline.after(max(1, act.length_ms), relieve)


def _battery(world: "World", act: Act) -> None:
    _tell(world, act, 0)
    world.handsets[act.who].drain(int(act.detail))


def _battery_dies(world: "World", act: Act) -> None:
    _tell(world, act, act.length_ms)
    office.battery_dies(world, act)


def _expire(world: "World", act: Act) -> None:
    _tell(world, act, act.length_ms)
    office.expire(world, act)


def _revoke(world: "World", act: Act) -> None:
    _tell(world, act, act.length_ms)
    office.revoke(world, act)


def _hub_kill(world: "World", act: Act) -> None:
    if world.hub is not None:
        world.doom(int(act.detail or 1), act.kind == "power_loss", act.length_ms)


def _disk_full(world: "World", act: Act) -> None:
    _tell(world, act, act.length_ms)
    world.disk_full_until_ms = world.timeline.now_ms + act.length_ms


def _pages_fail(world: "World", act: Act) -> None:
    _tell(world, act, act.length_ms, "pages")
    world.pages_fail_until_ms = world.timeline.now_ms + act.length_ms


def _clock_jump(world: "World", act: Act) -> None:
    _tell(world, act, 0)
    world.offset_ms += int(act.detail)


def _partition(world: "World", act: Act) -> None:
    world.net.blackspot(pendant_of(act.who), act.length_ms)


def _half_open(world: "World", act: Act) -> None:
    world.net.half_open(pendant_of(act.who), act.length_ms)


def _hub_partition(world: "World", act: Act) -> None:
    world.net.hub_partition(act.length_ms, _which(act))


def _broker_restart(world: "World", act: Act) -> None:
    world.net.restart(act.kind == "broker_restart", act.length_ms, _which(act))


def _takeover(world: "World", act: Act) -> None:
    world.net.takeover(pendant_of(act.who) if act.who else "", _which(act))


def _denial(world: "World", act: Act) -> None:
    world.net.deny(pendant_of(act.who), act.length_ms, _which(act))


def _forged(world: "World", act: Act) -> None:
    world.net.forge(pendant_of(act.who), str(act.detail or ""))


_FAULTS: dict[str, Callable[["World", Act], None]] = {
    "press": _press,
    "partition": _partition,
    "half_open": _half_open,
    "hub_partition": _hub_partition,
    "broker_restart": _broker_restart,
    "broker_amnesia": _broker_restart,
    "takeover": _takeover,
    "denial": _denial,
    "forged": _forged,
    "power_cut": _power_cut,
    "flash_full": _flash_full,
    "battery": _battery,
    "battery_dies": _battery_dies,
    "expire": _expire,
    "revoke": _revoke,
    "hub_kill": _hub_kill,
    "power_loss": _hub_kill,
    "disk_full": _disk_full,
    "clock_jump": _clock_jump,
    "pages_fail": _pages_fail,
}
