"""The shell: what the core wants is done in the core's order, and a fault ends in a reset."""

import asyncio
import time
from collections.abc import Callable

import pytest

from firmware import app as app_module
from firmware.app import plain
from protocol.record import is_text
from tests.firmware.app_rig import LIMIT_S, Running

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "WATCHDOG_EVERY_MS", 20)
    monkeypatch.setattr(app_module, "MOVE_MS", 20)
    monkeypatch.setattr(app_module, "MEASURE_EVERY_MS", 30)


async def test_boot_hands_over_the_records_and_what_is_measured() -> None:
    running = Running()
    running.board.flash = {"phase": b"x"}
    running.start()
    await running.until(("boot", [("phase", b"x")], "power-on"), ("battery", 50), ("signal", 60))
    await running.until(("battery", 50), ("battery", 50), ("battery", 50))
    await running.stop()


async def test_durable_first_then_the_core_is_told_then_felt() -> None:
    running = Running()
    running.board.flash_free.clear()
    running.device.answers["edge"] = [("persist", "e-1", b"sos"), ("feel", "tick")]
    running.device.answers["persisted"] = [("feel", "stored"), ("erase", "old")]
    running.start()
    running.board.edges.append(("s", True))
    running.board.pressed.set()
    await running.until(("edge", "s", True), ("feel", "tick"), ("writing", "e-1"))
    fed = running.board.fed
    await running.until(("battery", 50), ("battery", 50), ("battery", 50))
    assert ("persisted", "e-1") not in running.board.did
    assert running.board.fed > fed, "a slow flash does not stop the others"
    running.board.flash_free.set()
    await running.until(
        ("written", "e-1"), ("persisted", "e-1"), ("feel", "stored"), ("erased", "old")
    )
    assert running.board.flash == {"e-1": b"sos"}
    await running.stop()


async def test_what_waits_for_the_flash_waits_once() -> None:
    running = Running()
    running.board.flash_free.clear()
    running.device.answers["edge"] = [("persist", "e-1", b"sos")]
    running.start()
    for _ in range(5):
        running.board.edges.append(("s", True))
    running.board.pressed.set()
    await running.until(*[("edge", "s", True)] * 5)
    running.device.answers["edge"] = [("erase", "e-1"), ("persist", "e-1", b"sos")]
    running.board.edges.append(("s", False))
    running.board.pressed.set()
    await running.until(("edge", "s", False))
    running.board.flash_free.set()
    await running.until(("written", "e-1"), ("erased", "e-1"), ("written", "e-1"))
    assert running.board.did.count(("written", "e-1")) == 2
    await running.stop()


async def test_flash_that_fails_is_reported_and_asked_again_by_the_core() -> None:
    running = Running()
    running.board.flash_fault = OSError(28, "full")
    running.device.answers["edge"] = [("persist", "e-1", b"sos")]
    running.start()
    running.board.edges.append(("s", True))
    running.board.pressed.set()
    await running.until(("writing", "e-1"))
    await running.until(("battery", 50), ("battery", 50))
    assert ("persisted", "e-1") not in running.board.did, "it would be felt as stored"
    assert any(did[0] == "log" and "full" in str(did[1]) for did in running.board.did)
    running.board.flash_fault = None
    running.device.answers["tick"] = [("persist", "e-1", b"sos")]
    await running.until(("written", "e-1"), ("persisted", "e-1"))
    await running.stop()


async def test_patterns_are_played_to_their_end() -> None:
    running = Running()
    running.device.answers["boot"] = [("feel", "read-short")]
    running.start()
    await running.until(
        ("feel", "read-short"), ("begun", "read-short"), ("show", 90, "white"), ("show", 0, "off")
    )
    await running.stop()


async def test_press_cuts_the_back_off_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.mqtt.BACKOFF_FIRST_MS", 3_600_000)
    monkeypatch.setattr("firmware.mqtt.BACKOFF_LIMIT_MS", 3_600_000)
    monkeypatch.setattr(app_module, "LINK_BUDGET_MS", 7_200_000)
    running = Running()
    running.device.answers["edge"] = [("connect",)]
    running.start()
    await running.until(("open", "127.0.0.1", 1883))
    running.board.edges.append(("a", True))
    running.board.pressed.set()
    await running.until(("edge", "a", True), ("open", "127.0.0.1", 1883))
    await running.stop()


async def test_task_that_fails_resets_the_board_with_its_cause() -> None:
    running = Running()
    running.start()
    await running.until(("battery", 50))
    running.board.ending.set()
    assert await running.until_reset() == "ZeroDivisionError('board')"


async def test_press_that_waits_for_the_flash_outlives_a_reset() -> None:
    running = Running()
    running.board.flash_free.clear()
    running.device.answers["edge"] = [("persist", "e-1", b"sos"), ("persist", "e-2", b"sos")]
    running.start()
    running.board.edges.append(("s", True))
    running.board.pressed.set()
    await running.until(("writing", "e-1"))
    running.board.ending.set()
    await running.until(("writing", "e-1"), ("writing", "e-1"))
    running.board.flash_free.set()
    assert await running.until_reset() == "ZeroDivisionError('board')"
    assert running.board.flash == {"e-1": b"sos", "e-2": b"sos"}


async def test_record_that_has_no_place_does_not_cost_the_others_their_rescue() -> None:
    running = Running()
    running.board.flash_free.clear()
    running.board.full_for = "e-1"
    running.device.answers["boot"] = [("persist", "e-1", b"sos"), ("persist", "e-2", b"sos")]
    running.start()
    await running.until(("writing", "e-1"))
    running.board.ending.set()
    await running.until(("writing", "e-1"), ("writing", "e-1"))
    running.board.flash_free.set()
    assert await running.until_reset() == "ZeroDivisionError('board')"
    assert running.board.flash == {"e-2": b"sos"}


async def test_reset_does_not_wait_for_a_flash_that_never_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app_module, "RESCUE_MS", 50)
    running = Running()
    running.board.flash_free.clear()
    running.device.answers["boot"] = [("persist", "e-1", b"sos"), ("persist", "e-2", b"sos")]
    running.start()
    await running.until(("writing", "e-1"))
    running.board.ending.set()
    assert await running.until_reset() == "ZeroDivisionError('board')"
    assert running.board.flash == {}


async def test_fault_in_the_core_resets_the_board() -> None:
    running = Running()
    running.device.answers["edge"] = [("feel", "no such pattern")]
    running.start()
    running.board.edges.append(("a", True))
    running.board.pressed.set()
    assert "no such pattern" in await running.until_reset()


async def test_reset_asked_for_by_the_core() -> None:
    running = Running()
    running.device.answers["edge"] = [("reset", "the core")]
    running.start()
    running.board.edges.append(("a", True))
    running.board.pressed.set()
    assert await running.until_reset() == "the core"


@pytest.mark.parametrize("name", ["board", "flash"])
async def test_task_that_stops_moving_resets_the_board(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(app_module.BUDGET_MS, name, 100)
    running = Running()
    if name == "flash":
        running.board.flash_free.clear()
        running.device.answers["boot"] = [("persist", "e-1", b"")]
    else:

        async def stalls(moved: Callable[[], None]) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(running.board, "run", stalls)
    running.start()
    assert await running.until_reset() == f"StuckError('{name}')"


async def test_link_that_stops_moving_resets_the_board(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "LINK_BUDGET_MS", 100)
    monkeypatch.setattr("firmware.mqtt.CONNECT_MS", 3_600_000)
    running = Running()

    async def stalls(host: str, port: int, tls: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(running.board, "open_stream", stalls)
    running.start()
    assert await running.until_reset() == "StuckError('link')"


async def test_task_nobody_waits_for_cannot_die_unheard() -> None:
    running = Running()
    running.start()
    await running.until(("battery", 50))

    async def dies() -> None:
        raise KeyError("background")

    asyncio.create_task(dies())  # noqa: RUF006 - that nobody keeps it is the point
    assert await running.until_reset() == "KeyError('background')"


async def test_a_frozen_process_is_not_blamed_on_its_tasks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a stop of the whole process every task looks late; each gets its turn first."""
    for name in app_module.BUDGET_MS:
        monkeypatch.setitem(app_module.BUDGET_MS, name, 200)
    monkeypatch.setattr(app_module, "LINK_BUDGET_MS", 200)
    monkeypatch.setattr("firmware.mqtt.BACKOFF_FIRST_MS", 20)
    monkeypatch.setattr("firmware.mqtt.BACKOFF_LIMIT_MS", 20)
    running = Running()
    running.start()
    await running.until(("battery", 50), ("battery", 50))
    time.sleep(0.5)  # noqa: ASYNC251 - the stop itself: nothing of this process runs
    before = running.board.fed
    async with asyncio.timeout(LIMIT_S):
        while running.board.fed < before + 3:  # noqa: ASYNC110 - a plain count
            await asyncio.sleep(0.002)
    assert not [did for did in running.board.did if did[0] == "reset"]
    await running.stop()


async def test_cause_is_what_the_wire_allows() -> None:
    for cause in ('ValueError("it\'s \\ wrong",)', "é" * 200, "", "ok"):
        assert is_text(plain(cause))
    assert plain('KeyError("x")') == "KeyError('x')"
