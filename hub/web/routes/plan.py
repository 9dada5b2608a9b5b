"""Planning: a visit, an unplanned one told by phone, a meeting, a day out, a building alone;
and the week that comes of it, on paper."""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from hub.web.asking import Asker, asker, desk_of, from_our_page, posted
from hub.web.pages import page
from hub.web.routes.giving import give, one_form
from hub.web.views import planning, week
from hub.web.views.fields import Reading
from hub.web.views.scene import Scene

router = APIRouter()


def _kind(request: Request) -> str:
    wanted = request.query_params.get("kind", "visit")
    return wanted if wanted in planning.KINDS else "visit"


@router.get("/plan")
def form(request: Request, who: Asker = Depends(asker)) -> Response:
    scene = desk_of(request).scene(who.person.id)
    kind = _kind(request)
    shown = planning.plan(scene, kind, request.query_params.get("worker", ""))
    return page(request, "plan.html", who, scene, form=shown, kind=kind,
                kinds=planning.KINDS)  # fmt: skip


@router.post("/plan")
def do(
    request: Request,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    """An entry, or why there is none, with everything that was typed."""
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    kind = _kind(request)
    given = give(desk, who, scene, planning.plan(scene, kind), typed, None,
                 lambda asked: _complete(asked, scene))  # fmt: skip
    url = f"/visits/{given.answer.id}" if given.answer.id else "/"
    return one_form(request, who, scene, "plan.html", given, url, "Planned", kind=kind,
                    kinds=planning.KINDS)  # fmt: skip


@router.get("/week/{worker}")
def week_of(request: Request, worker: str, who: Asker = Depends(asker)) -> Response:
    """With clients' addresses: each look is on the record (P8)."""
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    if worker not in scene.people:
        raise HTTPException(404)
    desk.looked(who.person, worker=worker)
    return page(request, "week.html", who, scene, week=week.week(scene, worker))


def _complete(asked: Reading, scene: Scene) -> Reading:
    """The client's own area where none was typed."""
    asked = planning.in_order(asked, scene.now_ms)
    client = scene.clients.get(str(asked.data.get("client", "")))
    if client is None or asked.data.get("area"):
        return asked
    return replace(asked, data={**asked.data, "area": client.area})
