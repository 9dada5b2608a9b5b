"""What `allswell policy trace` asks of the tests: who carries which clause, and with what result.

    python -m tests.tracing OUT.json [--prove] [--clause HM-]

Runs the tests that carry a clause and writes, as JSON, each one's clauses, sort and result; with
--prove also which story misses which row of which policy (tests/stories/proving.py). Rule: only
what ran has a result; a test that was skipped has not passed.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.tree import ROOT

MARKS = ("clause(", "@story(")  # a file without either carries none
EVERY = 25  # a line of progress after so many tests
# the beginning of a test's path -> its sort
SORTS = (
    ("tests/stories/", "story"),
    ("tests/live/", "live"),
    ("tests/browser/", "browser"),
    ("tests/firmware/", "firmware"),
    ("tests/hub/web/", "screen"),
)


class Tracer:
    """A plugin: keeps the tests that carry a clause, and what became of each."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.tests: dict[str, dict[str, Any]] = {}
        self.errors: list[str] = []
        self.done = 0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        kept, left = [], []
        for item in items:
            marks = [name for mark in item.iter_markers("clause") for name in mark.args]
            carried = sorted({name for name in marks if name.startswith(self.prefix)})
            if not carried:
                left.append(item)
                continue
            kept.append(item)
            self.tests[item.nodeid] = {
                "node": item.nodeid,
                "clauses": carried,
                "sort": sort_of(item.nodeid),
                "result": "not run",
            }
        items[:] = kept
        config.hook.pytest_deselected(items=left)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(f"{report.nodeid} cannot be read: {report.longreprtext[-500:]}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = self.tests[report.nodeid]
        if report.failed:
            test["result"] = "failed"
        elif report.skipped and test["result"] != "failed":
            test["result"] = "skipped"
        elif report.when == "call" and test["result"] == "not run":
            test["result"] = "passed"
        if report.when == "teardown":
            self.done += 1
            if self.done % EVERY == 0 or self.done == len(self.tests):
                say(f"{self.done} of {len(self.tests)} tests")


def sort_of(node: str) -> str:
    return next((sort for path, sort in SORTS if node.startswith(path)), "unit")


def say(text: str) -> None:
    """On the terminal's error side, past pytest's capture."""
    if sys.__stderr__ is not None:
        print(text, file=sys.__stderr__, flush=True)


def files() -> list[str]:
    """The test files that mark anything with a clause."""
    found = sorted((ROOT / "tests").rglob("test_*.py"))
    return [
        str(path.relative_to(ROOT))
        for path in found
        if any(mark in path.read_text(encoding="utf-8") for mark in MARKS)
    ]


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tracing")
    parser.add_argument("out", type=Path)
    parser.add_argument("--prove", action="store_true")
    parser.add_argument("--clause", default="")
    asked = parser.parse_args(words)
    tracer = Tracer(asked.clause)
    options = [
        "-q",
        "--no-header",
        "--tb=short",
        "--continue-on-collection-errors",
        "-p",
        "no:cacheprovider",
        f"--rootdir={ROOT}",
    ]
    status = pytest.main([*options, *files()], plugins=[tracer])
    found: dict[str, Any] = {
        "prove": asked.prove,
        "tests": list(tracer.tests.values()),
        "errors": tracer.errors,
    }
    if asked.prove:
        from tests.stories import proving

        found["proofs"] = []
        for each in proving.proofs(asked.clause):
            found["proofs"].append(asdict(each))
            if len(found["proofs"]) % (4 * EVERY) == 0:
                say(f"{len(found['proofs'])} rows taken out")
        say(f"{len(found['proofs'])} rows taken out, one by one")
    asked.out.write_text(json.dumps(found), encoding="utf-8")
    # A failed test is a result; a run that could not be is none.
    ran = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
    return 0 if status in ran else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
