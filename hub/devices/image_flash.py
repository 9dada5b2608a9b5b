"""Puts a pendant's image on its chip: esptool through the chip's bootloader, each as a program of
its own, its output shown as it comes.

Rule: the chip is asked before anything is erased (is it an ESP32-S3, how large is its flash, where
will MicroPython look), and what goes wrong is said with the mend. Nothing secret is an argument of
a program: keys travel in files that only their owner may read.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hub.devices import image
from hub.devices.image_layout import CHIP, MIB, TABLE_BYTES, TABLE_OFFSET, Region
from hub.devices.private_file import write_private

BAUD = 460_800  # the bridge of the DevKitC-1 does more, long cables do not
_DETECTED = re.compile(r"Detected flash size: (\d+)(MB|KB)")
_TAIL_LINES = 12
_BUILT_IN = re.compile(r"/dev/ttyS\d+")

# What the programs say -> what it means for whoever has the board in her hands.
MENDS = (
    (
        ("No module named esptool", "No module named mpremote", "No module named serial"),
        "flashing wants the extra packages: pip install 'allswell[flash]'",
    ),
    (
        ("[Errno 13]", "Permission denied"),
        "this user may not use the port: `sudo usermod -aG dialout $USER`, then log in again",
    ),
    (
        ("[Errno 16]", "Access is denied", "exclusively lock", "in use by another program"),
        "another program has the port: close serial monitors, then run this again",
    ),
    (
        ("[Errno 2]", "FileNotFoundError", "could not open port", "doesn't exist"),
        (
            "nothing is at that port: is it a cable that carries data, in the board's UART socket?"
            " Without --port it is found, and where there are several you are told which"
        ),
    ),
    (
        ("This chip is ", "is not in the list of supported", "Unexpected chip"),
        "that is another chip: a pendant is an ESP32-S3",
    ),
    (
        ("Failed to connect", "No serial data received", "Wrong boot mode", "Timed out waiting"),
        "the chip does not answer: hold BOOT, press RESET once, let BOOT go, then run this again",
    ),
    (
        ("could not enter raw repl", "TransportError"),
        (
            "no MicroPython answers there: a sleeping pendant is woken by a press of A; one without"
            " a program is flashed whole, without --running"
        ),
    ),
    (
        ("Possible serial noise", "corrupt", "MD5 of file does not match", "digest mismatch"),
        "what arrived is not what was sent: try a shorter cable, another socket, --baud 115200",
    ),
)


class FlashFault(Exception):
    """It was not flashed; says why and what to do."""


Run = Callable[[Sequence[str]], str]


def run_shown(command: Sequence[str], show: Callable[[str], None] | None = print) -> str:
    """Runs it to its end and returns what it said; every line is shown when it comes. Without
    `show` its last lines stand in the fault."""
    said: list[str] = []
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "PYTHONUNBUFFERED": "1"},  # progress is shown while it is made
    ) as process:
        assert process.stdout is not None  # it was asked for
        for line in process.stdout:
            said.append(line.rstrip())
            if show is not None:
                show("  " + said[-1])
    text = "\n".join(said)
    if process.returncode:
        tail = said[-_TAIL_LINES:] if show is None else []
        raise FlashFault("\n".join([mend_of(text), *tail]))
    return text


def mend_of(said: str) -> str:
    """The sentence for what a program complained of; the first that fits."""
    for signs, mend in MENDS:
        if any(sign in said for sign in signs):
            return mend
    return "it failed; its own last words say why"


def ports(run: Run) -> list[str]:
    """The serial ports of this machine, but for those on its own board: no pendant is there."""
    found = run([sys.executable, "-m", "serial.tools.list_ports", "-q"])
    named = (line.strip() for line in found.splitlines())
    return [port for port in named if port and not _BUILT_IN.fullmatch(port)]


class Chip:
    """The board at a port, in its bootloader."""

    def __init__(self, port: str, baud: int = BAUD, run: Run = run_shown) -> None:
        self._port = port
        self._baud = baud
        self._run = run

    def flash_bytes(self) -> int:
        """Also proves that there is an ESP32-S3 at all."""
        found = _DETECTED.search(self._run(self.command("flash-id")))
        if found is None:
            raise FlashFault("the chip does not say how large its flash is: is one fitted?")
        return int(found[1]) * (MIB if found[2] == "MB" else 1024)

    def table(self) -> bytes:
        """Its partition table, as MicroPython's file has put it there."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.bin"
            # The bootloader in ROM reads three KiB as fast as the stub that would be loaded first.
            where = (hex(TABLE_OFFSET), hex(TABLE_BYTES), path)
            self._run(self.command("read-flash", *where, stub=False))
            return path.read_bytes()

    def erase(self, region: Region | None) -> list[str]:
        """The command; None is the whole flash. Nothing of an earlier pendant stays behind."""
        if region is None:
            return self.command("erase-flash")
        return self.command("erase-region", hex(region.offset), hex(region.size))

    def write(self, parts: Sequence[tuple[int, Path]]) -> list[str]:
        """The command that writes, verifies by digest, and starts what was written."""
        words = [word for offset, path in parts for word in (hex(offset), path)]
        return self.command("write-flash", *words, last=True)

    def command(
        self, verb: str, *words: str | Path, stub: bool = True, last: bool = False
    ) -> list[str]:
        return [
            *(sys.executable, "-m", "esptool", "--chip", CHIP, "--port", self._port),
            *("--baud", str(self._baud), "--after", "hard-reset" if last else "no-reset"),
            *(() if stub else ("--no-stub",)),
            *(verb, *map(str, words)),
        ]


@contextmanager
def parts(
    built: bytes, region: Region, micropython: Path | None
) -> Iterator[list[tuple[int, Path]]]:
    """Address and file of all that is to be written, while this lasts."""
    with tempfile.TemporaryDirectory() as folder:
        found = [(0, micropython)] if micropython is not None else []
        for offset, piece in image.pieces(built, region):
            path = Path(folder) / f"{offset:#x}.bin"
            write_private(path, piece)
            found.append((offset, path))
        yield found
