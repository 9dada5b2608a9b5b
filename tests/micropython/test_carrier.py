"""The order of the pendant inside the interpreter: kept first, told then, felt and sent last."""

from firmware.pendant.carrier import ERASE_AGAIN_MS, MAX_ERASURES, Carrier
from firmware.pendant.reserve import (
    COUNT,
    MAKE_AGAIN_MS,
    MAKE_EVERY_MS,
    MAKE_FIRST_MS,
    ROOM_BYTES,
)

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

    Outputs = list[tuple[Any, ...]]

SENT = ("send", "pendant/p-1/sos", b"token", 1, True)


class FakeCore:
    """Answers `persisted` as it is told, and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.answers: Outputs = []
        self.gives: list[str] = []

    def is_alarm_record(self, name: str) -> bool:
        return name[:5] == "e-sos" or name[:2] == "o-"

    def give_way(self) -> str:
        return self.gives.pop(0) if self.gives else ""

    def persisted(self, name: str, now_ms: int) -> "Outputs":
        self.told.append((name, now_ms))
        return list(self.answers)


def fresh() -> "tuple[FakeCore, Carrier]":
    core = FakeCore()
    return core, Carrier(core)


def work_of(carrier: Carrier) -> "list[tuple[str, bytes | None]]":
    """Carry out all that waits, always with success."""
    done: list[tuple[str, bytes | None]] = []
    while True:
        work = carrier.flash_next()
        if work is None:
            return done
        done.append(work)
        carrier.flash_done(True, 0)


def test_what_needs_no_flash_is_done_at_once_and_in_order() -> None:
    core, carrier = fresh()
    outputs = [("feel", "tick"), ("persist", "e-1", b"1"), SENT, ("erase", "e-0"), ("connect",)]
    outputs.append(("reset", "why"))
    assert carrier.took(outputs) == [("feel", "tick"), SENT, ("connect",), ("reset", "why")]
    assert core.told == []


def test_flash_work_is_one_at_a_time_in_the_order_asked() -> None:
    _core, carrier = fresh()
    assert carrier.flash_next() is None
    carrier.took([("persist", "e-1", b"1"), ("erase", "e-0")])
    carrier.took([("persist", "a", b"2")])
    assert carrier.flash_next() == ("e-1", b"1")
    assert carrier.flash_next() == ("e-1", b"1"), "until it is done"
    assert carrier.waiting() == [("e-1", b"1"), ("e-0", None), ("a", b"2")]
    assert work_of(carrier) == [("e-1", b"1"), ("e-0", None), ("a", b"2")]
    assert carrier.waiting() == []


def test_core_is_told_after_the_flash_has_kept_it_and_not_before() -> None:
    core, carrier = fresh()
    core.answers = [("feel", "stored"), ("persist", "o-1", b"2"), SENT]
    assert carrier.took([("persist", "e-1", b"1")]) == []
    assert core.told == []
    assert carrier.flash_done(True, 77) == [("feel", "stored"), SENT]
    assert core.told == [("e-1", 77)]
    assert carrier.flash_next() == ("o-1", b"2")


def test_write_that_failed_is_not_told_and_can_be_asked_for_again() -> None:
    core, carrier = fresh()
    core.answers = [("feel", "stored")]
    carrier.took([("persist", "e-1", b"1"), ("persist", "e-2", b"2")])
    assert carrier.flash_done(False, 5) == []
    assert core.told == []
    assert carrier.flash_next() == ("e-2", b"2"), "one bad record does not hold up the others"
    carrier.took([("persist", "e-1", b"1")])
    carrier.flash_done(True, 6)
    assert carrier.flash_done(True, 7) == [("feel", "stored")]
    assert core.told == [("e-2", 6), ("e-1", 7)]


def test_core_is_not_told_of_what_was_erased() -> None:
    core, carrier = fresh()
    carrier.took([("erase", "e-1")])
    assert carrier.flash_done(True, 5) == []
    assert core.told == []


def test_what_already_waits_last_of_its_name_waits_once() -> None:
    _core, carrier = fresh()
    keep, drop = ("persist", "e-1", b"1"), ("erase", "e-1")
    carrier.took([keep, keep, ("persist", "e-2", b"2"), keep])
    assert carrier.waiting() == [("e-1", b"1"), ("e-2", b"2")]
    carrier.took([drop, drop, keep, ("persist", "e-1", b"other"), keep])
    expected = [b"1", None, b"1", b"other", b"1"]
    assert [blob for name, blob in carrier.waiting() if name == "e-1"] == expected


def test_core_that_asks_again_when_told_is_not_asked_for_ever() -> None:
    core, carrier = fresh()
    core.answers = [("persist", "e-1", b"1")]
    carrier.took([("persist", "e-1", b"1")])
    carrier.flash_done(True, 1)
    assert carrier.flash_next() is None


def test_core_that_is_told_may_have_it_erased() -> None:
    core, carrier = fresh()
    core.answers = [("erase", "e-1")]
    carrier.took([("persist", "e-1", b"1")])
    carrier.flash_done(True, 1)
    assert carrier.flash_next() == ("e-1", None), "overtaken while the flash was busy"


def test_what_a_reset_would_lose_is_a_copy() -> None:
    _core, carrier = fresh()
    carrier.took([("persist", "e-1", b"1")])
    carrier.waiting().pop()
    assert carrier.waiting() == [("e-1", b"1")]


# -- what would not go -----------------------------------------------------------------------------


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
