"""The firmware as the chip has it: compiled, so that a simulated pendant needs no compiler's heap.

Rule: the bytes are those that `allswell pendant image` ships (hub/devices/image_files.py), plus the
desktop's board; made once for each state of the sources. Where there is no compiler the sources
themselves are run, in a heap that the interpreter's own compiler needs.
"""

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from hub.devices import image_files
from hub.devices.image import ImageFault
from hub.devices.image_files import chip_path, compiled, sources

ROOT = Path(__file__).resolve().parent.parent.parent
BOARD = ("firmware/boards/unix.py", "firmware/boards/watchdog.py")
HEAP = "heapsize=160wK"  # word-scaled: the fair equal of so many KiB on a 32-bit chip
HEAP_TO_COMPILE = "heapsize=256wK"
START = """\
import sys

sys.path.insert(0, {folder!r})
from firmware.main import main

main(sys.argv[1:])
"""


def micropython_path() -> str | None:
    """Beside this Python first (the wheel), then on the path."""
    beside = shutil.which("micropython", path=str(Path(sys.executable).parent))
    return beside or shutil.which("micropython")


def command(heap: str = "") -> list[str]:
    """What starts a pendant's process, up to the firmware's own arguments."""
    micropython = micropython_path()
    main = str(ROOT / "firmware" / "main.py")
    if micropython is None:
        # Where there is no wheel the same core runs on this Python; docs/scenarios.md says so.
        return [sys.executable, main]
    try:
        start = compiled_firmware() / "start.py"
    except ImageFault:
        return [micropython, "-X", HEAP_TO_COMPILE, main]
    return [micropython, "-X", heap or HEAP, str(start)]


def compiled_firmware() -> Path:
    """The folder with it. Raises ImageFault without a compiler."""
    found = {**sources(), **{name: ROOT / name for name in BOARD}}
    mark = hashlib.sha256(Path(image_files.__file__).read_bytes())  # how it is compiled
    for name in sorted(found):
        mark.update(name.encode() + b"\0" + found[name].read_bytes())
    folder = ROOT / "build" / f"firmware-{mark.hexdigest()[:16]}"
    if not folder.is_dir():
        _make(folder, found)
    return folder


def _make(folder: Path, found: dict[str, Path]) -> None:
    """At one stroke: another process may be at it, and the first one there wins."""
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / "made"
        for name, path in found.items():
            at = made / chip_path(name).removeprefix("/")
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_bytes(compiled(name, path))
        (made / "start.py").write_text(START.format(folder=str(folder)), encoding="utf-8")
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
