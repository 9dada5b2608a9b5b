"""The tester's finger: edges from a page become edges of the real buttons, in its own timing.

The rules it keeps: no press gets shorter on the way, because the firmware would call it bounce; and
a page that goes away lets go of everything that it held.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from simulator.live.child import ChildFailed

BUTTONS = ("a", "d", "s")
PAUSE_MS = 3_500  # longer than any gesture: what comes later owes nothing to what was late


@dataclass(frozen=True, slots=True)
class Edge:
    """`at_ms`: by the page's own clock, which means something only between edges of one page."""

    button: str
    down: bool
    at_ms: int


class Rhythm:
    """When to play an edge: as long after the one before it as the finger was, or later."""

    def __init__(self) -> None:
        self._page = ""
        self._at_ms = 0
        self._due_s = 0.0

    def due_s(self, page: str, at_ms: int, now_s: float) -> float:
        gap_ms = at_ms - self._at_ms
        is_one_hand = page == self._page and 0 <= gap_ms <= PAUSE_MS
        self._page, self._at_ms = page, at_ms
        self._due_s = max(now_s, self._due_s + gap_ms / 1000) if is_one_hand else now_s
        return self._due_s


class Hand:
    """On one pendant. A thread of its own, so that a busy server bends no gesture."""

    def __init__(self, name: str, tell: Callable[[Mapping[str, object]], None]) -> None:
        self._tell = tell
        self._rhythm = Rhythm()
        self._held: dict[str, str] = {}  # button: the page that holds it down
        self._work: queue.SimpleQueue[tuple[str, Edge | None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"{name}-hand", daemon=True)
        self._thread.start()

    def press(self, page: str, edges: Iterable[Edge]) -> None:
        for edge in edges:
            self._work.put((page, edge))

    def let_go(self, page: str) -> None:
        """The page has gone, and its fingers with it."""
        self._work.put((page, None))

    def close(self) -> None:
        self._work.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            page, edge = work
            if edge is None:
                for button in [each for each, by in self._held.items() if by == page]:
                    self._play(page, button, False)
                continue
            wait_s = self._rhythm.due_s(page, edge.at_ms, time.monotonic()) - time.monotonic()
            if wait_s > 0:
                time.sleep(wait_s)
            self._play(page, edge.button, edge.down)

    def _play(self, page: str, button: str, down: bool) -> None:
        if down:
            self._held[button] = page
        else:
            self._held.pop(button, None)
        try:
            self._tell({"button": button, "down": down})
        except ChildFailed:
            return  # pressed on a pendant without power: nothing happens, as on a real one
