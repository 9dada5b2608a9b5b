"""The running procedure as it stands (policy show), and drills (SU-drill)."""

from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request, Response

from hub.policy import show as paper
from hub.web.asking import Asker, asker, desk_of, from_our_page, posted
from hub.web.desk import Desk
from hub.web.pages import page
from hub.web.routes.giving import give, one_form
from hub.web.views import drills
from hub.web.views.scene import Scene

router = APIRouter()
DRILLS_SHOWN = 100


@router.get("/policy")
def procedure(request: Request, who: Asker = Depends(asker)) -> Response:
    """Each rule with its clause and paragraph; the same words as `allswell policy show`."""
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    text = paper.html(paper.paper(scene.policy))
    return page(request, "policy.html", who, scene, paper=text, policy=scene.policy)


def _rows(desk: Desk, scene: Scene) -> tuple[drills.DrillRow, ...]:
    live = desk.reader.records("drill")
    ended = desk.reader.records("drill", ended=True, limit=DRILLS_SHOWN)
    return drills.rows(scene, (*live, *ended))


@router.get("/drills")
def show(request: Request, who: Asker = Depends(asker)) -> Response:
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    return page(
        request, "drills.html", who, scene, form=drills.form(scene), drills=_rows(desk, scene)
    )


@router.post("/drills")
def start(
    request: Request,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    """DRILL stands on its pages. A press is never one: it raises a real alarm all the same."""
    desk = desk_of(request)
    scene = desk.scene(who.person.id)
    given = give(desk, who, scene, drills.form(scene), typed, None, drills.at_random)
    return one_form(request, who, scene, "drills.html", given, "/drills", "The drill has begun",
                    drills=_rows(desk, scene))  # fmt: skip
