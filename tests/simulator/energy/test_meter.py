"""What is counted is what was seen, and of one pendant only."""

from firmware.pendant.patterns import PATTERNS
from simulator.energy.meter import use_of
from simulator.storm.people.trips import BACK, TRAVELLING
from simulator.storm.seen import Carried, Erased, Felt, Kept, Powered, Seen, Sight, Slept, Went

ME, OTHER, WORKER = "p-bea", "p-dai", "bea"
UP = f"allswell/v1/up/{ME}/beat"
DOWN = f"allswell/v1/down/{ME}"


def seen_of(*sights: Sight) -> Seen:
    found = Seen()
    for sight in sights:
        found.add(sight)
    return found


def test_awake_is_from_power_to_sleep_and_from_waking_on() -> None:
    seen = seen_of(
        Powered(0, ME, True),
        Slept(10_000, ME, True),
        Slept(70_000, ME, False),
        Powered(75_000, ME, False),
        Powered(90_000, ME, True),
    )
    use = use_of(seen, ME, WORKER, 0, 100_000)
    assert use.woken == [(0, 10_000), (70_000, 5_000), (90_000, 10_000)]
    assert (use.wakes, use.awake_ms, use.asleep_ms) == (3, 25_000, 75_000)
    assert use.searching_ms == 25_000, "no packet ever came: it searched all the time"
    assert use.connects == 0


def test_messages_are_counted_by_direction_with_their_bytes() -> None:
    seen = seen_of(
        Powered(0, ME, True),
        Carried(1_000, "beats", UP, b"x" * 100),
        Carried(1_030, ME, DOWN, b"y" * 300),
        Carried(1_030, OTHER, f"allswell/v1/down/{OTHER}", b"y" * 300),
    )
    use = use_of(seen, ME, WORKER, 0, 5_000)
    assert (use.sent, use.sent_bytes) == (1, 100 + len(UP))
    assert (use.heard, use.heard_bytes) == (1, 300 + len(DOWN))
    assert (use.connects, use.bursts, use.pings) == (1, 1, 0)


def test_a_quiet_link_is_pinged_and_each_ping_wakes_the_radio() -> None:
    seen = seen_of(
        Powered(0, ME, True),
        Carried(1_000, "beats", UP, b"x"),
        Carried(61_000, "beats", UP, b"x"),
    )
    use = use_of(seen, ME, WORKER, 0, 62_000)
    assert use.pings == 7, "one each 8 s of a minute's silence"
    assert use.bursts == 2 + 7


def test_what_is_felt_and_kept_is_counted() -> None:
    seen = seen_of(
        Powered(0, ME, True),
        Felt(10, ME, "stored"),
        Felt(10, OTHER, "stored"),
        Kept(20, ME, "e-1"),
        Erased(30, ME, "e-1"),
    )
    use = use_of(seen, ME, WORKER, 0, 1_000)
    pulses = PATTERNS["stored"][2]
    assert use.felt == 1
    assert use.led_ms == sum(on_ms for on_ms, _, _, _ in pulses)
    assert use.motor_ms == sum(on_ms * pct / 100 for on_ms, _, pct, _ in pulses)
    assert use.writes == 2


def test_a_visit_is_from_setting_out_to_being_back() -> None:
    seen = seen_of(
        Powered(0, ME, True),
        Went(1_000, WORKER, "v1", TRAVELLING),
        Went(61_000, WORKER, "v1", BACK),
        Went(70_000, WORKER, "v2", BACK),
    )
    use = use_of(seen, ME, WORKER, 0, 80_000)
    assert (use.visits, use.out_ms) == (1, 60_000), "who never set out was on no visit"
