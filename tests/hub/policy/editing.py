"""A shipped policy file with one small edit: what a hurried author might leave behind.

The rule it keeps: an edit that finds nothing to change fails, so that no planted fault is hollow.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from hub.policy.layers import KEYS
from hub.policy.load import shipped


@dataclass
class Edited:
    """The text of a shipped file on its way to being broken."""

    name: str
    text: str

    def block(self, table: str, row: str) -> tuple[int, int]:
        """Where the row begins and ends, its header included."""
        if table == "policy":
            return 0, len(self.text)
        key = KEYS[table] or "say"
        for found in re.finditer(rf"^\[\[{table}\]\]\n(?:(?!\[).*\n)*", self.text, re.MULTILINE):
            if f'\n{key} = "{row}"' in found[0]:
                return found.start(), found.end()
        raise AssertionError(f"{self.name} has no {table} {row}")

    def set(self, table: str, row: str, key: str, value: str) -> int:
        """Writes `key = value` in the row, over its old value if it had one; its line."""
        begin, end = self.block(table, row)
        old = self.text[begin:end]
        line = re.compile(rf"^{key} = .*(?:\n(?: .*|\]))*$", re.MULTILINE)
        if line.search(old):
            new = line.sub(lambda _: f"{key} = {value}", old, count=1)
        else:
            head, _, rest = old.partition("\n")
            new = f"{head}\n{key} = {value}\n{rest}"
        assert new != old, f"{table} {row} says {key} = {value} already"
        self.text = self.text[:begin] + new + self.text[end:]
        return self.text[: begin + new.index(f"{key} = {value}")].count("\n") + 1

    def drop(self, table: str, row: str) -> None:
        begin, end = self.block(table, row)
        self.text = self.text[:begin] + self.text[end:]

    def line(self, table: str, row: str, key: str = "") -> int:
        """Of the row's header, or of a key in it."""
        begin, end = self.block(table, row)
        inside = self.text[begin:end].index(f"\n{key} = ") + 1 if key else 0
        return self.text[: begin + inside].count("\n") + 1

    def add(self, row: str) -> int:
        """A further row at the end; the line of its header."""
        self.text = f"{self.text.rstrip()}\n\n{row}"
        return self.text[: self.text.rindex(row)].count("\n") + 1

    def written(self, folder: Path) -> Path:
        path = folder / f"{self.name}.toml"
        path.write_text(self.text, encoding="utf-8")
        return path


def edited(name: str) -> Edited:
    return Edited(name, shipped(name).read_text(encoding="utf-8"))
