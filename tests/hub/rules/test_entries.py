"""Every short history of every kind of entry: the promises hold for a day as for a visit (P5)."""

import json
from dataclasses import replace

import pytest

from hub.policy.model import Policy
from hub.rules import visit as visit_rules
from hub.rules.entries import is_day
from hub.rules.form import dump
from hub.rules.kinds import ENTRY_KINDS, PENDANT_EVENTS
from hub.rules.model import Event, Visit
from tests.hub.rules.acts import BY_OTHERS_ONLY, check, every_event
from tests.shipped import policy_of
from tests.stories.world import NINE, Value, World

DEPTH = 2
STEP_MS = 17 * 60_000
MANY = 150  # different states at least, or the search has not looked far
POLICIES = ("plain", "leading-futures", "homemaker-exeter")
Told = dict[str, Value]
# What each kind is planned with, so that every rule of mine has something to bite on.
PLANNED: dict[str, Told] = {
    "visit": {"must_not_be_left": True},
    "site": {"opening_up": True, "client": ""},
    "meeting": {},
    "day": {"client": ""},
}


def _planned(policy: Policy, kind: str) -> Visit:
    world = World(policy=replace(policy, gates=tuple(
        gate for gate in policy.gates if gate.command != "plan_visit")))  # fmt: skip
    return world.plan(kind=kind, end="40 min", at="2 min", **PLANNED[kind])


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
    assert decision.visit is not None
    assert decision.reason, f"{event.kind} gave no reason"
    if decision.refused:
        assert decision.visit == visit
        assert event.kind not in PENDANT_EVENTS, "a press is never refused"
    elif event.kind in BY_OTHERS_ONLY:
        assert event.by not in ("kim", ""), f"{event.kind} by herself was allowed"
    if event.kind in PENDANT_EVENTS:
        ended = [part.phase in ("closed", "cancelled") for part in decision.visit.parts]
        assert ended == [part.phase in ("closed", "cancelled") for part in visit.parts]
    check(World(policy=policy, visit=decision.visit, now_ms=now_ms))
    return decision.visit


@pytest.mark.parametrize("kind", sorted(ENTRY_KINDS))
@pytest.mark.parametrize("name", POLICIES)
def test_no_short_history_of_any_entry_leaves_her_unwatched(name: str, kind: str) -> None:
    policy = policy_of(name)
    first = _planned(policy, kind)
    frontier, seen = [first], {_key(first)}
    for depth in range(1, DEPTH + 1):
        now_ms = NINE + depth * STEP_MS
        events = [*every_event(now_ms, "tess"), *every_event(now_ms, "kim")]
        following = []
        for visit in frontier:
            for event in events:
                new = _after(policy, visit, event, now_ms)
                if (key := _key(new)) not in seen:
                    seen.add(key)
                    following.append(new)
        frontier = following
    assert len(seen) > MANY, len(seen)


def _key(visit: Visit) -> str:
    return json.dumps(dump(replace(visit, version=0)), sort_keys=True)


@pytest.mark.parametrize("kind", sorted(PENDANT_EVENTS))
def test_no_press_moves_a_day_or_ends_it(kind: str) -> None:
    visit = _planned(policy_of("plain"), "day")
    event = next(each for each in every_event(NINE + STEP_MS) if each.kind == kind)
    new = visit_rules.decide(policy_of("plain"), visit, event, event.at_ms).visit
    assert new is not None
    assert is_day(new)
    assert (new.parts[0].phase, new.parts[0].marks) == ("to-base", ())
