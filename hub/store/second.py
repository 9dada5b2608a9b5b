"""What migration m002 adds: registers, entry codes apart from them, more of people and clients.

Rule: a secret stands in `entry_code` alone, so that no reading of a record can show it. Columns are
added with a default, so that a database of the first version opens with all that it holds.
"""

from sqlite_utils import Database
from sqlite_utils.db import Table

RECORD = {
    "id": str,
    "kind": str,
    "state": str,
    "client": str,
    "worker": str,
    "open": int,
    "next_ms": int,
    "created_ms": int,
    "changed_ms": int,
    "state_json": str,
}
ENTRY_CODE = {"record": str, "code": str, "changed_ms": int}

# table -> (column, its SQL); read by store/reader.py and engine/state.py after the first ones
COLUMNS = {
    "person": (
        ("own_mobile", "TEXT NOT NULL DEFAULT ''"),
        ("own_mobile_consent", "INTEGER NOT NULL DEFAULT 0"),
        ("own_phrase", "TEXT NOT NULL DEFAULT ''"),
        ("job_title", "TEXT NOT NULL DEFAULT ''"),
    ),
    "client": (
        ("latitude", "TEXT NOT NULL DEFAULT ''"),
        ("longitude", "TEXT NOT NULL DEFAULT ''"),
        ("must_not_be_left", "INTEGER NOT NULL DEFAULT 0"),
        ("coverage", "TEXT NOT NULL DEFAULT ''"),
    ),
}
INDEXES = (
    "CREATE INDEX record_by_kind ON record(kind, open, changed_ms)",
    "CREATE INDEX record_by_client ON record(client, kind) WHERE client <> ''",
    "CREATE INDEX record_by_worker ON record(worker, kind) WHERE worker <> ''",
    "CREATE INDEX visit_by_client ON visit(client, phase)",
)


def create(db: Database) -> None:
    """Only `migrations` calls this."""
    for name, columns, nullable in (
        ("record", RECORD, {"next_ms"}),
        ("entry_code", ENTRY_CODE, set()),
    ):
        table = db.table(name)
        assert isinstance(table, Table)
        key = next(iter(columns))
        table.create(columns, pk=key, not_null=set(columns) - nullable, strict=True)
    for name, added in COLUMNS.items():
        for column, sql in added:
            db.execute(f"ALTER TABLE {name} ADD COLUMN {column} {sql}")
    for statement in INDEXES:
        db.execute(statement)
