"""A pendant's image as the chip would start it: `micropython image_rig.py IMAGE JOB...`.

The real VfsLfs2 mounts IMAGE, a file of this machine's, as the root, over a block device that
writes through; nothing of this machine's files can be reached from then on. JOB is one of
    list                 every path and its size, as JSON
    import               every module of the program, over stand-ins for the chip's own
    boot ARGUMENT...     the image's own /main.py
    take CUT             the same without the pendant's program, its power cut as below; says how
                         often it wrote
    serial CUT           returns: with `micropython -i` the REPL, for who copies files; the power
                         goes in the middle of the CUT-th write from now, if that is not 0
"""

import json
import os
import sys

import vfs

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist in here
    from collections.abc import Callable
    from typing import Any

ilistdir: "Callable[[str], Any]" = getattr(os, "ilistdir")  # noqa: B009 - CPython has none

BLOCK_BYTES = 4096
BLOCK_COUNT, BLOCK_SIZE, BLOCK_ERASE = 4, 5, 6  # ioctl
ERASED = b"\xff" * BLOCK_BYTES  # once: the pendant's heap is not for the rig
DIRECTORY = 0x4000
# The chip's own, and the desktop board that firmware.main takes everywhere else.
STOOD_FOR = ("machine", "network", "esp32", "neopixel", "firmware.boards.unix")


class Port:
    """The file as MicroPython's esp32.Partition is: blocks of 4096 bytes, any offset in them."""

    cut_at = 0  # nothing of a later write reaches the file, and half of this one; 0: all do
    writes = 0

    def __init__(self, path: str) -> None:
        self._file = open(path, "r+b")  # noqa: SIM115 - open for as long as it is mounted
        self._blocks = self._file.seek(0, 2) // BLOCK_BYTES

    def readblocks(self, block: int, into: bytearray, off: int = 0) -> None:
        self._file.seek(block * BLOCK_BYTES + off)
        self._file.readinto(into)

    def writeblocks(self, block: int, blob: "bytearray | bytes", off: int = 0) -> None:
        self._file.seek(block * BLOCK_BYTES + off)
        self.writes += 1
        if self.cut_at and self.writes >= self.cut_at:
            blob = blob[: len(blob) // 2 if self.writes == self.cut_at else 0]
        self._file.write(blob)
        self._file.flush()

    def ioctl(self, what: int, argument: int) -> "int | None":
        if what == BLOCK_COUNT:
            return self._blocks
        if what == BLOCK_SIZE:
            return BLOCK_BYTES
        if what == BLOCK_ERASE:
            self.writeblocks(argument, ERASED)
        return 0


class Fed:
    """machine.WDT, which resets the chip if nobody feeds it, and machine.Timer, which does."""

    PERIODIC = 1

    def __init__(self, _id: int = 0, timeout: int = 0) -> None:
        pass

    def feed(self) -> None:
        pass

    def init(self, period: int, mode: int, callback: "Callable[[Any], None]") -> None:
        callback(self)


class Machine:
    """What a copy of files asks of the chip."""

    WDT = Timer = Fed

    def reset(self) -> None:
        sys.exit(0)


class NoProgram:
    """In the place of firmware.main."""

    def main(self, argv: "list[str]") -> None:
        pass


class Stand:
    """In the place of a module or class of the chip: whatever is asked of it is a number."""

    def __getattr__(self, name: str) -> int:
        return hash(name) & 0xFFFF


modules: "dict[str, Any]" = sys.modules


def walk(folder: str) -> "list[tuple[str, int]]":
    found: list[tuple[str, int]] = []
    for name, kind, _inode, size in ilistdir(folder or "/"):
        path = folder + "/" + name
        found += walk(path) if kind == DIRECTORY else [(path, size)]
    return found


def import_all() -> None:
    for name in STOOD_FOR:
        modules[name] = Stand()
    for path, _size in walk(""):
        name = path[1:].replace("/", ".")
        if name.endswith(".mpy"):
            name = name[: -len(".mpy")]
            __import__(name[: -len(".__init__")] if name.endswith(".__init__") else name)
            print(name)


def boot(arguments: "list[str]") -> None:
    from firmware.boards import flash

    flash.SYNC_ALL = sync  # the chip has os.sync(); the unix port opens folders instead
    start(arguments)


def start(arguments: "list[str]") -> None:
    sys.argv[:] = ["main.py"] + arguments
    with open("/main.py") as file:
        exec(file.read(), {"__name__": "__main__"})


def sync() -> None:
    """Asks nothing of littlefs, which has nothing left to do."""


def main(path: str, job: "list[str]") -> None:
    port = Port(path)
    vfs.umount("/")
    vfs.mount(port, "/")  # as _boot.py of the ESP32 port does: the kind is found out
    sys.path[:] = ["", ".frozen", "/lib"]
    if job[:1] == ["list"]:
        print(json.dumps(walk("")))
    elif job[:1] == ["import"]:
        import_all()
    elif job[:1] == ["boot"]:
        boot(job[1:])
    elif job[:1] == ["take"]:
        port.cut_at = port.writes + int(job[1]) if int(job[1]) else 0
        begun = port.writes
        modules["firmware.main"] = NoProgram()
        start([])
        print(port.writes - begun)
    elif job[:1] == ["serial"]:
        port.cut_at = port.writes + int(job[1]) if int(job[1]) else 0
        modules["machine"] = Machine()


main(sys.argv[1], sys.argv[2:])
