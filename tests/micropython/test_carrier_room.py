"""The carrier inside the interpreter: what would not go, what makes room for an alarm, and what
outlives a reset.
"""

from firmware.pendant.carrier import ERASE_AGAIN_MS, MAX_ERASURES, Carrier
from firmware.pendant.reserve import (
    COUNT,
    MAKE_AGAIN_MS,
    MAKE_EVERY_MS,
    MAKE_FIRST_MS,
    ROOM_BYTES,
)
from tests.firmware.fake_core import fresh, work_of


def test_record_that_would_not_go_is_tried_again_and_not_for_ever() -> None:
    _core, carrier = fresh()
    carrier.found([("r-" + str(number), b"") for number in range(COUNT)])
    carrier.took([("erase", "e-1")])
    assert not carrier.at_rest()
    now_ms = 5
    for _ in range(MAX_ERASURES - 1):
        carrier.flash_done(False, now_ms)
        assert carrier.flash_next() is None and not carrier.at_rest()
        carrier.idle(now_ms + ERASE_AGAIN_MS - 1)
        assert carrier.flash_next() is None
        now_ms += ERASE_AGAIN_MS
        carrier.idle(now_ms)
        assert carrier.flash_next() == ("e-1", None)
    carrier.flash_done(False, now_ms)
    assert carrier.at_rest(), "it must not keep the pendant awake"


def test_record_that_went_in_the_end_is_not_tried_again() -> None:
    _core, carrier = fresh()
    carrier.took([("erase", "e-1"), ("erase", "e-2")])
    carrier.flash_done(False, 0)
    carrier.flash_done(False, 0)
    carrier.idle(ERASE_AGAIN_MS)
    assert work_of(carrier) == [("e-1", None)]
    carrier.idle(2 * ERASE_AGAIN_MS)
    assert work_of(carrier) == [("e-2", None)]
    assert carrier.at_rest()


def test_record_that_would_not_go_and_is_wanted_again_stays() -> None:
    _core, carrier = fresh()
    carrier.took([("erase", "c-1")])
    carrier.flash_done(False, 0)
    carrier.took([("persist", "c-1", b"1")])
    assert work_of(carrier) == [("c-1", b"1")]
    carrier.idle(MAKE_FIRST_MS - 1 + ERASE_AGAIN_MS)
    assert carrier.flash_next() == ("r-0", bytes(ROOM_BYTES)), "and no erasure"


# -- room, and what outlives a reset ---------------------------------------------------------------


def kept_by_a_full_flash(carrier: Carrier, now_ms: int, room: int) -> "list[tuple[str, bool]]":
    """Carry out all that waits on a flash with room for so many records: what it was asked, and
    whether it did it."""
    did: list[tuple[str, bool]] = []
    while True:
        work = carrier.flash_next()
        if work is None:
            return did
        name, blob = work
        room += 1 if blob is None else -1
        ok = room >= 0
        did.append((name, ok))
        carrier.flash_done(ok, now_ms, not ok)
        if not ok:
            room = 0


def test_reserve_is_made_one_by_one_when_nothing_else_waits() -> None:
    _core, carrier = fresh()
    assert carrier.found([("phase", b"x"), ("r-3", b"")]) == [("phase", b"x")]
    carrier.idle(MAKE_FIRST_MS - 1)
    assert carrier.flash_next() is None
    carrier.took([("persist", "e-1", b"1")])
    carrier.idle(MAKE_FIRST_MS)
    assert carrier.flash_next() == ("e-1", b"1"), "what was asked for comes first"
    work_of(carrier)
    now_ms = MAKE_FIRST_MS
    made = []
    for _ in range(COUNT + 3):
        carrier.idle(now_ms)
        carrier.idle(now_ms)
        made += work_of(carrier)
        now_ms += MAKE_EVERY_MS
    assert len(made) == COUNT - 1 and ("r-3", bytes(ROOM_BYTES)) not in made
    assert all(blob == bytes(ROOM_BYTES) for _, blob in made)


def test_core_is_not_told_of_the_reserve() -> None:
    core, carrier = fresh()
    carrier.idle(MAKE_FIRST_MS)
    work_of(carrier)
    assert core.told == []


def test_reserve_that_finds_no_room_is_tried_again_much_later() -> None:
    _core, carrier = fresh()
    carrier.idle(MAKE_FIRST_MS)
    assert kept_by_a_full_flash(carrier, MAKE_FIRST_MS, 0) == [("r-0", False)]
    carrier.idle(MAKE_FIRST_MS + MAKE_AGAIN_MS - 1)
    assert carrier.flash_next() is None
    carrier.idle(MAKE_FIRST_MS + MAKE_AGAIN_MS)
    assert carrier.flash_next() is not None


def test_on_a_full_flash_routine_goes_first_and_then_the_reserve() -> None:
    core, carrier = fresh()
    carrier.found([("r-0", b""), ("r-1", b"")])
    core.gives = ["e-old"]
    for name in ("e-sos-1", "e-sos-2", "e-sos-3", "e-sos-4", "e-routine"):
        carrier.took([("persist", name, b"1")])
    did = kept_by_a_full_flash(carrier, 7, 0)
    tried = [("e-sos-1", False), ("e-old", True), ("e-sos-1", True)]
    tried += [("e-sos-2", False), ("r-1", True), ("e-sos-2", True)]
    tried += [("e-sos-3", False), ("r-0", True), ("e-sos-3", True)]
    tried += [("e-sos-4", False), ("e-routine", False)]
    assert did == tried, did
    assert [name for name, _ in core.told] == ["e-sos-1", "e-sos-2", "e-sos-3"]
    assert carrier.flash_next() is None, "what failed is for the core to ask again"


def test_routine_record_has_no_claim_to_the_reserve() -> None:
    core, carrier = fresh()
    carrier.found([("r-0", b"")])
    core.gives = ["e-old"]
    carrier.took([("persist", "e-routine", b"1")])
    assert kept_by_a_full_flash(carrier, 7, 0) == [("e-routine", False)]
    assert core.gives == ["e-old"]


def test_flash_that_is_broken_and_not_full_costs_nothing_else() -> None:
    core, carrier = fresh()
    carrier.found([("r-0", b"")])
    core.gives = ["e-old"]
    carrier.took([("persist", "e-sos-1", b"1")])
    carrier.flash_done(False, 7)
    assert carrier.flash_next() is None and core.gives == ["e-old"]


def test_room_that_cannot_be_erased_is_passed_over() -> None:
    _core, carrier = fresh()
    carrier.found([("r-0", b""), ("r-1", b"")])
    carrier.took([("persist", "e-sos-1", b"1")])
    carrier.flash_done(False, 7, True)
    assert carrier.flash_next() == ("r-1", None)
    carrier.flash_done(False, 7)
    carrier.flash_done(False, 7, True)
    assert carrier.flash_next() == ("r-0", None)
    carrier.flash_done(True, 7)
    assert carrier.flash_next() == ("e-sos-1", b"1")


def test_what_was_given_up_is_made_again_when_there_is_room() -> None:
    _core, carrier = fresh()
    carrier.found([("r-" + str(number), b"") for number in range(COUNT)])
    carrier.took([("persist", "e-sos-1", b"1")])
    kept_by_a_full_flash(carrier, 7, 0)
    carrier.idle(8)
    assert carrier.flash_next() is None, "it would take the place again at once"
    carrier.idle(7 + MAKE_AGAIN_MS)
    assert work_of(carrier) == [("r-" + str(COUNT - 1), bytes(ROOM_BYTES))]
    carrier.idle(7 + 2 * MAKE_AGAIN_MS)
    assert carrier.flash_next() is None


def test_alarms_that_wait_for_the_flash_are_remembered_over_a_reset() -> None:
    _core, carrier = fresh()
    work = [("persist", "e-sos-1", b"1" * 700), ("persist", "e-ok", b"2"), ("erase", "e-sos-0")]
    carrier.took(work + [("persist", "o-1", b"3"), ("persist", "e-sos-2", b"4" * 700)])
    memory = carrier.to_remember()
    next_boot = fresh()[1]
    found = next_boot.found([("phase", b"x"), ("r-0", b"")], memory)
    expected = [("phase", b"x"), ("u-sos-1", b"1" * 700), ("u-sos-2", b"4" * 700)]
    assert found == expected, found
    assert fresh()[1].found([("e-sos-1", b"1" * 700)], memory)[1:] == expected[2:], "once"
    work_of(carrier)
    assert carrier.to_remember() == b""


def test_memory_holds_the_first_that_fit() -> None:
    _core, carrier = fresh()
    for number in range(4):
        carrier.took([("persist", "e-sos-%d" % number, bytes([number]) * 1000)])
    memory = carrier.to_remember()
    assert len(memory) <= 2048
    found = [name for name, _ in fresh()[1].found([], memory)]
    assert found == ["u-sos-0", "u-sos-1"]


def test_memory_may_hold_anything_at_all() -> None:
    _core, carrier = fresh()
    carrier.took([("persist", "e-sos-1", b"1" * 20)])
    good = carrier.to_remember()
    for at in range(len(good)):
        fresh()[1].found([], good[:at])
        for bit in range(8):
            torn = bytearray(good)
            torn[at] ^= 1 << bit
            for name, _ in fresh()[1].found([], bytes(torn)):
                assert name[:2] == "u-"
    assert fresh()[1].found([], bytes(2048)) == []
    assert fresh()[1].found([], b"\xff" * 2048) == []
