"""Fixed-order JSON: the only bytes we sign (dicts are not ordered on the chip).

Reading is the mirror: what is not byte for byte what this writer would have written is refused,
so there is one spelling of every message (no NaN, no spaces, no repeated keys, no deep nesting).
"""

import json
import sys

from protocol.errors import RemoteProtocolError
from protocol.messages import DOWN_TYPES, UP_TYPES
from protocol.record import KINDS, Message

WIRE_VERSION = 1


class _Form:
    """A class's whole line as a template, made at its first use: the chip needs few of them."""

    def __init__(self, cls: type[Message]) -> None:
        self.worded = [
            i for i, (_, kind) in enumerate(cls.FIELDS) if kind in ("bool", "presses", "opens")
        ]
        line = '{"v":%d,"type":"%s"' % (WIRE_VERSION, cls.TYPE)
        for name, kind in cls.FIELDS:
            bare = kind in ("int", "seq", "count", "bool", "presses", "opens")
            line += ',"' + name + ('":%s' if bare else '":"%s"')
        self.line = line + "}"


_CLASSES = {}
for _cls in UP_TYPES + DOWN_TYPES:
    _CLASSES[_cls.TYPE] = _cls
_FORMS: dict[str, _Form] = {}


def _worded(value: object) -> str:
    """JSON of the kinds whose Python spelling differs."""
    if isinstance(value, list):
        return '["' + '","'.join(value) + '"]' if value else "[]"
    return "true" if value else "false"


def _write(cls: type[Message], values: list[object]) -> bytes:
    form = _FORMS.get(cls.TYPE)
    if form is None:
        form = _FORMS[cls.TYPE] = _Form(cls)
    for i in form.worded:
        values[i] = _worded(values[i])
    return (form.line % tuple(values)).encode()


def write(message: Message) -> bytes:
    """The message's canonical claims, ASCII."""
    return _write(type(message), [getattr(message, name) for name, _ in message.FIELDS])


if sys.implementation.name == "micropython":

    def read(claims: bytes) -> Message:
        """The message in canonical claims. Raises RemoteProtocolError("claims")."""
        return read_slowly(claims)

else:
    from protocol.patterns import LineReader

    _READERS: dict[str, LineReader] = {}
    _HEAD = '{"v":%d,"type":"' % WIRE_VERSION

    def read(claims: bytes) -> Message:
        """The message in canonical claims. Raises RemoteProtocolError("claims")."""
        line = claims.decode("ascii", "replace")
        wanted = line[len(_HEAD) : line.find('"', len(_HEAD))]
        reader = _READERS.get(wanted)
        if reader is None and wanted in _CLASSES:
            head = _HEAD + wanted + '"'
            reader = _READERS[wanted] = LineReader(_CLASSES[wanted], head)
        message = reader.read(line) if reader is not None else None
        return message if message is not None else read_slowly(claims)


def read_slowly(claims: bytes) -> Message:
    """The same, field by field, with what is wrong in the error: the chip's reader."""
    fields = _parse(claims)
    wanted = fields.get("type")
    cls = _CLASSES.get(wanted) if isinstance(wanted, str) else None
    if cls is None or fields.get("v") != WIRE_VERSION:
        raise RemoteProtocolError("claims", "unknown type or version")
    values = {}
    for name, kind in cls.FIELDS:
        value = fields.get(name)  # None is no lawful value of any kind
        if not KINDS[kind](value):
            raise RemoteProtocolError("claims", "%s.%s" % (cls.TYPE, name))
        values[name] = value
    if _write(cls, [values[name] for name, _ in cls.FIELDS]) != claims:
        raise RemoteProtocolError("claims", "not in canonical form")
    return cls(**values)


def _parse(claims: bytes) -> dict[str, object]:
    fields = None
    try:
        fields = json.loads(claims)
    except (ValueError, RuntimeError, MemoryError):
        # RuntimeError: nesting too deep (CPython's RecursionError is one; the chip has no such
        # name). Raised below, because the chip prints a warning for `raise ... from`.
        pass
    if not isinstance(fields, dict):
        raise RemoteProtocolError("claims", "not a JSON object")
    return fields
