"""TOML that knows its lines: a wrong value is answered with file, line, key and what is allowed.

Rule: all faults at once, never the first alone; an unknown key is a fault, because a misspelt one
would otherwise be a setting that silently does not hold.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Key = tuple[str | int, ...]  # ("person", 0, "name")

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=(.*)$"
)
_QUOTES = ('"""', "'''")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file. `said`: what it is and what is allowed."""

    file: str
    line: int
    key: str
    said: str

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        return f"{self.file}:{self.line}: {key}{self.said}"


class Faults(Exception):
    """Everything wrong, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line, fault.key)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Source:
    """A TOML file, read: its tree, and where each key stands."""

    file: str
    tree: Mapping[str, object]
    lines: Mapping[Key, int]

    def line(self, path: Key) -> int:
        """The line of a key, or of the nearest table around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, path: Key, said: str) -> Fault:
        return Fault(self.file, self.line(path), spell(path), said)


def spell(path: Key) -> str:
    """`person[0].name`: as a person would point at it; counted from one."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else ("." if text else "") + step
    return text


def read(path: Path) -> Source:
    """The file's tree. Raises Faults when it cannot be read or is no TOML."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "is not UTF-8"
        raise Faults([Fault(str(path), 1, "", f"cannot be read: {why}")]) from exc
    return parse(text, str(path))


def parse(text: str, file: str) -> Source:
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        found = _AT_LINE.search(str(exc))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        said = _AT_LINE.sub("", str(exc)).strip()
        raise Faults([Fault(file, line, "", f"is not TOML: {said}")]) from exc
    except (RecursionError, ValueError) as exc:
        # What the parser itself does not survive: lists in lists without end, endless numbers.
        said = "cannot be read: lists too deep, or a number too long"
        raise Faults([Fault(file, 1, "", said)]) from exc
    return Source(file, tree, _lines(text))


def _names(dotted: str) -> list[str]:
    found: list[str] = re.findall(r"\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+", dotted)
    return [name.strip("\"'") for name in found]


def _lines(text: str) -> dict[Key, int]:
    """Where each key stands. The text is known to be lawful TOML, so that a scan is enough."""
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    open_quote, depth = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        pair = None
        if not open_quote and depth == 0:
            header, pair = _HEADER.match(line), _KEY.match(line)
            if header is not None and pair is None:
                table = _table(_names(header[2]), header[1] == "[[", counts)
                lines.setdefault(table, number)
                continue
            if pair is None:
                continue
            path = table
            for name in _names(pair[1]):
                path = (*path, name)
                lines.setdefault(path, number)
        value = pair[2] if pair is not None else line
        open_quote, depth = _still_open(value, open_quote, depth)
    return lines


def _table(names: list[str], is_array: bool, counts: dict[Key, int]) -> Key:
    """The path of a header; `[[person]]` is the next of its kind, `[person.x]` is in the last."""
    path: Key = ()
    for place, name in enumerate(names):
        path = (*path, name)
        if is_array and place == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _still_open(line: str, quote: str, depth: int) -> tuple[str, int]:
    """After this line: the multi-line quote that is still open, and how deep in an array we are."""
    place = 0
    while place < len(line):
        three = line[place : place + 3]
        if quote:
            if quote == '"""' and line[place] == "\\":
                place += 2
            elif three == quote:
                quote, place = "", place + 3
            else:
                place += 1
            continue
        if three in _QUOTES:
            quote, place = three, place + 3
        elif line[place] in "\"'":
            place = _end_of_string(line, place)
        elif line[place] == "#":
            break
        else:
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(line[place], 0)
            place += 1
    return quote, depth


def _end_of_string(line: str, start: int) -> int:
    quote, place = line[start], start + 1
    while place < len(line) and line[place] != quote:
        place += 2 if quote == '"' and line[place] == "\\" else 1
    return place + 1


class Table:
    """One table, taken apart key by key; what nobody asked for is a fault at the end."""

    def __init__(
        self, source: Source, faults: list[Fault], path: Key, tree: Mapping[str, object]
    ) -> None:
        self._source = source
        self._faults = faults
        self.path = path
        self._tree = tree
        self._inherited: Mapping[str, object] = {}
        self._asked: list[str] = []

    def inherit(self, tree: Mapping[str, object]) -> None:
        """What stands here where this table does not say it itself; a key of it is no misspelling
        of this table's, so nothing in it is a fault for not being asked for."""
        self._inherited = tree

    def fault(self, key: str, said: str) -> None:
        self._faults.append(self._source.fault((*self.path, key) if key else self.path, said))

    def has(self, key: str) -> bool:
        return key in self._tree

    def get(self, key: str) -> object:
        """The value as it stands, unjudged."""
        return self._tree.get(key, self._inherited.get(key, ""))

    def _take(
        self, key: str, kind: type | tuple[type, ...], allowed: str, needed: bool
    ) -> object | None:
        self._asked.append(key)
        value = self._tree.get(key, self._inherited.get(key))
        if value is None:
            if needed:
                self.fault(key, f"is missing; allowed is {allowed}")
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault(key, f"{_shown(value)} is wrong; allowed is {allowed}")
            return None
        return value

    def text(
        self,
        key: str,
        default: str | None = None,
        allowed: str = "text",
        test: Callable[[str], bool] = lambda text: True,
    ) -> str:
        """A string that passes `test`; without a default it must be there."""
        value = self._take(key, str, allowed, default is None)
        if not isinstance(value, str):
            return default or ""
        if not test(value) or (default is None and not value.strip()):
            self.fault(key, f"{_shown(value)} is wrong; allowed is {allowed}")
        return value

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        return self.text(key, default, "one of " + ", ".join(choices), lambda text: text in choices)

    def number(self, key: str, default: int, low: int, high: int) -> int:
        allowed = f"a whole number from {low} to {high}"
        value = self._take(key, int, allowed, needed=False)
        if not isinstance(value, int):
            return default
        if not low <= value <= high:
            self.fault(key, f"{value} is wrong; allowed is {allowed}")
        return value

    def degrees(self, key: str, most: int) -> float | None:
        """A place on the map, from -most to most; None when it is not there."""
        allowed = f"degrees from -{most} to {most}, like 50.7236"
        value = self._take(key, (int, float), allowed, needed=False)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        if not -most <= value <= most:
            self.fault(key, f"{value} is wrong; allowed is {allowed}")
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self._take(key, bool, "true or false", needed=False)
        return value if isinstance(value, bool) else default

    def texts(
        self, key: str, allowed: str = "a list of texts", test: Callable[[str], bool] = bool
    ) -> tuple[str, ...]:
        """A list of strings that each pass `test`; empty when it is not there."""
        value = self._take(key, list, allowed, needed=False)
        if not isinstance(value, list):
            return ()
        wrong = [each for each in value if not isinstance(each, str) or not test(each)]
        for each in wrong:
            self.fault(key, f"{_shown(each)} is wrong; allowed is {allowed}")
        return tuple(each for each in value if each not in wrong)

    def table(self, key: str) -> "Table":
        value = self._take(key, dict, f"a table, [{key}]", needed=False)
        tree = value if isinstance(value, dict) else {}
        return Table(self._source, self._faults, (*self.path, key), tree)

    def tables(self, key: str) -> list["Table"]:
        value = self._take(key, list, f"tables, each beginning [[{key}]]", needed=False)
        found = value if isinstance(value, list) else []
        return [
            Table(self._source, self._faults, (*self.path, key, place), each)
            for place, each in enumerate(found)
            if isinstance(each, dict)
        ]

    def done(self) -> None:
        """Every key that was not asked for is a fault, with the likely spelling."""
        for key in self._tree:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, 1)
                meant = f"did you mean {near[0]}?" if near else "allowed: " + ", ".join(self._asked)
                self.fault(key, f"is not a setting; {meant}")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
