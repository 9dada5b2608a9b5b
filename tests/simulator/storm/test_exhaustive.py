"""Every short history is there, once, and keeps the promises."""

import pytest

from simulator.storm.exhaustive import BEGIN_MS, GESTURES, count, faults, histories, history
from simulator.storm.plan import ACTS
from simulator.storm.play import play

SHARDS = 12  # so that two workers share them
STRIDE = 5  # of those of depth 1; `make soak` plays all of them, and those of depth 2


def test_all_of_depth_one_are_there_and_no_two_are_the_same() -> None:
    found = [plan.acts for plan in histories(1)]
    assert len(found) == count(1) == len(BEGIN_MS) * len(GESTURES) * (1 + len(faults()))
    assert len(set(found)) == len(found)


def test_each_fault_strikes_at_each_step() -> None:
    block = 1 + 2 * len(faults())
    plans = [history(2, number) for number in range(block)]
    assert len({plan.acts for plan in plans}) == block
    assert all(sum(act.kind == "press" for act in plan.acts) == 2 for plan in plans)


def test_every_act_is_one_that_the_world_knows() -> None:
    assert {act.kind for plan in histories(1) for act in plan.acts} <= set(ACTS)


def test_beyond_the_last_there_is_none() -> None:
    with pytest.raises(IndexError, match="there are"):
        history(1, count(1))


@pytest.mark.parametrize("shard", range(SHARDS))
def test_short_histories_keep_the_promises(shard: int) -> None:
    for number in range(shard * STRIDE, count(1), SHARDS * STRIDE):
        plan = history(1, number)
        broken = play(plan).violations
        assert not broken, f"{number}: {plan.notes['history']}: {broken[0]}"
