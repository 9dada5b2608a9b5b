"""The tables, as sqlite-utils creates them. Changed only by a new migration, never in place.

`log` and `payload` are the record; `visit`, `part`, `alarm`, `deadline` and `duty` are what the
record adds up to, kept beside it so that nobody has to fold the log to draw a board. All times are
UTC milliseconds; a column that ends in `_ms` is one.
"""

from sqlite_utils import Database
from sqlite_utils.db import Table

NAME = "hub.sqlite"  # the file in the hub's folder

# table -> (columns, primary key, columns that may be null). Everything else is NOT NULL.
TABLES: dict[str, tuple[dict[str, type], str | tuple[str, ...], frozenset[str]]] = {
    "genesis": (
        {
            "id": str,
            "organisation": str,
            "zone": str,
            "mode": str,
            "created_ms": int,
        },
        "id",
        frozenset(),
    ),
    "log": (
        {
            "seq": int,
            "kind": str,
            "at_ms": int,
            "recorded_ms": int,
            "visit": str,
            "alarm": str,
            "worker": str,
            "pendant": str,
            "by": str,
            "rules_version": str,
            "reason": str,
            "payload_sha": bytes,
            "digest": bytes,
        },
        "seq",
        frozenset(),
    ),
    "payload": ({"seq": int, "body": str}, "seq", frozenset({"body"})),
    "visit": (
        {
            "id": str,
            "phase": str,
            "level": str,
            "client": str,
            "tracker": str,
            "planned_start_ms": int,
            "planned_end_ms": int,
            "next_due_ms": int,
            "open": int,
            "state": str,
            "created_ms": int,
            "changed_ms": int,
        },
        "id",
        frozenset({"next_due_ms"}),
    ),
    "part": (
        {
            "visit": str,
            "worker": str,
            "pendant": str,
            "phase": str,
            "open": int,
            "planned_start_ms": int,
            "planned_end_ms": int,
        },
        ("visit", "worker"),
        frozenset(),
    ),
    "alarm": (
        {
            "id": str,
            "kind": str,
            "rank": int,
            "state": str,
            "visit": str,
            "worker": str,
            "pendant": str,
            "source": str,
            "raised_ms": int,
            "next_ms": int,
            "silent": int,
            "changed_ms": int,
            "state_json": str,
        },
        "id",
        frozenset({"next_ms"}),
    ),
    "press": (
        {"pendant": str, "identity": str, "alarm": str},
        ("pendant", "identity", "alarm"),
        frozenset(),
    ),
    "deadline": (
        {
            "owner": str,
            "timer": str,
            "worker": str,
            "due_ms": int,
            "anchor_ms": int,
            "rank": int,
        },
        ("owner", "timer", "worker"),
        frozenset(),
    ),
    "page": (
        {
            "id": int,
            "alarm": str,
            "visit": str,
            "person": str,
            "role": str,
            "step": int,
            "round": int,
            "subject": str,
            "body": str,
            "state": str,
            "not_before_ms": int,
            "lease_until_ms": int,
            "attempts": int,
            "created_ms": int,
            "sent_ms": int,
            "note": str,
        },
        "id",
        frozenset({"sent_ms"}),
    ),
    "pendant": (
        {
            "id": str,
            "key_id": str,
            "secret": bytes,
            "worker": str,
            "state": str,
            "created_ms": int,
            "boot": str,
            "last_beat_ms": int,
            "battery_pct": int,
            "signal_pct": int,
            "dropped": int,
            "beat_lost": int,
            "watched": int,
            "echoed": int,
            "standing_version": int,
            "standing": str,
            "open_presses": str,
        },
        "id",
        frozenset(),
    ),
    "boot": (
        {
            "key_id": str,
            "boot": str,
            "floor_ms": int,
            "known_ms": int,
            "beat_seq": int,
        },
        ("key_id", "boot"),
        frozenset(),
    ),
    "person": (
        {
            "id": str,
            "name": str,
            "initials": str,
            "login": str,
            "roles": str,
            "phones": str,
            "pages": str,
            "password_hash": str,
            "car": str,
            "active": int,
        },
        "id",
        frozenset(),
    ),
    "client": (
        {
            "id": str,
            "code": str,
            "area": str,
            "name": str,
            "address": str,
            "postcode": str,
            "lines": str,
            "rating": str,
            "risk_note": str,
            "visitors_note": str,
        },
        "id",
        frozenset(),
    ),
    "duty": ({"role": str, "person": str, "since_ms": int}, ("role", "person"), frozenset()),
    "terms": ({"id": str, "source": str, "stored_ms": int}, "id", frozenset()),
    "dead_letter": (
        {
            "id": int,
            "received_ms": int,
            "topic": str,
            "reason": str,
            "detail": str,
            "raw": bytes,
        },
        "id",
        frozenset(),
    ),
    "meta": ({"key": str, "value": str}, "key", frozenset()),
}

FOREIGN_KEYS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "payload": (("seq", "log", "seq"),),
    "part": (("visit", "visit", "id"),),
    "duty": (("person", "person", "id"),),
}

# What the hot paths look for, and what keeps an index small: only rows that are still open. A query
# must repeat the WHERE of a partial index, or SQLite cannot use it; a test looks at the plans.
INDEXES = (
    "CREATE INDEX log_by_visit ON log(visit, seq) WHERE visit <> ''",
    "CREATE INDEX log_by_alarm ON log(alarm, seq) WHERE alarm <> ''",
    "CREATE INDEX visit_open ON visit(planned_start_ms) WHERE open = 1",
    "CREATE INDEX visit_changed ON visit(changed_ms) WHERE open = 0",
    "CREATE INDEX part_open ON part(worker) WHERE open = 1",
    "CREATE INDEX alarm_open ON alarm(rank, raised_ms) WHERE state <> 'resolved'",
    "CREATE INDEX alarm_by_visit ON alarm(visit) WHERE visit <> ''",
    "CREATE INDEX deadline_due ON deadline(due_ms)",
    "CREATE INDEX deadline_danger ON deadline(rank, due_ms) WHERE rank < 5",
    "CREATE INDEX page_waiting ON page(not_before_ms) WHERE state = 'waiting'",
    "CREATE INDEX page_by_alarm ON page(alarm)",
    "CREATE UNIQUE INDEX pendant_key ON pendant(key_id)",
    "CREATE INDEX pendant_watched ON pendant(id) WHERE watched = 1",
    "CREATE INDEX pendant_by_worker ON pendant(worker) WHERE worker <> ''",
    "CREATE UNIQUE INDEX person_login ON person(login) WHERE login <> ''",
    "CREATE UNIQUE INDEX client_code ON client(code)",
)

# The identity set: `sha` is part of the key because the same identity with other bytes is news,
# once. WITHOUT ROWID, which sqlite-utils cannot say, spares the second B-tree on the hottest path.
SEEN = """
CREATE TABLE seen (
    key_id TEXT NOT NULL, boot TEXT NOT NULL, seq INTEGER NOT NULL, sha TEXT NOT NULL,
    PRIMARY KEY (key_id, boot, seq, sha)
) STRICT, WITHOUT ROWID
"""

# Append-only, held by the database itself: a payload may be blanked, nothing else may change.
GUARDS = (
    """CREATE TRIGGER log_is_append_only_update BEFORE UPDATE ON log
       BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER log_is_append_only_delete BEFORE DELETE ON log
       BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER payload_is_only_erased BEFORE UPDATE ON payload WHEN NEW.body IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'a payload may be erased, not altered'); END""",
    """CREATE TRIGGER payload_row_stays BEFORE DELETE ON payload
       BEGIN SELECT RAISE(ABORT, 'a payload may be erased, its row stays'); END""",
    """CREATE TRIGGER genesis_is_final BEFORE UPDATE ON genesis
       BEGIN SELECT RAISE(ABORT, 'the genesis row is final'); END""",
)


def create(db: Database) -> None:
    """Every table of the first version. Only `migrations` calls this."""
    for name, (columns, key, nullable) in TABLES.items():
        table = db.table(name)
        assert isinstance(table, Table)
        table.create(
            columns,
            pk=key,
            not_null=set(columns) - nullable,
            foreign_keys=FOREIGN_KEYS.get(name, ()),
            strict=True,
        )
    for statement in (SEEN, *INDEXES, *GUARDS):
        db.execute(statement)
