"""What one turn writes, gathered in memory and then written in few prepared statements.

Rule: a turn decides first and writes once; a row that changed five times in a turn is written
once. Nothing here reads, so that the order of `write` is the only order there is.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from hub.rules.kinds import ALARM_KINDS
from hub.rules.model import Alarm, Deadline, Record, Visit
from hub.rules.phases import ENDED
from hub.store.log import INSERT_PAYLOAD, INSERT_ROW, LogTuple
from hub.store.store import Store

MAX_DEAD_LETTERS = 10_000  # newest kept; each is at most a token long
MAX_RAW_BYTES = 1_500
OPEN_RANK = 5  # of a visit's deadline; alarms have 1 to 4 and go first after an outage
RECORD_RANK = 6  # of what is written down: it waits for those

Values = tuple[Any, ...]  # of one row, in the order of its statement

_VISIT = """
INSERT INTO visit (id, phase, level, client, tracker, planned_start_ms, planned_end_ms,
    next_due_ms, open, state, created_ms, changed_ms) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, level = excluded.level,
    client = excluded.client, tracker = excluded.tracker,
    planned_start_ms = excluded.planned_start_ms, planned_end_ms = excluded.planned_end_ms,
    next_due_ms = excluded.next_due_ms, open = excluded.open, state = excluded.state,
    changed_ms = excluded.changed_ms
"""
_PART = """
INSERT INTO part (visit, worker, pendant, phase, open, planned_start_ms, planned_end_ms)
VALUES (?,?,?,?,?,?,?)
ON CONFLICT (visit, worker) DO UPDATE SET pendant = excluded.pendant, phase = excluded.phase,
    open = excluded.open, planned_start_ms = excluded.planned_start_ms,
    planned_end_ms = excluded.planned_end_ms
"""
_ALARM = """
INSERT INTO alarm (id, kind, rank, state, visit, worker, pendant, source, raised_ms, next_ms,
    silent, changed_ms, state_json) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, rank = excluded.rank, state = excluded.state,
    visit = excluded.visit, worker = excluded.worker, pendant = excluded.pendant,
    source = excluded.source, next_ms = excluded.next_ms, silent = excluded.silent,
    changed_ms = excluded.changed_ms, state_json = excluded.state_json
"""
_RECORD = """
INSERT INTO record (id, kind, state, client, worker, open, next_ms, created_ms, changed_ms,
    state_json) VALUES (?,?,?,?,?,?,?,?,?,?)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, client = excluded.client,
    worker = excluded.worker, open = excluded.open, next_ms = excluded.next_ms,
    changed_ms = excluded.changed_ms, state_json = excluded.state_json
"""
_DEADLINE = """
INSERT INTO deadline (owner, timer, worker, due_ms, anchor_ms, rank) VALUES (?,?,?,?,?,?)
ON CONFLICT (owner, timer, worker) DO UPDATE SET due_ms = excluded.due_ms,
    anchor_ms = excluded.anchor_ms, rank = excluded.rank
"""
_NO_DEADLINE = "DELETE FROM deadline WHERE owner = ? AND timer = ? AND worker = ?"
_PRESS = "INSERT OR IGNORE INTO press (pendant, identity, alarm) VALUES (?,?,?)"
_SEEN = "INSERT INTO seen (key_id, boot, seq, sha) VALUES (?,?,?,?)"
_PAGE = """
INSERT INTO page (id, alarm, visit, person, role, step, round, subject, body, state, not_before_ms,
    lease_until_ms, attempts, created_ms, sent_ms, note)
VALUES (?,?,?,?,?,?,?,?,?,'waiting',?,0,0,?,NULL,'')
"""
UPDATE_PENDANT = """
UPDATE pendant SET boot = ?, last_beat_ms = ?, battery_pct = ?, signal_pct = ?, dropped = ?,
    beat_lost = ?, watched = ?, echoed = ?, standing_version = ?, standing = ?, open_presses = ?,
    refused = ?, gasped_ms = ?
WHERE id = ?
"""
_BOOT = """
INSERT INTO boot (key_id, boot, floor_ms, known_ms, beat_seq) VALUES (?,?,?,?,?)
ON CONFLICT (key_id, boot) DO UPDATE SET known_ms = excluded.known_ms,
    beat_seq = excluded.beat_seq
"""
_DEAD_LETTER = (
    "INSERT INTO dead_letter (received_ms, topic, reason, detail, raw) VALUES (?,?,?,?,?)"
)
_OLD_LETTERS = "DELETE FROM dead_letter WHERE id <= (SELECT MAX(id) FROM dead_letter) - ?"
_META = (
    "INSERT INTO meta (key, value) VALUES (?,?)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)


@dataclass(slots=True)
class Changes:
    """Dictionaries where the last word counts, lists where every row does."""

    log: list[LogTuple] = field(default_factory=list)
    payload: list[tuple[int, str]] = field(default_factory=list)
    visits: dict[str, Values] = field(default_factory=dict)
    parts: dict[tuple[str, str], Values] = field(default_factory=dict)
    alarms: dict[str, Values] = field(default_factory=dict)
    records: dict[str, Values] = field(default_factory=dict)
    deadlines: dict[tuple[str, str, str], Values | None] = field(default_factory=dict)
    presses: list[Values] = field(default_factory=list)
    seen: list[Values] = field(default_factory=list)
    pages: list[Values] = field(default_factory=list)
    beats: dict[str, Values] = field(default_factory=dict)
    boots: dict[tuple[str, str], Values] = field(default_factory=dict)
    dead_letters: list[Values] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    other: list[tuple[str, Values]] = field(default_factory=list)  # seldom: people, duty, terms

    def visit(self, visit: Visit, state: str, due_ms: int | None, times: tuple[int, int]) -> None:
        """`times`: created and changed."""
        is_open = int(any(part.phase not in ENDED for part in visit.parts))
        self.visits[visit.id] = (
            visit.id, visit.phase, visit.level, visit.client, visit.tracker,
            visit.planned_start_ms, visit.planned_end_ms, due_ms, is_open, state, *times,
        )  # fmt: skip
        for part in visit.parts:
            self.parts[visit.id, part.worker] = (
                visit.id, part.worker, part.pendant, part.phase, int(part.phase not in ENDED),
                visit.planned_start_ms, visit.planned_end_ms,
            )  # fmt: skip

    def alarm(self, alarm: Alarm, state: str, changed_ms: int) -> None:
        next_ms = None if alarm.state == "resolved" else alarm.next_ms
        self.alarms[alarm.id] = (
            alarm.id, alarm.kind, rank_of(alarm), alarm.state, alarm.visit, alarm.worker,
            alarm.pendant, alarm.source, alarm.raised_ms, next_ms, int(alarm.silent), changed_ms,
            state,
        )  # fmt: skip

    def record(self, record: Record, state: str, is_open: bool, changed_ms: int) -> None:
        """The time it was created is its first act's, or this."""
        created_ms = record.acts[0].at_ms if record.acts else changed_ms
        next_ms = min((due.due_ms for due in record.due), default=None)
        self.records[record.id] = (
            record.id, record.kind, record.state, record.client, record.worker, int(is_open),
            next_ms, created_ms, changed_ms, state,
        )  # fmt: skip

    def deadline(self, owner: str, due: Deadline, rank: int) -> None:
        key = (owner, due.timer, due.worker)
        self.deadlines[key] = (*key, due.due_ms, due.anchor_ms, rank)

    def no_deadline(self, owner: str, due: Deadline) -> None:
        self.deadlines[owner, due.timer, due.worker] = None

    def dead_letter(self, at_ms: int, topic: str, reason: str, detail: str, raw: bytes) -> None:
        self.dead_letters.append(
            (at_ms, topic[:200], reason, detail[:200], bytes(raw[:MAX_RAW_BYTES]))
        )

    def write(self, store: Store) -> None:
        """All of it, inside the store's open transaction."""
        gone = [key for key, row in self.deadlines.items() if row is None]
        kept = [row for row in self.deadlines.values() if row is not None]
        for statement, rows in (
            (INSERT_ROW, self.log),
            (INSERT_PAYLOAD, self.payload),
            (_SEEN, self.seen),
            (_VISIT, self.visits.values()),
            (_PART, self.parts.values()),
            (_ALARM, self.alarms.values()),
            (_RECORD, self.records.values()),
            (_NO_DEADLINE, gone),
            (_DEADLINE, kept),
            (_PRESS, self.presses),
            (_PAGE, self.pages),
            (UPDATE_PENDANT, self.beats.values()),
            (_BOOT, self.boots.values()),
            (_DEAD_LETTER, self.dead_letters),
            (_META, self.meta.items()),
        ):
            if rows:
                store.write_many(statement, rows)
        if self.dead_letters:
            store.write(_OLD_LETTERS, (MAX_DEAD_LETTERS,))
        for statement, values in self.other:
            store.write(statement, values)


def rank_of(alarm: Alarm) -> int:
    return ALARM_KINDS[alarm.kind][0]


# What is written here was made here, of the rules' plain values: it has no circles to look for.
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def text_of(plain: object) -> str:
    """JSON as it is stored: compact, the keys in the order they were made."""
    return _JSON.encode(plain)
