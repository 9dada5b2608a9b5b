"""A failing plan made small: by plays that a test makes up, so that what is small is known."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.storm.drawing import workers_of
from simulator.storm.plan import ACTS, Act, Plan
from simulator.storm.rates import CALM, Rates
from simulator.storm.shrinking import MOST_PLAYS, Shrinking, Shrunk, Wanted

Breaks = Callable[[Plan], bool]
HOUR_MS = 3_600_000
STORMY = Rates(delay_ms=200, lost=0.1, doubled=0.1, half_open_h=2.0, hub_kill_h=1.0)
VIOLATION = {"checker": "not-lost", "said": "p-bea: 5a5a5a5a.7 is in no row, 31 s on"}


def busy(workers: int = 3) -> Plan:
    """Every kind of act for each worker, at odd moments."""
    acts = [
        Act(place * 61_007, kind, who, 90_501, 40 if kind == "hub_kill" else "")
        for place, (kind, who) in enumerate(
            (kind, who) for kind in ACTS for who in workers_of("plain", workers)
        )
    ]
    return Plan(5, "plain", workers, 1_798_000_000_000, 4 * HOUR_MS, STORMY, tuple(acts))


def shrink(plan: Plan, breaks: Breaks, width: int = 1, most: int = 2_000) -> Shrunk:
    def plays(plans: Sequence[Plan]) -> Sequence[Mapping[str, Any]]:
        assert len(plans) <= width
        return [{"violations": [VIOLATION] if breaks(each) else []} for each in plans]

    assert breaks(plan)
    return Shrinking(plan, VIOLATION, plays, width, most).run()


def has(plan: Plan, *kinds: str) -> bool:
    return set(kinds) <= {act.kind for act in plan.acts}


def test_two_acts_of_many_are_left() -> None:
    plan = busy(6)
    found = shrink(plan, lambda each: has(each, "visit", "hub_kill"))
    assert sorted(act.kind for act in found.plan.acts) == ["hub_kill", "visit"]
    assert found.plan.rates == CALM
    assert (found.plan.workers, found.done) == (1, True)
    assert found.plan.length_ms < plan.length_ms
    assert found.plan.calm_ms < plan.calm_ms


def test_a_rate_that_matters_stays() -> None:
    found = shrink(busy(), lambda each: each.rates.lost > 0)
    assert found.plan.acts == ()
    assert found.plan.rates == replace(CALM, lost=found.plan.rates.lost)
    assert found.plan.rates.lost > 0


def test_what_befell_the_last_worker_befalls_the_first() -> None:
    plan = busy(5)
    last = workers_of("plain", 5)[-1]
    acts = (Act(60_001, "danger", last, 61_500, "sos-hold"),)
    found = shrink(replace(plan, acts=acts), lambda each: has(each, "danger"))
    assert found.plan.workers == 1
    (act,) = found.plan.acts
    assert act == Act(60_000, "danger", workers_of("plain", 1)[0], 60_000, "sos-hold")


def test_another_violation_of_the_same_checker_is_not_the_same() -> None:
    plan = busy()

    def plays(plans: Sequence[Plan]) -> Sequence[Mapping[str, Any]]:
        said = ["p-ada: 1b1b1b1b.9 is in no row, 3 s on", "the chain is torn"]
        return [{"violations": [{"checker": "not-lost", "said": said[not has(each, "hub_kill")]}]}
                for each in plans]  # fmt: skip

    found = Shrinking(plan, VIOLATION, plays, most=2_000).run()
    assert [act.kind for act in found.plan.acts] == ["hub_kill"]
    assert Wanted.of(VIOLATION).found_in({"violations": []}) is None


def test_plays_are_counted_and_bounded() -> None:
    plan = busy()
    played = []

    def breaks(each: Plan) -> bool:
        played.append(each)
        return has(each, "visit")

    found = shrink(plan, breaks, most=8)
    assert (found.plays, found.done) == (8, False)
    assert len(played) <= 10
    assert has(found.plan, "visit")
    assert len(found.plan.acts) < len(plan.acts)


@pytest.mark.parametrize("width", [2, 3, 8])
def test_how_many_play_at_once_changes_nothing(width: int) -> None:
    for most in (10, 40, 2_000):
        plan = busy()

        def breaks(each: Plan) -> bool:
            return has(each, "partition", "forged") and each.rates.doubled > 0

        assert shrink(plan, breaks, width, most) == shrink(plan, breaks, 1, most)


@given(st.sets(st.sampled_from(sorted(set(ACTS) - {"power_loss"})), min_size=1, max_size=4))
def test_what_is_left_still_breaks_and_nothing_can_go(needed: set[str]) -> None:
    found = shrink(busy(2), lambda each: has(each, *needed))
    assert sorted(act.kind for act in found.plan.acts) == sorted(needed)
    assert (found.plan.rates, found.done) == (CALM, True)


def test_the_bound_is_the_commands() -> None:
    from simulator.commands.storm import command

    (option,) = [each for each in command.params if each.name == "plays"]
    assert option.default == MOST_PLAYS
