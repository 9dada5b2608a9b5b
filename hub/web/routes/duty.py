"""Who is on duty, taking and handing back; colleagues' numbers (HM-7.2); danger told by phone."""

from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request, Response

from hub.web.asking import Asker, asker, desk_of, from_our_page, posted
from hub.web.pages import page
from hub.web.routes.giving import give, one_form
from hub.web.views import duty

router = APIRouter()


@router.get("/duty")
def show(request: Request, who: Asker = Depends(asker)) -> Response:
    scene = desk_of(request).scene(who.person.id)
    return page(request, "duty.html", who, scene, form=duty.duty(scene),
                roles=duty.rows(scene), numbers=duty.numbers(scene))  # fmt: skip


@router.post("/duty")
def do(
    request: Request,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    given = give(desk, who, scene, duty.duty(scene), typed)
    return one_form(request, who, scene, "duty.html", given, "/duty", "Recorded",
                    roles=duty.rows(scene), numbers=duty.numbers(scene))  # fmt: skip


@router.get("/danger")
def ask_danger(request: Request, who: Asker = Depends(asker)) -> Response:
    scene = desk_of(request).scene(who.person.id)
    return page(request, "danger.html", who, scene, form=duty.danger(scene))


@router.post("/danger")
def report_danger(
    request: Request,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    """Of anybody, wherever she is. Where it leads says no more than that it was done: she may be
    the one who is looking."""
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    given = give(desk, who, scene, duty.danger(scene), typed)
    return one_form(request, who, scene, "danger.html", given, "/", "Recorded")
