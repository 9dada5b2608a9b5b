"""The whereabouts board, on a desk and on the wall; the pendants; the fragments both refetch."""

from fastapi import APIRouter, Depends, Request, Response

from hub.web.asking import Asker, asker, desk_of
from hub.web.pages import fragment, page
from hub.web.views import away, pendants
from hub.web.views.board import board

router = APIRouter()


@router.get("/")
def show(request: Request, who: Asker = Depends(asker)) -> Response:
    scene = desk_of(request).scene(who.person.id)
    return page(request, "board.html", who, scene, board=board(scene), away=away.rows(scene))


@router.get("/wall")
def wall(request: Request, who: Asker = Depends(asker)) -> Response:
    """The same board in letters for three metres."""
    scene = desk_of(request).scene(who.person.id)
    return page(
        request, "board.html", who, scene, board=board(scene), away=away.rows(scene), wall=True
    )


@router.get("/fragments/top")
def top(request: Request, who: Asker = Depends(asker)) -> Response:
    return fragment("_top.html", who, desk_of(request).scene(who.person.id))


@router.get("/fragments/board")
def rows(request: Request, who: Asker = Depends(asker)) -> Response:
    scene = desk_of(request).scene(who.person.id)
    return fragment("_board.html", who, scene, board=board(scene), away=away.rows(scene))


@router.get("/pendants")
def pendant_list(request: Request, who: Asker = Depends(asker)) -> Response:
    scene = desk_of(request).scene(who.person.id)
    return page(request, "pendants.html", who, scene, pendants=pendants.rows(scene))


@router.get("/fragments/pendants")
def pendant_rows(request: Request, who: Asker = Depends(asker)) -> Response:
    scene = desk_of(request).scene(who.person.id)
    return fragment("_pendants.html", who, scene, pendants=pendants.rows(scene))
