"""One visit's history run by a procedure, perhaps by another than it ran by.

Rule: pure; the same rules as the hub's, on the recorded inputs, with this procedure's clocks. Where
a gate would have refused what was recorded, that is noted and the run goes on as if the gate had
been seen to: what people would have done instead nobody knows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from hub.engine.directory import SeenDirectory, load_seen
from hub.engine.hours import is_out_of_hours
from hub.engine.turn import ALARM, REBASE
from hub.policy.histories import History, Input
from hub.policy.model import Gate, Policy
from hub.rules import agreeing, drills, visit
from hub.rules.asked import number
from hub.rules.effects import Decision, Effect, RaiseAlarm, ResolveAlarms
from hub.rules.kinds import NEVER_AUTO_RESOLVED
from hub.rules.model import Event, Value, Visit

MAX_FIRED = 10_000  # of one visit: a history that rings for ever is cut here


@dataclass(frozen=True, slots=True)
class Rung:
    """An alarm that this run raised. `first`: the roles that are called first."""

    kind: str
    worker: str
    at_ms: int
    why: str
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was recorded and would have been refused. `known`: the hub had on record what the gate
    asks about; without it the answer is a guess."""

    command: str
    at_ms: int
    reason: str
    clause: tuple[str, ...]
    known: bool


@dataclass(slots=True)
class Course:
    """How the visit went under one procedure. `entered` False: it would not have been entered."""

    level: str = ""
    entered: bool = True
    alarms: list[Rung] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def run(policy: Policy, history: History, until_ms: int, zone: str,
        terms_named: Callable[[str], Policy] | None = None) -> Course:  # fmt: skip
    """`terms_named`: to follow a rebase of the record; without it the run keeps to its policy."""
    return _Run(policy, history, zone, terms_named).to_the_end(until_ms)


def _closed(policy: Policy, command: str, decision: Decision) -> Gate | None:
    """The gate that refused; None for what no procedure could allow, and for what was allowed."""
    gates = policy.gates_for.get(command, ())
    return next((gate for gate in gates if gate.reason == decision.refused), None)


class _Run:
    def __init__(self, policy: Policy, history: History, zone: str,
                 terms_named: Callable[[str], Policy] | None) -> None:  # fmt: skip
        self.policy = policy
        self.history = history
        self.zone = zone
        self.terms_named = terms_named
        self.course = Course()
        self.visit: Visit | None = None
        self.open: dict[tuple[str, str], str] = {}  # (kind, source) -> worker
        self.planned_by = self._seen(history.plan)

    def to_the_end(self, until_ms: int) -> Course:
        self._plan()
        for given in self.history.inputs if self.visit is not None else ():
            self._fire(given.now_ms)
            self._take(given)
        if self.visit is not None:
            self._fire(until_ms)
            self.course.level = self.visit.level
        return self.course

    def _seen(self, given: Input) -> SeenDirectory | None:
        """The directory of that row, with the office hours of this procedure."""
        if "directory" not in given.given:
            return None
        found = load_seen(given.given["directory"])
        start_ms, end_ms = self._times(given.event)
        if not 0 < start_ms <= end_ms:
            return found
        late = is_out_of_hours(self.policy.hours, self.zone, start_ms, end_ms)
        facts = found.facts - {"out_of_hours"} | ({"out_of_hours"} if late else set())
        return replace(found, facts=frozenset(facts))

    def _times(self, event: Event) -> tuple[int, int]:
        now = getattr(self, "visit", None)
        start_ms = number(event.data, "start_ms") or (now.planned_start_ms if now else 0)
        return start_ms, number(event.data, "end_ms") or (now.planned_end_ms if now else 0)

    def _plan(self) -> None:
        plan, seen = self.history.plan, self.planned_by or SeenDirectory()
        decision = visit.plan(self.policy, plan.event, self.history.id, plan.now_ms, seen)
        if decision.refused:
            self._refused(decision, plan, seen)
            self.course.entered = False
            return
        self.visit = decision.visit
        self._effects(decision.effects)

    def _take(self, given: Input) -> None:
        assert self.visit is not None
        if given.rule == ALARM:
            self._resolved(given)
            return
        if given.rule == REBASE:
            self._rebase(given)
            return
        seen = self._seen(given) or self.planned_by or SeenDirectory()
        policy = self.policy
        # Each gate that would have closed is noted, and left out of what follows.
        for _ in range(len(self.policy.gates) + 1):
            decision = visit.decide(policy, self.visit, given.event, given.now_ms, seen)
            gate = _closed(policy, given.event.kind, decision)
            if gate is None or given.refused:
                break
            self._refused(decision, given, seen)
            policy = replace(policy, gates=tuple(each for each in policy.gates if each != gate))
        else:
            return
        self._keep(decision)

    def _refused(self, decision: Decision, given: Input, seen: SeenDirectory) -> None:
        gate = _closed(self.policy, given.event.kind, decision)
        recorded = "directory" in given.given
        held = gate is None or all(seen.roles.get(role) for role in gate.roles)
        self.course.refusals.append(
            Refusal(
                given.event.kind,
                given.now_ms,
                decision.refused,
                decision.clause,
                known=recorded and held,
            )
        )

    def _rebase(self, given: Input) -> None:
        assert self.visit is not None
        if self.terms_named is None:
            return  # it runs by this procedure already
        today = self.terms_named(given.given["terms"])
        seen = load_seen(given.given["directory"])
        decision = agreeing.rebase(today, self.visit, given.event, seen)
        if not decision.refused:
            self.policy = today
            self._keep(decision)

    def _resolved(self, given: Input) -> None:
        """A person ended that alarm; the other procedure's of the same kind ends with it."""
        if given.alarm is None:
            return
        kind, source, worker = given.alarm
        for each, whose in list(self.open.items()):
            if each == (kind, source) or (each[0] == kind and whose == worker):
                del self.open[each]

    def _keep(self, decision: Decision) -> None:
        if decision.visit is not None:
            self.visit = decision.visit
        self._effects(decision.effects)

    def _fire(self, until_ms: int) -> None:
        """Everything that falls due on the way, dated when it fell due."""
        for _ in range(MAX_FIRED):
            assert self.visit is not None
            found = visit.deadlines(self.policy, self.visit)
            due = min(found, key=lambda each: (each.due_ms, each.timer), default=None)
            if due is None or due.due_ms > until_ms:
                return
            facts: dict[str, Value] = {"timer": due.timer, "anchor_ms": due.anchor_ms}
            event = Event("due", due.due_ms, visit=self.visit.id, worker=due.worker, data=facts)
            self._keep(visit.decide(self.policy, self.visit, event, due.due_ms))
            if due in visit.deadlines(self.policy, self.visit):
                return  # a deadline that stays due would fire for ever

    def _effects(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, RaiseAlarm):
                self._raise(effect)
            elif isinstance(effect, ResolveAlarms):
                for kind, source in list(self.open):
                    if source in effect.sources and kind not in NEVER_AUTO_RESOLVED:
                        del self.open[kind, source]

    def _raise(self, effect: RaiseAlarm) -> None:
        kind = drills.kind_of(effect)
        if (effect.kind, effect.source) in self.open:
            return
        self.open[effect.kind, effect.source] = effect.worker
        ladder = self.policy.ladder.get(effect.ladder)
        first = ladder.steps[0].roles if ladder is not None and ladder.steps else ()
        self.course.alarms.append(Rung(kind, effect.worker, effect.at_ms, effect.why, first))
