"""Whose silence counts: pendants on running visits, longest unheard first.

Rule: a look costs nothing while everybody beats. Kept in memory (a restart hears everybody anew,
because a hub that was down has not heard anybody); who is watched stands in the database. Whoever
left in a turn that failed is back: nobody was told of her silence, and her visit has not ended.
"""

from collections import OrderedDict


class Watch:
    """pendant -> the newest moment it was heard of; the order is that of being heard."""

    def __init__(self) -> None:
        self._heard: OrderedDict[str, int] = OrderedDict()
        self._left: dict[str, int] = {}  # in this turn; when each was last heard of

    def __contains__(self, pendant: str) -> bool:
        return pendant in self._heard

    def __len__(self) -> int:
        return len(self._heard)

    def start(self, pendant: str, now_ms: int) -> None:
        """From now; a pendant that is watched already keeps its silence."""
        self._heard.setdefault(pendant, now_ms)

    def stop(self, pendant: str) -> None:
        at_ms = self._heard.pop(pendant, None)
        if at_ms is not None:
            self._left.setdefault(pendant, at_ms)

    def heard(self, pendant: str, at_ms: int) -> None:
        """`at_ms`: when the beat was sent, so that beats held back for minutes count as old."""
        if at_ms > self._heard.get(pendant, at_ms):
            self._heard[pendant] = at_ms
            self._heard.move_to_end(pendant)

    def silent_since(self, before_ms: int) -> list[str]:
        """Those not heard since; each is returned once, until it is heard or watched again."""
        found = []
        while self._heard:
            pendant, at_ms = next(iter(self._heard.items()))
            if at_ms > before_ms:
                break
            found.append(pendant)
            self.stop(pendant)
        return found

    def committed(self) -> None:
        """What this turn did is so."""
        self._left.clear()

    def failed(self) -> None:
        """What this turn did never happened."""
        if self._left:
            self._heard.update(self._left)
            self._heard = OrderedDict(sorted(self._heard.items(), key=lambda each: each[1]))
            self._left.clear()

    def oldest_ms(self) -> int | None:
        return next(iter(self._heard.values()), None)
