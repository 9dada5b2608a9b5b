"""A result as one JSON object, and lines of results as totals.

Rule: what a program reads and what a person reads are made of the same numbers.
"""

import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from simulator.storm.play import Result

HOUR_MS = 3_600_000
SHOWN_FRAMES = 6


def line_of(result: Result) -> dict[str, Any]:
    """What a worker says of one seed."""
    return {
        "seed": result.seed,
        "policy": result.policy,
        "weather": result.weather,
        "visits": result.visits,
        "alarms": result.alarms,
        "presses": result.presses,
        "happened": result.happened,
        "virtual_ms": result.virtual_ms,
        "core_ms": round(result.core_s * 1000),
        "faults": dict(result.faults),
        "violations": [asdict(each) for each in result.violations],
        "digest": result.digest,
    }


def crash_line(seed: int, exc: BaseException) -> dict[str, Any]:
    """The same of a play that ended in an exception: the play that broke is a promise broken."""
    checker = "crash" if isinstance(exc, Exception) else "stuck"
    return crashed(seed, repr(exc), "".join(traceback.format_exception(exc)[-SHOWN_FRAMES:]),
                   checker)  # fmt: skip


def crashed(seed: int, said: str, trace: str = "", checker: str = "crash") -> dict[str, Any]:
    """... and of one whose process is gone."""
    violation = {"checker": checker, "at_ms": 0, "about": "", "said": said, "trace": trace}
    return {
        "seed": seed, "policy": "", "weather": "", "visits": 0, "alarms": 0, "presses": 0,
        "happened": 0, "virtual_ms": 0, "core_ms": 0, "faults": {}, "violations": [violation],
        "digest": "",
    }  # fmt: skip


@dataclass
class Totals:
    """Of all seeds so far."""

    seeds: int = 0
    visits: int = 0
    alarms: int = 0
    presses: int = 0
    happened: int = 0
    virtual_ms: int = 0
    core_ms: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    visits_by_policy: Counter[str] = field(default_factory=Counter)
    seeds_by_weather: Counter[str] = field(default_factory=Counter)
    violations: list[dict[str, Any]] = field(default_factory=list)

    def take(self, said: Mapping[str, Any]) -> None:
        """One seed's line."""
        self.seeds += 1
        for name in ("visits", "alarms", "presses", "happened", "virtual_ms", "core_ms"):
            setattr(self, name, getattr(self, name) + said[name])
        self.faults.update(said["faults"])
        self.visits_by_policy[said["policy"]] += said["visits"]
        self.seeds_by_weather[said["weather"]] += 1
        self.violations += [{"seed": said["seed"], **each} for each in said["violations"]]

    @property
    def speedup(self) -> float:
        """Virtual time for one second of one core, plan, run and judgement together."""
        return self.virtual_ms / self.core_ms if self.core_ms else 0.0

    @property
    def failed(self) -> list[int]:
        """The seeds that broke something, each once."""
        return sorted({each["seed"] for each in self.violations})

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads again; violations by seed, however many processes found them."""
        found = dict(vars(self))
        found["violations"] = sorted(self.violations, key=lambda each: int(each["seed"]))
        for name in ("faults", "visits_by_policy", "seeds_by_weather"):
            found[name] = dict(sorted(found[name].items()))
        return found

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Totals":
        """Raises TypeError for what was not written by `as_json`."""
        totals = cls(**given)
        for name in ("faults", "visits_by_policy", "seeds_by_weather"):
            setattr(totals, name, Counter(getattr(totals, name)))
        return totals

    def line(self) -> str:
        """The one line that a run ends with."""
        faults = ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.faults.items()))
        found = _counted(len(self.violations))
        found += f" in {_seeds(len(self.failed))}" if self.violations else ""
        return f"{self.brief()}; faults: {faults or 'none'}; {found}"

    def brief(self) -> str:
        """Without the faults."""
        days = self.virtual_ms / HOUR_MS / 24
        return (
            f"{_seeds(self.seeds)}, {self.visits:,} visits,"
            f" {days:,.1f} days, × {self.speedup:,.0f} real time a core"
        )


def _seeds(count: int) -> str:
    return f"{count:,} seed{'' if count == 1 else 's'}"


def _counted(violations: int) -> str:
    return f"{violations or 'no'} violation{'' if violations == 1 else 's'}"
