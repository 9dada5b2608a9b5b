"""A one-time link: she chooses her password, and is in. There is no other first way in.

Rule: looking at the page changes nothing, because previews look. Only a chosen password that the
engine has on file uses the link up, and every session of hers before it ends.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from hub.store.views import Person
from hub.web.asking import COOKIE, desk_of, posted
from hub.web.desk import Desk
from hub.web.invitations import Invitation
from hub.web.pages import plain
from hub.web.passwords import PASSWORD_MAX, PASSWORD_MIN
from hub.web.routes.login import put_cookie

router = APIRouter()
USED = (
    "This link is used up, too old, or cut short. Whoever looks after the hub makes you a new one"
    " with: allswell invite PERSON."
)


@router.get("/welcome/{token}")
def form(request: Request, token: str) -> Response:
    found = _found(desk_of(request), token)
    return _spent(request) if found is None else _page(request, token, found[1])


@router.post("/welcome/{token}")
def choose(request: Request, token: str, fields: Mapping[str, str] = Depends(posted)) -> Response:
    """The token is the proof: no other site knows it, so none can send this form."""
    desk = desk_of(request)
    found = _found(desk, token)
    if found is None:
        return _spent(request)
    invitation, person = found
    password, again = fields.get("password", ""), fields.get("again", "")
    if why := _unfit(password, again, person):
        return _page(request, token, person, why, 400)
    given = {"person": person.id, "password_hash": desk.passwords.hash(password)}
    if not desk.invitations.use_up(invitation):
        return _spent(request)
    answer = desk.ask("set_password", person.id, given)
    if not answer.ok:
        desk.invitations.give_back(invitation)
        return _page(request, token, person, answer.reason, 503)
    desk.sessions.close_all(person.id)
    session, _ = desk.sessions.open(person.id)
    response = RedirectResponse("/", 303)
    put_cookie(response, COOKIE, session, desk.secure)
    return response


def _found(desk: Desk, token: str) -> tuple[Invitation, Person] | None:
    invitation = desk.invitations.find(token)
    person = desk.reader.person(invitation.person) if invitation else None
    if invitation is None or person is None or not person.active:
        return None
    return invitation, person


def _unfit(password: str, again: str, person: Person) -> str:
    """Why it cannot be hers, or "". Length only: rules about signs make for worse ones."""
    if len(password) < PASSWORD_MIN:
        return f"A password has {PASSWORD_MIN} characters or more."
    if len(password) > PASSWORD_MAX:
        return f"A password has at most {PASSWORD_MAX} characters."
    if password.casefold() in (person.login.casefold(), person.name.casefold()):
        return "That is her name. Choose something that others do not know."
    if password != again:
        return "The two are not the same. Type it again, both times."
    return ""


def _page(
    request: Request, token: str, person: Person, said: str = "", status: int = 200
) -> Response:
    return plain(
        request,
        "welcome.html",
        status,
        token=token,
        name=person.name,
        login=person.login,
        least=PASSWORD_MIN,
        said=said,
    )


def _spent(request: Request) -> Response:
    return plain(request, "error.html", 410, title="Not this link", said=USED)
