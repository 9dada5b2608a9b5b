"""Several things in one turn, and turns that fail: what the database has not yet, and what it has
not after all.

Rule: each of these happens when a commit is slow, and items of seconds are decided together.
"""

import sqlite3

import pytest

from hub.engine.beats import LOST_MS
from hub.engine.pendants import MAX_BOOTS
from hub.inbox import Command, LinkChanged
from hub.rules.model import Value
from protocol.messages import Standing, open_press
from tests.hub.house import MINUTE_MS, House


def kinds(house: House) -> list[str]:
    return [alarm.kind for alarm in house.reader.open_alarms()]


def log_kinds(house: House) -> list[str]:
    return [row.kind for row in house.reader.log_rows(limit=10_000)]


def fail_once(house: House, monkeypatch: pytest.MonkeyPatch, *items: Command) -> None:
    """A turn that decides everything and cannot be written: the disk is full."""

    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(house.store, "commit", full)
        with pytest.raises(sqlite3.OperationalError):
            house.turn(*items)


@pytest.mark.parametrize("up", [True, False])
def test_a_session_that_comes_and_goes_in_one_turn_is_as_it_was_last(
    house: House, up: bool
) -> None:
    house.turn(LinkChanged("events", up))
    house.turn(LinkChanged("events", not up), LinkChanged("events", up))
    assert house.reader.health().links[0].events == ("up" if up else "down")
    first, last = ("link_up", "link_down") if up else ("link_down", "link_up")
    assert [kind for kind in log_kinds(house) if kind.startswith("link")] == [first, last, first]


def test_silence_that_a_failed_turn_had_noticed_is_noticed_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.inside()
    house.now_ms += LOST_MS
    fail_once(house, monkeypatch)
    assert "beat_lost" not in kinds(house)
    house.turn()
    assert "beat_lost" in kinds(house)


def test_a_pendant_stays_watched_when_its_visit_ended_in_a_turn_that_never_was(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = house.inside()
    house.must("confirm_departure", "tom", visit=visit, worker="ada")
    home = Command("confirm_home", "tom", {"visit": visit, "worker": "ada"})
    fail_once(house, monkeypatch, home)
    assert house.visit(visit).parts[0].phase != "closed"
    house.forward(LOST_MS)
    assert "beat_lost" in log_kinds(house)


def test_who_was_silent_longest_is_still_told_first_after_a_failed_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.inside("ada")
    house.now_ms += MINUTE_MS
    house.inside("bea")
    house.now_ms += LOST_MS - MINUTE_MS
    fail_once(house, monkeypatch)
    house.turn()
    assert log_kinds(house).count("beat_lost") == 1, "of Ada's; Bea's has another minute"
    house.forward(MINUTE_MS)
    assert log_kinds(house).count("beat_lost") == 2


def test_a_pendant_of_many_boots_is_answered_though_it_tells_of_an_older_one(house: House) -> None:
    """As many boots as are kept in memory, and an open press of yet another."""
    handset = house.handsets["p-ada"]
    for boot in range(2, 2 + MAX_BOOTS):
        handset.boot, handset.seq = f"{boot:016x}", 0
        handset.open = []
        if boot == 1 + MAX_BOOTS:
            handset.open = [open_press(f"{0xABC:016x}.7", "sos-pressed")]
        house.now_ms += MINUTE_MS
        after = house.turn(house.item(handset.message("beat", house.now_ms)))
        assert any(isinstance(each, Standing) for each in handset.heard(after))
    assert kinds(house) == ["sos"]
    first = house.item(handset.message("beat", house.now_ms))
    house.turn(first)
    rows = log_kinds(house)
    assert house.turn(first).down == [], "played again, it is no sign of life"
    assert log_kinds(house) == rows


def test_the_last_duty_is_told_of_though_she_set_out_in_that_very_turn(house: House) -> None:
    visit = house.plan()
    house.beat("p-ada")
    out = Command("start_out", "tom", {"visit": visit, "worker": "ada"})
    off: dict[str, Value] = {"role": "duty-manager", "person": "mia", "on": False}
    house.turn(out, Command("take_duty", "mia", off))
    assert house.visit(visit).phase == "on-the-way"
    assert "nobody_on_duty" in kinds(house)
