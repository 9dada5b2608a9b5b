"""The bad network, and the place where pages arrive."""

import contextlib
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from simulator.live.child import free_port
from simulator.live.feed import Feed
from simulator.live.proxy import FaultProxy
from simulator.live.receiver import Receiver


class Ends:
    """A connection through the proxy, both ends of it in our hands."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.proxy = FaultProxy(self.server.getsockname()[1])
        self.near, self.far = self.connect()

    def connect(self) -> tuple[socket.socket, socket.socket]:
        near = socket.create_connection(("127.0.0.1", self.proxy.port), 2)
        self.server.settimeout(2)
        far, _ = self.server.accept()
        far.settimeout(2)
        return near, far

    def close(self) -> None:
        for end in (self.near, self.far, self.server):
            end.close()
        self.proxy.close()


@pytest.fixture
def ends() -> Iterator[Ends]:
    found = Ends()
    yield found
    found.close()


def is_reset(port: int) -> bool:
    """Whether a new connection is reset: at once, or at the first read."""
    with socket.socket() as near:
        near.settimeout(2)
        try:
            near.connect(("127.0.0.1", port))
            return not near.recv(1)
        except ConnectionResetError:
            return True


def test_through_in_both_directions(ends: Ends) -> None:
    ends.near.sendall(b"up" * 40_000)
    got = b""
    while len(got) < 80_000:
        got += ends.far.recv(100_000)
    assert got == b"up" * 40_000
    ends.far.sendall(b"down")
    assert ends.near.recv(10) == b"down"


def test_cut_ends_both_and_refuses_more_until_mended(ends: Ends) -> None:
    ends.proxy.set("cut")
    for end in (ends.near, ends.far):
        with contextlib.suppress(ConnectionResetError):
            assert end.recv(1) == b""
    assert is_reset(ends.proxy.port)
    ends.proxy.set("through")
    near, far = ends.connect()
    near.sendall(b"back")
    assert far.recv(10) == b"back"
    near.close()
    assert far.recv(1) == b""
    far.close()


def silent(end: socket.socket) -> bool:
    end.settimeout(0.2)
    try:
        return not end.recv(10)
    except TimeoutError:
        return True
    finally:
        end.settimeout(2)


def test_stalled_bytes_come_later(ends: Ends) -> None:
    ends.proxy.set("stall")
    ends.near.sendall(b"late")
    assert silent(ends.far)
    ends.proxy.set("through")
    assert ends.far.recv(10) == b"late"


def test_half_open_bytes_are_gone_and_nobody_is_told(ends: Ends) -> None:
    ends.proxy.set("half-open")
    ends.near.sendall(b"lost")
    ends.far.sendall(b"lost")
    assert silent(ends.far)
    assert silent(ends.near)
    assert ends.proxy.connections == 1
    ends.proxy.set("through")
    ends.near.sendall(b"found")
    assert ends.far.recv(10) == b"found"


def test_reset_ends_what_there_is_and_lets_new_ones_pass(ends: Ends) -> None:
    ends.proxy.set("reset")
    for end in (ends.near, ends.far):
        with pytest.raises(ConnectionResetError):
            end.recv(1)
    near, far = ends.connect()
    near.sendall(b"new")
    assert far.recv(10) == b"new"
    near.close()
    far.close()


def test_half_a_packet_and_then_nothing_for_good(ends: Ends) -> None:
    ends.proxy.set("half-packet")
    ends.near.sendall(b"0123456789")
    assert ends.far.recv(10) == b"01234"
    ends.near.sendall(b"more")
    ends.far.sendall(b"answer")
    assert silent(ends.far)
    assert silent(ends.near)
    ends.proxy.set("through")
    ends.near.sendall(b"more")
    assert silent(ends.far), "a stream with a hole in it would be corrupt"
    near, far = ends.connect()
    near.sendall(b"new")
    assert far.recv(10) == b"new"
    near.close()
    far.close()


def test_a_black_hole_answers_nobody_and_loses_what_is_sent(ends: Ends) -> None:
    ends.proxy.set("black-hole")
    ends.near.sendall(b"lost")
    assert silent(ends.far)
    assert ends.proxy.connections == 1
    with socket.socket() as late:
        late.settimeout(0.5)
        with pytest.raises(TimeoutError):
            late.connect(("127.0.0.1", ends.proxy.port))
    ends.proxy.set("through")
    near, far = ends.connect()
    near.sendall(b"found")
    far.settimeout(5)
    assert far.recv(10) == b"found"
    near.close()
    far.close()


def test_byte_by_byte_comes_whole_in_order_and_slowly(ends: Ends) -> None:
    ends.proxy.set("byte-by-byte")
    sent = bytes(range(200))
    began_s = time.monotonic()
    ends.near.sendall(sent)
    got, sizes = b"", []
    while len(got) < len(sent):
        piece = ends.far.recv(200)
        sizes.append(len(piece))
        got += piece
    assert got == sent
    assert time.monotonic() - began_s >= 0.19
    assert len(sizes) > 20, "most bytes came alone"


def test_latency(ends: Ends) -> None:
    ends.proxy.set("through", latency_ms=300)
    began_s = time.monotonic()
    ends.near.sendall(b"slow")
    assert ends.far.recv(10) == b"slow"
    assert time.monotonic() - began_s >= 0.3


def test_a_target_that_is_down_is_a_reset() -> None:
    proxy = FaultProxy(free_port())
    try:
        assert is_reset(proxy.port)
    finally:
        proxy.close()


def test_a_mode_that_does_not_exist(ends: Ends) -> None:
    with pytest.raises(ValueError, match="is none of through, cut, reset, stall"):
        ends.proxy.set("on fire")


def test_a_page_arrives_on_the_feed_and_a_failing_receiver_takes_none() -> None:
    feed = Feed()
    receiver = Receiver(feed)
    try:
        url = receiver.url("maria").replace("json://", "http://")
        body = json.dumps({"title": "SOS", "message": "Bea Okoye pressed SOS"}).encode()
        with urllib.request.urlopen(url, body, 5) as answer:
            assert answer.status == 200
        receiver.failing = True
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url, body, 5)
        refused.value.close()
        assert refused.value.code == 503
        receiver.failing = False
        for bad in (b"not JSON", b"[]"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(url, bad, 5)
            refused.value.close()
            assert refused.value.code == 400
    finally:
        receiver.close()
    pages = [item for item in feed.all() if item.source == "page"]
    assert [(page.who, page.what, page.text) for page in pages] == [
        ("maria", "SOS", "Bea Okoye pressed SOS")
    ]


def test_who_taps_hears_what_comes_from_the_target_alone() -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(2)
        proxy = FaultProxy(server.getsockname()[1], lambda: heard.append)
        with socket.create_connection(("127.0.0.1", proxy.port), 2) as near:
            far, _ = server.accept()
            near.sendall(b"up")
            assert far.recv(10) == b"up"
            far.sendall(b"down")
            assert near.recv(10) == b"down"
            assert heard == [b"down"]
            far.close()
        proxy.close()


def test_a_receiver_that_hangs_answers_nobody_and_refuses_afterwards() -> None:
    feed = Feed()
    receiver = Receiver(feed)
    try:
        receiver.hang(True)
        url = receiver.url("tom").replace("json://", "http://")
        request = urllib.request.Request(url, json.dumps({"title": "t"}).encode(), method="POST")
        with pytest.raises(TimeoutError):
            urllib.request.urlopen(request, timeout=0.3)
        receiver.hang(False)
        with urllib.request.urlopen(request, timeout=2) as answer:
            assert answer.status == 200
        assert len(feed) == 1
    finally:
        receiver.close()
