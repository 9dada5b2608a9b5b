"""The shipped policies as the tests of the rules run under them, and how each entry begins.

The rule it keeps: the gates of planning stay out (stories hold those); every other row is as it is
shipped. How hard a test looks is for `make soak` to raise.
"""

from dataclasses import replace

from hypothesis import settings

from hub.policy.load import SHIPPED, load
from hub.policy.model import Policy
from hub.policy.moves import entered, facts_to_try
from hub.rules.planning import level_of
from tests.stories.world import Value

HOMEMAKER_ID = "homemaker-exeter"
NAMES = tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))
DEEP = settings.default is not None and settings.default.max_examples >= 1_000  # make soak


def _plannable(policy: Policy) -> Policy:
    kept = tuple(gate for gate in policy.gates if gate.command != "plan_visit")
    return replace(policy, gates=kept)


POLICIES: dict[str, Policy] = {name: _plannable(load(SHIPPED / f"{name}.toml")) for name in NAMES}


def beginnings(policy: Policy) -> list[dict[str, Value]]:
    """What is entered to come to each level that facts lead to, the lowest first."""
    found: dict[str, dict[str, Value]] = {}
    for facts in facts_to_try(policy):
        found.setdefault(level_of(policy, facts)[0], entered(facts))
    return list(found.values())
