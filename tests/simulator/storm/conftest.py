"""A house and a place in memory for the tests of the storm's disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.house import House
from tests.simulator.storm.disk_rig import build, memory


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Its folder is copied, not used."""
    return build(tmp_path_factory.mktemp("built") / "hub")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with memory(tmp_path) as found:
        yield found
