"""Whatever task dies or hangs, in the real process: a new start within 10 s, and its cause kept.

On the desktop the hardware watchdog's part is a thread that ends the process (boards/watchdog.py);
what stands still without blocking is found by the app itself, as on the chip.
"""

import json
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware import app, mqtt
from firmware.boards import unix
from firmware.boards.unix import CAUSE_FILE, RESET_STATUS, Board
from firmware.boards.watchdog import NAP_MS
from tests.conftest import need

ROOT = Path(__file__).parents[2]
RIG = ROOT / "tests" / "micropython" / "hang_rig.py"
MAIN = ROOT / "firmware" / "main.py"
HEAP = "heapsize=256wK"  # it is compiled from its text here, which takes more than it runs in
TASKS = ("board", "buttons", "ticker", "flash", "feel", "link", "watchdog")
HOWS = ("raise", "end", "wait", "spin", "sleep")
WITHIN_S = 10.0
START_S = 60.0  # of some thirty interpreters at once
SETTINGS: dict[str, object] = {
    "pendant": "p-1",
    "key_id": "k-1",
    "secret": "0b" * 32,
    "broker_host": "127.0.0.1",
    "broker_port": 1,  # where nobody listens
}


@dataclass
class Broken:
    """One process with one broken task."""

    task: str
    how: str
    folder: Path
    process: "subprocess.Popen[bytes]"
    broke_at: float = 0.0
    ended_at: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.task}-{self.how}"

    @property
    def cause(self) -> str:
        return (self.folder / CAUSE_FILE).read_text()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Where their buttons are; nobody presses any."""
    with socket.create_server(("127.0.0.1", 0), backlog=len(TASKS) * len(HOWS)) as server:
        yield server


def interpreter(name: str) -> list[str]:
    return [need("micropython"), "-X", HEAP] if name == "micropython" else [sys.executable]


def started(start: list[str], folder: Path, port: int, task: str, how: str) -> Broken:
    flash = folder / f"{task}-{how}"
    flash.mkdir()
    (flash / "settings.json").write_text(json.dumps(SETTINGS))
    argv = [*start, str(RIG), task, how, "--flash", str(flash), "--control", str(port)]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return Broken(task, how, flash, process)


def watch(all_of_them: list[Broken]) -> None:
    """Until each has broken and ended; when, each."""
    with selectors.DefaultSelector() as selector:
        for each in all_of_them:
            assert each.process.stdout is not None
            selector.register(each.process.stdout, selectors.EVENT_READ, each)
        give_up = time.monotonic() + START_S
        while selector.get_map() and time.monotonic() < give_up:
            for key, _ in selector.select(timeout=1):
                each = key.data
                if each.process.stdout.readline().strip() == b"broken":
                    each.broke_at = time.monotonic()
                else:
                    each.ended_at = time.monotonic()
                    selector.unregister(key.fileobj)


@pytest.mark.parametrize(
    "which", [pytest.param("micropython", marks=pytest.mark.micropython), "cpython"]
)
def test_any_task_that_dies_or_hangs_is_a_new_start_within_ten_seconds(
    which: str, tmp_path: Path, listener: socket.socket
) -> None:
    start, port = interpreter(which), listener.getsockname()[1]
    broken = [started(start, tmp_path, port, task, how) for task in TASKS for how in HOWS]
    try:
        watch(broken)
        for each in broken:
            assert each.broke_at and each.ended_at, f"{each.name} did not end"
            assert each.ended_at - each.broke_at < WITHIN_S, each.name
            status = each.process.wait(1)
            blocked = each.how in ("spin", "sleep") or (each.task, each.how) in (
                ("watchdog", "wait"),
                ("watchdog", "end"),
            )
            assert status == (-signal.SIGALRM if blocked else RESET_STATUS), each.name
            if blocked:
                assert each.cause == "watchdog", each.name
            elif each.how == "raise":
                assert "planted" in each.cause, each.name
            else:
                assert each.cause.startswith(f"StuckError('{each.task}'"), each.name
    finally:
        for each in broken:
            each.process.kill()
            each.process.communicate()


def first_words(start: list[str], flash: Path) -> dict[str, object]:
    """What the next boot tells its simulator first."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(START_S)
        port = str(server.getsockname()[1])
        argv = [*start, str(MAIN), "--flash", str(flash), "--control", port]
        process = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
        try:
            control, _ = server.accept()
            control.settimeout(START_S)
            with control, control.makefile("rb") as lines:
                words: dict[str, object] = json.loads(lines.readline())
                return words
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    "which", [pytest.param("micropython", marks=pytest.mark.micropython), "cpython"]
)
@pytest.mark.parametrize("cause", ["watchdog", "StuckError('flash')"])
def test_next_boot_is_told_why_and_only_that_one(which: str, cause: str, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    (tmp_path / CAUSE_FILE).write_text(cause)
    assert first_words(interpreter(which), tmp_path)["boot"] == cause
    assert first_words(interpreter(which), tmp_path)["boot"] == "power-on"


def test_whatever_stands_still_the_times_add_up_to_less_than_ten_seconds() -> None:
    longest_ms = max(*app.BUDGET_MS.values(), app.LINK_BUDGET_MS)
    # Found at the next turn of the watchdog's task, or the one after: it may have been late.
    assert longest_ms + 2 * app.WATCHDOG_EVERY_MS + app.RESCUE_MS < WITHIN_S * 1000
    assert unix.WATCHDOG_MS + NAP_MS < WITHIN_S * 1000
    assert 2 * app.WATCHDOG_EVERY_MS + app.RESCUE_MS < unix.WATCHDOG_MS, "the rescue is not cut off"
    longest_wait_ms = max(mqtt.CONNECT_MS, mqtt.WRITE_MS, mqtt.ACK_MS, mqtt.BACKOFF_STEP_MS)
    assert longest_wait_ms < app.LINK_BUDGET_MS, "no wait of the link is called stuck"
    assert all(app.MOVE_MS < budget_ms for budget_ms in app.BUDGET_MS.values())


@pytest.mark.parametrize(("cause", "told"), [("watchdog", b"an SOS"), ("", b"")])
def test_memory_outlives_a_reset_and_no_power_cut(cause: str, told: bytes, tmp_path: Path) -> None:
    argv = ["--flash", str(tmp_path), "--control", "1"]
    Board(argv).remember(b"an SOS")
    (tmp_path / CAUSE_FILE).write_text(cause)
    board = Board(argv)
    board.boot_cause()
    assert board.remembered() == told
    board.remember(b"")
    (tmp_path / CAUSE_FILE).write_text("watchdog")
    again = Board(argv)
    again.boot_cause()
    assert again.remembered() == b"", "what was kept meanwhile is not told by a later reset"


class Held:
    """A pendant at its control socket, over any number of starts."""

    def __init__(self, which: str, flash: Path) -> None:
        self._start = interpreter(which)
        self._flash = flash
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(START_S)
        (flash / "settings.json").write_text(json.dumps(SETTINGS))

    def start(self, *program: str) -> None:
        port = str(self._server.getsockname()[1])
        argv = [*self._start, *program, "--flash", str(self._flash), "--control", port]
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        self.control, _ = self._server.accept()
        self.control.settimeout(START_S)
        self._lines = self.control.makefile("rb")

    def say(self, **order: object) -> None:
        self.control.sendall(json.dumps(order).encode() + b"\n")

    def until(self, **wanted: object) -> list[dict[str, object]]:
        """All that was told up to the line with these values."""
        told: list[dict[str, object]] = []
        while not told or any(told[-1].get(key) != value for key, value in wanted.items()):
            told.append(json.loads(self._lines.readline()))
        return told

    def ended(self) -> int:
        try:
            return self.process.wait(START_S)
        finally:
            self.control.close()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.control.close()
        self._server.close()


@pytest.mark.parametrize(
    "which", [pytest.param("micropython", marks=pytest.mark.micropython), "cpython"]
)
@pytest.mark.parametrize("how", ["waits", "blocks"])
def test_sos_outlives_the_reset_of_a_flash_that_hangs(which: str, how: str, tmp_path: Path) -> None:
    """It was in no flash and there was no way to send it: the board's memory is all there was."""
    pendant = Held(which, tmp_path)
    try:
        if how == "waits":
            pendant.start(str(MAIN))
            pendant.say(hold_flash=True)
        else:
            pendant.start(str(RIG), "chip", "spin")
        pendant.until(feel="started")
        pendant.say(button="s", down=True)
        pressed = time.monotonic()
        assert pendant.ended() == (RESET_STATUS if how == "waits" else -signal.SIGALRM)
        assert time.monotonic() - pressed < 2 + WITHIN_S, "the hold, and the rest"
        assert list(tmp_path.glob("e-*")) == []
        pendant.start(str(MAIN))
        told = pendant.until(feel="stored")
        kept = [news["name"] for news in told if news.get("flash") == "written"]
        assert [path.stem for path in tmp_path.glob("e-*.rec")] == kept
        pendant.process.kill()
        pendant.ended()
        pendant.start(str(MAIN))
        assert len(kept) == 1 and pendant.until(feel="stored"), "now it outlives a power cut too"
    finally:
        pendant.close()
