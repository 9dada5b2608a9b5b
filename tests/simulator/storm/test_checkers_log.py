"""The log held against what was seen: each checker finds the one thing that it is about."""

from dataclasses import replace

import pytest

from hub.rules.model import Press
from protocol import codec
from simulator.chaos.logbook import Due
from simulator.storm.checkers.table import CHECKS
from simulator.storm.plants import PLANTS
from simulator.storm.seen import Befell, Carried, Delivered, Felt, HubLife, Powered, Pressed
from tests.simulator.storm.evidence_rig import (
    ADA,
    BOOT,
    T0,
    alarm,
    beat,
    broken,
    came_down,
    came_up,
    made,
    receipt,
    row,
    sos,
    standing,
    visit,
)


def test_every_plant_names_checkers_that_there_are() -> None:
    named = {each for plant in PLANTS.values() for each in plant.checkers}
    assert named <= set(CHECKS) | {"crash"}


# Deadlines.

DUE = row(5, "due", 60_000, visit=visit("inside"), data={"timer": "finish"})


def test_a_deadline_fires_once() -> None:
    assert broken("deadline-once", made([], [DUE])) == []
    assert broken("deadline-once", made([], [DUE, replace(DUE, seq=6)]))
    later = replace(DUE, seq=6, at_ms=DUE.at_ms + 1)
    assert broken("deadline-once", made([], [DUE, later])) == []


def test_a_deadline_that_is_decided_late() -> None:
    late = replace(DUE, recorded_ms=DUE.at_ms + 20_000, seq=1)
    assert broken("deadline-in-time", made([], [late]))
    down = [HubLife(T0 + 50_000, False), HubLife(T0 + 70_000, True)]
    assert broken("deadline-in-time", made(down, [late])) == []


def test_what_a_late_entry_makes_due_is_not_late() -> None:
    late = replace(DUE, recorded_ms=T0 + 90_000, seq=2)
    entered = row(1, "plan_visit", 90_000, visit=visit("planned"))
    assert broken("deadline-in-time", made([], [entered, late])) == []
    other = replace(entered, visit="v-2")
    assert broken("deadline-in-time", made([], [other, late]))


def test_what_a_start_drains_before_anything_fires_is_late_news() -> None:
    left = row(1, "departed", 60_000, 95_000, visit=visit("leaving"))
    start, due = row(2, "hub_restarted", 97_000), replace(DUE, seq=3, recorded_ms=T0 + 97_000)
    assert broken("deadline-in-time", made([], [left, start, due])) == []
    assert broken("deadline-in-time", made([], [replace(left, visit="v-2"), start, due]))


def test_nothing_stands_that_fell_due_long_ago() -> None:
    old, new = Due("visit:v-1", "finish", "ada", T0), Due("visit:v-1", "x", "ada", T0 + 9**9)
    assert broken("deadline-missed", made(dues=(old,)))
    assert broken("deadline-missed", made(dues=(new,))) == []


def test_an_alarm_is_turned_to_when_the_log_says() -> None:
    raised = row(1, "alarm_raised", alarm=replace(alarm(), next_ms=T0 + 60_000))
    again = row(2, "due", 61_000, alarm=replace(alarm(), next_ms=T0 + 9**9))
    assert broken("deadline-missed", made([], [raised, again])) == []
    assert broken("deadline-missed", made([], [raised]))
    assert broken("deadline-missed", made([], [raised, replace(again, recorded_ms=T0 + 90_000)]))


def test_a_fault_of_the_hubs_own() -> None:
    raised = row(1, "alarm_raised", alarm=alarm(source="visit:v-1:finish"))
    assert broken("no-fault-of-its-own", made([], [raised])) == []
    stuck = row(1, "alarm_raised", alarm=alarm(source="visit:v-1:finish:stuck"))
    assert broken("no-fault-of-its-own", made([], [stuck]))
    assert broken("no-fault-of-its-own", made([], [raised, row(2, "item_failed")]))


# Claims.


def test_a_press_ends_no_watching() -> None:
    inside = row(1, "confirm_arrival", visit=visit("inside"))
    home = row(2, "home_safe", 9, visit=visit("closed"))
    assert broken("press-ends-nothing", made([], [inside, home]))
    assert (
        broken("press-ends-nothing", made([], [inside, replace(home, kind="confirm_home")])) == []
    )


def test_a_press_is_no_contact() -> None:
    inside = row(1, "confirm_arrival", visit=visit("inside", contact=1))
    ok = row(2, "ok", 9, visit=visit("inside", contact=9))
    assert broken("press-ends-nothing", made([], [inside, ok]))


def test_nobody_ends_her_own_alarm() -> None:
    over = replace(alarm(), state="resolved", resolved_by="tom")
    assert broken("nobody-for-herself", made([], [row(1, "resolve", alarm=over)])) == []
    hers = replace(over, resolved_by="ada")
    assert broken("nobody-for-herself", made([], [row(1, "resolve", alarm=hers)]))
    taken = replace(alarm(), state="owned", owner="ada")
    assert broken("nobody-for-herself", made([], [row(1, "acknowledge", alarm=taken)]))


def test_inside_is_said_by_another() -> None:
    by_tom = row(1, "confirm_arrival", visit=visit("inside"), by="tom")
    assert broken("inside-by-a-person", made([], [by_tom])) == []
    assert broken("inside-by-a-person", made([], [replace(by_tom, by="ada")]))
    assert broken("inside-by-a-person", made([], [replace(by_tom, kind="arrived")]))


# Silence.

SOS = Pressed(T0 + 1_000, ADA, "sos-hold", T0 + 3_000)


def test_who_never_touched_sos_feels_nothing_of_an_alarm() -> None:
    felt = Felt(T0 + 4_000, ADA, "hub-has-it")
    assert broken("silent-stays-silent", made([SOS, felt])) == []
    chord = replace(SOS, gesture="chord")
    assert broken("silent-stays-silent", made([chord, felt]))


def silent_page(person: str, text: str) -> list[str]:
    line = row(1, "alarm_raised", alarm=replace(alarm(), kind="duress", silent=True))
    page = Delivered(T0 + 9_000, person, "", text, {"alarm": "a-1"})
    return broken("silent-stays-silent", made([page], [line]))


def test_a_silent_alarm_reaches_no_telephone_of_hers() -> None:
    assert silent_page("tom", "Silent: do not call her.") == []
    assert silent_page("ada", "Silent: do not call her.")
    assert silent_page("tom", "Call her work mobile.")


# Strangers.


def test_what_only_a_forger_sent_is_in_no_row() -> None:
    line = row(1, "sos_pressed", 1_000, identity=f"{BOOT}.7")
    forged = Carried(T0, "events", f"allswell/{ADA}/up/sos",
                     codec.seal(sos(), ADA, bytes(32)), True)  # fmt: skip
    assert broken("forged-changes-nothing", made([forged], [line]))
    assert broken("forged-changes-nothing", made([came_up(0, sos()), forged], [line])) == []


def test_what_is_felt_before_the_hub_said_a_word() -> None:
    felt = Felt(T0 + 4_000, ADA, "prompt")
    assert broken("forged-changes-nothing", made([felt]))
    assert broken("forged-changes-nothing", made([came_down(1, standing(3)), felt]))
    asked = came_down(1, standing(3, prompt="are-you-well"))
    assert broken("forged-changes-nothing", made([asked, felt])) == []


# Presses.

IN_LOG = row(1, "sos_pressed", 1_200, 2_000, identity=f"{BOOT}.7")


def test_every_press_is_counted() -> None:
    again = replace(SOS, at_ms=T0 + 60_000, end_ms=T0 + 62_000)
    second = row(2, "sos_pressed", 60_000, identity=f"{BOOT}.8")
    assert broken("each-press-counts", made([SOS, again], [IN_LOG, second])) == []
    assert broken("each-press-counts", made([SOS, again], [IN_LOG]))
    dark = Powered(T0 + 5, ADA, False)
    assert broken("each-press-counts", made([SOS, again, dark], [IN_LOG])) == []


def test_what_has_a_receipt_is_in_the_log() -> None:
    sights = [came_up(1_500, sos()), came_down(2_500, receipt(7, 2_000))]
    raised = row(2, "alarm_raised", 1_200, 2_000, alarm=alarm())
    assert broken("receipt-is-true", made(sights, [IN_LOG, raised])) == []
    assert broken("receipt-is-true", made(sights))
    assert broken("receipt-is-true", made(sights, [IN_LOG]))  # it stands in no alarm
    late = replace(IN_LOG, recorded_ms=T0 + 2_001)
    assert broken("receipt-is-true", made(sights, [late, raised]))


def test_a_press_is_dated_by_the_finger() -> None:
    assert broken("dated-by-the-finger", made([SOS], [IN_LOG])) == []
    late = replace(IN_LOG, at_ms=T0 + 300_000)
    assert broken("dated-by-the-finger", made([SOS], [late]))
    jump = Befell(T0, "clock_jump", "hub")
    assert broken("dated-by-the-finger", made([SOS, jump], [late])) == []


def test_an_identity_is_signed_once() -> None:
    first, again = came_up(1, beat(3)), came_up(2, beat(3))
    assert broken("identities-are-new", made([first, again])) == []
    assert broken("identities-are-new", made([first, came_up(2, beat(3, 99))]))


@pytest.mark.parametrize("held", [(f"{BOOT}.7",), (f"{BOOT}.8",)])
def test_a_press_stands_under_its_own_identity(held: tuple[str, ...]) -> None:
    stands = replace(alarm(), presses=tuple(Press(each, T0, T0) for each in held))
    raised = row(2, "alarm_raised", alarm=stands)
    said = broken("press-is-kept", made([], [IN_LOG, raised]))
    assert bool(said) is (held != (f"{BOOT}.7",))
