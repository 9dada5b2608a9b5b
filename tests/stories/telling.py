"""How a story names its clauses, and the rules of the policy that it proves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from hub.policy.model import Policy
from tests.stories.world import World


def without(policy: Policy, rule: str) -> Policy:
    """The policy with one row taken out: `timer:call-back`, `gate:read-back`, `letter:T` …

    `not_before:T` takes out what that letter waits for, and leaves the letter.
    """
    table, _, name = rule.partition(":")
    if table == "not_before":
        kept = [replace(row, not_before_ms=0) if row.letter == name else row for row in
                policy.letters]  # fmt: skip
        assert tuple(kept) != policy.letters, f"{rule} is not in the policy"
        return replace(policy, letters=tuple(kept))
    fields_of = {"timer": "timers", "gate": "gates", "letter": "letters", "on": "on",
                 "choose": "choices", "instruction": "instructions", "level": "levels"}  # fmt: skip
    keys = {"letter": "letter", "on": "event", "choose": "say"}
    rows = getattr(policy, fields_of[table])
    left = tuple(row for row in rows if getattr(row, keys.get(table, "id")) != name)
    assert len(left) == len(rows) - 1, f"{rule} is not in the policy"
    changes: dict[str, Any] = {fields_of[table]: left}
    return replace(policy, **changes)


Story = TypeVar("Story", bound=Callable[[World], None])
PROOFS: list[tuple[Callable[[World], None], str]] = []


def story(*clauses: str, proves: tuple[str, ...] = ()) -> Callable[[Story], Story]:
    """A story of these clauses, which must fail when any rule in `proves` is taken out."""

    def mark(function: Story) -> Story:
        PROOFS.extend((function, rule) for rule in proves)
        marked = function
        for clause in clauses:
            marked = pytest.mark.clause(clause)(marked)
        return marked

    return mark
