"""The log again: its chain, the states it adds up to, and each of its decisions made once more.

Rules (P10): folding the recorded decisions must give the stored visits and alarms, whatever version
wrote them; deciding the inputs again with the rules of the same version must give the recorded
decisions. What was erased cannot be checked and is counted, never called right.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from hub.engine import turn as rows
from hub.engine.directory import load_seen
from hub.policy.model import Policy
from hub.policy.terms import terms_from
from hub.registers import rule as record_rule
from hub.registers import seen
from hub.rules import agreeing, dangers, form
from hub.rules import alarm as alarm_rules
from hub.rules import visit as visit_rules
from hub.rules.effects import Decision, RaiseAlarm, ResolveAlarms
from hub.rules.model import Alarm, Visit
from hub.rules.version import VERSION
from hub.store import log
from hub.store.changes import text_of
from hub.store.log import Problem, Row, Verified
from hub.store.views import LogLine

__all__ = ["Problem", "Replayed", "Verified", "replay", "show", "verify"]

verify = log.verify
ANY_RECORD = "record:"  # a row that may have been about any record was erased
Body = dict[str, Any]  # a payload, as json.loads gives it


@dataclass(slots=True)
class Replayed:
    """What `replay` found. `other_version`: rows that other rules decided, only folded."""

    rows: int = 0
    decided_again: int = 0
    other_version: int = 0
    erased: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems


@dataclass(slots=True)
class Folded:
    """The states so far, as JSON; `doubtful` are those whose newest row was erased."""

    visits: dict[str, Body] = field(default_factory=dict)
    records: dict[str, Body] = field(default_factory=dict)
    alarms: dict[str, Body] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)

    def visit(self, visit_id: str) -> Visit | None:
        found = self.visits.get(visit_id)
        return None if found is None else form.load_visit(found)

    def alarm(self, alarm_id: str) -> Alarm | None:
        found = self.alarms.get(alarm_id)
        return None if found is None else form.load_alarm(found)

    def take(self, row: Row, body: Body) -> None:
        """Fold one recorded decision."""
        decision = body["decision"]
        kinds = (("visit", self.visits), ("alarm", self.alarms), ("record", self.records))
        for kind, states in kinds:
            state = decision.get(kind)
            if state is not None:
                states[state["id"]] = state
                self.doubtful.discard(f"{kind}:{state['id']}")

    def lose(self, row: Row) -> None:
        """A row without its payload: the states it may have changed are not known from here."""
        if row.alarm:
            self.doubtful.add(f"alarm:{row.alarm}")
        elif row.visit:
            self.doubtful.add(f"visit:{row.visit}")
        else:
            self.doubtful.add(ANY_RECORD)


def replay(conn: sqlite3.Connection) -> Replayed:
    """Fold and decide the whole log again. Reads only."""
    with log.snapshot(conn):
        return _replay(conn)


def _replay(conn: sqlite3.Connection) -> Replayed:
    found, folded = Replayed(), Folded()
    terms = _Terms(conn)
    for row in log.rows(conn):
        found.rows += 1
        if row.body is None:
            found.erased += 1
            folded.lose(row)
            continue
        body: Body = json.loads(row.body)
        if body["rules"] != VERSION:
            found.other_version += 1
        elif not _is_doubtful(folded, row):
            _compare(row, body, folded, terms, found)
        folded.take(row, body)
    found.problems += _stored(conn, folded)
    return found


def _compare(row: Row, body: Body, folded: Folded, terms: "_Terms", found: Replayed) -> None:
    """Decided once more; what differs is a problem, and so is a procedure that is not there."""
    try:
        again = _again(row, body, folded, terms)
    except _LostTerms as exc:
        found.problems.append(Problem(row.seq, f"cannot be decided again: {exc}"))
        return
    if again is not None:
        found.decided_again += 1
        if again.decision != body["decision"]:
            found.problems.append(Problem(row.seq, _difference(again.decision, body)))


def _is_doubtful(folded: Folded, row: Row) -> bool:
    return f"visit:{row.visit}" in folded.doubtful or f"alarm:{row.alarm}" in folded.doubtful


class _LostTerms(Exception):
    """A procedure that rows were decided by is not in the database, or cannot be read."""


class _Terms:
    """The snapshots that visits were planned under."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._sources = dict(conn.execute("SELECT id, source FROM terms"))
        self._loaded: dict[str, Policy] = {}

    def named(self, terms_id: str) -> Policy:
        if terms_id not in self._loaded:
            try:
                self._loaded[terms_id] = terms_from(self._sources[terms_id])
            except (KeyError, TypeError, ValueError) as exc:
                raise _LostTerms(f"the procedure {terms_id} is lost or cannot be read") from exc
        return self._loaded[terms_id]


@dataclass(frozen=True, slots=True)
class _Again:
    """A decision made once more, as the log would hold it."""

    decision: Body


def _again(row: Row, body: Body, folded: Folded, terms: _Terms) -> _Again | None:
    """None for a row that no rule decided."""
    given, now_ms = body["input"], row.recorded_ms
    rule = given["rule"]
    if rule == rows.NOTE:
        return None
    event = form.load_event(given["event"])
    old_visit, old_alarm = folded.visit(row.visit), folded.alarm(row.alarm)
    if rule == rows.VISIT and old_visit is not None:
        policy = terms.named(old_visit.terms)
        seen = load_seen(given["directory"]) if "directory" in given else visit_rules.UNKNOWN
        return _held(visit_rules.decide(policy, old_visit, event, now_ms, seen), old_visit, None)
    if rule == rows.REBASE and old_visit is not None:
        seen = load_seen(given["directory"])
        again = agreeing.rebase(terms.named(given["terms"]), old_visit, event, seen)
        return _held(again, old_visit, None)
    if rule == rows.PLAN:
        directory = load_seen(given["directory"])
        policy = terms.named(given["terms"])
        return _held(visit_rules.plan(policy, event, given["id"], now_ms, directory), None, None)
    if rule == rows.OFF_VISIT:
        policy = terms.named(given["terms"])
        return _held(dangers.off_visit(policy, event, now_ms, given["verified"]), None, None)
    if rule == rows.RECORD:
        return _of_record(row, given, folded, terms)
    if rule == rows.SEVERAL:
        raised = dangers.unplanned_alarm(terms.named(given["terms"]), event)
        reason = f"fits {' and '.join(given['visits'])} alike: {raised.why}"
        return _held(Decision(effects=(raised,), reason=reason, clause=raised.clause), None, None)
    return _of_alarm(rule, row, given, old_visit, old_alarm)


def _of_record(row: Row, given: Body, folded: Folded, terms: _Terms) -> _Again | None:
    if ANY_RECORD in folded.doubtful:
        return None
    had = folded.records.get(given["id"])
    old = None if had is None else form.load_record(had)
    event = form.load_event(given["event"])
    policy, what = terms.named(given["terms"]), seen.load(given["seen"])
    decision = record_rule.decide(policy, old, event, given["id"], row.recorded_ms, what)
    if old is not None and decision.record == old:
        decision = replace(decision, record=None)
    return _held(decision, None, None)


def _of_alarm(
    rule: str, row: Row, given: Body, visit: Visit | None, alarm: Alarm | None
) -> _Again | None:
    now_ms = row.recorded_ms
    if rule == rows.RAISED:
        effect, ladder = _effect(given), form.load_ladder(given["ladder"])
        assert isinstance(effect, RaiseAlarm)
        duties = form.load_duties(given)
        decision = alarm_rules.raised(effect, given["id"], ladder, visit, now_ms, duties)
        return _held(decision, None, None)
    if alarm is None:
        return _Again({"reason": f"the log has no alarm {row.alarm} before this row"})
    if rule == rows.PRESSED:
        effect = _effect(given)
        assert isinstance(effect, RaiseAlarm)
        return _held(alarm_rules.pressed(alarm, effect, now_ms), None, alarm)
    if rule == rows.ANSWERED:
        effect = _effect(given)
        assert isinstance(effect, ResolveAlarms)
        return _held(alarm_rules.answered(alarm, effect, now_ms), None, alarm)
    return _held(alarm_rules.decide(alarm, form.load_event(given["event"]), now_ms), None, alarm)


def _effect(given: Body) -> RaiseAlarm | ResolveAlarms:
    effect = form.load_effect(given["effect"])
    assert isinstance(effect, RaiseAlarm | ResolveAlarms)
    return effect


def _held(decision: Decision, visit: Visit | None, alarm: Alarm | None) -> _Again:
    """As the engine records it: a state that did not change is not repeated."""
    plain = form.dump_decision(decision)
    if visit is not None and decision.visit == visit:
        plain.pop("visit", None)
    if alarm is not None and decision.alarm == alarm:
        plain.pop("alarm", None)
    again: Body = json.loads(text_of(plain))
    return _Again(again)


def _difference(again: Body, body: Body) -> str:
    recorded = body["decision"]
    names = sorted(name for name in {*again, *recorded} if again.get(name) != recorded.get(name))
    return f"decided again, it differs in {', '.join(names)}"


def _stored(conn: sqlite3.Connection, folded: Folded) -> Iterator[Problem]:
    """The states beside the log against what the log adds up to."""
    for kind, table, column, states in (
        ("visit", "visit", "state", folded.visits),
        ("alarm", "alarm", "state_json", folded.alarms),
        ("record", "record", "state_json", folded.records),
    ):
        stored = dict(conn.execute(f"SELECT id, {column} FROM {table}"))
        for name in sorted({*stored, *states}):
            if f"{kind}:{name}" in folded.doubtful or (
                kind == "record" and ANY_RECORD in folded.doubtful
            ):
                continue
            if name not in stored:
                yield Problem(0, f"{kind} {name} is in the log and not in the database")
            elif name not in states:
                yield Problem(0, f"{kind} {name} is in the database and not in the log")
            elif json.loads(stored[name]) != states[name]:
                yield Problem(0, f"{kind} {name} is not what the log adds up to")


def show(conn: sqlite3.Connection, after: int = 0, limit: int = 200) -> Iterator[LogLine]:
    """Rows for a person to read, oldest first."""
    for row in log.rows(conn, after, limit):
        yield LogLine.of((
            row.seq, row.kind, row.at_ms, row.recorded_ms, row.visit, row.alarm, row.worker,
            row.pendant, row.by, row.reason, row.body,
        ))  # fmt: skip
