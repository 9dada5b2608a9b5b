"""After an outage: drained, told once, most dangerous first, dated when due, nothing resolved."""

from pathlib import Path

import pytest

from hub.engine import recovery, timers
from hub.rules import tasks
from tests.hub.house import HOUR_MS, MINUTE_MS, START_MS, House


def log_kinds(house: House) -> list[str]:
    return [row.kind for row in house.reader.log_rows(limit=10_000)]


def test_a_first_start_has_missed_nothing(house: House, tmp_path: Path) -> None:
    fresh = House(tmp_path / "fresh", fill=False)
    fresh.engine.recover(fresh.now_ms)
    assert set(log_kinds(fresh)) <= {"review_began"}  # the calendar begins, nothing is late


def test_the_outage_is_one_line_and_an_alarm_while_visits_were_open(
    house: House, tmp_path: Path
) -> None:
    house.inside()
    again = house.kill(tmp_path / "again")
    again.now_ms += HOUR_MS
    again.engine.recover(again.now_ms)
    health = again.reader.health()
    assert (health.blind_from_ms, health.blind_until_ms) == (START_MS, START_MS + HOUR_MS)
    assert "hub_blind" in {alarm.kind for alarm in again.reader.open_alarms()}


def test_an_outage_with_nothing_open_disturbs_nobody(house: House, tmp_path: Path) -> None:
    again = house.kill(tmp_path / "again")
    again.now_ms += HOUR_MS
    after = again.engine.recover(again.now_ms)
    assert again.reader.open_alarms() == ()
    assert not after.pages
    assert log_kinds(again)[-1] == "hub_restarted"


def test_what_fell_due_fires_dated_when_it_fell_due(house: House, tmp_path: Path) -> None:
    house.inside()
    again = house.kill(tmp_path / "again")
    again.now_ms += HOUR_MS
    after = again.engine.recover(again.now_ms)
    assert after.pages
    found = {alarm.kind: alarm.raised_ms for alarm in again.reader.open_alarms()}
    assert found["call_back_due"] == START_MS + 20 * MINUTE_MS
    assert found["manager_now"] == START_MS + 30 * MINUTE_MS


def test_the_backlog_comes_before_what_fell_due(house: House, tmp_path: Path) -> None:
    """She arrived while the hub was down: the broker's message must not lose to the deadline."""
    visit = house.plan()
    house.beat("p-ada")
    arrival = house.item(house.handsets["p-ada"].message("arrived", START_MS + 60_000, "planned"))
    again = house.kill(tmp_path / "again")
    again.now_ms += HOUR_MS
    again.engine.drain([arrival], again.now_ms)
    assert {alarm.kind for alarm in again.reader.open_alarms()} == set()
    again.engine.recover(again.now_ms)
    kinds = {alarm.kind for alarm in again.reader.open_alarms()}
    assert "no_arrival" not in kinds
    assert "arrival_unconfirmed" in kinds
    assert again.visit(visit).phase == "at-door"


def test_the_most_dangerous_goes_first(house: House, tmp_path: Path) -> None:
    house.inside("ada")
    house.forward(MINUTE_MS)
    house.sos("p-bea")
    again = house.kill(tmp_path / "again")
    again.now_ms += 2 * HOUR_MS
    before = len(log_kinds(again))
    again.engine.recover(again.now_ms)
    rows = again.reader.log_rows(before, 1_000)
    first_sos = next(n for n, row in enumerate(rows) if row.worker == "bea")
    first_visit = next(n for n, row in enumerate(rows) if row.kind == "due" and row.visit)
    assert first_sos < first_visit


def test_an_outage_does_not_run_through_a_ladder_in_one_second(
    house: House, tmp_path: Path
) -> None:
    """Waits for people run from the page, and nobody was paged while the hub was down."""
    house.sos("p-ada")
    again = house.kill(tmp_path / "again")
    again.now_ms += 2 * HOUR_MS
    again.engine.recover(again.now_ms)
    sos = next(each for each in again.reader.open_alarms() if each.kind == "sos")
    assert (sos.state, sos.step, sos.round) == ("open", 0, 0)
    assert sos.next_ms > again.now_ms
    now = [p for p in again.reader.pages(sos.id) if p.created_ms == again.now_ms]
    assert [(p.step, p.person) for p in now if p.step >= 0] == [(0, "tom"), (0, "mia")]
    # HM-5.2: what nobody has done in two hours is asked for at once.
    assert [p.person for p in now if p.step == tasks.NO_RUNG] == ["tom", "tom"]


def test_a_restart_that_nobody_could_notice_pages_nobody_again(
    house: House, tmp_path: Path
) -> None:
    """A crash loop must not become a flood of pages; what was not sent is in the outbox still."""
    house.sos("p-ada")
    again = house.kill(tmp_path / "again")
    again.now_ms += 2_000
    pages = len(again.reader.pages())
    after = again.engine.recover(again.now_ms)
    assert not after.pages
    assert len(again.reader.pages()) == pages == len(again.reader.waiting_pages(again.now_ms))
    assert log_kinds(again)[-1] == "hub_restarted"


def test_many_alarms_are_paged_again_over_several_turns(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "PAGED_AT_ONCE", 1)
    house.sos("p-ada")
    house.sos("p-bea")
    again = house.kill(tmp_path / "again")
    again.now_ms += HOUR_MS
    again.engine.recover(again.now_ms)
    assert again.engine.next_due_ms() == again.now_ms
    again.turn()
    told = [row for row in again.reader.log_rows(limit=1_000) if row.kind == "hub_restarted"]
    assert {row.worker for row in told} == {"", "ada", "bea"}


def test_recovery_catches_up_over_several_turns(house: House, tmp_path: Path) -> None:
    for number in range(12):
        house.add_handset(f"p-w{number}", "")
        house.must("add_person", "setup", id=f"w{number}", name=f"W {number}", initials="W")
        house.must("add_pendant", "setup", id=f"p-w{number}", worker=f"w{number}")
        house.inside(f"w{number}")
    again = house.kill(tmp_path / "again")
    again.now_ms += HOUR_MS
    timers_before = timers.MAX_DUE
    try:
        timers.MAX_DUE = 5
        again.engine.recover(again.now_ms)
        turns = 0
        while (due_ms := again.engine.next_due_ms()) is not None and due_ms <= again.now_ms:
            again.turn()
            turns += 1
            assert turns < 100
    finally:
        timers.MAX_DUE = timers_before
    kinds = [alarm.kind for alarm in again.reader.open_alarms()]
    assert turns > 2
    assert kinds.count("manager_now") == 12


def test_silence_counts_anew_after_a_restart(house: House, tmp_path: Path) -> None:
    house.inside()
    again = house.kill(tmp_path / "again")
    again.now_ms += MINUTE_MS
    again.engine.recover(again.now_ms)
    again.forward(2 * MINUTE_MS)
    assert "beat_lost" not in {alarm.kind for alarm in again.reader.open_alarms()}
    again.forward(MINUTE_MS)
    assert "beat_lost" in {alarm.kind for alarm in again.reader.open_alarms()}


def test_a_restored_backup_learns_of_an_sos_from_the_pendant(house: House, tmp_path: Path) -> None:
    """P1: the backup is older than the SOS."""
    backup = house.kill(tmp_path / "backup")
    handset = house.handsets["p-ada"]
    message = handset.message("sos-pressed", house.now_ms)
    handset.open = [message.identity() + "s"]
    house.turn(house.item(message))
    house.store.close()
    backup.now_ms += HOUR_MS
    backup.engine.recover(backup.now_ms)
    assert backup.reader.open_alarms() == ()
    after = backup.beat("p-ada")
    (alarm,) = backup.reader.open_alarms()
    assert (alarm.kind, alarm.presses[0].identity) == ("sos", message.identity())
    assert after.pages


def test_a_clock_that_jumped_is_an_alarm_and_every_exposed_visit_is_asked(house: House) -> None:
    visit = house.inside("ada")
    house.now_ms += 3 * HOUR_MS
    house.engine.clock_jumped(house.now_ms, 3 * HOUR_MS)
    assert "clock_jumped" in {alarm.kind for alarm in house.reader.open_alarms()}
    assert house.engine.next_due_ms() == house.now_ms
    house.turn()
    assert house.visit(visit).parts[0].prompt
