"""Fixed-order JSON: the only bytes we sign (dicts are not ordered on the chip).

Reading is the mirror: what is not byte for byte what this writer would have written is refused,
so there is one spelling of every message (no NaN, no spaces, no repeated keys, no deep nesting).
"""

import json

from protocol.errors import RemoteProtocolError
from protocol.messages import DOWN_TYPES, UP_TYPES
from protocol.record import KINDS, Message

WIRE_VERSION = 1


class _Form:
    """One class, prepared for speed: its whole line as a template, and the test of each field."""

    def __init__(self, cls: type[Message]) -> None:
        self.cls = cls
        self.tests = [(name, KINDS[kind]) for name, kind in cls.FIELDS]
        self.worded = [i for i, (_, kind) in enumerate(cls.FIELDS) if kind in ("bool", "presses")]
        line = '{"v":%d,"type":"%s"' % (WIRE_VERSION, cls.TYPE)
        for name, kind in cls.FIELDS:
            bare = kind in ("int", "seq", "bool", "presses")
            line += ',"' + name + ('":%s' if bare else '":"%s"')
        self.line = line + "}"


_FORMS = {}
for _cls in UP_TYPES + DOWN_TYPES:
    _FORMS[_cls.TYPE] = _Form(_cls)


def _worded(value: object) -> str:
    """JSON of the kinds whose Python spelling differs."""
    if isinstance(value, list):
        return '["' + '","'.join(value) + '"]' if value else "[]"
    return "true" if value else "false"


def _write(form: _Form, values: list[object]) -> bytes:
    for i in form.worded:
        values[i] = _worded(values[i])
    return (form.line % tuple(values)).encode()


def write(message: Message) -> bytes:
    """The message's canonical claims, ASCII."""
    form = _FORMS[message.TYPE]
    return _write(form, [getattr(message, name) for name, _ in form.tests])


def read(claims: bytes) -> Message:
    """The message in canonical claims. Raises RemoteProtocolError("claims")."""
    fields = _parse(claims)
    kind = fields.get("type")
    form = _FORMS.get(kind) if isinstance(kind, str) else None
    if form is None or fields.get("v") != WIRE_VERSION:
        raise RemoteProtocolError("claims", "unknown type or version")
    values = {}
    for name, lawful in form.tests:
        value = fields.get(name)  # None is no lawful value of any kind
        if not lawful(value):
            raise RemoteProtocolError("claims", "%s.%s" % (form.cls.TYPE, name))
        values[name] = value
    if _write(form, [values[name] for name, _ in form.tests]) != claims:
        raise RemoteProtocolError("claims", "not in canonical form")
    return form.cls(**values)


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
