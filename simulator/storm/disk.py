"""The hub's store on a disk that may die: the production `Store`, with an instant between any two
of its acts, and the files as a death at that instant leaves them.

Rules: what `commit` has returned for is in every image, what it was not called for in none; in the
middle of a commit or a checkpoint any part of what was being written may be there. A dead store
does nothing more, whatever is still called in the `except` and `finally` of whoever used it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, NoReturn, cast

from hub.store import schema
from hub.store.genesis import Genesis
from hub.store.store import Store
from simulator.storm import wal
from simulator.storm.fate import Fate, Killed
from simulator.storm.wal import End, Files

# The instants, in the order in which a turn meets them.
BEGIN, BEGUN = "begin", "begun"
WRITE, WRITTEN = "write", "written"
COMMIT = "commit"  # nothing is in the file yet
COMMITTING = "committing"  # it is being written, and not synced
CHECKPOINTING = "checkpointing"  # synced; its pages are being copied into the database
COMMITTED = "committed"
INSTANTS = (BEGIN, BEGUN, WRITE, WRITTEN, COMMIT, COMMITTING, CHECKPOINTING, COMMITTED)
CHECKPOINT_FRAMES = 1_000  # as SQLite does by itself in a commit: here it is an act of its own


Trouble = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Committing:
    since: int  # from here on the log is not synced


@dataclass(frozen=True, slots=True)
class _Checkpointing:
    before: bytes  # what the database was


class _Gone:
    """Stands where a dead store's connection was."""

    def __getattr__(self, name: str) -> NoReturn:
        raise Killed(f"the process that calls {name} is dead")


_GONE = cast(sqlite3.Connection, _Gone())


def no_trouble(_act: str) -> None:
    """A disk that takes everything at once."""


class StormStore(Store):
    """`trouble` is called with WRITE or COMMIT before anything of it is done: it may let time pass
    (a slow disk; until a commit is synced no reader sees it) or raise sqlite3.OperationalError (a
    full one)."""

    _opened: Files | None = None  # a store closes itself where it cannot be opened
    _grave: sqlite3.Connection | None = None

    def __init__(
        self, folder: Path, wanted: Genesis | None, fate: Fate, trouble: Trouble = no_trouble
    ) -> None:
        super().__init__(folder, wanted)
        self.conn.execute("PRAGMA wal_autocheckpoint = 0")
        self._fate = fate
        self._trouble = trouble
        self._files = self._opened = Files(self.path)
        self._middle: _Committing | _Checkpointing | None = None

    def _instant(self, name: str) -> None:
        try:
            self._fate.instant(name)
        except Killed:
            self.die()
            raise

    def _before(self, act: str) -> None:
        self._instant(act)
        try:
            self._trouble(act)
        except Killed:
            self.die()
            raise

    # A turn's acts.

    def begin(self) -> None:
        self._instant(BEGIN)
        super().begin()
        self._instant(BEGUN)

    def write(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._before(WRITE)
        super().write(statement, values)
        self._instant(WRITTEN)

    def write_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        self._before(WRITE)
        super().write_many(statement, rows)
        self._instant(WRITTEN)

    def commit(self) -> None:
        self._before(COMMIT)
        before = self._files.end()
        super().commit()
        end = self._files.end()
        goes_on = before.frames and before.salts == end.salts
        self._middle = _Committing(before.offset if goes_on else 0)
        self._instant(COMMITTING)
        self._middle = None
        if end.frames >= CHECKPOINT_FRAMES:
            self._checkpoint()
        self._instant(COMMITTED)

    def _checkpoint(self) -> None:
        before = self._files.database()
        self.conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self._middle = _Checkpointing(before)
        self._instant(CHECKPOINTING)
        self._middle = None

    def rollback(self) -> None:
        if not self.is_dead:
            super().rollback()

    # Death.

    @property
    def is_dead(self) -> bool:
        return self._grave is not None

    def die(self) -> None:
        """The process is gone: from here on whoever calls is told so, and nothing is done."""
        if self._grave is None:
            self._grave, self.conn = self.conn, _GONE

    def image(self, to: Path, power_loss: bool, stream: Random) -> None:
        """Into another folder: the files as they are if it ends now, the process only or the
        machine. Changes nothing, and may be asked of a store that died at this instant."""
        to.mkdir(parents=True, exist_ok=True)
        files, end, middle = self._files, self._files.end(), self._middle
        if isinstance(middle, _Checkpointing):
            piece = wal.SECTOR if power_loss else end.page
            pages = wal.mixed(middle.before, files.database(), piece, stream)
            (to / schema.NAME).write_bytes(pages)
        else:
            files.copy_database(to / schema.NAME)
        since = middle.since if isinstance(middle, _Committing) else end.offset
        with (to / f"{schema.NAME}-wal").open("wb") as log:
            files.copy_wal(log, since)
            log.write(self._behind(since, end, power_loss, stream))

    def _behind(self, since: int, end: End, power_loss: bool, stream: Random) -> bytes:
        """What follows in the log on what was synced."""
        if since < end.offset:
            leave = wal.torn if power_loss else wal.cut
            return leave(self._files.wal(since, end.offset), since, end, stream)
        return wal.tail(self._files.wal(wal.HEADER, wal.TAIL), stream) if power_loss else b""

    def leave(self, to: Path, power_loss: bool, stream: Random) -> None:
        """Die now, and leave the files for the next hub."""
        self.image(to, power_loss, stream)
        self.die()

    def close(self) -> None:
        """Ends a living one in good order; of a dead one only its handles are given back, when
        nobody will ask for an image any more."""
        self.conn = self._grave or self.conn
        super().close()
        if self._opened is not None:
            self._opened.close()
        if self._grave is not None:
            self.conn = _GONE
