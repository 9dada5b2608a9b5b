"""What an exploration keeps: its bounds, the states on their way, and what was seen and broken.

Rule: a state knows how it was reached, so that a fault is shown with its history.
"""

from dataclasses import dataclass, field

from hub.policy.promises import Broken
from hub.policy.silence import Silences
from hub.policy.states import Key
from hub.rules.model import Deadline, Visit


@dataclass(frozen=True)
class Bounds:
    """From every stage of the usual courses: `acts`, how many things happen, in any order (the
    second and further ones of those that lead anywhere of their own at some stage); `silences`,
    how often nobody does anything, to each of the next `moments` that a clock of the policy waits
    for, and from a stage also to just before each."""

    acts: int = 2
    silences: int = 1
    moments: int = 12

    @property
    def said(self) -> str:
        return (
            f"from every stage of the usual courses {self.acts} acts in any order and"
            f" {self.silences} silence to each of its next {self.moments} moments"
        )


def moment(since_ms: int) -> str:
    """From the planned start, to the second: `+20 min`, `-59 min 59 s`."""
    minutes, seconds = divmod(round(abs(since_ms) / 1000), 60)
    return f"{'-' if since_ms < 0 else '+'}{minutes} min" + (f" {seconds} s" if seconds else "")


@dataclass(slots=True)
class Node:
    """A state, how it was reached, and what is left to spend from here on."""

    visit: Visit
    now_ms: int
    open_alarms: frozenset[str]
    said: str
    before: "Node | None"
    acts: int
    silences: int
    due: tuple[Deadline, ...] | None = None  # of this visit, once they were asked for
    key: Key = ()

    def history(self) -> list[str]:
        """From the entry to here, each with its minute from the planned start."""
        steps: list[str] = []
        node: Node | None = self
        while node is not None:
            at = moment(node.now_ms - self.visit.planned_start_ms)
            steps.append(f"{at}: {node.said}")
            node = node.before
        return steps[::-1]


@dataclass
class Exploration:
    """What was seen. `ran`: timers that were waiting in some state; `broken`: what does not hold,
    each with the shortest history that leads there."""

    bounds: Bounds
    states: int = 0
    moves: int = 0
    ran: set[str] = field(default_factory=set)
    levels: set[str] = field(default_factory=set)
    broken: dict[tuple[str, ...], tuple[Broken, list[str]]] = field(default_factory=dict)
    silences: Silences = field(default_factory=Silences)
    stopped: str = ""
