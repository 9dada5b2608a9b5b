"""`/api/v1/registers` and `/api/v1/records`: what is kept, and what can be done with it, as JSON.

Rule: what is closed to a viewer does not exist for her; opening a record is a look on the record
(P8); a code comes only as the answer to the verb `show_code` (CT-4.4).
"""

from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request

from hub.registers.declare import WHO, Register
from hub.registers.kinds import REGISTERS, meaning
from hub.rules import form
from hub.web.asking import Asker, asker, desk_of
from hub.web.views.registers import may_read

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]  # as JSON is


@router.get("/registers")
def get_registers(who: Asker = Depends(asker)) -> list[Json]:
    """What each register takes: fields with their types, verbs with what they need."""
    return [declared(register) for register in REGISTERS.values()]


def declared(register: Register) -> Json:
    return {
        "kind": register.kind,
        "title": register.title,
        "meaning": meaning(register.kind),
        "about": register.about,
        "closed": register.closed,
        "states": dict(register.states),
        "fields": [
            {"name": f.name, "label": f.label, "type": f.type, "choices": dict(f.choices)}
            for f in register.fields
        ],
        "verbs": [
            {
                "name": verb.name,
                "label": verb.label,
                "from": list(verb.starts),
                "to": verb.to,
                "needs": list(verb.needs),
                "takes": list(verb.takes),
                "who": WHO[verb.who],
            }
            for verb in register.verbs
        ],
    }


@router.get("/registers/{register}")
def get_records(
    request: Request, register: str, ended: bool = False, who: Asker = Depends(asker)
) -> list[Json]:
    """The records of a register that this person may read, newest first."""
    known = REGISTERS.get(register)
    if known is None:
        raise HTTPException(404, f"There is no register {register[:40]!r}.")
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    found = [
        record
        for record in desk.reader.records(known.kind, ended)
        if may_read(scene, known, record)
    ]  # fmt: skip
    for worker in {record.worker for record in found if known.closed}:
        desk.looked(who.person, worker=worker)
    return [form.dump(record) for record in found]


@router.get("/records/{record}")
def get_record(request: Request, record: str, who: Asker = Depends(asker)) -> Json:
    desk = desk_of(request)
    found, scene = desk.reader.record(record), desk.scene(who.person.id)
    if found is None or not may_read(scene, REGISTERS[found.kind], found):
        raise HTTPException(404, f"There is no record {record[:40]!r}.")
    desk.looked(who.person, worker=found.worker)
    return form.dump(found)
