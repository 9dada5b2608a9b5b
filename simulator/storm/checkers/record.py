"""P10: the log is whole, and deciding it again gives the same board."""

from collections.abc import Iterator

from hub import replay
from simulator.storm.checkers.evidence import Evidence, Violation


def chain_whole(evidence: Evidence) -> Iterator[Violation]:
    """Every row is chained to the one before, and SQLite finds nothing wrong with the file."""
    with evidence.connect() as conn:
        for problem in replay.verify(conn).problems:
            yield Violation("chain-whole", evidence.end_ms, f"row {problem.seq}", problem.what)
        for (said,) in conn.execute("PRAGMA integrity_check"):
            if said != "ok":
                yield Violation("chain-whole", evidence.end_ms, "the file", said)


def replay_equals_state(evidence: Evidence) -> Iterator[Violation]:
    """Folding the log gives the stored states, and its inputs give its decisions again."""
    with evidence.connect() as conn:
        for problem in replay.replay(conn).problems:
            about = f"row {problem.seq}"
            yield Violation("replay-equals-state", evidence.end_ms, about, problem.what)
