"""Every sequence of two events of one visit under each shipped policy, of three in the soak:
nothing raises, and the promises hold."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hub.policy.model import Policy
from hub.rules import form
from hub.rules import visit as visit_rules
from hub.rules.model import Event, Mark, Visit
from tests.hub.rules.acts import BY_OTHERS_ONLY, check, every_event
from tests.hub.rules.policies import NAMES, POLICIES, beginnings
from tests.stories.world import HOMEMAKER, NINE, Value, World

STEP_MS = 11 * 60_000  # between events: on either side of every wait that matters
# depth -> that many different states at least, or the search has not looked far
MANY = {2: 150, 3: 3_000}


def _after(policy: Policy, visit: Visit, event: Event, now_ms: int) -> Visit:
    """The visit after everything that was due before, and then the event."""
    while due := [d for d in visit_rules.deadlines(policy, visit) if d.due_ms <= now_ms]:
        first = min(due, key=lambda each: each.due_ms)
        fell = Event("due", first.due_ms, "", "v1", first.worker, data={"timer": first.timer})
        decision = visit_rules.decide(policy, visit, fell, now_ms)
        assert decision.visit is not None
        assert decision.visit != visit, f"{first.timer} stays due"
        visit = decision.visit
    decision = visit_rules.decide(policy, visit, event, now_ms)
    assert decision.reason, f"{event.kind} gave no reason"
    assert decision.visit is not None
    if decision.refused:
        assert decision.visit == visit, f"{event.kind} was refused and changed something"
        assert not decision.effects
    elif event.kind in BY_OTHERS_ONLY:
        assert event.by not in ("kim", ""), f"{event.kind} by herself was allowed"
    check(World(policy=policy, visit=decision.visit, now_ms=now_ms))
    return decision.visit


def _key(visit: Visit) -> str:
    """States that differ in their version only are one state."""
    return json.dumps(form.dump(replace(visit, version=0)), sort_keys=True)


def states(policy: Policy, facts: dict[str, Value], depth: int) -> int:
    """How many states every history of that many events leads to, each of them looked at."""
    first = World(policy=policy).plan(at="5 min", end="20 min", **facts)
    frontier = {_key(first): first}
    seen = set(frontier)
    for step in range(1, depth + 1):
        now_ms = NINE + step * STEP_MS
        events = [*every_event(now_ms, "tess"), *every_event(now_ms - 2 * STEP_MS, "kim")]
        following: dict[str, Visit] = {}
        for visit in frontier.values():
            for event in events:
                new = _after(policy, visit, event, now_ms)
                key = _key(new)
                if key not in seen:
                    seen.add(key)
                    following[key] = new
        frontier = following
    return len(seen)


BEGINNINGS = tuple(
    pytest.param(name, facts, id=f"{name}-{'+'.join(facts) or 'as-it-is'}")
    for name in NAMES
    for facts in beginnings(POLICIES[name])
)


@pytest.mark.parametrize(("name", "facts"), BEGINNINGS)
def test_no_short_history_raises_or_leaves_her_unwatched(
    name: str, facts: dict[str, Value], record_property: Callable[[str, object], None]
) -> None:
    found = states(POLICIES[name], facts, 2)
    record_property("states", found)
    assert found > MANY[2]


@pytest.mark.soak
@pytest.mark.parametrize(("name", "facts"), BEGINNINGS)
def test_no_history_of_three_raises_or_leaves_her_unwatched(
    name: str, facts: dict[str, Value], record_property: Callable[[str, object], None]
) -> None:
    found = states(POLICIES[name], facts, 3)
    record_property("states", found)
    assert found > MANY[3]


@pytest.mark.parametrize(
    ("said", "planted"),
    [
        ("no person let her in", {"phase": "inside"}),
        ("no person has confirmed", {"go_in": "x"}),
        ("earned by herself", {"marks": (Mark("A", NINE, "kim"),)}),
    ],
)
def test_the_checks_find_a_planted_fault(said: str, planted: dict[str, Any]) -> None:
    world = World()
    planned = world.plan()
    world.visit = replace(planned, parts=(replace(planned.parts[0], **planted),))
    with pytest.raises(AssertionError, match=said):
        check(world)


def test_a_policy_without_timers_is_found_out() -> None:
    world = World()
    world.plan()
    world.policy = replace(HOMEMAKER, timers=())
    with pytest.raises(AssertionError, match="nobody watches kim in planned"):
        check(world)
