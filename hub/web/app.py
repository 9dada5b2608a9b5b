"""`make`: the FastAPI app of one hub. Composition only.

Rule: what a person types or a browser sends can fail only into a page that says what to do.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from hub.clock import Clock, utc_ms
from hub.devices.upkeep import Upkeep
from hub.inbox import Inbox
from hub.policy.model import Policy
from hub.settings import Settings
from hub.store.reader import Reader
from hub.web.asking import Forged, NotLoggedIn
from hub.web.desk import Desk
from hub.web.invitations import Invitations
from hub.web.live import Live
from hub.web.pages import STATIC, plain
from hub.web.passwords import Passwords
from hub.web.routes import (
    alarm,
    api,
    board,
    call,
    duty,
    login,
    papers,
    plan,
    registers,
    registers_api,
    stream,
    visit,
    welcome,
)
from hub.web.sessions import NAME as SESSIONS
from hub.web.sessions import Sessions
from hub.web.shell import Shell

PARTS = (board, visit, alarm, call, plan, duty, registers, papers, login, welcome, stream)
OPENAPI = "/api/openapi.json"


def make(
    reader: Reader,
    inbox: Inbox,
    clock: Clock,
    settings: Settings,
    live: Live,
    policy: Policy,
    fault: Callable[[], str] = lambda: "",
) -> FastAPI:
    """The app of one hub. `live.changed` is for the engine's thread to call after each commit;
    `fault` says why it takes no turn, "" while it does."""
    sessions = Sessions(settings.folder / SESSIONS, utc_ms)
    invitations = Invitations(settings.folder / SESSIONS, utc_ms)
    secure = settings.web.secure_cookie
    desk = Desk(
        reader, inbox, clock, live, sessions, invitations, Passwords(), policy, secure, fault
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        live.shut_down()
        sessions.close()
        invitations.close()

    keys = settings.broker.keys if settings.broker.tls else None
    desk.key_faults = Upkeep(keys, utc_ms).faults
    desk.key_faults()  # once at the start, for the log

    app = FastAPI(
        title="allswell",
        description="The hub's JSON API: the same commands as the pages, for programs.",
        version="1",
        docs_url=None,  # the stock page loads its scripts from elsewhere
        redoc_url=None,
        openapi_url=OPENAPI,
        lifespan=lifespan,
    )
    app.state.desk = desk
    for part in PARTS:
        app.include_router(part.router, include_in_schema=False)
    app.include_router(api.router)
    app.include_router(registers_api.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(NotLoggedIn, _not_logged_in)
    app.add_exception_handler(Forged, _forged)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_middleware(Shell)
    return app


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _not_logged_in(request: Request, _: Exception) -> Response:
    """A page goes to the login and comes back; a fragment or a program is told."""
    if _wants_json(request):
        return JSONResponse({"reason": "Log in first."}, 401, {"WWW-Authenticate": "Bearer"})
    if request.url.path.startswith(("/fragments/", "/live")):
        return Response("Log in again.", 401, media_type="text/plain")
    back = request.url.path
    if request.method == "GET" and request.url.query:
        back += f"?{request.url.query}"
    elif request.method != "GET":
        back = request.headers.get("referer", "/").removeprefix(str(request.base_url)[:-1])
    return RedirectResponse(f"/login?next={quote(back, safe='')}", 303)


def _forged(request: Request, _: Exception) -> Response:
    said = "This form did not come from a page of this hub, or your login changed since. "
    said += "Nothing was done. Go back, load the page again, and try once more."
    if _wants_json(request):
        return JSONResponse({"reason": said}, 403)
    return plain(request, "error.html", 403, title="Not done", said=said)


def _http_error(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    if _wants_json(request):
        return JSONResponse({"reason": exc.detail}, exc.status_code, exc.headers)
    said = exc.detail if exc.status_code != 404 else "There is no such page, visit or alarm."
    if request.url.path.startswith("/fragments/"):
        return HTMLResponse(said, exc.status_code)
    title = "Not found" if exc.status_code == 404 else "Not done"
    return plain(request, "error.html", exc.status_code, title=title, said=said)


def _invalid(_: Request, exc: Exception) -> Response:
    """Where it is wrong and why, but never what was given: it may be a password, or a text or a
    number that no JSON can carry back."""
    assert isinstance(exc, RequestValidationError)
    faults = [{key: fault[key] for key in ("type", "loc", "msg")} for fault in exc.errors()]
    said = json.dumps({"detail": faults}).encode("ascii", "replace")
    return Response(said, 422, media_type="application/json")
