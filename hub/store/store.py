"""`Store`: the one writer. Holds the lock, the connection and every statement that changes state.

Rule: everything a turn changes is written between `begin` and `commit`, and a commit is on the
disk when it returns (WAL with synchronous=FULL, read back at the start and refused otherwise).
Reads here are for the engine, on the writer's own connection, so that it sees its own turn.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from hub.store import genesis as genesis_row
from hub.store import schema
from hub.store.genesis import Genesis, GenesisRefused
from hub.store.migrations import MIGRATIONS, unknown_to_us

LOCK = "hub.lock"
BUSY_MS = 5_000  # a checkpoint or a backup may hold the file for a moment
# name -> what it must read back as; without any one of them a promise would be a lie
PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
CACHE_KIB = 64_000
Row = tuple[Any, ...]  # columns of many types; each reader names them


class StoreRefused(Exception):
    """The database cannot be opened as it must be; the message says what to do."""


class Store:
    """One per folder. `lock_folder=False` only where a test copies a dead hub's files."""

    def __init__(self, folder: Path, wanted: Genesis | None = None) -> None:
        """Opens, or creates when `wanted` says as what. Raises StoreRefused or GenesisRefused."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(folder)
        self.path = folder / schema.NAME
        if wanted is None and not self.path.exists():
            os.close(self._lock)
            raise StoreRefused(f"there is no hub database in {folder}: start the hub once")
        self.conn = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
            self.genesis = self._genesis(wanted)
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        self.conn.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        self.conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        for name, wanted in PRAGMAS.items():
            self.conn.execute(f"PRAGMA {name} = {wanted}")
            found = self.conn.execute(f"PRAGMA {name}").fetchone()[0]
            if found != wanted:
                raise StoreRefused(
                    f"{self.path}: SQLite answers {name} = {found}, the hub needs {wanted}: is the"
                    " folder on a network drive?"
                )
        database = Database(self.conn)
        if newer := unknown_to_us(database):
            raise StoreRefused(
                f"{self.path} was written by a newer allswell (it has {', '.join(newer)}):"
                " start that version, or restore the backup from before the upgrade"
            )
        MIGRATIONS.apply(database)

    def _genesis(self, wanted: Genesis | None) -> Genesis:
        found = genesis_row.load(self.conn)
        if found is not None:
            if wanted is not None and wanted.mode != found.mode:
                raise GenesisRefused(
                    f"{self.path} is a {found.mode} database of {found.organisation}; it cannot"
                    f" be opened as {wanted.mode}"
                )
            return found
        if wanted is None:
            raise StoreRefused(f"{self.path} has no genesis row: it was never finished")
        wanted.check()
        self.conn.execute(
            "INSERT INTO genesis (id, organisation, zone, mode, created_ms) VALUES (?,?,?,?,?)",
            (wanted.id, wanted.organisation, wanted.zone, wanted.mode, wanted.created_ms),
        )
        return wanted

    # One turn.

    def begin(self) -> None:
        self.conn.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.conn.execute("COMMIT")

    def rollback(self) -> None:
        """Also after an error that has already ended the transaction."""
        if self.conn.in_transaction:
            self.conn.execute("ROLLBACK")

    def write(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Every change goes through here or `write_many`: one place to fail a test's disk."""
        self.conn.execute(statement, values)

    def write_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        self.conn.executemany(statement, rows)

    def one(self, statement: str, values: Sequence[Any] = ()) -> Row | None:
        row: Row | None = self.conn.execute(statement, values).fetchone()
        return row

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        return self.conn.execute(statement, values).fetchall()

    # Small facts that are nobody's row.

    def meta(self, key: str, default: str = "") -> str:
        row = self.one("SELECT value FROM meta WHERE key = ?", (key,))
        return default if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        self.write(
            "INSERT INTO meta (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    @property
    def last_commit_ms(self) -> int:
        """When the last turn was; the hub's clock never precedes it."""
        return int(self.meta("last_ms", str(self.genesis.created_ms)))

    def close(self) -> None:
        self.conn.close()
        os.close(self._lock)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder's lock for a while, without opening the database. Raises StoreRefused."""
    handle = _lock(folder)
    try:
        yield
    finally:
        os.close(handle)


def _lock(folder: Path) -> int:
    """The folder's lock, held for as long as the process lives (the kernel lets go of it)."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        holder = os.read(handle, 32).decode(errors="replace").strip() or "unknown"
        os.close(handle)
        raise StoreRefused(
            f"another hub (process {holder}) already runs on {folder}: stop it, or give this one"
            " another folder"
        ) from exc
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle
