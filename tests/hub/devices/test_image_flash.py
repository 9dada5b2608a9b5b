"""Flashing with the real esptool, over the chip's serial protocol, into a mock of its bootloader.

The mock's flash has 4 MiB, so the file system has two here: the chip is asked, nothing is assumed.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import main
from hub.devices import image
from hub.devices.image_files import of_pendant, program
from hub.devices.image_flash import MENDS, FlashFault, mend_of, ports, run_shown
from hub.devices.image_layout import MIB
from tests.hub.devices.chip_files import micropython, pendant_folder

VFS = "0x200000"


@contextmanager
def a_board(chip: str, tmp_path: Path) -> Iterator[str]:
    """The port of a chip in its bootloader; a process of our own, as it leaves none behind."""
    port_file = tmp_path / f"{chip}.port"
    words = ("run", "--port", "0", "--chip", chip, "--port-file", str(port_file))
    command = [sys.executable, "-m", "esp32_mock_bootloader.cli", *words]
    with (tmp_path / f"{chip}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=mock_env(tmp_path))
    try:
        deadline = time.monotonic() + 30
        while not (port_file.exists() and port_file.read_text().strip()):
            assert process.poll() is None, (tmp_path / f"{chip}.log").read_text()
            assert time.monotonic() < deadline, "the mock bootloader did not start"
            time.sleep(0.05)
        yield f"socket://127.0.0.1:{port_file.read_text().strip()}"
    finally:
        process.kill()
        process.wait()


def mock_env(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "ESP32_MOCK_BOOTLOADER_STATE_DIR": str(tmp_path / "mock")}


@pytest.fixture
def board(tmp_path: Path) -> Iterator[str]:
    with a_board("esp32s3", tmp_path) as port:
        yield port


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return pendant_folder(tmp_path / "p-1")


@pytest.fixture
def chip_file(tmp_path: Path) -> Path:
    path = tmp_path / "micropython.bin"
    path.write_bytes(micropython())
    return path


def flash(board: str, folder: Path, *words: str, typed: str = "") -> Result:
    start = ("pendant", "flash", "p-1", "--from", str(folder), "--port", board)
    return CliRunner().invoke(main, [*start, *words], input=typed)


def esptool(board: str, *words: str) -> int:
    command = [sys.executable, "-m", "esptool", "--chip", "esp32s3", "--port", board, *words]
    return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode


def holds(board: str, offset: str, blob: bytes, tmp_path: Path) -> bool:
    """By the digest of what lies on the chip."""
    path = tmp_path / "wanted.bin"
    path.write_bytes(blob)
    return esptool(board, "verify-flash", offset, str(path)) == 0


def built(folder: Path) -> bytes:
    return image.build({**program(), **of_pendant(folder, "p-1")}, 2 * MIB)


def test_a_whole_board_micropython_and_files_over_whatever_was_there(
    board: str, folder: Path, chip_file: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old.bin"
    old.write_bytes(b"another pendant's key" * 5000)
    assert esptool(board, "write-flash", "0x300000", str(old)) == 0
    done = flash(board, folder, "--micropython", str(chip_file), "--yes")
    assert done.exit_code == 0, done.output
    assert "Writing at 0x" in done.output
    assert "pendant p-1 is on the board" in done.output
    assert holds(board, "0x0", chip_file.read_bytes(), tmp_path)
    assert holds(board, VFS, built(folder), tmp_path), "nothing of the old one is left in there"
    other = pendant_folder(tmp_path / "other", key_id="k-2")
    assert not holds(board, VFS, built(other), tmp_path)


def test_files_alone_go_where_the_chips_own_table_says(
    board: str, folder: Path, chip_file: Path, tmp_path: Path
) -> None:
    assert esptool(board, "write-flash", "0x0", str(chip_file)) == 0
    done = flash(board, folder, "--yes")
    assert done.exit_code == 0, done.output
    assert "2048 KiB at 0x200000" in done.output
    assert holds(board, "0x0", chip_file.read_bytes(), tmp_path)
    assert holds(board, VFS, built(folder), tmp_path)


def test_without_micropython_on_it_files_are_refused(board: str, folder: Path) -> None:
    done = flash(board, folder, "--yes")
    assert done.exit_code == 1
    assert "no partition table" in done.output
    assert "Erasing" not in done.output


def test_who_says_no_has_lost_nothing(
    board: str, folder: Path, chip_file: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.bin"
    kept.write_bytes(b"an SOS" * 1000)
    assert esptool(board, "write-flash", "0x0", str(chip_file), VFS, str(kept)) == 0
    done = flash(board, folder, typed="n\n")
    assert done.exit_code == 1
    assert "also an SOS that it has kept" in done.output
    assert holds(board, VFS, kept.read_bytes(), tmp_path)


def test_another_chip_is_not_written_to(folder: Path, tmp_path: Path) -> None:
    with a_board("esp32c3", tmp_path) as wrong:
        done = flash(wrong, folder, "--yes")
    assert done.exit_code == 1
    assert "a pendant is an ESP32-S3" in done.output
    assert "Erasing" not in done.output


def test_an_empty_port_is_told_with_the_mend(folder: Path) -> None:
    words = ["pendant", "flash", "p-1", "--from", str(folder), "--port", "/dev/nobody-is-here"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert "nothing is at that port" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ([], "no serial port is there: plug the board in"),
        (["/dev/ttyUSB0", "/dev/ttyACM0"], "say which with --port: /dev/ttyUSB0, /dev/ttyACM0"),
        (["/dev/nobody-is-here"], "nothing is at that port"),
    ],
)
def test_without_a_port_the_only_one_is_taken_else_they_are_named(
    folder: Path, there: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.cli.pendant.flashing.ports", lambda run: there)
    done = CliRunner().invoke(main, ["pendant", "flash", "p-1", "--from", str(folder)])
    assert done.exit_code == 1
    assert said in done.output


def test_the_ports_of_this_machine_can_be_asked_for() -> None:
    assert isinstance(ports(lambda command: run_shown(command, None)), list)


def test_a_socket_on_the_machine_s_own_board_is_no_pendant() -> None:
    said = "/dev/ttyS0          \n/dev/ttyUSB0        \n/dev/ttyACM1\n"
    assert ports(lambda command: said) == ["/dev/ttyUSB0", "/dev/ttyACM1"]


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ("could not open port '/dev/ttyUSB0': [Errno 13] Permission denied", "dialout"),
        ("Could not exclusively lock port /dev/ttyUSB0", "another program has the port"),
        ("A fatal error occurred: Failed to connect to ESP32-S3: No serial data", "hold BOOT"),
        ("This chip is ESP32-C3, not ESP32-S3. Wrong chip argument?", "is an ESP32-S3"),
        ("/usr/bin/python: No module named esptool", "pip install 'allswell[flash]'"),
        ("mpremote.transport.TransportError: could not enter raw repl", "without --running"),
        ("MD5 of file does not match data in flash!", "shorter cable"),
        ("something new", "its own last words"),
    ],
)
def test_what_the_programs_complain_of_is_told_with_what_to_do(said: str, mend: str) -> None:
    assert mend in mend_of(said)


def test_every_mend_can_be_reached() -> None:
    """None hides behind an earlier one."""
    for signs, mend in MENDS:
        assert all(mend_of(sign) == mend for sign in signs), signs


def test_what_a_program_says_is_shown_while_it_runs() -> None:
    """Its second line waits until the first has been shown: it reads from the test."""
    shown: list[str] = []
    program = "import sys; print('one'); sys.stdout.flush(); print('two'); sys.exit(3)"
    with pytest.raises(FlashFault) as told:
        run_shown([sys.executable, "-c", program], shown.append)
    assert shown == ["  one", "  two"]
    assert "two" not in str(told.value), "said once"
    with pytest.raises(FlashFault, match="one\ntwo"):
        run_shown([sys.executable, "-c", program], None)
