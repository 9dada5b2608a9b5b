"""The flash folder inside the interpreter, on its file system."""

import os

from firmware.boards.flash import FlashFolder

PLACE = (os.getenv("TMPDIR") or "/tmp") + "/flash-test-" + os.urandom(6).hex()


def _sweep() -> None:
    for name in os.listdir(PLACE):
        os.remove(PLACE + "/" + name)
    os.rmdir(PLACE)


def test_write_read_erase() -> None:
    os.mkdir(PLACE)
    try:
        folder = FlashFolder(PLACE)
        folder.write("b", b"2")
        folder.write("a", b"\x00\xff")
        folder.write("b", b"3")
        with open(PLACE + "/c.rec.tmp", "wb") as file:
            file.write(b"cut")
        assert folder.read_all() == [("a", b"\x00\xff"), ("b", b"3")]
        assert sorted(os.listdir(PLACE)) == ["a.rec", "b.rec"]
        folder.erase("a")
        folder.erase("a")
        assert FlashFolder(PLACE).read_all() == [("b", b"3")]
    finally:
        _sweep()
