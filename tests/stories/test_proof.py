"""Each story fails when the rule that it proves is taken out of the policy: none is hollow."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.shipped import policy_of
from tests.stories.telling import HOMEMAKER_ID, PROOFS, Proof, without
from tests.stories.world import World

STORIES = tuple(
    import_module(f"tests.stories.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("test_*.py"))
    if path.stem != "test_proof"
)
# Rows that no story of a clause stands for: ours, each held by a test that carries no clause.
OURS = frozenset(
    {"no-answer", "broken-off", "back-at-base", "home", "home-claimed", "unattended",
     "no-arrival", "no-arrival-standard", "asks-for-longer", "agreed-end-reminder"}
)  # fmt: skip


@pytest.mark.parametrize(
    "proof", PROOFS, ids=[f"{p.policy}-{p.story.__name__}-{p.rule}" for p in PROOFS]
)
def test_without_the_rule_the_story_fails(proof: Proof) -> None:
    world = World(policy=without(policy_of(proof.policy), proof.rule))
    with pytest.raises(AssertionError):
        proof.story(world)
        world.done()


def test_every_timer_and_gate_is_proved_or_ours() -> None:
    policy = policy_of(HOMEMAKER_ID)
    rules = {f"timer:{timer.id}" for timer in policy.timers if timer.id not in OURS}
    rules |= {f"gate:{gate.id}" for gate in policy.gates}
    rules |= {f"letter:{letter.letter}" for letter in policy.letters}
    assert rules <= {proof.rule for proof in PROOFS if proof.policy == HOMEMAKER_ID}


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
