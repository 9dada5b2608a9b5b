"""A furnished house with its server, and a browser for each person."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.hub.web.house import HOMEMAKER, Browser, House
from tests.hub.web.street import Street


@pytest.fixture
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """By the Homemaker's procedure, or the one that a test is parametrised with (`by`)."""
    made = House(tmp_path, policy=getattr(request, "param", HOMEMAKER))
    made.furnish()
    yield made
    made.close()


def by(*policies: str) -> pytest.MarkDecorator:
    """The test runs in a house of each of these procedures."""
    return pytest.mark.parametrize("house", policies, indirect=True)


@pytest.fixture(scope="session")
def street() -> Iterator[Street]:
    with Street().running() as found:
        yield found


@pytest.fixture
def url(street: Street, house: House) -> Iterator[str]:
    with street.serving(house) as found:
        yield found


@pytest.fixture
def browser(url: str) -> Iterator[Callable[[], Browser]]:
    clients: list[httpx.Client] = []

    def new() -> Browser:
        clients.append(httpx.Client(base_url=url, timeout=20))
        return Browser(clients[-1])

    yield new
    for client in clients:
        client.close()


@pytest.fixture
def ben(browser: Callable[[], Browser]) -> Browser:
    """The tracker, in the office."""
    return browser().log_in("ben")


@pytest.fixture
def ruth(browser: Callable[[], Browser]) -> Browser:
    """The manager."""
    return browser().log_in("ruth")


@pytest.fixture
def marek(browser: Callable[[], Browser]) -> Browser:
    """Her colleague."""
    return browser().log_in("marek")


@pytest.fixture
def asha(browser: Callable[[], Browser]) -> Browser:
    """The worker herself."""
    return browser().log_in("asha")
