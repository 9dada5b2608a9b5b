"""Everything that happens in a simulation, in one list: what each part saw, when, and of whom.

The rule it keeps: nothing is expected by sleeping. Whoever waits, waits on this list, and an
expectation takes its happening away, so that what is left at the end was expected by nobody.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Happening:
    """`at_s`: link time since the start. `rule_ms`: the hub's time of it: what its source says, or
    what it was there when it was seen here."""

    source: str
    what: str
    who: str = ""
    text: str = ""
    at_s: float = 0.0
    rule_ms: int = 0
    facts: Mapping[str, object] = field(default_factory=dict)
    taken: bool = False

    def line(self) -> str:
        """One line for a person."""
        who = f" {self.who}" if self.who else ""
        text = f": {self.text}" if self.text and self.text != self.what else ""
        return f"{self.source}{who} {self.what}{text}"


class FeedEnded(Exception):
    """The simulation is over; nobody waits any more."""


class Feed:
    """Append from any thread; wait from any thread."""

    def __init__(
        self,
        tell: Callable[[Happening], None] | None = None,
        rule_ms: Callable[[], int] | None = None,
    ) -> None:
        self._items: list[Happening] = []
        self._changed = threading.Condition()
        self._started_s = time.monotonic()
        self._tell = tell
        self.rule_ms = rule_ms or (lambda: 0)
        self._ended = False

    def now_s(self) -> float:
        """Link time since the start."""
        return time.monotonic() - self._started_s

    def add(
        self,
        source: str,
        what: str,
        who: str = "",
        text: str = "",
        rule_ms: int = 0,
        facts: Mapping[str, object] | None = None,
    ) -> Happening:
        rule_ms = rule_ms or self.rule_ms()
        item = Happening(source, what, who, text, self.now_s(), rule_ms, facts or {})
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()
        if self._tell is not None:
            self._tell(item)
        return item

    def end(self) -> None:
        """Every wait, now and later, raises FeedEnded."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def __len__(self) -> int:
        with self._changed:
            return len(self._items)

    def all(self, start: int = 0) -> list[Happening]:
        with self._changed:
            return self._items[start:]

    def untaken(self, source: str = "") -> Iterator[Happening]:
        """What no expectation has taken."""
        for item in self.all():
            if not item.taken and (not source or item.source == source):
                yield item

    def await_one(
        self,
        wanted: Callable[[Happening], bool],
        still: Callable[[], bool],
        start: int = 0,
        take: bool = True,
    ) -> Happening | None:
        """The first untaken item from `start` on that is `wanted`; None when `still` says that the
        time for it is over. `still` is asked at least five times a second."""
        seen = start
        while True:
            in_time = still()  # before looking: what came in the last moment counts
            with self._changed:
                if self._ended:
                    raise FeedEnded
                fresh, seen = self._items[seen:], len(self._items)
                for item in fresh:
                    if not item.taken and wanted(item):
                        item.taken = take
                        return item
                if not in_time:
                    return None
                if seen == len(self._items):
                    self._changed.wait(0.2)
