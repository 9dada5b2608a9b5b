"""Alarms: acknowledge (a lease), record an attempt, resolve, and what to read to 999."""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from hub.rules.model import Alarm, Visit
from hub.web.asking import Asker, asker, desk_of, from_our_page, next_url, posted
from hub.web.desk import Desk
from hub.web.pages import fragment, page
from hub.web.routes.giving import after, give
from hub.web.views import alarm_page, fields, reach
from hub.web.views.alarm_page import AlarmPage
from hub.web.views.fields import Form
from hub.web.views.scene import Scene, concerns

router = APIRouter()
PIECES = {"steps": "_tasks.html", "told": "_alarm_told.html", "log": "_log.html"}


def find(desk: Desk, alarm_id: str, who: Asker) -> tuple[Alarm, Visit | None, Scene]:
    """The alarm, its visit, and the scene. For her own eyes a silent one does not exist (P2)."""
    alarm = desk.reader.alarm(alarm_id)
    if alarm is None:
        raise HTTPException(404)
    if alarm.silent and alarm.state != "resolved" and concerns(alarm, who.person.id):
        raise HTTPException(404)
    visit = desk.reader.visit(alarm.visit) if alarm.visit else None
    return alarm, visit, desk.scene(who.person.id, visit, visit.client if visit else "")


def view_of(desk: Desk, alarm: Alarm, visit: Visit | None, scene: Scene) -> alarm_page.AlarmPage:
    """The page's words."""
    pages, log = desk.reader.pages(alarm.id), desk.reader.alarm_log(alarm.id)
    return alarm_page.page(scene, alarm, visit, pages, log)


@router.get("/alarms/{alarm_id}")
def show(request: Request, alarm_id: str, who: Asker = Depends(asker)) -> Response:
    desk = desk_of(request)
    alarm, visit, scene = find(desk, alarm_id, who)
    desk.looked(who.person, alarm.visit, alarm_id)
    return _page(request, who, scene, view_of(desk, alarm, visit, scene))


@router.get("/fragments/alarm/{alarm_id}")
def status(request: Request, alarm_id: str, who: Asker = Depends(asker)) -> Response:
    desk = desk_of(request)
    alarm, visit, scene = find(desk, alarm_id, who)
    return fragment("_alarm_status.html", who, scene, alarm=view_of(desk, alarm, visit, scene))


@router.get("/fragments/alarm/{alarm_id}/{piece}")
def piece_of(request: Request, alarm_id: str, piece: str, who: Asker = Depends(asker)) -> Response:
    """What is still to be done, who was told, or what happened: as somebody else changed it."""
    if piece not in PIECES:
        raise HTTPException(404)
    desk = desk_of(request)
    alarm, visit, scene = find(desk, alarm_id, who)
    shown = view_of(desk, alarm, visit, scene)
    return fragment(PIECES[piece], who, scene, alarm=shown, **_log_of(shown))


@router.get("/alarms/{alarm_id}/999")
def emergency(request: Request, alarm_id: str, who: Asker = Depends(asker)) -> Response:
    desk = desk_of(request)
    alarm, visit, scene = find(desk, alarm_id, who)
    desk.looked(who.person, alarm.visit, alarm_id)
    told = alarm_page.emergency(scene, alarm, visit)
    return page(request, "emergency.html", who, scene, told=told)


@router.post("/alarms/{alarm_id}/acknowledge")
def acknowledge(
    request: Request,
    alarm_id: str,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    """No version: taking an alarm is never refused for an old page."""
    desk = desk_of(request)
    alarm, visit, scene = find(desk, alarm_id, who)
    answer = desk.ask("acknowledge", who.person.id, {"alarm": alarm_id})
    if answer.ok:
        return RedirectResponse(next_url(typed.get("back", "/")), 303)
    alarm, visit, scene = find(desk, alarm_id, who)
    shown = view_of(desk, alarm, visit, scene)
    return _page(request, who, scene, shown, 409, refused=answer.reason)


@router.post("/alarms/{alarm_id}/{kind}")
def do(
    request: Request,
    alarm_id: str,
    kind: str,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    """Record an attempt, choose the case, or resolve."""
    return _give(request, alarm_id, f"/alarms/{alarm_id}/{kind}", who, typed)


@router.post("/alarms/{alarm_id}/{kind}/{task}")
def do_task(
    request: Request,
    alarm_id: str,
    kind: str,
    task: str,
    who: Asker = Depends(from_our_page),
    typed: Mapping[str, str] = Depends(posted),
) -> Response:
    """Tick a task off, or say why it is not needed."""
    return _give(request, alarm_id, f"/alarms/{alarm_id}/{kind}/{task}", who, typed)


def _give(
    request: Request, alarm_id: str, url: str, who: Asker, typed: Mapping[str, str]
) -> Response:
    """The form of the page that posts to this address."""
    desk = desk_of(request)
    alarm, visit, scene = find(desk, alarm_id, who)
    known = {form.url: form for form in alarm_page.every_form(scene, alarm, visit)}
    if url not in known:
        raise HTTPException(404)
    form = known[url]
    prepare = reach.read if form.kind == "record_contact" else fields.as_it_is
    given = give(desk, who, scene.of(visit), form, typed, None, prepare)
    if given.done:
        return after(given, f"/alarms/{alarm_id}")
    return _with_form(request, who, alarm_id, given.form, given.status)


def _with_form(request: Request, who: Asker, alarm_id: str, form: Form, status: int) -> Response:
    """The page again with what was typed; the alarm as it is now."""
    desk = desk_of(request)
    alarm, visit, scene = find(desk, alarm_id, who)
    shown = view_of(desk, alarm, visit, scene)
    # What was typed stays; what the page knew of her presses is now what this page shows.
    now = tuple(
        replace(f, value=str(len(alarm.presses))) if f.kind == "hidden" else f for f in form.fields
    )
    form = replace(form, fields=now)
    shown = alarm_page.with_form(shown, form)
    return _page(request, who, scene, shown, status)


def _page(
    request: Request,
    who: Asker,
    scene: Scene,
    shown: AlarmPage,
    status: int = 200,
    refused: str = "",
) -> Response:
    return page(request, "alarm.html", who, scene, status, alarm=shown, refused=refused,
                **_log_of(shown))  # fmt: skip


def _log_of(shown: AlarmPage) -> dict[str, object]:
    url = f"/fragments/alarm/{shown.banner.id}/log"
    return {"log": shown.log, "url": url, "topics": "board"}
