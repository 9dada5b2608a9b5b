"""The last word of a battery, and what a pendant says of messages that it refused."""

from hub.engine.beats import LOST_MS
from hub.store.views import Pendant
from tests.hub.engine.looks import alarms, counts
from tests.hub.house import HOUR_MS, MINUTE_MS, House


def ada(house: House) -> Pendant:
    return next(each for each in house.reader.pendants() if each.id == "p-ada")


def lost(house: House) -> int:
    return sum(row.kind == "beat_lost" for row in house.reader.log_rows(limit=10_000))


def test_on_a_visit_it_asks_at_once_and_the_silence_that_follows_asks_no_second_time(
    house: House,
) -> None:
    visit = house.inside()
    house.beat("p-ada", "inside")
    after = house.press("p-ada", "last-gasp", "inside")
    (asked,) = alarms(house, "battery_ended")
    assert (asked.visit, asked.worker) == (visit, "ada")
    assert after.pages
    assert (ada(house).battery_pct, ada(house).gasped_ms) == (1, house.now_ms)
    house.forward(LOST_MS + 1_000)
    assert lost(house) == 1, "noticed, and its cause is known"
    assert alarms(house, "beat_lost") == []
    house.must("record_contact", "tom", visit=visit, worker="ada", means="work-mobile",
               reached=True)  # fmt: skip
    assert alarms(house, "battery_ended") == []


def test_it_is_one_event_however_often_it_is_resent(house: House) -> None:
    house.inside()
    item = house.item(house.handsets["p-ada"].message("last-gasp", house.now_ms, "inside"))
    house.turn(item)
    before = counts(house)
    house.now_ms += 30_000
    house.turn(item)
    after = counts(house)
    assert {name: after[name] for name in ("log", "alarm", "page")} == {
        name: before[name] for name in ("log", "alarm", "page")
    }


def test_charged_again_its_silence_counts_as_any(house: House) -> None:
    house.inside()
    house.press("p-ada", "last-gasp", "inside")
    house.now_ms += 10_000
    house.beat("p-ada", "inside", battery_pct=40)
    assert ada(house).gasped_ms == 0
    house.forward(LOST_MS + 1_000)
    assert len(alarms(house, "beat_lost")) == 1


def test_a_wobble_after_it_is_not_yet_a_charge(house: House) -> None:
    house.inside()
    house.press("p-ada", "last-gasp", "inside")
    house.now_ms += 1_000
    house.beat("p-ada", "inside", battery_pct=2)
    assert ada(house).gasped_ms
    house.forward(LOST_MS + 1_000)
    assert alarms(house, "beat_lost") == []


def test_another_boot_has_been_charged(house: House) -> None:
    house.inside()
    house.press("p-ada", "last-gasp", "inside")
    house.handsets["p-ada"].boot = "00000000000000aa"
    house.now_ms += 60_000
    house.beat("p-ada", "inside", battery_pct=3)
    assert ada(house).gasped_ms == 0


def test_told_hours_later_it_is_history(house: House) -> None:
    house.inside()
    house.beat("p-ada", "inside")
    item = house.item(house.handsets["p-ada"].message("last-gasp", house.now_ms, "inside"))
    house.now_ms += HOUR_MS
    house.turn(item)
    assert alarms(house, "battery_ended") == []
    assert ada(house).gasped_ms == 0


def test_off_duty_it_is_known_and_nobody_is_called(house: House) -> None:
    house.press("p-ada", "last-gasp")
    assert house.reader.open_alarms() == ()
    assert ada(house).gasped_ms == house.now_ms
    visit = house.plan()
    assert not house.ask("start_out", "tom", visit=visit, worker="ada").ok, "HM-2.1: not ready"


def test_it_survives_a_restart_of_the_hub(house: House) -> None:
    house.inside()
    house.press("p-ada", "last-gasp", "inside")
    again = house.kill(house.folder.parent / "again")
    again.engine.recover(again.now_ms)
    again.now_ms += MINUTE_MS
    again.turn()
    again.forward(LOST_MS + 1_000)
    assert alarms(again, "beat_lost") == []
    assert len(alarms(again, "battery_ended")) == 1


def test_what_it_refused_is_kept_as_it_says_it(house: House) -> None:
    house.beat("p-ada", refused=7)
    assert ada(house).refused == 7
    house.now_ms += 10_000
    house.beat("p-ada", refused=7)
    house.handsets["p-ada"].boot = "00000000000000aa"
    house.now_ms += 10_000
    house.beat("p-ada", refused=0)
    assert ada(house).refused == 0, "of another boot"
