"""Logging in and out. With the one-time links the only pages without a session."""

import secrets
from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from hub.store.views import Person
from hub.web.asking import COOKIE, Asker, Forged, desk_of, from_our_page, next_url, posted, same
from hub.web.desk import Desk
from hub.web.pages import plain
from hub.web.passwords import Crowded

router = APIRouter()
LOGIN_COOKIE = "allswell_login"  # ties the login form to the browser that asked for it
WRONG = "The name or the password is wrong."
CROWDED = "Too many are logging in just now. Try again in a moment."


@router.get("/login")
def form(request: Request) -> Response:
    return _page(request, next_url(request.query_params.get("next", "/")))


@router.post("/login")
def log_in(request: Request, fields: Mapping[str, str] = Depends(posted)) -> Response:
    desk = desk_of(request)
    tie = request.cookies.get(LOGIN_COOKIE, "")
    if not tie or not same(fields.get("csrf", ""), tie):
        raise Forged
    name, after = fields.get("name", "").strip(), next_url(fields.get("next", "/"))
    person, said = check(desk, name, fields.get("password", ""), address(request))
    if person is None:
        return _page(request, after, name, said, 429 if said != WRONG else 401)
    token, _ = desk.sessions.open(person.id)
    response = RedirectResponse(after, 303)
    put_cookie(response, COOKIE, token, desk.secure)
    response.delete_cookie(LOGIN_COOKIE, path="/login")
    return response


@router.post("/logout")
def log_out(request: Request, who: Asker = Depends(from_our_page)) -> Response:
    desk_of(request).sessions.close_one(who.session)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


def check(desk: Desk, name: str, password: str, from_address: str) -> tuple[Person | None, str]:
    """The person, or None and what to say. Used by the form and the API."""
    account = name.casefold()[:100]
    if wait := desk.back_off.wait_s(account, from_address):
        return None, f"Too many wrong tries. Wait {wait} s, then try again."
    person = desk.reader.person_by_login(name)
    active = person is not None and person.active
    stored = person.password_hash if person is not None and active else ""
    try:
        is_right = desk.passwords.right(stored, password)
    except Crowded:
        return None, CROWDED
    if not is_right or person is None:
        desk.back_off.missed(account, from_address)
        return None, WRONG
    desk.back_off.succeeded(account, from_address)
    return person, ""


def address(request: Request) -> str:
    """The peer's address. Behind a proxy uvicorn's --proxy-headers puts the browser's own here."""
    return request.client.host if request.client else "?"


def _page(
    request: Request, after: str, name: str = "", said: str = "", status: int = 200
) -> Response:
    tie = request.cookies.get(LOGIN_COOKIE) or secrets.token_urlsafe(32)
    response = plain(request, "login.html", status, after=after, name=name, said=said, csrf=tie)
    put_cookie(response, LOGIN_COOKIE, tie, desk_of(request).secure, "/login")
    return response


def put_cookie(response: Response, name: str, value: str, secure: bool, path: str = "/") -> None:
    """Out of reach of scripts and of other sites."""
    response.set_cookie(name, value, httponly=True, samesite="lax", secure=secure, path=path)
