"""The append-only log: rows chained by digests over payloads that may be erased.

A row says what kind of thing happened, when, to whom (ids only) and why; its payload holds the
input as the rules saw it and the decision they made. `digest` covers the row before, every column
and the payload's SHA-256: a blanked payload still verifies, an altered one does not (ADR 0002).
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hub.store.genesis import load as load_genesis

COLUMNS = (
    "seq, kind, at_ms, recorded_ms, visit, alarm, worker, pendant, by, rules_version, reason,"
    " payload_sha, digest"
)
INSERT_ROW = f"INSERT INTO log ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
INSERT_PAYLOAD = "INSERT INTO payload (seq, body) VALUES (?, ?)"

# What a row holds in the order of COLUMNS, to be inserted as it is.
LogTuple = tuple[int, str, int, int, str, str, str, str, str, str, str, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the log. `body` is the payload, None when it was erased or not asked for."""

    seq: int
    kind: str
    at_ms: int
    recorded_ms: int
    visit: str
    alarm: str
    worker: str
    pendant: str
    by: str
    rules_version: str
    reason: str
    payload_sha: bytes
    digest: bytes
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The last row's number and digest: what the next row is chained to."""

    seq: int
    digest: bytes


_JSON = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False)


def encode(fields: tuple[str | int, ...]) -> bytes:
    """The one spelling of a row's columns, as JSON: unambiguous, and easy to check elsewhere."""
    return _JSON.encode(fields).encode()


def chain(head: Head, fields: tuple[str | int, ...], body: str) -> LogTuple:
    """The next row: `fields` are kind … reason in the order of COLUMNS."""
    payload_sha = hashlib.sha256(body.encode()).digest()
    seq = head.seq + 1
    digest = _digest(head.digest, (seq, *fields), payload_sha)
    return (seq, *fields, payload_sha, digest)  # type: ignore[return-value]  # mypy cannot count *fields


def _digest(before: bytes, fields: tuple[str | int, ...], payload_sha: bytes) -> bytes:
    return hashlib.sha256(before + encode(fields) + payload_sha).digest()


def head(conn: sqlite3.Connection) -> Head:
    """The end of the chain; the genesis digest when the log is empty."""
    row = conn.execute("SELECT seq, digest FROM log ORDER BY seq DESC LIMIT 1").fetchone()
    if row is not None:
        return Head(*row)
    genesis = load_genesis(conn)
    if genesis is None:
        raise ValueError("no genesis row: this is no hub database")
    return Head(0, genesis.digest)


def rows(conn: sqlite3.Connection, after: int = 0, limit: int = -1) -> Iterator[Row]:
    """Rows with their payloads, oldest first."""
    found = conn.execute(
        f"SELECT {', '.join('log.' + name.strip() for name in COLUMNS.split(','))}, payload.body"
        " FROM log LEFT JOIN payload ON payload.seq = log.seq"
        " WHERE log.seq > ? ORDER BY log.seq LIMIT ?",
        (after, limit),
    )
    for row in found:
        yield Row(*row)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the log, at a row."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` found. `digest` is the head's: kept elsewhere, it proves that nobody rewrote
    the whole chain."""

    rows: int
    erased: int
    digest: bytes
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


@contextmanager
def snapshot(conn: sqlite3.Connection) -> Iterator[None]:
    """One state of the database for several looks, while the hub goes on writing."""
    if conn.in_transaction:
        yield
        return
    conn.execute("BEGIN")
    try:
        yield
    finally:
        conn.execute("ROLLBACK")


def verify(conn: sqlite3.Connection) -> Verified:
    """Walk the chain. An erased payload is counted; a missing or altered one is a problem."""
    with snapshot(conn):
        return _verify(conn)


def _verify(conn: sqlite3.Connection) -> Verified:
    genesis = load_genesis(conn)
    if genesis is None:
        return Verified(0, 0, b"", (Problem(0, "there is no genesis row"),))
    before = genesis.digest
    count = erased = 0
    problems: list[Problem] = []
    with_payload = {seq for (seq,) in conn.execute("SELECT seq FROM payload WHERE body IS NULL")}
    for row in rows(conn):
        count += 1
        if row.seq != count:
            problems.append(Problem(row.seq, f"row {count} is missing"))
            count = row.seq
        if _digest(before, _fields(row), row.payload_sha) != row.digest:
            problems.append(Problem(row.seq, "the row or the one before it was altered"))
        before = row.digest
        if row.body is not None:
            if hashlib.sha256(row.body.encode()).digest() != row.payload_sha:
                problems.append(Problem(row.seq, "the payload was altered"))
        elif row.seq in with_payload:
            erased += 1
        else:
            problems.append(Problem(row.seq, "the payload's row is missing"))
    noted = conn.execute("SELECT value FROM meta WHERE key = 'head'").fetchone()
    if noted is not None and noted[0] != f"{count} {before.hex()}":
        what = f"the end of the log is not the one the last turn noted ({noted[0]})"
        problems.append(Problem(count, what))
    return Verified(count, erased, before, tuple(problems))


def _fields(row: Row) -> tuple[str | int, ...]:
    return (
        row.seq,
        row.kind,
        row.at_ms,
        row.recorded_ms,
        row.visit,
        row.alarm,
        row.worker,
        row.pendant,
        row.by,
        row.rules_version,
        row.reason,
    )


def erase(conn: sqlite3.Connection, seqs: list[int]) -> None:
    """Blank these payloads; the chain still verifies."""
    conn.executemany("UPDATE payload SET body = NULL WHERE seq = ?", [(seq,) for seq in seqs])
