"""Days, buildings and meetings in the engine: which entry a press belongs to, who hears of what."""

from pathlib import Path

import pytest

from hub.replay import replay
from tests.hub.engine.looks import alarms
from tests.hub.house import HOUR_MS, MINUTE_MS, House
from tests.shipped import policy_of

READ_BACK = {"place": "C1", "name": "Ada", "departure_contact": "tom"}


@pytest.fixture
def plain(tmp_path: Path) -> House:
    return House(tmp_path / "plain", policy=policy_of("plain"))


def _day(house: House, **more: int) -> str:
    end_ms = house.now_ms + more.get("start_in_ms", 0) + 8 * HOUR_MS
    return house.plan(kind="day", client="", in_ms=more.get("start_in_ms", 0), end_ms=end_ms)


def _kinds(house: House, visit: str) -> list[str]:
    return [claim.kind for claim in house.visit(visit).parts[0].claims]


def _about(house: House) -> list[tuple[str, str]]:
    return [(page.subject.split(":")[0], page.person) for page in house.reader.pages()]


def test_a_press_goes_to_the_day_only_when_no_other_entry_fits(plain: House) -> None:
    day = _day(plain)
    plain.press("p-ada", "ok", "to-base")
    assert _kinds(plain, day) == ["ok"]
    visit = plain.plan()
    plain.press("p-ada", "arrived", "to-base")
    assert (plain.visit(visit).phase, _kinds(plain, day)) == ("at-door", ["ok"])


def test_a_visit_that_waits_for_home_goes_before_the_day(plain: House) -> None:
    day = _day(plain)
    visit = plain.inside()
    plain.must("confirm_departure", "tom", visit=visit, worker="ada", then="base")
    assert plain.visit(visit).phase == "to-base"
    plain.press("p-ada", "home-safe", "to-base", gesture="d-hold")
    assert "home_claim" in plain.visit(visit).parts[0].anchors
    assert _kinds(plain, day) == []


def test_tomorrows_day_takes_no_press_of_today(plain: House) -> None:
    day = _day(plain, start_in_ms=12 * HOUR_MS)
    plain.press("p-ada", "home-safe", "off", gesture="d-hold")
    assert _kinds(plain, day) == []


def test_what_a_day_cannot_mean_pages_a_person(plain: House) -> None:
    day = _day(plain)
    plain.press("p-ada", "departed", "to-base", gesture="d-short")
    assert _kinds(plain, day) == ["departed"]
    (asked,) = alarms(plain, "unplanned")
    assert asked.visit == day


def test_whoever_speaks_with_her_about_a_visit_has_spoken_for_her_day(plain: House) -> None:
    day = _day(plain)
    plain.forward(2 * HOUR_MS)
    assert len(alarms(plain, "check_in_missed")) == 1
    visit = plain.plan()
    plain.press("p-ada", "arrived", "to-base")
    plain.now_ms += MINUTE_MS
    plain.must("confirm_arrival", "tom", visit=visit, worker="ada", **READ_BACK)
    part = plain.visit(day).parts[0]
    assert part.anchors["contact"] == part.anchors["awaited"] == plain.now_ms
    assert alarms(plain, "check_in_missed") == []
    plain.forward(2 * HOUR_MS - MINUTE_MS)
    assert alarms(plain, "check_in_missed") == []
    plain.forward(MINUTE_MS)
    assert len(alarms(plain, "check_in_missed")) == 1


def test_a_contact_elsewhere_has_a_row_of_its_own_and_is_decided_again(plain: House) -> None:
    day = _day(plain)
    visit = plain.inside()
    plain.now_ms += MINUTE_MS
    plain.must("record_contact", "tom", visit=visit, worker="ada", means="work-mobile",
               reached=True)  # fmt: skip
    rows = plain.store.all("SELECT kind FROM log WHERE visit = ?", (day,))
    assert [kind for (kind,) in rows].count("contact_elsewhere") == 2  # let in, and spoken with
    assert replay(plain.store.conn).problems == []


def test_her_own_pair_is_no_contact_for_a_day(plain: House) -> None:
    day = _day(plain)
    visit = plain.inside()
    before = plain.visit(day)
    plain.now_ms += MINUTE_MS
    assert not plain.ask("record_contact", "ada", visit=visit, worker="ada", means="in-person",
                         reached=True).ok  # fmt: skip
    assert plain.visit(day) == before


def test_a_failed_attempt_is_no_contact_elsewhere(plain: House) -> None:
    day = _day(plain)
    visit = plain.inside()
    before = plain.visit(day)
    plain.must("record_contact", "tom", visit=visit, worker="ada", means="work-mobile",
               result="answerphone")  # fmt: skip
    assert plain.visit(day) == before


def test_an_sos_between_visits_names_the_day_and_its_worker(plain: House) -> None:
    day = _day(plain)
    plain.sos("p-ada")
    (alarm,) = alarms(plain, "sos")
    assert (alarm.visit, alarm.worker, alarm.interested) == (day, "ada", ("ada",))


def test_a_cancelled_visit_is_told_to_the_tracker_and_not_to_who_cancelled_it(
    house: House,
) -> None:
    visit = house.plan(in_ms=HOUR_MS)
    house.must("cancel", "mia", visit=visit, note="the client is away")
    assert _about(house) == [("cancelled", "tom")]
    other = house.plan(in_ms=HOUR_MS)
    house.must("cancel", "tom", visit=other, note="the client is away")
    assert _about(house) == [("cancelled", "tom")]


def test_a_moved_visit_takes_its_deadlines_with_it(plain: House) -> None:
    visit = plain.plan(in_ms=HOUR_MS)
    start_ms = plain.now_ms + 3 * HOUR_MS
    plain.must("reschedule", "tom", visit=visit, start_ms=start_ms, end_ms=start_ms + HOUR_MS)
    plain.forward(2 * HOUR_MS)
    assert alarms(plain, "no_arrival") == []
    plain.forward(HOUR_MS + 15 * MINUTE_MS)
    assert len(alarms(plain, "no_arrival")) == 1


def test_alone_in_the_building_needs_no_client(plain: House) -> None:
    site = plain.plan(kind="site", client="", then="")
    plain.press("p-ada", "arrived", "planned")
    plain.must("confirm_arrival", "tom", visit=site, worker="ada", **READ_BACK)
    plain.must("confirm_departure", "tom", visit=site, worker="ada")
    assert plain.visit(site).phase == "closed"


def test_her_pendants_silence_counts_on_a_visit_and_not_on_a_day(plain: House) -> None:
    day = _day(plain)
    plain.beat("p-ada", "to-base")
    plain.forward(HOUR_MS)
    assert alarms(plain, "beat_lost") == []
    assert not any(pendant.watched for pendant in plain.reader.pendants())
    plain.inside()
    plain.forward(10 * MINUTE_MS)
    assert len(alarms(plain, "beat_lost")) == 1
    assert plain.visit(day).phase == "to-base"
