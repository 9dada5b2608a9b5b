"""The world that every story plays in, and its check at the end."""

from collections.abc import Iterator

import pytest

from tests.stories.world import World


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.done()
