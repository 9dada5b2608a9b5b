"""The pendant's share in each clause, with the clause's mark; on MicroPython with the others."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.micropython.test_clauses import CLAUSES

CASES = [
    pytest.param(check, marks=pytest.mark.clause(clause), id=f"{clause}-{check.__name__}")
    for clause, checks in CLAUSES.items()
    for check in checks
]
LISTED = Path(__file__).parents[2] / "docs" / "clauses.toml"


@pytest.mark.parametrize("check", CASES)
def test_the_pendant_does_its_share(check: Callable[[], None]) -> None:
    check()


def test_every_clause_for_the_device_is_here() -> None:
    clauses = tomllib.loads(LISTED.read_text(encoding="utf-8"))["clause"]
    assert {row["id"] for row in clauses if "D" in row["kinds"]} == set(CLAUSES)
