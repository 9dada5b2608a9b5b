"""The doctor on a real mosquitto and a real hub: well is well, and each thing broken is named."""

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hub import canary
from hub.app import App, Refused
from hub.clock import utc_ms
from hub.devices import certificates, keyring
from hub.devices.certificates import CANARY
from hub.doctoring import look as looking
from hub.doctoring import whole_way
from hub.inbox import Item
from hub.rules.model import Value
from hub.settings import BrokerAt
from tests.live.clinic import Clinic, clinic, second_of
from tests.live.real_broker import free_port, wait_until

pytestmark = pytest.mark.live


@pytest.fixture
def well(tmp_path: Path) -> Iterator[Clinic]:
    with clinic(tmp_path) as found:
        yield found


def test_all_is_well_and_nobody_is_disturbed(well: Clinic) -> None:
    assert well.app is not None
    before = [(each.restarts, each.up) for each in well.app.ingest.health()]
    assert well.said() == []
    assert well.said() == [], "the second look as the first: nothing is left behind"
    assert [(each.restarts, each.up) for each in well.app.ingest.health()] == before
    assert well.broker.log.count("as allswell-hub-events") == 1, "the hub's session stayed"
    assert well.app.reader.open_alarms() == ()
    assert well.app.reader.dead_letters() == ()


def test_the_canary_is_on_the_books_once_and_known_again_after_a_start(well: Clinic) -> None:
    assert well.app is not None
    path = well.keys / canary.FILE
    made = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    well.close_hub()
    well.open_hub()
    assert path.read_bytes() == made
    assert well.said() == []
    with closing(sqlite3.connect(well.settings.folder / "hub.sqlite")) as conn:
        rows = conn.execute("SELECT COUNT(*) FROM log WHERE kind = 'add_pendant'").fetchone()
    assert rows == (2,), "the canary and p-aa, no row for the second start"


def test_no_secret_and_no_key_is_in_a_finding_or_a_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with clinic(tmp_path, {"use_username_as_clientid true\n": ""}) as found:
        said = "\n".join(found.said())
        bird = canary.load(found.settings.broker)
        assert bird is not None
        told = said + caplog.text + found.broker.log
        hidden = [bird.secret.hex(), "00" * 32]
        for name in certificates.NAMES:
            hidden += [found.keys.joinpath(f"{name}.key.pem").read_text("ascii").split("\n")[1]]
        assert said
        for secret in hidden:
            assert secret not in told
        assert bird.secret.hex() not in repr(bird)


def test_a_certificate_that_was_renewed_and_is_not_shown_yet_is_found(well: Clinic) -> None:
    keyring.renew(well.keys, certificates.BROKER, utc_ms())
    [said] = well.said()
    assert said == (
        "broker: it still shows another certificate than the one in the hub's folder."
        " Send it a SIGHUP, or start it again."
    )


def test_what_ends_soon_is_told_with_its_days(well: Clinic) -> None:
    ca = certificates.read(well.keys, certificates.CA)
    early_ms = utc_ms() - int((certificates.LEAF_YEARS * 365.25 - 20) * 86_400_000)
    bird = certificates.issue_client(ca, CANARY, early_ms)
    certificates.write(well.keys, CANARY, bird)
    [said] = well.said()
    assert "canary ends in 19 days" in said
    assert "allswell keys renew canary" in said


def test_a_broker_that_is_not_ours_is_told_as_such(tmp_path: Path) -> None:
    """Right address, another authority: the hub does not connect, and says why."""
    found = Clinic(tmp_path)
    other = Clinic(tmp_path / "other")
    other.broker.start()
    found.settings = replace(
        found.settings, broker=replace(found.settings.broker, port=other.broker.port)
    )
    try:
        said = found.said()
        assert any("broker: the canary is not let in" in s for s in said) or any(
            "there is none: the whole way was not tried" in s for s in said
        )
        canary.make(found.keys / canary.FILE)
        said = found.said()
        [why] = [each for each in said if each.startswith("broker: ")]
        assert "is not our broker" in why
    finally:
        found.close()
        other.close()


def test_a_broker_of_somebody_else_s_is_not_tried_and_that_is_said(well: Clinic) -> None:
    """No TLS, no files of ours: a simulation's own, or one from a line of `serve`."""
    at = BrokerAt(port=well.broker.port)
    [said] = [
        each
        for each in looking.look(replace(well.settings, broker=at))
        if each.about in ("broker", "canary")
    ]
    assert "its users and rights are not the hub's to try" in said.said
    assert not said.grave
    with_files = replace(well.settings, broker=replace(at, files=well.folder))
    assert any("Make the site anew" in each.mend for each in looking.look(with_files))


def test_two_doctors_take_turns(well: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    at = well.settings.broker
    with ThreadPoolExecutor(2) as pool:
        assert [each.result() for each in [pool.submit(well.said) for _ in range(2)]] == [[], []]
    monkeypatch.setattr(looking, "TURN_S", 0.2)
    with looking.alone(at, 0.2) as first, looking.alone(at, 0.2) as second:
        assert (first, second) == (True, False)
    with looking.alone(at, 0.2) as again:
        assert again


def test_a_pendant_near_its_end_and_past_it_is_told(well: Clinic) -> None:
    assert well.app is not None
    day_ms = 86_400_000
    for name, days in (("p-soon", 20), ("p-past", -1), ("p-long", 400)):
        until_ms = utc_ms() + days * day_ms + 60_000
        facts: dict[str, Value] = {"id": name, "key_id": f"k-{name}", "valid_until_ms": until_ms}
        facts["secret"] = os.urandom(32).hex()
        assert well.app.inbox.ask("add_pendant", "cli", facts).ok
    past, soon = sorted(well.said())
    assert "p-past is past its date: it is refused visits, and keeps its SOS" in past
    assert soon.startswith("pendants: p-soon may go on visits for 20 more days. allswell pendant")


def test_a_hub_that_does_not_run_is_one_finding_not_two(well: Clinic) -> None:
    well.close_hub()
    assert well.said() == ["hub: it does not run on this folder. Start it: allswell serve."]


def test_a_broker_that_is_down_is_told_and_nothing_is_tried_on_it(well: Clinic) -> None:
    well.broker.kill()
    wait_until(lambda: not well.health_is_up())
    said = well.said()
    assert len(said) == 2, said
    assert said[0].startswith("link: the hub is without its broker: ")
    assert ".." not in said[0]
    assert said[1].startswith(f"broker: nothing answers at 127.0.0.1 port {well.broker.port}")


def test_a_hub_that_is_deaf_on_the_second_broker_is_found(
    well: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings name it since today; the hub has not been started again."""
    monkeypatch.setattr(whole_way, "RECEIPT_S", 1.0)
    second = second_of(well, tmp_path / "second")
    second.start()
    try:
        at = replace(well.settings.broker, second_host="127.0.0.1", second_port=second.port)
        well.settings = replace(well.settings, broker=at)
        said = well.said()
        assert any(
            each.startswith("second broker: the canary's press has no receipt") for each in said
        ), said
        unseen = [each for each in well.findings() if not each.grave]
        assert [each.about for each in unseen] == ["second broker"]
        assert len(said) == 2
        well.close_hub()
        well.open_hub()
        app = well.app
        assert app is not None
        wait_until(lambda: [each.is_up for each in app.reader.health().links] == [True, True], 20)
        assert [each.said for each in well.findings() if each.grave] == []
    finally:
        second.kill()


def test_a_stuck_engine_is_found_by_the_press_it_does_not_answer(
    well: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_way, "RECEIPT_S", 1.0)
    assert well.app is not None
    take, is_stuck, go_on = well.app.inbox.take, threading.Event(), threading.Event()

    def stuck(timeout_ms: int) -> list[Item]:
        is_stuck.set()
        go_on.wait(30)
        return take(timeout_ms)

    monkeypatch.setattr(well.app.inbox, "take", stuck)
    assert is_stuck.wait(10)
    try:
        assert any("has no receipt of the hub's within 1 s" in each for each in well.said())
    finally:
        go_on.set()


def test_a_canary_that_the_books_do_not_know_is_told(well: Clinic) -> None:
    canary.make(well.keys / canary.FILE)
    [said] = well.said()
    assert said == (
        "canary: the hub's books do not have it, active and with this key."
        " Start the hub: it puts its canary on its books when it starts."
    )
    well.keys.joinpath(canary.FILE).write_text("{", encoding="utf-8")
    [said] = well.said()
    assert said.startswith("canary: ")
    assert "Remove it and start the hub again." in said
    well.keys.joinpath(canary.FILE).unlink()
    well.close_hub()
    well.open_hub()
    assert well.said() == []


def test_others_eyes_on_the_keys_are_told(well: Clinic) -> None:
    well.keys.joinpath("hub-events.key.pem").chmod(0o640)
    well.keys.chmod(0o750)
    assert [each.partition(". ")[2] for each in well.said()] == [
        f"chmod 700 {well.keys}",
        f"chmod 600 {well.keys / 'hub-events.key.pem'}",
    ]


def test_without_its_certificates_the_hub_says_so_and_does_not_start(tmp_path: Path) -> None:
    found = Clinic(tmp_path)
    certificates.key_file(found.keys, certificates.HUB_BEATS).unlink()
    with pytest.raises(Refused, match=r"cannot prove to the broker who it is: .*keys renew"):
        App(found.settings)


def test_nothing_listens_where_the_broker_should(tmp_path: Path) -> None:
    found = Clinic(tmp_path)
    at = replace(found.settings.broker, port=free_port())
    found.settings = replace(found.settings, broker=at)
    assert any(each.startswith("broker: nothing answers") for each in found.said())
