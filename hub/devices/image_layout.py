"""Where a pendant's file system lies on its flash: read from MicroPython's own file, not assumed.

Rule: an image is built for, and written to, exactly the region that MicroPython will mount. A file
for another chip, or a damaged one, is refused before anything is written.

Sources: ESP-IDF Programming Guide, "Partition Tables" (a table at 0x8000, entries of 32 bytes, the
MD5 row after them); esptool documentation, "Firmware Image Format" (0xE9, chip id); MicroPython
1.26 and newer, ports/esp32/main.c, boardctrl_startup(): where no partition is called `vfs` it makes
one, from the end of the last partition to the end of the flash (micropython#17337).
"""

import hashlib
import struct
from dataclasses import dataclass

BLOCK_BYTES = 4096  # the sector of the flash, and the block of the file system
MIB = 1 << 20
FLASH_BYTES = 8 * MIB  # ESP32-S3-DevKitC-1 with an ESP32-S3-WROOM-1-N8
CHIP = "esp32s3"
CHIP_ID = 9  # ESP_CHIP_ID_ESP32S3 in esp_app_format.h

TABLE_OFFSET = 0x8000
TABLE_BYTES = 0xC00
VFS_LABEL = "vfs"
_ENTRY = struct.Struct("<2sBBII16sI")
_ENTRY_MAGIC, _MD5_MAGIC = b"\xaa\x50", b"\xeb\xeb"
_IMAGE_MAGIC = 0xE9
_CHIP_ID_AT = 12
_MD5_AT = 16


class LayoutFault(Exception):
    """The file or the chip is not one that a pendant can live on; says why."""


@dataclass(frozen=True, slots=True)
class Region:
    """So many bytes of the flash, from there on."""

    offset: int
    size: int

    @property
    def blocks(self) -> int:
        return self.size // BLOCK_BYTES

    def __str__(self) -> str:
        return f"{self.size // 1024} KiB at {self.offset:#x}"


@dataclass(frozen=True, slots=True)
class Partition:
    label: str
    region: Region


def default_region(flash_bytes: int = FLASH_BYTES) -> Region:
    """MicroPython 1.29 for ESP32_GENERIC_S3: the program ends at 2 MiB, the rest is the file
    system's. `flash` asks the chip itself; this is for an image without a chip at hand."""
    return Region(2 * MIB, flash_bytes - 2 * MIB)


def region_in_micropython(firmware: bytes, flash_bytes: int) -> Region:
    """From MicroPython's file as it is downloaded (bootloader, table and program in one)."""
    if len(firmware) < TABLE_OFFSET + _ENTRY.size or firmware[0] != _IMAGE_MAGIC:
        raise LayoutFault(
            "this is no MicroPython for the chip: take ESP32_GENERIC_S3-….bin, the one file that is"
            " written at 0"
        )
    (chip,) = struct.unpack_from("<H", firmware, _CHIP_ID_AT)
    if chip != CHIP_ID:
        raise LayoutFault(
            f"this MicroPython is for another chip (id {chip}, an ESP32-S3 has {CHIP_ID}): take"
            " ESP32_GENERIC_S3-….bin"
        )
    return region_in_table(firmware[TABLE_OFFSET : TABLE_OFFSET + TABLE_BYTES], flash_bytes)


def region_in_table(table: bytes, flash_bytes: int) -> Region:
    """What MicroPython mounts: the partition `vfs`, else all that comes after the last one."""
    found = partitions(table)
    if not found:
        raise LayoutFault("there is no partition table at 0x8000: put MicroPython on it first")
    named = [each.region for each in found if each.label == VFS_LABEL]
    end = max(each.region.offset + each.region.size for each in found)
    region = named[0] if named else Region(end, flash_bytes - end)
    fits = 0 < region.size and region.offset + region.size <= flash_bytes
    if not fits or region.offset % BLOCK_BYTES or region.size % BLOCK_BYTES:
        raise LayoutFault(
            f"its file system ({region}) does not fit a flash of {flash_bytes // MIB} MiB: is this"
            " MicroPython made for that board?"
        )
    return region


def partitions(table: bytes) -> list[Partition]:
    """The entries up to the MD5 row or the erased end; LayoutFault if the digest is another."""
    found = []
    for at in range(0, len(table) - _ENTRY.size + 1, _ENTRY.size):
        magic, _, _, offset, size, label, _ = _ENTRY.unpack_from(table, at)
        if magic == _MD5_MAGIC:
            digest = table[at + _MD5_AT : at + _ENTRY.size]
            if digest != hashlib.md5(table[:at], usedforsecurity=False).digest():
                raise LayoutFault("the partition table is damaged: its digest is another")
            break
        if magic != _ENTRY_MAGIC:
            break
        name = label.partition(b"\0")[0].decode("ascii", "replace")
        found.append(Partition(name, Region(offset, size)))
    return found
