"""Nothing is called stored before the flash has it: told by order alone."""

from dataclasses import replace

from simulator.chaos.kept_first import JOINS, stored_true
from simulator.chaos.logbook import Logbook
from simulator.storm.seen import Felt, Kept, Powered, Seen, Sight
from tests.simulator.chaos.history import ADA, BOOT, BOUNDS, RECORD


def stored_lies(*sights: Sight) -> int:
    return len(list(stored_true(Seen(list(sights)), Logbook(), BOUNDS)))


def test_stored_follows_a_record() -> None:
    on, kept, felt = Powered(0, ADA, True), Kept(5, ADA, RECORD), Felt(6, ADA, "stored")
    assert stored_lies(on, kept, felt) == 0
    assert stored_lies(on, felt, kept) == 1
    assert stored_lies(on, kept, felt, felt) == 1
    assert stored_lies(on, Kept(5, ADA, f"o-{BOOT}-7"), felt) == 1
    assert stored_lies(on, replace(kept, pendant="p-bob"), felt) == 1


def test_after_a_start_it_may_be_about_what_is_there() -> None:
    on, kept, felt = Powered(0, ADA, True), Kept(5, ADA, RECORD), Felt(6, ADA, "stored")
    off = Powered(7, ADA, False)
    assert stored_lies(on, kept, off, on, felt) == 0
    assert stored_lies(on, kept, off, on, felt, felt) == 1
    assert stored_lies(on, off, on, felt) == 1


def test_one_more_of_many_joins_the_last() -> None:
    felt = Felt(6, ADA, "stored")
    many: list[Sight] = [Kept(5, ADA, RECORD), felt] * JOINS
    assert stored_lies(*many, felt) == 0
    assert stored_lies(*many, Felt(7, ADA, "hub-has-it"), felt) == 1
