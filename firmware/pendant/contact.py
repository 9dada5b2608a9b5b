"""One button, debounced, without a clock.

Rules it keeps: a level counts once it has stood for DEBOUNCE_MS and is dated from its first edge; a
contact that chatters without settling counts as down after CHATTER_MS: better a press too many, and
whatever the contact does, a press is felt within 100 ms of its first edge.
"""

DEBOUNCE_MS = 20
CHATTER_MS = 80  # a contact that will not settle for this long counts as down


class Contact:
    """One button, debounced. `down` is the settled level, since `down_ms` (or up since `up_ms`)."""

    def __init__(self) -> None:
        self.raw = False
        self.raw_ms = 0
        self.down = False
        self.down_ms = 0
        self.up_ms = 0
        self.restless_ms = -1  # when the raw level first left the settled one; -1 if it has not

    def wake(self, now_ms: int) -> None:
        """Down, settled: it ended a deep sleep, however short it was."""
        self.raw = self.down = True
        self.raw_ms = self.down_ms = now_ms

    def edge(self, down: bool, now_ms: int) -> None:
        if down == self.raw:
            return
        self.raw = down
        self.raw_ms = now_ms
        if self.restless_ms < 0:
            self.restless_ms = now_ms

    def due_ms(self) -> int:
        """When the level settles; -1 if it has settled."""
        if self.restless_ms < 0:
            return -1
        calm_ms = self.raw_ms + DEBOUNCE_MS
        if self.down or calm_ms <= self.restless_ms + CHATTER_MS:
            return calm_ms
        return self.restless_ms + CHATTER_MS

    def settle(self, due_ms: int) -> bool:
        """True when the settled level changed."""
        chattering = not self.down and due_ms < self.raw_ms + DEBOUNCE_MS
        began_ms = self.restless_ms if chattering else self.raw_ms
        self.restless_ms = due_ms if chattering and not self.raw else -1
        level = chattering or self.raw
        if level == self.down:
            return False
        self.down = level
        if level:
            self.down_ms = began_ms
        else:
            self.up_ms = began_ms
        return True
