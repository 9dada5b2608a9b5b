"""`/api/v1`: the same commands and the same views as the pages, as JSON.

A browser's session needs its CSRF token in the header X-CSRF-Token; a program logs in at
`/api/v1/login` and sends `Authorization: Bearer`.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse

from hub.rules import form
from hub.web import api_models as m
from hub.web.asking import Asker, asker, desk_of, from_our_script
from hub.web.routes import login
from hub.web.routes.alarm import find as find_alarm
from hub.web.routes.visit import find as find_visit
from hub.web.views.alarm import banner
from hub.web.views.board import board
from hub.web.views.head import head
from hub.web.views.log import log_items
from hub.web.views.scene import as_she_felt_it

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]  # as JSON is


@router.post("/login", response_model=m.Token)
def log_in(request: Request, body: m.LogIn) -> m.Token:
    """A bearer token for a program."""
    desk = desk_of(request)
    person, said = login.check(desk, body.name, body.password, login.address(request))
    if person is None:
        raise HTTPException(429 if said != login.WRONG else 401, said)
    token, _ = desk.sessions.open(person.id, "token")
    return m.Token(token=token, person=person.id, name=person.name)


@router.post("/logout")
def log_out(request: Request, who: Asker = Depends(from_our_script)) -> Json:
    """The token is worth nothing afterwards."""
    desk_of(request).sessions.close_one(who.session)
    return {"ok": True}


@router.get("/board")
def get_board(request: Request, who: Asker = Depends(asker)) -> Json:
    """The board as the page shows it, with its notices and alarms."""
    scene = desk_of(request).scene(who.person.id)
    top = head(scene)
    return {
        "now_ms": scene.now_ms,
        "simulation": scene.simulation,
        "engine_age_ms": scene.engine_age_ms,
        "notices": [notice.text for notice in top.notices],
        "on_duty": {role: list(people) for role, people in scene.duty.items()},
        "groups": [asdict(group) for group in board(scene).groups],
        "alarms": [asdict(shown) for shown in top.banners],
    }


@router.get("/alarms")
def get_alarms(request: Request, who: Asker = Depends(asker)) -> list[Json]:
    """Every open alarm that this person may know of, the most dangerous first."""
    scene = desk_of(request).scene(who.person.id)
    return [form.dump(a) | {"words": asdict(banner(scene, a))} for a in scene.alarms]


@router.get("/alarms/{alarm_id}")
def get_alarm(request: Request, alarm_id: str, who: Asker = Depends(asker)) -> Json:
    desk = desk_of(request)
    alarm, _, scene = find_alarm(desk, alarm_id, who)
    desk.looked(who.person, alarm.visit, alarm_id)
    return form.dump(alarm) | {"words": asdict(banner(scene, alarm))}


@router.get("/visits/{visit_id}")
def get_visit(request: Request, visit_id: str, who: Asker = Depends(asker)) -> Json:
    """The visit's state, and its log as sentences."""
    desk = desk_of(request)
    visit = find_visit(desk, visit_id)
    desk.looked(who.person, visit_id)
    scene = desk.scene(who.person.id, visit)
    log = log_items(scene, desk.reader.visit_log(visit_id))
    felt = as_she_felt_it(visit, who.person.id)
    return form.dump(felt) | {"log": [asdict(line) for line in log]}


Commanded = m.Body | m.WriteRecord


def _answer(request: Request, who: Asker, kind: str, body: Commanded, **about: str) -> JSONResponse:
    """Ask the engine; 409 with the reason when it was refused."""
    version = getattr(body, "version", None)
    answer = desk_of(request).ask(kind, who.person.id, {**body.facts(), **about}, version)
    done = m.Done(ok=answer.ok, reason=answer.reason, id=answer.id, clause=answer.clause,
                  shown=answer.shown)  # fmt: skip
    return JSONResponse(done.model_dump(), 200 if answer.ok else 409)


# Commands that stand alone: path -> (command, model).
OWN: dict[str, tuple[str, type[Commanded]]] = {
    "visits": ("plan_visit", m.PlanVisit),
    "duty": ("take_duty", m.TakeDuty),
    "danger": ("report_danger", m.Danger),  # of anybody, on a visit or not (HM-7.3)
    "record_answer": ("record_answer", m.RecordAnswer),
    "start_drill": ("start_drill", m.StartDrill),
    "write_record": ("write_record", m.WriteRecord),
}
ALARM_COMMANDS: dict[str, type[m.Body]] = {
    "record_contact": m.AlarmContact,
    "do_task": m.DoTask,
    "waive_task": m.WaiveTask,
    "choose_case": m.ChooseCase,
    "resolve": m.Resolve,
}
VISIT_COMMANDS: dict[str, type[m.Body]] = {
    "start_out": m.AboutVisit,
    "agree_tracking": m.Noted,
    "check_risk": m.CheckRisk,
    "confirm_arrival": m.ConfirmArrival,
    "refuse_entry": m.Noted,
    "record_contact": m.RecordContact,
    "stand_down": m.Told,
    "carry_on": m.CarryOn,
    "abandon": m.Told,
    "extend": m.Extend,
    "confirm_departure": m.ConfirmDeparture,
    "confirm_home": m.Told,
    "cancel": m.Noted,
    "reschedule": m.Reschedule,
    "rebase": m.Rebase,
    "relief_came": m.Noted,
    "report_signs": m.Noted,
    "name_tracker": m.NameTracker,
    "set_coverage": m.SetCoverage,
    "report_danger": m.ReportDanger,
}
Give = Callable[..., JSONResponse]


def _own(kind: str) -> Give:
    def give(
        request: Request, body: Commanded, who: Asker = Depends(from_our_script)
    ) -> JSONResponse:
        return _answer(request, who, kind, body)

    return give


def _of_visit(kind: str) -> Give:
    def give(
        request: Request, visit_id: str, body: m.Body, who: Asker = Depends(from_our_script)
    ) -> JSONResponse:
        find_visit(desk_of(request), visit_id)
        return _answer(request, who, kind, body, visit=visit_id)

    return give


def _of_alarm(kind: str) -> Give:
    def give(
        request: Request, alarm_id: str, body: m.Body, who: Asker = Depends(from_our_script)
    ) -> JSONResponse:
        find_alarm(desk_of(request), alarm_id, who)
        return _answer(request, who, kind, body, alarm=alarm_id)

    return give


def _acknowledge(
    request: Request, alarm_id: str, who: Asker = Depends(from_our_script)
) -> JSONResponse:
    """A lease, not the end; it has nothing to say, and nobody should have to say nothing."""
    find_alarm(desk_of(request), alarm_id, who)
    return _answer(request, who, "acknowledge", m.Body(), alarm=alarm_id)


def _route(path: str, kind: str, model: type[Commanded], give: Give) -> None:
    """The models differ, the routes do not."""
    give.__annotations__["body"] = model
    router.add_api_route(path, give, methods=["POST"], response_model=m.Done, name=kind)


for _path, (_kind, _model) in OWN.items():
    _route(f"/{_path}", _kind, _model, _own(_kind))
for _kind, _body in VISIT_COMMANDS.items():
    _route(f"/visits/{{visit_id}}/{_kind}", _kind, _body, _of_visit(_kind))
for _kind, _body in ALARM_COMMANDS.items():
    _route(f"/alarms/{{alarm_id}}/{_kind}", _kind, _body, _of_alarm(_kind))
router.add_api_route(
    "/alarms/{alarm_id}/acknowledge",
    _acknowledge,
    methods=["POST"],
    response_model=m.Done,
    name="acknowledge",
)
