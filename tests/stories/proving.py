"""Each row that cites a clause is taken out of its policy: a story of that clause must then fail.

Rule: nobody has to list what is to be proved. Every row of every shipped file is tried against the
stories that carry its clause under that policy; the first that fails without it is its proof.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from hub.policy.trace import Proof, rules
from tests.shipped import policy_of
from tests.stories.telling import FIELDS, PROOFS, TOLD, without
from tests.stories.world import World

# Rows that others are made of: without them nothing runs, which would prove nothing.
GROUND = frozenset({"level", "role", "ladder"})


@cache
def all_stories_told() -> bool:
    """Every module of stories is read: what it tells is in TOLD and PROOFS."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path.stem != "test_proof":
            import_module(f"tests.stories.{path.stem}")
    return bool(TOLD)


def proofs(prefix: str = "") -> Iterator[Proof]:
    """For every clause and row that cites it: which story misses the row, "" for none."""
    for clause, cited in sorted(rules().items()):
        for rule in cited if clause.startswith(prefix) else ():
            table = rule.name.partition(":")[0]
            if table in GROUND or table not in {*FIELDS, "contact", "hours"}:
                continue
            yield Proof(rule.policy, rule.name, clause, proof_of(rule.policy, rule.name, clause))


def proof_of(policy: str, rule: str, clause: str) -> str:
    """The story of that clause which fails without the row, or ""."""
    assert all_stories_told()
    named = [each.story for each in PROOFS if (each.policy, each.rule) == (policy, rule)]
    stories = [each.story for each in TOLD if each.policy == policy and clause in each.clauses]
    # those that name the row first: they are meant to fail
    for story in sorted(stories, key=lambda each: each not in named):
        world = World(policy=without(policy_of(policy), rule))
        try:
            story(world)
            world.done()
        except Exception:  # noqa: BLE001 - whatever it is, the story fails without the row
            return f"{story.__module__}.{story.__name__}"
    return ""
