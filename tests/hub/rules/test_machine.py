"""An entry of two and its alarms under each shipped policy, driven by anything: the promises P3 to
P5 hold at every moment."""

from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from hub.policy.model import Policy
from hub.rules import alarm as rules
from hub.rules.model import Event
from tests.hub.rules.acts import BY_OTHERS_ONLY, ENTERED, GESTURES, check
from tests.hub.rules.policies import DEEP, HOMEMAKER_ID, NAMES, POLICIES, beginnings
from tests.stories.world import Value, World

WORKERS = ("kim", "lee")
PEOPLE = ("tess", "tess", "max", "max", "kim", "lee", "")
COMMANDS = ("start_out", "confirm_arrival", "refuse_entry", "record_contact", "stand_down",
            "carry_on", "abandon", "extend", "confirm_departure", "confirm_home", "cancel",
            "name_tracker", "set_coverage", "report_danger")  # fmt: skip
SPANS = ("1 s", "7 s", "2 min", "11 min", "20 min", "45 min", "3 h")


class VisitMachine(RuleBasedStateMachine):
    """Rules draw what happens; the invariants look after each of them."""

    policy: ClassVar[Policy] = POLICIES[HOMEMAKER_ID]

    @initialize(
        level=st.integers(0, 4),
        kind=st.sampled_from(("visit", "visit", "visit", "site", "meeting", "day")),
        pair=st.booleans(),
        tracker=st.sampled_from(("tess", "")),
        then=st.sampled_from(("base", "home", "next")),
        coverage=st.sampled_from(("good", "poor")),
    )
    def planned(
        self, level: int, kind: str, pair: bool, tracker: str, then: str, coverage: str
    ) -> None:
        self.world = World(policy=self.policy)
        begins = beginnings(self.policy)
        facts: dict[str, Value] = {
            "workers": "kim,lee" if pair else "kim",
            "tracker": tracker,
            "then": then,
            "coverage": coverage,
            "kind": kind,
            **begins[level % len(begins)],
        }
        self.world.plan(at="10 min", **facts)

    @rule(
        gesture=st.sampled_from(GESTURES),
        worker=st.sampled_from(WORKERS),
        ago=st.sampled_from(("0 s", "0 s", "5 min", "2 h")),
        said=st.sampled_from(("", "arrived", "ok", "replied")),
    )
    def press(self, gesture: str, worker: str, ago: str, said: str) -> None:
        before = self.world.visit
        decision = self.world.press(gesture, worker, ago, said=said)
        assert not decision.refused, "a press is never refused"
        assert before is not None
        for old, new in zip(before.parts, self.world.visit_now().parts, strict=True):
            assert new.marks == old.marks, "a press earned a letter (P5)"
            assert new.phase not in ("inside", "closed", "cancelled") or new.phase == old.phase
            assert set(old.anchors) <= set(new.anchors)

    @rule(
        kind=st.sampled_from(COMMANDS),
        by=st.sampled_from(PEOPLE),
        worker=st.sampled_from(WORKERS),
        which=st.integers(0, 2),
    )
    def command(self, kind: str, by: str, worker: str, which: int) -> None:
        entered = ENTERED.get(kind, ({},))
        before = self.world.visit
        resolved = {a.id for a in self.world.alarms.values() if a.state == "resolved"}
        decision = self.world.ask(kind, by, worker, **entered[which % len(entered)])
        own = {part.worker for part in self.world.visit_now().parts} | {""}
        if kind in BY_OTHERS_ONLY and by in own:
            assert decision.refused, f"{kind} by {by!r} was allowed (P5)"
        if decision.refused:
            assert self.world.visit == before
        for alarm in self.world.alarms.values():
            if alarm.state == "resolved" and alarm.id not in resolved:
                assert alarm.kind not in ("sos", "duress", "coded_danger", "sos_aborted")

    @rule(
        kind=st.sampled_from(("acknowledge", "resolve", "record_contact", "page_failed",
                              "handed_out", "hub_restarted", "beat_returned", "do_task",
                              "waive_task", "choose_case", "record_answer")),
        by=st.sampled_from(PEOPLE),
        which=st.integers(0, 5),
        spoke=st.booleans(),
    )  # fmt: skip
    def on_alarm(self, kind: str, by: str, which: int, spoke: bool) -> None:
        if not self.world.alarms:
            return
        ids = sorted(self.world.alarms)
        alarm = self.world.alarms[ids[which % len(ids)]]
        asked = [task.id for task in alarm.tasks] or [""]
        cases = [case.id for case in alarm.cases] or [""]
        event = Event(kind, self.world.now_ms, by=by,
                      data={"outcome": "safe", "spoke": spoke, "reached": spoke, "note": "so",
                            "task": asked[which % len(asked)], "case": cases[which % len(cases)],
                            "by_roles": self.world.roles_of(by), "answer": "no"})  # fmt: skip
        decision = self.world.on_alarm(alarm, event)
        after = self.world.alarms[alarm.id]
        if by in ("", *alarm.interested):
            assert after.tasks == alarm.tasks, "she ticked off, waived or chose for herself (P5)"
            assert after.owner == "" or after.owner == alarm.owner
            assert after.resolved_by == alarm.resolved_by
        if after.state == "resolved" != alarm.state and rules.needs_speech(alarm):
            assert spoke, f"{alarm.kind} was ended without speech (P4)"
        if kind != "resolve":
            assert (after.state == "resolved") == (alarm.state == "resolved")
        assert decision.reason

    # What random draws would seldom reach: the depths of a visit and of an alarm.

    @rule(worker=st.sampled_from(WORKERS))
    def let_in(self, worker: str) -> None:
        self.command("confirm_arrival", "tess", worker, 0)

    @rule(worker=st.sampled_from(WORKERS))
    def spoken_with(self, worker: str) -> None:
        self.command("record_contact", "tess", worker, 0)

    @rule(gesture=st.sampled_from(("sos-hold", "chord")), worker=st.sampled_from(WORKERS))
    def danger(self, gesture: str, worker: str) -> None:
        self.press(gesture, worker, "0 s", "")

    @rule(which=st.integers(0, 5), spoke=st.booleans())
    def resolved(self, which: int, spoke: bool) -> None:
        self.on_alarm("resolve", "max", which, spoke)

    @rule(gesture=st.sampled_from(("sos-hold", "chord")), worker=st.sampled_from(WORKERS))
    def taken_at_once_and_left(self, gesture: str, worker: str) -> None:
        """A manager has it, and nothing follows."""
        self.press(gesture, worker, "0 s", "")
        for which in range(len(self.world.alarms)):
            self.on_alarm("acknowledge", "max", which, False)

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: str) -> None:
        self.world.fast_forward(span)

    @rule(kind=st.sampled_from(("beat_lost", "hub_restarted", "clock_jumped", "beat_returned")))
    def hub(self, kind: str) -> None:
        self.world.hub_event(kind)

    @rule()
    def provider_goes_or_comes(self) -> None:
        self.world.provider_down = not self.world.provider_down

    @invariant()
    def promises(self) -> None:
        if hasattr(self, "world"):
            check(self.world)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.unread.clear()
            self.world.fast_forward("2 h")
            check(self.world)
            self.world.unread.clear()
            self.world.done()


def machine_of(name: str) -> type[VisitMachine]:
    """The machine under that policy."""
    return type(f"VisitMachine_{name}", (VisitMachine,), {"policy": POLICIES[name]})


@pytest.mark.parametrize("name", NAMES)
def test_the_promises_hold_whatever_happens(name: str) -> None:
    examples = 500 if DEEP else 80 if name == HOMEMAKER_ID else 15
    how = settings(
        max_examples=examples, stateful_step_count=40, deadline=None, derandomize=not DEEP
    )
    run_state_machine_as_test(machine_of(name), settings=how)
