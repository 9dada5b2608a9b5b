"""A database's files from outside: where its log ends, and what a death leaves of them.

Rule: what SQLite has synced is never harmed; of what it was just writing any part may be there and
any may not. The formats are those of https://www.sqlite.org/walformat.html and fileformat2.html:
a 32-byte header, then frames of 24 bytes and a page; the index's first bytes say how many count.
"""

import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from struct import Struct
from typing import BinaryIO

HEADER = 32
FRAME = 24
SECTOR = 512  # the smallest piece that a disk writes whole
TAIL = 10_000  # at most so much lies behind the end: two frames of the usual size, and a bit

# From byte 14 of the index: the page's size, frames that count, pages of the database, the last
# frame's checksum, the salts. The byte order is the machine's.
_INDEX = Struct("=HII8s8s")
_INDEX_AT = 14


@dataclass(frozen=True, slots=True)
class End:
    """Where the log ended at some moment. Other salts: it has begun anew since."""

    page: int
    frames: int
    salts: bytes

    @property
    def offset(self) -> int:
        return HEADER + self.frames * (FRAME + self.page)


class Files:
    """Handles of a living database's files. They stay open as long as it does: closing one would
    take SQLite's locks in this process along (POSIX)."""

    def __init__(self, path: Path) -> None:
        names = (path, f"{path}-wal", f"{path}-shm")
        self._handles = [os.open(name, os.O_RDONLY) for name in names]
        self._index = mmap.mmap(self._handles[2], 0, prot=mmap.PROT_READ)

    def end(self) -> End:
        page, frames, _, _, salts = _INDEX.unpack_from(self._index, _INDEX_AT)
        return End(65_536 if page == 1 else page, frames, salts)

    def database(self) -> bytes:
        return os.pread(self._handles[0], os.fstat(self._handles[0]).st_size, 0)

    def copy_database(self, to: Path) -> None:
        with to.open("wb") as copy:
            _send(self._handles[0], copy, os.fstat(self._handles[0]).st_size)

    def wal(self, since: int, until: int) -> bytes:
        return os.pread(self._handles[1], until - since, since)

    def copy_wal(self, to: BinaryIO, until: int) -> None:
        """What lies behind its end is of an older log and counts no more."""
        _send(self._handles[1], to, min(until, os.fstat(self._handles[1]).st_size))

    def close(self) -> None:
        self._index.close()
        for handle in self._handles:
            os.close(handle)


def _send(handle: int, to: BinaryIO, size: int) -> None:
    done = 0
    while done < size:
        done += os.sendfile(to.fileno(), handle, done, size - done)


def cut(fresh: bytes, since: int, end: End, stream: Random) -> bytes:
    """A process dies while it writes what comes after `since`: so many writes were done, and behind
    them is the file's end, or what an older log left there."""
    done = stream.choice([0, *(at - since for at in _writes(since, end))])
    return fresh[:done] + _left_there(len(fresh) - done, stream)


def _writes(since: int, end: End) -> Iterator[int]:
    """Where each write ends: the header once, then a frame's head and its page."""
    at = since
    if at < HEADER:
        at = HEADER
        yield at
    while at < end.offset:
        yield at + FRAME
        at += FRAME + end.page
        yield at


def torn(fresh: bytes, since: int, _end: End, stream: Random) -> bytes:
    """The power goes before what comes after `since` is synced: the disk may have written any of
    its sectors, in any order."""
    length = stream.choice([0, len(fresh), stream.randint(0, len(fresh))])
    found = bytearray(fresh[:length])
    lost = stream.choice([0.0, 0.02, 0.5])
    at = 0
    while at < length:
        till = min(length, at + SECTOR - (since + at) % SECTOR)
        if stream.random() < lost:
            found[at:till] = stream.choice([bytes(till - at), stream.randbytes(till - at)])
        at = till
    return bytes(found) + _left_there(len(fresh) - length, stream)


def tail(frames: bytes, stream: Random) -> bytes:
    """Nothing was being written; behind the end there may be anything, also what looks like the
    frames of this log."""
    more = stream.randint(0, TAIL)
    return stream.choice([b"", stream.randbytes(more), frames[:more]])


def mixed(before: bytes, after: bytes, piece: int, stream: Random) -> bytes:
    """Pages that were being copied into the database: of each piece the old or the new."""
    new = stream.choice([0.0, 0.5, 0.98, 1.0])
    length = len(after) if stream.random() < new else len(before)
    found = bytearray(after[:length].ljust(length, b"\0"))
    for at in range(0, min(len(before), length), piece):
        if stream.random() >= new:
            found[at : at + piece] = before[at : at + piece]
    for at in range(len(before), length, piece):
        if stream.random() >= new:
            found[at : at + piece] = bytes(len(found[at : at + piece]))
    return bytes(found)


def _left_there(length: int, stream: Random) -> bytes:
    return stream.choice([b"", bytes(length), stream.randbytes(length)])
