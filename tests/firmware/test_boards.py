"""Both boards offer the same functions; the chip's works over fakes of the chip's modules."""

import ast
import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from firmware.boards import unix
from protocol.errors import LocalProtocolError
from tests.firmware import fake_chip, fake_radio
from tests.firmware.app_rig import FakeBoard
from tests.firmware.fake_broker import Peer, broker_doing

BOARDS = Path(__file__).parents[2] / "firmware" / "boards"


def offered(board: str) -> dict[str, str]:
    """Public function -> its signature, and public attribute -> its type, of class Board."""
    tree = ast.parse((BOARDS / board).read_text())
    (found,) = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Board"]
    signatures = {}
    for node in ast.walk(found):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            kind = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
            returns = ast.unparse(node.returns) if node.returns else ""
            signatures[node.name] = f"{kind}({ast.unparse(node.args)}) -> {returns}"
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute):
            signatures[node.target.attr] = ast.unparse(node.annotation)
    return {k: v for k, v in signatures.items() if not k.startswith("_") or k == "__init__"}


def test_both_boards_offer_the_same() -> None:
    unix = offered("unix.py")
    assert unix == offered("esp32.py")
    assert {"ticks_ms", "write", "erase", "read_all", "open_stream", "reset", "run"} <= set(unix)


def test_buttons_become_edges(chip: Any) -> None:
    async def scenario() -> list[tuple[str, bool]]:
        board = chip.Board([])
        moves: list[bool] = []
        running = asyncio.create_task(board.run(lambda: moves.append(True)))
        for level in (0, 1):
            fake_chip.Pin.drive(6, level)
            await told(board)
        running.cancel()
        assert moves
        edges: list[tuple[str, bool]] = board.edges
        return edges

    assert asyncio.run(scenario()) == [("s", True), ("s", False)]


async def looked(looks: list[bool], more: int) -> None:
    """It looked at the buttons so many times more."""
    wanted = len(looks) + more
    async with asyncio.timeout(10):
        while len(looks) < wanted:  # noqa: ASYNC110 - a list, no event of its own
            await asyncio.sleep(0.001)


async def told(board: Any) -> None:
    async with asyncio.timeout(10):
        await board.pressed.wait()
    board.pressed.clear()


def test_a_stab_at_sos_while_the_loop_was_away_is_told(chip: Any) -> None:
    """A TLS handshake keeps the loop for half a second: an interrupt knows that there was one.
    D came and went too: nothing is said for her but SOS."""

    async def scenario() -> list[tuple[str, bool]]:
        board = chip.Board([])
        looks: list[bool] = []
        running = asyncio.create_task(board.run(lambda: looks.append(True)))
        await looked(looks, 2)
        for number in (4, 5, 6):
            fake_chip.Pin.drive(number, 0)
        for number in (5, 6):
            fake_chip.Pin.drive(number, 1)
        time.sleep(0.06)  # noqa: ASYNC251 - the loop is away: this is what the test is about
        await told(board)
        async with asyncio.timeout(10):
            while len(board.edges) < 3:  # noqa: ASYNC110 - a list, no event of its own
                await asyncio.sleep(0.002)
        running.cancel()
        edges: list[tuple[str, bool]] = board.edges
        return edges

    assert asyncio.run(scenario()) == [("a", True), ("s", True), ("s", False)]


def test_a_spike_between_two_looks_is_no_press(chip: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chip, "AWAY_MS", 1 << 29)  # however busy this machine is

    async def scenario() -> list[tuple[str, bool]]:
        board = chip.Board([])
        looks: list[bool] = []
        running = asyncio.create_task(board.run(lambda: looks.append(True)))
        for _ in range(5):
            fake_chip.Pin.drive(6, 0)
            fake_chip.Pin.drive(6, 1)
            await looked(looks, 2)
        running.cancel()
        edges: list[tuple[str, bool]] = board.edges
        return edges

    assert asyncio.run(scenario()) == []


async def made() -> FakeBoard:
    return FakeBoard()


def test_the_board_of_the_shell_s_tests_offers_the_same() -> None:
    fake = asyncio.run(made())
    mine = {name for name in {**vars(FakeBoard), **vars(fake)} if not name.startswith("_")}
    assert set(offered("unix.py")) - {"__init__"} <= mine


def test_every_pattern_can_be_shown(chip: Any) -> None:
    from firmware.pendant.patterns import PATTERNS

    board = chip.Board([])
    for _tone, _meaning, pulses in PATTERNS.values():
        for _on_ms, _off_ms, strength_pct, led in pulses:
            board.show(strength_pct, led)
            assert fake_chip.NeoPixel.shown == chip.LED_COLOURS[led]
    board.show(100, "red")
    assert board._motor.duty == 65535
    board.show(0, "off")
    assert (board._motor.duty, fake_chip.NeoPixel.shown) == (0, (0, 0, 0))


@pytest.mark.parametrize(
    ("microvolts", "pct"), [(1_000_000, 0), (1_650_000, 0), (1_862_500, 50), (2_100_000, 100)]
)
def test_battery_is_a_percentage_whatever_is_measured(
    chip: Any, monkeypatch: pytest.MonkeyPatch, microvolts: int, pct: int
) -> None:
    monkeypatch.setattr(fake_chip.Adc, "microvolts", microvolts)
    assert chip.Board([]).battery_pct() == pct


def test_cause_of_a_reset_is_kept_and_told_once(chip: Any) -> None:
    board = chip.Board([])
    assert board.boot_cause() == "watchdog", "the chip's own, when none was kept"
    with pytest.raises(fake_chip.ResetError):
        board.reset("x" * 100)
    assert chip.Board([]).boot_cause() == "x" * 64
    assert chip.Board([]).boot_cause() == "watchdog"


def test_watchdog_starts_with_the_first_feeding(chip: Any) -> None:
    board = chip.Board([])
    assert board._watchdog is None, "else nobody could provision a pendant that has no settings"
    board.feed_watchdog()
    board.feed_watchdog()
    assert fake_chip.Watchdog.fed == 2


def test_memory_outlives_a_reset_without_the_flash(chip: Any) -> None:
    board = chip.Board([])
    assert board.remembered() == b""
    board.remember(b"an SOS")
    with pytest.raises(fake_chip.ResetError):
        board.reset("stuck")
    board = chip.Board([])
    assert board.remembered() == b"an SOS"
    board.remember(b"")
    assert chip.Board([]).remembered() == b""


def test_records_go_to_flash(chip: Any, tmp_path: Path) -> None:
    board = chip.Board([])
    asyncio.run(board.write("phase", b"1"))
    assert chip.Board([]).read_all() == [("phase", b"1")]
    asyncio.run(board.erase("phase"))
    assert board.read_all() == []


def test_a_connection_waits_for_the_radio_over_attempts_that_were_given_up(chip: Any) -> None:
    async def hello(peer: Peer) -> None:
        await peer.send(b"hello")
        await peer.closed()

    async def scenario() -> None:
        board = chip.Board([])
        assert board.signal_pct() == 0
        async with broker_doing(hello) as broker:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(board.open_stream("127.0.0.1", broker.port, None), 0.01)
            opening = board.open_stream("127.0.0.1", broker.port, None)
            reader, writer = await asyncio.wait_for(opening, 10)
            board.proven()
            assert await reader.readexactly(5) == b"hello"
            writer.close()
            await writer.wait_closed()
        assert fake_radio.Wlan.log == ["on", "connect phone"]
        assert board.signal_pct() == 50

    asyncio.run(scenario())


def test_the_network_of_the_last_link_is_kept_over_a_boot(chip: Any, tmp_path: Path) -> None:
    known = [{"ssid": ssid, "key": f"{ssid}-key"} for ssid in ("site", "phone")]
    (tmp_path / "wifi.json").write_text(json.dumps(known))

    async def attached() -> None:
        board = chip.Board([])
        await asyncio.wait_for(board._path.attach(), 20)
        board.proven()
        board.proven()
        assert board.boot_cause() == "watchdog", "it is another key"

    asyncio.run(attached())
    assert fake_radio.Wlan.log == ["on", "scan", "connect phone"]
    fake_radio.Wlan.log.clear()
    asyncio.run(attached())
    assert fake_radio.Wlan.log == ["on", "connect phone"]
    assert fake_chip.Nvs.commits == 1, "flash that wears is written when there is news"


def test_a_store_that_takes_nothing_more_costs_no_start_no_link_and_no_reset(
    chip: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Worn out or full: what is kept there is a convenience, an SOS is not."""
    (tmp_path / "wifi.json").write_text(json.dumps([{"ssid": "phone", "key": "phone-key"}]))
    with pytest.raises(fake_chip.ResetError):
        chip.Board([]).reset("stuck")

    def full(nvs: fake_chip.Nvs, *_: object) -> None:
        raise OSError("ESP_ERR_NVS_NOT_ENOUGH_SPACE")

    async def attached() -> None:
        board = chip.Board([])
        assert board.boot_cause() == "stuck", "and once more at the next start"
        await asyncio.wait_for(board._path.attach(), 20)
        board.proven()
        with pytest.raises(fake_chip.ResetError):
            board.reset("stuck")

    for name in ("set_blob", "commit"):
        with monkeypatch.context() as worn:
            worn.setattr(fake_chip.Nvs, name, full)
            asyncio.run(attached())


@pytest.mark.parametrize("text", ["", "{}", "[]", '[{"ssid": "x"}]', "no json"])
def test_unlawful_wifi_settings_are_named_and_stop_nothing_else(
    chip: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """An SOS is still taken, felt as stored and said to be not sent."""
    (tmp_path / "wifi.json").write_text(text)
    board = chip.Board([])
    assert "wifi.json" in capsys.readouterr().out
    with pytest.raises(OSError, match="no Wi-Fi network is known"):
        asyncio.run(board.open_stream("127.0.0.1", 1, None))


def test_ticks_wrap_as_the_chip_does(chip: Any) -> None:
    assert 0 <= chip.Board([]).ticks_ms() < 1 << 30


def test_a_desktop_pendant_without_its_folder_is_told_so() -> None:
    with pytest.raises(LocalProtocolError, match="there is no folder /nowhere"):
        unix.Board(["--flash", "/nowhere", "--control", "1"])
