"""Each story fails when the rule that it proves is taken out of the policy: none is hollow."""

from collections.abc import Callable

import pytest

from tests.stories import (
    test_arrival,
    test_call_backs,
    test_danger,
    test_departure,
    test_planning,
)
from tests.stories.telling import PROOFS, without
from tests.stories.world import HOMEMAKER, World

STORIES = (test_arrival, test_call_backs, test_danger, test_departure, test_planning)
# Rows that no story of a clause stands for: ours, each held by a test that carries no clause.
OURS = frozenset(
    {"no-answer", "broken-off", "back-at-base", "home", "home-claimed", "unattended",
     "no-arrival", "no-arrival-standard", "asks-for-longer", "agreed-end-reminder"}
)  # fmt: skip


@pytest.mark.parametrize(
    ("story", "rule"),
    PROOFS,
    ids=[f"{function.__name__}-{rule}" for function, rule in PROOFS],
)
def test_without_the_rule_the_story_fails(story: Callable[[World], None], rule: str) -> None:
    world = World(policy=without(HOMEMAKER, rule))
    with pytest.raises(AssertionError):
        story(world)
        world.done()


def test_every_timer_and_gate_is_proved_or_ours() -> None:
    rules = {f"timer:{timer.id}" for timer in HOMEMAKER.timers if timer.id not in OURS}
    rules |= {f"gate:{gate.id}" for gate in HOMEMAKER.gates}
    rules |= {f"letter:{letter.letter}" for letter in HOMEMAKER.letters}
    assert rules <= {rule for _, rule in PROOFS}


@pytest.mark.parametrize("clause", [
    "HM-2.6", "HM-2.7", "HM-3.1", "HM-3.2", "HM-3.3", "HM-3.4", "HM-3.5", "HM-3.6", "HM-4.0",
    "HM-4.1.1", "HM-4.2.2", "HM-4.2.3", "HM-4.2.4", "HM-4.2.5", "HM-4.2.6", "HM-4.2.7", "HM-5.1",
    "HM-6.1", "HM-8.2",
])  # fmt: skip
def test_each_clause_has_a_story(clause: str) -> None:
    marks = [
        mark
        for module in STORIES
        for function in vars(module).values()
        for mark in getattr(function, "pytestmark", ())
    ]
    assert any(clause in mark.args for mark in marks if mark.name == "clause")
