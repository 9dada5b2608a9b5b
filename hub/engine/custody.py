"""Whose a pendant is, until when it is good, and whether it is to be trusted.

Rules: a secret stands nowhere but in its row; whether a pendant is good is the hub's decision, by
the hub's clock. What takes a pendant from somebody who is out is an alarm of its own: she carries
something that no longer speaks for her, and cannot know it.
"""

from collections.abc import Callable
from dataclasses import replace

from hub.engine import decide, renewal
from hub.engine.asking import text
from hub.engine.filing import flush, update, upsert
from hub.engine.pendants import PendantState
from hub.engine.turn import Turn
from hub.inbox import Answer, Command
from hub.rules.asked import number
from hub.rules.model import Event
from hub.store.changes import UPDATE_PENDANT
from hub.verify import ACTIVE, KEY_STATES, REVOKED
from protocol.codec import SECRET_BYTES
from protocol.record import MAX_INT, is_id

NO_MOMENT = "A pendant's last day is a moment in milliseconds; 0 means that it has none."
ZEROS = ("last_beat_ms", "battery_pct", "signal_pct", "dropped", "beat_lost", "watched", "echoed",
         "standing_version", "refused", "gasped_ms", "valid_until_ms")  # fmt: skip
# How it was taken from her -> as the alarm says it (rules/visit.py).
GIVEN, REKEYED = "given", "rekeyed"


def _add_pendant(turn: Turn, command: Command) -> Answer:
    """A new pendant with its secret (hex), or an old one for another worker."""
    pendant, worker = text(command, "id"), text(command, "worker")
    if not is_id(pendant):
        return Answer(False, "A pendant's id is made of a-z, 0-9 and hyphens, at most 32.")
    if worker and worker not in turn.state.people:
        return Answer(False, f"There is no person {worker[:40]!r} to carry it.")
    old = turn.state.pendant(pendant)
    values: dict[str, object] = {"worker": worker}
    if "valid_until_ms" in command.data:
        if not _is_moment(command):
            return Answer(False, NO_MOMENT)
        values["valid_until_ms"] = number(command.data, "valid_until_ms")
    if old is None or "secret" in command.data:
        try:
            secret = bytes.fromhex(text(command, "secret"))
        except ValueError:
            secret = b""
        if len(secret) != SECRET_BYTES:
            return Answer(False, f"A pendant's secret is {SECRET_BYTES} bytes in hexadecimal.")
        key_id = text(command, "key_id") or turn.ids.key()
        if not is_id(key_id) or _key_is_taken(turn, key_id, pendant):
            return Answer(False, "This key id is unlawful or belongs to another pendant.")
        # New keys are a new start: whoever has the revoked ones has nothing.
        values |= {"key_id": key_id, "secret": secret, "state": ACTIVE}
    if old is None:
        upsert(turn, "pendant", "id", _fresh(pendant, turn.now_ms) | values)
    else:
        update(turn, "pendant", pendant, values)
    _reload(turn, pendant)
    if old is not None and old.state != REVOKED:
        if old.worker != worker:
            _taken(turn, command, old, GIVEN)
        elif "secret" in values and values["secret"] != old.secret:
            _taken(turn, command, old, REKEYED)
    return Answer(True, f"pendant {pendant} is on file", pendant)


def _is_moment(command: Command) -> bool:
    given = text(command, "valid_until_ms")
    return given.isdecimal() and int(given) <= MAX_INT


def _fresh(pendant: str, now_ms: int) -> dict[str, object]:
    return {
        "id": pendant,
        "state": ACTIVE,
        "created_ms": now_ms,
        "boot": "",
        "standing": "",
        "open_presses": "[]",
        **dict.fromkeys(ZEROS, 0),
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
        renewal.plan(turn, fresh)
        for worker in {fresh.worker, "" if old is None else old.worker} - {""}:
            turn.rewatch(worker)


def _revoke_pendant(turn: Turn, command: Command) -> Answer:
    """`state`: revoked (also the default), expired, or active again."""
    pendant = text(command, "pendant") or text(command, "id")
    wanted = text(command, "state") or REVOKED
    if wanted not in KEY_STATES:
        return Answer(False, f"A pendant is one of {', '.join(KEY_STATES)}.")
    old = turn.state.pendant(pendant)
    if old is None:
        return Answer(False, f"There is no pendant {pendant[:40]!r}.")
    update(turn, "pendant", pendant, {"state": wanted})
    _reload(turn, pendant)
    if wanted not in (ACTIVE, old.state):
        _taken(turn, command, old, wanted)
    return Answer(True, f"pendant {pendant} is {wanted}", pendant)


def _renew_pendant(turn: Turn, command: Command) -> Answer:
    """Good until another day, in whoever's pocket it is. One that was revoked stays revoked."""
    pendant = text(command, "pendant") or text(command, "id")
    old = turn.state.pendant(pendant)
    if old is None:
        return Answer(False, f"There is no pendant {pendant[:40]!r}.")
    if not _is_moment(command):
        return Answer(False, NO_MOMENT)
    if old.state == REVOKED:
        return Answer(False, f"Pendant {pendant} is revoked: give it new keys instead.", pendant)
    until_ms = number(command.data, "valid_until_ms")
    if 0 < until_ms <= turn.now_ms:
        return Answer(False, "This day is past: it would be good for nothing.", pendant)
    update(turn, "pendant", pendant, {"valid_until_ms": until_ms, "state": ACTIVE})
    _reload(turn, pendant)
    said = "for ever" if not until_ms else f"until {renewal.day(turn, until_ms)}"
    return Answer(True, f"pendant {pendant} is good {said}", pendant)


def _taken(turn: Turn, command: Command, old: PendantState, how: str) -> None:
    """From somebody who is out: a person speaks with her, whoever did it and why."""
    about = Event(
        "pendant_taken",
        turn.now_ms,
        by=command.by,
        worker=old.worker,
        pendant=old.id,
        data={"how": how},
    )
    running = [
        part.visit
        for part in turn.state.open_parts(old.worker).values()
        if part.phase != "planned" and not (turn.is_day(part) and part.start_ms > turn.now_ms)
    ]
    for visit_id in sorted(running):
        visit = turn.visit(visit_id)
        if visit is not None:
            decide.visit_event(turn, replace(about, visit=visit_id), visit)


KINDS: dict[str, Callable[[Turn, Command], Answer]] = {
    "add_pendant": _add_pendant,
    "revoke_pendant": _revoke_pendant,
    "renew_pendant": _renew_pendant,
}
