"""What is felt, stored, believed and sent: each checker finds the one thing that it is about."""

from dataclasses import replace

from simulator.storm.seen import (
    Acknowledged,
    Befell,
    Erased,
    Felt,
    HubLife,
    Kept,
    Powered,
    Sight,
    Went,
)
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

RECORD = f"e-{BOOT}-7"
KEPT, STORED = Kept(T0 + 900, ADA, RECORD), Felt(T0 + 900, ADA, "stored")
ERASED = Erased(T0 + 5_000, ADA, RECORD)


def test_stored_is_felt_when_the_flash_has_kept_it() -> None:
    assert broken("stored-is-kept", made([KEPT, STORED])) == []
    assert broken("stored-is-kept", made([replace(STORED, at_ms=T0 + 800), KEPT]))


def test_what_a_start_finds_is_stored() -> None:
    assert broken("stored-is-kept", made([Powered(T0 + 900, ADA, True), STORED])) == []


def test_what_is_stored_stays_until_somebody_has_it() -> None:
    assert broken("stored-is-kept", made([KEPT, STORED, ERASED]))
    assert broken("stored-is-kept", made([KEPT, STORED, came_down(2_000, receipt()), ERASED])) == []
    over = standing(1, resolved=[f"{BOOT}.7"])
    assert broken("stored-is-kept", made([KEPT, STORED, came_down(2_000, over), ERASED])) == []


def test_another_receipt_is_none() -> None:
    sights: list[Sight] = [KEPT, STORED, came_down(2_000, receipt(6)), ERASED]
    assert broken("stored-is-kept", made(sights))


def test_an_unsigned_receipt_is_none() -> None:
    sights: list[Sight] = [KEPT, STORED, came_down(2_000, receipt(), bytes(32)), ERASED]
    assert broken("stored-is-kept", made(sights))


def test_what_is_kept_arrives() -> None:
    heard = row(1, "departed", 1_000, identity=f"{BOOT}.7")
    assert broken("kept-arrives", made([KEPT], [heard])) == []
    assert broken("kept-arrives", made([KEPT, ERASED])) == []
    assert broken("kept-arrives", made([KEPT]))


# The hub's word.

ANSWERED = (came_up(1_000, beat(3)), came_down(1_100, standing(10, 3)))


def test_a_hub_that_falls_silent_is_felt() -> None:
    lost = Felt(T0 + 61_500, ADA, "hub-lost")
    assert broken("hub-lost", made([*ANSWERED, lost])) == []
    assert broken("hub-lost", made(ANSWERED))


def test_off_duty_nobody_listens_for_it() -> None:
    off = came_down(1_100, standing(10, 3, phase="off"))
    assert broken("hub-lost", made([ANSWERED[0], off])) == []


def test_a_pendant_without_power_feels_nothing() -> None:
    assert broken("hub-lost", made([*ANSWERED, Powered(T0 + 20_000, ADA, False)])) == []


def test_what_is_believed_never_gets_older() -> None:
    forward = [came_up(1_000, beat(3, 10)), came_up(2_000, beat(4, 11))]
    assert broken("stale-is-not-felt", made(forward)) == []
    assert broken("stale-is-not-felt", made([forward[1], came_up(9_000, beat(5, 10))]))


def test_what_came_when_it_held_no_longer_is_not_believed() -> None:
    sent = came_up(1_000, beat(3))
    late, echo = came_down(70_000, standing(10, 3)), came_up(71_000, beat(9, 10))
    assert broken("stale-is-not-felt", made([sent, late, echo]))
    in_time = came_down(1_200, standing(10, 3))
    assert broken("stale-is-not-felt", made([sent, in_time, late, echo])) == []


def test_nothing_is_felt_of_what_nobody_signed() -> None:
    felt = Felt(T0 + 1_100, ADA, "prompt")
    first = came_down(500, standing(9))
    invented = came_down(1_100, standing(10, prompt="well"), bytes(32))
    assert broken("forged-changes-nothing", made([first, invented, felt]))
    signed = came_down(1_100, standing(10, prompt="well"))
    assert broken("forged-changes-nothing", made([first, signed, felt])) == []


# Beats.


def test_each_answer_is_to_a_newer_beat() -> None:
    first, second = standing(10, 3), standing(20, 4)
    assert broken("replay-is-no-life", made([came_down(1, first), came_down(2, second)])) == []
    again = standing(30, 3, 30_000)
    assert broken("replay-is-no-life", made([came_down(1, first), came_down(2, again)]))


def test_a_hub_that_died_may_have_forgotten_a_beat() -> None:
    died = HubLife(T0 + 10_000, False)
    first, again = standing(10, 3), standing(30, 3, 30_000)
    assert broken("replay-is-no-life", made([came_down(1, first), came_down(2, again), died])) == []


INSIDE = row(1, "arrived", 0, visit=visit("inside"))
LOST = row(2, "beat_lost", 160_000, visit=visit("inside"))


def test_a_pendant_that_falls_silent_is_told_of() -> None:
    heard = came_up(1_000, beat(3))
    assert broken("silence-is-told", made([heard], [INSIDE, LOST])) == []
    assert broken("silence-is-told", made([heard], [INSIDE]))


def test_a_pendant_that_beats_is_not() -> None:
    beats = [came_up(at_ms, beat(1 + at_ms)) for at_ms in range(0, 3_600_000, 100_000)]
    assert broken("silence-is-told", made(beats, [INSIDE])) == []


def test_a_replayed_beat_is_no_sign_of_life() -> None:
    old = [came_up(at_ms, beat(3), forged=True) for at_ms in range(0, 3_600_000, 100_000)]
    assert broken("silence-is-told", made(old, [INSIDE]))


def test_off_a_visit_silence_is_nothing() -> None:
    closed = row(2, "confirm_home", 100_000, visit=visit("closed"))
    assert broken("silence-is-told", made([], [INSIDE, closed])) == []
    assert broken("silence-is-told", made([], [row(1, "x", visit=visit("to-base", "day"))])) == []


# Where she truly is.


def test_who_is_inside_is_watched() -> None:
    went = [Went(T0 + 1_000, "ada", "v-1", "inside"), Went(T0 + 90_000, "ada", "v-1", "outside")]
    over = row(2, "confirm_home", 50_000, visit=visit("closed"))
    assert broken("inside-is-watched", made(went, [INSIDE, over]))
    after = row(2, "confirm_home", 95_000, visit=visit("closed"))
    assert broken("inside-is-watched", made(went, [INSIDE, after])) == []


def test_an_old_press_moves_nothing() -> None:
    let_in = row(1, "confirm_arrival", 60_000, visit=visit("inside", confirmed=60_000))
    left = visit("leaving", confirmed=60_000)
    old = row(2, "departed", 30_000, 90_000, visit=left)
    assert broken("old-press-moves-nothing", made([], [let_in, old]))
    now = row(2, "departed", 80_000, 90_000, visit=left)
    assert broken("old-press-moves-nothing", made([], [let_in, now])) == []


# Presses.

PRESSED = row(1, "sos_pressed", 1_000, identity=f"{BOOT}.7")
RAISED = row(2, "alarm_raised", 1_000, alarm=alarm(), identity=f"{BOOT}.7")


def test_each_press_stands_in_an_alarm() -> None:
    assert broken("press-is-kept", made([], [PRESSED, RAISED])) == []
    second = row(3, "sos_pressed", 9_000, identity=f"{BOOT}.8")
    assert broken("press-is-kept", made([], [PRESSED, RAISED, second]))


def test_a_press_is_one_row() -> None:
    assert broken("press-rows-once", made([], [PRESSED, RAISED])) == []
    assert broken("press-rows-once", made([], [PRESSED, RAISED, replace(PRESSED, seq=3)]))


def test_what_is_acknowledged_is_in_the_log() -> None:
    message = came_up(900, sos())
    told = Acknowledged(T0 + 1_050, message.topic, message.token)
    early = replace(told, at_ms=T0 + 950)

    def holds(*sights: Acknowledged) -> bool:
        return broken("acknowledged-is-kept", made([message, *sights], [PRESSED, RAISED])) == []

    assert holds(told)
    assert not holds(early)


def test_a_fault_of_the_flash_is_seen() -> None:
    """What befalls a pendant's flash takes nothing from the hub."""
    fault = Befell(T0, "flash_busy", ADA, T0 + 500)
    assert broken("silence-is-told", made([fault, came_up(1_000, beat(3))], [INSIDE, LOST])) == []
