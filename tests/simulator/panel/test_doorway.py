"""No other web page can press a button, read the stream or frame the panel."""

import pytest

from simulator.panel.doorway import refusal
from simulator.panel.windows import framed_by

PORT = 8123
OURS = {"host": f"127.0.0.1:{PORT}", "origin": f"http://127.0.0.1:{PORT}"}
BROWSER = {**OURS, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}


@pytest.mark.parametrize("headers", [OURS, BROWSER])
def test_our_own_page_may_press(headers: dict[str, str]) -> None:
    assert refusal("POST", headers, PORT) == ""


def test_localhost_is_this_machine_too() -> None:
    headers = {"host": f"localhost:{PORT}", "origin": f"http://localhost:{PORT}"}
    assert refusal("POST", headers, PORT) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},  # a sandboxed frame
        {"origin": ""},
        {"origin": f"http://127.0.0.1:{PORT + 1}"},  # another page of this machine
        {"origin": f"http://localhost:{PORT}"},  # not what it asked for
        {"host": f"evil.example:{PORT}", "origin": f"http://evil.example:{PORT}"},  # rebound name
        {"host": "127.0.0.1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_nobody_else_may_press(wrong: dict[str, str]) -> None:
    assert refusal("POST", {**BROWSER, **wrong}, PORT)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_every_method_that_is_not_reading_needs_the_origin(method: str) -> None:
    assert refusal(method, {"host": OURS["host"]}, PORT)


def test_others_may_not_read_what_our_page_hears() -> None:
    stream = {"host": OURS["host"], "sec-fetch-mode": "cors", "sec-fetch-site": "cross-site"}
    assert refusal("GET", stream, PORT)
    assert refusal("GET", {**stream, "sec-fetch-mode": "no-cors"}, PORT)
    assert refusal("GET", {**stream, "sec-fetch-site": "same-origin"}, PORT) == ""
    assert refusal("GET", {"host": "evil.example"}, PORT)


def test_a_link_to_the_panel_may_be_followed() -> None:
    link = {"host": OURS["host"], "sec-fetch-mode": "navigate", "sec-fetch-site": "cross-site"}
    assert refusal("GET", link, PORT) == ""


def test_a_window_may_be_framed_by_the_panel_and_by_nobody_else() -> None:
    said = framed_by("default-src 'none'; frame-ancestors 'none'; img-src 'self'", PORT)
    frames = f"frame-ancestors http://127.0.0.1:{PORT} http://localhost:{PORT}"
    assert said == f"default-src 'none'; {frames}; img-src 'self'"


@pytest.mark.parametrize("policy", ["", "frame-ancestors 'self'", "frame-ancestors 'none' " * 2])
def test_a_policy_that_is_not_understood_is_not_changed(policy: str) -> None:
    with pytest.raises(ValueError, match="frame-ancestors"):
        framed_by(policy, PORT)
