"""People who try to loosen the watch on themselves, or to say what only the hub may know.

Each was thought of as an attack on a promise; what must hold is in its name.
"""

from pathlib import Path

import pytest

from hub import replay
from hub.rules.model import Alarm, Value
from tests.hub.house import HOUR_MS, MINUTE_MS, House
from tests.shipped import policy_of

START_MS = 1_796_205_600_000  # a Wednesday in December 2026, 10:00 in London
FAR_MS = (1 << 53) - 1


def begun(folder: Path, name: str) -> House:
    house = House(folder, policy=policy_of(name), start_ms=START_MS)
    house.groundwork()
    return house


def alarm_of(house: House, kind: str) -> Alarm:
    (found,) = [each for each in house.reader.open_alarms() if each.kind == kind]
    return found


def replays(house: House) -> None:
    assert replay.replay(house.store.conn).problems == []


def on_duty(house: House, role: str) -> set[str]:
    return {row[0] for row in house.store.all("SELECT person FROM duty WHERE role = ?", (role,))}


# Duties.


@pytest.mark.clause("DC-ooh")
@pytest.mark.parametrize(
    "said",
    [{"workers": ""}, {"workers": "bea", "client": "c-1"}, {"on": "False"}, {"visit": "v-none"}],
)
def test_nothing_said_besides_lets_the_last_designated_manager_go(
    tmp_path: Path, said: dict[str, Value]
) -> None:
    house = begun(tmp_path, "derbyshire-childrens-services")
    house.must("take_duty", "mia", role="designated", person="mia", on=True)
    house.must("take_duty", "tom", role="designated", person="tom", on=False)
    house.inside()
    facts: dict[str, Value] = {"role": "designated", "person": "mia", "on": False}
    assert not house.ask_with("take_duty", "mia", facts | said).ok
    assert "mia" in on_duty(house, "designated")


@pytest.mark.parametrize("on", ["True", "YES", " on ", True, 1])
def test_who_takes_a_duty_takes_it_in_whatever_spelling(
    tmp_path: Path, on: str | bool | int
) -> None:
    house = begun(tmp_path, "derbyshire-childrens-services")
    house.must("take_duty", "dan", role="designated", person="dan", on=on)
    assert "dan" in on_duty(house, "designated")


# Her own times, and her own word.


@pytest.mark.clause("LF-notify")
def test_who_sets_out_says_herself_that_she_is_back_sooner_never_later(tmp_path: Path) -> None:
    house = begun(tmp_path, "leading-futures")
    visit = house.plan(in_ms=HOUR_MS)
    agreed_ms = house.visit(visit).parts[0].anchors["expected_back"]
    house.must("start_out", "ada", visit=visit, expected_back_ms=house.now_ms + 20 * HOUR_MS)
    assert house.visit(visit).parts[0].anchors["expected_back"] == agreed_ms
    replays(house)


@pytest.mark.clause("LF-notify")
@pytest.mark.parametrize(("by", "later"), [("ada", -MINUTE_MS), ("tom", 5 * HOUR_MS)])
def test_a_sooner_time_of_hers_and_a_later_one_told_to_another_are_taken(
    tmp_path: Path, by: str, later: int
) -> None:
    house = begun(tmp_path, "leading-futures")
    visit = house.plan(in_ms=HOUR_MS)
    wanted_ms = house.visit(visit).parts[0].anchors["expected_back"] + later
    house.must("start_out", by, visit=visit, expected_back_ms=wanted_ms)
    assert house.visit(visit).parts[0].anchors["expected_back"] == wanted_ms


@pytest.mark.clause("HM-4.2.3")
@pytest.mark.parametrize("by", ["ada", "bea"])
def test_who_breaks_off_has_not_spoken_with_herself(house: House, by: str) -> None:
    visit = house.inside("ada,bea")
    house.forward(25 * MINUTE_MS)
    before = house.visit(visit).parts[0]
    house.must("abandon", by, visit=visit, worker="ada", means="work-mobile", note="out")
    after = house.visit(visit).parts[0]
    assert after.phase == "broken-off"
    assert after.anchors.get("contact") == before.anchors.get("contact")
    assert "called_back" not in after.anchors
    assert (after.marks, after.attempts) == (before.marks, before.attempts)
    replays(house)


# Alarms of others.


def test_an_answer_of_one_worker_renews_no_lease_of_anothers_alarm(tmp_path: Path) -> None:
    house = begun(tmp_path, "sutton-cypl")
    visit = house.inside()
    house.sos("p-bea")
    sos = alarm_of(house, "sos")
    house.must("acknowledge", "tom", alarm=sos.id)
    script = next(iter(house.policy.script))
    house.must("record_answer", "tom", script=script, line=1, answer="silence", visit=visit,
               worker="ada", alarm=sos.id)  # fmt: skip
    assert alarm_of(house, "sos").attempts == ()
    assert not house.ask("acknowledge", "tom", alarm=sos.id).ok, "nothing was done for Bea"


# What is no value.


@pytest.mark.parametrize("moment", [FAR_MS, -FAR_MS, -1, "9" * 30, "9" * 2_000])
@pytest.mark.parametrize("name", ["start_ms", "end_ms", "expected_back_ms", "agreed_end_ms"])
@pytest.mark.parametrize("kind", ["plan_visit", "reschedule", "extend", "start_out"])
def test_a_moment_beyond_the_calendar_is_refused(
    house: House, kind: str, name: str, moment: int | str
) -> None:
    visit = house.plan(in_ms=HOUR_MS)
    facts: dict[str, Value] = {
        "visit": visit, "client": "c-1", "workers": "bea", "tracker": "tom", "area": "a",
        "purpose": "p", "then": "base", "manager_agreed": "mia",
        "start_ms": house.now_ms + HOUR_MS, "end_ms": house.now_ms + 2 * HOUR_MS,
    }  # fmt: skip
    before = house.visit(visit)
    answer = house.ask_with(kind, "tom", facts | {name: moment})
    assert "is no moment of ours" in answer.reason
    assert house.visit(visit) == before


@pytest.mark.parametrize("name", ["visit", "note", "place", "name", "means"])
def test_half_a_character_stops_no_turn(house: House, name: str) -> None:
    visit = house.inside()
    facts: dict[str, Value] = {"visit": visit, "note": "n", "means": "work-mobile", "reached": True}
    assert not house.ask_with("record_contact", "tom", facts | {name: "\ud800"}).ok
    assert not house.ask_with("record_contact", "tom", facts | {"n" * 5_000: "n"}).ok
    assert not house.ask_with("record_contact", "tom", facts | {"\udfff": "n"}).ok
