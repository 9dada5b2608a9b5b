"""People and clients: changed through the inbox like everything else; pendants in engine/custody.

Rule: logged, but never with a secret: a password's digest, a pendant's secret and where somebody is
paged stay out of the log. Names do not: a payload can be erased (ADR 0002).
"""

from collections.abc import Callable

from hub.engine import custody, keeping
from hub.engine.asking import text
from hub.engine.filing import column, flag, flush, update, upsert
from hub.engine.turn import Turn
from hub.inbox import Answer, Command
from hub.rules.model import Event
from hub.rules.planning import COVERAGE
from protocol.record import is_id

SECRET = frozenset({"password_hash", "secret", "pages", "own_phrase"})
_PERSON = ("name", "initials", "login", "roles", "phones", "pages", "password_hash", "car",
           "own_mobile", "own_mobile_consent", "own_phrase", "job_title")  # fmt: skip
_CLIENT = ("code", "area", "name", "address", "postcode", "lines", "rating", "risk_note",
           "visitors_note", "latitude", "longitude", "must_not_be_left", "coverage")  # fmt: skip
MOST_DEGREES = {"latitude": 90, "longitude": 180}


def take(turn: Turn, command: Command) -> Answer:
    """One of KINDS."""
    answer = KINDS[command.kind](turn, command)
    logged(turn, command, answer)
    return answer


def logged(turn: Turn, command: Command, answer: Answer) -> None:
    facts = {key: value for key, value in command.data.items() if key not in SECRET}
    about = Event(command.kind, turn.now_ms, by=command.by, data=facts)
    # The row's reason carries no personal facts: the id is enough.
    turn.note(command.kind, answer.reason if answer.ok else f"refused: {answer.reason}", about)
    turn.after.changed.add("board")


def _add_person(turn: Turn, command: Command) -> Answer:
    """Adds, or changes what is given: what is not given stays as it is."""
    person = text(command, "id") or turn.ids.person()
    if not is_id(person):
        return Answer(False, "A person's id is made of a-z, 0-9 and hyphens, at most 32.")
    old = turn.state.people.get(person)
    if old is None and not (text(command, "name") and text(command, "initials")):
        return Answer(False, "A person needs a name and initials.")
    login = text(command, "login")
    if login and any(p.login == login and p.id != person for p in turn.state.people.values()):
        return Answer(False, "Somebody else has this login.")
    given = {key: column(command, key) for key in _PERSON if old is None or key in command.data}
    if old is None or "active" in command.data:
        given["active"] = int(flag(command, "active", True))
    if old is None:
        upsert(turn, "person", "id", {"id": person, **given})
    elif given:
        update(turn, "person", person, dict(given))
    flush(turn)
    if old is not None and old.active and not turn.state.people[person].active:
        keeping.left(turn, person)
    return Answer(True, f"person {person} is on file", person)


def _set_password(turn: Turn, command: Command) -> Answer:
    person = text(command, "person")
    if person not in turn.state.people:
        return Answer(False, f"There is no person {person[:40]!r}.")
    update(turn, "person", person, {"password_hash": text(command, "password_hash")})
    flush(turn)
    return Answer(True, f"the password of {person} was changed", person)


def _add_client(turn: Turn, command: Command) -> Answer:
    """Adds, or changes what is given."""
    client = text(command, "id") or turn.ids.client()
    if not is_id(client):
        return Answer(False, "A client's id is made of a-z, 0-9 and hyphens, at most 32.")
    store = turn.state.store
    is_new = store.one("SELECT 1 FROM client WHERE id = ?", (client,)) is None
    code = text(command, "code")
    if is_new and not code:
        return Answer(False, "A client needs a code: it is what a page may say.")
    if code and store.one("SELECT 1 FROM client WHERE code = ? AND id <> ?", (code, client)):
        return Answer(False, f"Another client has the code {code[:40]!r}.")
    given: dict[str, object] = {
        key: column(command, key) for key in _CLIENT if is_new or key in command.data
    }
    if why := _nowhere(command):
        return Answer(False, why)
    if is_new:
        upsert(turn, "client", "id", {"id": client, **given})
    elif given:
        update(turn, "client", client, given)
    flush(turn)
    return Answer(True, f"client {client} is on file", client)


def _nowhere(command: Command) -> str:
    """Why it is no place and no coverage, or ""."""
    for key, most in MOST_DEGREES.items():
        value = text(command, key)
        try:
            if value and not -most <= float(value) <= most:
                return f"A {key} is from -{most} to {most} degrees."
        except ValueError:
            return f"A {key} is a number of degrees, like 50.7236."
    if text(command, "coverage") not in ("", *COVERAGE):
        return f"Coverage is one of {', '.join(COVERAGE)}."
    return ""


KINDS: dict[str, Callable[[Turn, Command], Answer]] = {
    "add_person": _add_person,
    "set_password": _set_password,
    "add_client": _add_client,
    **custody.KINDS,
}
