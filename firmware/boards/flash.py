"""Records in a folder of the flash file system, the same on both boards.

The rule it keeps: write() returns when the record is durable, and whatever instant the power goes,
the next boot finds the whole old record or the whole new one. The new bytes go to a file of their
own, are synced, and then take the old one's name, which littlefs and POSIX do at one stroke.
"""

import os

from protocol.errors import LocalProtocolError

SUFFIX = ".rec"  # what lies beside the records (settings.json, cause.txt) is none of them
UNFINISHED = ".tmp"
NAME_CHARS = "abcdefghijklmnopqrstuvwxyz0123456789-_"
MAX_NAME_CHARS = 40  # littlefs allows 255; a name of ours is a kind and a number
SYNC_FILE = getattr(os, "fsync", None)  # MicroPython's flush() has synced the file already
SYNC_ALL = getattr(os, "sync", None)  # the ESP32 port has this one


class FlashFolder:
    """Named blobs that survive a power cut at any instant."""

    def __init__(self, path: str) -> None:
        self._path = path.rstrip("/")

    def write(self, name: str, blob: bytes) -> None:
        """Durable when this returns."""
        self.write_file(_lawful(name) + SUFFIX, blob)

    def erase(self, name: str) -> None:
        """Gone when this returns; to erase what is not there is no fault, a cut may have been."""
        try:
            os.remove(self._at(_lawful(name) + SUFFIX))
        except OSError:
            return
        self._sync_folder()

    def read_all(self) -> "list[tuple[str, bytes]]":
        """Every whole record in the order of its name; what a cut left unfinished is swept away."""
        records = []
        for name in sorted(os.listdir(self._path)):
            if name.endswith(UNFINISHED):
                os.remove(self._at(name))
            elif name.endswith(SUFFIX):
                records.append((name[: -len(SUFFIX)], self.read_file(name)))
        return records

    def read_file(self, name: str) -> bytes:
        """A file beside the records; b"" if there is none."""
        try:
            with open(self._at(name), "rb") as file:
                return file.read()
        except OSError:
            return b""

    def write_file(self, name: str, blob: bytes) -> None:
        """The whole old file or the whole new one; durable when this returns."""
        unfinished = self._at(name + UNFINISHED)
        with open(unfinished, "wb") as file:
            file.write(blob)
            file.flush()
            if SYNC_FILE is not None:
                SYNC_FILE(file.fileno())
        os.rename(unfinished, self._at(name))
        self._sync_folder()

    def _at(self, name: str) -> str:
        return self._path + "/" + name

    def _sync_folder(self) -> None:
        """The new name is durable too."""
        if SYNC_FILE is not None:
            folder = os.open(self._path, os.O_RDONLY)
            try:
                SYNC_FILE(folder)
            finally:
                os.close(folder)
        elif SYNC_ALL is not None:
            SYNC_ALL()
        else:  # MicroPython on unix opens folders as files, and its flush() is fsync()
            with open(self._path, "rb") as handle:
                handle.flush()


def _lawful(name: str) -> str:
    if not name or len(name) > MAX_NAME_CHARS or any(char not in NAME_CHARS for char in name):
        raise LocalProtocolError("no record may be called %r" % name)
    return name
