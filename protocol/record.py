"""Field kinds, and the small base that every message class stands on.

A message class names its FIELDS in wire order; values are integers, booleans, printable ASCII
strings and short lists of these strings. No floats: the chip's are 32-bit and would lose time.
"""

from protocol.errors import LocalProtocolError

MAX_INT = (1 << 53) - 1  # what every JSON reader keeps exactly (RFC 8259 section 6)
MAX_TEXT = 64  # longest string in a claim; nothing we send needs more
MAX_ID = 32
MAX_LIST = 8  # open presses a pendant carries; older ones wait their turn

ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-"
HEX_ALPHABET = "0123456789abcdef"


def is_id(text: object) -> bool:
    """Lower case, digits and inner hyphens, 1 to MAX_ID characters: safe in a topic and a file name."""
    if not isinstance(text, str) or not 0 < len(text) <= MAX_ID:
        return False
    if text[0] == "-" or text[-1] == "-":
        return False
    return all(char in ID_ALPHABET for char in text)


def is_boot(text: object) -> bool:
    """A boot id: 16 hexadecimal digits drawn at random at every start of a pendant."""
    return (
        isinstance(text, str) and len(text) == 16 and all(char in HEX_ALPHABET for char in text)
    )


def is_press(text: object) -> bool:
    """An event's identity within its pendant: `<boot id>.<sequence>`."""
    if not isinstance(text, str) or len(text) < 18 or len(text) > 28 or text[16] != ".":
        return False
    number = text[17:]
    return is_boot(text[:16]) and all(char in "0123456789" for char in number) and number[0] != "0"


def is_text(text: object) -> bool:
    """Printable ASCII without quote and backslash, so that writing it needs no escapes."""
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        return False
    return all(" " <= char <= "~" and char != '"' and char != "\\" for char in text)


def is_int(value: object) -> bool:
    """A whole number from 0 to MAX_INT. True and False are no numbers here."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INT


def is_presses(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MAX_LIST and all(is_press(v) for v in value)


def _is_bool(value: object) -> bool:
    return value is True or value is False


def _is_optional_id(value: object) -> bool:
    return value == "" or is_id(value)


def _is_optional_press(value: object) -> bool:
    return value == "" or is_press(value)


# kind -> test. A kind with "?" may be the empty string.
KINDS = {
    "int": is_int,
    "bool": _is_bool,
    "text": is_text,
    "id": is_id,
    "id?": _is_optional_id,
    "boot": is_boot,
    "press": is_press,
    "press?": _is_optional_press,
    "presses": is_presses,
}


class Message:
    """One message. Subclasses set TYPE, UP and FIELDS; values are attributes of the same names.

    Raises LocalProtocolError when built with a missing, unknown or unlawful value.
    """

    TYPE = ""
    UP = True
    FIELDS: tuple[tuple[str, str], ...] = ()

    def __init__(self, **values: object) -> None:
        for name, kind in self.FIELDS:
            if name not in values:
                raise LocalProtocolError("%s lacks %s" % (self.TYPE, name))
            value = values[name]
            if not KINDS[kind](value):
                raise LocalProtocolError("%s.%s is no %s: %r" % (self.TYPE, name, kind, value))
            setattr(self, name, value)
        if len(values) != len(self.FIELDS):
            known = [name for name, _ in self.FIELDS]
            extra = sorted(name for name in values if name not in known)
            raise LocalProtocolError("%s has unknown fields %s" % (self.TYPE, extra))

    def values(self) -> list[tuple[str, object]]:
        """(name, value) in wire order."""
        return [(name, getattr(self, name)) for name, _ in self.FIELDS]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.values() == other.values()  # type: ignore[attr-defined]  # same type, so it has values()

    def __hash__(self) -> int:
        return hash((self.TYPE, str(self.values())))

    def __repr__(self) -> str:
        inside = ", ".join("%s=%r" % pair for pair in self.values())
        return "%s(%s)" % (type(self).__name__, inside)
