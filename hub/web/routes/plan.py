"""Planning a visit."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from hub.rules.model import Value
from hub.web.asking import Asker, asker, desk_of, from_our_page, posted
from hub.web.pages import page
from hub.web.views import fields, planning

router = APIRouter()


@router.get("/plan")
def form(request: Request, who: Asker = Depends(asker)) -> Response:
    scene = desk_of(request).scene(who.person.id)
    return page(request, "plan.html", who, scene, form=planning.plan(scene))


@router.post("/plan")
def do(
    request: Request,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    """A visit, or why there is none, with everything that was typed."""
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    asked = fields.read(planning.plan(scene), typed, scene.now_ms, scene.zone)
    asked = planning.in_order(asked, scene.now_ms)
    if not asked.ok:
        return page(request, "plan.html", who, scene, 422, form=asked.form)
    given: dict[str, Value] = dict(asked.data)
    client = scene.clients.get(str(given["client"]))
    if client is not None:
        given.setdefault("area", client.area)
    answer = desk.ask("plan_visit", who.person.id, given)
    if not answer.ok:
        form = replace(asked.form, refused=answer.reason)
        return page(request, "plan.html", who, scene, 409, form=form)
    url = f"/visits/{answer.id}" if answer.id else "/"
    return RedirectResponse(f"{url}?done={quote('Planned')}", 303)
