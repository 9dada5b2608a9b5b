"""Strangers who connect and say nothing, too little or too slowly, over real sockets."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
import uvicorn

from hub.web import doorman
from hub.web.doorman import Doorman
from tests.hub.web.house import GIVE_UP_S, House
from tests.live.real_broker import wait_until

HEAD = b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"


class Brisk(Doorman):
    """The same, fifty times as fast; ten connections."""

    request_s = 0.2
    most = 10


@pytest.fixture
def door(house: House) -> Iterator[tuple[str, int]]:
    """A real server with a doorman."""
    config = uvicorn.Config(house.app, port=0, log_level="warning", http=Brisk,
                            timeout_graceful_shutdown=1)  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()
    house.live.shut_down()
    server.should_exit = True
    thread.join(GIVE_UP_S)


def serves(door: tuple[str, int]) -> bool:
    try:
        return httpx.get(f"http://{door[0]}:{door[1]}/login", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        HEAD + b"Content-Length: 900\r\n\r\nname=",
    ],
    ids=["nothing", "half a line", "half a head", "half a body"],
)
def test_who_owes_a_request_is_shown_out(door: tuple[str, int], said: bytes) -> None:
    with closing(socket.create_connection(door, 5)) as sock:
        sock.sendall(said)
        try:
            assert sock.recv(1_000) == b""
        except ConnectionResetError:
            return


def test_a_live_stream_stays(door: tuple[str, int], house: House) -> None:
    with httpx.Client(base_url=f"http://{door[0]}:{door[1]}", timeout=10) as client:
        answer = client.post("/api/v1/login", json={"name": "ben", "password": "correct horse"})
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        with client.stream("GET", "/live") as stream:
            heard = stream.iter_lines()
            next(heard)
            threading.Event().wait(4 * Brisk.request_s)
            house.ask("add_client", "", id="c99", code="C99")
            assert any("board" in line for line in heard)


def test_a_crowd_is_turned_away_and_the_board_is_served_again(door: tuple[str, int]) -> None:
    crowd = [socket.create_connection(door, 5) for _ in range(30)]
    try:
        wait_until(lambda: serves(door), 5)
    finally:
        for sock in crowd:
            sock.close()


def test_one_address_is_no_crowd_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    class From:
        def __init__(self, address: str) -> None:
            self.client = (address, 1)

    one = Doorman.__new__(Doorman)
    one.client = ("192.0.2.7", 5)
    one.connections = {From("192.0.2.7") for _ in range(doorman.CONNECTIONS_PER_ADDRESS)}  # type: ignore[misc]  # only their address counts
    assert not one._is_crowd()
    one.connections |= {From("192.0.2.7")}  # type: ignore[arg-type]  # as above
    assert one._is_crowd()
    one.client = ("192.0.2.8", 5)
    assert not one._is_crowd()
