"""The deadline law: steps of seven seconds and one big jump end alike, in state and in effects.

It holds for what falls due by the clock. Waits for people count from the hand-out of a page and are
no part of it (rules/alarm.py).
"""

from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from hub.rules import visit as visit_rules
from hub.rules.effects import Effect
from hub.rules.model import Deadline, Event, Visit
from tests.hub.rules.acts import every_event
from tests.stories.world import HOMEMAKER, NINE, Value, World

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
        due = visit_rules.deadlines(HOMEMAKER, self.visit)
        found = [each for each in due if each.due_ms <= self.now_ms]
        return min(found, key=lambda each: (each.due_ms, each.timer, each.worker), default=None)

    def happen(self, event: Event) -> None:
        decision = visit_rules.decide(HOMEMAKER, self.visit, event, self.now_ms)
        assert decision.visit is not None
        self.visit = decision.visit
        self.effects += decision.effects


def _planned(enhanced: bool, pair: bool) -> Visit:
    world = World()
    workers = "kim,lee" if pair else "kim"
    return world.plan(at="20 min", first_meeting=enhanced, workers=workers, coverage="poor")


def _run(visit: Visit, history: list[tuple[int, int, int]], step_ms: int) -> Hub:
    hub = Hub(visit, step_ms)
    for wait_s, which, late_s in history:
        hub.wait(wait_s * 1_000)
        act = ACTS[which % len(ACTS)]
        # A press may be older than the packet that brings it.
        hub.happen(replace(act, at_ms=hub.now_ms - late_s * 1_000))
    hub.wait(3 * 3_600_000)
    return hub


@given(
    history=st.lists(
        st.tuples(
            st.integers(0, 4_000), st.integers(0, len(ACTS) - 1), st.sampled_from((0, 0, 61, 700))
        ),
        max_size=7,
    ),
    enhanced=st.booleans(),
    pair=st.booleans(),
)
def test_small_steps_and_one_jump_end_alike(
    history: list[tuple[int, int, int]], enhanced: bool, pair: bool
) -> None:
    visit = _planned(enhanced, pair)
    stepped, jumped = (_run(visit, history, step_ms) for step_ms in (SEVEN_MS, 0))
    assert stepped.visit == jumped.visit
    assert stepped.effects == jumped.effects


def test_the_law_is_not_empty() -> None:
    """A history in which timers of every kind fire: the same either way, and many of them."""
    order = {act.kind: place for place, act in reversed(list(enumerate(ACTS)))}
    history = [(1_260, order["arrived"], 0), (60, order["confirm_arrival"], 0),
               (900, order["carry_on"], 0), (3_000, order["departed"], 0)]  # fmt: skip
    jumped = _run(_planned(True, False), history, 0)
    stepped = _run(_planned(True, False), history, SEVEN_MS)
    assert stepped.effects == jumped.effects
    assert stepped.visit == jumped.visit
    kinds = {getattr(effect, "kind", "") for effect in jumped.effects}
    assert {"arrival_unconfirmed", "call_back_due", "manager_now", "finish_missed",
            "departure_unconfirmed"} <= kinds  # fmt: skip
