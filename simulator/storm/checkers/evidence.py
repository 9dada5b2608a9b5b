"""All that a checker may look at, gathered once for all of them.

Rule: seen by an outsider, or read from the hub's files after its end; messages are opened here with
the pendants' keys, which an outsider with a court order would have.
"""

import hmac
import json
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from hub.policy.model import Policy
from hub.rules import form
from hub.rules.model import Alarm, Visit
from hub.store import log, schema
from protocol import codec
from protocol.errors import RemoteProtocolError
from protocol.messages import SosAborted, SosPressed, UpMessage
from protocol.record import Message
from simulator.chaos import logbook
from simulator.chaos.logbook import Logbook
from simulator.chaos.outages import FOR_EVER_MS
from simulator.storm.seen import Befell, Carried, Felt, HubLife, Powered, Seen, Sight

Some = TypeVar("Some", bound=Sight)
COMMIT_MS = 60_000  # a hub that hears anybody commits more often
HUB = ("events", "beats")  # the hub's sessions, as `Carried.to` names them


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was broken: by whom it was found, when (world's time) and about what."""

    checker: str
    at_ms: int
    about: str
    said: str

    def __str__(self) -> str:
        return f"{self.checker}: {self.about}: {self.said}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A message as it was carried, and what it says."""

    carried: Carried
    message: Message

    @property
    def identity(self) -> str:
        """ "" for what comes down."""
        return self.message.identity() if isinstance(self.message, UpMessage) else ""


class Evidence:
    """`secrets`: pendant id -> its secret; its key id is its own. `calm_ms`: when the last fault
    was over. `end_ms`: when nobody looked any more."""

    def __init__(
        self,
        seen: Seen,
        folder: Path,
        policy: Policy,
        secrets: Mapping[str, bytes],
        calm_ms: int,
        end_ms: int,
        wearers: Mapping[str, str],
    ) -> None:
        self.seen = seen
        self.folder = folder
        self.policy = policy
        self.secrets = secrets
        self.calm_ms = calm_ms
        self.end_ms = end_ms
        self.wearers = wearers  # pendant id -> the worker who carries it
        self._by_type: dict[type, list[Sight]] = {}
        for sight in seen.all:
            self._by_type.setdefault(type(sight), []).append(sight)

    def of(self, kind: type[Some]) -> list[Some]:
        """What was seen of one kind, in order."""
        return self._by_type.get(kind, [])  # type: ignore[return-value]  # filed by its type

    # The hub's files.

    def connect(self) -> "closing[sqlite3.Connection]":
        path = self.folder / schema.NAME
        return closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True))

    @cached_property
    def rows(self) -> list[tuple[log.Row, dict[str, Any]]]:
        """The log with its payloads, oldest first."""
        with self.connect() as conn:
            return [(row, json.loads(row.body or "{}")) for row in log.rows(conn)]

    @cached_property
    def book(self) -> Logbook:
        """The same log as plain lines."""
        return logbook.read(self.folder)

    @cached_property
    def alarms(self) -> dict[str, Alarm]:
        """As they stand at the end, open and resolved."""
        with self.connect() as conn:
            found = conn.execute("SELECT id, state_json FROM alarm ORDER BY raised_ms, id")
            return {row[0]: form.load_alarm(json.loads(row[1])) for row in found}

    @cached_property
    def visits(self) -> dict[str, Visit]:
        with self.connect() as conn:
            found = conn.execute("SELECT id, state FROM visit ORDER BY created_ms, id")
            return {row[0]: form.load_visit(json.loads(row[1])) for row in found}

    @cached_property
    def turns(self) -> list[tuple[log.Row, Alarm]]:
        """Each row that left an alarm other than it was, with the alarm as it left it."""
        found = []
        for row, body in self.rows:
            state = body.get("decision", {}).get("alarm")
            if state is not None:
                found.append((row, form.load_alarm(state)))
        return found

    def alarms_at(self, at_ms: int) -> dict[str, Alarm]:
        """As they stood then, by the hub's time."""
        return {alarm.id: alarm for row, alarm in self.turns if row.recorded_ms <= at_ms}

    @cached_property
    def revoked(self) -> frozenset[tuple[str, str]]:
        """(pendant, identity) of what was not believed because its pendant is revoked."""
        with self.connect() as conn:
            found = conn.execute("SELECT raw FROM dead_letter WHERE reason = 'revoked'")
            messages = [self.seen.message(bytes(raw), up=True) for (raw,) in found]
        return frozenset(
            (message.pendant, message.identity())
            for message in messages
            if isinstance(message, UpMessage)
        )

    @cached_property
    def jumped_ms(self) -> int:
        """From then on the hub's time is not the world's: what is held to the second can not be."""
        jumps = [each.at_ms for each in self.of(Befell) if each.kind == "clock_jump"]
        if not jumps:
            return FOR_EVER_MS
        lives = [each for each in self.of(HubLife) if each.at_ms <= jumps[0]]
        was_down = bool(lives) and not lives[-1].up
        # A hub's time goes on from its last commit.
        return (lives[-1].at_ms if was_down else jumps[0]) - COMMIT_MS

    # What the broker carried.

    @cached_property
    def up(self) -> list[Opened]:
        """What reached the hub's sessions and is signed by a pendant of ours, in order."""
        return list(self._opened(up=True))

    @cached_property
    def down(self) -> list[Opened]:
        """What reached a pendant and is signed for it, in order."""
        return list(self._opened(up=False))

    @cached_property
    def by_token(self) -> dict[bytes, Opened]:
        """Each of `down`, the first time that it came."""
        return {opened.carried.token: opened for opened in reversed(self.down)}

    @cached_property
    def audible(self) -> frozenset[tuple[str, str]]:
        """(pendant, identity) of every press that may be felt answered."""
        return frozenset(
            (opened.message.pendant, opened.identity)
            for opened in self.up
            if isinstance(opened.message, SosPressed | SosAborted)
        )

    @cached_property
    def heard_and_felt(self) -> list[tuple[Sight, Message | None]]:
        """What came down to the pendants, with what it says if it is signed for one of them, what
        they made felt, and their power, in order."""
        opened = {token: each.message for token, each in self.by_token.items()}
        return [
            (sight, opened.get(sight.token) if isinstance(sight, Carried) else None)
            for sight in self.seen.all
            if isinstance(sight, Felt | Powered)
            or (isinstance(sight, Carried) and sight.to not in HUB)
        ]

    def _opened(self, up: bool) -> Iterator[Opened]:
        derive = codec.up_key if up else codec.down_key
        keys = {name: derive(secret) for name, secret in self.secrets.items()}
        for carried in self.of(Carried):
            if (carried.to in HUB) != up:
                continue
            message = self.seen.message(carried.token, up)
            if message is not None and _is_signed(carried.token, keys):
                yield Opened(carried, message)


def _is_signed(token: bytes, keys: Mapping[str, bytes]) -> bool:
    """By the key that it names (RFC 7515 section 5.2); not by the code under test."""
    signed, _, signature = token.rpartition(b".")
    try:
        key = keys[codec.key_id(token)]
    except (RemoteProtocolError, KeyError):
        return False
    found = hmac.digest(key, signed, "sha256")
    return urlsafe_b64encode(found).rstrip(b"=") == signature
