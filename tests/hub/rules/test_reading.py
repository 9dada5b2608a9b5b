"""The hub's reading of a gesture: danger everywhere the same, A always well, D never."""

from itertools import product

import pytest

from hub.rules.claims import A_SHORT, HANDLERS
from hub.rules.facts import is_fact
from hub.rules.kinds import DANGER_PRESSES, PENDANT_EVENTS
from hub.rules.reading import FELT_AS_A_SHORT, SILENT, TABLE, felt_as, read
from protocol.messages import GESTURES, PHASES, UP_TYPES

TYPES = tuple(kind.TYPE for kind in UP_TYPES)
WELL = frozenset({"arrived", "ok", "replied", "carry_on_asked", "started_out", "touched"})


def test_every_gesture_means_something_in_every_phase() -> None:
    for kind, gesture, phase, prompt in product(TYPES, GESTURES, PHASES, ("", "x-1")):
        found = read(kind, gesture, phase, prompt)
        assert found in PENDANT_EVENTS
        assert found in HANDLERS or found in DANGER_PRESSES


@pytest.mark.parametrize(
    ("gesture", "kind"),
    [
        ("sos-hold", "sos_pressed"),
        ("sos-stabs", "sos_pressed"),
        ("sos-let-go", "sos_aborted"),
        ("chord", "duress"),
        ("chord-broken", "duress_suspected"),
    ],
)
def test_danger_means_the_same_everywhere(gesture: str, kind: str) -> None:
    for said, phase, prompt in product(TYPES, (*PHASES, "", "unheard-of"), ("", "x-1")):
        found = read(said, gesture, phase, prompt)
        if found == FELT_AS_A_SHORT:  # the second message of a silent press; the first is danger
            assert (gesture in SILENT, said in ("arrived", "ok", "replied")) == (True, True)
            continue
        assert found in DANGER_PRESSES
    assert {read("", gesture, phase, "") for phase in PHASES} == {kind}


def test_a_message_of_danger_is_danger_whatever_its_gesture() -> None:
    for gesture, phase in product((*GESTURES, "unheard-of"), PHASES):
        assert read("sos-pressed", gesture, phase, "") == "sos_pressed"


def test_a_silent_press_passes_for_what_a_short_would_have_been() -> None:
    for said, phase, prompt in product(("arrived", "ok", "replied"), PHASES, ("", "x-1")):
        assert felt_as(said, phase, prompt) == read(said, "a-short", phase, prompt)
        assert felt_as(said, phase, prompt) in A_SHORT
        for gesture in SILENT:
            assert read(said, gesture, phase, prompt) == FELT_AS_A_SHORT


def test_a_means_well_and_d_never_does() -> None:
    for (gesture, _), kind in TABLE.items():
        if gesture.startswith("a-"):
            assert kind in WELL
        elif gesture != "d-hold":
            assert kind not in WELL


@pytest.mark.parametrize(
    ("gesture", "phase", "prompt", "kind"),
    [
        ("a-short", "planned", "", "arrived"),
        ("a-short", "on-the-way", "x-1", "arrived"),
        ("a-short", "at-door", "", "ok"),
        ("a-short", "inside", "", "ok"),
        ("a-short", "inside", "x-1", "replied"),
        ("a-short", "off", "", "touched"),
        ("a-double", "inside", "", "carry_on_asked"),
        ("a-hold", "planned", "", "started_out"),
        ("a-hold", "off", "", "started_out"),
        ("d-short", "at-door", "", "not_going_in"),
        ("d-short", "inside", "", "departed"),
        ("d-double", "at-door", "", "no_answer"),
        ("d-hold", "going-home", "", "home_safe"),
        ("unheard-of", "inside", "", "touched"),
    ],
)
def test_the_table(gesture: str, phase: str, prompt: str, kind: str) -> None:
    assert read("", gesture, phase, prompt) == kind


def test_an_arrival_pressed_again_at_the_door_is_the_arrival() -> None:
    assert read("arrived", "a-short", "at-door", "") == "arrived"
    assert read("arrived", "a-short", "inside", "") == "arrived"
    assert read("ok", "a-short", "on-the-way", "") == "arrived"


def test_who_believes_herself_at_a_door_is_asked_where_the_hub_knows_of_none() -> None:
    for phase in ("off", "closed", "cancelled", ""):
        assert read("arrived", "a-short", phase, "") == "arrived"
        assert read("ok", "a-short", phase, "") == "touched"
        assert read("arrived", "a-double", phase, "") == "touched"


def test_on_a_day_out_she_is_well_or_home_and_all_else_is_about_a_visit() -> None:
    for gesture, kind in (
        ("a-short", "ok"),
        ("a-double", "carry_on_asked"),
        ("a-hold", "started_out"),
        ("d-short", "departed"),
        ("d-double", "no_answer"),
        ("d-hold", "home_safe"),
    ):
        assert read("", gesture, "day", "") == kind


def test_nothing_is_a_fact_that_no_policy_may_name() -> None:
    for name, known in (
        ("concern", True), ("relieved", True), ("pair", True), ("rating:C3", True), ("dog", False),
    ):  # fmt: skip
        assert is_fact(name) == known, name
