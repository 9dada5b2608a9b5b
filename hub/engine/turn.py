"""One turn: the moment, what it reads, what it will write, and what is to be done afterwards.

Rule: `now_ms` is the only time there is in a turn. Whatever a rule decides goes through `record`,
which makes the log row, the new state, its deadlines and its caches together, so that none of them
can be forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from heapq import heappush

from hub.engine.afterwards import Afterwards
from hub.engine.daylight import Place
from hub.engine.state import OpenPart, State, VisitEntry
from hub.ids import Ids
from hub.policy.model import Policy
from hub.registers.kinds import REGISTERS
from hub.rules import alarm as alarm_rules
from hub.rules import form
from hub.rules import visit as visit_rules
from hub.rules.effects import Decision
from hub.rules.entries import is_day
from hub.rules.model import Alarm, Deadline, Event, Record, Value, Visit
from hub.rules.phases import ENDED
from hub.rules.version import VERSION
from hub.store import log
from hub.store.changes import OPEN_RANK, RECORD_RANK, Changes, rank_of, text_of
from hub.verify import REVOKED

# (danger, due, owner, timer, worker): what is due within this turn, next first
Due = tuple[int, int, str, str, str]
# Which rule made a row's decision, so that it can be asked again (hub/replay.py).
VISIT, PLAN, OFF_VISIT, SEVERAL = "visit", "plan", "off-visit", "several"
REBASE = "rebase"  # by another procedure from here on
ALARM, RAISED, PRESSED, ANSWERED = "alarm", "raised", "pressed", "answered"
RECORD = "record"  # something written down, or its day has come
NOTE = "note"  # none: the hub's own doing, recorded
JsonLike = Mapping[str, object]


@dataclass(slots=True)
class Turn:
    """Made new for each turn. `blind`: this turn catches up after an outage: danger goes first."""

    state: State
    ids: Ids
    policy: Policy
    now_ms: int
    speed: int = 1  # milliseconds of rule time in one of link time
    blind: bool = False
    place: Place | None = None  # the organisation's, for sunset; None: its zone's
    overdue: bool = False  # more is due than one turn takes
    changes: Changes = field(default_factory=Changes)
    after: Afterwards = field(init=False)
    due: list[Due] = field(default_factory=list)
    unsettled: dict[str, None] = field(default_factory=dict)  # pendants whose standing may change
    unsettled_beats: dict[str, tuple[str, int]] = field(default_factory=dict)  # their beats
    taken: dict[tuple[str, str, int], set[str]] = field(default_factory=dict)  # identities

    def __post_init__(self) -> None:
        self.after = Afterwards(self.now_ms)

    # The log.

    def log(
        self,
        event: Event,
        given: JsonLike,
        decided: JsonLike,
        reason: str,
        alarm: str = "",
        state: tuple[str, str] = ("", ""),
    ) -> None:
        """One row. `given`: the input as the rules saw it; `decided`: the decision without the new
        state, which is `state`: its name and its JSON, made once for the row and for its table."""
        body = text_of({"input": given, "rules": VERSION, "decision": decided})
        name, text = state
        if name:
            body = f'{body[:-2]}{"," if decided else ""}"{name}":{text}}}}}'
        fields = (
            event.kind, event.at_ms, self.now_ms, event.visit, alarm, event.worker, event.pendant,
            event.by, VERSION, reason,
        )  # fmt: skip
        row = log.chain(self.state.head, fields, body)
        self.state.head = log.Head(row[0], row[-1])
        self.changes.log.append(row)
        self.changes.payload.append((row[0], body))

    def note(self, kind: str, reason: str, about: Event | None = None, **facts: Value) -> None:
        """A row about something that no rule decides: a link, a duty, a beat that came back."""
        known = about or Event(kind, self.now_ms)
        event = replace(known, kind=kind, data={**known.data, **facts})
        given = {"rule": NOTE, "event": form.dump(event)}
        self.log(event, given, {"reason": reason}, reason)

    # Visits.

    def visit(self, visit_id: str) -> Visit | None:
        entry = self.state.visit(visit_id)
        return None if entry is None else entry.visit

    def terms_of(self, visit: Visit) -> Policy:
        """The procedure the visit was planned under, whatever the file says today. One that the
        database has lost or cannot read any more leaves nobody unwatched: today's is taken, and
        that it was is on the record."""
        try:
            return self.state.terms_named(visit.terms)
        except (KeyError, TypeError, ValueError) as exc:
            self.state.terms[visit.terms] = self.policy
            about = Event("terms_lost", self.now_ms, visit=visit.id)
            said = f"{visit.terms} cannot be read: goes on by {self.policy.terms_id}"
            self.note("terms_lost", said, about, fault=repr(exc)[:200])
            return self.policy

    def record_visit(
        self,
        event: Event,
        decision: Decision,
        old: Visit | None,
        given: JsonLike | None = None,
    ) -> None:
        """A decision about a visit, with everything that follows from the state alone."""
        new = decision.visit
        given = given or {"rule": VISIT, "event": form.dump(event)}
        plain = form.dump_decision(decision)
        state = plain.pop("visit", None)
        entry = None if new is None else self.state.visit(new.id)
        if new is None or (new == old and entry is not None):
            # Nothing changed: the row keeps the reason and leaves the state to the rows before.
            self.log(event, given, plain, decision.reason)
            return
        text = text_of(state)
        self.log(event, given, plain, decision.reason, state=("visit", text))
        self._keep_visit(new, text, entry)

    def _keep_visit(self, visit: Visit, text: str, entry: VisitEntry | None) -> None:
        due = visit_rules.deadlines(self.terms_of(visit), visit)
        if entry is None:
            entry = VisitEntry(visit, text, (), self.now_ms)
            self.state.visits[visit.id] = entry
        self._keep_deadlines(f"visit:{visit.id}", OPEN_RANK, entry.deadlines, due)
        was = {part.worker: part.phase for part in entry.visit.parts}
        covered = entry.visit.coverage == visit.coverage  # else silence may count now
        entry.visit, entry.text, entry.deadlines = visit, text, due
        next_ms = min((each.due_ms for each in due), default=None)
        self.changes.visit(visit, text, next_ms, (entry.created_ms, self.now_ms))
        self.state.set_parts(visit)
        self.after.changed |= {"board", f"visit:{visit.id}"}
        for part in visit.parts:
            self.unsettle(part.worker)
            if was.get(part.worker) != part.phase or part.phase in ENDED or not covered:
                self.rewatch(part.worker)

    def _keep_deadlines(
        self, owner: str, rank: int, old: tuple[Deadline, ...], new: tuple[Deadline, ...]
    ) -> None:
        """Write the difference; what is due already joins this turn's queue."""
        if old == new:
            return
        kept = set(new)
        names = {(each.timer, each.worker) for each in new}
        for each in old:
            if each not in kept and (each.timer, each.worker) not in names:
                self.changes.no_deadline(owner, each)
        known = set(old)
        for each in new:
            if each not in known:
                self.changes.deadline(owner, each, rank)
                if each.due_ms <= self.now_ms:
                    self.fall_due(rank, each.due_ms, owner, each.timer, each.worker)

    def fall_due(self, rank: int, due_ms: int, owner: str, timer: str, worker: str) -> None:
        heappush(self.due, (rank if self.blind else 0, due_ms, owner, timer, worker))

    def rewatch(self, worker: str) -> None:
        """Her pendants' silence counts while she is on a running visit, not between them."""
        parts = self.state.open_parts(worker).values()
        running = any(part.phase != "planned" and not self.is_day(part) for part in parts)
        for pendant in self.state.pendants_of(worker):
            # A revoked one can do no more than press: its silence says nothing.
            watched = running and pendant.state != REVOKED
            if watched:
                self.state.watch.start(pendant.id, self.now_ms)
            else:
                self.state.watch.stop(pendant.id)
            if pendant.watched != watched:
                pendant.watched = watched
                self.changes.beats[pendant.id] = pendant.row()

    def is_day(self, part: OpenPart) -> bool:
        """Only this phase can be a day's; a look into the visit costs more than the phase."""
        visit = self.visit(part.visit) if part.phase == "to-base" else None
        return visit is not None and is_day(visit)

    # Alarms.

    def record_alarm(
        self, event: Event, given: JsonLike, decision: Decision, old: Alarm | None
    ) -> None:
        """A decision about an alarm, with everything that follows from the state alone."""
        new = decision.alarm
        plain = form.dump_decision(decision)
        state = plain.pop("alarm", None)
        alarm_id = new.id if new is not None else (old.id if old is not None else "")
        if new is None or new == old:
            self.log(event, given, plain, decision.reason, alarm_id)
            return
        text = text_of(state)
        self.log(event, given, plain, decision.reason, alarm_id, ("alarm", text))
        self.changes.alarm(new, text, self.now_ms)
        owner, rank = f"alarm:{new.id}", rank_of(new)
        self._keep_deadlines(owner, rank, alarm_deadlines(old), alarm_deadlines(new))
        had = frozenset() if old is None else {press.identity for press in old.presses}
        for press in new.presses:
            if press.identity and press.identity not in had and new.pendant:
                self.changes.presses.append((new.pendant, press.identity, new.id))
                self.state.presses[new.pendant, press.identity] = new.id
        self.state.set_alarm(new)
        self.after.changed |= {"board", f"alarm:{new.id}"}
        if new.visit:
            self.after.changed.add(f"visit:{new.visit}")
        if new.worker:
            self.unsettle(new.worker)
        if new.pendant:
            self.unsettled[new.pendant] = None

    # Registers.

    def record_record(
        self, event: Event, decision: Decision, old: Record | None, given: JsonLike
    ) -> None:
        """A decision about something written down. What a refusal quotes stays in the payload."""
        new = decision.record
        plain = form.dump_decision(decision)
        state = plain.pop("record", None)
        reason = f"{event.kind} refused" if decision.refused else decision.reason
        worker = event.worker or ("" if new is None else new.worker)
        row = replace(event, worker=worker)
        if new is None or new == old:
            self.log(row, given, plain, reason)
            return
        text = text_of(state)
        self.log(row, given, plain, reason, state=("record", text))
        was = () if old is None else old.due
        self._keep_deadlines(f"record:{new.id}", RECORD_RANK, was, new.due)
        self.state.records[new.id] = new
        is_open = new.state not in REGISTERS[new.kind].ended
        self.changes.record(new, text, is_open, self.now_ms)
        self.after.changed |= {"records", f"record:{new.id}"}

    def unsettle(self, worker: str) -> None:
        """What her pendants are told may have changed."""
        for pendant in self.state.pendants_of(worker):
            self.unsettled[pendant.id] = None


def alarm_deadlines(alarm: Alarm | None) -> tuple[Deadline, ...]:
    """What falls due next about it; nothing once it is resolved (P3)."""
    return () if alarm is None else alarm_rules.deadlines(alarm)
