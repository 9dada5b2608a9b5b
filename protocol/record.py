"""Field kinds, and the small base that every message class stands on.

A message class names its FIELDS in wire order; values are integers, booleans, printable ASCII
strings and short lists of these strings. No floats: the chip's are 32-bit and would lose time.
"""

from protocol.errors import LocalProtocolError

MAX_INT = (1 << 53) - 1  # what every JSON reader keeps exactly (RFC 8259 section 6)
MAX_TEXT = 64  # longest string in a claim; nothing we send needs more
MAX_ID = 32
MAX_SEQ = 99999999999  # eleven digits: a thousand presses a second for three years of one boot
MAX_PRESS = 16 + 1 + 11
MAX_COUNT = 65535  # a count that a beat carries; a pendant that has counted more says this
MAX_LIST = 8  # open presses a pendant carries; older ones wait their turn
OPEN_LETTERS = "sadq"  # what an open press is, in the order of messages.ALARM_TYPES

# Whether a text is made of an alphabet only is asked as `not text.strip(ALPHABET)`: strip stops at
# the first character that is not in it, and both interpreters do it in C.
DIGITS = "0123456789"
HEX_ALPHABET = DIGITS + "abcdef"
ID_ALPHABET = DIGITS + "abcdefghijklmnopqrstuvwxyz-"
TEXT_ALPHABET = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in '"\\')


def is_id(text: object) -> bool:
    """Lower case, digits and inner hyphens, 1 to MAX_ID: safe in a topic and a file name."""
    if not isinstance(text, str) or not 0 < len(text) <= MAX_ID:
        return False
    return not text.strip(ID_ALPHABET) and text[0] != "-" and text[-1] != "-"


def is_boot(text: object) -> bool:
    """A boot id: 16 hexadecimal digits drawn at random at every start of a pendant."""
    return isinstance(text, str) and len(text) == 16 and not text.strip(HEX_ALPHABET)


def is_press(text: object) -> bool:
    """An event's identity within its pendant: `<boot id>.<sequence>`."""
    if not isinstance(text, str) or not 18 <= len(text) <= MAX_PRESS or text[16] != ".":
        return False
    number = text[17:]
    return is_boot(text[:16]) and not number.strip(DIGITS) and number[0] != "0"


def is_text(text: object) -> bool:
    """Printable ASCII without quote and backslash, so that writing it needs no escapes."""
    return isinstance(text, str) and len(text) <= MAX_TEXT and not text.strip(TEXT_ALPHABET)


def is_int(value: object) -> bool:
    """A whole number from 0 to MAX_INT. True and False are no numbers here."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INT


def is_count(value: object) -> bool:
    """A number of things that happened, from 0 to MAX_COUNT, where it stops."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT


def is_seq(value: object) -> bool:
    """A sequence number from 1, so that `<boot id>.<sequence>` is always a lawful press."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_SEQ


def is_presses(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MAX_LIST and all(is_press(v) for v in value)


def is_open_press(text: object) -> bool:
    """A press and the letter of its kind, `<boot id>.<sequence><letter>`."""
    return isinstance(text, str) and text[-1:] in OPEN_LETTERS and is_press(text[:-1])


def is_opens(value: object) -> bool:
    return (
        isinstance(value, list) and len(value) <= MAX_LIST and all(is_open_press(v) for v in value)
    )


def _is_bool(value: object) -> bool:
    return value is True or value is False


def _is_optional_id(value: object) -> bool:
    return value == "" or is_id(value)


def _is_optional_press(value: object) -> bool:
    return value == "" or is_press(value)


# kind -> test. A kind with "?" may be the empty string.
KINDS = {
    "int": is_int,
    "count": is_count,
    "seq": is_seq,
    "bool": _is_bool,
    "text": is_text,
    "id": is_id,
    "id?": _is_optional_id,
    "boot": is_boot,
    "press": is_press,
    "press?": _is_optional_press,
    "presses": is_presses,
    "opens": is_opens,
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
        return type(self) is type(other) and self.values() == other.values()

    def __hash__(self) -> int:
        return hash((self.TYPE, str(self.values())))

    def __repr__(self) -> str:
        inside = ", ".join("%s=%r" % pair for pair in self.values())
        return "%s(%s)" % (type(self).__name__, inside)
