"""Fixed-order JSON: the only bytes we sign (dicts are not ordered on the chip).

Reading is the mirror: what is not byte for byte what this writer would have written is refused,
so there is one spelling of every message (no NaN, no spaces, no repeated keys, no deep nesting).
"""

import json

from protocol.errors import RemoteProtocolError
from protocol.messages import DOWN_TYPES, UP_TYPES
from protocol.record import KINDS, Message

WIRE_VERSION = 1

_CLASSES = {}
for _cls in UP_TYPES + DOWN_TYPES:
    _CLASSES[_cls.TYPE] = _cls


def _write_value(value: object) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(_write_value(item) for item in value) + "]"
    return '"' + str(value) + '"'


def write(message: Message) -> bytes:
    """The message's canonical claims, ASCII."""
    parts = ['{"v":%d,"type":"%s"' % (WIRE_VERSION, message.TYPE)]
    for name, value in message.values():
        parts.append(',"' + name + '":' + _write_value(value))
    return ("".join(parts) + "}").encode()


def read(claims: bytes) -> Message:
    """The message in canonical claims. Raises RemoteProtocolError("claims")."""
    fields = _parse(claims)
    cls = _CLASSES.get(fields.get("type", "")) if isinstance(fields.get("type"), str) else None
    if cls is None or fields.get("v") != WIRE_VERSION:
        raise RemoteProtocolError("claims", "unknown type or version")
    values = {}
    for name, kind in cls.FIELDS:
        if name not in fields or not KINDS[kind](fields[name]):
            raise RemoteProtocolError("claims", "%s.%s" % (cls.TYPE, name))
        values[name] = fields[name]
    message: Message = cls(**values)
    if write(message) != claims:
        raise RemoteProtocolError("claims", "not in canonical form")
    return message


def _parse(claims: bytes) -> dict[str, object]:
    try:
        fields = json.loads(claims)
    except (ValueError, RecursionError, RuntimeError, MemoryError) as exc:
        # RuntimeError: MicroPython's word for nesting too deep.
        raise RemoteProtocolError("claims", "not JSON") from exc
    if not isinstance(fields, dict):
        raise RemoteProtocolError("claims", "not an object")
    return fields
