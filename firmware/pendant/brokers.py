"""Which broker next, and when to leave one: pure. With one broker it has no say.

Rules: what makes a broker good is the hub behind it, so the one where the hub's signed answer was
heard last is tried first; an attempt or a link without any answer gives the other its turn. A link
on which nothing was answered for HUB_WAIT_MS, counted from the first question, is to be left. Each
time in vain the wait doubles, up to WAIT_LIMIT_MS: without a hub anywhere nothing flaps, and never
is a link left sooner than HUB_WAIT_MS after a question over it. A press starts the waits anew.

`next` is asked by whoever opens connections; all else is told by the core: `asked` with every event
or beat sent, `answered` with every message of the hub that held, `ended` when the link is gone.
"""

HUB_WAIT_MS = 6000  # an SOS was resent twice by then (1 s, 3 s), and its "not sent" is yet to come
WAIT_LIMIT_MS = 60000


class Brokers:
    """`current` is the index of the one that was tried last."""

    def __init__(self, count: int) -> None:
        self.current = 0
        self._count = count
        self._heard = True  # an answer, over the connection that is or was the last
        self._asked_ms = -1  # the first question since the last answer; -1: none
        self._wait_ms = HUB_WAIT_MS

    def next(self) -> int:
        """The one to connect to now."""
        if not self._heard:
            self.current = (self.current + 1) % self._count
        self._heard = False
        return self.current

    def asked(self, now_ms: int) -> None:
        """Something went out that a hub answers."""
        if self._asked_ms < 0:
            self._asked_ms = now_ms

    def answered(self) -> None:
        """The hub itself spoke, signed and in time."""
        self._heard = True
        self._asked_ms = -1
        self._wait_ms = HUB_WAIT_MS

    def ended(self) -> None:
        """The link is gone; nobody owes an answer over it."""
        self._asked_ms = -1

    def pressed(self) -> None:
        """She wants something: no wait of a quiet hour may delay it."""
        self._wait_ms = HUB_WAIT_MS

    def due_ms(self) -> int:
        """When the link is to be left; -1 if it is not."""
        return -1 if self._asked_ms < 0 or self._count < 2 else self._asked_ms + self._wait_ms

    def leave(self, now_ms: int) -> bool:
        """Once, when it is due: drop this link, `next` gives the other."""
        if not 0 <= self.due_ms() <= now_ms:
            return False
        self._heard = False
        self._asked_ms = -1
        self._wait_ms = min(WAIT_LIMIT_MS, 2 * self._wait_ms)
        return True
