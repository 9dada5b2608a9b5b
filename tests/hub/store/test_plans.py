"""No statement of a turn or of a screen reads through a table that grows with the years."""

import sqlite3
from collections.abc import Callable

from tests.hub.house import MINUTE_MS, House

# These grow; people, clients, duty and genesis are read whole on purpose.
GROWING = ("log", "payload", "visit", "part", "alarm", "deadline", "page", "seen", "press", "boot",
           "pendant", "dead_letter")  # fmt: skip


def scans(conn: sqlite3.Connection, statements: set[str]) -> list[str]:
    found = []
    for statement in sorted(statements):
        if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
            continue
        for row in conn.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall():
            words = str(row[3]).split()
            is_scan = words[0] == "SCAN" and words[1] in GROWING
            # A partial index holds only what is open: reading all of it is reading what matters.
            if (
                is_scan
                and " LIMIT " not in statement
                and not any(
                    name in row[3] for name in ("_open", "_watched", "_waiting", "_danger", "_due")
                )
            ):
                found.append(f"{row[3]}: {statement[:120]}")
    return found


def traced(conn: sqlite3.Connection, act: Callable[[], object]) -> set[str]:
    statements: set[str] = set()
    conn.set_trace_callback(statements.add)
    try:
        act()
    finally:
        conn.set_trace_callback(None)
    return statements


def test_a_turn_reads_through_nothing_that_grows(house: House) -> None:
    def live() -> None:
        house.inside()
        house.sos("p-ada")
        house.beat("p-ada")
        house.must("take_duty", "dan", role="duty-manager", person="dan", on=True)
        (alarm, *_) = house.reader.open_alarms()
        house.must("acknowledge", "tom", alarm=alarm.id)
        house.must("resolve", "tom", alarm=alarm.id, outcome="fine", spoke=True)
        house.forward(40 * MINUTE_MS)
        house.engine.next_due_ms()
        house.engine.recover(house.now_ms)

    found = traced(house.store.conn, live)
    assert len(found) > 20
    assert scans(house.store.conn, found) == []


def test_a_board_reads_through_nothing_that_grows(house: House) -> None:
    visit = house.inside()
    house.sos("p-ada")
    reader, conn = house.reader, house.reader._conn()

    def look() -> None:
        reader.visit(visit)
        reader.visit_log(visit)
        reader.alarms_of(visit)
        alarm = reader.open_alarms()[0].id
        reader.alarm(alarm)
        reader.alarm_log(alarm)
        reader.pages(alarm)
        reader.waiting_pages(house.now_ms)
        reader.deadlines(f"visit:{visit}")
        reader.log_rows(5, 10)
        reader.dead_letters()
        reader.health()

    assert scans(conn, traced(conn, look)) == []
    # The board itself needs every pendant and every open visit's next deadline, nothing more.
    board = scans(conn, traced(conn, lambda: reader.board(house.now_ms)))
    assert all("SCAN pendant" in line or "SCAN deadline" in line for line in board), board


def test_the_notifiers_look_reads_only_what_waits(house: House) -> None:
    """Each second, for years: LIMIT alone would let it walk through every page ever sent."""
    conn = house.reader._conn()
    (statement,) = traced(conn, lambda: house.reader.waiting_pages(house.now_ms))
    plan = [str(row[3]) for row in conn.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert any("page_waiting" in step for step in plan), plan
