"""How a story names its clauses, the policy it plays under, and the rows of it that it proves.

Rule: a story that proves a row fails when that row is taken out of the policy (test_proof.py); so
no clause is held by a test that could not fail.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from hub.policy.model import Policy
from hub.policy.terms import digest_of
from tests.stories.world import World

HOMEMAKER_ID = "homemaker-exeter"
FIELDS = {
    "timer": "timers", "gate": "gates", "letter": "letters", "on": "on", "choose": "choices",
    "instruction": "instructions", "level": "levels", "task": "tasks", "case": "cases",
    "script": "scripts", "phrase": "phrases", "register": "registers", "screen": "screens",
    "review": "reviews", "after": "after", "role": "roles", "ladder": "ladders",
}  # fmt: skip
KEYS = {"letter": "letter", "on": "event", "choose": "say", "register": "kind", "screen": "shows",
        "after": "then"}  # fmt: skip


def without(policy: Policy, rule: str) -> Policy:
    """The policy with one row taken out: `timer:call-back`, `gate:read-back`, `letter:T` …

    `not_before:T` takes out what that letter waits for, and leaves the letter. `contact:order`
    takes out the order in which lines are tried, `hours:closes` makes the office never close.
    """
    table, _, name = rule.partition(":")
    if rule == "contact:order":
        return _again(replace(policy, means=()))
    if table == "hours":
        always = replace(policy.hours, opens_min=0, closes_min=24 * 60, days=(1, 2, 3, 4, 5, 6, 7))
        return _again(replace(policy, hours=always))
    if table == "not_before":
        kept = [replace(row, not_before_ms=0) if row.letter == name else row for row in
                policy.letters]  # fmt: skip
        assert tuple(kept) != policy.letters, f"{rule} is not in the policy"
        return _again(replace(policy, letters=tuple(kept)))
    rows = getattr(policy, FIELDS[table])
    left = tuple(row for row in rows if getattr(row, KEYS.get(table, "id")) != name)
    assert len(left) < len(rows), f"{rule} is not in the policy {policy.id}"
    changes: dict[str, Any] = {FIELDS[table]: left}
    return _again(replace(policy, **changes))


def _again(policy: Policy) -> Policy:
    return replace(policy, digest=digest_of(policy))


@dataclass(frozen=True)
class Proof:
    """This story, under this policy, must fail without this row."""

    story: Callable[[World], None]
    policy: str
    rule: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """This story carries these clauses under this policy, whatever it proves."""

    story: Callable[[World], None]
    policy: str
    clauses: tuple[str, ...]


Story = TypeVar("Story", bound=Callable[[World], None])
PROOFS: list[Proof] = []
TOLD: list[Told] = []


def story(
    *clauses: str, proves: tuple[str, ...] = (), policy: str = HOMEMAKER_ID
) -> Callable[[Story], Story]:
    """A story of these clauses, which must fail when any rule in `proves` is taken out.

    Its one argument is a `World` that runs by `policy` (a shipped id).
    """

    def mark(function: Story) -> Story:
        TOLD.append(Told(function, policy, clauses))
        PROOFS.extend(Proof(function, policy, rule, clauses) for rule in proves)
        marked = pytest.mark.policy(policy)(function)
        for clause in clauses:
            marked = pytest.mark.clause(clause)(marked)
        return marked

    return mark
