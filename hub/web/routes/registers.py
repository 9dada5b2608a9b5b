"""Registers: what is kept, signed and reviewed. Pages and forms from hub/registers' declarations.

Rule: whoever opens a record is on the record (P8); an entry code is shown once, after a click, and
stands in no list, no address of a page and no log (CT-4.4).
"""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from hub.registers.declare import NEW, Register, Verb
from hub.registers.kinds import REGISTERS
from hub.rules.model import Record
from hub.web.asking import Asker, asker, desk_of, from_our_page, posted
from hub.web.desk import Desk
from hub.web.pages import page
from hub.web.routes.giving import after, give, one_form
from hub.web.routes.visit import version_of
from hub.web.views import registers as view
from hub.web.views.record_forms import form_of
from hub.web.views.scene import Scene

router = APIRouter()


def _register(kind: str) -> Register:
    if kind not in REGISTERS:
        raise HTTPException(404)
    return REGISTERS[kind]


def _beginning(register: Register, name: str) -> Verb:
    """A verb that begins a record; the first one where none is named."""
    ways = {verb.name: verb for verb in register.verbs_in(NEW)}
    if register.automatic or not ways or (name and name not in ways):
        raise HTTPException(404)
    return ways[name] if name else next(iter(ways.values()))


def _record(desk: Desk, record_id: str, scene: Scene) -> Record:
    """The record, or 404; what is closed to this viewer does not exist."""
    record = desk.reader.record(record_id)
    if record is None or not view.may_read(scene, REGISTERS[record.kind], record):
        raise HTTPException(404)
    return record


@router.get("/registers")
def overview(request: Request, who: Asker = Depends(asker)) -> Response:
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    return page(request, "registers.html", who, scene,
                entries=view.overview(scene, desk.reader.records))  # fmt: skip


@router.get("/registers/{register}")
def listing(request: Request, register: str, who: Asker = Depends(asker)) -> Response:
    desk = desk_of(request)
    known, scene = _register(register), desk.scene(who.person.id)
    ended = desk.reader.records(known.kind, ended=True, limit=50)
    whom = request.query_params.get("about", "")
    whom = whom if whom in scene.people or whom in scene.clients else ""
    live = desk.reader.records(known.kind)
    shown = view.listing(scene, known.kind, live, ended, whom)
    if known.closed:
        readable = (each for each in (*live, *ended) if view.may_read(scene, known, each))
        for worker in {each.worker for each in readable}:
            desk.looked(who.person, worker=worker)
    return page(request, "register.html", who, scene, register=shown)


@router.get("/registers/{register}/new")
def begin(request: Request, register: str, who: Asker = Depends(asker)) -> Response:
    desk = desk_of(request)
    known, scene = _register(register), desk.scene(who.person.id)
    asked = request.query_params
    verb = _beginning(known, asked.get("verb", ""))
    form = form_of(scene, known, verb, view.row_of(scene, known.kind), None, asked.get("about", ""))
    return page(request, "register_new.html", who, scene, form=form, register=known)


@router.post("/registers/{register}/{verb}")
def write(
    request: Request,
    register: str,
    verb: str,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    desk = desk_of(request)
    known, scene = _register(register), desk.scene(who.person.id)
    form = form_of(scene, known, _beginning(known, verb), view.row_of(scene, known.kind))
    given = give(desk, who, scene, form, typed)
    return one_form(request, who, scene, "register_new.html", given,
                    f"/registers/{known.kind}", "Written down", register=known)  # fmt: skip


@router.get("/records/{record}")
def show(request: Request, record: str, who: Asker = Depends(asker)) -> Response:
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    found = _record(desk, record, scene)
    desk.looked(who.person, worker=found.worker)
    return page(request, "record.html", who, scene, record=view.page(scene, found), code="")


@router.post("/records/{record}/{verb}")
def do(
    request: Request,
    record: str,
    verb: str,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    found = _record(desk, record, scene)
    register = REGISTERS[found.kind]
    known = register.verb_named(verb)
    if known is None:
        raise HTTPException(404)
    form = form_of(scene, register, known, view.row_of(scene, found.kind), found)
    given = give(desk, who, scene, form, typed, version_of(typed))
    if given.done and not given.answer.shown:
        return after(given, f"/records/{record}")
    shown = view.page(scene, desk.reader.record(record) or found)
    if given.done:
        # Not after a redirect like every other answer: it must stand in no address, and nowhere.
        return page(request, "record.html", who, scene, record=shown, code=given.answer.shown)
    rest = tuple(each for each in shown.forms if each.url != given.form.url)
    shown = replace(shown, forms=(given.form, *rest))
    return page(request, "record.html", who, scene, given.status, record=shown, code="")
