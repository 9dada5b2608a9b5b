"""The web servers in front of houses: one for many, or one that a test may see stop.

Rule: a house is left only when every request to it is answered.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.hub.web.house import GIVE_UP_S, House
from tests.live.real_broker import wait_until


class Street:
    """One server for all the houses of a process, one after the other: to start and stop one takes
    longer than most tests."""

    def __init__(self) -> None:
        self._site: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._site is not None, "somebody asks when no house is open"
        await self._site(scope, receive, send)

    @contextmanager
    def running(self) -> Iterator["Street"]:
        with _running(_config(self, lifespan="off")) as (self._server, self._url):
            yield self

    @contextmanager
    def serving(self, house: House) -> Iterator[str]:
        self._site = house.app
        try:
            yield self._url
        finally:
            house.live.shut_down()
            answering = self._server.server_state.tasks
            wait_until(lambda: not answering, GIVE_UP_S, "every request answered")
            house.app.state.desk.sessions.close()  # what the end of the app's own server does
            self._site = None


@contextmanager
def served(house: House) -> Iterator[str]:
    """By a server of its own, which is gone afterwards."""
    with _running(_config(house.app, lifespan="on")) as (_, url):
        try:
            yield url
        finally:
            house.live.shut_down()


def _config(app: ASGIApp, lifespan: Literal["on", "off"]) -> uvicorn.Config:
    return uvicorn.Config(app, "127.0.0.1", 0, lifespan=lifespan, log_level="warning",
                          timeout_graceful_shutdown=1)  # fmt: skip


@contextmanager
def _running(config: uvicorn.Config) -> Iterator[tuple[uvicorn.Server, str]]:
    """In a thread, on a free port."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started or not thread.is_alive(), GIVE_UP_S, "the server")
    assert server.started, "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield server, f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(GIVE_UP_S)
        assert not thread.is_alive(), "the server did not stop"
