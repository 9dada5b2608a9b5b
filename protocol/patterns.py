"""A quick reader for the hub: one regular expression per message class, CPython only.

Canonical claims are a regular language, so an expression that matches a whole line has parsed and
checked it at once. Rule: it accepts nothing that writer.read would refuse; what it does not match
goes to that reader, which says why. A property test holds the two against each other.
"""

import re

from protocol.record import MAX_COUNT, MAX_INT, MAX_LIST, MAX_SEQ, OPEN_LETTERS, Message

_BOOT = "[0-9a-f]{16}"
_PRESS = _BOOT + r"\.[1-9][0-9]{0,10}"
_ID = "[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?"
_INT = "(0|[1-9][0-9]{0,15})"
_OPEN = f"{_PRESS}[{OPEN_LETTERS}]"
# kind -> expression with exactly one group
_KINDS = {
    "int": _INT,
    "count": "(0|[1-9][0-9]{0,4})",
    "seq": "([1-9][0-9]{0,10})",
    "bool": "(true|false)",
    "text": r'"([ !#-\[\]-~]{0,64})"',
    "id": f'"({_ID})"',
    "id?": f'"({_ID}|)"',
    "boot": f'"({_BOOT})"',
    "press": f'"({_PRESS})"',
    "press?": f'"({_PRESS}|)"',
    "presses": f'(\\[\\]|\\["{_PRESS}"(?:,"{_PRESS}"){{0,{MAX_LIST - 1}}}\\])',
    "opens": f'(\\[\\]|\\["{_OPEN}"(?:,"{_OPEN}"){{0,{MAX_LIST - 1}}}\\])',
}
# The largest of each kind of number: eleven or five digits spell more than is lawful.
_MOST = {"int": MAX_INT, "seq": MAX_SEQ, "count": MAX_COUNT}


class LineReader:
    """Reads one class's claims. `head`: the line's beginning, up to its type."""

    def __init__(self, cls: type[Message], head: str) -> None:
        line = re.escape(head)
        for name, kind in cls.FIELDS:
            line += f',"{name}":{_KINDS[kind]}'
        self._match = re.compile(line + r"\}", re.ASCII).fullmatch
        self._cls = cls
        self._names = [name for name, _ in cls.FIELDS]
        kinds = [kind for _, kind in cls.FIELDS]
        self._numbers = [(n, _MOST[kind]) for n, kind in enumerate(kinds) if kind in _MOST]
        self._words = [n for n, kind in enumerate(kinds) if kind == "bool"]
        self._lists = [n for n, kind in enumerate(kinds) if kind in ("presses", "opens")]

    def read(self, claims: str) -> Message | None:
        """The message, or None: not in canonical form, or out of range."""
        found = self._match(claims)
        if found is None:
            return None
        values: list[object] = list(found.groups())
        for n, most in self._numbers:
            number = int(found[n + 1])
            if number > most:
                return None
            values[n] = number
        for n in self._words:
            values[n] = values[n] == "true"
        for n in self._lists:
            text = found[n + 1]
            values[n] = text[2:-2].split('","') if len(text) > 2 else []
        message = self._cls.__new__(self._cls)
        message.__dict__.update(zip(self._names, values, strict=True))
        return message
