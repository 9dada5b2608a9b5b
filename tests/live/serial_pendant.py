"""A pendant at a serial port: the real MicroPython in its raw REPL, over the real VfsLfs2 of an
image, at one end of two pseudo-terminals; whoever copies files has the other.

A cut of the power is an end of the process in the middle of a write to the image.
"""

import os
import pty
import select
import subprocess
import threading
import tty
from pathlib import Path
from typing import Self

from tests.conftest import need
from tests.tree import ROOT

RIG = str(ROOT / "tests" / "micropython" / "image_rig.py")
HEAP = "heapsize=400wK"


class SerialPendant:
    """`port` is what a program opens. Ends with the `with`, or when its power is cut."""

    def __init__(self, image: Path, cut_after: int = 0) -> None:
        self._near, far = pty.openpty()
        self._device, console = pty.openpty()
        for end in (far, console):
            tty.setraw(end)
        self.port = os.ttyname(far)
        self._far = far  # kept open: a port does not vanish between two programs
        command = [need("micropython"), "-X", HEAP, "-i", RIG, str(image), "serial", str(cut_after)]
        self.process = subprocess.Popen(
            command, stdin=console, stdout=console, stderr=console, start_new_session=True
        )
        os.close(console)
        self._stop, self._stopped = os.pipe()
        self._pump = threading.Thread(target=self._carry, daemon=True)
        self._pump.start()

    def _carry(self) -> None:
        """Bytes both ways, as the wire does."""
        while True:
            ready, _, _ = select.select([self._near, self._device, self._stop], [], [])
            if self._stop in ready:
                return
            for source, sink in ((self._near, self._device), (self._device, self._near)):
                if source in ready:
                    try:
                        os.write(sink, os.read(source, 4096))
                    except OSError:  # that end is gone: the power was cut
                        return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._stopped)
        self._pump.join()
        for end in (self._near, self._device, self._far, self._stop):
            os.close(end)
