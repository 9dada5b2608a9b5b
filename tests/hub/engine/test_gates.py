"""Gates in the engine: what they see, when they are asked at all, and that it can be decided again.

Times are real ones of Exeter: 21 June 2026 (sunset 21:33 BST) and 21 December 2026 (16:13 GMT).
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub import replay
from hub.engine import decide
from hub.engine.daylight import Place
from hub.engine.directory import SeenDirectory, directory_of
from hub.engine.engine import Engine
from hub.policy.model import Choice, Gate, Hours, Level, Policy
from hub.policy.terms import digest_of
from hub.rules.model import Value
from tests.hub.house import HOUR_MS, MINUTE_MS, POLICY, START_MS, House

LONDON = ZoneInfo("Europe/London")
EXETER = Place(50.7236, -3.5275)
OFFICE = Hours(opens_min=9 * 60, closes_min=17 * 60 + 30)
Row = tuple[dict[str, Any], dict[str, Any]]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=LONDON).timestamp() * 1000)


def policy(*gates: Gate, **changes: Any) -> Policy:
    """The Homemaker's, with these gates and no others but those that let her in."""
    kept = tuple(gate for gate in POLICY.gates if gate.command == "confirm_arrival")
    made = replace(POLICY, gates=kept + gates, **changes)
    return replace(made, digest=digest_of(made))


def by_the_hour() -> Policy:
    """Late or dark makes it enhanced, as Sutton and Derbyshire have it."""
    grounds = (
        Choice("enhanced", ("after_dark",), say="after dark"),
        Choice("enhanced", ("out_of_hours",), say="out of hours"),
    )
    return policy(choices=grounds, hours=OFFICE)


Make = Callable[..., House]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(of: Policy, start_ms: int = START_MS, place: Place | None = EXETER) -> House:
        house = House(tmp_path / "hub", policy=of, start_ms=start_ms)
        house.engine = Engine(house.store, house.ids, of, place=place)
        return house

    return made


def rows(house: House, kind: str) -> list[dict[str, Any]]:
    """The inputs of the log's rows of this kind."""
    found = house.store.all(
        "SELECT body FROM log JOIN payload USING (seq) WHERE kind = ? ORDER BY seq", (kind,)
    )
    return [json.loads(body)["input"] for (body,) in found]


def holds(house: House) -> None:
    """Every decision of the log again, with what was seen then."""
    again = replay.replay(house.store.conn)
    assert again.problems == []
    assert again.decided_again > 0


# Calendar and sun.


@pytest.mark.clause("SU-ooh", "DC-ooh", "SU-report")
@pytest.mark.parametrize(
    ("start", "hours", "level", "facts"),
    [
        ("2026-06-22T16:00", 1, "standard", set()),
        ("2026-06-22T16:45", 1, "enhanced", {"out_of_hours"}),
        ("2026-06-22T21:00", 1, "enhanced", {"out_of_hours", "after_dark"}),
        ("2026-12-21T15:00", 1, "standard", set()),
        ("2026-12-21T15:30", 1, "enhanced", {"after_dark"}),
        ("2026-12-20T11:00", 1, "enhanced", {"out_of_hours"}),  # a Sunday
    ],
)
def test_the_hour_and_the_sun_choose_the_level(
    make: Make, start: str, hours: int, level: str, facts: set[str]
) -> None:
    house = make(by_the_hour(), at("2026-06-01T09:00"))
    begin = at(start)
    visit = house.visit(house.plan(first_meeting=False, start_ms=begin,
                                   end_ms=begin + hours * HOUR_MS))  # fmt: skip
    assert (visit.level, {"out_of_hours", "after_dark"} & set(visit.facts)) == (level, facts)
    holds(house)


@pytest.mark.clause("SU-report")
def test_the_sun_is_the_one_at_the_clients_home(make: Make) -> None:
    """Three o'clock in December: the sun is up in Exeter and down in Lerwick."""
    house = make(by_the_hour(), at("2026-12-01T09:00"))
    begin = at("2026-12-21T14:30")

    def planned() -> str:
        ends = begin + HOUR_MS
        return house.visit(house.plan(first_meeting=False, start_ms=begin, end_ms=ends)).level

    assert planned() == "standard"
    house.must("add_client", "setup", id="c-1", latitude="60.155", longitude="-1.145")
    assert planned() == "enhanced"
    for wrong in ("91", "north", "-90.5"):
        assert not house.ask("add_client", "setup", id="c-1", latitude=wrong).ok


def test_without_any_place_it_is_the_zones(make: Make) -> None:
    """London's sunset on 21 December is 15:53 GMT, twenty minutes before Exeter's."""
    house = make(by_the_hour(), at("2026-12-01T09:00"), place=None)
    begin = at("2026-12-21T15:00")
    planned = house.visit(house.plan(first_meeting=False, start_ms=begin, end_ms=begin + HOUR_MS))
    assert planned.level == "enhanced"


@pytest.mark.clause("SU-report", "HM-4.0")
def test_a_later_end_may_be_after_dark_and_is_watched_as_such(make: Make) -> None:
    house = make(by_the_hour(), at("2026-12-21T14:30"))
    visit = house.plan(first_meeting=False)
    assert house.visit(visit).level == "standard"
    house.must("extend", "tom", visit=visit, end_ms=at("2026-12-21T16:40"), means="work-mobile")
    assert house.visit(visit).level == "enhanced"
    house.must("extend", "tom", visit=visit, end_ms=at("2026-12-21T16:00"), means="work-mobile")
    assert house.visit(visit).level == "enhanced"  # nothing loosens by itself
    holds(house)


# What a gate sees, and when anything is looked at.


def test_a_command_with_a_gate_sees_who_is_there_and_the_log_keeps_it(make: Make) -> None:
    gate = Gate("ready", "start_out", ("pendant_ready",), "Charge it.", override=("office",))
    house = make(policy(gate))
    visit = house.plan(in_ms=HOUR_MS)
    refused = house.ask("start_out", "tom", visit=visit)
    assert (refused.ok, refused.gate) == (False, "ready")  # it has never been heard
    house.beat("p-ada", battery_pct=15)
    assert not house.ask("start_out", "tom", visit=visit).ok
    house.beat("p-ada", battery_pct=90)
    house.must("start_out", "tom", visit=visit)
    seen = [row["directory"]["workers"]["ada"]["pendant"] for row in rows(house, "start_out")]
    assert seen == ["silent", "low", "ready"]
    text = json.dumps(rows(house, "start_out"))
    assert "1 Some Road" not in text and "07700" not in text  # P8
    holds(house)


def test_an_override_is_on_the_visit_and_in_the_log_with_its_note(make: Make) -> None:
    gate = Gate("ready", "start_out", ("never",), "Charge it.", override=("duty-manager",))
    house = make(policy(gate))
    visit = house.plan(in_ms=HOUR_MS)
    note: dict[str, Value] = {"override": "ready", "override_note": "a spare is in the car"}
    assert not house.ask("start_out", "tom", visit=visit, **note).ok
    house.must("start_out", "mia", visit=visit, **note)
    assert house.visit(visit).overridden == ("ready by mia",)
    assert rows(house, "start_out")[-1]["event"]["data"]["override_note"] == note["override_note"]
    holds(house)


def test_nothing_is_looked_up_for_an_event_without_a_gate(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make(policy(Gate("g", "start_out", ("never",), "No.")))
    visit = house.plan()
    made: list[object] = []

    def seen(*asked: Any) -> SeenDirectory:
        made.append(asked)
        return directory_of(*asked)

    monkeypatch.setattr(decide, "directory_of", seen)
    house.beat("p-ada")
    house.press("p-ada", "arrived", "planned")
    house.must("name_tracker", "mia", visit=visit, tracker="mia")
    house.forward(HOUR_MS)
    assert made == []
    house.ask("start_out", "tom", visit=visit)
    assert len(made) == 1


def test_a_low_pendant_at_the_start_is_told_and_the_press_counts(make: Make) -> None:
    house = make(POLICY)
    visit = house.plan(in_ms=30 * MINUTE_MS)
    house.beat("p-ada", battery_pct=12)
    house.press("p-ada", "started-out", "planned", gesture="a-hold")
    part = house.visit(visit).parts[0]
    assert (part.phase, part.facts) == ("on-the-way", ("pendant_not_ready",))
    house.forward(1_000)
    subjects = [
        row[0] for row in house.store.all("SELECT body FROM page WHERE visit = ?", (visit,))
    ]
    assert any("pendant" in body for body in subjects)


# Duty.


LATE = Gate("until-back", "take_duty", ("nobody_out",), "Somebody is still out: hand it over.",
            roles=("duty-manager",), clause=("DC-ooh",))  # fmt: skip


@pytest.mark.clause("DC-ooh")
def test_who_is_on_for_those_out_does_not_stand_down_before_all_are_back(make: Make) -> None:
    house = make(policy(LATE))
    visit = house.inside()
    off: dict[str, Value] = {"role": "duty-manager", "person": "mia", "on": False}
    refused = house.ask("take_duty", "mia", **off)
    assert (refused.ok, refused.clause) == (False, ("DC-ooh",))
    assert "mia" in house.reader.on_duty()["duty-manager"]
    house.must("take_duty", "tom", role="office", person="tom", on=False)  # not a role of the gate
    house.must("confirm_departure", "tom", visit=visit, means="work-mobile", then="base")
    assert not house.ask("take_duty", "mia", **off).ok
    house.must("confirm_home", "tom", visit=visit)
    house.must("take_duty", "mia", **off)


@pytest.mark.clause("DC-ooh")
def test_or_hands_it_to_somebody_first(make: Make) -> None:
    house = make(policy(LATE))
    house.inside()
    off: dict[str, Value] = {"role": "duty-manager", "person": "mia", "on": False}
    assert not house.ask("take_duty", "mia", **off).ok
    house.must("add_person", "setup", id="dan", roles="director,duty-manager")
    house.must("take_duty", "dan", role="duty-manager", person="dan", on=True)
    house.must("take_duty", "mia", **off)


# A visit by another procedure.


def test_a_visit_that_is_rebased_runs_by_the_new_terms_and_replays(
    make: Make, tmp_path: Path
) -> None:
    house = make(POLICY)
    visit = house.inside()
    timer = POLICY.timer["call-back"]
    sooner = replace(timer, wait_ms=10 * MINUTE_MS)
    who = Gate("who", "rebase", ("by_role",), "A manager says so.", roles=("duty-manager",))
    timers = tuple(sooner if row is timer else row for row in POLICY.timers)
    made = replace(POLICY, timers=timers, gates=(*POLICY.gates, who))
    today = replace(made, digest=digest_of(made))
    house.store.close()
    house = House(tmp_path / "hub", fill=False, policy=today, start_ms=house.now_ms)
    house.turn()
    due = house.store.one("SELECT due_ms FROM deadline WHERE timer = 'call-back'")
    assert not house.ask("rebase", "tom", visit=visit, note="today's").ok
    assert not house.ask("rebase", "ada", visit=visit, note="today's").ok
    assert not house.ask("rebase", "mia", visit=visit, note="").ok
    house.must("rebase", "mia", visit=visit, note="today's")
    moved = house.store.one("SELECT due_ms FROM deadline WHERE timer = 'call-back'")
    assert due is not None and moved is not None
    assert due[0] - moved[0] == 10 * MINUTE_MS
    assert house.visit(visit).terms == today.terms_id
    assert not house.ask("rebase", "mia", visit=visit, note="again").ok
    assert not house.ask("rebase", "mia", visit="v-none", note="again").ok
    holds(house)


def test_rebase_never_makes_it_milder(make: Make, tmp_path: Path) -> None:
    house = make(POLICY)
    visit = house.inside()
    assert house.visit(visit).level == "enhanced"
    made = replace(POLICY, choices=(), levels=(*POLICY.levels, Level("new", "New")))
    today = replace(made, digest=digest_of(made))
    house.store.close()
    house = House(tmp_path / "hub", fill=False, policy=today, start_ms=house.now_ms)
    house.must("rebase", "mia", visit=visit, note="today's")
    assert house.visit(visit).level == "enhanced"
