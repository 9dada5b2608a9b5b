"""People, clients, pendants and duty: changed through the inbox like everything else.

Rule: logged, but never with a secret: a password's digest, a pendant's secret and where somebody is
paged stay out of the log. Names do not: a payload can be erased (ADR 0002).
"""

import json
from collections.abc import Callable

from hub.engine import decide
from hub.engine.directory import directory_of
from hub.engine.turn import Turn
from hub.inbox import Answer, Command
from hub.rules.gates import Asked, passage, refusal
from hub.rules.model import Event
from hub.store.changes import UPDATE_PENDANT
from hub.verify import ACTIVE, KEY_STATES
from protocol.codec import SECRET_BYTES
from protocol.record import is_id

SECRET = frozenset({"password_hash", "secret", "pages"})
LISTS = {"roles": ",", "phones": "\n", "lines": "\n", "pages": "\n"}  # how each is split
_PERSON = ("name", "initials", "login", "roles", "phones", "pages", "password_hash", "car")
_CLIENT = ("code", "area", "name", "address", "postcode", "lines", "rating", "risk_note",
           "visitors_note")  # fmt: skip


def take(turn: Turn, command: Command) -> Answer:
    """One of KINDS."""
    answer = KINDS[command.kind](turn, command)
    _logged(turn, command, answer)
    return answer


def _logged(turn: Turn, command: Command, answer: Answer) -> None:
    facts = {key: value for key, value in command.data.items() if key not in SECRET}
    about = Event(command.kind, turn.now_ms, by=command.by, data=facts)
    # The row's reason carries no personal facts: the id is enough.
    turn.note(command.kind, answer.reason if answer.ok else f"refused: {answer.reason}", about)
    turn.after.changed.add("board")


def _text(command: Command, key: str) -> str:
    return str(command.data.get(key, "")).strip()


def _column(command: Command, key: str) -> str:
    """As it is stored: lists as JSON."""
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


def _flush(turn: Turn) -> None:
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
        given["active"] = int(_flag(command, "active", True))  # type: ignore[assignment]  # an int column among texts
    if old is None:
        _upsert(turn, "person", "id", {"id": person, **given})
    elif given:
        _update(turn, "person", person, dict(given))
    _flush(turn)
    return Answer(True, f"person {person} is on file", person)


def _update(turn: Turn, table: str, name: str, values: dict[str, object]) -> None:
    columns = ", ".join(f"{column} = ?" for column in values)
    turn.changes.other.append(
        (f"UPDATE {table} SET {columns} WHERE id = ?", (*values.values(), name))
    )


def _flag(command: Command, key: str, default: bool) -> bool:
    value = command.data.get(key, default)
    return value in ("1", "true", "yes", "on") if isinstance(value, str) else bool(value)


def _set_password(turn: Turn, command: Command) -> Answer:
    person = _text(command, "person")
    if person not in turn.state.people:
        return Answer(False, f"There is no person {person[:40]!r}.")
    _update(turn, "person", person, {"password_hash": _text(command, "password_hash")})
    _flush(turn)
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
    if is_new:
        _upsert(turn, "client", "id", {"id": client, **given})
    elif given:
        _update(turn, "client", client, given)
    _flush(turn)
    return Answer(True, f"client {client} is on file", client)


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
    _flush(turn)
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


def take_duty(turn: Turn, command: Command) -> Answer:
    """Somebody takes a role, or lays it down. Laying down the last one is told, not refused."""
    role, person = _text(command, "role"), _text(command, "person") or command.by
    on = _flag(command, "on", True)
    answer = _duty(turn, command, role, person, on)
    _logged(turn, command, answer)
    return answer


def _duty(turn: Turn, command: Command, role: str, person: str, on: bool) -> Answer:
    known = turn.state.people.get(person)
    if known is None or not known.active:
        return Answer(False, f"There is no person {person[:40]!r} who could take it.")
    if role not in turn.policy.role and role not in known.roles:
        return Answer(False, f"There is no role {role[:40]!r} in this procedure.")
    if (shut := _gated(turn, command)) is not None:
        return shut
    if on:
        turn.changes.other.append((
            ("INSERT INTO duty (role, person, since_ms) VALUES (?,?,?)"
            " ON CONFLICT (role, person) DO NOTHING"),
            (role, person, turn.now_ms),
        ))  # fmt: skip
    else:
        turn.changes.other.append(
            ("DELETE FROM duty WHERE role = ? AND person = ?", (role, person))
        )
    _flush(turn)
    if on or turn.state.duty.get(role):
        return Answer(True, f"{person} {'takes' if on else 'lays down'} {role}")
    paged = {name for ladder in turn.policy.ladders for step in ladder.steps for name in step.roles}
    if role in paged and _anybody_out(turn):
        # P6: told now, not when somebody needs them.
        event = Event("nobody_on_duty", turn.now_ms, by=command.by, data={"role": role})
        decide.off_visit(turn, event)
    return Answer(True, f"{person} lays down {role}; nobody holds it now")


def _gated(turn: Turn, command: Command) -> Answer | None:
    """The gates of the procedure for a command that is about no visit (DC-ooh)."""
    if command.kind not in turn.policy.gates_for:
        return None
    event = Event(command.kind, turn.now_ms, by=command.by, data=command.data)
    seen = directory_of(turn, turn.policy, command.data)
    shut = passage(turn.policy, command.kind, Asked(event, "", seen.facts, directory=seen)).closed
    if shut is None:
        return None
    told = refusal(turn.policy, None, shut)
    return Answer(False, told.refused, "", told.clause, told.gate)


def _anybody_out(turn: Turn) -> bool:
    running = "SELECT 1 FROM visit WHERE open = 1 AND phase <> 'planned' LIMIT 1"
    return bool(turn.state.alarms) or turn.state.store.one(running) is not None


KINDS: dict[str, Callable[[Turn, Command], Answer]] = {
    "add_person": _add_person,
    "set_password": _set_password,
    "add_client": _add_client,
    "add_pendant": _add_pendant,
    "revoke_pendant": _revoke_pendant,
}
