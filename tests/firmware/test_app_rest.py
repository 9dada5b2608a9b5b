"""The shell around a sleep: what it is started with, what it carries out, when it obeys."""

import asyncio

import pytest

from firmware import app as app_module
from firmware.pendant.settings import load
from tests.firmware.app_rig import LIMIT_S, ResetError, Running

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "WATCHDOG_EVERY_MS", 20)
    monkeypatch.setattr(app_module, "MOVE_MS", 20)
    monkeypatch.setattr(app_module, "MEASURE_EVERY_MS", 30)


async def test_the_press_that_woke_it_is_handed_to_the_core() -> None:
    running = Running()
    running.board.woken = ("a", "s")
    running.start()
    await running.until(("boot", [], "power-on", "a", "s"))
    await running.stop()


async def test_a_flash_that_cannot_be_read_stops_nothing_and_is_said() -> None:
    running = Running()
    running.board.unreadable = True
    running.start()
    await running.until(("boot", [("flash", b"")], "power-on"), ("battery", 50))
    assert not [did for did in running.board.did if did[0] == "reset"]
    await running.stop()


async def test_without_its_keys_it_never_goes_in_plain() -> None:
    text = '{"pendant": "p-1", "key_id": "k-1", "secret": "%s", "broker_host": "h", "tls": true}'
    running = Running(load(text % ("0b" * 32)))
    running.start()
    await running.until(*[("battery", 50)] * 10)
    assert not [did for did in running.board.did if did[0] in ("open", "reset")]
    await running.stop()


async def test_quiet_and_the_clock_are_carried_out() -> None:
    running = Running()
    running.device.answers["boot"] = [("quiet", True), ("clock", 1_750_000_000_000)]
    running.device.answers["edge"] = [("feel", "read-short")]
    running.start()
    await running.until(("clock", 1_750_000_000_000))
    running.board.edges.append(("a", True))
    running.board.pressed.set()
    await running.until(("show", 54, "off"), ("show", 0, "off"))
    await running.stop()


async def test_it_sleeps_when_all_is_written_and_felt_and_not_before() -> None:
    running = Running()
    running.board.flash_free.clear()
    running.device.answers["boot"] = [("persist", "clock", b"1"), ("feel", "read-short")]
    running.start()
    running.device.answers["each tick"] = [("sleep", 1000)]
    await running.until(("writing", "clock"), ("begun", "read-short"), *[("battery", 50)] * 20)
    assert ("sleep", 1000) not in running.board.did, "a record waits for the flash"
    running.device.answers["persisted"] = [("feel", "received")]
    running.board.flash_free.set()
    assert running.task is not None
    with pytest.raises(ResetError):
        await asyncio.wait_for(running.task, LIMIT_S)
    await running.until(("written", "clock"), ("begun", "received"), ("show", 0, "off"))
    assert running.board.did[-1] == ("sleep", 1000)
    await running.stop()


async def test_an_edge_that_nobody_has_read_yet_keeps_it_awake() -> None:
    """Come and gone while the loop was away, it would wake no chip."""
    running = Running()
    running.start()
    await running.until(("battery", 50))
    running.board.edges += [("s", True), ("s", False)]
    running.device.answers["each tick"] = [("sleep", 1000)]
    running.app._act([("sleep", 1000)])
    assert ("sleep", 1000) not in running.board.did
    assert running.task is not None
    running.board.pressed.set()
    with pytest.raises(ResetError):
        await asyncio.wait_for(running.task, LIMIT_S)
    assert running.board.did[-1] == ("sleep", 1000)
    assert not running.board.edges
    await running.stop()
