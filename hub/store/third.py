"""What migration m003 adds: until when a pendant is good, and what it has said of its own end.

Rule: a database that knew none of it opens with pendants that are good for ever, as they were.
"""

from sqlite_utils import Database

COLUMNS = (
    ("valid_until_ms", "INTEGER NOT NULL DEFAULT 0"),  # 0: for ever
    ("refused", "INTEGER NOT NULL DEFAULT 0"),  # messages down that it refused, this boot
    ("gasped_ms", "INTEGER NOT NULL DEFAULT 0"),  # its battery ended then, and it has not been back
)


def create(db: Database) -> None:
    """Only `migrations` calls this."""
    for column, sql in COLUMNS:
        db.execute(f"ALTER TABLE pendant ADD COLUMN {column} {sql}")
