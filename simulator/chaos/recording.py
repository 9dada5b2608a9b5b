"""The feed of a live run as the sights of simulator/storm/seen.py.

Rule: the clock of every sight is link time since the start of the run, in milliseconds: what a
person beside it would read off her watch. The hub's own time is only in what it signed or sent.
"""

from collections.abc import Callable, Iterable
from typing import Any

from simulator.live.feed import Happening
from simulator.live.stage import pendant_of
from simulator.storm.seen import (
    Asked,
    Befell,
    Carried,
    Delivered,
    Erased,
    Felt,
    HubLife,
    Kept,
    Powered,
    Pressed,
    Seen,
    Sight,
)

HUB = "hub"
DEAD = frozenset({"power cut", "reset", "ended"})  # what a pendant's process came to
Facts = dict[str, Any]  # as whoever added the happening gave them


def ms(seconds: float) -> int:
    return round(seconds * 1000)


def _felt(item: Happening, facts: Facts) -> Sight | None:
    return Felt(ms(item.at_s), pendant_of(item.who), item.what)


def _flash(item: Happening, facts: Facts) -> Sight | None:
    if item.what == "erased":
        return Erased(ms(item.at_s), pendant_of(item.who), item.text)
    if item.what != "written":
        return None
    return Kept(ms(item.at_s), pendant_of(item.who), item.text)


def _boot(item: Happening, facts: Facts) -> Sight | None:
    return Powered(ms(item.at_s), pendant_of(item.who), True)


def _process(item: Happening, facts: Facts) -> Sight | None:
    if item.what in DEAD:
        return Powered(ms(item.at_s), pendant_of(item.who), False)
    if item.who == HUB and item.what in ("begun", "killed"):
        return HubLife(ms(item.at_s), item.what == "begun", item.what)
    return None


def _page(item: Happening, facts: Facts) -> Sight | None:
    return Delivered(ms(item.at_s), item.who, item.what, item.text, facts)


def _press(item: Happening, facts: Facts) -> Sight | None:
    return Pressed(
        ms(facts["began_s"]), pendant_of(item.who), item.what, ms(item.at_s), facts["cut"]
    )


def _asked(item: Happening, facts: Facts) -> Sight | None:
    return Asked(
        ms(facts["began_s"]), ms(item.at_s), item.who, item.what, facts["data"], facts["ok"],
        item.text,
    )  # fmt: skip


def _carried(item: Happening, facts: Facts) -> Sight | None:
    return Carried(ms(item.at_s), pendant_of(item.who), item.what, facts["token"])


def _fault(item: Happening, facts: Facts) -> Sight | None:
    return Befell(ms(facts["began_s"]), item.what, item.who, ms(item.at_s))


SIGHTS: dict[str, Callable[[Happening, Facts], Sight | None]] = {
    "feel": _felt,
    "flash": _flash,
    "boot": _boot,
    "process": _process,
    "page": _page,
    "press": _press,
    "asked": _asked,
    "carried": _carried,
    "fault": _fault,
}


def seen_in(items: Iterable[Happening]) -> Seen:
    """Everything an outsider could have seen, in the order in which it was."""
    seen = Seen()
    for item in items:
        make = SIGHTS.get(item.source)
        sight = None if make is None else make(item, dict(item.facts))
        if sight is not None:
            seen.add(sight)
    return seen
