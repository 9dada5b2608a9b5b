"""Virtual time: what happens next, in one order that a seed fixes.

Rule: `now_ms` is the world's true time, which nobody in the world can read; hub and pendants have
clocks of their own that differ from it. What is due at the same moment happens in the order in
which it was asked for.
"""

from collections.abc import Callable
from heapq import heappop, heappush

Act = Callable[[], None]


class Due:
    """Something that will happen; `cancel` it and it will not."""

    __slots__ = ("act", "at_ms")

    def __init__(self, at_ms: int, act: Act) -> None:
        self.at_ms = at_ms
        self.act: Act | None = act

    def cancel(self) -> None:
        self.act = None

    @property
    def is_waiting(self) -> bool:
        """False once it has happened or was cancelled."""
        return self.act is not None


class Timeline:
    """One world's time. Whoever waits calls `step`, which lets the others go on meanwhile: acts
    may nest (a slow disk lets the network go on), and time never goes back."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.happened = 0
        self._heap: list[tuple[int, int, Due]] = []
        self._order = 0

    def at(self, at_ms: int, act: Act) -> Due:
        """Once the time is `at_ms`; at once (but after the present act) if it has passed."""
        due = Due(max(at_ms, self.now_ms), act)
        self._order += 1
        heappush(self._heap, (due.at_ms, self._order, due))
        return due

    def after(self, by_ms: int, act: Act) -> Due:
        return self.at(self.now_ms + by_ms, act)

    def step(self, end_ms: int) -> bool:
        """The next thing that happens until `end_ms`; False, and the time is `end_ms`, if nothing
        does."""
        heap = self._heap
        while heap and heap[0][0] <= end_ms:
            at_ms, _, due = heappop(heap)
            act, due.act = due.act, None
            if act is None:
                continue
            self.now_ms = max(self.now_ms, at_ms)
            self.happened += 1
            act()
            return True
        self.now_ms = max(self.now_ms, end_ms)
        return False

    def run_until(self, end_ms: int) -> None:
        """Everything that happens until then, in order."""
        while self.step(end_ms):
            pass

    def run_for(self, by_ms: int) -> None:
        self.run_until(self.now_ms + by_ms)
