"""A result as one JSON object, and lines of results as totals.

Rule: what a program reads and what a person reads are made of the same numbers.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.storm.play import Result


def line_of(result: Result) -> dict[str, Any]:
    """What a worker says of one seed."""
    return {
        "seed": result.seed,
        "policy": result.policy,
        "visits": result.visits,
        "alarms": result.alarms,
        "presses": result.presses,
        "happened": result.happened,
        "virtual_ms": result.virtual_ms,
        "core_ms": round(result.core_s * 1000),
        "faults": dict(result.faults),
        "violations": [
            {"checker": each.checker, "at_ms": each.at_ms, "about": each.about, "said": each.said}
            for each in result.violations
        ],
        "digest": result.digest,
    }


@dataclass
class Totals:
    """Of all seeds so far."""

    seeds: int = 0
    visits: int = 0
    alarms: int = 0
    presses: int = 0
    virtual_ms: int = 0
    core_ms: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    by_policy: Counter[str] = field(default_factory=Counter)
    violations: list[dict[str, Any]] = field(default_factory=list)

    def take(self, said: Mapping[str, Any]) -> None:
        """One seed's line."""
        self.seeds += 1
        if "crashed" in said:
            found = {"seed": said["seed"], "checker": "crash", "about": "", "said": said["crashed"],
                     "trace": said["trace"]}  # fmt: skip
            self.violations.append(found)
            return
        self.visits += said["visits"]
        self.alarms += said["alarms"]
        self.presses += said["presses"]
        self.virtual_ms += said["virtual_ms"]
        self.core_ms += said["core_ms"]
        self.faults.update(said["faults"])
        self.by_policy[said["policy"]] += said["visits"]
        self.violations += [{"seed": said["seed"], **each} for each in said["violations"]]

    @property
    def speedup(self) -> float:
        """Virtual time for one second of one core."""
        return self.virtual_ms / self.core_ms if self.core_ms else 0.0
