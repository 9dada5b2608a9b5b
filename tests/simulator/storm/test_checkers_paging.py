"""Pages, leases and ends: each checker finds the one thing that it is about, and nothing else."""

from dataclasses import replace

from hub.rules.model import Attempt
from simulator.chaos.logbook import Due
from simulator.storm.seen import (
    Asked,
    Befell,
    Delivered,
    Felt,
    Handed,
    HubLife,
    Kept,
    Sight,
    Taken,
)
from tests.simulator.storm.evidence_rig import (
    ADA,
    BOOT,
    SOS_LADDER,
    T0,
    alarm,
    broken,
    made,
    row,
)

DUE = Due("alarm:a-1", "next", "", T0)
FIRST_WAIT_MS = SOS_LADDER.steps[0].wait_ms
OUT = row(4, "handed_out", 5_000, about="a-1", data={"page": 1})


def page(at_ms: int, number: int = 1, step: int = 0) -> dict[str, object]:
    return {"page": number, "alarm": "a-1", "visit": "", "person": "tom", "step": step,
            "created_ms": T0 + at_ms}  # fmt: skip


def handed(at_ms: int, number: int = 1) -> Handed:
    return Handed(T0 + at_ms, "tom", page(at_ms, number))  # type: ignore[arg-type]  # its facts are Values


def delivered(at_ms: int, number: int = 1, created_ms: int = 0) -> Delivered:
    facts = page(created_ms, number)
    return Delivered(T0 + at_ms, "tom", "SOS", "", facts)  # type: ignore[arg-type]  # the same


def test_a_page_is_called_sent_once_it_is_taken() -> None:
    assert broken("sent-is-taken", made([Taken(T0 + 4_000, 1, "tom", True)], [OUT])) == []


def test_a_page_that_is_called_sent_before_it_is_taken() -> None:
    assert broken("sent-is-taken", made([Taken(T0 + 6_000, 1, "tom", True)], [OUT]))
    assert broken("sent-is-taken", made([Taken(T0 + 4_000, 1, "tom", False)], [OUT]))
    assert broken("sent-is-taken", made([], [OUT]))


STORED: tuple[Sight, ...] = (
    Kept(T0 + 900, ADA, f"e-{BOOT}-7"),
    Felt(T0 + 900, ADA, "stored"),
)
RAISED = row(1, "alarm_raised", 1_000, alarm=alarm(), identity=f"{BOOT}.7")


def test_a_press_that_is_paged_in_time() -> None:
    sights = [*STORED, handed(1_100), delivered(3_000, created_ms=1_000)]
    assert broken("paged", made(sights, [RAISED])) == []


def test_a_press_that_nobody_is_paged_about() -> None:
    assert broken("paged", made(STORED, [RAISED]))
    assert broken("paged", made([*STORED, delivered(200_000, created_ms=1_000)], [RAISED]))


def test_where_a_provider_spoilt_the_rung_the_procedures_wait_comes_first() -> None:
    late_ms = 1_100 + FIRST_WAIT_MS + 80_000
    sights = [*STORED, handed(1_100), delivered(late_ms, 2, created_ms=1_000)]
    assert broken("paged", made(sights, [RAISED])) == []
    too_late = [*STORED, handed(1_100), delivered(late_ms + 20_000, 2, created_ms=1_000)]
    assert broken("paged", made(too_late, [RAISED]))


def test_a_press_that_somebody_took_from_the_board_is_paged_enough() -> None:
    taken = row(2, "acknowledge", 20_000, about="a-1", by="tom")
    assert broken("paged", made(STORED, [RAISED, taken])) == []


def test_no_way_is_no_fault_of_the_hubs() -> None:
    dark = Befell(T0, "partition", ADA, T0 + 300_000)
    late = delivered(380_000, created_ms=301_000)
    assert broken("paged", made([*STORED, dark, late], [RAISED])) == []
    assert broken("paged", made([*STORED, dark], [RAISED]))


OUTAGE = (HubLife(T0 + 100_000, False, "killed"), HubLife(T0 + 200_000, True))


def test_an_open_alarm_is_paged_again_after_an_outage() -> None:
    assert broken("paged-after-outage", made([*OUTAGE, handed(203_000)], [RAISED])) == []
    assert broken("paged-after-outage", made(OUTAGE, [RAISED]))


def test_a_rung_that_nobody_holds_has_its_wait_before_the_next() -> None:
    vacant = row(2, "page_failed", 201_000, about="a-1", data={"page": 0, "step": 0})
    late: list[Sight] = [*OUTAGE, handed(201_000 + FIRST_WAIT_MS + 5_000)]
    assert broken("paged-after-outage", made(late, [RAISED, vacant])) == []
    assert broken("paged-after-outage", made(late, [RAISED]))
    assert broken("paged-after-outage", made(OUTAGE, [RAISED, vacant]))


def test_what_somebody_has_need_not_be_paged_again() -> None:
    owned = replace(alarm(), state="owned", owner="tom", leases=1)
    taken = row(2, "acknowledge", 50_000, alarm=owned, by="tom")
    assert broken("paged-after-outage", made(OUTAGE, [RAISED, taken])) == []


def test_a_short_outage_is_none() -> None:
    short = (OUTAGE[0], HubLife(T0 + 120_000, True))
    assert broken("paged-after-outage", made(short, [RAISED])) == []


# Who has it.

LEASED_MS = 10_000
OWNED = replace(alarm(), state="owned", owner="tom", leases=1, leased_ms=T0 + LEASED_MS)
TAKEN = row(2, "acknowledge", LEASED_MS, alarm=OWNED, by="tom")
LEASE_MS = SOS_LADDER.first_lease_ms


def test_a_lease_that_ends_in_time() -> None:
    again = row(3, "due", LEASED_MS + LEASE_MS + 1_000, alarm=alarm())
    assert broken("lease-ends", made([], [RAISED, TAKEN, again])) == []


def test_a_lease_that_never_ends() -> None:
    assert broken("lease-ends", made([], [RAISED, TAKEN]))
    late = row(3, "due", LEASED_MS + LEASE_MS + 20_000, alarm=alarm())
    assert broken("lease-ends", made([], [RAISED, TAKEN, late]))


def test_what_is_done_within_a_lease_does_not_make_it_longer() -> None:
    tried = replace(OWNED, attempts=(Attempt(T0 + 20_000, "tom", "work-mobile", False),))
    act = row(3, "record_contact", 20_000, alarm=tried, by="tom")
    late = row(4, "due", LEASED_MS + LEASE_MS + 20_000, alarm=alarm())
    assert broken("lease-ends", made([], [RAISED, TAKEN, act, late]))


def test_a_hub_that_is_away_ends_no_lease() -> None:
    down_ms = LEASED_MS + LEASE_MS - 1_000
    away = [HubLife(T0 + down_ms, False), HubLife(T0 + down_ms + 60_000, True)]
    late = row(3, "due", down_ms + 70_000, alarm=alarm())
    assert broken("lease-ends", made(away, [RAISED, TAKEN, late])) == []


def test_a_ladder_goes_on_when_the_procedure_says() -> None:
    at_ms = T0 + FIRST_WAIT_MS
    good = row(1, "alarm_raised", alarm=alarm(paged_ms=T0, next_ms=at_ms))
    assert broken("next-action", made([], [good], (DUE,))) == []
    late = row(1, "alarm_raised", alarm=alarm(paged_ms=T0, next_ms=at_ms + 1))
    assert broken("next-action", made([], [late], (DUE,)))


def ended(shown: int, presses: int, at_ms: int = 60_000) -> list[str]:
    over = replace(alarm(presses=presses), state="resolved", resolved_by="tom")
    asked = Asked(T0 + at_ms, T0 + at_ms, "tom", "resolve", {"alarm": "a-1"}, True, "")
    line = row(2, "resolve", at_ms, alarm=over, by="tom", data={"presses": shown})
    return broken("end-covers-what-was-seen", made([asked], [RAISED, line]))


def test_an_end_covers_what_was_on_the_page() -> None:
    assert ended(2, 2) == []
    assert ended(1, 2), "a press that nobody had seen"
    assert ended(1, 1, at_ms=-5_000), "she has pressed since"


def test_an_end_that_nobody_asked_for() -> None:
    over = replace(alarm(), state="resolved", resolved_by="beats")
    line = row(2, "resolve", 60_000, alarm=over, by="beats")
    assert broken("ended-by-people", made([], [RAISED, line]))
    asked = Asked(T0 + 60_000, T0 + 60_000, "beats", "resolve", {"alarm": "a-1"}, True, "")
    assert broken("ended-by-people", made([asked], [RAISED, line])) == []
