"""The world that every story plays in, under the policy it names, and its check at the end."""

from collections.abc import Iterator

import pytest

from tests.shipped import policy_of
from tests.stories.telling import HOMEMAKER_ID
from tests.stories.world import World


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    named = request.node.get_closest_marker("policy")
    made = World(policy=policy_of(named.args[0] if named is not None else HOMEMAKER_ID))
    yield made
    made.done()
