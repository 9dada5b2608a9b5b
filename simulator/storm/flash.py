"""A pendant's flash in the storm: the production order of writing on a real littlefs, over a chip
that loses its power in the middle of an operation.

Rule: whoever writes is told nothing after the power went: PowerCut comes out of the call in which
it happened, and out of every later one until `mount`. What the next boot finds is what littlefs
makes of the bytes that had reached the chip by then.
"""

import contextlib
from collections.abc import Callable
from errno import EIO
from random import Random
from typing import Any, Self

from littlefs import lfs
from littlefs.context import UserContext
from littlefs.errors import LittleFSError

from firmware.boards.flash import Disk, FlashFolder
from firmware.pendant.reserve import ROOM_BYTES, Reserve
from simulator.storm.flash_chip import (
    BLOCK_BYTES,
    IO_ERROR,
    PER_MILLE,
    UNIT_BYTES,
    FlashChip,
    Tear,
)

FOLDER = "/pendant"  # as on the chip (boards/esp32)
FILLER = "/filler"  # what is none of the pendant's, and takes all the room
BLOCKS = 96  # a full outbox needs some forty, the reserve its own: a file of more than CACHE_BYTES
# has its own block
CACHE_BYTES = 4 * UNIT_BYTES  # this and what follows as MicroPython's VfsLfs2 has them
LOOKAHEAD_BYTES = 32
BLOCK_CYCLES = 100


_STOCKED: dict[int, bytes] = {}  # blocks -> the image of a chip with a reserve


class PowerCut(BaseException):
    """Nothing that runs on the pendant may catch this, as nothing runs without power."""


class _Port(UserContext):
    """One mount's way to the chip: closed for good when that life is over."""

    def __init__(self, chip: FlashChip) -> None:
        self.chip = chip
        self.is_open = True

    def read(self, cfg: lfs.LFSConfig, block: int, off: int, size: int) -> bytearray:
        return self.chip.read(block, off, size)

    def prog(self, cfg: lfs.LFSConfig, block: int, off: int, data: bytes) -> int:
        return self.chip.program(block, off, data) if self.is_open else IO_ERROR

    def erase(self, cfg: lfs.LFSConfig, block: int) -> int:
        return self.chip.erase(block) if self.is_open else IO_ERROR

    def sync(self, cfg: lfs.LFSConfig) -> int:
        return 0


class _LittleDisk(Disk):
    """What production asks of a file system, answered by littlefs. Its flush() syncs the file, and
    a rename is durable by itself, as on the chip."""

    def __init__(self, chip: FlashChip) -> None:
        self.chip = chip
        self._port = _Port(chip)
        self._fs = lfs.LFSFilesystem()
        self._config = lfs.LFSConfig(
            self._port,
            block_size=BLOCK_BYTES,
            block_count=chip.blocks,
            read_size=CACHE_BYTES,  # VfsLfs2 has 32; what reaches the chip is the same, sooner
            prog_size=UNIT_BYTES,
            cache_size=CACHE_BYTES,
            lookahead_size=LOOKAHEAD_BYTES,
            block_cycles=BLOCK_CYCLES,
        )

    def call(self, work: Callable[..., Any], *args: object) -> Any:
        """PowerCut if the power is gone, before or after; OSError as MicroPython has it."""
        self._check_power()
        try:
            result = work(self._fs, *args)
        except LittleFSError as error:
            self._check_power()
            raise OSError(-error.code, error.name) from None
        self._check_power()
        return result

    def _check_power(self) -> None:
        if self.chip.is_off or not self._port.is_open:
            raise PowerCut

    def format(self) -> None:
        self.call(lfs.format, self._config)

    def mount(self) -> None:
        self.call(lfs.mount, self._config)

    def abandon(self) -> None:
        """That life is over: free its memory, and let nothing of it reach the chip."""
        self._port.is_open = False
        lfs.unmount(self._fs)

    def close(self, handle: lfs.LFSFile) -> None:
        """Not without power: littlefs would go on from where it failed, and its assertions end the
        process. Its buffer of CACHE_BYTES is not had back."""
        if not self.chip.is_off:
            self.call(lfs.file_close, handle)

    def open(self, path: str, mode: str) -> "_File":
        return _File(self, self.call(lfs.file_open, path, mode))

    def listdir(self, path: str) -> list[str]:
        handle = self.call(lfs.dir_open, path)
        names = []
        while (found := self.call(lfs.dir_read, handle)) is not None:
            if found.name not in (".", ".."):
                names.append(found.name)
        self.call(lfs.dir_close, handle)
        return names

    def mkdir(self, path: str) -> None:
        self.call(lfs.mkdir, path)

    def remove(self, path: str) -> None:
        self.call(lfs.remove, path)

    def rename(self, old: str, new: str) -> None:
        self.call(lfs.rename, old, new)

    def sync_file(self, file: "_File") -> None:
        file.flush()

    def sync_folder(self, path: str) -> None:
        self._check_power()

    def used_blocks(self) -> int:
        return int(self.call(lfs.fs_size))


class _File:
    """An open file, as much of it as production uses."""

    def __init__(self, disk: _LittleDisk, handle: lfs.LFSFile) -> None:
        self._disk = disk
        self._handle = handle

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._disk.close(self._handle)

    def read(self) -> bytes:
        size = self._disk.call(lfs.file_size, self._handle)
        return bytes(self._disk.call(lfs.file_read, self._handle, size))

    def write(self, blob: bytes) -> None:
        self._disk.call(lfs.file_write, self._handle, blob)

    def flush(self) -> None:
        self._disk.call(lfs.file_sync, self._handle)


class Flash:
    """One pendant's records over all its lives. `stream`: how a cut tears what it hits. `fails`:
    asked before each record's work; True, and it is refused before littlefs is asked (in the
    middle of its work littlefs takes no refusal: it would have to be mounted again)."""

    def __init__(
        self, stream: Random, fails: Callable[[], bool] | None = None, blocks: int = BLOCKS
    ) -> None:
        self.chip = FlashChip(blocks)
        self._stream = stream
        self._fails = fails
        self._disk = _LittleDisk(self.chip)
        self._disk.format()
        self._start()
        self._disk.mkdir(FOLDER)
        self._to_be_relieved = False

    def stock(self) -> None:
        """As a pendant leaves the workshop: the reserve is there."""
        image = _STOCKED.get(self.chip.blocks)
        if image is None:
            for name in Reserve().missing:
                self._folder.write(name, bytes(ROOM_BYTES))
            image = _STOCKED[self.chip.blocks] = bytes(self.chip.image)
        self.chip.image[:] = image
        self.mount()

    def fill(self) -> None:
        """Somebody else's file takes what room there is. Raises PowerCut."""
        with contextlib.suppress(OSError), self._disk.open(FILLER, "wb") as file:
            while True:
                file.write(bytes(BLOCK_BYTES))
                file.flush()

    def relieve(self) -> None:
        """That file is gone again; if the power is off, at the next start. Raises PowerCut."""
        self._to_be_relieved = self.chip.is_off
        if not self._to_be_relieved:
            with contextlib.suppress(OSError):
                self._disk.remove(FILLER)

    @property
    def operations(self) -> int:
        """Of the chip: programmed or erased so far, over all lives."""
        return self.chip.operations

    @property
    def used(self) -> int:
        """Bytes in blocks that hold something."""
        return self._disk.used_blocks() * BLOCK_BYTES

    @property
    def free(self) -> int:
        return self.chip.blocks * BLOCK_BYTES - self.used

    def write(self, name: str, blob: bytes) -> None:
        """Durable when this returns. OSError: refused or full, and the old one is still there."""
        self._meet_fate()
        self._folder.write(name, blob)

    def erase(self, name: str) -> None:
        """Gone when this returns."""
        self._meet_fate()
        self._folder.erase(name)

    def read_all(self) -> list[tuple[str, bytes]]:
        """As the boot does it."""
        return self._folder.read_all()

    def cut_after(self, operations: int) -> None:
        """The power goes in the middle of that operation of the chip from now (1: the next)."""
        noise = self._stream.randrange(2) * self._stream.randrange(1, 1 << 30)
        self.chip.cut_after(operations, Tear(self._stream.randrange(PER_MILLE + 1), noise))

    def cut(self) -> None:
        """The power goes now, between two operations."""
        self.chip.cut()

    def mount(self) -> None:
        """The power is back; a cut that was ordered and has not come will not come."""
        self.chip.power_on()
        self._disk.abandon()
        self._disk = _LittleDisk(self.chip)
        self._start()
        if self._to_be_relieved:
            self.relieve()

    def _start(self) -> None:
        self._disk.mount()
        self._folder = FlashFolder(FOLDER, self._disk)

    def _meet_fate(self) -> None:
        if self._fails is not None and self._fails():
            raise OSError(EIO, "refused")
