"""A database's files from outside: where the log ends, and what a death may leave of it."""

from pathlib import Path
from random import Random
from struct import unpack

import pytest

from hub.store.schema import NAME
from simulator.storm import disk, wal
from simulator.storm.fate import Spared
from simulator.storm.wal import End
from tests.hub.house import House
from tests.simulator.storm.disk_rig import copy_of

PAGE = 1_024
END = End(PAGE, 5, b"salt" * 2)
FRESH = bytes(range(1, 251)) * 40  # no sector of it is empty


def test_the_log_ends_where_its_frames_say(
    built: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's index, which the disk goes by, against the log itself; over its beginnings anew."""
    monkeypatch.setattr(disk, "CHECKPOINT_FRAMES", 40)
    house, store = copy_of(built, folder / "hub", Spared())
    files = wal.Files(store.path)
    salts: set[bytes] = set()
    for _ in range(30):
        house.forward(60_000)
        house.beat("p-ada", "inside")
        assert files.end().frames == _frames(Path(f"{folder}/hub/{NAME}-wal").read_bytes())
        salts.add(files.end().salts)
    assert len(salts) > 2
    files.close()
    store.close()
    house.reader.close()


@pytest.mark.parametrize("since", [0, wal.HEADER, End(PAGE, 2, b"").offset])
def test_a_killed_process_leaves_whole_writes_from_the_first_on(since: int) -> None:
    fresh = (FRESH * 3)[: END.offset - since]
    random, found = Random(1), set()
    for _ in range(400):
        left = wal.cut(fresh, since, END, random)
        same = next(
            (at for at, (a, b) in enumerate(zip(left, fresh, strict=False)) if a != b), None
        )
        found.add(len(left) if same is None else same)
    starts = range(max(since, wal.HEADER), END.offset, wal.FRAME + PAGE)
    writes = {0, *(at - since for at in starts), END.offset - since}
    writes |= {at + wal.FRAME - since for at in starts}
    # What an older log left may agree with a byte or two of the new one.
    assert {max(each for each in writes if each <= at) for at in found} == writes
    assert all(min(at - each for each in writes if each <= at) <= 2 for at in found)


def test_a_lost_power_loses_whole_sectors_of_what_was_not_synced() -> None:
    since = End(PAGE, 1, b"").offset
    fresh = (FRESH * 3)[: END.offset - since]
    random, whole, none, holes = Random(1), 0, 0, 0
    for _ in range(400):
        left = wal.torn(fresh, since, END, random).ljust(len(fresh), b"\0")
        lost = {(since + at) // wal.SECTOR for at in range(len(fresh)) if left[at] != fresh[at]}
        sectors = set(range(since // wal.SECTOR, (END.offset - 1) // wal.SECTOR + 1))
        whole += not lost
        none += lost == sectors
        holes += bool(lost) and max(sectors) not in lost
    assert min(whole, none, holes) > 10


def test_of_a_page_that_is_copied_each_sector_is_old_or_new() -> None:
    before, after = b"a" * 4 * PAGE, b"b" * 6 * PAGE
    random, kinds = Random(1), set()
    for _ in range(100):
        left = wal.mixed(before, after, wal.SECTOR, random)
        assert len(left) in (len(before), len(after))
        pieces = [left[at : at + wal.SECTOR] for at in range(0, len(left), wal.SECTOR)]
        for at, piece in enumerate(pieces):
            old = b"a" if at < len(before) // wal.SECTOR else b"\0"
            assert piece in (old * wal.SECTOR, b"b" * wal.SECTOR)
        kinds.add(frozenset(pieces))
    assert len(kinds) > 3


def _frames(log: bytes) -> int:
    """How many count: those of the header's salts, up to the last that ends a commit."""
    (page,) = unpack(">I", log[8:12])
    salts, found = log[16:24], 0
    for number, at in enumerate(range(wal.HEADER, len(log) - page, wal.FRAME + page), 1):
        ends, frame_salts = log[at + 4 : at + 8], log[at + 8 : at + 16]
        if frame_salts != salts:
            break
        if any(ends):
            found = number
    return found
