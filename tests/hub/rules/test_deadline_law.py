"""The deadline law under each shipped policy: small steps and one big jump end alike.

It holds for what falls due by the clock. Waits for people count from the hand-out of a page and are
no part of it (rules/alarm.py).
"""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.policy.model import Policy
from hub.rules import visit as visit_rules
from hub.rules.effects import Effect
from hub.rules.model import Deadline, Event, Visit
from tests.hub.rules.acts import every_event
from tests.hub.rules.policies import DEEP, HOMEMAKER_ID, NAMES, POLICIES, beginnings
from tests.stories.world import NINE, Value, World

ACTS = tuple(
    event
    for event in every_event(NINE)
    if event.kind not in ("due", "plan_visit") and not event.kind.startswith("clock")
)
SEVEN_MS = 7_000


@dataclass
class Hub:
    """A hub that looks at its clock every `step_ms`, or only when something else happens (0)."""

    visit: Visit
    step_ms: int
    policy: Policy
    now_ms: int = NINE
    effects: list[Effect] = field(default_factory=list)

    def wait(self, wait_ms: int) -> None:
        end_ms = self.now_ms + wait_ms
        while self.step_ms and self.now_ms + self.step_ms < end_ms:
            self.now_ms += self.step_ms
            self.look()
        self.now_ms = end_ms
        self.look()

    def look(self) -> None:
        while (due := self.earliest()) is not None:
            facts: dict[str, Value] = {"timer": due.timer, "anchor_ms": due.anchor_ms}
            self.happen(Event("due", due.due_ms, "", "v1", due.worker, data=facts))

    def earliest(self) -> Deadline | None:
        due = visit_rules.deadlines(self.policy, self.visit)
        found = [each for each in due if each.due_ms <= self.now_ms]
        return min(found, key=lambda each: (each.due_ms, each.timer, each.worker), default=None)

    def happen(self, event: Event) -> None:
        decision = visit_rules.decide(self.policy, self.visit, event, self.now_ms)
        assert decision.visit is not None
        self.visit = decision.visit
        self.effects += decision.effects


def _planned(policy: Policy, level: int, pair: bool) -> Visit:
    begins = beginnings(policy)
    facts: dict[str, Value] = {"workers": "kim,lee" if pair else "kim", "coverage": "poor"}
    return World(policy=policy).plan(at="20 min", **facts, **begins[level % len(begins)])


def _run(policy: Policy, visit: Visit, history: list[tuple[int, int, int]], step_ms: int) -> Hub:
    hub = Hub(visit, step_ms, policy)
    for wait_s, which, late_s in history:
        hub.wait(wait_s * 1_000)
        act = ACTS[which % len(ACTS)]
        # A press may be older than the packet that brings it.
        hub.happen(replace(act, at_ms=hub.now_ms - late_s * 1_000))
    hub.wait(3 * 3_600_000)
    return hub


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=400 if DEEP else 20, deadline=None)
@given(
    history=st.lists(
        st.tuples(
            st.integers(0, 4_000), st.integers(0, len(ACTS) - 1), st.sampled_from((0, 0, 61, 700))
        ),
        max_size=7,
    ),
    level=st.integers(0, 4),
    pair=st.booleans(),
)
def test_small_steps_and_one_jump_end_alike(
    name: str, history: list[tuple[int, int, int]], level: int, pair: bool
) -> None:
    policy = POLICIES[name]
    visit = _planned(policy, level, pair)
    stepped, jumped = (_run(policy, visit, history, step_ms) for step_ms in (SEVEN_MS, 0))
    assert stepped.visit == jumped.visit
    assert stepped.effects == jumped.effects


@pytest.mark.parametrize("name", NAMES)
def test_the_law_is_not_empty(name: str) -> None:
    """A history in which timers of every kind fire: the same either way, and many of them."""
    order = {act.kind: place for place, act in reversed(list(enumerate(ACTS)))}
    history = [(1_260, order["arrived"], 0), (60, order["confirm_arrival"], 0),
               (900, order["carry_on"], 0), (3_000, order["departed"], 0)]  # fmt: skip
    policy = POLICIES[name]
    visit = _planned(policy, 1, False)
    jumped, stepped = (_run(policy, visit, history, step_ms) for step_ms in (0, SEVEN_MS))
    assert stepped.effects == jumped.effects
    assert stepped.visit == jumped.visit
    kinds = {getattr(effect, "kind", "") for effect in jumped.effects}
    wanted = {"arrival_unconfirmed", "finish_missed", "departure_unconfirmed"}
    wanted |= {"call_back_due", "manager_now"} if name == HOMEMAKER_ID else set()
    assert kinds >= wanted
