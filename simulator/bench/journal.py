"""What a day costs the flash, a record per file against one appended file: `python -m
simulator.bench.journal`. The table of docs/adr/0020 is its answer.

Rule: the work is what the real core asked of its flash on a played day (simulator/energy), the file
system is the real VfsLfs2 in MicroPython, the chip is counted; only its times are a datasheet's.
"""

import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.energy.day import AN_HOUR_IN_ALL_MS, Day, NothingLonger, plan_of
from simulator.live.firmware import micropython_path
from simulator.storm.flash import Flash
from simulator.storm.play import quiet, scratch, uncollected
from simulator.storm.world import World

RIG = Path(__file__).with_name("journal_rig.py")
HEAP = "heapsize=8M"
LIMIT_S = 300
BLOCKS = 64
PAGE_BYTES = 256

Work = list[tuple[str, str | None]]  # name, and the blob in hex or None: erased


@dataclass(frozen=True, slots=True)
class Times:
    """Of a W25Q64JV, the 8 MB flash of many ESP32-S3 modules: Winbond's datasheet, revision J,
    "AC electrical characteristics": tSE, tBP1, tBP2, tPP. Milliseconds."""

    erase: float
    first_byte: float
    next_byte: float
    page: float

    def program(self, size: int) -> float:
        """A page takes as long as its bytes, and never longer than a whole one."""
        whole, rest = divmod(size, PAGE_BYTES)
        part = min(self.first_byte + self.next_byte * (rest - 1), self.page) if rest else 0.0
        return whole * self.page + part


TYPICAL = Times(erase=45, first_byte=0.03, next_byte=0.0025, page=0.4)
WORST = Times(erase=400, first_byte=0.05, next_byte=0.012, page=3)


@dataclass(frozen=True, slots=True)
class Did:
    """What the chip did for one piece of work."""

    erased: int
    programmed: tuple[int, ...]
    read: int

    def ms(self, times: Times) -> float:
        return self.erased * times.erase + sum(times.program(size) for size in self.programmed)


def a_days_work() -> Work:
    """All that one pendant's core asked of its flash on a day of five visits."""
    work: Work = []
    with scratch() as folder, quiet(), uncollected():
        world = World(plan_of(Day(AN_HOUR_IN_ALL_MS)), folder)
        [handset] = world.handsets.values()
        _listen(handset.flash, work)
        crowd = world.people = NothingLonger(world)
        crowd.begin()
        world.run()
    return work


def _listen(flash: Flash, work: Work) -> None:
    write, erase = flash.write, flash.erase

    def wrote(name: str, blob: bytes) -> None:
        work.append((name, blob.hex()))
        write(name, blob)

    def erased(name: str) -> None:
        work.append((name, None))
        erase(name)

    vars(flash).update(write=wrote, erase=erased)


def measured(work: Work) -> tuple[list[Did], list[Did]]:
    """A record per file, one appended file. Raises CalledProcessError or TimeoutExpired."""
    micropython = micropython_path()
    if micropython is None:
        raise FileNotFoundError("this needs MicroPython, whose littlefs is measured")
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder) / "job.json"
        job.write_text(json.dumps({"blocks": BLOCKS, "work": work}))
        told = subprocess.run(
            [micropython, "-X", HEAP, str(RIG), str(job)],
            check=True,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        ).stdout
    files, appended = (
        [Did(erased, tuple(sizes), read) for erased, sizes, read in json.loads(line)]
        for line in told.splitlines()
    )
    return files, appended


def rows(work: Work, did: Sequence[Did]) -> list[tuple[str, float]]:
    """What the table says of one journal."""
    events = [
        each
        for (name, blob), each in zip(work, did, strict=True)
        if name.startswith("e-") and blob is not None
    ]

    def longest(of: Callable[[Did], float]) -> float:
        return max(of(each) for each in did)

    return [
        ("blocks erased in the day", sum(each.erased for each in did)),
        ("operations of programming", sum(len(each.programmed) for each in did)),
        ("bytes programmed", sum(sum(each.programmed) for each in did)),
        ("bytes read", sum(each.read for each in did)),
        ("the chip is busy for, typically, ms", round(sum(each.ms(TYPICAL) for each in did))),
        (
            "an event until it is durable, median, typically, ms",
            round(statistics.median(each.ms(TYPICAL) for each in events)),
        ),
        ("... the longest of the day, typically, ms", round(longest(lambda d: d.ms(TYPICAL)))),
        ("... on a chip at its limits, ms", round(longest(lambda d: d.ms(WORST)))),
    ]


def main() -> None:
    work = a_days_work()
    files, appended = measured(work)
    print(f"{len(work)} pieces of work in a day of five visits\n")
    print("| | a file per record | one appended file |\n|---|---|---|")
    for (what, mine), (_, other) in zip(rows(work, files), rows(work, appended), strict=True):
        print(f"| {what} | {mine:,} | {other:,} |")


if __name__ == "__main__":
    main()
