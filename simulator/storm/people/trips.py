"""Where people truly are: an errand that was asked for, and each worker's trip on it.

Rule: this is the truth of the world. Nobody at a screen may read it; it is what a worker says when
she is spoken with, and what she does next.
"""

from dataclasses import dataclass, field

from simulator.storm.people.course import Bell
from simulator.storm.people.entries import Sort

AWAY, TRAVELLING, DOOR, INSIDE, OUTSIDE, BACK = (
    "away", "travelling", "door", "inside", "outside", "back",
)  # fmt: skip
LEFT = frozenset({OUTSIDE, BACK})


@dataclass(eq=False)
class Errand:
    """One entry of the diary. `name`: which sort was asked for; `visit`: its id, once the hub has
    it."""

    name: str
    sort: Sort
    workers: tuple[str, ...]
    start_ms: int
    end_ms: int
    visit: str = ""
    entered: Bell = field(default_factory=Bell)
    off: bool = False  # it does not take place


@dataclass(eq=False)
class Trip:
    """One worker's share. `until_ms`: when she means to leave."""

    errand: Errand
    until_ms: int
    place: str = AWAY
    gave_up: bool = False
    wants_longer: bool = False
    later_ms: int = 0  # she asks that it be moved by so much
    uneasy: bool = False  # she would rather break it off, if anybody asks
    told: Bell = field(default_factory=Bell)  # go in, by pendant or telephone
    may_go_in: bool = False
    leave: Bell = field(default_factory=Bell)
    must_leave: bool = False
    spoken: Bell = field(default_factory=Bell)  # somebody has spoken with her and entered it
    left_known: bool = False  # her departure is confirmed, as far as she was told
    home_known: bool = False
    relief_known: bool = False

    def let_in(self) -> None:
        self.may_go_in = True
        self.told.ring()

    def told_to_leave(self) -> None:
        self.must_leave = True
        self.leave.ring()
