"""A policy file read into frozen types, or every fault in it with file, line and what is allowed.

Rule: nothing is guessed and nothing is skipped. An unknown key, a time out of range or a role that
nobody defined refuses the whole file: the hub does not start on half a procedure (P9).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hub.policy import duty_rows, rows
from hub.policy.check import cross_faults
from hub.policy.layers import KEYS, Layers, laid_over, raw_rows
from hub.policy.model import Hours, Policy, Retention
from hub.policy.spans import clock_min
from hub.policy.terms import digest_of
from hub.toml_source import Fault, Faults, Table, read
from protocol.record import is_id

SHIPPED = Path(__file__).resolve().parent.parent / "policies"
MAX_BASES = 3  # a chain of policies that build on one another; a longer one nobody can read
MAX_DAYS = 3660
EMPTY = (
    "is empty: begin with [policy] and its id, version, title, organisation and document;"
    ' base = "plain" there builds on a shipped procedure'
)

# the table in the file -> (the policy's field, what makes a row of it)
TABLES = {
    "level": ("levels", rows.level),
    "role": ("roles", rows.role),
    "timer": ("timers", rows.timer),
    "ladder": ("ladders", rows.ladder),
    "gate": ("gates", rows.gate),
    "choose": ("choices", rows.choice),
    "on": ("on", rows.on),
    "letter": ("letters", rows.letter),
    "instruction": ("instructions", duty_rows.instruction),
    "phrase": ("phrases", duty_rows.phrase),
    "after": ("after", rows.after),
    "review": ("reviews", duty_rows.review),
    "script": ("scripts", duty_rows.script),
    "task": ("tasks", duty_rows.task),
    "case": ("cases", duty_rows.case),
    "register": ("registers", duty_rows.register),
    "screen": ("screens", duty_rows.screen),
}


class PolicyFaults(Faults):
    """Everything wrong with a policy, in the order of its lines. `readable`: the policy all the
    same, where each row for itself is sound, for whoever looks further."""

    readable: "Loaded | None" = None


def shipped(name: str) -> Path:
    """The file of a policy that comes with the package, by its id. Raises PolicyFaults."""
    found = {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}
    if name not in found:
        known = ", ".join(found)
        said = f"is no shipped procedure; there is {known}, or a file of your own ending .toml"
        raise PolicyFaults([Fault(name, 1, "", said)])
    return found[name]


@dataclass(frozen=True)
class Loaded:
    """A policy, and where each row and key of it stands in its file or in what it builds on."""

    policy: Policy
    layers: Layers


def load(path: Path) -> Policy:
    """The policy in the file. Raises PolicyFaults with all that is wrong in it."""
    return load_with_places(path).policy


def load_with_places(path: Path) -> Loaded:
    """As `load`, with the places that a later fault can be shown at."""
    try:
        found = _load(path, MAX_BASES)
    except PolicyFaults:
        raise
    except Faults as exc:
        raise PolicyFaults(exc.faults) from exc
    return replace(found, policy=replace(found.policy, digest=digest_of(found.policy)))


def _load(path: Path, bases_left: int) -> Loaded:
    source = read(path)
    if not source.tree:
        raise PolicyFaults([Fault(source.file, 1, "", EMPTY)])
    faults: list[Fault] = []
    top = Table(source, faults, (), source.tree)
    about = top.table("policy")
    base = _base(about, path, bases_left)
    found: dict[str, Any] = {
        "id": about.text("id", allowed="lower case letters, digits, hyphens", test=is_id),
        "version": about.number("version", 1, 1, 9999),
        "title": about.text("title"),
        "organisation": about.text("organisation"),
        "document": about.text("document"),
        "covers": about.text("covers", "", "the beginning of clause ids, like HM-", _is_prefix),
    }
    about.done()
    below = base.layers.tree if base is not None else {}
    for name, (field_name, make) in TABLES.items():
        found[field_name] = tuple(
            _made(table, make, faults, name, below) for table in _rows_of(top, name, below)
        )
    contact = _single(top, "contact", below)
    found["means"] = duty_rows.means(contact)
    found["means_clause"] = rows.clauses(contact)
    contact.done()
    found["hours"] = _hours(_single(top, "hours", below))
    found["retention"] = _retention(_single(top, "retention", below))
    top.done()
    own = Policy(**found)
    policy = own if base is None else _merged(base.policy, own)
    layers = Layers.over(source, base.layers if base is not None else None)
    between = cross_faults(layers, own, policy)
    if faults or between:
        refused = PolicyFaults(faults + between)
        refused.readable = None if faults else Loaded(policy, layers)
        raise refused
    return Loaded(policy, layers)


def _rows_of(top: Table, name: str, below: dict[str, Any]) -> list[Table]:
    """A row that its base has too gives only the keys that it changes; the others stay."""
    of_base = {str(row[KEYS[name]]): row for row in raw_rows(below, name) if KEYS[name] in row}
    found = top.tables(name)
    for table in found:
        table.inherit(of_base.get(str(table.get(KEYS[name])), {}))
    return found


def _made(
    table: Table,
    make: Callable[[Table], Any],
    faults: list[Fault],
    name: str,
    below: dict[str, Any],
) -> Any:
    """The row; of one that lacks keys and that the base does not have either, that is said too: it
    may have been meant to change a row of the base."""
    before, key = len(faults), KEYS[name]
    row = make(table)
    lacks = any(fault.said.startswith(("is missing", "is empty")) for fault in faults[before:])
    known = [str(each.get(key, "")) for each in raw_rows(below, name)]
    which = str(table.get(key))
    if key and below and lacks and which not in known:
        near = get_close_matches(which, known, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        table.fault(key, f"no {name} of the base is {which!r}; {hint}A new one needs all its keys")
    return row


def _single(top: Table, name: str, below: dict[str, Any]) -> Table:
    table = top.table(name)
    table.inherit(below.get(name, {}))
    return table


def _base(about: Table, path: Path, bases_left: int) -> Loaded | None:
    name = about.text("base", "", "the id of a policy beside this file, or a shipped one")
    if not name:
        return None
    if not is_id(name) or bases_left == 0:
        about.fault("base", f"{name!r} is wrong; allowed is an id, {MAX_BASES} deep at most")
        return None
    beside = path.parent / f"{name}.toml"
    return _load(beside if beside.exists() else shipped(name), bases_left - 1)


def _merged(base: Policy, own: Policy) -> Policy:
    """Own rows stand where the base's of the same key stood; the others come after them."""
    found: dict[str, Any] = {}
    for name, (field_name, _) in TABLES.items():
        its, mine = getattr(base, field_name), getattr(own, field_name)
        found[field_name] = laid_over(name, its, mine)
    return replace(own, **found, covers=own.covers or base.covers)


def _is_prefix(text: str) -> bool:
    return not text or any(clause.startswith(text) for clause in rows.clause_duties())


def _hours(table: Table) -> Hours:
    """Each of `opens`, `closes` as "17:30"; `days` from 1 (Monday) to 7."""
    normal = Hours()
    minutes: list[int] = []
    for key, default in (("opens", normal.opens_min), ("closes", normal.closes_min)):
        shown = f"{default // 60:02}:{default % 60:02}"
        said = table.text(key, shown, 'a time like "17:30"', lambda t: clock_min(t) is not None)
        found = clock_min(said)
        minutes.append(default if found is None else found)
    days = table.texts("days", "names of days, mon to sun", lambda day: day in rows.DAYS)
    hours = Hours(
        opens_min=minutes[0],
        closes_min=minutes[1],
        closed=table.texts("closed", 'dates like "2026-12-25"', _is_date),
        days=tuple(rows.DAYS.index(day) + 1 for day in days) or normal.days,
        clause=rows.clauses(table),
        source=table.text("source", "ours"),
    )
    if minutes[0] >= minutes[1]:
        table.fault("closes", "the office closes before it opens")
    table.done()
    return hours


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _retention(table: Table) -> Retention:
    normal = Retention()
    found = Retention(
        visit_days=table.number("visit_days", normal.visit_days, 1, MAX_DAYS),
        payload_days=table.number("payload_days", normal.payload_days, 1, MAX_DAYS),
        looks_days=table.number("looks_days", normal.looks_days, 1, MAX_DAYS),
    )
    table.done()
    return found
