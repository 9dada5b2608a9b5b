"""Does what a committed turn left to do, with the real parts, in the order of `Afterwards`.

Rule: it runs on the engine's thread after the commit, so nothing here may block for long, and no
part's failure may keep another part's news from its receiver. What could not be done is logged and
comes again by itself: the broker redelivers, the pendant resends, notifier and boards look.
"""

import logging
from collections.abc import Callable
from typing import Protocol

from hub.engine.afterwards import Afterwards

log = logging.getLogger("hub.hands")


class Broker(Protocol):
    """What is needed of hub.ingest.Ingest."""

    def ack(self, session: str, connection: int, mid: int, qos: int) -> None: ...

    def tell(self, pendant: str, token: bytes) -> bool: ...


class Hands:
    """`changed` tells the boards, `wake` the notifier."""

    def __init__(
        self, broker: Broker, wake: Callable[[], None], changed: Callable[[set[str]], None]
    ) -> None:
        self._broker = broker
        self._wake = wake
        self._changed = changed

    def perform(self, after: Afterwards) -> None:
        """All of it, whatever fails.

        Receipts before acknowledgements: she waits for the one, and the other makes the broker
        save its store, which is milliseconds in which it reads nothing more.
        """
        for pendant, token in after.down:
            self._try("tell", self._broker.tell, pendant, token)
        for ack in after.acks:
            self._try("acknowledge", self._broker.ack, *ack)
        for reply, answer in after.replies:
            self._try("answer", reply.give, answer)
        if after.pages:
            self._try("wake the notifier", self._wake)
        self._try("tell the boards", self._changed, after.changed)

    def _try(self, what: str, act: Callable[..., object], *given: object) -> None:
        try:
            act(*given)
        except Exception:
            # Any part may fail in any way; the module's rule says what becomes of it.
            log.exception("after the commit: %s failed", what)
