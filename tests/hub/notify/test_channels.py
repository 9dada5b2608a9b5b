"""Real sends to real sockets on this machine: taken, refused, redirected, silent, nobody there."""

import socket
import threading
from collections.abc import Iterator

import pytest
from apprise import Apprise
from apprise.plugins.custom_json import NotifyJSON

from hub.notify import addresses, channels
from hub.notify.channels import Letter, send
from tests.hub.notify.office import Post

LETTER = Letter("SOS: Jo", "Since 10:00.", {"page": 1, "copy": False, "alarm": "a-1"})


@pytest.fixture
def post() -> Iterator[Post]:
    found = Post()
    yield found
    found.close()


def test_numbers_and_flags_stay_numbers_and_flags(post: Post) -> None:
    assert send(post.url, LETTER, simulation=True) == ""
    (letter,) = post.letters
    assert (letter["page"], letter["copy"], letter["alarm"]) == (1, False, "a-1")
    assert (letter["title"], letter["message"]) == ("SOS: Jo", "Since 10:00.")


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_refusal_is_a_fault_with_its_status(post: Post, status: int) -> None:
    post.status = status
    assert f"error={status}" in send(post.url, LETTER, simulation=True)


def test_a_redirect_is_not_followed(post: Post) -> None:
    post.status = 302
    assert send(post.url, LETTER, simulation=True) != ""
    assert len(post.letters) == 1


def test_nobody_there_is_a_fault() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "Connection error" in send(f"json://127.0.0.1:{port}/", LETTER, simulation=True)


def test_a_silent_provider_is_a_fault_in_time(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "READ_S", 0.2)
    post.hang.clear()
    assert send(post.url, LETTER, simulation=True) != ""


def test_a_simulation_sends_nothing_off_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    channels.prepare()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it tried to send")

    monkeypatch.setattr(Apprise, "instantiate", never)
    for url in ("http://192.0.2.1/", "tgram://127.0.0.1/1", "mailto://u:p@localhost"):
        assert "simulation" in send(url, LETTER, simulation=True)


def test_a_plugin_that_raises_is_a_fault(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise ValueError("a bug of theirs")

    monkeypatch.setattr(NotifyJSON, "notify", broken)
    assert send(post.url, LETTER, simulation=True) == "the provider's plugin failed: ValueError"


def test_what_a_plugin_complains_of_names_nobody(post: Post) -> None:
    post.status = 418
    # Apprise's form:// is another plugin than its json://, which names only the host.
    url = post.url.replace("http://", "form://")
    assert send(url, LETTER, simulation=False) == "error=418"


def test_complaints_of_two_threads_are_not_mixed(post: Post) -> None:
    other = Post()
    post.status, other.status = 404, 503
    said: dict[str, list[str]] = {post.url: [], other.url: []}

    def many(url: str) -> None:
        said[url] += [send(url, LETTER, simulation=True) for _ in range(20)]

    threads = [threading.Thread(target=many, args=(url,)) for url in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert all("error=404" in each for each in said[post.url])
    assert all("error=503" in each for each in said[other.url])


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://user:secret@hooks.example.org/services/token", "https://hooks.example.org"),
        ("json://127.0.0.1:9000/x", "json://127.0.0.1:9000"),
        ("tgram://bottoken/chat", "tgram://…"),
        ("mailto://u:p@example.org", "mailto://…"),
    ],
)
def test_what_a_log_says_of_an_address_holds_no_secret(url: str, said: str) -> None:
    assert addresses.shown(url) == said


@pytest.mark.parametrize(
    ("url", "simulation", "is_good"),
    [
        ("http://127.0.0.1:9000/", True, True),
        ("http://192.0.2.1/", True, False),
        ("https://hooks.example.org/x", False, True),
        ("nonsense://x", False, False),
        ("no address", False, False),
    ],
)
def test_an_address_is_judged_before_it_is_needed(
    url: str, simulation: bool, is_good: bool
) -> None:
    assert (channels.fault_of(url, simulation) == "") is is_good
