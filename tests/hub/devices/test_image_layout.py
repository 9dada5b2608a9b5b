"""Where the file system lies: as MicroPython's own file or the chip's own table says."""

import pytest

from hub.devices.image_layout import (
    MIB,
    LayoutFault,
    Region,
    default_region,
    region_in_micropython,
    region_in_table,
)
from tests.hub.devices.chip_files import OLDER, ROWS, micropython, table


def test_without_a_partition_of_its_own_it_is_all_that_comes_after_the_program() -> None:
    """MicroPython 1.26 and newer make the partition when they start (micropython#17337)."""
    assert region_in_micropython(micropython(), 8 * MIB) == Region(2 * MIB, 6 * MIB)
    assert region_in_micropython(micropython(), 16 * MIB) == Region(2 * MIB, 14 * MIB)


def test_a_partition_of_its_own_is_taken_as_it_stands() -> None:
    assert region_in_micropython(micropython(OLDER), 8 * MIB) == Region(2 * MIB, 6 * MIB)
    assert region_in_micropython(micropython(OLDER), 16 * MIB) == Region(2 * MIB, 6 * MIB)


def test_what_is_assumed_without_a_chip_is_what_the_table_says_of_it() -> None:
    for flash_mb in (4, 8, 16):
        assert default_region(flash_mb * MIB) == region_in_table(table(), flash_mb * MIB)


@pytest.mark.parametrize(
    ("firmware", "flash_mb", "said"),
    [
        (b"", 8, "this is no MicroPython"),
        (b"\x7fELF" + micropython()[4:], 8, "this is no MicroPython"),
        (micropython(chip=0), 8, "another chip (id 0, an ESP32-S3 has 9)"),
        (micropython(OLDER), 4, "does not fit a flash of 4 MiB"),
        (micropython(()), 8, "no partition table"),
        (micropython((*ROWS, ("more", 2 * MIB, 6 * MIB))), 8, "does not fit"),
        (micropython((*ROWS, ("vfs", 2 * MIB + 1, MIB))), 8, "does not fit"),
    ],
)
def test_a_file_that_is_not_for_a_pendant_is_refused_with_what_to_take(
    firmware: bytes, flash_mb: int, said: str
) -> None:
    with pytest.raises(LayoutFault) as caught:
        region_in_micropython(firmware, flash_mb * MIB)
    assert said in str(caught.value)


def test_a_damaged_table_is_refused() -> None:
    damaged = bytearray(table(OLDER))
    damaged[3 * 32 + 4] ^= 0x10  # the file system would begin elsewhere
    with pytest.raises(LayoutFault, match="damaged"):
        region_in_table(bytes(damaged), 8 * MIB)
