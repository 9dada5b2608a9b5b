"""A database that the first version made opens in this one, with everything that it held."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from hub.store import schema
from hub.store.genesis import SIMULATION, Genesis
from hub.store.reader import Reader
from hub.store.store import Store

GENESIS = Genesis("g-old", "Old", "Europe/London", SIMULATION, 1_780_000_000_000)
FIRST = Migrations("allswell")


@FIRST()
def m001_first_tables(db: Database) -> None:
    schema.create(db)


def _old(folder: Path) -> Path:
    """As m001 alone made it, with a person, a client, a visit and a log row."""
    path = folder / schema.NAME
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode = wal")
    FIRST.apply(Database(conn))
    conn.execute(
        "INSERT INTO genesis (id, organisation, zone, mode, created_ms) VALUES (?,?,?,?,?)",
        (GENESIS.id, GENESIS.organisation, GENESIS.zone, GENESIS.mode, GENESIS.created_ms),
    )
    conn.execute(
        "INSERT INTO person (id, name, initials, login, roles, phones, pages, password_hash, car,"
        " active) VALUES ('ada', 'Ada Reed', 'AR', 'ada', '[\"office\"]', '[]', '[]', 'x', '', 1)"
    )
    conn.execute(
        "INSERT INTO client (id, code, area, name, address, postcode, lines, rating, risk_note,"
        " visitors_note) VALUES ('c-1', 'C1', 'Area', 'One', '1 Road', 'EX1 1AA', '[]', 'C2', 'r',"
        " 'v')"
    )
    conn.execute(
        "INSERT INTO pendant (id, key_id, secret, worker, state, created_ms, boot, last_beat_ms,"
        " battery_pct, signal_pct, dropped, beat_lost, watched, echoed, standing_version, standing,"
        " open_presses) VALUES ('p-1', 'k-1', x'00', 'ada', 'active', 1, '', 2, 80, 60, 0, 0, 0, 0,"
        " 0, '', '[]')"
    )
    conn.execute(
        "INSERT INTO deadline (owner, timer, worker, due_ms, anchor_ms, rank)"
        " VALUES ('visit:v-1', 'finish', 'ada', 5, 4, 5)"
    )
    conn.close()
    return path


def test_a_database_of_the_first_version_opens_with_all_that_it_held(tmp_path: Path) -> None:
    path = _old(tmp_path)
    Store(tmp_path).close()
    reader = Reader(tmp_path)
    ada, client = reader.person("ada"), reader.client("c-1")
    assert ada is not None and (ada.roles, ada.own_mobile, ada.own_phrase) == (("office",), "", "")
    assert not ada.own_mobile_consent
    assert client is not None and (client.visitors_note, client.must_not_be_left) == ("v", False)
    assert [due.due_ms for due in reader.deadlines("visit:v-1")] == [5]
    assert reader.records("incident") == ()
    (pendant,) = reader.pendants()
    assert (pendant.last_beat_ms, pendant.battery_pct) == (2, 80)
    assert (pendant.valid_until_ms, pendant.refused, pendant.gasped_ms) == (0, 0, 0), "for ever"
    reader.close()
    conn = sqlite3.connect(path)
    applied = [row[0] for row in conn.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    conn.close()
    assert applied == ["m001_first_tables", "m002_registers", "m003_pendants"]


def test_it_opens_a_second_time(tmp_path: Path) -> None:
    _old(tmp_path)
    for _ in range(2):
        Store(tmp_path).close()


def test_old_and_new_have_the_same_tables(tmp_path: Path) -> None:
    """What was migrated is what a new database is made as."""
    (tmp_path / "old").mkdir()
    _old(tmp_path / "old")
    Store(tmp_path / "old").close()
    Store(tmp_path / "new", GENESIS).close()

    def tables(folder: Path) -> set[tuple[str, str]]:
        conn = sqlite3.connect(folder / schema.NAME)
        found = set(conn.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        conn.close()
        return found

    assert tables(tmp_path / "old") == tables(tmp_path / "new")
