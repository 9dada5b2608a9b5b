"""All checkers by name: what `allswell-sim storm` holds every run against."""

from collections.abc import Callable, Iterator, Mapping

from simulator.storm.checkers import record
from simulator.storm.checkers.evidence import Evidence, Violation

Check = Callable[[Evidence], Iterator[Violation]]

CHECKS: Mapping[str, Check] = {
    "chain-whole": record.chain_whole,
    "replay-equals-state": record.replay_equals_state,
}


def judge(evidence: Evidence) -> list[Violation]:
    """Everything that is wrong with a run, in the order of the table."""
    return [found for check in CHECKS.values() for found in check(evidence)]
