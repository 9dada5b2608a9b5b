"""What a storm says while it plays: one line that renews itself on a terminal, nothing in a file.

Rule: what is told on the way goes to the error stream, so that what a program reads stays clean.
"""

import sys
import time
from typing import TextIO

from simulator.live.span import spell

REDRAW_S = 0.2
WIPE = "\r\x1b[K"


class Progress:
    """`show` a state of things; `print` something that stays, above it."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._is_shown = self._stream.isatty()
        self._drawn_s = 0.0
        self._began_s = time.monotonic()

    def show(self, text: str, done: int = 0, of: int = 0) -> None:
        """... with the time that is left, if it is known how many of how many are done."""
        now_s = time.monotonic()
        if not self._is_shown or now_s - self._drawn_s < REDRAW_S:
            return
        self._drawn_s = now_s
        left_s = (now_s - self._began_s) / done * (of - done) if 0 < done < of else 0
        left = f" · {spell(round(left_s) * 1000)} left" if left_s else ""
        self._stream.write(f"{WIPE}{text}{left}")
        self._stream.flush()

    def wipe(self) -> None:
        """Nothing of it is left."""
        if self._is_shown:
            self._stream.write(WIPE)
            self._stream.flush()
