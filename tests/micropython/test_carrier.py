"""The order of the pendant inside the interpreter: kept first, told then, felt and sent last."""

from tests.firmware.fake_core import fresh, work_of

SENT = ("send", "pendant/p-1/sos", b"token", 1, True)


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
