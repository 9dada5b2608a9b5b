"""A policy file over the one that it builds on: which rows are the same row, and where each stands.

Rule: a row repeated gives only the keys that it changes. What is wrong is shown at the file and
line where the key was written; a key nobody wrote, at the row, in the file nearest to the reader.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hub.toml_source import Fault, Key, Source

# table -> the key by which a row is the same as its base's; "": such rows have none, all stand
KEYS = {
    "level": "id",
    "role": "id",
    "timer": "id",
    "ladder": "id",
    "gate": "id",
    "choose": "",
    "on": "event",
    "letter": "earned_by",
    "instruction": "id",
    "phrase": "id",
    "after": "then",
    "review": "id",
    "script": "id",
    "task": "id",
    "case": "id",
    "register": "kind",
    "screen": "shows",
}
SINGLE = ("contact", "hours", "retention")
Tree = dict[str, Any]
Row = TypeVar("Row")


def raw_rows(tree: Mapping[str, Any], name: str) -> list[Tree]:
    """The rows of a table as they stand in a file; anything else there is a fault elsewhere."""
    found = tree.get(name, [])
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def laid_over(name: str, base: Sequence[Row], own: Sequence[Row]) -> tuple[Row, ...]:
    """Own rows in the place of the base's of the same key, new ones behind.

    Levels are in the order of their severity: a file that names every level of its base says the
    order itself.
    """
    key = KEYS[name]
    if not key:
        return (*base, *(row for row in own if row not in base))
    mine = {str(getattr(row, key)): row for row in own}
    its = [str(getattr(row, key)) for row in base]
    if name == "level" and mine.keys() >= set(its):
        return tuple(own)
    kept = [mine.get(str(getattr(row, key)), row) for row in base]
    return (*kept, *(row for row in own if str(getattr(row, key)) not in its))


def _merged_tree(base: Tree, own: Mapping[str, Any]) -> Tree:
    """What a further file builds on: every row with all its keys."""
    found: Tree = {}
    for name, key in KEYS.items():
        mine = {str(row.get(key, place)): row for place, row in enumerate(raw_rows(own, name))}
        for place, row in enumerate(raw_rows(base, name)):
            which = str(row.get(key)) if key else f"base {place}"
            mine[which] = {**row, **mine.get(which, {})}
        found[name] = list(mine.values())
    for name in SINGLE:
        its = own.get(name, {})
        found[name] = {**base.get(name, {}), **(its if isinstance(its, dict) else {})}
    return found


@dataclass(frozen=True)
class Layers:
    """The files of a policy, the file itself first, and the tree that they make together."""

    sources: tuple[Source, ...]
    tree: Tree

    @classmethod
    def over(cls, source: Source, below: "Layers | None") -> "Layers":
        if below is None:
            return cls((source,), _merged_tree({}, source.tree))
        return cls((source, *below.sources), _merged_tree(below.tree, source.tree))

    def fault(self, table: str, row: str, key: str, said: str) -> Fault:
        """At the key of the row, in the nearest file that writes it. `row` "": the table itself;
        `table` "": the top of the file, for what stands nowhere."""
        places = [(s, path) for s in self.sources if (path := _path(s, table, row)) is not None]
        if not places or not table:
            name = " ".join(word for word in (table, row) if word)
            name = f"{name}: " if name else ""
            return self.sources[0].fault((), f"{name}{key + ' ' if key else ''}{said}")
        for source, path in places:
            if key and (*path, key) in source.lines:
                return source.fault((*path, key), said)
        source, path = places[0]
        return source.fault((*path, key) if key else path, said)


def _path(source: Source, table: str, row: str) -> Key | None:
    """Where the row stands in that file; of two with the same key the last, the one too many."""
    if not row:
        return (table,) if (table,) in source.lines else None
    key, found = KEYS[table] or "say", None
    for place, each in enumerate(raw_rows(source.tree, table)):
        if str(each.get(key, "")) == row:
            found = place
    return None if found is None else (table, found)
