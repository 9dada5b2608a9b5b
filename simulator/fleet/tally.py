"""What a fleet has seen so far: connections, beats, standings, presses and what came of them.

Rule: times are seconds of the feed's clock, so that a page and the press it is about can be told
apart; a press counts from the edge that made it one, or from its first publication.
"""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Sos:
    """One press. `thin`: not of a real pendant. `made`: the pendant knows of it; a hand that a busy
    machine jogged makes none. `receipt_s`, `page_s`: 0 until it came."""

    pendant: str
    at_s: float
    thin: bool
    made: bool
    receipt_s: float = 0.0
    page_s: float = 0.0


@dataclass(slots=True)
class Tally:
    connected: int = 0
    thin_connected: int = 0
    dropped: int = 0  # connections that ended by themselves
    beats: int = 0
    standings: int = 0
    refused: int = 0  # messages down whose signature did not hold
    resets: int = 0
    sos: list[Sos] = field(default_factory=list)

    def pressed(self, pendant: str, at_s: float, thin: bool) -> None:
        self.sos.append(Sos(pendant, at_s, thin, made=thin))

    def stored(self, pendant: str) -> None:
        """The pendant says that it keeps its newest press."""
        for press in reversed(self.sos):
            if press.pendant == pendant:
                press.made = True
                return

    def unmade(self) -> int:
        """Takes those presses away that no pendant knows of; how many."""
        made = [press for press in self.sos if press.made]
        count, self.sos = len(self.sos) - len(made), made
        return count

    def has_it(self, pendant: str, at_s: float) -> None:
        """The pendant knows that the hub has its newest press."""
        for press in reversed(self.sos):
            if press.pendant == pendant and not press.receipt_s:
                press.receipt_s = at_s
                return

    def waiting(self) -> int:
        return sum(not press.receipt_s for press in self.sos)

    def window(self) -> None:
        """From now on it counts."""
        self.beats = self.standings = 0


def spread_ms(values: Iterable[float]) -> dict[str, float]:
    """p50 and p99 of seconds, in milliseconds; nothing of nothing."""
    found = sorted(1000 * value for value in values)
    if not found:
        return {}
    if len(found) == 1:
        return {"p50_ms": round(found[0], 1), "p99_ms": round(found[0], 1)}
    cuts = statistics.quantiles(found, n=100, method="inclusive")
    return {"p50_ms": round(cuts[49], 1), "p99_ms": round(cuts[98], 1)}
