"""The watchers are watched (P6): a dead engine, a lost broker, a blind hub are said in red."""

from html import unescape
from pathlib import Path

import httpx

from hub.clock import utc_ms
from hub.devices import keyring
from hub.devices.upkeep import Upkeep
from hub.inbox import LinkChanged
from hub.procedure import banner
from tests.hub.web.house import Browser, House


def test_healthz_waits_for_a_real_turn(house: House, url: str) -> None:
    for session in ("events", "beats"):
        house.inbox.put(LinkChanged(session, up=True))
    answer = httpx.get(f"{url}/healthz", timeout=20)
    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "engine": True, "broker": True, "brokers": [True]}
    house.stick()
    answer = httpx.get(f"{url}/healthz", timeout=20)
    assert answer.status_code == 503
    assert "does not answer" in answer.json()["reason"]


def test_a_lost_broker_is_said_in_red(house: House, url: str, ben: Browser) -> None:
    assert "No link to" not in ben.get("/").text
    house.inbox.put(LinkChanged("events", up=False, note="connection refused"))
    house.ask("turn", "")
    page = ben.get("/").text
    assert 'class="notice bad" role="alert">No link to the broker (SOS and visit events)' in page
    assert "connection refused" in page
    assert httpx.get(f"{url}/healthz", timeout=20).status_code == 503


def test_one_of_two_brokers_lost_is_told_and_no_danger_yet(
    house: House, url: str, ben: Browser
) -> None:
    for session in ("events", "beats", "events-2", "beats-2"):
        house.inbox.put(LinkChanged(session, up=True))
    house.inbox.put(LinkChanged("beats-2", up=False, note="no answer"))
    house.ask("turn", "")
    page = ben.get("/").text
    assert "The second broker is not heard (no answer). Pendants there go to the other." in page
    assert "No link to" not in page
    answer = httpx.get(f"{url}/healthz", timeout=20)
    assert (answer.status_code, answer.json()["brokers"]) == (200, [True, False])
    house.inbox.put(LinkChanged("events", up=False, note="connection refused"))
    house.ask("turn", "")
    page = ben.get("/").text
    assert "No link to the first broker (connection refused). Pendants are not heard" in page
    assert "No link to the second broker (no answer)" in page
    assert httpx.get(f"{url}/healthz", timeout=20).status_code == 503


def test_a_dead_engine_turns_every_page_red_and_the_board_can_still_be_read(
    house: House, ben: Browser
) -> None:
    house.plan()
    assert 'class="soft fresh"' in ben.get("/").text
    house.stick()
    # Not a wait for luck: both measures of the last turn are moved, as twenty seconds would.
    house.clock.advance(20_000)
    house.skew_ms = 20_000
    page = unescape(ben.get("/").text)
    assert "Not live. The hub's engine was last heard 20 s ago." in page
    assert 'class="soft fresh old"' in page
    assert "Asha Patel" in page


def test_a_command_to_a_dead_engine_says_that_it_may_still_be_done(
    house: House, ben: Browser
) -> None:
    visit = house.inside()
    ben.get(f"/visits/{visit}")
    house.stick()
    house.app.state.desk.ask_s = 0.2
    answer = ben.post(f"/visits/{visit}/extend", {"end_ms": "12:00"})
    assert answer.status_code == 409
    assert "may still be done: look at the board before you ask again" in answer.text
    assert 'value="12:00"' in answer.text


def test_blind_time_is_told(house: House, ben: Browser) -> None:
    house.inside()
    start_ms = house.clock.now_ms()
    house.clock.advance(12 * 60_000)
    house.stick()
    house.engine.recover(house.clock.now_ms(), start_ms)
    assert "The hub was blind from 10:00 to 10:12 (12 min)." in ben.get("/").text


def test_a_hub_that_cannot_record_says_why(house: House, ben: Browser) -> None:
    house.fault = "the database does not take a turn: disk is full"
    page = ben.get("/").text
    assert (
        "The hub cannot record anything: the database does not take a turn: disk is full." in page
    )


def test_a_refused_procedure_is_on_every_board_until_it_is_mended(
    house: House, ben: Browser
) -> None:
    desk = house.app.state.desk
    desk.policy_fault = banner(("procedure.toml:7: wait: 'soon' is wrong",), desk.policy)
    page = unescape(ben.get("/").text)
    assert f"was refused, {desk.policy.terms_id} goes on: procedure.toml:7" in page
    desk.policy_fault = ""
    assert "was refused" not in ben.get("/").text


def test_a_key_that_ends_is_on_every_board_until_it_is_renewed(
    house: House, ben: Browser, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keyring.make(keys, "Example", (), utc_ms())
    ten_years_ms = 10 * 365 * 86_400_000
    upkeep = Upkeep(keys, lambda: utc_ms() + ten_years_ms)
    assert "The hub's keys" not in unescape(ben.get("/").text)
    house.app.state.desk.key_faults = upkeep.faults
    page = unescape(ben.get("/").text)
    assert "The hub's keys: broker ends in 2 days, very soon." in page
    assert "Renew it: allswell keys renew hub-events." in page


def test_a_dead_engine_looks_dead_though_the_clock_stands_still(house: House) -> None:
    """The machine's clock was set back: rule time waits for it, link time does not (P6)."""
    house.ask("turn", "")
    house.stick()
    house.skew_ms = 60_000
    age_ms = house.app.state.desk.engine_age_ms()
    assert age_ms is not None
    assert age_ms >= 60_000
