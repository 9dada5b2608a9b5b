"""The engine's thread on a hand-moved clock: failed turns, poison, full disks, jumps."""

import logging
import sqlite3
from pathlib import Path

import pytest

from hub.clock import SystemClock
from hub.engine import intake
from hub.engine.loop import IDLE_MS, Loop
from hub.engine.turn import Turn
from hub.inbox import Command, FromPendant, Inbox, Reply
from hub.policy.model import Policy
from hub.rules import visit as visit_rules
from hub.rules.effects import Decision
from hub.rules.model import Event, Visit
from tests.hub.engine.loop_rig import Notes, Rig, kinds
from tests.hub.house import MINUTE_MS, House


@pytest.fixture
def rig(house: House) -> Rig:
    return Rig(house)


def sos(house: House) -> FromPendant:
    return house.item(house.handsets["p-ada"].message("sos-pressed", house.now_ms))


def test_a_message_goes_through_inbox_turn_and_hands(rig: Rig) -> None:
    item = sos(rig.house)
    rig.inbox.put(item)
    rig.step()
    assert rig.notes.acks == [item.mid]
    assert kinds(rig.house) == {"sos"}


def test_deadlines_fire_without_any_message(rig: Rig) -> None:
    visit = rig.house.inside()
    rig.clock.advance(21 * MINUTE_MS)
    rig.step()
    assert rig.house.visit(visit).parts[0].fired
    assert "call_back_due" in kinds(rig.house)


def test_an_idle_hub_turns_so_that_the_board_sees_it_live(rig: Rig) -> None:
    rig.step()
    for _ in range(5):
        rig.loop.step(IDLE_MS)
        assert rig.clock.now_ms() - rig.house.reader.health().last_turn_ms <= IDLE_MS


def test_hands_that_fail_do_not_stop_the_engine(rig: Rig) -> None:
    rig.notes.broken = True
    rig.inbox.put(sos(rig.house))
    rig.step()
    rig.notes.broken = False
    rig.inbox.put(sos(rig.house))
    rig.step()
    assert len(rig.notes.acks) == 1
    assert len(rig.house.reader.open_alarms()[0].presses) == 2


class FullDisk:
    """The store's disk is full for so many turns."""

    def __init__(self, house: House, turns: int) -> None:
        self.left = turns
        self._real = house.store.write_many
        house.store.write_many = self.write_many  # type: ignore[method-assign]  # the planted fault

    def write_many(self, statement: str, rows: object) -> None:
        if self.left:
            self.left -= 1
            raise sqlite3.OperationalError("database or disk is full")
        self._real(statement, rows)  # type: ignore[arg-type]  # handed through as it came


def test_a_full_disk_acknowledges_nothing_and_loses_nothing(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.step()
    rig.notes.afters.clear()
    FullDisk(rig.house, 3)
    seen: list[tuple[str, list[int]]] = []

    def look(pause_ms: int) -> None:
        seen.append((rig.loop.fault.text, rig.notes.acks))

    rig.loop._rest = look  # type: ignore[method-assign]  # a look between two tries
    item = sos(rig.house)
    rig.inbox.put(item)
    with caplog.at_level(logging.ERROR):
        rig.step()
    assert seen == [("the database does not take a turn: database or disk is full", [])] * 3
    assert "disk is full" in caplog.text
    assert rig.loop.fault.text == ""
    assert rig.notes.acks == [item.mid]
    assert len(rig.house.reader.open_alarms()[0].presses) == 1


def test_a_database_that_really_cannot_grow(tmp_path: Path) -> None:
    """The same with SQLite's own limit: reads go on, and when there is room the turn is done."""
    rig = Rig(House(tmp_path / "hub"))
    rig.step()
    store = rig.house.store
    pages = store.all("PRAGMA page_count")[0][0]
    store.all(f"PRAGMA max_page_count = {pages}")
    tries = []

    def make_room(pause_ms: int) -> None:
        tries.append(rig.loop.fault.text)
        assert rig.house.reader.people(), "everybody can go on reading"
        if len(tries) == 2:
            store.all("PRAGMA max_page_count = 1000000")

    rig.loop._rest = make_room  # type: ignore[method-assign]  # instead of a pause
    items = [sos(rig.house) for _ in range(120)]
    for item in items:
        rig.inbox.put(item)
    while rig.inbox.waiting()["sos"]:
        rig.step()
    assert len(tries) == 2
    assert "full" in tries[0]
    assert rig.notes.acks == [item.mid for item in items]
    assert len(rig.house.reader.alarm_log(rig.house.reader.open_alarms()[0].id)) >= 120


def test_a_stop_while_the_disk_is_full_leaves_everything_in_the_inbox(rig: Rig) -> None:
    rig.step()
    FullDisk(rig.house, 1_000)

    def stop(pause_ms: int) -> None:
        rig.loop._stopping.set()

    rig.loop._rest = stop  # type: ignore[method-assign]  # asked to stop while it waits
    rig.inbox.put(sos(rig.house))
    rig.step()
    assert rig.notes.acks == []
    assert rig.inbox.waiting()["sos"] == 1


def poison(monkeypatch: pytest.MonkeyPatch, mid: int) -> None:
    """One message of the batch trips over a fault of ours."""
    real = intake.take

    def take(turn: Turn, item: FromPendant) -> None:
        if item.mid == mid:
            raise ZeroDivisionError("planted")
        real(turn, item)

    monkeypatch.setattr(intake, "take", take)


def test_one_poisonous_message_stops_no_other_and_is_told(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.step()
    items = [sos(rig.house) for _ in range(3)]
    poison(monkeypatch, items[1].mid)
    for item in items:
        rig.inbox.put(item)
    rig.step()
    assert rig.notes.acks == [item.mid for item in items]
    assert kinds(rig.house) == {"sos", "unverified_sos"}, "an SOS that we cannot read still pages"
    (letter,) = rig.house.reader.dead_letters()
    assert (letter.reason, letter.raw) == ("fault", items[1].token)


def test_a_command_that_trips_over_a_fault_is_answered(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.step()

    def broken(*given: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("hub.engine.commands.take", broken)
    reply = Reply()
    rig.inbox.put(Command("cancel", "tom", {"visit": "v"}, reply))
    rig.step()
    (answer,) = rig.notes.answers
    assert not answer.ok
    assert "fault of its own" in answer.reason


def test_one_deadline_that_trips_over_a_fault_holds_up_no_other(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = rig.house.inside("ada"), rig.house.inside("bea")
    rig.step()
    real = visit_rules.decide

    def decide(terms: Policy, visit: Visit, event: Event, now_ms: int) -> Decision:
        if visit.id == bad and event.kind == "due":
            raise ZeroDivisionError("planted")
        return real(terms, visit, event, now_ms)

    monkeypatch.setattr(visit_rules, "decide", decide)
    rig.clock.advance(31 * MINUTE_MS)
    item = sos(rig.house)
    rig.inbox.put(item)
    for _ in range(4):
        rig.step()
    assert rig.notes.acks == [item.mid]
    found = {(alarm.kind, alarm.visit) for alarm in rig.house.reader.open_alarms()}
    assert {("call_back_due", good), ("manager_now", good), ("unattended", bad)} <= found
    assert rig.loop.fault.text == ""


def test_the_thread_starts_and_stops(house: House) -> None:
    inbox, notes = Inbox(), Notes()

    loop = Loop(house.engine, SystemClock(house.now_ms), inbox, notes)
    loop.start()
    reply = Reply()
    inbox.put(Command("turn", "", {}, reply))
    while not notes.answers:
        assert loop.is_alive()
    loop.stop()
    assert not loop.is_alive()
    assert notes.answers[0].ok
