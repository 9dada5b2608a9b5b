"""The storm's flash chip as MicroPython knows block devices, under its real VfsLfs2.

Rule: runs inside MicroPython only; the options of a mount are those that a pendant's has.
"""

import vfs

from firmware.boards.flash import Disk, FlashFolder
from simulator.storm.flash_chip import BLOCK_BYTES, UNIT_BYTES, FlashChip

MOUNT = "/chip"
FOLDER = MOUNT + "/pendant"
LOOKAHEAD_BYTES = 32  # VfsLfs2's own default, as the others
BLOCK_COUNT, BLOCK_SIZE, BLOCK_ERASE = 4, 5, 6  # ioctl


class Port:
    """A chip as MicroPython knows block devices."""

    def __init__(self, chip: FlashChip) -> None:
        self.chip = chip

    def readblocks(self, block: int, into: bytearray, off: int = 0) -> None:
        into[:] = self.chip.read(block, off, len(into))

    def writeblocks(self, block: int, data: bytearray, off: int = 0) -> int:
        return self.chip.program(block, off, bytes(data))

    def ioctl(self, what: int, argument: int) -> "int | None":
        if what == BLOCK_COUNT:
            return self.chip.blocks
        if what == BLOCK_SIZE:
            return BLOCK_BYTES
        return self.chip.erase(argument) if what == BLOCK_ERASE else 0


class ChipDisk(Disk):
    """MicroPython's own files. On the chip os.sync() follows, which asks nothing of littlefs."""

    def sync_folder(self, path: str) -> None:
        pass


class Life:
    """From one mount to the next; a chip that has never been used is formatted first."""

    def __init__(self, chip: FlashChip, mtime: bool) -> None:
        options = {"readsize": UNIT_BYTES, "progsize": UNIT_BYTES, "lookahead": LOOKAHEAD_BYTES}
        if not chip.operations:
            vfs.VfsLfs2.mkfs(Port(chip), **options)
        vfs.mount(vfs.VfsLfs2(Port(chip), mtime=mtime, **options), MOUNT)
        self.folder = FlashFolder(FOLDER, ChipDisk())

    def end(self) -> None:
        vfs.umount(MOUNT)
