"""Does what a committed turn left to do, with the real parts, in the order of `Afterwards`.

Rule: it runs on the engine's thread after the commit, so nothing here may block for long, and no
part's failure may keep another part's news from its receiver. What could not be done is logged and
comes again by itself: the broker redelivers, the pendant resends, notifier and boards look.
"""

import logging
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Protocol

from hub.engine.afterwards import Afterwards

log = logging.getLogger("hub.hands")

# How the claims of every receipt begin in a token; 21 bytes, a multiple of three, have no padding.
_RECEIPT = urlsafe_b64encode(b'{"v":1,"type":"receipt","pendant":'[:21])


class Broker(Protocol):
    """What is needed of hub.ingest.Ingest."""

    def ack(self, session: str, connection: int, mid: int, qos: int) -> None: ...

    def tell(self, pendant: str, token: bytes, qos: int) -> bool: ...


def is_receipt(token: bytes) -> bool:
    """A receipt goes at QoS 1: it must arrive. A standing is repeated until it is echoed."""
    return token.partition(b".")[2].startswith(_RECEIPT)


class Hands:
    """`changed` tells the boards, `wake` the notifier."""

    def __init__(
        self, broker: Broker, wake: Callable[[], None], changed: Callable[[set[str]], None]
    ) -> None:
        self._broker = broker
        self._wake = wake
        self._changed = changed

    def perform(self, after: Afterwards) -> None:
        """All of it, whatever fails."""
        for ack in after.acks:
            self._try("acknowledge", self._broker.ack, *ack)
        for pendant, token in after.down:
            self._try("tell", self._broker.tell, pendant, token, 1 if is_receipt(token) else 0)
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
