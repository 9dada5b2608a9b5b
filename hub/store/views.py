"""What a `Reader` hands out: frozen rows with plain values. No SQL, no behaviour but spelling."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hub.rules.model import Alarm, Part, Record, Value, Visit

ENGINE_LATE_MS = 15_000  # a board whose last turn is older than this shows itself as stale


@dataclass(frozen=True, slots=True)
class Person:
    """`roles` she may hold; `on_duty` those she holds now. `pages`: Apprise URLs, secret."""

    id: str
    name: str
    initials: str
    login: str
    roles: tuple[str, ...]
    phones: tuple[str, ...]
    pages: tuple[str, ...]
    password_hash: str
    car: str
    active: bool
    on_duty: tuple[str, ...] = ()
    own_mobile: str = ""
    own_mobile_consent: bool = False
    own_phrase: str = field(default="", repr=False)  # said by telephone it means danger
    job_title: str = ""

    @staticmethod
    def of(row: tuple[Any, ...], on_duty: tuple[str, ...] = ()) -> "Person":
        lists = (tuple(json.loads(text)) for text in row[4:7])
        values: list[Any] = [*row[:4], *lists, *row[7:9], bool(row[9]), on_duty]
        own = (row[10], bool(row[11]), *row[12:]) if len(row) > 10 else ()
        return Person(*values, *own)


@dataclass(frozen=True, slots=True)
class Client:
    """Who is visited. `code` is what may be said aloud; `lines` the telephone numbers."""

    id: str
    code: str
    area: str
    name: str
    address: str
    postcode: str
    lines: tuple[str, ...]
    rating: str
    risk_note: str
    visitors_note: str
    latitude: str = ""
    longitude: str = ""
    must_not_be_left: bool = False
    coverage: str = ""

    @staticmethod
    def of(row: tuple[Any, ...]) -> "Client":
        values: list[Any] = [
            *row[:6],
            tuple(json.loads(row[6])),
            *row[7:12],
            bool(row[12]),
            row[13],
        ]
        return Client(*values)


@dataclass(frozen=True, slots=True)
class Pendant:
    """Health as of the last beat that was written down (every few seconds). No secret in here."""

    id: str
    key_id: str
    worker: str
    state: str  # active | revoked | expired
    boot: str
    last_beat_ms: int  # 0: never heard
    battery_pct: int
    signal_pct: int
    dropped: int
    beat_lost: bool
    watched: bool  # on a running visit: its silence is asked about
    standing_version: int
    echoed: int  # the newest standing version it has said it holds
    open_presses: tuple[str, ...]
    valid_until_ms: int = 0  # 0: for ever; `state` is what people set, the date is beside it
    refused: int = 0  # messages down that it refused since its boot: forged, played again, late
    gasped_ms: int = 0  # its battery ended then, and it has not been back since

    @staticmethod
    def of(row: tuple[Any, ...]) -> "Pendant":
        flags = (bool(row[9]), bool(row[10]))
        values: list[Any] = [*row[:9], *flags, *row[11:13], tuple(json.loads(row[13]))]
        return Pendant(*values, *row[14:17])


@dataclass(frozen=True, slots=True)
class NextDue:
    """The next thing that must happen, absolute."""

    timer: str
    due_ms: int
    worker: str = ""  # whose part; "" is the whole visit, or an alarm
    anchor_ms: int = 0  # what it counts from


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One worker's part of one visit. Look-ups are None when the row is gone or was never there."""

    visit: Visit
    part: Part
    worker: Person | None
    tracker: Person | None
    client: Client | None
    pendant: Pendant | None
    next_due: NextDue | None
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True)
class BrokerLink:
    """How the hub stands with one broker; each session is up | down | unknown."""

    events: str
    beats: str
    note: str  # why a session is down

    @staticmethod
    def of(meta: Mapping[str, str], suffix: str) -> "BrokerLink | None":
        """None: the settings name no such broker."""
        found = {lane: meta.get(f"link:{lane}{suffix}", "unknown") for lane in ("events", "beats")}
        if suffix and not {*found.values()} - {"unknown", "unused"}:
            return None
        down = [lane for lane, state in found.items() if state == "down"]
        notes = [meta.get(f"link_note:{lane}{suffix}", "") for lane in down]
        return BrokerLink(found["events"], found["beats"], next(filter(None, notes), ""))

    @property
    def is_up(self) -> bool:
        """Whether pendants are heard there: what counts and signs of life alike."""
        return self.events == self.beats == "up"

    @property
    def is_down(self) -> bool:
        return "down" in (self.events, self.beats)


@dataclass(frozen=True, slots=True)
class Health:
    """What the engine last wrote about itself. `last_turn_ms` is the board's freshness; `links`:
    one for each broker, the first first."""

    last_turn_ms: int
    links: tuple[BrokerLink, ...]
    blind_from_ms: int  # the last time the hub was blind; 0, 0: never
    blind_until_ms: int

    @staticmethod
    def of(meta: Mapping[str, str], created_ms: int) -> "Health":
        found = (BrokerLink.of(meta, suffix) for suffix in ("", "-2"))
        return Health(
            last_turn_ms=int(meta.get("last_ms", created_ms)),
            links=tuple(link for link in found if link is not None),
            blind_from_ms=int(meta.get("blind_from_ms", 0)),
            blind_until_ms=int(meta.get("blind_until_ms", 0)),
        )

    @property
    def broker_up(self) -> bool:
        """One will do: a pendant that hears no answer on the one goes to the other."""
        return any(link.is_up for link in self.links)

    def stale(self, now_ms: int) -> bool:
        return now_ms - self.last_turn_ms > ENGINE_LATE_MS


@dataclass(frozen=True, slots=True)
class Board:
    """One consistent snapshot."""

    now_ms: int
    rows: tuple[BoardRow, ...]
    alarms: tuple[Alarm, ...]
    health: Health


@dataclass(frozen=True, slots=True)
class LogLine:
    """A log row for people. `facts` is the input's data (empty when erased); `refused` the gate's
    sentence when the command was not allowed."""

    seq: int
    kind: str
    at_ms: int
    recorded_ms: int
    visit: str
    alarm: str
    worker: str
    pendant: str
    by: str
    reason: str
    facts: Mapping[str, Value]
    refused: str
    erased: bool

    @staticmethod
    def of(row: tuple[Any, ...]) -> "LogLine":
        body = None if row[10] is None else json.loads(row[10])
        given = {} if body is None else body["input"]
        facts = given.get("event", {}).get("data", {})
        refused = "" if body is None else body["decision"].get("refused", "")
        values: list[Any] = [*row[:10], facts, refused, body is None]
        return LogLine(*values)


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row of the outbox."""

    id: int
    alarm: str
    visit: str
    person: str
    role: str
    step: int
    round: int
    subject: str
    body: str
    state: str  # waiting | sent | failed
    not_before_ms: int
    lease_until_ms: int
    attempts: int
    created_ms: int
    sent_ms: int | None
    note: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What arrived and could not be used, as it came."""

    id: int
    received_ms: int
    topic: str
    reason: str
    detail: str
    raw: bytes


def shown(record: Record) -> Record:
    """Nobody is shown for when the lot has fallen, or it would be no test (SU-drill)."""
    if record.state != "waiting" or not record.fields.get("at_random"):
        return record
    fields = {name: value for name, value in record.fields.items() if name != "due_ms"}
    return replace(record, fields=fields, due=())
