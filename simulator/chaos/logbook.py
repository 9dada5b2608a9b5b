"""The hub's log and what stands beside it, as checkers read it: plain lines, no engine.

Rule: read only, and by the columns and payloads that docs/log.md promises; nothing of the hub's
rules is asked, so that a fault in them cannot hide itself.
"""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.store.log import Row, rows, snapshot
from hub.store.schema import NAME

Json = Mapping[str, Any]  # as json.loads gives it
NOTHING: Json = {}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the log. `alarm_state`, `visit_state`: as the row left them, empty if it did not
    change them. `refused`: why a command was not done, or ""."""

    seq: int
    kind: str
    at_ms: int
    recorded_ms: int
    visit: str
    alarm: str
    pendant: str
    by: str
    identity: str
    alarm_state: Json = field(default_factory=lambda: NOTHING)
    visit_state: Json = field(default_factory=lambda: NOTHING)
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A row of `deadline`."""

    owner: str
    timer: str
    worker: str
    due_ms: int


@dataclass(frozen=True, slots=True)
class Logbook:
    """One moment of a hub's database. `alarms` and `visits`: those still open, by id;
    `open_presses`: by pendant, as its last beat said."""

    lines: tuple[Line, ...] = ()
    alarms: Mapping[str, Json] = field(default_factory=dict)
    visits: Mapping[str, Json] = field(default_factory=dict)
    deadlines: tuple[Due, ...] = ()
    open_presses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    last_turn_ms: int = 0


def read(folder: Path, lines: bool = True) -> Logbook:
    """Of the database in this folder, one snapshot, the hub running or not."""
    path = (folder / NAME).resolve()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as conn, snapshot(conn):
        return of(conn, lines)


def of(conn: sqlite3.Connection, lines: bool = True) -> Logbook:
    noted = conn.execute("SELECT value FROM meta WHERE key = 'last_ms'").fetchone()
    return Logbook(
        tuple(line_of(row) for row in rows(conn)) if lines else (),
        _states(conn, "SELECT id, state_json FROM alarm WHERE state <> 'resolved'"),
        _states(conn, "SELECT id, state FROM visit WHERE open = 1"),
        tuple(
            Due(*row) for row in conn.execute("SELECT owner, timer, worker, due_ms FROM deadline")
        ),
        {
            name: tuple(json.loads(text))
            for name, text in conn.execute("SELECT id, open_presses FROM pendant")
        },
        0 if noted is None else int(noted[0]),
    )


def _states(conn: sqlite3.Connection, query: str) -> dict[str, Json]:
    return {name: json.loads(text) for name, text in conn.execute(query)}


def line_of(row: Row) -> Line:
    body = NOTHING if row.body is None else json.loads(row.body)
    decision = body.get("decision", NOTHING)
    event = body.get("input", NOTHING).get("event", NOTHING)
    return Line(
        row.seq, row.kind, row.at_ms, row.recorded_ms, row.visit, row.alarm, row.pendant, row.by,
        str(event.get("identity", "")), decision.get("alarm") or NOTHING,
        decision.get("visit") or NOTHING, str(decision.get("refused", "")),
    )  # fmt: skip
