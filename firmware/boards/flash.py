"""Records in a folder of the flash file system, the same on both boards.

The rule it keeps: write() returns when the record is durable, and whatever instant the power goes,
the next boot finds the whole old record or the whole new one. The new bytes go to a file of their
own, are synced, and then take the old one's name, which littlefs and POSIX do at one stroke.
"""

import errno
import os

from firmware.pendant.reserve import is_room
from protocol.errors import LocalProtocolError

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

SUFFIX = ".rec"  # what lies beside the records (settings.json, cause.txt) is none of them
ROOM_SUFFIX = ".room"  # of pendant/reserve: bytes that nobody reads, only their place counts
UNFINISHED = ".tmp"
FULL = 28  # ENOSPC, of littlefs and of POSIX; MicroPython's errno has no name for it
NAME_CHARS = "abcdefghijklmnopqrstuvwxyz0123456789-_"
MAX_NAME_CHARS = 40  # littlefs allows 255; a name of ours is a kind and a number
SYNC_FILE = getattr(os, "fsync", None)  # MicroPython's flush() has synced the file already
SYNC_ALL = getattr(os, "sync", None)  # the ESP32 port has this one


class Disk:
    """The file system of whoever runs this; the storm has one of its own, which loses power."""

    def open(self, path: str, mode: str) -> "Any":
        return open(path, mode)

    def listdir(self, path: str) -> "list[str]":
        return os.listdir(path)

    def remove(self, path: str) -> None:
        os.remove(path)

    def rename(self, old: str, new: str) -> None:
        os.rename(old, new)

    def sync_file(self, file: "Any") -> None:
        """Its bytes are durable."""
        file.flush()
        if SYNC_FILE is not None:
            SYNC_FILE(file.fileno())

    def sync_folder(self, path: str) -> None:
        """Its names are durable."""
        if SYNC_FILE is not None:
            folder = os.open(path, os.O_RDONLY)
            try:
                SYNC_FILE(folder)
            finally:
                os.close(folder)
        elif SYNC_ALL is not None:
            SYNC_ALL()
        else:  # MicroPython on unix opens folders as files, and its flush() is fsync()
            with open(path, "rb") as handle:
                handle.flush()


class FlashFolder:
    """Named blobs that survive a power cut at any instant."""

    def __init__(self, path: str, disk: "Disk | None" = None) -> None:
        self._path = path.rstrip("/")
        self._disk = Disk() if disk is None else disk

    def write(self, name: str, blob: bytes) -> None:
        """Durable when this returns."""
        self.write_file(_file_of(name), blob)

    def erase(self, name: str) -> None:
        """Gone when this returns; to erase what is not there is no fault, a cut may have been."""
        try:
            self._disk.remove(self._at(_file_of(name)))
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise
            return
        self._disk.sync_folder(self._path)

    def read_all(self) -> "list[tuple[str, bytes]]":
        """Every whole record in the order of its name (of the reserve the names alone); what a cut
        left unfinished is swept away."""
        records = []
        for name in sorted(self._disk.listdir(self._path)):
            if name.endswith(UNFINISHED):
                self._disk.remove(self._at(name))
            elif name.endswith(SUFFIX):
                records.append((name[: -len(SUFFIX)], self.read_file(name)))
            elif name.endswith(ROOM_SUFFIX):
                records.append((name[: -len(ROOM_SUFFIX)], b""))
        return records

    def read_file(self, name: str) -> bytes:
        """A file beside the records; b"" if there is none."""
        try:
            with self._disk.open(self._at(name), "rb") as file:
                blob: bytes = file.read()
                return blob
        except OSError:
            return b""

    def write_file(self, name: str, blob: bytes) -> None:
        """The whole old file or the whole new one; durable when this returns."""
        unfinished = self._at(name + UNFINISHED)
        try:
            with self._disk.open(unfinished, "wb") as file:
                file.write(blob)
                self._disk.sync_file(file)
        except OSError:
            self._give_back(unfinished)  # on a full flash its blocks are wanted by the next one
            raise
        self._disk.rename(unfinished, self._at(name))
        self._disk.sync_folder(self._path)

    def _give_back(self, unfinished: str) -> None:
        try:
            self._disk.remove(unfinished)
        except OSError:
            pass  # the fault that is being told is the first one; a boot sweeps this up

    def _at(self, name: str) -> str:
        return self._path + "/" + name


def _file_of(name: str) -> str:
    return _lawful(name) + (ROOM_SUFFIX if is_room(name) else SUFFIX)


def _lawful(name: str) -> str:
    if not name or len(name) > MAX_NAME_CHARS or any(char not in NAME_CHARS for char in name):
        raise LocalProtocolError("no record may be called %r" % name)
    return name
