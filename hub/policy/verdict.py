"""What is said of one policy file: every fault with its place, clauses and history, and what was
seen to know it.

Rule: the file is read, its rows are held against one another, and the rules are let run under it;
whatever any of the three finds refuses it. A file whose rows contradict is explored all the same,
so that its author sees everything at once.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.policy.climbing import climbed
from hub.policy.explore import explored
from hub.policy.idle import unseen
from hub.policy.layers import KEYS, raw_rows
from hub.policy.load import TABLES, Loaded, PolicyFaults, load_with_places
from hub.policy.model import Policy
from hub.policy.promises import Broken
from hub.policy.seen import Bounds, Exploration
from hub.policy.silence import Silence
from hub.policy.staffing import People, unstaffed
from hub.toml_source import Fault

Progress = Callable[[int], None]
_ROW = re.compile(r"([a-z]+)\[([0-9]+)\]")


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault; `history`: what leads to it, where it was found by letting the rules run."""

    fault: Fault
    clause: tuple[str, ...] = ()
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`policy`: None where the file could not be read as one. `seen`: None, not explored then."""

    policy: Policy | None
    findings: tuple[Finding, ...]
    seen: Exploration | None = None
    alarm_states: int = 0
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        return not self.findings

    @property
    def silences(self) -> list[Silence]:
        return list(self.seen.silences) if self.seen is not None else []


def judged(
    path: Path,
    people: People | None = None,
    bounds: Bounds | None = None,
    progress: Progress = lambda states: None,
) -> Verdict:
    """All that can be said of the file. `people`: role -> who may hold it, if that is known."""
    began = time.perf_counter()
    faults: tuple[Fault, ...] = ()
    try:
        loaded = load_with_places(path)
    except PolicyFaults as exc:
        if exc.readable is None:
            return Verdict(None, tuple(Finding(fault) for fault in exc.faults))
        loaded, faults = exc.readable, exc.faults
    policy = loaded.policy
    findings = [Finding(fault, _cited(loaded, fault)) for fault in faults]
    if people is not None:
        findings += [_finding(loaded, *row) for row in unstaffed(policy, people)]
    seen = explored(policy, bounds, progress)
    for broken, history in seen.broken.values():
        findings.append(_broken(loaded, broken, history))
    if not faults:
        findings += [_finding(loaded, *row) for row in unseen(policy, seen.levels, seen.ran)]
    alarm_states, alarms_broken = climbed(policy, seen.bounds.acts + 2)
    findings += [_broken(loaded, broken, history) for broken, history in alarms_broken]
    seconds = time.perf_counter() - began
    found = tuple(sorted(findings, key=lambda each: (each.fault.file, each.fault.line)))
    return Verdict(policy, found, seen, alarm_states, seconds)


def _broken(loaded: Loaded, broken: Broken, history: list[str]) -> Finding:
    found = _finding(loaded, broken.table, broken.row, broken.at, broken.said)
    return Finding(found.fault, found.clause, tuple(history))


def _finding(loaded: Loaded, table: str, row: str, key: str, said: str) -> Finding:
    clause = _clauses(loaded.policy, table, row)
    return Finding(loaded.layers.fault(table, row, key, said), clause)


def _cited(loaded: Loaded, fault: Fault) -> tuple[str, ...]:
    """What the row at the fault's place cites: `timer[3].wait` is its third timer."""
    place = _ROW.match(fault.key)
    for source in loaded.layers.sources if place is not None else ():
        if place is not None and source.file == fault.file:
            row = raw_rows(source.tree, place[1])[int(place[2]) - 1]
            return _clauses(loaded.policy, place[1], str(row.get(KEYS[place[1]] or "say")))
    return ()


def _clauses(policy: Policy, table: str, row: str) -> tuple[str, ...]:
    """What the row cites: a fault in it is a fault in keeping that."""
    if table not in TABLES:
        return ()
    for each in getattr(policy, TABLES[table][0]):
        if getattr(each, KEYS[table] or "say") == row:
            found: tuple[str, ...] = each.clause
            return found
    return ()
