"""How a silent press comes to be felt as A short would have been.

Rule: its message goes out when the chord is made, but nothing is felt of it before A short would
have been read, and its receipt is felt no sooner than that of A short.
"""

from firmware.pendant.outbox import Entry
from firmware.pendant.truths import Truths


class SilentPresses:
    def __init__(self, truths: Truths) -> None:
        self._truths = truths
        self._unread: list[str] = []  # made, but not yet felt
        self._early: list[tuple[str, int]] = []  # of these, the ones received, and after how long

    def made(self, identity: str) -> None:
        self._unread.append(identity)

    def read(self) -> str:
        """The one that is to be felt now, as A short."""
        return self._unread.pop(0)

    def was_read(self, identity: str, now_ms: int) -> None:
        for early in [early for early in self._early if early[0] == identity]:
            self._early.remove(early)
            self._truths.received_silently(identity, early[1], now_ms)

    def received(self, entry: Entry, link_ms: int, now_ms: int) -> None:
        """Its receipt came; the link has stood since `link_ms`."""
        waited = link_ms > entry.made_ms  # for the link, as A short would have
        after_ms = 0 if waited else now_ms - entry.made_ms
        if entry.identity in self._unread:
            self._early.append((entry.identity, after_ms))
        else:
            self._truths.received_silently(entry.identity, after_ms, now_ms)
