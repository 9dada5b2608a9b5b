"""People, clients, pendants and duty: changed through the inbox like everything else.

Rule: logged, but never with a secret: a password's digest, a pendant's secret and where somebody is
paged stay out of the log. Names do not: a payload can be erased (ADR 0002).
"""

import json
from collections.abc import Callable

from hub.engine import keeping
from hub.engine.turn import Turn
from hub.inbox import Answer, Command
from hub.rules.model import Event
from hub.rules.planning import COVERAGE
from hub.store.changes import UPDATE_PENDANT
from hub.verify import ACTIVE, KEY_STATES
from protocol.codec import SECRET_BYTES
from protocol.record import is_id

SECRET = frozenset({"password_hash", "secret", "pages", "own_phrase"})
LISTS = {"roles": ",", "phones": "\n", "lines": "\n", "pages": "\n"}  # how each is split
_PERSON = ("name", "initials", "login", "roles", "phones", "pages", "password_hash", "car",
           "own_mobile", "own_mobile_consent", "own_phrase", "job_title")  # fmt: skip
_CLIENT = ("code", "area", "name", "address", "postcode", "lines", "rating", "risk_note",
           "visitors_note", "latitude", "longitude", "must_not_be_left", "coverage")  # fmt: skip
MOST_DEGREES = {"latitude": 90, "longitude": 180}
FLAGS = frozenset({"own_mobile_consent", "must_not_be_left"})  # stored as 0 or 1


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


def _text(command: Command, key: str) -> str:
    return str(command.data.get(key, "")).strip()


def _column(command: Command, key: str) -> str | int:
    """As it is stored: lists as JSON, flags as 0 or 1."""
    if key in FLAGS:
        return int(flag(command, key, False))
    value = _text(command, key)
    if key not in LISTS:
        return value
    parts = value.replace("\n", LISTS[key]).split(LISTS[key])
    return json.dumps([part.strip() for part in parts if part.strip()])


def _upsert(turn: Turn, table: str, key: str, values: dict[str, object]) -> None:
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    rest = ", ".join(f"{name} = excluded.{name}" for name in values if name != key)
    turn.changes.other.append((
        f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {rest}",
        tuple(values.values()),
    ))  # fmt: skip


def flush(turn: Turn) -> None:
    """Directory changes are seldom and are read again at once: written within the turn."""
    for statement, values in turn.changes.other:
        turn.state.store.write(statement, values)
    turn.changes.other.clear()
    for name in ("people", "duty"):
        turn.state.__dict__.pop(name, None)
    turn.state.clients.clear()


def _add_person(turn: Turn, command: Command) -> Answer:
    """Adds, or changes what is given: what is not given stays as it is."""
    person = _text(command, "id") or turn.ids.person()
    if not is_id(person):
        return Answer(False, "A person's id is made of a-z, 0-9 and hyphens, at most 32.")
    old = turn.state.people.get(person)
    if old is None and not (_text(command, "name") and _text(command, "initials")):
        return Answer(False, "A person needs a name and initials.")
    login = _text(command, "login")
    if login and any(p.login == login and p.id != person for p in turn.state.people.values()):
        return Answer(False, "Somebody else has this login.")
    given = {key: _column(command, key) for key in _PERSON if old is None or key in command.data}
    if old is None or "active" in command.data:
        given["active"] = int(flag(command, "active", True))
    if old is None:
        _upsert(turn, "person", "id", {"id": person, **given})
    elif given:
        _update(turn, "person", person, dict(given))
    flush(turn)
    if old is not None and old.active and not turn.state.people[person].active:
        keeping.left(turn, person)
    return Answer(True, f"person {person} is on file", person)


def _update(turn: Turn, table: str, name: str, values: dict[str, object]) -> None:
    columns = ", ".join(f"{column} = ?" for column in values)
    turn.changes.other.append(
        (f"UPDATE {table} SET {columns} WHERE id = ?", (*values.values(), name))
    )


def flag(command: Command, key: str, default: bool) -> bool:
    value = command.data.get(key, default)
    told = value.strip().lower() if isinstance(value, str) else value
    return told in ("1", "true", "yes", "on") if isinstance(told, str) else bool(told)


def _set_password(turn: Turn, command: Command) -> Answer:
    person = _text(command, "person")
    if person not in turn.state.people:
        return Answer(False, f"There is no person {person[:40]!r}.")
    _update(turn, "person", person, {"password_hash": _text(command, "password_hash")})
    flush(turn)
    return Answer(True, f"the password of {person} was changed", person)


def _add_client(turn: Turn, command: Command) -> Answer:
    """Adds, or changes what is given."""
    client = _text(command, "id") or turn.ids.client()
    if not is_id(client):
        return Answer(False, "A client's id is made of a-z, 0-9 and hyphens, at most 32.")
    store = turn.state.store
    is_new = store.one("SELECT 1 FROM client WHERE id = ?", (client,)) is None
    code = _text(command, "code")
    if is_new and not code:
        return Answer(False, "A client needs a code: it is what a page may say.")
    if code and store.one("SELECT 1 FROM client WHERE code = ? AND id <> ?", (code, client)):
        return Answer(False, f"Another client has the code {code[:40]!r}.")
    given: dict[str, object] = {
        key: _column(command, key) for key in _CLIENT if is_new or key in command.data
    }
    if why := _nowhere(command):
        return Answer(False, why)
    if is_new:
        _upsert(turn, "client", "id", {"id": client, **given})
    elif given:
        _update(turn, "client", client, given)
    flush(turn)
    return Answer(True, f"client {client} is on file", client)


def _nowhere(command: Command) -> str:
    """Why it is no place and no coverage, or ""."""
    for key, most in MOST_DEGREES.items():
        value = _text(command, key)
        try:
            if value and not -most <= float(value) <= most:
                return f"A {key} is from -{most} to {most} degrees."
        except ValueError:
            return f"A {key} is a number of degrees, like 50.7236."
    if _text(command, "coverage") not in ("", *COVERAGE):
        return f"Coverage is one of {', '.join(COVERAGE)}."
    return ""


def _add_pendant(turn: Turn, command: Command) -> Answer:
    """A new pendant with its secret (hex), or an old one for another worker."""
    pendant, worker = _text(command, "id"), _text(command, "worker")
    if not is_id(pendant):
        return Answer(False, "A pendant's id is made of a-z, 0-9 and hyphens, at most 32.")
    if worker and worker not in turn.state.people:
        return Answer(False, f"There is no person {worker[:40]!r} to carry it.")
    old = turn.state.pendant(pendant)
    values: dict[str, object] = {"worker": worker}
    if old is None or "secret" in command.data:
        try:
            secret = bytes.fromhex(_text(command, "secret"))
        except ValueError:
            secret = b""
        if len(secret) != SECRET_BYTES:
            return Answer(False, f"A pendant's secret is {SECRET_BYTES} bytes in hexadecimal.")
        key_id = _text(command, "key_id") or turn.ids.key()
        if not is_id(key_id) or _key_is_taken(turn, key_id, pendant):
            return Answer(False, "This key id is unlawful or belongs to another pendant.")
        values |= {"key_id": key_id, "secret": secret}
    if old is None:
        _upsert(turn, "pendant", "id", _fresh(pendant, turn.now_ms) | values)
    else:
        _update(turn, "pendant", pendant, values)
    _reload(turn, pendant)
    return Answer(True, f"pendant {pendant} is on file", pendant)


def _fresh(pendant: str, now_ms: int) -> dict[str, object]:
    zeros = ("last_beat_ms", "battery_pct", "signal_pct", "dropped", "beat_lost", "watched",
             "echoed", "standing_version")  # fmt: skip
    return {
        "id": pendant,
        "state": ACTIVE,
        "created_ms": now_ms,
        "boot": "",
        "standing": "",
        "open_presses": "[]",
        **dict.fromkeys(zeros, 0),
    }


def _key_is_taken(turn: Turn, key_id: str, pendant: str) -> bool:
    query = "SELECT 1 FROM pendant WHERE key_id = ? AND id <> ?"
    return turn.state.store.one(query, (key_id, pendant)) is not None


def _reload(turn: Turn, pendant: str) -> None:
    """What the turn has changed of it so far is written first, or it would undo this."""
    row = turn.changes.beats.pop(pendant, None)
    if row is not None:
        turn.state.store.write_many(UPDATE_PENDANT, [row])
    old = turn.state.by_id.get(pendant)
    flush(turn)
    turn.state.forget_pendant(pendant, "" if old is None else old.key_id)
    fresh = turn.state.pendant(pendant)
    if fresh is not None:
        turn.state.forget_pendant(pendant, fresh.key_id)
        turn.unsettled[pendant] = None
        for worker in {fresh.worker, "" if old is None else old.worker} - {""}:
            turn.rewatch(worker)


def _revoke_pendant(turn: Turn, command: Command) -> Answer:
    """`state`: revoked (also the default), expired, or active again."""
    pendant = _text(command, "pendant") or _text(command, "id")
    wanted = _text(command, "state") or "revoked"
    if wanted not in KEY_STATES:
        return Answer(False, f"A pendant is one of {', '.join(KEY_STATES)}.")
    if turn.state.pendant(pendant) is None:
        return Answer(False, f"There is no pendant {pendant[:40]!r}.")
    _update(turn, "pendant", pendant, {"state": wanted})
    _reload(turn, pendant)
    return Answer(True, f"pendant {pendant} is {wanted}", pendant)


KINDS: dict[str, Callable[[Turn, Command], Answer]] = {
    "add_person": _add_person,
    "set_password": _set_password,
    "add_client": _add_client,
    "add_pendant": _add_pendant,
    "revoke_pendant": _revoke_pendant,
}
