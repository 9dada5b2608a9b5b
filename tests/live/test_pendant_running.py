"""New files onto a pendant that runs: the real mpremote, over a serial port, into the real
MicroPython and its VfsLfs2. What it has kept stays; a cut leaves the old program or the new one.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from firmware.boards import unix
from hub.cli import main
from hub.devices import image
from hub.devices.image_files import of_pendant, program
from hub.devices.image_running import Running, stage
from tests.conftest import need
from tests.hub.devices.chip_files import pendant_folder
from tests.live.driven_pendant import driven
from tests.live.real_broker import free_port
from tests.live.serial_pendant import HEAP, RIG, SerialPendant

pytestmark = [pytest.mark.live, pytest.mark.micropython]

SIZE = 128 * 4096
RECORD = ("/pendant/e-1.rec", b"an SOS that the hub has not received")
TORN = ("/pendant/e-2.rec.tmp", b"half of a rec")


@pytest.fixture
def chip(tmp_path: Path) -> Path:
    """An older program, a record that is owed to the hub, and one that a cut left unfinished."""
    old = {path: b"# older: " + path.encode() for path in program() if path != "/main.py"}
    old["/firmware/gone.mpy"] = b"a module that there is no more"
    told = of_pendant(pendant_folder(tmp_path / "old"), "p-1")
    files = {**old, "/main.py": program()["/main.py"], **told, **dict([RECORD, TORN])}
    path = tmp_path / "chip.img"
    path.write_bytes(image.build(files, SIZE))
    return path


def flash(port: str, folder: Path, name: str = "p-1") -> Result:
    start = ["pendant", "flash", name, "--running", "--from", str(folder), "--port", port]
    return CliRunner().invoke(main, start)


def test_it_has_the_new_files_and_what_it_had_kept(chip: Path, tmp_path: Path) -> None:
    folder = pendant_folder(tmp_path / "new", quiet=True)
    with SerialPendant(chip) as pendant:
        done = flash(pendant.port, folder)
    assert done.exit_code == 0, done.output
    wanted = {**program(), **of_pendant(folder, "p-1")}
    assert image.read(chip.read_bytes()) == {**wanted, **dict([RECORD, TORN])}


def test_a_part_of_what_it_is_told_leaves_the_rest(chip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "wifi.json").write_text('[{"ssid": "elsewhere", "key": ""}]')
    before = image.read(chip.read_bytes())
    with SerialPendant(chip) as pendant:
        assert flash(pendant.port, folder).exit_code == 0
    after = image.read(chip.read_bytes())
    assert after["/pendant/wifi.json"] == (folder / "wifi.json").read_bytes()
    assert after["/pendant/settings.json"] == before["/pendant/settings.json"]


def test_another_pendant_is_not_written_over(chip: Path, tmp_path: Path) -> None:
    before = chip.read_bytes()
    folder = pendant_folder(tmp_path / "new", "p-2")
    with SerialPendant(chip) as pendant:
        done = flash(pendant.port, folder, "p-2")
    assert done.exit_code == 1
    assert "is not 'p-2', it is 'p-1'" in done.output
    assert chip.read_bytes() == before


def test_another_key_does_not_go_over_what_the_old_one_has_sealed(
    chip: Path, tmp_path: Path
) -> None:
    before = chip.read_bytes()
    folder = pendant_folder(tmp_path / "new", key_id="k-2")
    with SerialPendant(chip) as pendant:
        done = flash(pendant.port, folder)
    assert done.exit_code == 1
    assert "keeps 1 presses that the hub does not have" in done.output
    assert image.read(chip.read_bytes()) == image.read(before)
    left = {path: blob for path, blob in image.read(before).items() if path != RECORD[0]}
    chip.write_bytes(image.build(left, SIZE))
    with SerialPendant(chip) as pendant:
        assert flash(pendant.port, folder).exit_code == 0


def take(path: Path, cut: int) -> int:
    """Its start, as far as the program; how often it wrote."""
    command = [need("micropython"), "-X", HEAP, RIG, str(path), "take", str(cut)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    return int(done.stdout.split()[-1]) if done.returncode == 0 else -1


def test_cuts_all_along_the_taking_leave_one_whole_program(chip: Path, tmp_path: Path) -> None:
    """The copy is whole and marked; then the power goes, and once more at the start after it."""
    new = {**program(), **of_pendant(pendant_folder(tmp_path / "new", quiet=True), "p-1")}
    held = image.read(chip.read_bytes())
    staged = stage(tmp_path, new)
    fresh = {
        "/" + path.relative_to(staged).as_posix(): path.read_bytes()
        for path in staged.rglob("*")
        if path.is_file()
    }
    marked = tmp_path / "marked.img"
    marked.write_bytes(image.build({**held, **fresh, "/take": b""}, SIZE))
    wanted = {**new, **dict([RECORD, TORN])}
    whole = tmp_path / "whole.img"
    shutil.copy(marked, whole)
    writes = take(whole, 0)
    assert image.read(whole.read_bytes()) == wanted
    assert writes > 20
    for cut in range(1, writes, 11):
        torn = tmp_path / "torn.img"
        shutil.copy(marked, torn)
        take(torn, cut)
        take(torn, cut // 2 + 1)
        assert take(torn, 0) >= 0
        assert image.read(torn.read_bytes()) == wanted, f"cut in write {cut}"


def test_a_copy_that_was_cut_leaves_the_old_program_and_the_next_one_clears_it(
    chip: Path, tmp_path: Path
) -> None:
    before = image.read(chip.read_bytes())
    folder = pendant_folder(tmp_path / "new", quiet=True)
    cut = tmp_path / "cut.img"
    shutil.copy(chip, cut)
    with SerialPendant(cut, cut_after=150) as pendant:
        flash(pendant.port, folder)
    assert take(cut, 0) == 0, "there is nothing to take"
    left = image.read(cut.read_bytes())
    assert {path: left.get(path) for path in before} == before
    assert any(".new" in path for path in left), "the cut came before any file was copied"
    with SerialPendant(cut) as pendant:
        assert flash(pendant.port, folder).exit_code == 0
    assert not any(".new" in path for path in image.read(cut.read_bytes()))


def test_its_watchdog_is_fed_while_files_are_copied(chip: Path) -> None:
    """Asked in the pendant itself, between two programs."""
    with SerialPendant(chip) as pendant:
        running = Running(pendant.port, said)
        assert running.itself().name == "p-1"
        ask = running.command("exec", "print(feeder is not None and watchdog is not None)")
        assert "True" in said(ask)


def test_its_program_lets_itself_be_interrupted(tmp_path: Path) -> None:
    """By Ctrl-C it ends for MicroPython's prompt: no task takes that for a fault of its own."""
    with driven(tmp_path / "flash", "micropython", free_port()) as pendant:
        pendant.start()
        pendant.until(feel="started")
        status = pendant.interrupt()
        assert "KeyboardInterrupt" in pendant.errors()
        assert "reset:" not in pendant.errors()
        assert status != unix.RESET_STATUS


def said(command: Sequence[str]) -> str:
    done = subprocess.run(list(command), check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
