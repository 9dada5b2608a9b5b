"""A slow disk and a broker's whims excuse nothing but themselves: checkers fire beside them."""

from dataclasses import replace

from simulator.chaos.outages import WHOLE_WAY, outages
from simulator.storm.checkers.timely import START_MS, away, troubles
from simulator.storm.seen import Befell, Seen, Sight
from tests.simulator.storm.evidence_rig import ADA, T0, beat, broken, came_up, made, row, visit

MINUTE_MS = 60_000
# A disk that is slow for two seconds of each minute, all the hour long.
SLOW = [
    Befell(T0 + at_ms, "slow_disk", "hub", T0 + at_ms + 2_000)
    for at_ms in range(0, 60 * MINUTE_MS, MINUTE_MS)
]


def test_what_is_slow_or_told_twice_is_no_outage() -> None:
    kinds = ("lost", "doubled", "reordered", "slow", "battery")
    seen = Seen([*SLOW, *(Befell(T0, kind, ADA) for kind in kinds)])
    assert outages(seen, (ADA, *WHOLE_WAY)) == []


def test_silence_is_told_though_the_disk_is_slow() -> None:
    inside = row(1, "confirm_arrival", visit=visit("inside"))
    over = row(3, "confirm_home", 10 * MINUTE_MS, visit=visit("closed"))
    sights: list[Sight] = [came_up(1_000, beat(1)), *SLOW]
    assert broken("silence-is-told", made(sights, [inside, over]))
    told = row(2, "beat_lost", 151_000)
    assert broken("silence-is-told", made(sights, [inside, told, over])) == []


def test_a_slow_commit_excuses_what_fell_due_in_it_and_no_more() -> None:
    due = row(1, "due", 30_000, 31_500, visit=visit("inside"), data={"timer": "finish"})
    assert broken("deadline-in-time", made(SLOW, [due])) == []
    late = replace(due, recorded_ms=T0 + 30_000 + START_MS)
    assert broken("deadline-in-time", made(SLOW, [late]))
    in_it = replace(due, at_ms=T0 + MINUTE_MS, recorded_ms=T0 + MINUTE_MS + 4_000)
    assert broken("deadline-in-time", made(SLOW, [in_it])) == []


def test_a_slow_disk_is_a_trouble_and_not_away() -> None:
    evidence = made(SLOW)
    assert away(evidence) == []
    assert len(troubles(evidence)) == len(SLOW)
