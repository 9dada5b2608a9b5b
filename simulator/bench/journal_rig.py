"""Two journals over the real VfsLfs2 on a counted chip: `micropython journal_rig.py JOB`, for
simulator/bench/journal.py.

JOB is a JSON file: {"blocks": n, "work": [[name, hex or null], …]}. For each journal one line of
JSON: per piece of work what the chip did for it, as [erased blocks, [programmed bytes, …], read
bytes].

Rule: the chip is counted where the file system meets it; nothing is estimated in here.
"""

# ruff: noqa: PTH102, PTH104, PTH123 - MicroPython has no pathlib

import binascii
import json
import os
import sys

HERE = (__file__.rsplit("/", 1)[0] if "/" in __file__ else ".") + "/"
sys.path.insert(0, HERE + "../..")

from simulator.storm.flash_chip import FlashChip  # noqa: E402 - only now can it be found
from simulator.storm.vfs_port import FOLDER, Life  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist in here
    from typing import Any

    Told = list[Any]

LIVE_AT_LEAST = 2  # an appended journal is made new when so much more of it is dead than lives
SMALLEST_BYTES = 8192  # and only then: two blocks


class CountedChip(FlashChip):
    def __init__(self, blocks: int) -> None:
        FlashChip.__init__(self, blocks)
        self.erased = 0
        self.was_read = 0
        self.programmed: list[int] = []

    def told(self) -> "Told":
        """What it did since it was last asked."""
        told = [self.erased, self.programmed, self.was_read]
        self.erased = self.was_read = 0
        self.programmed = []
        return told

    def read(self, block: int, off: int, size: int) -> bytearray:
        self.was_read += size
        return FlashChip.read(self, block, off, size)

    def program(self, block: int, off: int, data: bytes) -> int:
        self.programmed.append(len(data))
        return FlashChip.program(self, block, off, data)

    def erase(self, block: int) -> int:
        self.erased += 1
        return FlashChip.erase(self, block)


class Appended:
    """The journal that was not chosen: one file, a line for each record written or erased, and a
    new file when most of it is dead. A line that a cut has torn is told by its checksum."""

    def __init__(self) -> None:
        self._path = FOLDER + "/journal"
        self._live: dict[str, bytes] = {}
        self._file = open(self._path, "ab")  # noqa: SIM115 - it stays open, which is its advantage
        self._bytes = 0

    def write(self, name: str, blob: bytes) -> None:
        self._live[name] = self._line(name, blob)
        self._append(self._live[name])

    def erase(self, name: str) -> None:
        self._live.pop(name, None)
        self._append(self._line(name, b""))

    def _line(self, name: str, blob: bytes) -> bytes:
        body = name.encode() + b" " + blob
        return b"%08x %04x " % (binascii.crc32(body) & 0xFFFFFFFF, len(body)) + body + b"\n"

    def _append(self, line: bytes) -> None:
        live = sum([len(kept) for kept in self._live.values()])
        if self._bytes > max(SMALLEST_BYTES, (1 + LIVE_AT_LEAST) * live):
            self._begin_anew()
            return
        self._file.write(line)
        self._file.flush()
        self._bytes += len(line)

    def _begin_anew(self) -> None:
        self._file.close()
        self._bytes = 0
        with open(self._path + ".tmp", "wb") as file:
            for line in self._live.values():
                file.write(line)
                self._bytes += len(line)
            file.flush()
        os.rename(self._path + ".tmp", self._path)
        self._file = open(self._path, "ab")  # noqa: SIM115 - as above

    def close(self) -> None:
        self._file.close()


def measured(blocks: int, work: "Told", appended: bool) -> "list[Told]":
    chip = CountedChip(blocks)
    life = Life(chip, mtime=True)
    os.mkdir(FOLDER)
    journal: Any = Appended() if appended else life.folder
    chip.told()
    told = []
    for name, blob in work:
        if blob is None:
            journal.erase(name)
        else:
            journal.write(name, binascii.unhexlify(blob))
        told.append(chip.told())
    if appended:
        journal.close()
    life.end()
    return told


def main(path: str) -> None:
    with open(path) as file:
        job = json.loads(file.read())
    for appended in (False, True):
        print(json.dumps(measured(job["blocks"], job["work"], appended)))


if __name__ == "__main__":
    main(sys.argv[1])
