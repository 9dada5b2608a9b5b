"""What the hub thinks of a pendant, held against made-up runs: each checker fires, and not else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from hub.rules.model import Alarm, Value
from hub.store.log import Row
from simulator.storm.seen import Delivered
from tests.simulator.storm.evidence_rig import (
    ADA,
    BOOT,
    T0,
    alarm,
    broken,
    came_down,
    made,
    row,
    standing,
    visit,
)

PRESS = f"{BOOT}.7"
MINUTE_MS = 60_000


def revoked(seq: int, at_ms: int, state: str = "revoked") -> Row:
    return row(seq, "revoke_pendant", at_ms, data={"pendant": ADA, "state": state}, worker="")


def renewed(seq: int, at_ms: int, until_ms: int) -> Row:
    data: dict[str, Value] = {"pendant": ADA, "valid_until_ms": T0 + until_ms if until_ms else 0}
    return row(seq, "renew_pendant", at_ms, data=data)


def pressed(seq: int, at_ms: int) -> Row:
    return row(seq, "sos_pressed", at_ms, identity=PRESS)


def raised(seq: int, at_ms: int, **more: Any) -> Row:
    kind = more.pop("kind", "sos")
    made_up: Alarm = replace(alarm(**more), kind=kind)
    return row(seq, "alarm_raised", at_ms, alarm=made_up, identity=PRESS)


def page(subject: str, created_ms: int) -> Delivered:
    facts: dict[str, Value] = {"alarm": "a-1", "created_ms": T0 + created_ms}
    return Delivered(T0 + created_ms + 1_000, "tom", subject, "", facts)


EXPIRES = renewed(1, 0, MINUTE_MS)
LATER_MS = 2 * MINUTE_MS


@pytest.mark.parametrize(
    ("told", "facts"),
    [
        (EXPIRES, {"mark": "expired"}),
        (revoked(1, 0), {"mark": "revoked", "kind": "unverified_sos", "verified": False}),
    ],
)
def test_a_press_bears_the_mark_of_its_pendant(told: Row, facts: Mapping[str, Any]) -> None:
    rows = [told, pressed(2, LATER_MS), raised(3, LATER_MS, **facts)]
    words = {"expired": "SOS from a pendant past its date: Ada",
             "revoked": "SOS from a revoked pendant: Ada"}  # fmt: skip
    good = page(words[facts["mark"]], LATER_MS)
    assert broken("pendant-is-marked", made([good], rows)) == []
    assert broken("pendant-is-marked", made([page("SOS: Ada", LATER_MS)], rows))
    assert broken("pendant-is-marked", made([page("SOS: Ada", 1)], rows)) == [], "of before"
    assert broken("pendant-is-marked", made([], rows[:2])), "in no alarm"
    plain = [*rows[:2], raised(3, LATER_MS, **{**facts, "mark": ""})]
    assert broken("pendant-is-marked", made([], plain))


def test_a_revoked_press_is_not_proven_and_an_expired_one_is() -> None:
    rows = [revoked(1, 0), pressed(2, LATER_MS), raised(3, LATER_MS, mark="revoked")]
    assert broken("pendant-is-marked", made([], rows)), "as proven"
    rows = [EXPIRES, pressed(2, LATER_MS),
            raised(3, LATER_MS, mark="expired", kind="unverified_sos")]  # fmt: skip
    assert broken("pendant-is-marked", made([], rows)), "as not proven"


def test_a_good_pendants_press_bears_none() -> None:
    before = [pressed(1, 0), raised(2, 0), renewed(3, 10, MINUTE_MS)]
    assert broken("pendant-is-marked", made([], before)) == []
    early = [EXPIRES, pressed(2, MINUTE_MS - 1), raised(3, MINUTE_MS - 1)]
    assert broken("pendant-is-marked", made([], early)) == []
    again = [EXPIRES, renewed(2, LATER_MS, 0), pressed(3, LATER_MS), raised(4, LATER_MS)]
    assert broken("pendant-is-marked", made([], again)) == []
    trusted = [revoked(1, 0), revoked(2, 10, "active"), pressed(3, 20), raised(4, 20)]
    assert broken("pendant-is-marked", made([], trusted)) == []


def let_in(seq: int, at_ms: int) -> Row:
    return row(seq, "confirm_arrival", at_ms, visit=visit("inside"))


def test_nobody_is_let_in_with_a_pendant_past_its_date() -> None:
    assert broken("expired-goes-in-nowhere", made([], [EXPIRES, let_in(2, LATER_MS)]))
    assert broken("expired-goes-in-nowhere", made([], [EXPIRES, let_in(2, MINUTE_MS - 1)])) == []
    renewal = renewed(2, LATER_MS, 0)
    assert (
        broken("expired-goes-in-nowhere", made([], [EXPIRES, renewal, let_in(3, LATER_MS)])) == []
    )


def test_nobody_is_told_to_go_in_by_one_past_its_date() -> None:
    word = standing(5, beat=1, hub_ms=LATER_MS, go_in=PRESS)
    assert broken("expired-goes-in-nowhere", made([came_down(LATER_MS, word)], [EXPIRES]))
    early = standing(5, beat=1, hub_ms=MINUTE_MS - 1, go_in=PRESS)
    assert broken("expired-goes-in-nowhere", made([came_down(LATER_MS, early)], [EXPIRES])) == []
    none = standing(5, beat=1, hub_ms=LATER_MS)
    assert broken("expired-goes-in-nowhere", made([came_down(LATER_MS, none)], [EXPIRES])) == []
    assert broken("expired-goes-in-nowhere", made([came_down(LATER_MS, word)], [])) == []


INSIDE = row(1, "confirm_arrival", 0, visit=visit("inside"))


def own(seq: int, at_ms: int, kind: str, **more: Any) -> Row:
    found = replace(alarm(**more), kind=kind, visit="v-1", presses=())
    return row(seq, "alarm_raised", at_ms, alarm=found)


def test_whoever_is_out_is_told_of_when_her_pendant_is_revoked() -> None:
    taken = revoked(3, 1_000)
    assert broken("taken-is-told", made([], [INSIDE, taken]))
    told = own(2, 1_000, "pendant_taken")
    assert broken("taken-is-told", made([], [INSIDE, told, taken])) == []
    late = own(4, 60_000, "pendant_taken")
    assert broken("taken-is-told", made([], [INSIDE, taken, late])), "not in the same turn"
    other = own(2, 1_000, "beat_lost")
    assert broken("taken-is-told", made([], [INSIDE, other, taken])), "another alarm"


def test_who_is_in_two_visits_at_once_is_told_of_once() -> None:
    second = {**visit("inside"), "id": "v-2"}
    rows = [INSIDE, row(2, "confirm_arrival", 0, visit=second), own(3, 1_000, "pendant_taken")]
    assert broken("taken-is-told", made([], [*rows, revoked(4, 1_000)])) == []
    hers = own(3, 1_000, "pendant_taken", worker="bob")
    assert broken("taken-is-told", made([], [*rows[:2], hers, revoked(4, 1_000)]))


@pytest.mark.parametrize("phase", ["planned", "closed", "cancelled"])
def test_who_is_not_out_need_not_be_told_of(phase: str) -> None:
    there = row(1, "plan_visit", 0, visit=visit(phase))
    assert broken("taken-is-told", made([], [there, revoked(2, 1_000)])) == []


def test_twice_revoked_or_trusted_again_takes_nothing() -> None:
    told = own(2, 1_000, "pendant_taken")
    rows = [INSIDE, told, revoked(3, 1_000), revoked(4, 5_000), revoked(5, 9_000, "active")]
    assert broken("taken-is-told", made([], rows)) == []


def gasp(seq: int, at_ms: int, **data: Any) -> Row:
    return row(seq, "last_gasp", at_ms, visit=visit("inside"), data=data)


def test_a_last_word_on_a_visit_asks_in_the_same_turn() -> None:
    assert broken("last-word-asks", made([], [INSIDE, gasp(2, 1_000)]))
    asks = own(3, 1_000, "battery_ended")
    assert broken("last-word-asks", made([], [INSIDE, gasp(2, 1_000), asks])) == []
    assert broken("last-word-asks", made([], [INSIDE, gasp(2, 1_000, late=True)])) == []
    over = row(1, "confirm_home", 0, visit=visit("closed"))
    assert broken("last-word-asks", made([], [over, gasp(2, 1_000)])) == []


def test_one_that_is_open_has_it_already() -> None:
    asks = own(3, 1_000, "battery_ended")
    again = [INSIDE, gasp(2, 1_000), asks, gasp(4, 90_000)]
    assert broken("last-word-asks", made([], again)) == []
    over = own(4, 60_000, "battery_ended", state="resolved")
    assert broken("last-word-asks", made([], [INSIDE, gasp(2, 1_000), asks, over, gasp(5, 90_000)]))
