"""`allswell pendant image` and `flash --dry-run`: what would be written, and where; no board."""

import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import main
from hub.devices import image
from hub.devices.image_layout import MIB
from tests.hub.devices.chip_files import micropython
from tests.hub.devices.chip_files import pendant_folder as folder_of


@pytest.fixture
def pendant_folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "p-1")


def command(*words: str) -> Result:
    return CliRunner().invoke(main, ["pendant", *words])


def test_an_image_holds_the_program_and_the_folder_for_where_micropython_looks(
    pendant_folder: Path, tmp_path: Path
) -> None:
    out, chip = tmp_path / "p-1.img", tmp_path / "micropython.bin"
    chip.write_bytes(micropython())
    words = ("--from", str(pendant_folder), "--out", str(out), "--micropython", str(chip))
    done = command("image", "p-1", *words, "--flash-mb", "16")
    assert done.exit_code == 0, done.output
    assert "write-flash 0x200000" in done.output
    assert out.stat().st_size == 14 * MIB
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    held = image.read(out.read_bytes())
    for path in pendant_folder.iterdir():
        assert held[f"/pendant/{path.name}"] == path.read_bytes()
    assert {"/main.py", "/firmware/app.mpy", "/protocol/codec.mpy"} <= set(held)
    assert "already there" in command("image", "p-1", *words).output


def test_an_image_of_somebody_else_is_refused(pendant_folder: Path, tmp_path: Path) -> None:
    done = command("image", "p-2", "--from", str(pendant_folder), "--out", str(tmp_path / "x"))
    assert done.exit_code == 1
    assert "is p-1's, not p-2's" in done.output
    assert not (tmp_path / "x").exists()


def test_a_dry_run_shows_every_command_and_runs_none(
    pendant_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chip = tmp_path / "micropython.bin"
    chip.write_bytes(micropython())
    started: list[object] = []
    real = subprocess.Popen

    def popen(words: list[str], **rest: object) -> object:
        started.append(words)
        return real(words, **rest)  # type: ignore[call-overload]  # handed through as it came

    monkeypatch.setattr(subprocess, "Popen", popen)
    words = ("--from", str(pendant_folder), "--dry-run", "--port", "/dev/ttyUSB9")
    whole = command("flash", "p-1", *words, "--micropython", str(chip))
    assert whole.exit_code == 0, whole.output
    assert "--port /dev/ttyUSB9 --baud 460800 --after no-reset erase-flash" in whole.output
    assert f"--after hard-reset write-flash 0x0 {chip} 0x200000" in whole.output
    files = command("flash", "p-1", *words)
    assert "erase-region 0x200000 0x600000" in files.output
    assert not [each for each in started if "esptool" in str(each) or "mpremote" in str(each)]
