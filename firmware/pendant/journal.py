"""Flash records: names and blobs, each with its checksum. No flash in here.

Rule: a record that cannot be trusted is told apart and left alone; it never costs the others.
Kinds: `e-<boot>-<seq>` an event, sealed, not yet received by the hub (`u-…`: one that only a
board's memory held over a reset, never on flash); `o-<boot>-<seq>` an alarm
press that the hub has and no person has ended; `c-<boot>-<seq>` the newest arrival claim, once the
hub has it; `phase` where the visit stood; `clock` the last good time; `quiet` softer and dark.
"""

import binascii

from firmware.pendant import rescue
from firmware.pendant.standing import AT_A_DOOR
from protocol import codec
from protocol.errors import RemoteProtocolError
from protocol.messages import ALARM_TYPES, PHASES, Arrived, Ok, UpMessage
from protocol.record import DIGITS, is_id, is_press

PHASE_NAME = "phase"
CLOCK_NAME = "clock"
QUIET_NAME = "quiet"
MAX_CLOCK_DIGITS = 14  # milliseconds until the year 5138
MAX_BLOB_BYTES = codec.MAX_TOKEN_BYTES + 16


def name_of(kind: str, identity: str) -> str:
    return kind + "-" + identity.replace(".", "-")


def identity_in(name: str) -> str:
    """The press a record is about; anything at all for a name that is not ours."""
    return name[2:18] + "." + name[19:]


def wrap(body: bytes) -> bytes:
    """The body behind its checksum."""
    return b"%08x " % (binascii.crc32(body) & 0xFFFFFFFF) + body


def _unwrap(blob: bytes) -> bytes | None:
    if len(blob) < 9 or len(blob) > MAX_BLOB_BYTES:
        return None
    body = bytes(blob[9:])
    return body if wrap(body) == bytes(blob) else None


class Found:
    """What the flash held at boot."""

    def __init__(self) -> None:
        self.events: list[tuple[UpMessage, bytes]] = []  # (message, token)
        self.open: list[tuple[str, str]] = []  # (identity, type)
        self.claims: list[str] = []
        self.phase = "off"
        self.visit = ""
        self.clock_ms = 0  # UTC; 0: never heard
        self.quiet = ""  # "on" or "off" since she chose
        self.unkept: list[str] = []  # of the events: those that no flash holds (rescue)
        self.unreadable = 0  # kept on flash: a person may still want to look at them

    def latest_claim(self) -> str:
        """Her latest arrival claim; "" when which of several is the latest cannot be known."""
        claim = self.claims[0] if len(self.claims) == 1 else ""
        for message, _ in self.events:  # not yet received, so newer than what was
            if _claims_arrival(message):
                claim = message.identity()
        return claim


def _claims_arrival(message: UpMessage) -> bool:
    """An event that became her latest arrival claim when it was pressed (truths.touched)."""
    return isinstance(message, (Arrived, Ok)) and message.phase not in AT_A_DOOR


def read(records: list[tuple[str, bytes]], pendant: str) -> Found:
    found = Found()
    for name, blob in records:
        body = _unwrap(blob)
        if body is None or not _take(found, name, body, pendant):
            found.unreadable += 1
    found.events.sort(key=_age)
    return found


def _age(event: "tuple[UpMessage, bytes]") -> tuple[int, int]:
    """Undated first (they may be the oldest), then by the press."""
    message = event[0]
    return message.heard_ms + message.since_ms, message.seq


def _take(found: Found, name: str, body: bytes, pendant: str) -> bool:
    if name == PHASE_NAME:
        return _take_phase(found, body)
    if name == CLOCK_NAME:
        return _take_clock(found, body)
    if name == QUIET_NAME:
        found.quiet = _text(body) if body in (b"on", b"off") else ""
        return found.quiet != ""
    identity = identity_in(name)
    if not is_press(identity) or name != name_of(name[:1], identity):
        return False
    if name[0] == "e" or name[0] == rescue.UNKEPT:
        return _take_event(found, identity, body, pendant, name[0] == rescue.UNKEPT)
    if name[0] == "o":
        kind = _text(body)
        if kind not in [cls.TYPE for cls in ALARM_TYPES]:
            return False
        found.open.append((identity, kind))
        return True
    if name[0] == "c" and body == b"claim":
        found.claims.append(identity)
        return True
    return False


def _take_event(found: Found, identity: str, body: bytes, pendant: str, unkept: bool) -> bool:
    try:
        message = codec.peek(body, up=True)
    except RemoteProtocolError:
        return False
    if not isinstance(message, UpMessage) or message.pendant != pendant:
        return False
    if message.identity() != identity:
        return False
    found.events.append((message, body))
    if unkept:
        found.unkept.append(identity)
    return True


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeError:
        return ""


def phase_blob(phase: str, visit: str) -> bytes:
    return wrap((phase + " " + visit).encode())


def _take_phase(found: Found, body: bytes) -> bool:
    words = _text(body).split(" ")
    if len(words) != 2 or words[0] not in PHASES or not (words[1] == "" or is_id(words[1])):
        return False
    found.phase, found.visit = words
    return True


def clock_blob(utc_ms: int) -> bytes:
    return wrap(b"%d" % utc_ms)


def _take_clock(found: Found, body: bytes) -> bool:
    digits = _text(body)
    if not digits or digits.strip(DIGITS) or len(digits) > MAX_CLOCK_DIGITS:
        return False
    found.clock_ms = int(digits)
    return True
