"""Every clause of the procedures with the rows that cite it, the tests that carry it, the result.

Rule: nothing is called done that was not seen to be. A rule or a gate (R, G) counts when a test of
its clause fails without a row of it; the pendant's share (D) when a test of the pendant carries the
clause; a screen (C) when a test of the screens does, or a letter, phrase, script or instruction is
missed; a record or an instruction (L, I) when such a row is missed, or a test of register, engine
or screen carries the clause. A row that no test misses leaves its clause uncovered. A screen that
the policy asks for and no test shows is told as the console's to bring.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.policy.layers import KEYS, raw_rows
from hub.policy.load import SHIPPED
from hub.toml_source import read

CLAUSES = Path(__file__).with_name("clauses.toml")
PROVED, PASSED, FAILED = "proved", "passed", "failed"
UNCOVERED, CONSOLE, NOT_RUN = "uncovered", "brought by the console", "not run"
# Which sorts of test show a kind of clause, and which missed rows prove it.
SHOWN_BY = {
    "D": frozenset({"firmware", "live", "browser"}),
    "C": frozenset({"screen", "browser", "live"}),
    "L": frozenset({"unit", "screen", "browser", "live"}),
    "I": frozenset({"screen", "browser", "live"}),
}
RULED_BY = {
    "C": frozenset({"letter", "phrase", "script", "instruction"}),
    "L": frozenset({"register", "review", "task", "case", "instruction", "gate", "timer"}),
    "I": frozenset({"instruction", "phrase", "script", "task", "case"}),
}
# What stands once in a file and may cite, as tests name it.
SINGLE = {"contact": "contact:order", "hours": "hours:closes"}


@dataclass(frozen=True, slots=True)
class Clause:
    id: str
    duty: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A row that cites the clause. `name`: as tests name it, `timer:call-back`."""

    policy: str
    name: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.policy} {self.name} ({self.file}:{self.line})"


@dataclass(frozen=True, slots=True)
class Test:
    """`sort`: story, unit, screen, live, browser or firmware. `result`: passed, failed, skipped."""

    node: str
    sort: str
    result: str = NOT_RUN


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether some test of the clause failed when that row was taken out; `by`: which."""

    policy: str
    rule: str
    clause: str
    by: str = ""


@dataclass(slots=True)
class Seen:
    """What the tests said: of each clause its tests, of each row its proof. `proved`: asked for."""

    tests: dict[str, list[Test]] = field(default_factory=dict)
    proofs: list[Proof] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)  # test files that could not be read
    proved: bool = False
    ran: bool = False


@dataclass(slots=True)
class Line:
    """One clause in the table. `missing`: the kinds that nothing covers; `console`: those that a
    screen brings which no test shows yet; `bare`: rows that no test misses when they are out: but
    for a screen's, one of them is enough to leave the clause uncovered."""

    clause: Clause
    rules: list[Rule]
    tests: list[Test]
    result: str
    missing: tuple[str, ...] = ()
    console: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "clause": self.clause.id,
            "duty": self.clause.duty,
            "kinds": list(self.clause.kinds),
            "rules": [
                {"policy": rule.policy, "rule": rule.name, "file": rule.file, "line": rule.line}
                for rule in self.rules
            ],
            "tests": [
                {"test": test.node, "sort": test.sort, "result": test.result} for test in self.tests
            ],
            "result": self.result,
            "missing": list(self.missing),
            "brought_by_the_console": list(self.console),
            "unproved_rules": list(self.bare),
        }


def clauses() -> tuple[Clause, ...]:
    found = tomllib.loads(CLAUSES.read_text(encoding="utf-8"))["clause"]
    return tuple(Clause(row["id"], row["duty"], tuple(row["kinds"])) for row in found)


def rules(paths: Iterable[Path] | None = None) -> dict[str, list[Rule]]:
    """Clause -> the rows that cite it, of each file its own rows only."""
    found: dict[str, list[Rule]] = {}
    for path in sorted(SHIPPED.glob("*.toml")) if paths is None else paths:
        for clause, rule in _cited(path):
            found.setdefault(clause, []).append(rule)
    return found


def _cited(path: Path) -> Iterator[tuple[str, Rule]]:
    source = read(path)
    for table, key in KEYS.items():
        for place, row in enumerate(raw_rows(source.tree, table)):
            name = f"{table}:{row.get(_shown(table, key), place)}"
            line = source.lines.get((table, place), 1)
            for clause in row.get("clause", ()):
                yield clause, Rule(path.stem, name, path.name, line)
    for table, name in SINGLE.items():
        one: Any = source.tree.get(table, {})
        for clause in one.get("clause", ()):
            yield clause, Rule(path.stem, name, path.name, source.lines.get((table,), 1))


def _shown(table: str, key: str) -> str:
    """The key by which tests name a row."""
    return {"letter": "letter", "choose": "say"}.get(table, key)


def table(seen: Seen, prefix: str = "") -> list[Line]:
    """Every clause that begins with `prefix`, in the order of the list."""
    cited = rules()
    return [
        _line(clause, cited.get(clause.id, []), seen)
        for clause in clauses()
        if clause.id.startswith(prefix)
    ]


def _line(clause: Clause, cited: list[Rule], seen: Seen) -> Line:
    tests = seen.tests.get(clause.id, [])
    proofs = [proof for proof in seen.proofs if proof.clause == clause.id]
    shown = any(test.result == PASSED and test.sort in SHOWN_BY["C"] for test in tests)
    bare = tuple(
        f"{proof.policy} {proof.rule}"
        for proof in proofs
        if not proof.by and not (shown and proof.rule.startswith("screen:"))
    )
    line = Line(clause, cited, tests, NOT_RUN, bare=bare)
    if not seen.ran:
        line.result = NOT_RUN if cited else UNCOVERED
        return line
    open_kinds = [kind for kind in clause.kinds if not _covered(kind, line, proofs, seen)]
    shows = any(rule.name.startswith("screen:") for rule in cited)
    line.console = tuple(kind for kind in open_kinds if kind == "C" and shows)
    line.missing = tuple(kind for kind in open_kinds if kind not in line.console)
    if any(test.result == FAILED for test in tests):
        line.result = FAILED
    elif line.missing or any(" screen:" not in each for each in bare):
        line.result = UNCOVERED
    elif line.console and len(line.console) == len(clause.kinds):
        line.result = CONSOLE
    else:
        line.result = PROVED if any(proof.by for proof in proofs) else PASSED
    return line


def _covered(kind: str, line: Line, proofs: list[Proof], seen: Seen) -> bool:
    """A rule that is cited, a test that passed, and what that kind of clause asks for besides."""
    passed = [test for test in line.tests if test.result == PASSED]
    if kind == "D":
        return any(test.sort in SHOWN_BY["D"] for test in passed)
    if not line.rules or not passed:
        return False
    if not seen.proved:
        return kind != "C" or any(test.sort in SHOWN_BY["C"] for test in passed)
    missed = {proof.rule.partition(":")[0] for proof in proofs if proof.by}
    if kind in RULED_BY:
        shown = any(test.sort in SHOWN_BY[kind] for test in passed)
        return shown or bool(missed & RULED_BY[kind])
    return bool(missed - {"screen"})


def is_whole(lines: Iterable[Line]) -> bool:
    """No clause failed, none is uncovered."""
    return all(line.result in (PROVED, PASSED, CONSOLE) for line in lines)


def seen_of(found: Mapping[str, Any]) -> Seen:
    """What `python -m tests.tracing` wrote."""
    seen = Seen(proved=bool(found.get("prove")), ran=True, errors=list(found.get("errors", ())))
    for each in found["tests"]:
        test = Test(each["node"], each["sort"], each["result"])
        for clause in each["clauses"]:
            seen.tests.setdefault(clause, []).append(test)
    for each in found.get("proofs", ()):
        proof = Proof(each["policy"], each["rule"], each["clause"], each["by"])
        seen.proofs.append(proof)
    return seen


def text(lines: list[Line], tests_shown: bool = True) -> Iterator[str]:
    """The table for a terminal."""
    for line in lines:
        kinds = "".join(line.clause.kinds)
        yield f"{line.clause.id:<13} {kinds:<4} {line.result:<22} {line.clause.duty}"
        for rule in line.rules:
            yield f"    rule  {rule}"
        for node, result, count in _gathered(line.tests) if tests_shown else ():
            times = f" x{count}" if count > 1 else ""
            yield f"    test  {node}{times}: {result}"
        if line.missing:
            yield f"    nothing covers {', '.join(line.missing)}"
        if line.console:
            yield "    C is brought by the console: no test of a screen carries the clause yet"
        for bare in line.bare:
            yield f"    no test of this clause misses {bare}"


def _gathered(tests: list[Test]) -> list[tuple[str, str, int]]:
    """The cases of one test as one line."""
    found: dict[tuple[str, str], int] = {}
    for test in tests:
        key = (test.node.partition("[")[0], test.result)
        found[key] = found.get(key, 0) + 1
    return [(node, result, count) for (node, result), count in found.items()]


def summary(lines: list[Line]) -> str:
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.result] = counts.get(line.result, 0) + 1
    said = ", ".join(f"{count} {result}" for result, count in sorted(counts.items()))
    return f"{len(lines)} clauses: {said}."
