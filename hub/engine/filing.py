"""How a row of the directory is written: people, clients, pendants.

Rule: written within the turn that was asked to, and what was cached of it is read again.
"""

import json

from hub.engine.asking import text
from hub.engine.turn import Turn
from hub.inbox import Command

LISTS = {"roles": ",", "phones": "\n", "lines": "\n", "pages": "\n"}  # how each is split
FLAGS = frozenset({"own_mobile_consent", "must_not_be_left"})  # stored as 0 or 1


def column(command: Command, key: str) -> str | int:
    """As it is stored: lists as JSON, flags as 0 or 1."""
    if key in FLAGS:
        return int(flag(command, key, False))
    value = text(command, key)
    if key not in LISTS:
        return value
    parts = value.replace("\n", LISTS[key]).split(LISTS[key])
    return json.dumps([part.strip() for part in parts if part.strip()])


def upsert(turn: Turn, table: str, key: str, values: dict[str, object]) -> None:
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    rest = ", ".join(f"{name} = excluded.{name}" for name in values if name != key)
    turn.changes.other.append((
        f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {rest}",
        tuple(values.values()),
    ))  # fmt: skip


def flush(turn: Turn) -> None:
    """Directory changes are seldom and are read again at once: written within the turn."""
    for statement, values in turn.changes.other:
        turn.state.store.write(statement, values)
    turn.changes.other.clear()
    for name in ("people", "duty"):
        turn.state.__dict__.pop(name, None)
    turn.state.clients.clear()


def update(turn: Turn, table: str, name: str, values: dict[str, object]) -> None:
    columns = ", ".join(f"{column} = ?" for column in values)
    turn.changes.other.append(
        (f"UPDATE {table} SET {columns} WHERE id = ?", (*values.values(), name))
    )


def flag(command: Command, key: str, default: bool) -> bool:
    value = command.data.get(key, default)
    told = value.strip().lower() if isinstance(value, str) else value
    return told in ("1", "true", "yes", "on") if isinstance(told, str) else bool(told)
