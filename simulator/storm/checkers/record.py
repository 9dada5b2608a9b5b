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


def no_fault_of_its_own(evidence: Evidence) -> Iterator[Violation]:
    """The hub has set nothing aside that it could not decide, and no deadline of its own stood
    still: both are kept and told to people, and both are bugs."""
    for row, _ in evidence.rows:
        if row.kind == "item_failed":
            said = f"row {row.seq}: something could not be decided: {row.reason}"
            yield Violation("no-fault-of-its-own", row.recorded_ms, row.visit or row.alarm, said)
    for alarm in evidence.alarms.values():
        if alarm.source.endswith(":stuck"):
            said = f"a deadline fell due and nothing was decided: {alarm.source}"
            yield Violation("no-fault-of-its-own", alarm.recorded_ms, alarm.id, said)


def replay_equals_state(evidence: Evidence) -> Iterator[Violation]:
    """Folding the log gives the stored states, and its inputs give its decisions again."""
    with evidence.connect() as conn:
        for problem in replay.replay(conn).problems:
            about = f"row {problem.seq}"
            yield Violation("replay-equals-state", evidence.end_ms, about, problem.what)
