"""One pendant as the engine knows it: key, last beat, standing, and the boots it has had.

Rule: a beat is not logged and not written one by one (its transitions are); what is kept here is
written at most every WRITE_EVERY_MS, so that a hub that dies loses seconds of "last heard" and
nothing else. A beat that proves nothing new (replayed, overtaken) changes nothing.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from hub.rules.standing import Fields
from hub.store.store import Store
from hub.verify import ACTIVE, EXPIRED, Key
from protocol import codec

WRITE_EVERY_MS = 5_000  # of link time: how old "last heard" may be on a board
MAX_BOOTS = 8  # kept in memory for each pendant; all are in the database

_COLUMNS = (
    "id, key_id, secret, worker, state, created_ms, boot, last_beat_ms, battery_pct, signal_pct,"
    " dropped, beat_lost, watched, echoed, standing_version, standing, open_presses,"
    " refused, gasped_ms, valid_until_ms"
)


@dataclass(slots=True)
class Boot:
    """One run of a pendant. `floor_ms`: what the pendant's clock-less presses cannot be older than;
    `known_ms`: the newest date of anything this boot said; `beat_seq`: its newest beat."""

    floor_ms: int
    known_ms: int
    beat_seq: int = 0


@dataclass(slots=True)
class PendantState:
    """The row, derived keys, and what only matters while the hub runs."""

    id: str
    key_id: str
    secret: bytes
    worker: str
    state: str
    created_ms: int
    boot: str
    last_beat_ms: int
    battery_pct: int
    signal_pct: int
    dropped: int
    beat_lost: bool
    watched: bool
    echoed: int
    standing_version: int  # since which version the content is what it is
    standing: str  # the content, as JSON, as it was last told; "" = never
    open_presses: tuple[str, ...]
    key: Key
    down_key: bytes
    told: Fields  # the same content, as the rules made it
    refused: int  # messages down that it refused since its boot
    gasped_ms: int  # its battery ended then, and it has not been back since
    valid_until_ms: int  # 0: for ever
    boots: dict[str, Boot] = field(default_factory=dict)
    version: int = 0  # the newest version that was sent: grows with every answer
    written_ms: int = 0
    answered_ms: int = 0
    answered_boot: str = ""

    def state_at(self, now_ms: int) -> str:
        """As people have set it, and by its date: whether it is good is the hub's decision, by the
        hub's clock. An SOS is heard in each of these states."""
        past = 0 < self.valid_until_ms <= now_ms
        return EXPIRED if past and self.state == ACTIVE else self.state

    def next_version(self, now_ms: int) -> int:
        """Grows for ever, over restarts and restored backups too: it follows the clock."""
        self.version = max(self.version + 1, self.standing_version, now_ms)
        return self.version

    def boot_row(self, boot: str) -> tuple[str, str, int, int, int]:
        known = self.boots[boot]
        return (self.key_id, boot, known.floor_ms, known.known_ms, known.beat_seq)

    def row(self) -> tuple[object, ...]:
        """In the order of the statement in store/changes.py."""
        return (
            self.boot, self.last_beat_ms, self.battery_pct, self.signal_pct, self.dropped,
            int(self.beat_lost), int(self.watched), self.echoed, self.standing_version,
            self.standing, json.dumps(self.open_presses), self.refused, self.gasped_ms, self.id,
        )  # fmt: skip


def load_pendant(store: Store, column: str, value: str) -> PendantState | None:
    """By `id` or `key_id`."""
    row = store.one(f"SELECT {_COLUMNS} FROM pendant WHERE {column} = ?", (value,))
    if row is None:
        return None
    pendant_id, key_id, secret, _, state = row[:5]
    key = Key(key_id, pendant_id, codec.up_key(secret), state)
    flags = (bool(row[11]), bool(row[12]))
    open_presses = tuple(json.loads(row[16]))
    values: list[Any] = [*row[:11], *flags, *row[13:16], open_presses, key]
    values += [codec.down_key(secret), json.loads(row[15]) if row[15] else {}, *row[17:20]]
    return PendantState(*values)


def boot_of(
    store: Store, pendant: PendantState, boot: str, now_ms: int, beats: bool = False
) -> tuple[Boot, bool]:
    """What is known of a boot, and whether it is new to the hub.

    `beats`: told by a beat, which is never stored on the pendant: so it is the boot that runs now,
    and it began after everything that the others said. A boot that is known only from an event
    may be an older one whose event waited in flash: it began at the earliest before the boot that
    beats, so that one's floor is its floor too (ADR 0001: the earliest possible moment).
    """
    known = pendant.boots.get(boot)
    if known is not None:
        return known, False
    row = store.one(
        "SELECT floor_ms, known_ms, beat_seq FROM boot WHERE key_id = ? AND boot = ?",
        (pendant.key_id, boot),
    )
    if len(pendant.boots) >= MAX_BOOTS:
        pendant.boots.clear()
    if row is not None:
        known = Boot(*row)
    else:
        floor_ms = _newest(store, pendant) if beats else _current_floor(store, pendant)
        floor_ms = min(max(floor_ms, pendant.created_ms), now_ms)
        known = Boot(floor_ms, floor_ms)
    pendant.boots[boot] = known
    return known, row is None


def _newest(store: Store, pendant: PendantState) -> int:
    """The newest date of anything that any boot of the pendant said."""
    row = store.one("SELECT MAX(known_ms) FROM boot WHERE key_id = ?", (pendant.key_id,))
    stored = 0 if row is None or row[0] is None else int(row[0])
    return max([stored, pendant.last_beat_ms, *(each.known_ms for each in pendant.boots.values())])


def _current_floor(store: Store, pendant: PendantState) -> int:
    """Before the boot that beats began, or 0 when none has ever beaten."""
    known = pendant.boots.get(pendant.boot)
    if known is not None:
        return known.floor_ms
    row = store.one(
        "SELECT floor_ms FROM boot WHERE key_id = ? AND boot = ?", (pendant.key_id, pendant.boot)
    )
    return 0 if row is None else int(row[0])
