"""Who says it, which event it is, and when it was: what every up message starts with.

Rule: an identity (key id, random boot id, sequence) is given out once; its bytes are sealed once.
"""

import binascii

from firmware.pendant.settings import Settings
from firmware.pendant.standing import Beliefs
from protocol import codec
from protocol.errors import RemoteProtocolError
from protocol.messages import Receipt, Standing, UpMessage

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable
    from typing import Any

BOOT_BYTES = 8


class Identity:
    def __init__(self, settings: Settings, random_bytes: "Callable[[int], bytes]") -> None:
        self.pendant = settings.pendant
        self.boot = binascii.hexlify(random_bytes(BOOT_BYTES)).decode()
        self.seq = 0
        self._key_id = settings.key_id
        self._up_key = codec.up_key(settings.secret)
        self._down_key = codec.down_key(settings.secret)

    def next(self, beliefs: Beliefs, press_ms: int) -> "dict[str, Any]":
        """The fields that all up messages share, with a sequence number of their own."""
        self.seq += 1
        heard_ms, since_ms = beliefs.dated(press_ms)
        return {
            "pendant": self.pendant,
            "boot": self.boot,
            "seq": self.seq,
            "heard_ms": heard_ms,
            "since_ms": since_ms,
            "standing": beliefs.version,
            "phase": beliefs.phase,
        }

    def seal(self, message: UpMessage) -> bytes:
        return codec.seal(message, self._key_id, self._up_key)

    def unseal(self, payload: bytes) -> "Receipt | Standing":
        """What our hub signed for us. Raises RemoteProtocolError with the reason."""
        message = codec.unseal(payload, self._key_id, self._down_key, up=False)
        if not isinstance(message, (Receipt, Standing)):
            raise RemoteProtocolError("direction", message.TYPE)
        if message.pendant != self.pendant:
            raise RemoteProtocolError("pendant", message.pendant)
        return message
