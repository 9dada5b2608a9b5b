"""The chain: every alteration of a row is found, an erased payload is not one."""

import sqlite3
from collections.abc import Callable

import pytest

from hub.store import log
from tests.hub.house import House

Tamper = Callable[[sqlite3.Connection], None]


def lived(house: House) -> sqlite3.Connection:
    """A connection to a log with some history, without the guards that stop an honest hand."""
    house.inside("ada")
    house.sos("p-ada")
    house.forward(120_000)
    conn = house.store.conn
    triggers = conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        conn.execute(f"DROP TRIGGER {name}")
    return conn


def test_an_honest_log_verifies(house: House) -> None:
    conn = lived(house)
    found = log.verify(conn)
    assert found.ok
    assert found.rows > 10
    assert found.digest == log.head(conn).digest


def test_an_empty_log_is_chained_to_the_genesis_row(house: House) -> None:
    first = next(log.rows(house.store.conn))
    assert first.seq == 1
    fields = (first.kind, first.at_ms, first.recorded_ms, first.visit, first.alarm, first.worker,
              first.pendant, first.by, first.rules_version, first.reason)  # fmt: skip
    again = log.chain(log.Head(0, house.store.genesis.digest), fields, first.body or "")
    assert again[-1] == first.digest


@pytest.mark.parametrize("column", [name.strip() for name in log.COLUMNS.split(",")][1:])
def test_every_column_is_covered(house: House, column: str) -> None:
    conn = lived(house)
    row = conn.execute(f"SELECT seq, {column} FROM log WHERE seq = 5").fetchone()
    value = row[1]
    changed = value + 1 if isinstance(value, int) else value + type(value)(b"x" if isinstance(value, bytes) else "x")  # fmt: skip # noqa: E501
    conn.execute(f"UPDATE log SET {column} = ? WHERE seq = 5", (changed,))
    found = log.verify(conn)
    assert [problem.seq for problem in found.problems][:1] == [5]


@pytest.mark.parametrize(
    ("tamper", "where"),
    [
        (lambda conn: conn.execute("UPDATE payload SET body = body || ' ' WHERE seq = 6"), 6),
        (lambda conn: conn.execute("DELETE FROM payload WHERE seq = 6"), 6),
        (lambda conn: conn.execute("PRAGMA foreign_keys = 0") and conn.execute(
            "DELETE FROM log WHERE seq = 6"), 7),
        (lambda conn: conn.execute("UPDATE genesis SET organisation = 'Another'"), 1),
    ],
)  # fmt: skip
def test_a_corrupted_row_is_found(house: House, tamper: Tamper, where: int) -> None:
    conn = lived(house)
    tamper(conn)
    found = log.verify(conn)
    assert not found.ok
    assert where in {problem.seq for problem in found.problems}


def test_a_tail_that_was_cut_off_is_found(house: House) -> None:
    conn = lived(house)
    last = log.head(conn).seq
    conn.execute("PRAGMA foreign_keys = 0")
    conn.execute("DELETE FROM payload WHERE seq = ?", (last,))
    conn.execute("DELETE FROM log WHERE seq = ?", (last,))
    found = log.verify(conn)
    assert not found.ok
    assert "end" in found.problems[-1].what


def test_an_erased_payload_still_verifies_and_is_counted(house: House) -> None:
    conn = lived(house)
    log.erase(conn, [3, 4])
    found = log.verify(conn)
    assert found.ok
    assert found.erased == 2


def test_the_database_itself_refuses_to_rewrite_the_log(house: House) -> None:
    conn = house.store.conn
    for statement in (
        "UPDATE log SET reason = 'nothing happened' WHERE seq = 1",
        "DELETE FROM log WHERE seq = 1",
        "UPDATE payload SET body = '{}' WHERE seq = 1",
        "DELETE FROM payload WHERE seq = 1",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            conn.execute(statement)


def test_no_personal_fact_stands_in_a_row_that_cannot_be_erased(house: House) -> None:
    house.inside("ada")
    house.sos("p-ada")
    house.forward(600_000)
    for row in log.rows(house.store.conn):
        line = " ".join((row.kind, row.reason, row.visit, row.worker, row.by))
        for secret in ("Reed", "Some Road", "EX1", "01392", "127.0.0.1"):
            assert secret not in line


def test_no_secret_stands_in_the_log_at_all(house: House) -> None:
    house.must("set_password", "setup", person="ada", password_hash="$argon2id$secret")
    bodies = " ".join(row.body or "" for row in log.rows(house.store.conn))
    for secret in ("argon2id", house.handsets["p-ada"].secret.hex(), "127.0.0.1:1"):
        assert secret not in bodies
