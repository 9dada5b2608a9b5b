"""The canary: a pendant that nobody carries, by which `doctor` tries the whole way as one.

Rule: it is on the hub's books like any other and speaks for nobody, so its presses raise nothing.
Its secret stands beside the hub's own keys: whoever may read those may be the hub anyway.
"""

import json
import logging
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from hub.devices import private_file
from hub.devices.certificates import CANARY
from hub.ids import RandomIds
from hub.inbox import Command
from hub.settings import BrokerAt
from hub.store.reader import Reader
from protocol.codec import SECRET_BYTES
from protocol.record import is_id

log = logging.getLogger("hub.canary")

FILE = "canary.json"
BY = "settings"
MEND = "remove it and start the hub again"


class CanaryFault(Exception):
    """The canary's file cannot be used; the message says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class Canary:
    """What it signs with; `password`: where the broker goes by users and passwords."""

    key_id: str
    secret: bytes = field(repr=False)
    password: str = field(default="", repr=False)


def path_of(at: BrokerAt) -> Path | None:
    """Where its file is; None where nothing of the broker's is ours."""
    folder = at.keys if at.tls else at.files
    return None if folder is None else folder / FILE


def make(path: Path, password: str = "") -> Canary:
    """A new one, written down."""
    made = Canary(RandomIds().key(), secrets.token_bytes(SECRET_BYTES), password)
    told = {"pendant": CANARY, "key_id": made.key_id, "secret": made.secret.hex()}
    if password:
        told["password"] = password
    private_file.write_private(path, json.dumps(told, indent=2) + "\n")
    return made


def load(at: BrokerAt) -> Canary | None:
    """The canary of this site; None when it has none. Raises CanaryFault."""
    path = path_of(at)
    if path is None or not path.exists():
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        found = Canary(
            str(told["key_id"]), bytes.fromhex(told["secret"]), str(told.get("password", ""))
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise CanaryFault(f"{path} cannot be read ({type(exc).__name__}): {MEND}") from None
    if len(found.secret) != SECRET_BYTES or not is_id(found.key_id):
        raise CanaryFault(f"{path} holds no lawful key: {MEND}")
    return found


def commands(at: BrokerAt, reader: Reader) -> list[Command]:
    """At a hub's start: what puts it on the books, if it is not there with this key. Over TLS one
    is made where there is none; with passwords the broker would have to know it first."""
    path = path_of(at)
    try:
        found = load(at)
        if found is None and at.tls and path is not None and path.parent.is_dir():
            found = make(path)
    except (CanaryFault, OSError) as exc:  # `doctor` tells it too; no start fails for it
        log.warning("no canary: %s", exc)
        return []
    if found is None:
        return []
    booked = {each.id: each.key_id for each in reader.pendants()}
    if booked.get(CANARY) == found.key_id:
        return []
    facts = {"id": CANARY, "worker": "", "key_id": found.key_id, "secret": found.secret.hex()}
    return [Command("add_pendant", BY, dict(facts))]
