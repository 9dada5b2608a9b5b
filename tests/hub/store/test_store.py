"""One writer, on a disk that keeps what it was told, in a database of its own kind."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hub.store.genesis import REAL, SIMULATION, Genesis, GenesisRefused, require_simulation
from hub.store.reader import Reader
from hub.store.schema import NAME, TABLES
from hub.store.store import Store, StoreRefused
from tests.hub.house import GENESIS, House


def test_the_database_is_as_the_promises_need_it(tmp_path: Path) -> None:
    store = Store(tmp_path, GENESIS)
    for pragma, wanted in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
        assert store.one(f"PRAGMA {pragma}") == (wanted,)
    tables = {row[0] for row in store.all("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {*TABLES, "seen"} <= tables
    store.close()


def test_a_second_hub_on_the_folder_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path, GENESIS)
    program = (
        "from pathlib import Path\nfrom hub.store.store import Store\n"
        f"Store(Path({str(tmp_path)!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert f"another hub (process {os.getpid()})" in done.stderr
    store.close()
    Store(tmp_path).close()


def test_the_lock_dies_with_the_process(tmp_path: Path) -> None:
    Store(tmp_path, GENESIS).close()
    program = (
        "import os\nfrom pathlib import Path\nfrom hub.store.store import Store\n"
        f"Store(Path({str(tmp_path)!r}))\nos.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == -9
    Store(tmp_path).close()


def test_no_database_is_made_by_accident(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="no hub database"):
        Store(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere" / NAME).exists()


@pytest.mark.parametrize(
    "wanted",
    [
        Genesis("g", "Us", "Europe/London", "DEMO", 1),
        Genesis("g", " ", "Europe/London", REAL, 1),
        Genesis("g", "Us", "Mars/Olympus", REAL, 1),
        Genesis("g", "Us", "../etc/passwd", REAL, 1),
    ],
)
def test_an_unlawful_genesis_is_refused(tmp_path: Path, wanted: Genesis) -> None:
    with pytest.raises(GenesisRefused):
        Store(tmp_path, wanted)


def test_a_real_database_is_never_opened_as_a_simulation(tmp_path: Path) -> None:
    real = Genesis("g", "Us", "Europe/London", REAL, 1)
    Store(tmp_path, real).close()
    with pytest.raises(GenesisRefused, match="REAL"):
        Store(tmp_path, GENESIS)
    with pytest.raises(GenesisRefused, match="scaled clock needs a SIMULATION"):
        require_simulation(real, "a scaled clock")
    require_simulation(GENESIS, "a scaled clock")
    assert GENESIS.mode == SIMULATION


def test_the_genesis_row_is_final(tmp_path: Path) -> None:
    store = Store(tmp_path, GENESIS)
    with pytest.raises(sqlite3.IntegrityError, match="final"):
        store.write("UPDATE genesis SET mode = 'REAL'")
    store.close()


def test_a_database_of_a_newer_hub_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path, GENESIS)
    store.write(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('allswell', 'm999_from_the_future', 'x')"
    )
    store.close()
    with pytest.raises(StoreRefused, match="m999_from_the_future"):
        Store(tmp_path)


def test_a_second_opening_changes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path, GENESIS)
    before = store.all("SELECT * FROM sqlite_master")
    store.close()
    store = Store(tmp_path, GENESIS)
    assert store.all("SELECT * FROM sqlite_master") == before
    assert store.last_commit_ms == GENESIS.created_ms
    store.close()


def test_a_reader_can_change_nothing(house: House) -> None:
    conn = house.reader._conn()
    for statement in ("DELETE FROM person", "UPDATE meta SET value = ''", "PRAGMA user_version=7"):
        with pytest.raises(sqlite3.OperationalError, match=r"readonly|read-only|attempt to write"):
            conn.execute(statement)


def test_a_reader_sees_what_was_committed_while_a_turn_is_open(house: House) -> None:
    house.store.begin()
    house.store.write("UPDATE person SET name = 'Nobody'")
    names = {person.name for person in house.reader.people()}
    house.store.rollback()
    assert "Ada Reed" in names


def test_a_reader_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        Reader(tmp_path)


def test_the_board_is_whole(house: House) -> None:
    visit = house.inside("ada")
    house.sos("p-ada")
    board = house.reader.board(house.now_ms)
    row = next(row for row in board.rows if row.visit.id == visit)
    assert row.worker is not None
    assert row.tracker is not None
    assert row.client is not None
    assert row.pendant is not None
    assert (row.worker.initials, row.tracker.initials, row.client.code) == ("AR", "TH", "C1")
    assert row.pendant.id == "p-ada"
    assert row.next_due is not None
    assert [alarm.kind for alarm in row.alarms] == ["sos"]
    assert [alarm.kind for alarm in board.alarms] == ["sos"]
    assert board.health.last_turn_ms == house.now_ms


def test_a_closed_visit_stays_a_while_at_the_foot_of_the_board(house: House) -> None:
    visit = house.plan()
    house.must("cancel", "tom", visit=visit, note="client away")
    assert [row.visit.phase for row in house.reader.board(house.now_ms).rows] == ["cancelled"]
    assert house.reader.board(house.now_ms + 12 * 3_600_000).rows == ()
