"""Who is asking, and whether the request came from our own page.

Rule: every page but the login needs a session; everything that changes something needs, besides the
cookie, the session's own token from the page (CSRF), or a bearer token, which no browser sends by
itself. A GET changes nothing: link previews press links.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from fastapi import Depends, HTTPException, Request

from hub.store.views import Person
from hub.web.desk import Desk
from hub.web.sessions import Session

COOKIE = "allswell"
CSRF_HEADER = "x-csrf-token"


class NotLoggedIn(Exception):
    """No session, or one that is over. The app answers by what was asked for."""


class Forged(Exception):
    """The request did not come from a page of ours."""


@dataclass(frozen=True, slots=True)
class Asker:
    """The person at the other end and her session."""

    person: Person
    session: Session


def desk_of(request: Request) -> Desk:
    """The one desk of this app."""
    return cast(Desk, request.app.state.desk)


def asker(request: Request) -> Asker:
    """Who is asking; raises NotLoggedIn."""
    desk = desk_of(request)
    session = _session(request, desk)
    person = desk.reader.person(session.person) if session else None
    if session is None or person is None or not person.active:
        raise NotLoggedIn
    return Asker(person, session)


def _session(request: Request, desk: Desk) -> Session | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return desk.sessions.find(token.strip(), "token")
    cookie = request.cookies.get(COOKIE)
    return desk.sessions.find(cookie, "cookie") if cookie else None


def is_logged_in(request: Request) -> bool:
    """Whether the session that began a long answer still stands."""
    try:
        asker(request)
    except NotLoggedIn:
        return False
    return True


async def posted(request: Request) -> Mapping[str, str]:
    """The fields of a form; of a field given several times, all, with commas between."""
    form = await request.form(max_files=0, max_fields=100)
    out: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if not isinstance(value, str):
            raise HTTPException(400, "files are not taken here")
        out.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in out.items()}


def from_our_page(
    who: Asker = Depends(asker), fields: Mapping[str, str] = Depends(posted)
) -> Asker:
    """For forms: the session's token stands in the form."""
    if who.session.via == "cookie" and not same(fields.get("csrf", ""), who.session.csrf):
        raise Forged
    return who


def from_our_script(request: Request, who: Asker = Depends(asker)) -> Asker:
    """For the JSON API: the session's token stands in a header, which no foreign page can set."""
    if who.session.via == "cookie" and not same(
        request.headers.get(CSRF_HEADER, ""), who.session.csrf
    ):
        raise Forged
    return who


def same(given: str, right: str) -> bool:
    """Constant-time, and safe for anything that was typed."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def next_url(wanted: str) -> str:
    """Where to go after logging in: only a path of our own."""
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if own else "/"
