"""What a route needs, in one place: the reader, the inbox, the clock, who may see what.

Rule: a screen is drawn from one reading of the store (`scene`), already without what this viewer
may not know; a command goes through the inbox and nowhere else.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from hub.clock import Clock
from hub.inbox import Answer, Command, EngineStuck, Inbox
from hub.policy.model import Policy
from hub.rules.model import Deadline, Value, Visit
from hub.store.reader import Reader
from hub.store.views import Board, Person
from hub.web.invitations import Invitations
from hub.web.live import Live
from hub.web.passwords import BackOff, Passwords
from hub.web.sessions import Sessions
from hub.web.views.scene import Away, Contact, Scene, line, seen_by

ASK_S = 10.0
HEALTH_S = 3.0
LOOK_EVERY_S = 60.0  # the same eyes on the same page within a minute are one look
LOOKS_REMEMBERED = 1_000


@dataclass(slots=True)
class Desk:
    """Shared by all requests. `policy`: the words of the running procedure."""

    reader: Reader
    inbox: Inbox
    clock: Clock
    live: Live
    sessions: Sessions
    invitations: Invitations
    passwords: Passwords
    policy: Policy
    secure: bool = False
    fault: Callable[[], str] = lambda: ""  # why the engine takes no turn, e.g. a full disk
    policy_fault: str = ""  # why the procedure's file is not what runs
    key_faults: Callable[[], tuple[str, ...]] = tuple  # which of the hub's certificates end soon
    ask_s: float = ASK_S
    back_off: BackOff = field(default_factory=lambda: BackOff(time.monotonic))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _looks: OrderedDict[tuple[str, str], float] = field(default_factory=OrderedDict)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.reader.genesis.zone)

    @property
    def simulation(self) -> bool:
        return self.reader.genesis.mode == "SIMULATION"

    def engine_age_ms(self) -> int | None:
        """Link time since the last engine turn. What was heard of it counts; before the first one
        what is stored, by a clock that somebody may set back, so that it never grows old (P6)."""
        heard = self.live.engine_age_ms()
        if heard is not None:
            return heard
        stored = max(0, self.clock.now_ms() - self.reader.health().last_turn_ms)
        return stored // self.clock.speed

    def scene(self, viewer: str, extra: Visit | None = None, client: str = "") -> Scene:
        """One reading of the store as this viewer may see it; `extra`: a visit no longer open;
        `client`: whose contacts are shown."""
        now_ms = self.clock.now_ms()
        board = self.reader.board(now_ms)
        visits = list({row.visit.id: row.visit for row in board.rows}.values())
        if extra is not None and all(visit.id != extra.id for visit in visits):
            visits.append(extra)
        people = self.reader.people()
        scene = Scene(
            now_ms=now_ms,
            zone=self.zone,
            organisation=self.reader.genesis.organisation,
            simulation=self.simulation,
            visits=visits,
            deadlines=self._deadlines(board, visits),
            alarms=board.alarms,
            people={person.id: person for person in people},
            clients={client.id: client for client in self.reader.clients()},
            pendants={pendant.id: pendant for pendant in self.reader.pendants()},
            duty=self.reader.on_duty(),
            health=board.health,
            engine_age_ms=self.engine_age_ms(),
            speed=self.clock.speed,
            fault=self.fault(),
            policy_fault=self.policy_fault,
            key_faults=self.key_faults(),
            policy=self.policy,
            terms=self._terms(visits),
            contacts={client: self._contacts(client)} if client else {},
            away=self._away(),
        )
        return seen_by(viewer, scene)

    def _terms(self, visits: list[Visit]) -> dict[str, Policy]:
        """What the visits run by that were planned under another procedure than today's."""
        older = {visit.terms for visit in visits} - {self.policy.terms_id}
        found = {terms: self.reader.terms(terms) for terms in older}
        return {terms: policy for terms, policy in found.items() if policy is not None}

    def _contacts(self, client: str) -> tuple[Contact, ...]:
        """CT-8.3: whom to reach about a client, each kind in its order."""
        found = [
            record
            for record in self.reader.records_about(client=client, kind="contact")
            if record.state == "current"
        ]
        found.sort(key=lambda record: (int(record.fields.get("order", 99)), record.id))
        return tuple(
            Contact(
                kind=str(record.fields.get("sort", "")),
                name=str(record.fields.get("name", "")),
                line=line(str(record.fields.get("number", ""))),
                note=str(record.fields.get("note", "")),
            )
            for record in found
        )

    def _away(self) -> tuple[Away, ...]:
        """SU-board: leave, sick leave and courses, with the day of return."""
        return tuple(
            Away(
                worker=record.worker,
                sort=str(record.fields.get("sort", "")),
                first_day=str(record.fields.get("first_day", "")),
                back_on=str(record.fields.get("back_on", "")),
            )
            for record in self.reader.records("absence")
        )

    def _deadlines(self, board: Board, visits: list[Visit]) -> dict[str, tuple[Deadline, ...]]:
        """All deadlines of the visits that are under way; for the planned the next one will do."""
        out = {}
        for visit in visits:
            if visit.phase in ("closed", "cancelled"):
                continue
            due = self.reader.deadlines(f"visit:{visit.id}")
            out[visit.id] = tuple(Deadline(d.timer, d.due_ms, d.worker, d.anchor_ms) for d in due)
        return out

    def ask(
        self, kind: str, by: str, facts: Mapping[str, Value], version: int | None = None
    ) -> Answer:
        """Give a command and wait for its turn; a stuck engine is an answer too, and says so."""
        try:
            return self.inbox.ask(kind, by, facts, self.ask_s, version)
        except EngineStuck as exc:
            return Answer(False, f"{exc}.")

    def looked(self, by: Person, visit: str = "", alarm: str = "", worker: str = "") -> None:
        """P8: who looked at whose details. Nobody waits for it."""
        now, key = time.monotonic(), (by.id, f"{visit} {alarm} {worker}")
        with self._lock:
            if now - self._looks.get(key, -LOOK_EVERY_S) < LOOK_EVERY_S:
                return
            self._looks.pop(key, None)
            self._looks[key] = now
            if len(self._looks) > LOOKS_REMEMBERED:
                self._looks.popitem(last=False)
        about = {"visit": visit, "alarm": alarm, "worker": worker}
        given = {key: value for key, value in about.items() if value}
        self.inbox.put(Command("looked", by.id, given))
