"""Faults planted in the rules are found: a search that finds nothing is worthless."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from hub.policy.model import Policy
from hub.rules import alarm, claims, contact, ending, ladder, tasks, timing, visit
from hub.rules.changes import changed
from hub.rules.effects import Decision
from hub.rules.model import Alarm, Event, Mark, Part, Visit
from tests.hub.rules.policies import NAMES
from tests.hub.rules.test_machine import VisitMachine, machine_of

# Finding is enough here; what is found need not be made small.
SEARCH = settings(
    max_examples=240,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    print_blob=False,
)
Plant = Callable[[pytest.MonkeyPatch], None]


def nobody_minds_who(patch: pytest.MonkeyPatch) -> None:
    for module in (visit, alarm):
        patch.setattr(module, "by_another", lambda by, interested: "")


def an_acknowledgement_is_the_end(patch: pytest.MonkeyPatch) -> None:
    def owned(a: Alarm, event: Event, now_ms: int) -> Decision:
        return Decision(alarm=replace(a, state="owned", owner=event.by, next_ms=0), reason="x")

    patch.setitem(alarm.RULES, "acknowledge", owned)


def a_returning_beat_resolves(patch: pytest.MonkeyPatch) -> None:
    def over(a: Alarm, event: Event, now_ms: int) -> Decision:
        return Decision(alarm=alarm.ended(a, "hub", "beats are back", "", now_ms), reason="x")

    patch.setitem(alarm.RULES, "beat_returned", over)


def contact_ends_an_sos(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ending, "NEVER_AUTO_RESOLVED", frozenset())
    sources = ("sos_pressed:p-kim", "duress:p-kim")
    patch.setattr(contact, "answered_sources", lambda *args, **more: sources)


def a_press_says_departed_and_is_believed(patch: pytest.MonkeyPatch) -> None:
    def gone(terms: Policy, v: Visit, part: Part, event: Event) -> Decision:
        return changed(v, part, replace(part, phase="closed"), "gone")

    patch.setitem(claims.HANDLERS, "departed", gone)


def a_press_lets_her_in(patch: pytest.MonkeyPatch) -> None:
    def let_in(terms: Policy, v: Visit, part: Part, event: Event) -> Decision:
        return changed(v, part, replace(part, phase="at-door", go_in=event.identity), "in")

    patch.setitem(claims.HANDLERS, "arrived", let_in)


def letters_are_her_own(patch: pytest.MonkeyPatch) -> None:
    def marked(part: Part, letter: str, at_ms: int, by: str) -> tuple[Mark, ...]:
        return part.marks + (Mark(letter, at_ms, part.worker),)

    patch.setattr(contact, "marked", marked)


def the_backstop_is_gone(patch: pytest.MonkeyPatch) -> None:
    real = timing.part_deadlines

    def without(terms: Policy, v: Visit, part: Part) -> Any:
        return [each for each in real(terms, v, part) if each.timer != "unattended"]

    patch.setattr(timing, "part_deadlines", without)


def a_fired_timer_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(timing, "fired", lambda part, name, due_ms: part)


def a_click_ends_an_sos(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ending, "flag", lambda found, key: True)


def a_click_spares_the_police_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ladder, "wanted_again", lambda kept, now_ms: kept)


def an_open_task_is_no_hindrance(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tasks, "held_open_by", lambda a, now_ms: None)
    patch.setattr(tasks, "over_before", lambda a, by, now_ms: a.tasks)


PLANTS: tuple[Plant, ...] = (
    a_click_spares_the_police_for_ever,
    an_open_task_is_no_hindrance,
    nobody_minds_who,
    an_acknowledgement_is_the_end,
    a_returning_beat_resolves,
    contact_ends_an_sos,
    a_press_says_departed_and_is_believed,
    a_press_lets_her_in,
    letters_are_her_own,
    the_backstop_is_gone,
    a_fired_timer_is_forgotten,
    a_click_ends_an_sos,
)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_the_machine_finds_it(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(VisitMachine, settings=SEARCH)


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_the_machine_finds_it_under_each_policy(
    plant: Plant, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine_of(name), settings=SEARCH)
