"""An entry of the diary, value by value: what it is made of, what is refused and in which words."""

from dataclasses import replace

import pytest

from hub.rules import visit as visit_rules
from hub.rules.directory import Directory
from hub.rules.effects import Decision
from hub.rules.model import Event, Value, Visit
from hub.rules.planning import MAX_VISIT_MS, MAX_WORKERS
from tests.shipped import policy_of
from tests.stories.people import CLIENT, DIRECTORY
from tests.stories.world import NINE, ms

PLAIN = policy_of("plain")
HOUR_MS = ms("1 h")
ENTRY: dict[str, Value] = {
    "client": "client",
    "area": "Exmouth",
    "purpose": "Client visit",
    "start_ms": NINE + HOUR_MS,
    "end_ms": NINE + 2 * HOUR_MS,
    "workers": "kim",
    "tracker": "tess",
    "then": "base",
}


def decided(directory: Directory = DIRECTORY, **more: Value) -> Decision:
    event = Event("plan_visit", NINE, by="olive", data={**ENTRY, **more})
    return visit_rules.plan(PLAIN, event, "v1", NINE, directory)


def planned(directory: Directory = DIRECTORY, **more: Value) -> Visit:
    done = decided(directory, **more)
    assert done.visit is not None, done.refused
    return done.visit


def on_file(**changes: object) -> Directory:
    client = replace(CLIENT, **changes)  # type: ignore[arg-type]  # fields by name
    return replace(DIRECTORY, clients={"client": client})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"workers": " , "}, "Say who goes: a visit has at least one worker."),
        ({"tracker": "kim"}, "Nobody tracks herself or her pair: name another."),
        ({"start_ms": 1, "end_ms": NINE}, "The end of this visit is past: check the times."),
        (
            {"end_ms": NINE + HOUR_MS + MAX_VISIT_MS + 1},
            "A visit of more than a day is two visits.",
        ),
        ({"then": "pub"}, "What she does then is one of base, home, next."),
        ({"coverage": "so-so"}, "Coverage is one of good, poor, unknown."),
        ({"kind": "holiday"}, "An entry is one of visit, site, meeting, day."),
    ],
)
def test_what_no_policy_could_allow_is_refused_with_what_is(
    wrong: dict[str, Value], said: str
) -> None:
    done = decided(**wrong)  # type: ignore[arg-type]  # the directory is not among them
    assert (done.refused, done.reason, done.visit) == (said, said, None)


def test_who_goes_and_who_tracks_her_are_people_of_the_house() -> None:
    house = replace(DIRECTORY, people=frozenset({"kim", "tess"}))
    assert planned(house).tracker == "tess"
    assert decided(house, workers="kim,nobody").refused == "Nobody has the id nobody."
    said = decided(house, workers="nobody", tracker="none").refused
    assert said == "Nobody has the id nobody, none."


def test_a_client_that_nobody_knows_is_repeated_but_not_at_length() -> None:
    assert decided(client="x" * 100).refused == f"There is no client {'x' * 40}."
    assert planned(replace(DIRECTORY, clients={}), client="who").client == "who"


def test_as_many_workers_as_go_on_one_visit() -> None:
    crowd = [f"w{number}" for number in range(MAX_WORKERS + 1)]
    ready = next(iter(DIRECTORY.workers.values()))
    directory = replace(DIRECTORY, workers=dict.fromkeys(crowd, ready))
    assert len(planned(directory, workers=",".join(crowd[1:]), tracker="").parts) == MAX_WORKERS
    said = decided(directory, workers=",".join(crowd), tracker="").refused
    assert said == "At most 8 workers go on one visit."


def test_the_longest_visit_and_the_latest_moments() -> None:
    assert planned(end_ms=NINE + HOUR_MS + MAX_VISIT_MS).planned_end_ms == (
        NINE + HOUR_MS + MAX_VISIT_MS
    )
    end_ms = NINE + 2 * HOUR_MS
    for key in ("check_in_ms", "expected_back_ms", "relief_ms"):
        for at_ms, taken in (
            (NINE, False),
            (NINE + 1, True),
            (end_ms + MAX_VISIT_MS, True),
            (end_ms + MAX_VISIT_MS + 1, False),
        ):
            done = decided(**{key: at_ms})  # type: ignore[arg-type]  # a time, by its key
            said = "Check-in, return and relief lie ahead, within a day of the end."
            assert done.refused == ("" if taken else said), (key, at_ms - NINE)


def test_what_is_planned_is_what_was_said() -> None:
    visit = planned(kind="meeting", venue=" The annexe ", workers="lee, kim,lee", then="")
    assert (visit.id, visit.version, visit.kind, visit.venue) == ("v1", 1, "meeting", "The annexe")
    assert (visit.client, visit.area, visit.purpose) == ("client", "Exmouth", "Client visit")
    assert (visit.planned_start_ms, visit.planned_end_ms) == (NINE + HOUR_MS, NINE + 2 * HOUR_MS)
    assert (visit.tracker, visit.then, visit.overridden) == ("tess", "next", ())
    assert [(part.worker, part.pendant) for part in visit.parts] == [
        ("lee", "p-lee"),
        ("kim", "p-kim"),
    ]
    assert {"office_meeting", "other_venue"} <= set(visit.facts)
    assert planned(then="").then == "base"
    assert planned(then=" home ").then == "home"


def test_the_moments_that_planning_sets() -> None:
    start_ms, end_ms = NINE + HOUR_MS, NINE + 2 * HOUR_MS
    usual = {"planned_start": start_ms, "awaited": start_ms, "finish": end_ms, "entered": NINE}
    assert planned().parts[0].anchors == usual
    poor = planned(coverage="poor").parts[0].anchors
    assert poor == usual | {"agreed_end": end_ms}
    agreed = planned(coverage="poor", agreed_end_ms=end_ms - 5).parts[0].anchors
    assert agreed == usual | {"agreed_end": end_ms - 5}
    told = planned(check_in_ms=NINE + 1, expected_back_ms=NINE + 2, relief_ms=NINE + 3)
    assert told.parts[0].anchors == usual | {
        "check_in": NINE + 1,
        "expected_back": NINE + 2,
        "relief_due": NINE + 3,
    }
    left = planned(must_not_be_left=True).parts[0].anchors
    assert left == usual | {"relief_due": end_ms}
    left = planned(must_not_be_left=True, relief_ms=end_ms - 7).parts[0].anchors
    assert left["relief_due"] == end_ms - 7
    day = planned(kind="day").parts[0]
    assert (day.phase, day.pendant) == ("to-base", "p-kim")
    assert day.anchors == usual | {"started_out": start_ms, "expected_back": end_ms}
    day = planned(kind="day", expected_back_ms=end_ms - 9).parts[0]
    assert day.anchors["expected_back"] == end_ms - 9


@pytest.mark.clause("HM-4.1.4")
def test_coverage_is_what_was_said_or_else_what_is_on_file() -> None:
    for said, filed, coverage in (
        ("", "good", "good"),
        ("unknown", "good", "good"),
        ("poor", "good", "poor"),
        ("good", "poor", "good"),
        ("", "", "unknown"),
        ("good", "", "good"),
        ("unknown", "", "unknown"),
    ):
        visit = planned(on_file(coverage=filed), coverage=said)
        assert visit.coverage == coverage, (said, filed)


def test_the_facts_of_a_visit_are_said_on_file_or_told_by_its_kind() -> None:
    bare = on_file(rating="")
    assert planned(bare).facts == ()
    assert planned(bare, rating="C3").facts == ("rating:C3",)
    assert planned(on_file(rating="C2"), rating="C3").facts == ("rating:C3",)
    assert planned(on_file(rating="C2")).facts == ("rating:C2",)
    assert planned(replace(bare, facts=frozenset({"after_dark"}))).facts == ("after_dark",)
    assert planned(bare, concern=True, dog=True).facts == ("concern",)
    for change, fact in (
        ({"risk_flag": True}, "risk_flag"),
        ({"must_not_be_left": True}, "must_not_be_left"),
        ({"assessment": "significant"}, "significant_risk"),
    ):
        assert planned(on_file(rating="", **change)).facts == (fact,)
    for kind, fact in (("site", "on_site"), ("meeting", "office_meeting"), ("day", "day_entry")):
        assert planned(bare, kind=kind).facts == (fact,)
    assert planned(bare, on_site=True, day_entry=True).facts == (), "the kind alone says it"


def test_the_reason_says_how_closely_it_is_watched_and_why() -> None:
    policy = policy_of("homemaker-exeter")
    for more, said in (
        ({}, "planned, Standard tracking"),
        (
            {"concern": True},
            "planned, Enhanced tracking: she believes that there may be a risk (HM-4.0)",
        ),
    ):
        data = {**ENTRY, "manager_agreed": "max", **more}
        event = Event("plan_visit", NINE, by="olive", data=data)
        done = visit_rules.plan(policy, event, "v1", NINE, DIRECTORY)
        assert done.reason == said
