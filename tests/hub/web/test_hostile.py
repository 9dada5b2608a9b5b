"""What no page of ours would send: the hub answers, writes no traceback, and repeats nothing."""

import json
import logging
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest

from hub.web.passwords import HASHES_AT_ONCE, LOGINS_WAITING
from hub.web.shell import BODY_MAX
from tests.hub.web.house import PASSWORD, House
from tests.live.real_broker import wait_until

API = "/api/v1"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def program(url: str) -> Iterator[httpx.Client]:
    """Logged in as ben with a bearer token."""
    with httpx.Client(base_url=url, timeout=20) as client:
        answer = client.post(f"{API}/login", json={"name": "ben", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        yield client


@pytest.mark.parametrize(
    "area", ['"\\ud800"', "NaN", "-Infinity", "1e999", "[" * 5_000, '"\\u0000'], ids=range(6)
)
def test_values_that_json_cannot_carry_back_are_refused(
    program: httpx.Client, caplog: pytest.LogCaptureFixture, area: str
) -> None:
    raw = '{"client": "c17", "purpose": "p", "start_ms": 1, "end_ms": 2, "workers": "asha", '
    answer = program.post(f"{API}/visits", content=raw + f'"area": {area}}}', headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_refused_login_does_not_repeat_the_password(url: str) -> None:
    given = {"name": "ben", "password": PASSWORD, "surplus": PASSWORD}
    answer = httpx.post(f"{url}{API}/login", json=given)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text
    assert json.loads(answer.text)["detail"][0]["loc"] == ["body", "surplus"]


def test_more_than_was_declared_ends_without_a_traceback(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(1 + BODY_MAX // 1024):
            yield b"a" * 1024

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert httpx.post(f"{url}/login", content=body(), headers=form).status_code == 413
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_the_board_outlives_names_that_are_markup(house: House, program: httpx.Client) -> None:
    hostile = '"><img src=x onerror=go(1)><script>go(2)</script>\u202e\x00{{7*7}}'
    house.plan(area=hostile, purpose=hostile)
    house.ask("add_person", "", id="asha", name=hostile, initials="<b>x", car=hostile)
    house.ask("add_client", "", id="c17", name=hostile, address=hostile, risk_note=hostile,
              visitors_note=hostile, code=hostile, area=hostile, lines=hostile)  # fmt: skip
    visit = house.inside("marek")
    house.ask("report_danger", "ben", worker="asha", how="call", note=hostile)
    (alarm,) = house.reader.open_alarms()
    house.record("ben", "incident", "write", what=hostile, about="asha", happened="2026-11-23",
                 where=hostile)  # fmt: skip
    record = house.reader.records("incident")[0].id
    pages = ("/", "/wall", "/plan", "/plan?kind=unplanned", "/call", "/call/asha", "/call/marek",
             "/week/asha", "/registers", "/registers/incident", f"/records/{record}",
             "/registers/incident/new", "/drills", "/policy", "/duty", "/danger",
             "/pendants", "/fragments/top", "/fragments/board", f"/visits/{visit}",
             f"/visits/{visit}?do=extend",
             f"/alarms/{alarm.id}", f"/alarms/{alarm.id}/999", f"/?done={hostile[:40]}",
             f"/fragments/visit/{visit}/log", f"/fragments/alarm/{alarm.id}")  # fmt: skip
    for page in pages:
        answer = program.get(page)
        assert answer.status_code == 200, page
        assert "<img" not in answer.text, page
        assert "<script>go" not in answer.text, page
        assert "<b>x" not in answer.text, page


def test_a_crowd_of_logins_leaves_the_board_its_threads(
    house: House, url: str, program: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every password is slow until the test says otherwise; nobody's acknowledgement waits."""
    slow = threading.Event()
    passwords = house.app.state.desk.passwords
    monkeypatch.setattr(
        passwords, "_hasher", SimpleNamespace(verify=lambda *_: slow.wait(20), hash=lambda _: "x")
    )
    statuses: list[int] = []

    def log_in(number: int) -> None:
        given = {"name": f"n-{number}", "password": "x"}
        statuses.append(httpx.post(f"{url}{API}/login", json=given, timeout=30).status_code)

    crowd = [threading.Thread(target=log_in, args=(number,)) for number in range(60)]
    for each in crowd:
        each.start()
    wait_until(lambda: len(statuses) >= 60 - HASHES_AT_ONCE - LOGINS_WAITING, what="the rest")
    assert set(statuses) == {429}
    try:
        assert program.get("/fragments/top", timeout=5).status_code == 200
    finally:
        slow.set()
        for each in crowd:
            each.join()
    assert statuses.count(401) == HASHES_AT_ONCE + LOGINS_WAITING
