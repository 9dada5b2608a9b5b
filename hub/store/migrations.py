"""How an older database becomes today's: sqlite-utils migrations, each in a transaction of its own.

A migration that was released is never edited. The hub applies what is pending at start; a database
newer than the program is refused, because an older hub would not see what the newer one promised.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from hub.store import schema, second, third

MIGRATIONS = Migrations("allswell")


@MIGRATIONS()
def m001_first_tables(db: Database) -> None:
    schema.create(db)


@MIGRATIONS()
def m002_registers(db: Database) -> None:
    second.create(db)


@MIGRATIONS()
def m003_pendants(db: Database) -> None:
    third.create(db)


def unknown_to_us(db: Database) -> list[str]:
    """Names of applied migrations that this program does not have."""
    known = {migration.name for migration in MIGRATIONS.pending(Database(memory=True))}
    return [done.name for done in MIGRATIONS.applied(db) if done.name not in known]
