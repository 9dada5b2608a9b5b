"""What a hub's log has of each visit: the plan, everything that was pressed, told and recorded.

Rule: read only, and only inputs: what the hub itself made of them (timers, alarms, pages) is left
to whoever runs them again. A visit of which a row was erased has no history and is counted.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.engine import turn as rows
from hub.rules import form
from hub.rules.model import Event
from hub.store import log

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that happened. `given`: the payload's input as the log holds it; `alarm`: of which
    alarm, when it is a person's act on one; `refused`: it was asked for and not allowed."""

    now_ms: int
    rule: str
    event: Event
    given: Given
    alarm: tuple[str, str, str] | None = None  # kind, source, worker
    refused: bool = False


@dataclass(slots=True)
class History:
    """`raised`: the alarms as the log has them: kind, worker, when. `added`: what was added to an
    alarm that was open already, perhaps another visit's. `refused`: why it was not entered, or "".
    """

    id: str
    terms: str
    plan: Input
    refused: str = ""
    inputs: list[Input] = field(default_factory=list)
    raised: list[tuple[str, str, int]] = field(default_factory=list)
    added: list[tuple[str, str, int]] = field(default_factory=list)
    erased: bool = False


@dataclass(slots=True)
class Histories:
    visits: dict[str, History] = field(default_factory=dict)
    until_ms: int = 0  # the log's newest moment
    zone: str = "UTC"

    @property
    def whole(self) -> Iterator[History]:
        return (each for each in self.visits.values() if not each.erased)


# What the hub did by itself; whoever runs the inputs again does it by itself, too.
OWN_DOING = frozenset({"due"})


def read(conn: sqlite3.Connection, since_ms: int = 0) -> Histories:
    """Every visit that was planned since then. Reads in one snapshot; a running hub goes on."""
    found = Histories()
    with log.snapshot(conn):
        zone = conn.execute("SELECT zone FROM genesis").fetchone()
        found.zone = str(zone[0]) if zone is not None else "UTC"
        alarms: dict[str, tuple[str, str, str]] = {}
        for row in log.rows(conn):
            found.until_ms = max(found.until_ms, row.recorded_ms)
            if row.body is None:
                if row.visit in found.visits:
                    found.visits[row.visit].erased = True
                continue
            _take(found, alarms, row, json.loads(row.body), since_ms)
    return found


def _take(
    found: Histories,
    alarms: dict[str, tuple[str, str, str]],
    row: log.Row,
    body: Mapping[str, Any],
    since_ms: int,
) -> None:
    given: Given = body["input"]
    rule = given["rule"]
    if rule == rows.PLAN and row.recorded_ms >= since_ms:
        event = form.load_event(given["event"])
        plan = Input(row.recorded_ms, rule, event, given)
        refused = str(body["decision"].get("refused", ""))
        found.visits[given["id"]] = History(given["id"], given["terms"], plan, refused)
        return
    if rule == rows.RAISED:
        effect = given["effect"]
        alarms[given["id"]] = (effect["kind"], effect.get("source", ""), effect.get("worker", ""))
    history = found.visits.get(row.visit)
    if history is None:
        return
    if rule == rows.RAISED:
        kind, _, worker = alarms[given["id"]]
        history.raised.append((kind, worker, row.at_ms))
    elif rule == rows.PRESSED:
        effect = given["effect"]
        history.added.append((effect["kind"], effect.get("worker", ""), row.at_ms))
    elif rule in (rows.VISIT, rows.REBASE) and row.kind not in OWN_DOING:
        event = form.load_event(given["event"])
        was_not = "refused" in body["decision"]
        history.inputs.append(Input(row.recorded_ms, rule, event, given, refused=was_not))
    elif rule == rows.ALARM and row.kind == "resolve" and "refused" not in body["decision"]:
        event = form.load_event(given["event"])
        about = alarms.get(row.alarm)
        history.inputs.append(Input(row.recorded_ms, rule, event, given, about))
