"""The whole hub in one process, without a broker: it starts, serves, and ends when a part dies."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub import app as app_module
from hub import ingest, link
from hub.app import DEAD, App, Refused
from hub.settings import BrokerAt, Settings, Simulation, Web
from hub.store.store import Store, StoreRefused
from tests.live.real_broker import free_port, wait_until

# The death of a thread is the point of some of these tests.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


def settings_in(folder: Path) -> Settings:
    return Settings(
        folder=folder,
        broker=BrokerAt(port=free_port()),  # nobody listens there
        web=Web(port=0),
        simulation=Simulation(enabled=True),
    )


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks after its parts, and for the broker that is not there, every 50 ms: to wait for the
    next look is most of a stop."""
    monkeypatch.setattr(app_module, "WATCH_EVERY_S", 0.05)
    monkeypatch.setattr(ingest, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(link, "RETRY_S", (0.05, 0.05))
    monkeypatch.setenv("NO_PROXY", "")  # a simulation sets both: given back after the test
    monkeypatch.setenv("no_proxy", "")


@pytest.fixture
def hub(tmp_path: Path, brisk: None) -> Iterator[App]:
    found = App(settings_in(tmp_path / "hub"))
    found.start()
    wait_until(lambda: found.live.engine_age_ms() is not None, what="the first turn")
    yield found
    found.close()


def test_it_serves_a_board_that_asks_for_a_login(hub: App) -> None:
    wait_until(lambda: _status(hub, "/login") == 200)
    assert _status(hub, "/") == 303
    assert hub.dead() == ""


def _status(hub: App, path: str) -> int:
    try:
        return httpx.get(hub.url + path, trust_env=False, timeout=5).status_code
    except httpx.TransportError:
        return 0


def test_without_a_broker_it_runs_and_is_not_healthy(hub: App) -> None:
    wait_until(lambda: _status(hub, "/healthz") == 503)
    assert hub.reader.health().links[0].events == "down"
    assert hub.dead() == ""


def test_watch_returns_when_a_stop_is_asked_for(hub: App) -> None:
    threading.Timer(0.2, hub.stop).start()
    assert hub.watch() == 0


def test_a_dead_engine_ends_the_hub(hub: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(_: int) -> None:
        raise SystemExit

    monkeypatch.setattr(hub.loop, "step", die)
    assert hub.watch() == DEAD
    assert hub.dead() == "the engine's thread died"


def test_a_dead_notifier_ends_the_hub(hub: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(_: int) -> None:
        raise SystemExit

    monkeypatch.setattr(hub.reader, "waiting_pages", die)
    hub.notifier.wake()
    assert hub.watch() == DEAD
    assert hub.dead() == "the notifier's thread died"


def test_a_notifier_that_never_ends_a_turn_ends_the_hub(
    hub: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(app_module, "NOTIFIER_STUCK_S", 0.5)
    monkeypatch.setattr(hub.reader, "waiting_pages", fail)
    hub.notifier.wake()
    assert hub.watch() == DEAD
    assert hub.dead().startswith("the notifier has not looked")


def test_sessions_with_the_broker_that_nobody_watches_end_the_hub(
    hub: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(hub.ingest.events, "look", die)
    assert hub.watch() == DEAD
    assert hub.dead() == "nobody watches the sessions with the broker any more"


def test_a_stuck_engine_ends_the_hub(hub: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "ENGINE_STUCK_MS", 300)
    release = threading.Event()
    step = hub.loop.step

    def stick(timeout_ms: int) -> None:
        release.wait(30)
        step(timeout_ms)

    monkeypatch.setattr(hub.loop, "step", stick)
    assert hub.watch() == DEAD
    assert hub.dead().startswith("the engine has taken no turn")
    release.set()


def test_a_full_disk_does_not_end_the_hub_and_it_goes_on(
    hub: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "ENGINE_STUCK_MS", 300)
    commit = Store.commit

    def full(_: Store) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Store, "commit", full)
    wait_until(lambda: "disk is full" in hub.loop.fault.text, what="the fault told")
    wait_until(lambda: (hub.live.engine_age_ms() or 0) > 300, what="an old last turn")
    assert hub.dead() == ""
    monkeypatch.setattr(Store, "commit", commit)
    wait_until(lambda: hub.loop.fault.text == "", what="the fault gone")


def test_the_port_is_taken_before_anything_is_made(tmp_path: Path, hub: App) -> None:
    port = int(hub.url.rpartition(":")[2])
    other = Settings(folder=tmp_path / "other", web=Web(port=port))
    with pytest.raises(Refused, match=f"port {port}: Address already in use"):
        App(other)
    assert not (tmp_path / "other").exists()


def test_a_second_hub_on_the_folder_is_refused_and_lets_go_of_its_port(
    tmp_path: Path, hub: App
) -> None:
    with pytest.raises(StoreRefused, match="already runs on"):
        App(settings_in(tmp_path / "hub"))
