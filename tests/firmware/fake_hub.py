"""A hub of one pendant: it commits, signs receipts and answers beats. Runs on both interpreters.

Rule: an identity that comes back with other bytes fails the story; the story sets what it says.
"""

from protocol import codec
from protocol.messages import NO_BOOT, Beat, Receipt, SosAborted, SosPressed, Standing, UpMessage
from protocol.record import Message

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

PENDANT = "p07"
KEY_ID = "k07"
SECRET = bytes(range(32))
HUB_EPOCH_MS = 1_750_000_000_000
VALID_MS = 35_000


class Hub:
    def __init__(self) -> None:
        self.up_key = codec.up_key(SECRET)
        self.down_key = codec.down_key(SECRET)
        self.receipts = True
        self.answers = True
        self.alarms = True  # an SOS shows in the standing by itself
        self.version = 0
        self.ended: set[str] = set()  # presses ever listed as resolved
        self.confirmed = False  # some standing has said go in
        self.seen: dict[str, bytes] = {}
        self.events: list[UpMessage] = []  # each identity once, in order of arrival
        self.beats: list[Beat] = []  # the latest few
        self.beat_count = 0
        self.state: dict[str, Any] = {
            "phase": "off",
            "visit": "",
            "tracker": True,
            "go_in": "",
            "prompt": "",
            "sos": "",
            "sos_state": "none",
            "resolved": [],
        }

    def hear(self, token: bytes, now_ms: int) -> list[bytes]:
        """What goes down in answer."""
        message = codec.unseal(token, KEY_ID, self.up_key, up=True)
        assert isinstance(message, UpMessage)
        if isinstance(message, Beat):
            self.beats = self.beats[-2:]
            self.beats.append(message)
            self.beat_count += 1
            return [self.standing(now_ms, message.boot, message.seq)] if self.answers else []
        known = self.seen.get(message.identity())
        assert known is None or known == token, "an identity came back with other bytes"
        self.seen[message.identity()] = token
        if known is None:
            self.events.append(message)
            if self.alarms and isinstance(message, (SosPressed, SosAborted)):
                self.state["sos"] = message.identity()
                self.state["sos_state"] = "open"
        return [self.receipt(message, token, now_ms)] if self.receipts else []

    def receipt(self, message: UpMessage, token: bytes, now_ms: int) -> bytes:
        return self.sign(
            Receipt(
                pendant=PENDANT,
                boot=message.boot,
                seq=message.seq,
                sha=codec.sha(token),
                hub_ms=HUB_EPOCH_MS + now_ms,
            )
        )

    def standing(self, now_ms: int, boot: str = NO_BOOT, beat: int = 0, **more: object) -> bytes:
        self.version += 1
        values: dict[str, Any] = {
            "pendant": PENDANT,
            "version": self.version,
            "boot": boot,
            "beat": beat,
            "hub_ms": HUB_EPOCH_MS + now_ms,
            "valid_ms": VALID_MS,
        }
        for source in (self.state, more):
            for key in source:
                values[key] = source[key]
        self.confirmed = self.confirmed or values["go_in"] != ""
        self.ended.update(values["resolved"])
        return self.sign(Standing(**values))

    def sign(self, message: Message) -> bytes:
        return codec.seal(message, KEY_ID, self.down_key)

    def names_a_press(self, payload: bytes) -> bool:
        """The hub says here that it has a press: a receipt, or an alarm in a standing."""
        said = codec.unseal(payload, KEY_ID, self.down_key, up=False)
        return isinstance(said, Receipt) or (isinstance(said, Standing) and said.sos != "")

    def types(self) -> list[str]:
        return [event.TYPE for event in self.events if event.TYPE != "booted"]
