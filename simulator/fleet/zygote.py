"""Pendants forked from one parent: `python -m simulator.fleet.zygote`, for CPython.

MicroPython's unix port has neither os.fork nor ffi, so this is the same firmware on the other
interpreter. One line `<flash folder> <control port>` on standard input is one pendant; when the
input ends, so does this process, and each pendant with its control connection.
"""

import os
import signal
import sys

from firmware.main import main as run


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        flash, _, port = line.strip().rpartition(" ")
        if os.fork() == 0:
            sys.stdin.close()
            run(["--flash", flash, "--control", port])
            os._exit(0)


if __name__ == "__main__":
    main()
