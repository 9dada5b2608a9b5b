"""The statements that live chaos makes too, held against a run in virtual time."""

from collections.abc import Callable, Iterator

from simulator.chaos.bounds import Bounds
from simulator.chaos.statements import STATEMENTS, Statement
from simulator.storm.checkers.evidence import Evidence, Violation

# From a way that stays open to a telephone that rings. A page may fail twice and be tried again
# (notify/dispatch), a pendant may be in its longest back-off and a hub in its drain.
BOUNDS = Bounds(paged_ms=90_000)


def as_check(name: str, statement: Statement) -> Callable[[Evidence], Iterator[Violation]]:
    """One of the shared statements as a checker of the storm."""

    def check(evidence: Evidence) -> Iterator[Violation]:
        for found in statement(evidence.seen, evidence.book, BOUNDS):
            yield Violation(name, max(found.at_ms, 0), "", found.what)

    return check


SHARED = {name: as_check(name, statement) for name, (statement, _, _) in STATEMENTS.items()}
