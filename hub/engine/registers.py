"""Records as the engine reads them, and what the gates may know of them.

Rule: the cache holds what this turn has changed, so it goes before the table; what is given to the
gates says whether something is on file, never what it says (P8).
"""

import json
from typing import Any

from hub.engine.state import State
from hub.policy.model import Policy
from hub.rules import form
from hub.rules.model import Record

MAX_RECORDS = 5_000  # cached; beyond it all are dropped and read again
ENDED = "ended"


def record_of(state: State, record_id: str) -> Record | None:
    found = state.records.get(record_id)
    if found is None:
        row = state.store.one("SELECT state_json FROM record WHERE id = ?", (record_id,))
        if row is None:
            return None
        found = state.records[record_id] = form.load_record(json.loads(row[0]))
    return found


def records_of(state: State, kind: str, client: str = "", worker: str = "") -> list[Record]:
    """Those of a kind, of a client or a worker where one is given, oldest first."""
    where, values = ["kind = ?"], [kind]
    for column, name in (("client", client), ("worker", worker)):
        if name:
            where.append(f"{column} = ? AND {column} <> ''")
            values.append(name)
    rows = state.store.all(
        f"SELECT id FROM record WHERE {' AND '.join(where)} ORDER BY created_ms, id", values
    )
    ids = dict.fromkeys(row[0] for row in rows)
    for record in state.records.values():
        fits = record.kind == kind and client in ("", record.client)
        if fits and worker in ("", record.worker):
            ids.setdefault(record.id)
    return [found for each in ids if (found := record_of(state, each)) is not None]


def open_records(state: State) -> list[Record]:
    """All that has not ended, whatever it is."""
    rows = state.store.all("SELECT id FROM record WHERE open = 1 ORDER BY created_ms, id")
    return [found for (each,) in rows if (found := record_of(state, each)) is not None]


def trim(state: State) -> None:
    """Between turns: a limit on everything."""
    if len(state.records) > MAX_RECORDS:
        state.records.clear()


def facts_about_client(state: State, client_id: str) -> dict[str, Any]:
    """What rules/directory.py ClientFacts asks of the registers, as JSON: no names, no numbers."""
    assessed = [r for r in records_of(state, "assessment", client_id) if r.state != ENDED]
    newest = assessed[-1] if assessed else None
    fields = newest.fields if newest is not None else {}
    contacts = [r for r in records_of(state, "contact", client_id) if r.state == "current"]
    row = state.store.one("SELECT must_not_be_left FROM client WHERE id = ?", (client_id,))
    by_column = bool(row[0]) if row is not None else False
    visited = state.store.one(
        "SELECT 1 FROM visit WHERE client = ? AND phase = 'closed' LIMIT 1", (client_id,)
    )
    return {
        "assessment": assessment_of(newest),
        "assessed_by": len([n for n in str(fields.get("assessors", "")).split(",") if n.strip()]),
        "way_in": str(fields.get("way_in", "")),
        "contacts": sorted({str(record.fields.get("sort", "")) for record in contacts} - {""}),
        "must_not_be_left": by_column or bool(fields.get("must_not_be_left")),
        "known": visited is not None,
    }


def assessment_of(record: Record | None) -> str:
    """ "" | written | signed | due | significant, the gravest that holds (CT-3, SU-review)."""
    if record is None:
        return ""
    if record.fields.get("significant") and not record.fields.get("dealt"):
        return "significant"
    if record.state == "written":
        return "written"
    return "due" if "incident_ms" in record.fields or "review" in record.late else "signed"


def facts_about_worker(
    state: State, worker_id: str, policy: Policy | None = None
) -> dict[str, bool]:
    """What rules/directory.py WorkerFacts asks of the registers. `policy`: whose text it is that
    she must have read (CT-10); without it any that she has signed counts."""
    person = state.people.get(worker_id)
    terms = "" if policy is None else f"{policy.id}@{policy.version}"
    signed = [r for r in records_of(state, "acceptance", worker=worker_id) if r.state == "signed"]
    inducted = records_of(state, "induction", worker=worker_id)
    barred = records_of(state, "fitness", worker=worker_id)
    kin = records_of(state, "next-of-kin", worker=worker_id)
    return {
        "inducted": bool(inducted) and inducted[-1].state == "done",
        "accepted": any(terms in ("", r.terms) and "review" not in r.late for r in signed),
        "fit": not any(record.state == "barred" for record in barred),
        "own_mobile": person is not None and bool(person.own_mobile and person.own_mobile_consent),
        "next_of_kin": any(record.state == "current" for record in kin),
    }
