"""A furnished house with its server, and a browser for each person."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.hub.web.house import Browser, House, served


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.furnish()
    yield made
    made.close()


@pytest.fixture
def url(house: House) -> Iterator[str]:
    with served(house) as found:
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
def asha(browser: Callable[[], Browser]) -> Browser:
    """The worker herself."""
    return browser().log_in("asha")
