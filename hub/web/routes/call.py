"""The call screens: who is calling, the phrase, the script and its answers (HM-5.1, SU-false).

Rule: no address is on these pages; what is recorded here changes nothing on her side.
"""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from hub.web.asking import Asker, asker, desk_of, from_our_page, posted
from hub.web.desk import Desk
from hub.web.pages import page
from hub.web.routes.giving import after, give
from hub.web.views import calling, fields, reach
from hub.web.views.calling import CallPage
from hub.web.views.fields import Form
from hub.web.views.scene import Scene

router = APIRouter()


def _scene(desk: Desk, worker: str, who: Asker) -> Scene:
    """The scene, or 404 for somebody whom the hub does not know."""
    scene = desk.scene(who.person.id)
    if worker not in scene.people:
        raise HTTPException(404)
    return scene


def _shown(request: Request, scene: Scene, worker: str) -> CallPage:
    asked = request.query_params
    return calling.page(scene, worker, asked.get("script", ""), asked.get("heard", ""))


@router.get("/call")
def who_calls(request: Request, who: Asker = Depends(asker)) -> Response:
    """Whoever answers the phone: the phrase, and everybody who may be calling."""
    scene = desk_of(request).scene(who.person.id)
    return page(request, "calls.html", who, scene, phrases=calling.phrases(scene),
                groups=calling.callers(scene))  # fmt: skip


@router.get("/call/{worker}")
def show(request: Request, worker: str, who: Asker = Depends(asker)) -> Response:
    desk = desk_of(request)
    scene = _scene(desk, worker, who)
    found = calling.running(scene, worker)
    desk.looked(who.person, visit=found[0].id if found else "", worker=worker)
    return page(request, "call.html", who, scene, call=_shown(request, scene, worker))


@router.post("/call/{worker}/{kind}")
def do(
    request: Request,
    worker: str,
    kind: str,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    """Record an attempt, an answer of the script, or that the phrase was said."""
    desk = desk_of(request)
    scene = _scene(desk, worker, who)
    asked = request.query_params
    shown = calling.page(scene, worker, asked.get("script", ""), typed.get("so_far", ""))
    form = next((each for each in calling.forms(shown) if each.kind == kind), None)
    if form is None:
        raise HTTPException(404)
    prepare = reach.read if kind == "record_contact" else fields.as_it_is
    given = give(desk, who, scene, form, typed, None, prepare)
    if not given.done:
        again = with_form(_shown(request, desk.scene(who.person.id), worker), given.form)
        return page(request, "call.html", who, scene, given.status, call=again)
    url = shown.url
    if kind == "record_answer" and shown.script is not None:
        heard = ",".join(filter(None, [typed.get("so_far", ""), typed.get("answer", "")]))
        url = f"{shown.script.url}&heard={heard}"
    return after(given, url, "Recorded")


def with_form(shown: CallPage, form: Form) -> CallPage:
    """The page with what was refused or wrong."""
    if form.kind == "record_contact":
        return replace(shown, call=form)
    if form.kind == "report_danger":
        return replace(shown, raise_form=form)
    if shown.script is None:
        return shown
    lines = tuple(replace(line, form=form) if line.form else line for line in shown.script.lines)
    return replace(shown, script=replace(shown.script, lines=lines))
