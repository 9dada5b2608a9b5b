"""A crowd of silent connections from nobody in particular, against a hub that has an SOS (P1)."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.messages import SosPressed
from tests.hub.notify.office import Post
from tests.live.hub_process import Site
from tests.live.real_broker import wait_until

HANDLES = 300  # of the hub; as systemd gives 1024, an attacker would need four times as many


@pytest.fixture
def post() -> Iterator[Post]:
    found = Post()
    yield found
    found.close()


@pytest.fixture
def site(tmp_path: Path, post: Post) -> Iterator[Site]:
    found = Site(tmp_path / "site", post)
    found.start_broker()
    found.start_hub(HANDLES)
    yield found
    found.close()


@pytest.mark.live
def test_an_sos_is_paged_through_a_crowd_at_the_door(site: Site, post: Post) -> None:
    pendant = site.add_pendant("p-1")
    wait_until(pendant.client.is_connected)
    crowd = [socket.create_connection(("127.0.0.1", site.web_port), 5) for _ in range(HANDLES - 20)]
    try:
        identity, token = pendant.press(SosPressed)
        pendant.say("sos", token)
        wait_until(lambda: identity in pendant.receipts())
        wait_until(lambda: bool(post.letters), what="the page")
    finally:
        for sock in crowd:
            sock.close()
        pendant.close()
