"""One-time links: whoever holds one chooses the password of the person it was made for.

Rule: only a link's digest is kept, it ends by itself, it works once, and a newer one for the same
person ends the older. They stand beside the sessions, in the web's own database: whoever cannot log
in must be helped while the engine is stuck, and losing the file loses nothing that cannot be made
again.
"""

import os
import secrets
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hub.web.sessions import TOKEN_BYTES, digest

LASTS_H = 72  # made on a Friday, used on a Monday
LONGEST_H = 14 * 24
WAY_IN = "/welcome/"

SCHEMA = """
create table if not exists invitation (
    digest text primary key, person text not null unique, until_ms integer not null
);
"""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One link, without its token."""

    key: str
    person: str
    until_ms: int


class Invitations:
    """Makes, finds and uses up links. Any thread, and any process of the hub's user."""

    def __init__(self, path: Path, wall_ms: Callable[[], int]) -> None:
        self._lock = threading.Lock()
        self._wall_ms = wall_ms
        # Whoever is first makes the file, and nobody else may look into it. One that is there is
        # not opened here: closing any handle of it would drop the locks of this process's other
        # connections (POSIX), and the next program that looks would take the file for its own.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.executescript(SCHEMA)

    def make(self, person: str, lasts_h: int = LASTS_H) -> str:
        """The token of a new link for this person."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        until_ms = self._wall_ms() + lasts_h * 3_600_000
        with self._lock:
            self._db.execute("delete from invitation where until_ms <= ?", (self._wall_ms(),))
            self._db.execute(
                "insert or replace into invitation values (?, ?, ?)",
                (digest(token), person, until_ms),
            )
        return token

    def find(self, token: str) -> Invitation | None:
        """Whose link this is, if it is still good. Looking does not use it up: previews look."""
        with self._lock:
            row = self._db.execute(
                "select digest, person, until_ms from invitation where digest = ? and until_ms > ?",
                (digest(token), self._wall_ms()),
            ).fetchone()
        return None if row is None else Invitation(str(row[0]), str(row[1]), int(row[2]))

    def use_up(self, found: Invitation) -> bool:
        """Whether it was still there: of two who come at once, one has it."""
        with self._lock:
            done = self._db.execute("delete from invitation where digest = ?", (found.key,))
        return done.rowcount == 1

    def give_back(self, found: Invitation) -> None:
        """What it was used up for did not happen. A newer link for her goes before."""
        with self._lock:
            self._db.execute(
                "insert or ignore into invitation values (?, ?, ?)",
                (found.key, found.person, found.until_ms),
            )

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._db.close()
