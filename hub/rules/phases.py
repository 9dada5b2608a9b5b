"""The phases of one worker's part of a visit, and which may follow which: docs/rules.md prints it.

planned -> on-the-way -> at-door -> inside -> leaving -> (going-home | to-base) -> closed; besides
these `cancelled` (before arrival only) and `broken-off`. `closed` and `cancelled` are ends.
`broken-off` is not: she must still be known to be safe.
"""

from collections.abc import Iterable

PHASES = (
    "planned",
    "on-the-way",
    "at-door",
    "inside",
    "broken-off",
    "leaving",
    "going-home",
    "to-base",
    "closed",
    "cancelled",
)
ENDED = frozenset({"closed", "cancelled"})
BEFORE_ARRIVAL = frozenset({"planned", "on-the-way"})

# Most exposed first: a visit of several workers shows the phase of the one in most danger.
EXPOSURE = ("inside", "broken-off", "at-door", "leaving", "going-home", "to-base", "on-the-way",
            "planned", "closed", "cancelled")  # fmt: skip

FOLLOWS: dict[str, tuple[str, ...]] = {
    "planned": ("on-the-way", "at-door", "cancelled"),
    "on-the-way": ("at-door", "planned", "cancelled"),
    "at-door": ("inside", "leaving", "broken-off"),
    "inside": ("leaving", "broken-off"),
    "broken-off": ("leaving", "going-home", "to-base", "closed"),
    "leaving": ("going-home", "to-base", "closed"),
    "going-home": ("closed",),
    "to-base": ("closed",),
    "closed": (),
    "cancelled": (),
}


def most_exposed(phases: Iterable[str]) -> str:
    """The phase in most danger. Raises ValueError for no phases: a visit has at least one part."""
    return min(phases, key=EXPOSURE.index)
