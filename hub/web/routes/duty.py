"""Who is on duty, taking and handing back; colleagues' numbers (HM-7.2); danger told by phone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from hub.web.asking import Asker, asker, desk_of, from_our_page, posted
from hub.web.pages import page
from hub.web.views import fields, planning
from hub.web.views.fields import Form
from hub.web.views.scene import Scene

router = APIRouter()


@dataclass(frozen=True, slots=True)
class RoleRow:
    id: str
    name: str
    holders: tuple[str, ...]
    mine: bool


@router.get("/duty")
def show(request: Request, who: Asker = Depends(asker)) -> Response:
    scene = desk_of(request).scene(who.person.id)
    return _page(request, who, scene, planning.duty(scene))


@router.post("/duty")
def do(
    request: Request,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    asked = fields.read(planning.duty(scene), typed, scene.now_ms, scene.zone)
    if not asked.ok:
        return _page(request, who, scene, asked.form, 422)
    answer = desk.ask("take_duty", who.person.id, asked.data)
    if not answer.ok:
        return _page(request, who, scene, replace(asked.form, refused=answer.reason), 409)
    return RedirectResponse(f"/duty?done={quote('Recorded')}", 303)


@router.get("/danger")
def ask_danger(request: Request, who: Asker = Depends(asker)) -> Response:
    scene = desk_of(request).scene(who.person.id)
    return page(request, "danger.html", who, scene, form=planning.danger(scene))


@router.post("/danger")
def report_danger(
    request: Request,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    """Of anybody, wherever she is."""
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    asked = fields.read(planning.danger(scene), typed, scene.now_ms, scene.zone)
    if not asked.ok:
        return page(request, "danger.html", who, scene, 422, form=asked.form)
    answer = desk.ask("report_danger", who.person.id, asked.data)
    if not answer.ok:
        form = replace(asked.form, refused=answer.reason)
        return page(request, "danger.html", who, scene, 409, form=form)
    return RedirectResponse("/", 303)


def _page(request: Request, who: Asker, scene: Scene, form: Form, status: int = 200) -> Response:
    rows = [
        RoleRow(
            role,
            scene.role_name(role),
            tuple(scene.person_name(person) for person in scene.duty.get(role, ())),
            who.person.id in scene.duty.get(role, ()),
        )
        for role in planning.roles(scene)
    ]
    numbers = [(p.name, ", ".join(p.phones)) for p in scene.people.values() if p.active]
    return page(request, "duty.html", who, scene, status, form=form, roles=rows, numbers=numbers)
