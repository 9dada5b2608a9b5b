"""What a desktop system has in the place of a chip's watchdog: a thread that ends the process.

Rule: once it runs nothing stops it, and a process that has not fed it for so long is ended from
outside its own program by SIGALRM, however it hangs: waiting, computing, or in a system call. It
counts its own naps, not the clock's time: a process that was stopped as a whole (SIGSTOP) had no
chance to feed, as no chip has that is not running. Before it strikes it leaves its name as the
cause in a file, as a chip's reset register would.

On MicroPython two threads share no lock: this one touches a single byte, by one name of its own.
"""

import _thread
import os
import time

NAP_MS = 250
STRIKE = "printf watchdog > '%s'; kill -ALRM $PPID"


class Watchdog:
    """Armed by the first feed(), as on the chip."""

    def __init__(self, limit_ms: int, cause_path: str) -> None:
        self._hungry = bytearray(1)  # naps since the last feed
        self._naps = limit_ms // NAP_MS
        self._strike = STRIKE % cause_path.replace("'", "'\\''")
        self._runs = False

    def feed(self) -> None:
        self._hungry[0] = 0
        if not self._runs:
            self._runs = True
            _thread.start_new_thread(_watch, (self._hungry, self._naps, self._strike))


def _watch(hungry: bytearray, naps: int, strike: str) -> None:
    nap_s = NAP_MS / 1000  # once: in the loop nothing is allocated
    while hungry[0] < naps:
        time.sleep(nap_s)
        hungry[0] += 1
    os.system(strike)
