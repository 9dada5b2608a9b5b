"""What a builder has beside our program: MicroPython's file for the chip, and a pendant's folder.

The first is put together here from the documented formats: no release of MicroPython is shipped
with the tests, and what is judged is our reading of the table in it.
"""

import hashlib
import json
import struct
from collections.abc import Sequence
from pathlib import Path

from hub.devices.image_layout import CHIP_ID, MIB, TABLE_OFFSET

Row = tuple[str, int, int]  # label, offset, size

# As ESP32_GENERIC_S3 of MicroPython 1.29 has it: the file system is made at the start, behind.
ROWS: tuple[Row, ...] = (
    ("nvs", 0x9000, 0x6000),
    ("phy_init", 0xF000, 0x1000),
    ("factory", 0x10000, 0x1F0000),
)
# And before 1.26: named in the table.
OLDER: tuple[Row, ...] = (*ROWS, ("vfs", 2 * MIB, 6 * MIB))

SECRET = "0b" * 32


def table(rows: Sequence[Row] = ROWS) -> bytes:
    """ESP-IDF's partition table in its binary form, with the MD5 row and the erased end."""
    entries = b"".join(
        struct.pack("<2sBBII16sI", b"\xaa\x50", 1, 2, offset, size, label.encode(), 0)
        for label, offset, size in rows
    )
    digest = hashlib.md5(entries, usedforsecurity=False).digest()
    whole = entries + b"\xeb\xeb" + b"\xff" * 14 + digest
    return whole.ljust(0xC00, b"\xff")


def micropython(rows: Sequence[Row] = ROWS, chip: int = CHIP_ID) -> bytes:
    """Its head, its table and some program."""
    head = struct.pack("<BBBBIB3sHB", 0xE9, 3, 2, 0x2F, 0x403C9880, 0xEE, b"\0\0\0", chip, 0)
    return head.ljust(TABLE_OFFSET, b"\xff") + table(rows).ljust(0x8000, b"\xff") + b"program" * 500


def pendant_folder(folder: Path, name: str = "p-1", **settings: object) -> Path:
    folder.mkdir(parents=True)
    values = {"pendant": name, "key_id": "k-1", "secret": SECRET, "broker_host": "127.0.0.1"}
    (folder / "settings.json").write_text(json.dumps(values | settings))
    (folder / "wifi.json").write_text('[{"ssid": "site", "key": "correct horse"}]')
    return folder
