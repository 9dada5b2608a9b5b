"""The chip under the storm's flash: what a torn operation leaves, and that nothing comes after."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.storm.flash_chip import BLOCK_BYTES, IO_ERROR, PER_MILLE, UNIT_BYTES, FlashChip, Tear

DATA = bytes(range(128))
SHARES = st.integers(0, PER_MILLE)
NOISES = st.integers(0, 1 << 30)


def torn(tear: Tear, written: bytes = b"") -> FlashChip:
    """A chip whose next operation is torn."""
    chip = FlashChip(2)
    if written:
        assert chip.program(0, 0, written) == 0
    chip.cut_after(1, tear)
    return chip


def test_programming_only_clears_bits_and_erasing_sets_them() -> None:
    chip = FlashChip(2)
    assert chip.program(1, 32, b"\xf0\xff") == 0
    assert chip.program(1, 32, b"\x1f\x00") == 0
    assert chip.read(1, 32, 2) == b"\x10\x00"
    assert chip.read(0, 0, BLOCK_BYTES) == b"\xff" * BLOCK_BYTES
    assert chip.erase(1) == 0
    assert chip.image == b"\xff" * (2 * BLOCK_BYTES)
    assert chip.operations == 3


@given(SHARES, NOISES)
def test_torn_programming_is_a_prefix_and_a_lottery_in_one_unit(share: int, noise: int) -> None:
    chip = torn(Tear(share, noise))
    chip.program(0, 64, DATA)
    assert chip.is_off
    done = len(DATA) * share // PER_MILLE
    unit_end = done + UNIT_BYTES - done % UNIT_BYTES
    left = chip.read(0, 64, len(DATA))
    assert left[:done] == DATA[:done]
    assert all(had & wanted == wanted for had, wanted in zip(left, DATA, strict=True))
    assert left[unit_end:] == b"\xff" * len(DATA[unit_end:])
    if not noise:
        assert left[done:] == b"\xff" * len(DATA[done:])
    assert chip.image.count(0xFF) >= len(chip.image) - len(DATA)


@given(SHARES, NOISES)
def test_torn_erasure_is_a_prefix_and_a_lottery_in_one_unit(share: int, noise: int) -> None:
    old = bytes(range(256)) * (BLOCK_BYTES // 256)
    chip = torn(Tear(share, noise), old)
    chip.erase(0)
    assert chip.is_off
    done = BLOCK_BYTES * share // PER_MILLE
    unit_end = done + UNIT_BYTES - done % UNIT_BYTES
    left = chip.read(0, 0, BLOCK_BYTES)
    assert left[:done] == b"\xff" * done
    assert all(had | has == has for had, has in zip(old, left, strict=True))
    assert left[unit_end:] == old[unit_end:]
    if not noise:
        assert left[done:] == old[done:]


def test_noise_tears_the_bits_of_the_next_unit() -> None:
    chip = torn(Tear(0, 12345))
    chip.program(0, 0, b"\x00" * 64)
    left = chip.read(0, 0, 64)
    assert left[:UNIT_BYTES] not in (b"\x00" * UNIT_BYTES, b"\xff" * UNIT_BYTES)
    assert left[UNIT_BYTES:] == b"\xff" * UNIT_BYTES


def test_the_cut_comes_at_the_operation_it_was_ordered_for() -> None:
    chip = FlashChip(2)
    chip.cut_after(3, Tear(0, 0))
    assert chip.program(0, 0, b"\x00") == 0
    assert chip.erase(1) == 0
    assert not chip.is_off
    assert chip.program(0, 1, b"\x00") == IO_ERROR
    assert chip.is_off


def test_nothing_reaches_a_chip_without_power() -> None:
    chip = FlashChip(2)
    chip.program(0, 0, DATA)
    chip.cut()
    image, operations = bytes(chip.image), chip.operations
    assert chip.program(0, 128, DATA) == IO_ERROR
    assert chip.erase(0) == IO_ERROR
    assert chip.image == image
    assert chip.operations == operations
    chip.power_on()
    assert chip.erase(0) == 0


def test_power_on_forgets_the_cut() -> None:
    chip = torn(Tear(0, 0))
    chip.power_on()
    assert chip.program(0, 0, DATA) == 0
    assert chip.read(0, 0, len(DATA)) == DATA


def test_operation_that_was_done_to_its_end_when_the_power_went() -> None:
    chip = torn(Tear(PER_MILLE, 7))
    assert chip.program(0, 0, DATA) == 0
    assert chip.is_off
    assert chip.read(0, 0, len(DATA)) == DATA
