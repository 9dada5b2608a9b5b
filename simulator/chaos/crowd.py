"""More workers than a world has: invented people who may do what its first worker may.

Rule: what is on file about her (an induction, next of kin) is on file about each of them, so that
no gate of the procedure turns them away for being invented.
"""

import tomllib
from collections.abc import Collection
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from simulator.live.hub import toml_table

Table = dict[str, Any]  # as tomllib gives it


def crowd(
    world: Path, count: int, into: Path, office: Collection[str] = ()
) -> tuple[Path, tuple[str, ...]]:
    """(a world with at least `count` workers, who they are): those of the world who hold no role
    and are not of the `office`, then invented ones. Written to `into` unless it is the world as it
    stands."""
    text = world.read_text(encoding="utf-8")
    tree = tomllib.loads(text)
    own = [each for each in tree["person"] if not each.get("roles") and each["id"] not in office]
    more = invented(count - len(own), own[0])
    wearers = [each["id"] for each in (*own, *more)][:count]
    records = [
        record | {"about": wearer}
        for wearer in wearers
        for record in _about(tree, own[0]["id"])
        if not _about(tree, wearer)
    ]
    if not more and not records:
        return world, tuple(wearers)
    tables = [toml_table("[[person]]", person) for person in more]
    tables += [toml_table("[[record]]", record) for record in records]
    into.write_text("\n".join([text, *tables]), encoding="utf-8")
    return into, tuple(wearers)


def invented(count: int, like: Table | None = None) -> list[Table]:
    """People who only go on visits, with the telephones of somebody."""
    return [
        (like or {})
        | {"id": f"w{number}", "name": f"Worker {number}", "initials": _letters(number)}
        for number in range(1, count + 1)
    ]


def _about(tree: Table, person: str) -> list[Table]:
    return [record for record in tree.get("record", ()) if record.get("about") == person]


def _letters(number: int) -> str:
    """WAB, WAC …: initials are letters."""
    return "W" + "".join(ascii_uppercase[each] for each in divmod(number % 676, 26))
