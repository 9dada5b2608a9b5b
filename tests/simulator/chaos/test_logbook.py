"""The log as checkers read it, on a database that the real engine wrote."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.inbox import FromPendant
from protocol import codec, messages, topics
from simulator.bench.house import House
from simulator.chaos.bounds import Bounds
from simulator.chaos.kept import next_action, watched
from simulator.chaos.logbook import read
from simulator.chaos.presses import in_log
from simulator.storm.seen import Seen

NOW_MS = 1_800_000_000_000
NOBODY = Seen()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, NOW_MS, 1)
    yield made
    made.store.close()


def press(house: House, seq: int) -> str:
    """An SOS at the hub; its identity."""
    who = house.pendants[0]
    message = messages.SosPressed(
        pendant=who.id, boot=who.boot, seq=seq, heard_ms=house.now_ms, since_ms=0, standing=0,
        phase="inside", gesture="sos-hold",
    )  # fmt: skip
    token = codec.seal(message, who.key_id, codec.up_key(who.secret))
    item = FromPendant("events", topics.up(who.id, "sos"), token, seq, 1, 0)
    house.engine.turn([item], house.now_ms)
    return message.identity()


def test_a_press_is_found_by_its_identity_with_its_alarm(house: House, tmp_path: Path) -> None:
    first, second = press(house, 8), press(house, 9)
    book = read(tmp_path)
    logged = in_log(book)
    pendant = house.pendants[0].id
    assert {first, second} == {identity for _, identity in logged}
    (raised,), (pressed,) = logged[pendant, first], logged[pendant, second]
    assert (raised.kind, pressed.kind) == ("alarm_raised", "alarm_pressed")
    assert raised.alarm == pressed.alarm and raised.alarm in book.alarms
    held = [each["identity"] for each in pressed.alarm_state["presses"]]
    assert held == [first, second]


def test_who_is_inside_is_watched_and_what_is_open_goes_on(house: House, tmp_path: Path) -> None:
    press(house, 8)
    book = read(tmp_path)
    assert [part["phase"] for visit in book.visits.values() for part in visit["parts"]] == [
        "inside"
    ]
    assert list(watched(NOBODY, book, Bounds())) == []
    assert list(next_action(NOBODY, book, Bounds())) == []


def test_a_deadline_that_is_lost_is_seen(house: House, tmp_path: Path) -> None:
    house.store.conn.execute("DELETE FROM deadline")
    book = read(tmp_path)
    assert [each.statement for each in watched(NOBODY, book, Bounds())] == ["watched"]


def test_a_glance_reads_no_lines(house: House, tmp_path: Path) -> None:
    book = read(tmp_path, lines=False)
    assert book.lines == () and book.visits and book.last_turn_ms == NOW_MS
