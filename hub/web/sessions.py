"""Who is logged in, in a small database of the web's own: sessions.db beside the store.

Rule: logging in must work while the engine is busy or stuck, because that is when somebody must
see the board; so sessions are not the engine's to write. Nothing here says anything about a visit:
losing the file logs people out and loses nothing else. Tokens are stored as digests, so that a copy
of the file opens no session. Times are real time, not the organisation's rule time.
"""

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NAME = "sessions.db"
TOKEN_BYTES = 32
IDLE_MS = 12 * 3_600_000  # one shift; a board on the wall asks every minute and stays
LONGEST_MS = 7 * 24 * 3_600_000  # even the wall logs in once a week
TOUCH_MS = 60_000  # how exactly the last use is kept: a write a minute, not one a request
SESSIONS_PER_PERSON = 20  # the oldest goes: a script that never logs out cannot fill the disk

SCHEMA = """
create table if not exists session (
    digest text primary key, person text not null, csrf text not null, via text not null,
    created_ms integer not null, used_ms integer not null
);
create index if not exists session_person on session (person, created_ms);
"""


@dataclass(frozen=True, slots=True)
class Session:
    """One logged-in browser or program. `via`: "cookie" or "token" (which needs no CSRF field)."""

    key: str
    person: str
    csrf: str
    via: str
    created_ms: int


class Sessions:
    """Opens, finds and closes sessions. Any thread."""

    def __init__(self, path: Path | str, wall_ms: Callable[[], int]) -> None:
        self._lock = threading.Lock()
        self._wall_ms = wall_ms
        self._db = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        # A session lost in a power cut costs a login; it is not worth a flush to disk.
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(SCHEMA)

    def open(self, person: str, via: str = "cookie") -> tuple[str, Session]:
        """A new session: the token for the browser, and what the token stands for."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._wall_ms()
        session = Session(digest(token), person, secrets.token_urlsafe(TOKEN_BYTES), via, now)
        row = (session.key, person, session.csrf, via, now, now)
        with self._lock:
            self._db.execute("insert into session values (?, ?, ?, ?, ?, ?)", row)
            self._db.execute(
                "delete from session where person = ? and digest not in (select digest from session"
                " where person = ? order by created_ms desc, rowid desc limit ?)",
                (person, person, SESSIONS_PER_PERSON),
            )
        return token, session

    def find(self, token: str, via: str) -> Session | None:
        """The live session of a token, or None. Finding it keeps it alive."""
        key, now = digest(token), self._wall_ms()
        with self._lock:
            row = self._db.execute(
                "select digest, person, csrf, via, created_ms, used_ms from session"
                " where digest = ? and via = ?",
                (key, via),
            ).fetchone()
            if row is None:
                return None
            created_ms, used_ms = int(row[4]), int(row[5])
            if now - used_ms > IDLE_MS or now - created_ms > LONGEST_MS:
                self._db.execute("delete from session where digest = ?", (key,))
                return None
            if now - used_ms > TOUCH_MS:
                self._db.execute("update session set used_ms = ? where digest = ?", (now, key))
        return Session(str(row[0]), str(row[1]), str(row[2]), str(row[3]), created_ms)

    def close_one(self, session: Session) -> None:
        """Log out."""
        with self._lock:
            self._db.execute("delete from session where digest = ?", (session.key,))

    def close_all(self, person: str) -> None:
        """Her password is another: whoever was in by the old one is out."""
        with self._lock:
            self._db.execute("delete from session where person = ?", (person,))

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._db.close()


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
