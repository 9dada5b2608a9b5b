"""Each shipped procedure over the days that clocks and calendars stumble on, and over outages.

Rule: a wait of a policy is a span, so a neglected visit goes the same way, minute by minute, on
every date; what fell due while the hub was down is dated when it fell due, and nothing is resolved.
"""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.policy.load import SHIPPED
from hub.rules.model import Value
from hub.rules.tasks import NO_RUNG
from tests.hub.house import GENESIS, HOUR_MS, MINUTE_MS, House
from tests.shipped import policy_of

POLICIES = sorted(path.stem for path in SHIPPED.glob("*.toml"))
LONDON = ZoneInfo(GENESIS.zone)
NEGLECT_MIN = 200  # longer than any procedure waits before a person has been asked


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def local(text: str) -> int:
    """The wall clock of the organisation."""
    return int(datetime.fromisoformat(text).replace(tzinfo=LONDON).timestamp() * 1000)


# (a day on which clock or calendar stumbles, an ordinary one of the same weekday and hour, UTC)
DAYS = {
    "clocks go back": ("2026-10-25 00:30", "2026-11-08 00:30"),
    "clocks go forward": ("2027-03-28 00:30", "2027-03-14 00:30"),
    "midnight": ("2026-12-02 23:45", "2026-12-02 21:45"),
    "the year ends": ("2026-12-31 23:30", "2026-12-17 23:30"),
    "leap day": ("2028-02-29 10:00", "2028-02-22 10:00"),
    "into leap day": ("2028-02-28 23:30", "2028-02-21 23:30"),
    "out of leap day": ("2028-02-29 23:30", "2028-02-22 23:30"),
}
EACH_POLICY = pytest.mark.parametrize("name", POLICIES)


def house_of(folder: Path, name: str, start_ms: int) -> House:
    house = House(folder, policy=policy_of(name), start_ms=start_ms)
    house.groundwork()
    return house


def happened(house: House, since_ms: int) -> list[tuple[str, int, str, str]]:
    """Everything that fell due and every alarm: what, how many ms after `since_ms`, why, of whom.
    The waits for people are not in it: they run from the page."""
    return [
        (row.kind, row.at_ms - since_ms, row.reason, row.worker)
        for row in house.reader.log_rows(limit=10_000)
        if row.kind == "alarm_raised" or (row.kind == "due" and not row.alarm)
    ]


def catch_up(house: House) -> None:
    """The turns that a hub takes after a start until nothing is due any more."""
    while (due_ms := house.engine.next_due_ms()) is not None and due_ms <= house.now_ms:
        house.turn()


def neglected(house: House) -> list[tuple[str, int, str, str]]:
    """She is let in, and nobody does anything any more."""
    start_ms = house.now_ms
    house.inside()
    for _ in range(NEGLECT_MIN // 20):
        house.forward(20 * MINUTE_MS)
    return happened(house, start_ms)


@EACH_POLICY
@pytest.mark.parametrize("day", sorted(DAYS))
def test_a_neglected_visit_goes_the_same_way_on_every_date(
    tmp_path: Path, name: str, day: str
) -> None:
    seen = []
    for number, text in enumerate(DAYS[day]):
        house = house_of(tmp_path / str(number), name, utc(text))
        seen.append(neglected(house))
        house.store.close()
    assert [kind for kind, *_ in seen[0]].count("alarm_raised") >= 1
    assert seen[0] == seen[1]


@EACH_POLICY
def test_a_jump_over_the_change_is_as_many_small_steps(tmp_path: Path, name: str) -> None:
    """The deadline law over a night with 25 hours in its day."""
    seen = []
    for steps in (1, NEGLECT_MIN // 4):
        house = house_of(tmp_path / str(steps), name, utc("2026-10-24 23:50"))
        start_ms = house.now_ms
        visit = house.inside()
        for _ in range(steps):
            house.forward(NEGLECT_MIN * MINUTE_MS // steps)
        house.forward(0)
        seen.append([row for row in happened(house, start_ms) if row[0] == "due"])
        assert house.visit(visit).phase == "inside"
        house.store.close()
    assert seen[0] == seen[1] != []


@EACH_POLICY
@pytest.mark.parametrize("day", ["2026-10-23", "2026-10-26", "2027-03-26", "2027-03-30"])
def test_office_hours_are_the_clocks_on_the_wall(tmp_path: Path, name: str, day: str) -> None:
    """The working days before and after each change: an hour's error would show at both ends."""
    hours = policy_of(name).hours
    opens_ms = local(f"{day} {hours.opens_min // 60:02}:{hours.opens_min % 60:02}")
    house = house_of(tmp_path / "hub", name, opens_ms - 2 * HOUR_MS)
    for start_ms, is_out in ((opens_ms - MINUTE_MS, True), (opens_ms, False)):
        in_ms = start_ms - house.now_ms
        visit = house.plan(in_ms=in_ms)
        assert ("out_of_hours" in house.visit(visit).facts) == is_out, (name, day, is_out)


@EACH_POLICY
def test_a_hub_that_was_down_over_several_deadlines_misses_none(tmp_path: Path, name: str) -> None:
    """Against the same neglected visit under a hub that was never down."""
    start_ms = utc("2026-12-02 10:00")
    watched = house_of(tmp_path / "watched", name, start_ms)
    expected = set(neglected(watched))
    watched.store.close()
    house = house_of(tmp_path / "first", name, start_ms)
    visit = house.inside()
    again = house.kill(tmp_path / "again")
    again.now_ms += NEGLECT_MIN * MINUTE_MS
    again.engine.recover(again.now_ms)
    catch_up(again)
    found = {row for row in happened(again, start_ms) if "blind" not in row[2]}
    assert {row for row in expected if "signal" not in row[2]} <= found
    assert again.visit(visit).phase == "inside"
    kinds = {alarm.kind for alarm in again.reader.open_alarms()}
    assert "hub_blind" in kinds
    for alarm in again.reader.open_alarms():
        assert alarm.state == "open"
        assert (alarm.step, alarm.round) == (0, 0), "nobody was paged while the hub was down"
        assert alarm.next_ms > again.now_ms


@EACH_POLICY
def test_a_hub_that_dies_again_and_again_pages_each_alarm(tmp_path: Path, name: str) -> None:
    """Killed every half hour of a neglected visit, each time for longer than any deadline's gap."""
    house = house_of(tmp_path / "0", name, utc("2026-12-02 10:00"))
    visit = house.inside()
    for number in range(1, 6):
        house = house.kill(tmp_path / str(number), seed=number + 1)
        house.now_ms += 30 * MINUTE_MS
        house.engine.recover(house.now_ms)
        catch_up(house)
        house.forward(MINUTE_MS)
    assert house.visit(visit).phase == "inside"
    open_alarms = house.reader.open_alarms()
    assert {alarm.visit for alarm in open_alarms} >= {visit}
    for alarm in open_alarms:
        assert house.reader.pages(alarm.id), alarm.kind
        dues = [due.due_ms for due in house.reader.deadlines(f"alarm:{alarm.id}")]
        assert alarm.next_ms in dues
        assert min(dues) > house.now_ms


@EACH_POLICY
def test_a_task_that_fell_due_while_the_hub_was_down_is_asked_for_once(
    tmp_path: Path, name: str
) -> None:
    """Not once for each time that it would have been asked for, and not never."""
    house = house_of(tmp_path / "first", name, utc("2026-12-02 10:00"))
    house.sos("p-ada")
    (sos,) = house.reader.open_alarms()
    assert sos.tasks, f"{name} asks nobody to call for help"
    again = house.kill(tmp_path / "again")
    again.now_ms += 3 * HOUR_MS
    again.engine.recover(again.now_ms)
    catch_up(again)
    (sos,) = [alarm for alarm in again.reader.open_alarms() if alarm.kind == "sos"]
    for task in sos.tasks:
        assert (task.state, task.asked) == ("open", 1)
        assert task.due_ms == again.now_ms + task.again_ms
    asked = [page for page in again.reader.pages(sos.id) if page.step == NO_RUNG]
    per_person = Counter((page.person, page.body) for page in asked)
    assert per_person
    assert set(per_person.values()) == {1}


def test_a_review_counts_years_from_a_leap_day(tmp_path: Path) -> None:
    """Written on 29 February: due on the last day of February, when the office opens there."""
    seen = 0
    for name in POLICIES:
        policy = policy_of(name)
        row = policy.register.get("assessment")
        if row is None or not row.review_months:
            continue
        house = House(tmp_path / name, policy=policy, start_ms=utc("2028-02-29 10:00"))
        facts: dict[str, Value] = {"kind": "assessment", "about": "c-1", "found": "nothing",
                                   "assessed_on": "2028-02-29", "assessors": "tom"}  # fmt: skip
        written = house.must("write_record", "tom", verb="write", **facts)
        house.must("write_record", "mia", kind="assessment", verb="sign", record=written.id)
        opens = f"{policy.hours.opens_min // 60:02}:{policy.hours.opens_min % 60:02}"
        (due,) = house.reader.deadlines(f"record:{written.id}")
        assert due.due_ms == local(f"2029-01-31 {opens}"), f"{name}: four weeks before"
        for day in range(28, -1, -1):
            house.forward(local(f"2029-02-28 {opens}") - day * 24 * HOUR_MS - house.now_ms)
        assert house.reader.open_alarms() == ()
        reminders = [row for row in house.reader.log_rows(limit=1_000) if row.kind == "due"]
        assert reminders[-1].at_ms == house.now_ms, f"{name}: and on the day itself"
        seen += 1
    assert seen >= 3


@EACH_POLICY
def test_hidden_hours_of_the_change_lose_no_reminder(tmp_path: Path, name: str) -> None:
    """A visit entered before the night that has 23 or 25 hours, for the morning after it."""
    for eve, morning in (("2026-10-24 18:00", "2026-10-25 09:30"),
                         ("2027-03-27 18:00", "2027-03-28 09:30")):  # fmt: skip
        house = house_of(tmp_path / eve[:10], name, local(eve))
        visit = house.plan(in_ms=local(morning) - local(eve))
        assert house.visit(visit).planned_start_ms == local(morning)
        house.forward(local(morning) - local(eve) - MINUTE_MS)
        assert "no_arrival" not in {alarm.kind for alarm in house.reader.open_alarms()}
        house.forward(HOUR_MS)
        raised = [alarm for alarm in house.reader.open_alarms() if alarm.visit == visit]
        assert raised, "she has not come, and nobody was asked"
        assert min(alarm.raised_ms for alarm in raised) >= local(morning)
