"""Token and topic -> a verified message, or the reason why not. Pure but for the key look-up given.

Rule: three witnesses must agree on who speaks: the topic, the claims and the key (P7). What cannot
be verified is classified, never raised: an SOS among it still reaches a person, marked so (P4).
"""

from collections.abc import Callable
from dataclasses import dataclass

from protocol import codec, topics
from protocol.errors import RemoteProtocolError
from protocol.messages import ALARM_TYPES, UpMessage
from protocol.record import is_id

ACTIVE = "active"
EXPIRED = "expired"  # blocks the start of a visit, never an SOS
REVOKED = "revoked"
KEY_STATES = (ACTIVE, EXPIRED, REVOKED)
NOBODY = "unknown"  # the pendant of a topic that names none


@dataclass(frozen=True, slots=True)
class Key:
    """One pendant's key: `up_key` is derived from its secret once, not per message."""

    id: str
    pendant: str
    up_key: bytes
    state: str


@dataclass(frozen=True, slots=True)
class Verified:
    """Proven to come from the holder of the key. `revoked`: proven, and not to be trusted."""

    message: UpMessage
    key: Key
    sha: str
    revoked: bool

    @property
    def sos(self) -> bool:
        return isinstance(self.message, ALARM_TYPES)


@dataclass(frozen=True, slots=True)
class Unverified:
    """Why not: `reason` is one of protocol.errors.REASONS, or "key" for one we do not know.

    `pendant` is what the topic says, `key_id` what the token says; neither proves anything.
    `sos`: on the SOS topic, whatever it is, or an SOS by its own unproven word.
    """

    reason: str
    detail: str
    pendant: str
    key_id: str
    sos: bool


def verify(topic: str, token: bytes, find: Callable[[str], Key | None]) -> Verified | Unverified:
    """Never raises for anything a peer sent."""
    pendant, lane = _place(topic)
    kid = ""
    try:
        topics.parse_up(topic)
        kid = codec.key_id(token)
        key = find(kid)
        if key is None:
            raise RemoteProtocolError("key", f"no pendant has the key {kid}")
        message = codec.unseal(token, kid, key.up_key, up=True)
        if not isinstance(message, UpMessage):
            raise RemoteProtocolError("direction", message.TYPE)
        if not pendant == message.pendant == key.pendant:
            raise RemoteProtocolError(
                "pendant", f"topic {pendant}, claims {message.pendant}, key of {key.pendant}"
            )
    except RemoteProtocolError as exc:
        sos = lane == "sos" or _claims_sos(token)
        return Unverified(exc.reason, exc.detail, pendant, kid, sos)
    return Verified(message, key, codec.sha(token), key.state == REVOKED)


def _place(topic: str) -> tuple[str, str]:
    """(pendant, lane) as far as the topic says; for marking only."""
    parts = topic.split("/")
    pendant = parts[1] if len(parts) > 1 and is_id(parts[1]) else NOBODY
    return pendant, parts[-1]


def _claims_sos(token: bytes) -> bool:
    try:
        return isinstance(codec.peek(token, up=True), ALARM_TYPES)
    except RemoteProtocolError:
        return False
