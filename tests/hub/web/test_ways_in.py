"""Every way in, found in the app itself: none but the login, the one-time links and the health is
open to strangers, and none that changes something believes a browser's cookie alone."""

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hub.inbox import EngineStuck
from protocol.messages import SosPressed
from tests.hub.web.house import GIVE_UP_S, Browser, House

OPEN = {"/login", "/api/v1/login", "/healthz", "/api/openapi.json", "/welcome/none"}
KINDS = {"visits": "extend", "alarms": "record_contact", "call": "record_contact"}
# What else a path may name. Who asks is looked at before whether it is there.
NAMED = {"worker": "asha", "task": "call-999", "register": "key", "record": "r-1", "verb": "write",
         "piece": "steps", "token": "none"}  # fmt: skip


def ways(routes: list[Any]) -> Iterator[tuple[str, str]]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from ways(inner.routes)
        for method in getattr(route, "methods", None) or ():
            yield method, route.path


@pytest.fixture
def asked(house: House) -> list[tuple[str, str]]:
    """(method, path) of every route, about a visit and an alarm that there are."""
    visit = house.inside()
    house.press(SosPressed, gesture="sos-hold")
    alarm = house.alarm("sos").id
    found = []
    for method, path in ways(house.app.routes):
        kind = next((kind for part, kind in KINDS.items() if part in path), "")
        named = {**NAMED, "visit_id": visit, "alarm_id": alarm, "kind": kind}
        at = path
        for name, value in named.items():
            at = at.replace(f"{{{name}}}", value)
        assert "{" not in at, f"a new kind of path: {path}"
        found.append((method, at))
    assert len(found) > 50
    return found


def test_a_stranger_is_sent_to_the_login(url: str, asked: list[tuple[str, str]]) -> None:
    with httpx.Client(base_url=url, timeout=20) as stranger:
        for method, path in asked:
            if path not in OPEN:
                answer = stranger.request(method, path)
                assert answer.status_code in (303, 401), (method, path)
                if answer.status_code == 303:
                    assert answer.headers["location"].startswith("/login?next="), path


def test_a_cookie_alone_changes_nothing(
    house: House, ben: Browser, asked: list[tuple[str, str]]
) -> None:
    before = house.store.one("SELECT COUNT(*) FROM log WHERE kind <> 'looked'")
    for method, path in asked:
        if method == "POST" and path not in OPEN:
            for sent in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
                answer = ben.client.post(path, content="{}", headers={"content-type": sent})
                assert answer.status_code == 403, (path, sent)
    house.ask("turn", "")
    assert house.store.one("SELECT COUNT(*) FROM log WHERE kind <> 'looked'") == before


def test_who_asks_for_health_leaves_the_board_its_threads(
    house: House, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For as long as the engine hangs, which is here until the board was served."""
    house.stick()
    held, release = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        held.set()
        release.wait(GIVE_UP_S)
        raise EngineStuck

    monkeypatch.setattr(house.inbox, "ask", hang)
    crowd = [
        threading.Thread(target=lambda: httpx.get(f"{url}/healthz", timeout=60)) for _ in range(100)
    ]
    try:
        for each in crowd:
            each.start()
        assert held.wait(GIVE_UP_S)
        with httpx.Client(base_url=url, timeout=GIVE_UP_S / 2) as stranger:
            assert stranger.get("/login").status_code == 200
    finally:
        release.set()
        for each in crowd:
            each.join()
