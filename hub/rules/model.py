"""What the rules speak of: visits, parts, alarms, events, effects. Frozen; times are UTC ms.

A *visit* has one or more *parts*, one per worker; each part lives its own phases and the visit is
over when every part is accounted for (ADR 0005). *Alarms* stand apart from visits and may exist
without one. Everything here can be written as JSON and read back without loss (rules/form.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hub.rules.phases import most_exposed

Value = str | int | bool
NOTHING: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, fell due or was asked for.

    `at_ms`: when it happened or fell due (never when it was noticed). `by`: the person who did it;
    for a pendant's event, the worker who carries it. `visit`/`worker`: whose part. `identity`: the
    pendant's `<boot>.<seq>`, or "". `data`: the rest, by kind (rules/kinds.py lists it).
    """

    kind: str
    at_ms: int
    by: str = ""
    visit: str = ""
    worker: str = ""
    pendant: str = ""
    identity: str = ""
    data: Mapping[str, Value] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Mark:
    """A letter on the board, earned: A, T, D, NR …; `by` is the person who confirmed it."""

    letter: str
    at_ms: int
    by: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a press said and no person has confirmed yet. `kind`: the event's (arrived, ok …).

    `felt`: of a silent press, what it passes for on her side (P2); `kind` is then what it was.
    """

    kind: str
    at_ms: int
    identity: str = ""
    felt: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tried to reach her. `reached`: spoke with her; an answerphone is no contact.

    `result`: rules/kinds.py RESULTS, or "" where only `reached` was told.
    """

    at_ms: int
    by: str
    means: str
    reached: bool
    note: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a timer of the policy falls due for one part. Stored as a row, absolute, indexed."""

    timer: str
    due_ms: int
    worker: str = ""
    anchor_ms: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One worker's share of a visit. `anchors`: moments that timers count from (policy ANCHORS)."""

    worker: str
    pendant: str = ""
    phase: str = "planned"
    anchors: Mapping[str, int] = field(default_factory=dict)
    go_in: str = ""  # identity (or call id) of the arrival a person confirmed
    marks: tuple[Mark, ...] = ()
    claims: tuple[Claim, ...] = ()
    attempts: tuple[Attempt, ...] = ()  # since the last contact; older ones are in the log
    fired: tuple[tuple[str, int], ...] = ()  # (timer id, due ms) of each timer's last firing
    stood_down: bool = False
    call_every_ms: int = 0  # agreed interval of further call-backs, 0 = none
    prompt: str = ""  # id of the question her pendant is asked, "" = none
    departure_contact: str = ""  # HM-3.3: the named person agreed at arrival
    facts: tuple[str, ...] = ()  # what events have told of this part (rules/facts.py PART_FACTS)


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned or running visit. `terms` is the snapshot's id: policy id, version and digest."""

    id: str
    terms: str
    level: str  # standard | enhanced | high, chosen by the policy from facts
    client: str
    area: str
    planned_start_ms: int
    planned_end_ms: int
    parts: tuple[Part, ...]
    tracker: str = ""  # person id; "" = none: no tracker, no visit (HM-4.1.1)
    then: str = "base"  # base | home (NR) | next
    coverage: str = "unknown"  # good | poor | unknown
    purpose: str = ""
    level_reasons: tuple[str, ...] = ()  # which facts chose the level, with clause ids
    version: int = 0  # grows with every change: an old page's action can be told
    facts: tuple[str, ...] = ()  # what was known when it was planned (rules/facts.py PLAN_FACTS)
    kind: str = "visit"  # rules/kinds.py ENTRY_KINDS: visit | site | meeting | day (ADR 0014)
    venue: str = ""  # another place than the client's home: kind of appointment and full address
    overridden: tuple[str, ...] = ()  # "<gate> by <person>": who let it pass, on the record

    @property
    def phase(self) -> str:
        """The most exposed part's phase (rules/phases.py, EXPOSURE)."""
        return most_exposed(part.phase for part in self.parts)

    def part(self, worker: str) -> Part | None:
        """That worker's part; the only part when `worker` is empty and there is just one."""
        if not worker and len(self.parts) == 1:
            return self.parts[0]
        for part in self.parts:
            if part.worker == worker:
                return part
        return None


@dataclass(frozen=True, slots=True)
class Press:
    """A press inside an alarm; a resolution covers only the presses it names (P4)."""

    identity: str
    at_ms: int
    received_ms: int


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: the roles paged together, and how long people get from the page's hand-out.

    `say`: the instruction of the policy that goes with this rung (HM-5.2: who calls 999), or "".
    """

    roles: tuple[str, ...]
    wait_ms: int
    say: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that a person must do by hand, by a time, and tick off by name (HM-5.2, DC-mgr).

    Snapshotted into the alarm from the policy's `task` rows. `spared_by`: when somebody who holds
    one of these roles takes the alarm before it is due, it is no longer asked for. `state`: open |
    done | waived | spared. `due_ms` moves on by `again_ms` each time that it was asked for in vain.
    """

    id: str
    text: str
    roles: tuple[str, ...]
    due_ms: int
    again_ms: int = 300_000
    spared_by: tuple[str, ...] = ()
    waived_by: tuple[str, ...] = ()  # roles that may say, with a reason, that it is not needed
    clause: tuple[str, ...] = ()
    state: str = "open"
    by: str = ""
    at_ms: int = 0
    note: str = ""
    asked: int = 0  # how often people were paged about it in vain; once asked for, nobody spares it


@dataclass(frozen=True, slots=True)
class Case:
    """One of the readings of an alarm between which a person must choose (CT-8.2): its own tasks,
    and whom of the client's contacts to reach, by kind, in order (CT-8.3). Task times in here
    count from the choice: `due_ms` is then a span."""

    id: str
    name: str
    tasks: tuple[Task, ...] = ()
    contacts: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duties:
    """What an alarm of one kind brings with it, snapshotted when it is raised. Times are spans."""

    tasks: tuple[Task, ...] = ()
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """Snapshotted into the alarm; after the last rung it begins again (P3)."""

    id: str
    steps: tuple[Step, ...]
    first_lease_ms: int
    lease_ms: int
    clause: tuple[str, ...] = ()
    source: str = "ours"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm until a *person* resolves it. `next_ms` is never 0 while it is not resolved (P3).

    `kind`: rules/kinds.py ALARM_KINDS. `source`: what repeats are gathered by (a pendant's key
    id, a visit's timer …). `interested`: people who may not acknowledge or resolve it: the worker
    and her pair (P5). `silent`: nothing of it may reach her side.
    """

    id: str
    kind: str
    raised_ms: int
    recorded_ms: int
    ladder: Ladder
    next_ms: int
    source: str = ""
    visit: str = ""
    worker: str = ""
    pendant: str = ""
    interested: tuple[str, ...] = ()
    verified: bool = True
    silent: bool = False
    presses: tuple[Press, ...] = ()
    state: str = "open"  # open | owned | resolved
    step: int = 0
    round: int = 0
    owner: str = ""
    lease_until_ms: int = 0
    leases: int = 0
    attempts: tuple[Attempt, ...] = ()
    why: str = ""  # one sentence: what happened, with clause
    outcome: str = ""
    resolved_by: str = ""
    resolved_ms: int = 0
    version: int = 0
    paged_ms: int = 0  # when the current rung was last paged
    handed_ms: int = 0  # when the first page of the current rung reached a provider; 0 = not yet
    leased_ms: int = 0  # when the newest lease began: it is renewed only by an attempt since then
    tasks: tuple[Task, ...] = ()  # what people must do by hand before it can be resolved
    cases: tuple[Case, ...] = ()  # the readings to choose from; empty: there is nothing to choose
    case: str = ""  # the chosen one's id
    drill: bool = False  # only literally True is a drill; a press is never one (SU-drill)
    taken_ms: int = 0  # when a person first took it: how long alarms and drills waited
    mark: str = ""  # a press of it came from a pendant that is "expired" or "revoked" (P4)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody did to a record, by name: that is its signature."""

    verb: str
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Record:
    """Something written down in a register of policy/words.py (hub/registers/ has its rules).

    `fields`: what was written, never a secret. `due`: what falls due, next reminder in `due_ms`,
    the day itself in `anchor_ms`. `late`: those timers whose day has come and nobody acted.
    """

    id: str
    kind: str
    state: str
    client: str = ""
    worker: str = ""
    fields: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    acts: tuple[Act, ...] = ()  # the first and the newest; all are in the log
    due: tuple[Deadline, ...] = ()
    late: tuple[str, ...] = ()
    terms: str = ""  # the procedure by which it was last written: id@version
    version: int = 0
