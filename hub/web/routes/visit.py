"""One visit: its page, and a form for each command about it."""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from hub.rules.model import Part, Visit
from hub.web.asking import Asker, asker, desk_of, from_our_page, posted
from hub.web.desk import Desk
from hub.web.pages import fragment, page
from hub.web.routes.giving import after, give
from hub.web.views import fields, offered, reach
from hub.web.views import visit as view
from hub.web.views.log import log_items
from hub.web.views.scene import Scene

router = APIRouter()


def find(desk: Desk, visit_id: str) -> Visit:
    """The visit, or 404."""
    visit = desk.reader.visit(visit_id)
    if visit is None:
        raise HTTPException(404)
    return visit


@router.get("/visits/{visit_id}")
def show(request: Request, visit_id: str, who: Asker = Depends(asker)) -> Response:
    desk = desk_of(request)
    visit = find(desk, visit_id)
    desk.looked(who.person, visit_id)
    scene = desk.scene(who.person.id, visit)
    wanted = request.query_params.get("do", "")
    part = visit.part(request.query_params.get("worker", "")) or visit.parts[0]
    if wanted in offered.MAKERS and part.phase not in ("closed", "cancelled"):
        form = offered.form(scene, visit, part, wanted)
        return _page(request, who, scene, visit, part, form)
    return _page(request, who, scene, visit)


@router.get("/fragments/visit/{visit_id}")
def status(request: Request, visit_id: str, who: Asker = Depends(asker)) -> Response:
    """The rows of the visit, without its forms."""
    desk = desk_of(request)
    visit = find(desk, visit_id)
    scene = desk.scene(who.person.id, visit)
    return fragment("_visit.html", who, scene, visit=view.page(scene, visit, ()))


@router.get("/fragments/visit/{visit_id}/log")
def log(request: Request, visit_id: str, who: Asker = Depends(asker)) -> Response:
    desk = desk_of(request)
    visit = find(desk, visit_id)
    scene = desk.scene(who.person.id, visit)
    rows = desk.reader.visit_log(visit_id)
    return fragment("_log.html", who, scene, log=log_items(scene, rows), **_live_log(visit_id))


@router.post("/visits/{visit_id}/{kind}")
def do(
    request: Request,
    visit_id: str,
    kind: str,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    """One command: read the form, ask the engine, go back to the page."""
    if kind not in offered.MAKERS:
        raise HTTPException(404)
    desk = desk_of(request)
    visit = find(desk, visit_id)
    scene = desk.scene(who.person.id, visit)
    part = visit.part(typed.get("worker", "")) or visit.parts[0]
    form = offered.form(scene, visit, part, kind)
    prepare = reach.read if kind == "record_contact" else fields.as_it_is
    # What may let it pass stands in the procedure that refuses: to leave one, that is today's.
    words = scene if kind == "rebase" else scene.of(visit)
    given = give(desk, who, words, form, typed, version_of(typed), prepare)
    if given.done:
        return after(given, f"/visits/{visit_id}")
    shown = given.form
    if shown.refused:
        # What the engine saw may be newer than what was read above.
        visit = find(desk, visit_id)
        scene = desk.scene(who.person.id, visit)
        shown = replace(shown, version=visit.version)
    return _page(request, who, scene, visit, visit.part(part.worker) or part, shown, given.status)


def version_of(typed: Mapping[str, str]) -> int | None:
    """Of the page that was looked at: a stale page is told so by the engine."""
    given = typed.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _page(
    request: Request,
    who: Asker,
    scene: Scene,
    visit: Visit,
    part: Part | None = None,
    form: fields.Form | None = None,
    status: int = 200,
) -> Response:
    """The page; `form` is the one that was refused or wrong, with what was typed in it."""
    rows = desk_of(request).reader.visit_log(visit.id)
    shown = view.page(scene, visit, rows)
    if form is not None and part is not None:
        shown = view.with_form(shown, part.worker, form)
    return page(request, "visit.html", who, scene, status, visit=shown, log=shown.log,
                **_live_log(visit.id))  # fmt: skip


def _live_log(visit_id: str) -> dict[str, str]:
    url = f"/fragments/visit/{visit_id}/log"
    return {"url": url, "topics": f"board visit:{visit_id}"}
