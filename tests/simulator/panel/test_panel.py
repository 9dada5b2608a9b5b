"""The panel over real parts: edges reach the pendant, acts reach the world, strangers neither."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.clock import utc_ms
from hub.store.genesis import REAL, Genesis, GenesisRefused
from hub.store.reader import Reader
from hub.store.store import Store
from simulator.live.stage import Stage
from simulator.panel.serve import Panel
from simulator.panel.windows import check_simulation
from tests.conftest import need
from tests.live.real_broker import wait_until
from tests.simulator.panel.opened import happens, opened

pytestmark = [pytest.mark.live, pytest.mark.micropython]
HELD_MS = 2_300


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Stage, Panel]]:
    need("mosquitto")
    need("micropython")
    with opened("bea") as made:
        yield made


@pytest.fixture
def stage(both: tuple[Stage, Panel]) -> Stage:
    return both[0]


@pytest.fixture
def panel(both: tuple[Stage, Panel]) -> Panel:
    return both[1]


@pytest.fixture
def page(panel: Panel) -> Iterator[httpx.Client]:
    """As the panel's own page asks, while it is open."""
    headers = {"origin": panel.url.rstrip("/")}
    with (
        httpx.Client(base_url=panel.url, headers=headers, trust_env=False, timeout=30) as client,
        opened_page(client, "test"),
    ):
        yield client


@contextmanager
def opened_page(client: httpx.Client, page: str) -> Iterator[Iterator[str]]:
    """The lines of its stream."""
    with client.stream("GET", f"/stream?page={page}") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        yield lines


def world(lines: Iterator[str]) -> dict[str, Any]:
    """The first snapshot in a stream."""
    found = next(line for line in lines if line.startswith("data: {"))
    told = json.loads(found.removeprefix("data: "))
    assert isinstance(told, dict)
    return told


def edges(*given: tuple[str, bool, int], page: str = "test") -> dict[str, object]:
    found = [{"button": button, "down": down, "at_ms": at_ms} for button, down, at_ms in given]
    return {"who": "bea", "page": page, "edges": found}


def did(page: httpx.Client, act: str, value: str = "") -> str:
    answer = page.post("/acts", json={"act": act, "who": "bea", "value": value})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["said"])


def test_edges_reach_the_pendant_with_the_fingers_own_timing(
    stage: Stage, page: httpx.Client
) -> None:
    start = len(stage.feed)
    # Both at once, as a busy browser sends them: the pendant still feels two seconds between.
    answer = page.post("/edges", json=edges(("a", True, 1_000), ("a", False, 1_000 + HELD_MS)))
    assert answer.status_code == 204
    tick = happens(stage, "feel", "tick", "bea", start)
    hold = happens(stage, "feel", "read-hold", "bea", start)
    assert 1.9 < hold.at_s - tick.at_s < 4
    happens(stage, "log", "started_out", "bea", start)


def test_a_closed_page_lets_go(stage: Stage, page: httpx.Client) -> None:
    start = len(stage.feed)
    with opened_page(page, "another"):
        page.post("/edges", json=edges(("s", True, 50_000), page="another"))
        happens(stage, "feel", "ramp-1", "bea", start)
    happens(stage, "log", "sos_aborted", "bea", start)


def test_a_page_that_has_gone_presses_nothing(page: httpx.Client) -> None:
    with opened_page(page, "brief"):
        pass
    body = edges(("s", True, 0), page="brief")
    # Its end is heard a moment later than it comes; a finger that was quicker is lifted then.
    wait_until(lambda: page.post("/edges", json=body).status_code == 409)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"host": "evil.example"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/edges", "/acts"])
def test_a_stranger_presses_nothing(
    stage: Stage, page: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    start = len(stage.feed)
    body = edges(("s", True, 0), ("s", False, HELD_MS))
    if path == "/acts":
        body = {"act": "hub kill", "who": "", "value": ""}
    assert page.post(path, json=body, headers=headers).status_code == 403
    # The next one of ours is felt; nothing else was before it.
    page.post("/edges", json=edges(("d", True, 90_000), ("d", False, 90_100)))
    happens(stage, "feel", "read-short", "bea", start)
    felt = [item.what for item in stage.feed.all(start) if item.source == "feel"]
    assert not [what for what in felt if what.startswith(("ramp", "stored"))]
    assert stage.hub.child.alive


def test_without_an_origin_nothing_is_pressed(panel: Panel) -> None:
    body = edges(("s", True, 0))
    assert httpx.post(panel.url + "edges", json=body, trust_env=False).status_code == 403


@pytest.mark.parametrize("given", [{"who": "olu"}, {"page": "../x"}, {"edges": [{"button": "x"}]}])
def test_a_wrong_edge_is_refused(page: httpx.Client, given: dict[str, object]) -> None:
    assert page.post("/edges", json={**edges(), **given}).status_code in (404, 422)


@pytest.mark.parametrize(
    ("act", "value", "said"),
    [
        ("hub start", "", "running already"),
        ("speed", "0", "whole number"),
        ("battery", "101", "0 to 100"),
        ("radio", "mars", "blackspot"),
        ("power", "on", "on already"),
        ("plan", "party", "close"),
        ("dance", "", "no act"),
    ],
)
def test_what_cannot_be_done_is_said(page: httpx.Client, act: str, value: str, said: str) -> None:
    answer = page.post("/acts", json={"act": act, "who": "bea", "value": value})
    assert answer.status_code == 409
    assert said in answer.json()["said"]


def test_one_click_plans_a_visit_that_the_hub_takes(stage: Stage, page: httpx.Client) -> None:
    start = len(stage.feed)
    assert "Planned" in did(page, "plan", "close")
    assert happens(stage, "log", "plan_visit", start=start).facts["by"] == "olu"


def test_a_pendant_that_starts_again_finds_its_battery_as_it_is(
    stage: Stage, page: httpx.Client
) -> None:
    start = len(stage.feed)
    did(page, "power", "off")
    did(page, "battery", "9")
    happens(stage, "process", "power cut", "bea", start)
    dead = page.post("/edges", json=edges(("a", True, 0), ("a", False, 150)))
    assert dead.status_code == 204, "a dead pendant can be pressed, and nothing happens"
    again = len(stage.feed)
    did(page, "power", "on")
    happens(stage, "boot", "power-on", "bea", again)
    happens(stage, "feel", "battery-low", "bea", again)
    did(page, "battery", "100")


def test_another_speed_is_another_clock_and_loses_nothing(
    stage: Stage, panel: Panel, page: httpx.Client
) -> None:
    before_ms = stage.feed.rule_ms()
    assert "stopped and started" in did(page, "speed", "1")
    with closing(Reader(stage.hub.store)) as reader:
        assert reader.people(), "the same database"
        kinds = {alarm.kind for alarm in reader.open_alarms()}
    assert "clock_jumped" not in kinds
    assert stage.feed.rule_ms() >= before_ms
    assert stage.hub.speed == 1
    assert did(page, "speed", "1") == "", "it has that speed already"
    did(page, "speed", "10")


def test_a_window_shows_her_board_and_only_the_panel_may_frame_it(panel: Panel) -> None:
    for person, port in panel.screens.items():
        answer = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
        assert answer.status_code == 200
        assert "SIMULATION" in answer.text
        assert panel.people[person]["name"] in answer.text, "it is logged in as her"
        policy = answer.headers["content-security-policy"]
        assert f"frame-ancestors {panel.url.rstrip('/')} " in policy
        assert "script-src 'self'" in policy
        assert "x-frame-options" not in answer.headers
        assert "set-cookie" not in answer.headers


def test_the_hub_itself_may_be_framed_by_nobody(stage: Stage, panel: Panel) -> None:
    answer = httpx.get(stage.hub.url + "/login", trust_env=False)
    for each in (answer, httpx.get(panel.url, trust_env=False)):
        assert "frame-ancestors 'none'" in each.headers["content-security-policy"]
        assert each.headers["x-frame-options"] == "DENY"


def test_a_window_answers_no_other_name_and_takes_no_foreign_form(panel: Panel) -> None:
    url = f"http://127.0.0.1:{panel.screens['olu']}/"
    rebound = httpx.get(url, headers={"host": "evil.example"}, trust_env=False)
    assert rebound.status_code == 403
    foreign = httpx.post(url + "duty", headers={"origin": panel.url}, trust_env=False)
    assert foreign.status_code == 403


def test_a_window_without_a_hub_says_so_and_comes_back(
    stage: Stage, panel: Panel, page: httpx.Client
) -> None:
    url = f"http://127.0.0.1:{panel.screens['maria']}/"
    did(page, "hub kill")
    down = httpx.get(url, trust_env=False)
    assert down.status_code == 502
    assert "SIMULATION" in down.text
    assert f"frame-ancestors {panel.url.rstrip('/')} " in down.headers["content-security-policy"]
    did(page, "hub start")
    assert httpx.get(url, trust_env=False).status_code == 200


def test_a_window_logs_in_again_after_a_logout(stage: Stage, panel: Panel) -> None:
    url = f"http://127.0.0.1:{panel.screens['ruth']}/"
    with closing(sqlite3.connect(stage.hub.store / "sessions.db")) as sessions:
        tables = sessions.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            sessions.execute(f"DELETE FROM {table}")
        sessions.commit()
    assert "Whereabouts" in httpx.get(url, trust_env=False).text


def test_the_drawer_tells_what_hub_and_flash_hold(stage: Stage, page: httpx.Client) -> None:
    page.post("/acts", json={"act": "plan", "who": "bea", "value": "usual"})  # or one stands
    told = page.get("/trainer/bea").json()
    assert told["hub"]["visit"] not in ("", "no visit")
    assert "by the hub's clock" in told["hub"]["beat"]
    assert any(each["source"] == "feel" for each in told["heard"])
    assert page.get("/trainer/olu").status_code == 404


def test_a_snapshot_says_nothing_of_what_the_hub_believes(page: httpx.Client) -> None:
    with opened_page(page, "other") as lines:
        told = world(lines)
    assert set(told["wearers"]["bea"]) == {
        "power", "link", "asleep", "radio", "battery_pct", "flash_held", "motor_pct", "led", "felt"
    }  # fmt: skip


def test_a_database_of_real_people_is_refused(tmp_path: Path) -> None:
    Store(tmp_path, Genesis("g", "Somebody's", "Europe/London", REAL, utc_ms())).close()
    with pytest.raises(GenesisRefused, match="SIMULATION"):
        check_simulation(tmp_path)
