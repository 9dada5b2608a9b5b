"""What the firmware's gestures make of it: false alarms of pockets, missed calls of hands.

Rule: the seed of an hour or an attempt is its place or style and its number, so any of them can be
played again; the gestures are the production's, and their constants are changed only to show what
each is worth (`CHANGES`).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from firmware.pendant import gestures, sos
from firmware.pendant.gestures import Gestures
from simulator.hands.edges import Edge
from simulator.hands.fear import STYLES, attempt
from simulator.hands.places import HOUR_MS, PLACES, Place, hour

SOS = ("sos-hold", "sos-stabs")
SILENT = ("chord", "chord-broken")
SETTLE_MS = 10_000
# What is measured beside the shipped gestures: (module, constant, value instead)
CHANGES = {
    "a gap ends a hold": (sos, "BRIDGE_MS", -1),
    "a stab of any length": (sos, "STAB_MS", 0),
    "no limit to a hold": (gestures, "LONG_MS", 10**9),
}


@contextmanager
def changed(name: str) -> Iterator[None]:
    """The gestures with one constant changed; "" as shipped."""
    if not name:
        yield
        return
    module, constant, value = CHANGES[name]
    shipped = getattr(module, constant)
    setattr(module, constant, value)
    try:
        yield
    finally:
        setattr(module, constant, shipped)


def read(edges: list[Edge], until_ms: int) -> list[tuple[str, int]]:
    """(gesture, moment at which it was said) of everything that is read."""
    machine, said = Gestures(0), list[tuple[str, int]]()
    for at_ms, button, down in edges:
        said += _gestures(machine.edge(button, down, at_ms), at_ms)
    return said + _gestures(machine.tick(until_ms), until_ms)


def _gestures(items: list[tuple[object, ...]], at_ms: int) -> list[tuple[str, int]]:
    return [(str(item[1]), at_ms) for item in items if item[0] == "gesture"]


@dataclass
class Pocket:
    """A place over some hours: how often each gesture was read that nobody made."""

    place: str
    hours: int
    read: Counter[str] = field(default_factory=Counter)

    @property
    def sos(self) -> int:
        return sum(self.read[name] for name in SOS)


@dataclass
class Fear:
    """A style over some attempts. `missed`: no SOS; `unheard`: no alarm of any kind."""

    style: str
    attempts: int
    missed: int = 0
    unheard: int = 0


def pocket(place: Place, hours: int) -> Pocket:
    found = Pocket(place.name, hours)
    for number in range(hours):
        edges = hour(place, Random(f"{place.name}-{number}"))
        found.read.update(name for name, _at_ms in read(edges, HOUR_MS + SETTLE_MS))
    return found


def fear(style: str, attempts: int) -> Fear:
    found = Fear(style, attempts)
    for number in range(attempts):
        edges = attempt(style, Random(f"{style}-{number}"))
        names = {name for name, _ in read(edges, edges[-1][0] + SETTLE_MS)} if edges else set()
        found.missed += not names & {*SOS}
        found.unheard += not names & {*SOS, *SILENT, "sos-let-go"}
    return found


def pockets(hours: int) -> list[Pocket]:
    return [pocket(place, hours) for place in PLACES]


def fears(attempts: int) -> list[Fear]:
    return [fear(style, attempts) for style in STYLES]
