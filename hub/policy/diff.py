"""What one procedure changes of another, row by row, in the words of hub/policy/telling.py.

Rule: nothing that differs is left out. A change that no sentence shows (a paragraph of the source,
an order) is told by its key.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from hub.policy.layers import KEYS
from hub.policy.load import TABLES
from hub.policy.model import Choice, Policy
from hub.policy.show import TELLERS, terms
from hub.policy.telling import Sentence

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_HEADS = {
    ADDED: "Only in the new one",
    REMOVED: "No longer there",
    CHANGED: "Different",
}
# What stands once in a policy, not in rows. `digest` follows from the rest.
_ONCE = ("id", "version", "title", "organisation", "document", "covers")
_TABLE = {field_name: table for table, (field_name, _) in TABLES.items()}
_TOLD_APART = ("means", "means_clause", "hours", "retention")


@dataclass(frozen=True, slots=True)
class Change:
    """`table` and `row` name it as the file does; `before` and `after` are sentences, "" for none.

    `keys`: which keys of the row differ.
    """

    change: str
    table: str
    row: str
    before: str = ""
    after: str = ""
    keys: tuple[str, ...] = ()


def changes(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Everything that differs, in the order of the tables."""
    return (*_once(old, new), *_rows(old, new), *_apart(old, new))


def _once(old: Policy, new: Policy) -> Iterator[Change]:
    for name in _ONCE:
        before, after = str(getattr(old, name)), str(getattr(new, name))
        if before != after:
            yield Change(CHANGED, "policy", name, before, after, (name,))


def _key(table: str, row: Any) -> str:
    if isinstance(row, Choice):
        return f"{row.level}: {', '.join(row.when)}"
    return str(getattr(row, KEYS[table]))


def _rows(old: Policy, new: Policy) -> Iterator[Change]:
    for name, (_, say) in TELLERS.items():
        table = _TABLE[name]
        before = {_key(table, row): row for row in getattr(old, name)}
        after = {_key(table, row): row for row in getattr(new, name)}
        for key, row in before.items():
            if key not in after:
                yield Change(REMOVED, table, key, before=_told(say(old, row)))
                continue
            was, now = _told(say(old, row)), _told(say(new, after[key]))
            if row != after[key] or was != now:
                yield Change(CHANGED, table, key, was, now, _keys(row, after[key]))
        for key, row in after.items():
            if key not in before:
                yield Change(ADDED, table, key, after=_told(say(new, row)))
    yield from _order(old, new)


def _order(old: Policy, new: Policy) -> Iterator[Change]:
    """Levels stand from mild to severe: the order is a rule."""
    was = [level for level in old.level if level in new.level]
    now = [level for level in new.level if level in old.level]
    if was != now:
        said, then = (" < ".join(new.level[each].name for each in order) for order in (was, now))
        yield Change(CHANGED, "level", "order", f"From mild to severe: {said}.",
                     f"From mild to severe: {then}.", ("order",))  # fmt: skip


def _keys(before: Any, after: Any) -> tuple[str, ...]:
    names = [field.name for field in fields(before)]
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _told(sentence: Sentence) -> str:
    return f"{sentence.text} {sentence.told}".strip()


def _apart(old: Policy, new: Policy) -> Iterator[Change]:
    for name in _TOLD_APART:
        if getattr(old, name) != getattr(new, name):
            which = name.removesuffix("_clause")
            before, after = (_told(terms(each)[which]) or "None." for each in (old, new))
            yield Change(CHANGED, name, "", before, after, (name,))


def text(found: tuple[Change, ...]) -> list[str]:
    """For a terminal: what is new, what is gone, what differs."""
    if not found:
        return ["They say the same."]
    lines: list[str] = []
    for kind, head in _HEADS.items():
        these = [change for change in found if change.change == kind]
        if not these:
            continue
        lines += ["", f"{head} ({len(these)})"] if lines else [f"{head} ({len(these)})"]
        for change in these:
            lines += _lines(change)
    return lines


def _lines(change: Change) -> list[str]:
    if change.change == ADDED:
        return [f"  + {change.after}"]
    if change.change == REMOVED:
        return [f"  - {change.before}"]
    if change.table == "policy":
        return [f"  * {change.row}: {change.before or 'none'} -> {change.after or 'none'}"]
    if change.before == change.after:
        return [f"  * {change.after}", f"    (only {', '.join(change.keys)} differs)"]
    return [f"  * before: {change.before}", f"    now:    {change.after}"]
