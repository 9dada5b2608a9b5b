"""What the engine remembers between turns: a write-through cache over the store, never the truth.

Rule: everything in here can be thrown away at any moment and read again; a turn that fails does
just that. Open alarms are kept whole (they are few and everything asks for them); visits, parts
and pendants are read when they are first needed, so that a start costs nothing per visit.
"""

import json
from dataclasses import dataclass, field
from functools import cached_property

from hub.engine.identities import Identities
from hub.engine.pendants import PendantState, load_pendant
from hub.engine.watch import Watch
from hub.policy.model import Policy
from hub.policy.terms import terms_from
from hub.rules import form
from hub.rules.model import Alarm, Deadline, Record, Visit
from hub.rules.phases import ENDED
from hub.store import log
from hub.store.store import Store
from hub.store.views import Person
from hub.verify import Key

MAX_VISITS = 20_000  # cached; about 5 kB each. Beyond it all are dropped and read again


@dataclass(slots=True)
class VisitEntry:
    """A visit as it stands, its JSON, and the deadlines that are stored for it."""

    visit: Visit
    text: str
    deadlines: tuple[Deadline, ...]
    created_ms: int


@dataclass(frozen=True, slots=True)
class OpenPart:
    """Where a press may belong: one open part of the worker who carries the pendant."""

    visit: str
    phase: str
    start_ms: int
    end_ms: int


@dataclass
class State:
    """One per engine; `forget` after a turn that failed. Not slotted: it caches on itself."""

    store: Store
    visits: dict[str, VisitEntry] = field(default_factory=dict)
    parts: dict[str, dict[str, OpenPart]] = field(default_factory=dict)
    terms: dict[str, Policy] = field(default_factory=dict)
    clients: dict[str, str] = field(default_factory=dict)
    by_key: dict[str, PendantState | None] = field(default_factory=dict)
    by_id: dict[str, PendantState | None] = field(default_factory=dict)
    carried: dict[str, tuple[str, ...]] = field(default_factory=dict)
    presses: dict[tuple[str, str], str] = field(default_factory=dict)
    ended: dict[str, Alarm] = field(default_factory=dict)  # in this turn: the database has them not
    records: dict[str, Record] = field(default_factory=dict)  # engine/registers.py reads them
    identities: Identities = field(init=False)
    watch: Watch = field(default_factory=Watch)
    # Of no importance for what is decided, so it outlives a failed turn.
    unechoed: dict[str, int] = field(default_factory=dict)  # pendant -> when it was last told

    def __post_init__(self) -> None:
        self.identities = Identities(self.store)

    def forget(self) -> None:
        """After a failed turn: what was decided there never happened."""
        for cache in (self.visits, self.parts, self.clients, self.by_key, self.by_id, self.carried,
                      self.presses, self.records, self.ended):  # fmt: skip
            cache.clear()
        self.identities.forget()
        self.watch.failed()
        for name in ("head", "alarms", "sources", "about", "people", "duty", "last_page"):
            self.__dict__.pop(name, None)

    @cached_property
    def head(self) -> log.Head:
        return log.head(self.store.conn)

    # Visits and their parts.

    def visit(self, visit_id: str) -> VisitEntry | None:
        entry = self.visits.get(visit_id)
        if entry is None:
            row = self.store.one("SELECT state, created_ms FROM visit WHERE id = ?", (visit_id,))
            if row is None:
                return None
            due = self.store.all(
                "SELECT timer, due_ms, worker, anchor_ms FROM deadline WHERE owner = ?",
                (f"visit:{visit_id}",),
            )
            entry = VisitEntry(
                form.load_visit(json.loads(row[0])),
                row[0],
                tuple(Deadline(*each) for each in due),
                row[1],
            )
            self.visits[visit_id] = entry
        return entry

    def trim(self) -> None:
        """Between turns: a limit on everything."""
        self.ended.clear()
        self.watch.committed()
        if len(self.visits) > MAX_VISITS:
            self.visits.clear()
        self.identities.trim()

    def open_parts(self, worker: str) -> dict[str, OpenPart]:
        """The worker's open parts by visit."""
        found = self.parts.get(worker)
        if found is None:
            rows = self.store.all(
                "SELECT visit, phase, planned_start_ms, planned_end_ms FROM part"
                " WHERE worker = ? AND open = 1",
                (worker,),
            )
            found = self.parts[worker] = {row[0]: OpenPart(*row) for row in rows}
        return found

    def set_parts(self, visit: Visit) -> None:
        """Keep the parts' cache in step with a visit that was just decided."""
        for part in visit.parts:
            parts = self.open_parts(part.worker)
            if part.phase in ENDED:
                parts.pop(visit.id, None)
            else:
                parts[visit.id] = OpenPart(
                    visit.id, part.phase, visit.planned_start_ms, visit.planned_end_ms
                )

    # Alarms.

    @cached_property
    def alarms(self) -> dict[str, Alarm]:
        """Every open alarm, whole."""
        rows = self.store.all("SELECT state_json FROM alarm WHERE state <> 'resolved'")
        found = (form.load_alarm(json.loads(text)) for (text,) in rows)
        return {alarm.id: alarm for alarm in found}

    @cached_property
    def sources(self) -> dict[tuple[str, str], str]:
        """(kind, source) of each open alarm -> its id."""
        return {(alarm.kind, alarm.source): alarm.id for alarm in self.alarms.values()}

    def alarm(self, alarm_id: str) -> Alarm | None:
        """Open or resolved."""
        alarm = self.alarms.get(alarm_id) or self.ended.get(alarm_id)
        if alarm is not None:
            return alarm
        row = self.store.one("SELECT state_json FROM alarm WHERE id = ?", (alarm_id,))
        return None if row is None else form.load_alarm(json.loads(row[0]))

    @cached_property
    def about(self) -> dict[str, dict[str, None]]:
        """`visit:<id>`, `worker:<id>` or `pendant:<id>` -> its open alarms, oldest first."""
        found: dict[str, dict[str, None]] = {}
        for alarm in self.alarms.values():
            for name in _subjects(alarm):
                found.setdefault(name, {})[alarm.id] = None
        return found

    def set_alarm(self, alarm: Alarm) -> None:
        """Keep the caches in step with an alarm that was just decided."""
        about, sources = self.about, self.sources  # made before the alarm is among the others
        key = (alarm.kind, alarm.source)
        if alarm.state == "resolved":
            self.alarms.pop(alarm.id, None)
            self.ended[alarm.id] = alarm
            if sources.get(key) == alarm.id:
                del sources[key]
            for name in _subjects(alarm):
                about.get(name, {}).pop(alarm.id, None)
            return
        self.alarms[alarm.id] = alarm
        sources[key] = alarm.id
        for name in _subjects(alarm):
            about.setdefault(name, {})[alarm.id] = None

    def alarms_about(self, worker: str, visit: str = "", pendant: str = "") -> list[Alarm]:
        """Open alarms of a worker, a visit or a pendant."""
        ids = dict(self.about.get(f"worker:{worker}", {})) if worker else {}
        if visit:
            ids |= self.about.get(f"visit:{visit}", {})
        if pendant:
            ids |= self.about.get(f"pendant:{pendant}", {})
        return [self.alarms[alarm_id] for alarm_id in ids]

    def alarm_of_press(self, pendant: str, identity: str) -> str:
        """The newest alarm that holds this press, or "" for one that the hub never had."""
        found = self.presses.get((pendant, identity))
        if found is None:
            row = self.store.one(
                "SELECT press.alarm FROM press JOIN alarm ON alarm.id = press.alarm"
                " WHERE press.pendant = ? AND identity = ? ORDER BY raised_ms DESC LIMIT 1",
                (pendant, identity),
            )
            if row is None:
                return ""
            found = self.presses[pendant, identity] = str(row[0])
        return found

    # People.

    @cached_property
    def people(self) -> dict[str, Person]:
        rows = self.store.all(
            "SELECT id, name, initials, login, roles, phones, pages, password_hash, car, active,"
            " own_mobile, own_mobile_consent, own_phrase, job_title FROM person"
        )
        return {row[0]: Person.of(row) for row in rows}

    @cached_property
    def duty(self) -> dict[str, dict[str, int]]:
        """role -> {person: since_ms}, in the order they took it."""
        found: dict[str, dict[str, int]] = {}
        for role, person, since_ms in self.store.all(
            "SELECT role, person, since_ms FROM duty ORDER BY since_ms, person"
        ):
            found.setdefault(role, {})[person] = since_ms
        return found

    @cached_property
    def last_page(self) -> int:
        row = self.store.one("SELECT COALESCE(MAX(id), 0) FROM page")
        return 0 if row is None else int(row[0])

    def client_code(self, client_id: str) -> str:
        """What may be said of a client in a page."""
        found = self.clients.get(client_id)
        if found is None:
            row = self.store.one("SELECT code FROM client WHERE id = ?", (client_id,))
            found = self.clients[client_id] = client_id if row is None else str(row[0])
        return found

    def terms_named(self, terms_id: str) -> Policy:
        """A snapshot. Raises KeyError for one that was never stored, which nothing may plan by."""
        found = self.terms.get(terms_id)
        if found is None:
            row = self.store.one("SELECT source FROM terms WHERE id = ?", (terms_id,))
            if row is None:
                raise KeyError(f"no terms {terms_id} in the database")
            found = self.terms[terms_id] = terms_from(row[0])
        return found

    # Pendants.

    def key(self, key_id: str) -> Key | None:
        found = self.pendant_of_key(key_id)
        return None if found is None else found.key

    def pendant_of_key(self, key_id: str) -> PendantState | None:
        if key_id not in self.by_key:
            self._remember(load_pendant(self.store, "key_id", key_id), key_id, "")
        return self.by_key[key_id]

    def pendant(self, pendant_id: str) -> PendantState | None:
        if pendant_id not in self.by_id:
            self._remember(load_pendant(self.store, "id", pendant_id), "", pendant_id)
        return self.by_id[pendant_id]

    def pendants_of(self, worker: str) -> list[PendantState]:
        """The pendants that a worker carries."""
        ids = self.carried.get(worker)
        if ids is None:
            rows = self.store.all(
                "SELECT id FROM pendant WHERE worker = ? AND worker <> ''", (worker,)
            )
            ids = self.carried[worker] = tuple(row[0] for row in rows)
        return [found for each in ids if (found := self.pendant(each)) is not None]

    def _remember(self, found: PendantState | None, key_id: str, pendant_id: str) -> None:
        if found is not None:
            # The one that is known under its other name is the one whose changes count.
            found = self.by_id.get(found.id) or self.by_key.get(found.key_id) or found
            key_id, pendant_id = found.key_id, found.id
        elif len(self.by_key) > MAX_VISITS:
            self.by_key = {key: kept for key, kept in self.by_key.items() if kept is not None}
        if key_id:
            self.by_key[key_id] = found
        if pendant_id:
            self.by_id[pendant_id] = found

    def forget_pendant(self, pendant_id: str, key_id: str) -> None:
        """Its row was changed by hand: read it again."""
        self.by_id.pop(pendant_id, None)
        self.by_key.pop(key_id, None)
        self.carried.clear()


def _subjects(alarm: Alarm) -> list[str]:
    named = (("visit", alarm.visit), ("worker", alarm.worker), ("pendant", alarm.pendant))
    return [f"{what}:{name}" for what, name in named if name]
