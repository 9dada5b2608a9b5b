"""Somebody who opens the hub's database while it runs, and looks whether everybody is watched.

Rule: what is found is what any reader of the file would find, between two commits; nothing of it
reaches the hub, and a look changes nothing. What is true at the end only proves nothing of before.
"""

import sqlite3
from pathlib import Path

from hub.store import schema
from hub.store.log import snapshot
from simulator.chaos import kept, logbook
from simulator.chaos.bounds import Bounds
from simulator.storm.seen import Seen, Unwatched
from simulator.storm.timeline import Due, Timeline

EVERY_MS = 180_000
BOUNDS = Bounds()


class Onlooker:
    """Looks at one hub's file, from `begin` to `stop`."""

    def __init__(self, timeline: Timeline, seen: Seen) -> None:
        self._timeline = timeline
        self._seen = seen
        self._conn: sqlite3.Connection | None = None
        self._next: Due | None = None
        self._told: set[str] = set()

    def begin(self, folder: Path) -> None:
        """A process of the hub has opened the file in that folder, and decided nothing yet."""
        uri = f"{(folder / schema.NAME).resolve().as_uri()}?mode=ro"
        self._conn = sqlite3.connect(uri, uri=True, isolation_level=None)
        self._look()

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()
        if self._conn is not None:
            self._conn.close()
        self._conn = self._next = None

    def _look(self) -> None:
        if self._conn is None:
            return
        with snapshot(self._conn):
            book = logbook.of(self._conn, lines=False)
        found = [
            violation.what
            for statement in (kept.watched, kept.next_action)
            for violation in statement(self._seen, book, BOUNDS)
        ]
        for what in found:
            if what not in self._told:
                self._seen.add(Unwatched(self._timeline.now_ms, what))
        self._told = set(found)
        self._next = self._timeline.after(EVERY_MS, self._look)
