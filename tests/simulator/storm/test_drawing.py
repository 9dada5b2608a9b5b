"""A plan from a seed: the same each time, of known acts, in time, of every kind that there is."""

from collections import Counter
from dataclasses import fields
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from simulator.storm.drawing import OFTEN, PAIRS, POLICIES, draw, workers_of
from simulator.storm.people.entries import SORTS
from simulator.storm.plan import ACTS, MINUTE_MS, Plan
from simulator.storm.rates import CALM, Rates
from simulator.storm.weathers import WEATHERS, scaled

LONDON = ZoneInfo("Europe/London")
SEEDS = range(150)


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return [draw(seed) for seed in SEEDS]


def test_the_same_seed_is_the_same_plan(plans: list[Plan]) -> None:
    assert [draw(plan.seed) for plan in plans[:20]] == plans[:20]
    assert len({plan.acts for plan in plans}) == len(plans)


def test_acts_are_known_in_order_and_within_the_storm(plans: list[Plan]) -> None:
    for plan in plans:
        times = [act.at_ms for act in plan.acts]
        assert times == sorted(times)
        assert all(0 <= at_ms < plan.length_ms for at_ms in times)
        assert {act.kind for act in plan.acts} <= set(ACTS)
        assert 60 * MINUTE_MS <= plan.length_ms <= 360 * MINUTE_MS


def test_everybody_named_is_there(plans: list[Plan]) -> None:
    for plan in plans:
        workers = workers_of(plan.policy, plan.workers)
        assert len(workers) == plan.workers
        others = {"", "tom", "olu", "maria", "ruth"}
        assert {act.who for act in plan.acts} <= {*workers, *others}
        visits = [act for act in plan.acts if act.kind == "visit"]
        assert visits
        assert {act.detail for act in visits} <= set(SORTS[plan.policy])


def test_each_procedure_each_weather_and_each_fault_is_drawn(plans: list[Plan]) -> None:
    assert {plan.policy for plan in plans} == set(POLICIES) == set(SORTS)
    assert {plan.notes["weather"] for plan in plans} == set(OFTEN)
    assert set(WEATHERS) - set(OFTEN) == {"slips"}
    kinds = Counter(act.kind for plan in plans for act in plan.acts)
    assert set(kinds) == set(ACTS)


def test_pendants_sleep_in_about_half_of_the_storms(plans: list[Plan]) -> None:
    """Which ones is drawn for itself: with or without, the acts are the same."""
    assert 0.35 < sum(plan.sleep for plan in plans) / len(plans) < 0.65


def test_some_begin_where_the_clocks_change_at_night_and_on_a_leap_day() -> None:
    starts = [datetime.fromtimestamp(draw(seed).start_ms / 1000, UTC) for seed in range(400)]
    assert all(2026 <= start.year <= 2028 for start in starts)
    assert any((start.month, start.day) == (2, 29) for start in starts)
    assert any(start.astimezone(LONDON).hour in (23, 0, 1) for start in starts)
    end_s = 5 * 3600
    turned = [
        datetime.fromtimestamp(start.timestamp() + end_s, LONDON).utcoffset()
        != start.astimezone(LONDON).utcoffset()
        for start in starts
    ]
    assert sum(turned) >= 10


def test_what_is_given_is_not_drawn() -> None:
    plan = draw(3, policy="sutton-cypl", weather="calm", workers=7)
    assert (plan.policy, plan.workers, plan.rates) == ("sutton-cypl", 7, CALM)
    assert {act.kind for act in plan.acts} == {"visit"}
    assert draw(3, policy=PAIRS, workers=1).workers == 2, "nobody goes alone there"


def test_a_fault_more_leaves_the_visits_as_they_were() -> None:
    """What makes a failing seed small: each kind has its own dice."""
    calm, bad = draw(9, weather="calm"), draw(9, weather="everything")
    visits = [act for act in bad.acts if act.kind == "visit"]
    assert visits == list(calm.acts)
    assert len(bad.acts) > len(visits)


def test_each_rate_is_not_nought_in_some_weather() -> None:
    of_length = {each.name for each in fields(Rates) if each.name.endswith("_ms")}
    for each in fields(Rates):
        if each.name in of_length | {"pendant_drift_ppm"}:
            continue
        assert any(getattr(w.rates, each.name) for w in WEATHERS.values()), each.name


def test_scaling_leaves_lengths_alone_and_probabilities_possible() -> None:
    worst = scaled(WEATHERS["everything"].rates, 50.0)
    for each in fields(Rates):
        value = getattr(worst, each.name)
        if isinstance(value, int):
            assert value == getattr(WEATHERS["everything"].rates, each.name)
        elif not each.name.endswith("_h"):
            assert value <= 1.0, each.name


def test_most_deaths_of_the_hub_are_meant_for_what_it_does_within_half_a_minute() -> None:
    """One that waits for its six-hundredth instant mostly dies while it waits for anything."""
    kinds = ("hub_kill", "power_loss")
    plans = [draw(seed, weather="hub") for seed in range(20)]
    details = [int(act.detail) for plan in plans for act in plan.acts if act.kind in kinds]
    assert len(details) > 50
    assert sum(each < 60 for each in details) > len(details) // 2
    assert max(details) > 300, "and some for what comes later"
