"""`Reader`: read-only views for the web, the notifier's look, the simulator and the CLI.

Rule: a reader can change nothing (`query_only`, read back) and never waits for the writer (WAL).
Each thread has a connection of its own. What is returned is plain, frozen, and complete: nobody
who draws a board needs SQL.
"""

import json
import sqlite3
import threading
from pathlib import Path

from hub.policy.model import Policy
from hub.policy.terms import terms_from
from hub.rules import form
from hub.rules.model import Alarm, Visit
from hub.store import genesis as genesis_row
from hub.store import log, schema
from hub.store.genesis import Genesis
from hub.store.records import Records
from hub.store.views import (
    Board,
    BoardRow,
    Client,
    DeadLetter,
    Health,
    LogLine,
    NextDue,
    PageRow,
    Pendant,
    Person,
)

NO_RANK = 9  # of a page without an alarm
ENDED_SHOWN_MS = 4 * 3_600_000  # how long a closed visit stays at the foot of the board
_PERSON = (
    "id, name, initials, login, roles, phones, pages, password_hash, car, active, own_mobile,"
    " own_mobile_consent, own_phrase, job_title"
)
_CLIENT = (
    "id, code, area, name, address, postcode, lines, rating, risk_note, visitors_note, latitude,"
    " longitude, must_not_be_left, coverage"
)
_PENDANT = (
    "id, key_id, worker, state, boot, last_beat_ms, battery_pct, signal_pct, dropped, beat_lost,"
    " watched, standing_version, echoed, open_presses, valid_until_ms, refused, gasped_ms"
)
_PAGE = (
    "id, alarm, visit, person, role, step, round, subject, body, state, not_before_ms,"
    " lease_until_ms, attempts, created_ms, sent_ms, note"
)


class Reader(Records):
    """Any thread may call any method."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / schema.NAME
        self._own = threading.local()
        self._terms: dict[str, Policy] = {}
        found = genesis_row.load(self._conn())
        if found is None:
            raise ValueError(f"{self._path} has no genesis row: this is no hub database")
        self.genesis: Genesis = found

    def _conn(self) -> sqlite3.Connection:
        conn: sqlite3.Connection | None = getattr(self._own, "conn", None)
        if conn is None:
            conn = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)
            conn.execute("PRAGMA query_only = 1")
            if conn.execute("PRAGMA query_only").fetchone()[0] != 1:
                raise sqlite3.OperationalError("a reader's connection must be query_only")
            self._own.conn = conn
        return conn

    def close(self) -> None:
        """Closes this thread's connection; the others close with their threads."""
        conn: sqlite3.Connection | None = getattr(self._own, "conn", None)
        if conn is not None:
            conn.close()
            self._own.conn = None

    # Visits and alarms.

    def board(self, now_ms: int) -> Board:
        """Every open visit, what ended lately, and every open alarm, in one snapshot."""
        conn = self._conn()
        conn.execute("BEGIN")
        try:
            visits = [
                form.load_visit(json.loads(state))
                for state, _ in conn.execute(
                    "SELECT state, planned_start_ms FROM visit WHERE open = 1 UNION ALL"
                    " SELECT state, planned_start_ms FROM visit WHERE open = 0 AND changed_ms >= ?"
                    " ORDER BY 2",
                    (now_ms - ENDED_SHOWN_MS,),
                )
            ]
            people = {person.id: person for person in self.people()}
            clients = {client.id: client for client in self.clients()}
            pendants = {pendant.worker: pendant for pendant in self.pendants() if pendant.worker}
            alarms = self.open_alarms()
            due = self._next_due(conn)
            health = self.health()
        finally:
            conn.execute("ROLLBACK")
        by_visit: dict[str, list[Alarm]] = {}
        for alarm in alarms:
            by_visit.setdefault(alarm.visit, []).append(alarm)
        rows = tuple(
            BoardRow(
                visit=visit,
                part=part,
                worker=people.get(part.worker),
                tracker=people.get(visit.tracker),
                client=clients.get(visit.client),
                pendant=pendants.get(part.worker),
                next_due=due.get((visit.id, part.worker)) or due.get((visit.id, "")),
                alarms=tuple(
                    alarm
                    for alarm in by_visit.get(visit.id, ())
                    if alarm.worker in ("", part.worker)
                ),
            )
            for visit in visits
            for part in visit.parts
        )
        return Board(now_ms, rows, alarms, health)

    def _next_due(self, conn: sqlite3.Connection) -> dict[tuple[str, str], NextDue]:
        found = conn.execute(
            "SELECT owner, worker, timer, MIN(due_ms) FROM deadline"
            " WHERE owner LIKE 'visit:%' GROUP BY owner, worker"
        )
        return {
            (owner.removeprefix("visit:"), worker): NextDue(timer, due_ms)
            for owner, worker, timer, due_ms in found
        }

    def visit(self, visit_id: str) -> Visit | None:
        row = self._conn().execute("SELECT state FROM visit WHERE id = ?", (visit_id,)).fetchone()
        return None if row is None else form.load_visit(json.loads(row[0]))

    def terms(self, terms_id: str) -> Policy | None:
        """The procedure that a visit named when it was planned (P9); they never change, so each is
        read once."""
        known = self._terms.get(terms_id)
        if known is None:
            found = self._conn().execute("SELECT source FROM terms WHERE id = ?", (terms_id,))
            row = found.fetchone()
            if row is None:
                return None
            known = self._terms[terms_id] = terms_from(row[0])
        return known

    def alarm(self, alarm_id: str) -> Alarm | None:
        row = (
            self._conn()
            .execute("SELECT state_json FROM alarm WHERE id = ?", (alarm_id,))
            .fetchone()
        )
        return None if row is None else form.load_alarm(json.loads(row[0]))

    def open_alarms(self) -> tuple[Alarm, ...]:
        """Most dangerous first."""
        found = self._conn().execute(
            "SELECT state_json FROM alarm WHERE state <> 'resolved' ORDER BY rank, raised_ms"
        )
        return tuple(form.load_alarm(json.loads(state)) for (state,) in found)

    def alarms_of(self, visit_id: str) -> tuple[Alarm, ...]:
        """Open and resolved, oldest first."""
        found = self._conn().execute(
            "SELECT state_json FROM alarm WHERE visit = ? AND visit <> '' ORDER BY raised_ms",
            (visit_id,),
        )
        return tuple(form.load_alarm(json.loads(state)) for (state,) in found)

    def deadlines(self, owner: str) -> tuple[NextDue, ...]:
        """`owner` is `visit:<id>`, `alarm:<id>` or `record:<id>`; soonest first."""
        found = self._conn().execute(
            "SELECT timer, due_ms, worker, anchor_ms FROM deadline WHERE owner = ? ORDER BY due_ms",
            (owner,),
        )
        return tuple(NextDue(*row) for row in found)

    # The log.

    def visit_log(self, visit_id: str) -> tuple[LogLine, ...]:
        """Everything about a visit and its alarms, in the order it was recorded."""
        return self._lines(
            "log.seq IN (SELECT seq FROM log WHERE visit = ? AND visit <> ''"
            " UNION SELECT seq FROM log WHERE alarm <> '' AND alarm IN"
            " (SELECT id FROM alarm WHERE visit = ? AND visit <> ''))",
            (visit_id, visit_id),
        )

    def alarm_log(self, alarm_id: str) -> tuple[LogLine, ...]:
        return self._lines("log.alarm = ? AND log.alarm <> ''", (alarm_id,))

    def log_rows(self, after: int = 0, limit: int = 200) -> tuple[log.Row, ...]:
        return tuple(log.rows(self._conn(), after, limit))

    def _lines(self, where: str, values: tuple[str, ...]) -> tuple[LogLine, ...]:
        found = self._conn().execute(
            "SELECT log.seq, kind, at_ms, recorded_ms, visit, alarm, worker, pendant, by, reason,"
            f" body FROM log LEFT JOIN payload ON payload.seq = log.seq WHERE {where}"
            " ORDER BY log.seq",
            values,
        )
        return tuple(LogLine.of(row) for row in found)

    # People, clients, pendants.

    def people(self) -> tuple[Person, ...]:
        duties: dict[str, list[str]] = {}
        for role, person in self._conn().execute("SELECT role, person FROM duty ORDER BY since_ms"):
            duties.setdefault(person, []).append(role)
        found = self._conn().execute(f"SELECT {_PERSON} FROM person ORDER BY name")
        return tuple(Person.of(row, tuple(duties.get(row[0], ()))) for row in found)

    def person(self, person_id: str) -> Person | None:
        return next((person for person in self.people() if person.id == person_id), None)

    def person_by_login(self, login: str) -> Person | None:
        return next((p for p in self.people() if p.login == login and p.login), None)

    def clients(self) -> tuple[Client, ...]:
        found = self._conn().execute(f"SELECT {_CLIENT} FROM client ORDER BY code")
        return tuple(Client.of(row) for row in found)

    def client(self, client_id: str) -> Client | None:
        row = (
            self._conn()
            .execute(f"SELECT {_CLIENT} FROM client WHERE id = ?", (client_id,))
            .fetchone()
        )
        return None if row is None else Client.of(row)

    def pendants(self) -> tuple[Pendant, ...]:
        found = self._conn().execute(f"SELECT {_PENDANT} FROM pendant ORDER BY id")
        return tuple(Pendant.of(row) for row in found)

    def on_duty(self) -> dict[str, tuple[str, ...]]:
        """role -> the people who hold it now."""
        holders: dict[str, list[str]] = {}
        for role, person in self._conn().execute("SELECT role, person FROM duty ORDER BY since_ms"):
            holders.setdefault(role, []).append(person)
        return {role: tuple(people) for role, people in holders.items()}

    # Pages, health, what could not be used.

    def pages(self, alarm_id: str = "") -> tuple[PageRow, ...]:
        """Of one alarm, or all; oldest first."""
        where, values = ("WHERE alarm = ?", (alarm_id,)) if alarm_id else ("", ())
        found = self._conn().execute(f"SELECT {_PAGE} FROM page {where} ORDER BY id", values)
        return tuple(PageRow(*row) for row in found)

    def waiting_pages(self, now_ms: int, limit: int = 1_000) -> tuple[PageRow, ...]:
        """The notifier's look: what is to be sent now, the most dangerous first. Alarms of one rank
        take turns: what cannot be verified never stands before what is, and a thousand presses of
        one pendant not before another's first (P7)."""
        found = self._conn().execute(
            f"SELECT {_PAGE} FROM page WHERE state = 'waiting' AND not_before_ms <= ? ORDER BY"
            f" COALESCE((SELECT rank FROM alarm WHERE id = page.alarm), {NO_RANK}),"
            " ROW_NUMBER() OVER (PARTITION BY +alarm ORDER BY id), id LIMIT ?",
            (now_ms, limit),
        )
        return tuple(PageRow(*row) for row in found)

    def health(self) -> Health:
        meta = dict(self._conn().execute("SELECT key, value FROM meta"))
        return Health.of(meta, self.genesis.created_ms)

    def dead_letters(self, limit: int = 100) -> tuple[DeadLetter, ...]:
        """Newest first."""
        found = self._conn().execute(
            "SELECT id, received_ms, topic, reason, detail, raw FROM dead_letter"
            " ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return tuple(DeadLetter(*row) for row in found)
