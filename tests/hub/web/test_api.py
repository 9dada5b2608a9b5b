"""The JSON API: the same commands, the same rules, a token or a CSRF header."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from hub.rules.facts import PLAN_FACTS
from hub.rules.kinds import ANSWERS, COMMANDS, DRILLS, ENTRY_KINDS, MEANS, RESULTS
from hub.web import api_models
from protocol.messages import SosPressed
from tests.hub.web.house import PASSWORD, Browser, House

API = "/api/v1"


@pytest.fixture
def program(url: str) -> Iterator[httpx.Client]:
    """Logged in as ben with a bearer token."""
    with httpx.Client(base_url=url, timeout=20) as client:
        answer = client.post(f"{API}/login", json={"name": "ben", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        yield client


def test_a_whole_visit(house: House, program: httpx.Client) -> None:
    start_ms = house.clock.now_ms() + 60_000
    answer = program.post(f"{API}/visits", json={
        "client": "c17", "area": "Heavitree", "purpose": "home visit", "start_ms": start_ms,
        "end_ms": start_ms + 3_600_000, "workers": "asha", "tracker": "ben",
        "manager_agreed": "ruth", "first_meeting": True, "rating": "C2",
    })  # fmt: skip
    assert answer.status_code == 200, answer.text
    visit = f"{API}/visits/{answer.json()['id']}"
    house.beat("asha")
    steps: list[tuple[str, dict[str, object]]] = [
        ("start_out", {}),
        ("set_coverage", {"coverage": "good"}),
        ("name_tracker", {"tracker": "ben"}),
        ("confirm_arrival", {"place": "C17", "name": "Asha Patel", "departure_contact": "ben"}),
        ("record_contact", {"means": "work-mobile", "reached": False}),
        ("carry_on", {"every_min": 30, "means": "work-mobile"}),
        ("stand_down", {"means": "work-mobile"}),
        ("extend", {"end_ms": start_ms + 7_200_000}),
        ("confirm_departure", {"then": "home"}),
        ("confirm_home", {}),
    ]
    for kind, given in steps:
        house.clock.advance(300_000 if kind == "stand_down" else 0)  # no call-back sooner
        answer = program.post(f"{visit}/{kind}", json=given)
        assert answer.status_code == 200, f"{kind}: {answer.text}"
        assert answer.json()["ok"]
    found = program.get(visit).json()
    assert found["parts"][0]["phase"] == "closed"
    assert any("she may go in" in line["text"] for line in found["log"])


def test_an_alarm_is_seen_taken_and_ended(house: House, program: httpx.Client) -> None:
    house.inside()
    house.press(SosPressed, gesture="sos-hold")
    (alarm,) = program.get(f"{API}/alarms").json()
    assert alarm["kind"] == "sos"
    assert alarm["words"]["title"] == "SOS"
    url = f"{API}/alarms/{alarm['id']}"
    assert program.post(f"{url}/acknowledge").status_code == 200
    given = {"means": "in-person", "reached": True}
    assert program.post(f"{url}/record_contact", json=given).status_code == 200
    answer = program.post(f"{url}/resolve", json={"outcome": "safe", "note": "", "spoke": False})
    assert answer.status_code == 409
    assert "Only speech" in answer.json()["reason"]
    given = {"outcome": "safe", "note": "met her", "spoke": True, "presses": 1}
    assert program.post(f"{url}/resolve", json=given).status_code == 200
    assert program.get(f"{API}/board").json()["alarms"] == []


def test_the_board_is_the_pages_board(house: House, program: httpx.Client) -> None:
    house.plan()
    found = program.get(f"{API}/board").json()
    assert found["simulation"] is True
    assert found["on_duty"]["duty-manager"] == ["ruth"]
    (group,) = found["groups"]
    assert group["rows"][0]["who"] == "Asha Patel"


def test_a_refusal_is_409_with_the_rules_reason(house: House, program: httpx.Client) -> None:
    visit = house.inside()
    answer = program.post(f"{API}/visits/{visit}/cancel", json={"note": "x"})
    assert answer.status_code == 409
    assert "nothing cancels" in answer.json()["reason"]
    old = {"coverage": "good", "version": 1}
    answer = program.post(f"{API}/visits/{visit}/set_coverage", json=old)
    assert answer.status_code == 409
    assert "changed since" in answer.json()["reason"]


def test_what_is_not_lawful_is_422(house: House, program: httpx.Client) -> None:
    visit = house.inside()
    wrong: list[dict[str, object]] = [
        {},
        {"means": "pigeon", "reached": True},
        {"means": "office"},
        {"means": "office", "reached": True, "misspelt": 1},
        {"means": "office", "reached": True, "note": "x" * 2_001},
    ]
    for given in wrong:
        answer = program.post(f"{API}/visits/{visit}/record_contact", json=given)
        assert answer.status_code == 422, given


def test_a_browsers_session_needs_its_token_in_the_header(house: House, ben: Browser) -> None:
    visit = house.inside()
    url, given = f"{API}/visits/{visit}/set_coverage", {"coverage": "poor", "agreed_end_ms": 1}
    assert ben.client.post(url, json=given).status_code == 403
    headers = {"X-CSRF-Token": ben.csrf}
    assert ben.client.post(url, json=given, headers=headers).status_code == 200


def test_a_wrong_login_and_a_dead_token(
    browser: Callable[[], Browser], program: httpx.Client
) -> None:
    nobody = browser().client
    answer = nobody.post(f"{API}/login", json={"name": "ben", "password": "x"})
    assert answer.status_code == 401
    assert program.get(f"{API}/board").status_code == 200
    assert program.post(f"{API}/logout").status_code == 200
    assert program.get(f"{API}/board").status_code == 401


def test_the_openapi_file_names_every_command(program: httpx.Client) -> None:
    schema = program.get("/api/openapi.json").json()
    last = {path.rsplit("/", 1)[-1] for path in schema["paths"]}
    for command in COMMANDS:
        wanted = {"plan_visit": "visits", "take_duty": "duty"}.get(command, command)
        assert wanted in last, command
    said = json.dumps(schema)
    for word in (*MEANS, *RESULTS, *ANSWERS, *DRILLS, *ENTRY_KINDS):
        assert f'"{word}"' in said, word
    assert set(api_models.PlanFacts.model_fields) == set(PLAN_FACTS)


def test_the_fields_of_a_record_cannot_replace_what_it_is() -> None:
    body = api_models.WriteRecord(kind="key", verb="sign-out", fields={"kind": "x", "label": "K1"})
    assert body.facts() == {"kind": "key", "verb": "sign-out", "label": "K1"}
