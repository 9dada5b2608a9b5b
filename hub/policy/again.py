"""Last month by another procedure: what would have gone otherwise, visit by visit.

Rule: like is compared with like. Each recorded history is run twice by the same rules, once by the
terms it was planned under and once by the other procedure, so that every difference is the
procedure's. What people would have done otherwise is not known and never told.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.policy import histories
from hub.policy.histories import Histories, History
from hub.policy.model import Policy
from hub.policy.rerun import Course, Rung, run
from hub.policy.terms import terms_from

SAME_MS = 1_000  # alarms nearer than this are at the same time
NOT_ENTERED, ENTERED = "would not have been entered", "would have been entered"
REFUSED, LEVEL = "would have been refused", "watched otherwise"
EARLIER, LATER, NEW, GONE = "alarm earlier", "alarm later", "new alarm", "alarm gone"
OTHERS = "others called first"
UNKNOWN = (
    "Whoever is called sooner, later or not at all acts otherwise: from then on nothing is known.",
    "Where a gate would have refused, the run goes on as if it had been seen to at once.",
    "An alarm that is gone is a fact about clocks, never a proof that nobody was in danger.",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """`known` False: a guess, because the hub had not recorded what would be needed."""

    visit: str
    what: str
    at_ms: int
    said: str
    clause: tuple[str, ...] = ()
    known: bool = True


@dataclass(slots=True)
class Retold:
    """`faithful`: runs by the old terms that rang as the log has it; the others were disturbed
    (the hub was down, timers were put off) or ran by older rules."""

    visits: int = 0
    erased: int = 0
    same: int = 0
    faithful: int = 0
    zone: str = "UTC"
    differences: list[Difference] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(each.what for each in self.differences))


def retell(conn: sqlite3.Connection, policy: Policy, since_ms: int = 0) -> Retold:
    """Every visit planned since then, by `policy`. Reads only."""
    sources = dict(conn.execute("SELECT id, source FROM terms"))
    loaded: dict[str, Policy] = {}

    def terms_named(terms_id: str) -> Policy:
        if terms_id not in loaded:
            loaded[terms_id] = terms_from(sources[terms_id])
        return loaded[terms_id]

    found = histories.read(conn, since_ms)
    told = Retold(visits=len(found.visits), zone=found.zone)
    told.erased = sum(each.erased for each in found.visits.values())
    for history in found.whole:
        before = run(terms_named(history.terms), history, found.until_ms, found.zone, terms_named)
        after = run(policy, history, found.until_ms, found.zone)
        told.faithful += _as_recorded(history, before)
        these = list(_differences(history, before, after, terms_named(history.terms), policy))
        told.same += not these
        told.differences += these
    return told


def _as_recorded(history: History, course: Course) -> bool:
    again = Counter((rung.kind, rung.worker, rung.at_ms) for rung in course.alarms)
    recorded = Counter(history.raised)
    # What joined an alarm of another visit rings for itself when a visit is run alone.
    return not recorded - again and not again - recorded - Counter(history.added)


def _differences(
    history: History, before: Course, after: Course, old: Policy, new: Policy
) -> Iterator[Difference]:
    name, at_ms = history.id, history.plan.now_ms
    if not before.entered or not after.entered:
        yield from _entering(name, at_ms, before, after)
        return
    if before.level != after.level:
        was, now = (
            policy.level[level].name if level in policy.level else level
            for policy, level in ((old, before.level), (new, after.level))
        )
        yield Difference(name, LEVEL, at_ms, f"as “{now}” instead of “{was}”")
    told = [(each.command, each.reason) for each in before.refusals]
    for refusal in after.refusals:
        if (refusal.command, refusal.reason) not in told:
            said = f"{refusal.command.replace('_', ' ')}: {refusal.reason}"
            yield Difference(name, REFUSED, refusal.at_ms, said, refusal.clause, refusal.known)
    yield from _alarms(name, before.alarms, after.alarms, old, new)


def _entering(name: str, at_ms: int, before: Course, after: Course) -> Iterator[Difference]:
    if before.entered == after.entered:
        return
    if after.entered:
        yield Difference(name, ENTERED, at_ms, "what was refused then would have been allowed")
        return
    refusal = after.refusals[0]
    yield Difference(name, NOT_ENTERED, at_ms, refusal.reason, refusal.clause, refusal.known)


def _alarms(
    name: str, before: list[Rung], after: list[Rung], old: Policy, new: Policy
) -> Iterator[Difference]:
    """Of the same kind and worker: the first with the first, the second with the second …"""
    for kind, worker in dict.fromkeys((rung.kind, rung.worker) for rung in (*before, *after)):
        was = [rung for rung in before if (rung.kind, rung.worker) == (kind, worker)]
        now = [rung for rung in after if (rung.kind, rung.worker) == (kind, worker)]
        for then, here in zip(was, now, strict=False):
            yield from _moved(name, then, here, old, new)
        for rung in now[len(was) :]:
            yield Difference(name, NEW, rung.at_ms, rung.why)
        for rung in was[len(now) :]:
            yield Difference(name, GONE, rung.at_ms, rung.why)


def _moved(name: str, then: Rung, here: Rung, old: Policy, new: Policy) -> Iterator[Difference]:
    by_ms = here.at_ms - then.at_ms
    if abs(by_ms) >= SAME_MS:
        minutes, seconds = divmod(abs(by_ms) // 1000, 60)
        much = f"{minutes} min" if not seconds else f"{minutes} min {seconds} s"
        what = EARLIER if by_ms < 0 else LATER
        yield Difference(name, what, here.at_ms, f"by {much}: {here.why}")
    was, now = (
        [policy.role[role].name if role in policy.role else role for role in rung.first]
        for policy, rung in ((old, then), (new, here))
    )
    if was != now:
        said = f"{', '.join(now)} instead of {', '.join(was)}: {here.why}"
        yield Difference(name, OTHERS, here.at_ms, said)


__all__ = ["UNKNOWN", "Difference", "Histories", "Retold", "retell"]
