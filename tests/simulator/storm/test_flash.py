"""The storm's flash: whichever operation loses the power, records are wholly old or wholly new."""

from errno import EIO, ENOSPC
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.storm.flash import Flash, PowerCut
from simulator.storm.flash_chip import BLOCK_BYTES, PER_MILLE, Tear
from tests.simulator.storm.flash_law import (
    NAMES,
    SIZES,
    Records,
    after,
    breach,
    carry_out,
    some_work,
)

BLOBS = st.tuples(st.sampled_from(SIZES), st.integers(0, 255)).map(lambda t: bytes([t[1]]) * t[0])
WORK = st.lists(st.tuples(st.sampled_from(NAMES), st.none() | BLOBS), max_size=12)
TEARS = (Tear(0, 0), Tear(0, 7), Tear(500, 0), Tear(370, 12345), Tear(PER_MILLE, 0))


def fresh(seed: int = 1, blocks: int = 16) -> Flash:
    return Flash(Random(seed), blocks=blocks)


def booted(flash: Flash) -> Records:
    """What a boot finds; it sweeps up, and that can be torn too."""
    try:
        return flash.read_all()
    except PowerCut:
        flash.mount()
        return flash.read_all()


@given(WORK)
def test_flash_is_a_mapping_over_any_number_of_boots(
    work: list[tuple[str, bytes | None]],
) -> None:
    flash = fresh()
    for done, (name, blob) in enumerate(work):
        carry_out(flash, [(name, blob)])
        if done % 3 == 0:
            flash.mount()
    assert flash.read_all() == sorted(after(work).items())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("tear", TEARS)
def test_every_operation_torn_in_every_manner(seed: int, tear: Tear) -> None:
    work = some_work(seed, 14)
    flash = fresh()
    made = flash.operations
    assert carry_out(flash, work) == len(work)
    total = flash.operations - made
    assert total > 2 * len(work)
    for operation in range(1, total + 1):
        flash = fresh()
        flash.chip.cut_after(operation, tear)
        done = carry_out(flash, work)
        assert done < len(work)
        assert flash.operations == made + operation, "nothing reached the chip afterwards"
        flash.mount()
        assert breach(work, done, flash.read_all()) == "", operation
        assert carry_out(flash, work) == len(work)
        assert flash.read_all() == sorted(after(work).items()), "it works on"


@given(st.lists(st.tuples(WORK, st.integers(1, 60)), max_size=8), st.integers(0, 1 << 30))
def test_life_after_life_ends_in_a_torn_operation(
    lives: list[tuple[list[tuple[str, bytes | None]], int]], seed: int
) -> None:
    flash = fresh(seed)
    before: Records = []
    for work, operations in lives:
        flash.cut_after(operations)
        done = carry_out(flash, work)
        flash.cut()
        flash.mount()
        flash.cut_after(1)
        found = booted(flash)
        assert breach(work, done, found, before) == ""
        before = found


@pytest.mark.parametrize("blocks", [7, 8, 10])
def test_full_flash_keeps_the_law_through_every_cut(blocks: int) -> None:
    flash = fresh(blocks, blocks)
    before: Records = []
    refused = 0
    for life in range(60):
        flash.cut_after(1 + life)
        for item in some_work(life, 40):
            try:
                done = carry_out(flash, [item])
            except OSError as error:
                assert error.errno == ENOSPC
                refused += 1
                assert booted(flash) == before, "refused, and something is gone"
                continue
            if not done:
                flash.mount()
            found = booted(flash)
            assert breach([item], done, found, before) == ""
            before = found
    assert refused


def test_on_a_worn_chip_whose_folders_wander() -> None:
    """After so many writes littlefs has moved the folder's blocks to others (block_cycles)."""
    worn = fresh()
    for number in range(2500):
        worn.write("phase", b"%d" % number)
    image = bytes(worn.chip.image)
    work = some_work(4, 10)
    done = operation = 0
    while done < len(work):
        operation += 1
        flash = fresh()
        flash.chip.image[:] = image
        flash.mount()
        flash.cut_after(operation)
        done = carry_out(flash, work)
        flash.mount()
        assert breach(work, done, flash.read_all(), [("phase", b"2499")]) == ""
    assert operation > 2 * len(work)


class ErasesFirst:
    """Planted: to make room it takes the old record away before the new one is there."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash

    def write(self, name: str, blob: bytes) -> None:
        self._flash.erase(name)
        self._flash.write(name, blob)

    def erase(self, name: str) -> None:
        self._flash.erase(name)


class WritesLater:
    """Planted: says that it is done, and does it with the next one."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash
        self._late: list[tuple[str, bytes]] = []

    def write(self, name: str, blob: bytes) -> None:
        self.erase("")
        self._late.append((name, blob))

    def erase(self, name: str) -> None:
        while self._late:
            self._flash.write(*self._late.pop(0))
        if name:
            self._flash.erase(name)


@pytest.mark.parametrize("planted", [ErasesFirst, WritesLater])
def test_law_is_broken_by_who_breaks_it(planted: type[ErasesFirst | WritesLater]) -> None:
    work = some_work(0, 14)
    breaches = []
    done = operation = 0
    while done < len(work):
        operation += 1
        flash = fresh()
        flash.cut_after(operation)
        done = carry_out(planted(flash), work)
        flash.mount()
        breaches.append(breach(work, done, flash.read_all()))
    assert any(breaches)


def test_nothing_is_told_and_nothing_changes_after_the_power_went() -> None:
    flash = fresh()
    flash.write("phase", b"old")
    flash.cut_after(1)
    with pytest.raises(PowerCut):
        flash.write("phase", b"new")
    image, operations = bytes(flash.chip.image), flash.operations
    for _ in range(2):
        with pytest.raises(PowerCut):
            flash.write("phase", b"new")
        with pytest.raises(PowerCut):
            flash.erase("phase")
        with pytest.raises(PowerCut):
            flash.read_all()
        with pytest.raises(PowerCut):
            assert flash.used
    assert flash.chip.image == image
    assert flash.operations == operations
    flash.mount()
    assert flash.read_all() == [("phase", b"old")]


def test_power_that_went_between_operations() -> None:
    flash = fresh()
    flash.write("phase", b"1")
    flash.cut()
    with pytest.raises(PowerCut):
        flash.write("phase", b"2")
    flash.mount()
    assert flash.read_all() == [("phase", b"1")]


def test_power_that_is_back_has_forgotten_the_cut() -> None:
    flash = fresh()
    flash.cut_after(1)
    flash.mount()
    flash.write("phase", b"1")
    assert flash.read_all() == [("phase", b"1")]


def test_cut_is_raised_in_the_call_that_met_it() -> None:
    flash = fresh()
    start = flash.operations
    flash.write("phase", b"1")
    took = flash.operations - start
    flash.cut_after(took + 1)
    flash.write("phase", b"2")
    with pytest.raises(PowerCut):
        flash.write("phase", b"3")


def test_same_seed_tears_alike_and_another_does_not() -> None:
    def image(seed: int) -> bytes:
        flash = fresh(seed)
        flash.cut_after(30)
        carry_out(flash, some_work(1, 14))
        return bytes(flash.chip.image)

    assert image(5) == image(5)
    assert len({image(seed) for seed in range(10)}) > 3


def test_refused_work_changes_nothing() -> None:
    refused = [False]
    flash = Flash(Random(1), lambda: refused[0], 16)
    flash.write("phase", b"old")
    operations = flash.operations
    refused[0] = True
    with pytest.raises(OSError) as caught:
        flash.write("phase", b"new")
    assert caught.value.errno == EIO
    with pytest.raises(OSError):
        flash.erase("phase")
    assert flash.operations == operations
    refused[0] = False
    assert flash.read_all() == [("phase", b"old")]
    flash.write("phase", b"new")
    assert flash.read_all() == [("phase", b"new")]


def test_full_flash_refuses_and_keeps_what_it_has() -> None:
    flash = fresh(blocks=8)
    kept = {}
    with pytest.raises(OSError) as caught:
        for number in range(20):
            flash.write(f"e-{number}", bytes([number]) * 700)
            kept[f"e-{number}"] = bytes([number]) * 700
    assert caught.value.errno == ENOSPC
    assert len(kept) > 1
    assert flash.free < 2 * BLOCK_BYTES
    with pytest.raises(OSError):
        flash.write("e-0", b"x" * 700)
    flash.mount()
    assert dict(flash.read_all()) == kept
    flash.erase("e-0")
    flash.write("e-20", b"y" * 700)
    assert dict(flash.read_all())["e-20"] == b"y" * 700


def test_used_and_free_are_all_of_it() -> None:
    flash = fresh()
    used = flash.used
    assert used + flash.free == 16 * BLOCK_BYTES
    flash.write("e-1", b"x" * 700)
    assert flash.used == used + BLOCK_BYTES
    flash.erase("e-1")
    assert flash.used == used


def test_a_full_outbox_has_room() -> None:
    """As many records as the core can owe, each of the largest size it writes."""
    flash = Flash(Random(1))
    for number in range(12 + 20):
        flash.write(f"e-0123456789abcdef-{number}", b"e" * 1000)
        flash.write(f"o-0123456789abcdef-{number}", b"o" * 30)
    assert len(flash.read_all()) == 64
    assert flash.free > BLOCK_BYTES
