"""Where a pendant is carried, and what presses it there. Inputs, each with its reason.

Rule: nobody has measured pockets for us, so the inputs are guesses on the bad side, in one table;
the figures that follow from them are worth no more than they are. The case they suppose: A and D on
the two narrow edges, so that pressing both is a pinch; SOS at the bottom of a hole 2.5 mm deep and
12 mm wide, which a fingertip reaches and a flat thing does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from simulator.hands.edges import Edge, Press, edges, spread

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Place:
    """Something presses in bursts of `touches`; `reach`: the share of bursts that find the bottom
    of the hole; `pinch`: the share of the other touches
    that press A and D at once; `sticks`: how likely the
    next touch of a burst is on the same button. Times in milliseconds."""

    name: str
    why: str
    bursts_per_h: float
    touches: tuple[int, int]
    gap_ms: tuple[int, int]
    held_ms: tuple[int, int]
    reach: float
    pinch: float
    sticks: float
    bounce_ms: int


PLACES = (
    Place(
        "keys",
        "a trouser pocket with keys, walking: taps with the step, a key's tip fits the hole",
        bursts_per_h=40, touches=(1, 8), gap_ms=(250, 900), held_ms=(8, 300),
        reach=1 / 50, pinch=1 / 1000, sticks=0.5, bounce_ms=40,
    ),
    Place(
        "pocket",
        "a tight pocket, walking: cloth presses with each step and hardly enters the hole",
        bursts_per_h=20, touches=(3, 30), gap_ms=(450, 650), held_ms=(40, 260),
        reach=1 / 1000, pinch=1 / 2000, sticks=0.9, bounce_ms=12,
    ),
    Place(
        "sitting",
        "sat upon: long weight, shifted now and then; flesh bulges into the hole now and then",
        bursts_per_h=6, touches=(1, 4), gap_ms=(200, 4000), held_ms=(500, 900_000),
        reach=1 / 500, pinch=1 / 500, sticks=0.8, bounce_ms=12,
    ),
    Place(
        "bag",
        "loose in a bag with other things: hits of every length",
        bursts_per_h=30, touches=(1, 4), gap_ms=(100, 3000), held_ms=(3, 3000),
        reach=1 / 100, pinch=1 / 500, sticks=0.3, bounce_ms=60,
    ),
)  # fmt: skip


def hour(place: Place, random: Random) -> list[Edge]:
    """One hour of it, from 0; every button is up at its end."""
    presses = list(_presses(place, random))
    return edges(random, presses, place.bounce_ms)


def _presses(place: Place, random: Random) -> Iterator[Press]:
    at_ms = 0.0
    while True:
        at_ms += random.expovariate(place.bursts_per_h / HOUR_MS)
        if at_ms >= HOUR_MS:
            return
        yield from _burst(place, random, round(at_ms))


def _burst(place: Place, random: Random, at_ms: int) -> Iterator[Press]:
    finds_hole = random.random() < place.reach
    button = "s" if finds_hole else random.choice(("a", "d"))
    for _ in range(random.randint(*place.touches)):
        held_ms = spread(random, *place.held_ms)
        if at_ms + held_ms >= HOUR_MS:
            return
        yield at_ms, at_ms + held_ms, button
        if button != "s" and random.random() < place.pinch:
            late_ms = random.randint(0, held_ms // 2)
            yield at_ms + late_ms, at_ms + held_ms, "d" if button == "a" else "a"
        at_ms += held_ms + random.randint(*place.gap_ms)
        if random.random() >= place.sticks:
            button = random.choice("ads" if finds_hole else "ad")
