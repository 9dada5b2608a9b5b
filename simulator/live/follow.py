"""Follows the hub's own log into the feed, and knows what time it is there.

The rule it keeps: it only reads, through the hub's own read-only views, and goes on over kills and
restores of the hub. It polls: nobody has to tell it anything, so nobody can forget to.
"""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from hub.rules.model import Alarm
from hub.store.log import Row
from hub.store.reader import Reader
from simulator.live.feed import Feed

POLL_S = 0.04
_AT_ONCE = 500
# The log's kinds that change an alarm -> the word of the feed
ALARM_WORDS = {
    "alarm_raised": "raised",
    "alarm_pressed": "pressed",
    "alarm_answered": "answered",
    "acknowledge": "acknowledged",
    "choose_case": "read",
    "resolve": "resolved",
}


class Follower:
    """Log rows become happenings of source `log`, and alarms' rows also of source `alarm`."""

    def __init__(self, folder: Path, feed: Feed, speed: int) -> None:
        self._folder = folder
        self._feed = feed
        self._speed = speed
        self._seen = 0
        self._last_ms = 0  # the newest time the hub has said
        self._ahead_ms: float | None = None  # rule time less link time times speed; only grows
        self._runs = False
        self._tasks: dict[tuple[str, str], tuple[str, int]] = {}  # (alarm, task): state, due
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log-follower", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def rule_ms(self) -> int:
        """The hub's time now, at most one poll and one turn behind; it stands while the hub does,
        because a scaled clock goes on from its last commit."""
        with self._lock:
            if self._ahead_ms is None:
                return self._last_ms
            return int(time.monotonic() * 1000 * self._speed + self._ahead_ms)

    def hub_runs(self, runs: bool) -> None:
        """Started or stopped: what was known of its clock is void."""
        with self._lock:
            self._runs = runs
            self._ahead_ms = None

    def at_speed(self, speed: int) -> None:
        """The hub was stopped and will go on with another clock."""
        with self._lock:
            self._speed = speed
            self._ahead_ms = None

    def hub_says(self, now_ms: int) -> None:
        """A look at the hub's clock."""
        with self._lock:
            self._last_ms = max(self._last_ms, now_ms)
            if self._runs:
                ahead_ms = now_ms - time.monotonic() * 1000 * self._speed
                self._ahead_ms = max(ahead_ms, self._ahead_ms or ahead_ms)

    @contextlib.contextmanager
    def exchange(self) -> Iterator[None]:
        """While somebody puts another database in its place: what stands in that one is old."""
        with self._lock:
            yield
            self._seen = 0
            self._tasks.clear()
            self._last_ms = 0  # its time is older too
            with contextlib.closing(Reader(self._folder)) as reader:
                while rows := reader.log_rows(self._seen, _AT_ONCE):
                    self._seen = rows[-1].seq

    def _run(self) -> None:
        while not self._ended.wait(POLL_S):
            # No database yet, one that is just being made, or one that is just going away.
            with contextlib.suppress(sqlite3.Error, ValueError):
                self._poll()

    def _poll(self) -> None:
        """A fresh look each time: the file may be another one than a moment ago."""
        with self._lock, contextlib.closing(Reader(self._folder)) as reader:
            for row in reader.log_rows(self._seen, _AT_ONCE):
                self._seen = row.seq
                self._told(row, reader)
            last_ms = reader.health().last_turn_ms
        if last_ms > self._last_ms:
            self.hub_says(last_ms)

    def _told(self, row: Row, reader: Reader) -> None:
        facts = {
            "seq": row.seq, "visit": row.visit, "alarm": row.alarm, "pendant": row.pendant,
            "by": row.by, "recorded_ms": row.recorded_ms,
        }  # fmt: skip
        self._feed.add("log", row.kind, row.worker, row.reason, row.at_ms, facts)
        alarm = reader.alarm(row.alarm) if row.alarm else None
        if row.alarm and row.kind in ALARM_WORDS:
            kind = alarm.kind if alarm is not None else "unknown"
            what = f"{kind} {ALARM_WORDS[row.kind]}"
            self._feed.add("alarm", what, row.worker, row.reason, row.at_ms, facts)
        if alarm is not None:
            self._tasks_of(alarm, row)

    def _tasks_of(self, alarm: Alarm, row: Row) -> None:
        """What has become of each thing that a person must do by hand: `call-999 open`, `done`,
        `spared`, `waived`; `asked` when its time came and nobody had done it."""
        for task in alarm.tasks:
            old = self._tasks.get((alarm.id, task.id))
            new = self._tasks[alarm.id, task.id] = (task.state, task.due_ms)
            if old == new:
                continue
            word = "asked" if old is not None and old[0] == task.state else task.state
            facts = {"alarm": alarm.id, "due_ms": task.due_ms, "by": task.by}
            what = f"{task.id} {word}"
            self._feed.add("task", what, alarm.worker, task.text, row.at_ms, facts)
