"""Planning a visit: who may go, watched how closely, and from when the clock counts.

Rule: the level is chosen from facts by the policy and its reasons are kept; a gate that is not open
refuses the visit and says what to do (HM-1.2, HM-2.2, HM-2.3, HM-2.5, HM-4.0).
"""

from hub.policy.model import Choice, Terms
from hub.rules.changes import refused
from hub.rules.directory import Directory
from hub.rules.effects import Decision
from hub.rules.facts import PLAN_FACTS, RATING
from hub.rules.gates import Asked, closed_gate, flag, number
from hub.rules.model import Event, Part, Visit

THEN = ("base", "home", "next")
COVERAGE = ("good", "poor", "unknown")
MAX_WORKERS = 8  # one visit; more is a different kind of work
MAX_VISIT_MS = 24 * 3_600_000  # a longer one is two visits


def facts_of(event: Event, directory: Directory) -> frozenset[str]:
    """What was said when planning, and what the client's record says besides."""
    found = {name for name in PLAN_FACTS if flag(event.data, name)}
    client = directory.clients.get(str(event.data.get("client", "")))
    rating = str(event.data.get("rating", "")) or (client.rating if client is not None else "")
    if rating:
        found.add(RATING + rating)
    if client is not None and client.risk_flag:
        found.add("risk_flag")
    return frozenset(found)


def level_of(terms: Terms, facts: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """The severest level that a row asks for, and every reason for it (HM-4.0)."""
    order = [level.id for level in terms.levels]
    chosen = [row for row in terms.choices if _asks(row, facts)]
    severest = max((order.index(row.level) for row in chosen), default=0)
    level = order[severest]
    return level, tuple(_reason(row) for row in chosen if row.level == level)


def _asks(row: Choice, facts: frozenset[str]) -> bool:
    return facts.issuperset(row.when) and not facts.intersection(row.unless)


def _reason(row: Choice) -> str:
    return f"{row.say or ' and '.join(row.when)} ({', '.join(row.clause) or row.source})"


def plan(terms: Terms, event: Event, visit_id: str, now_ms: int, directory: Directory) -> Decision:
    """plan_visit: the new visit, or why there is none."""
    workers = workers_of(event)
    facts = facts_of(event, directory)
    level, reasons = level_of(terms, facts)
    if why := _unsound(event, workers, now_ms, directory):
        return refused(None, why)
    asked = Asked(event, level, facts, directory=directory, workers=workers)
    gate = closed_gate(terms, "plan_visit", asked)
    if gate is not None:
        return refused(None, gate.reason, gate.clause)
    start_ms, end_ms = number(event.data, "start_ms"), number(event.data, "end_ms")
    anchors = {"planned_start": start_ms, "awaited": start_ms, "finish": end_ms}
    coverage = asked.text("coverage") or "unknown"
    if coverage == "poor":
        # HM-4.2.7: an end is agreed beforehand; without another one it is the planned end.
        anchors["agreed_end"] = number(event.data, "agreed_end_ms") or end_ms
    for moment in ("check_in", "expected_back"):
        if agreed_ms := number(event.data, f"{moment}_ms"):
            anchors[moment] = agreed_ms
    visit = Visit(
        id=visit_id,
        terms=terms.terms_id,
        level=level,
        client=asked.text("client"),
        area=asked.text("area"),
        planned_start_ms=start_ms,
        planned_end_ms=end_ms,
        parts=tuple(Part(who, directory.pendants.get(who, ""), anchors=anchors) for who in workers),
        tracker=asked.text("tracker"),
        then=asked.text("then") or "base",
        coverage=coverage,
        purpose=asked.text("purpose"),
        level_reasons=reasons,
        facts=tuple(sorted(facts)),
        version=1,
    )
    said = f"planned, {level} tracking" + (f": {'; '.join(reasons)}" if reasons else "")
    return Decision(visit=visit, reason=said)


def workers_of(event: Event) -> tuple[str, ...]:
    """The ids in `workers`, in order, each once."""
    named = str(event.data.get("workers", "")).split(",")
    return tuple(dict.fromkeys(each.strip() for each in named if each.strip()))


def _unsound(event: Event, workers: tuple[str, ...], now_ms: int, directory: Directory) -> str:
    """What no policy could allow: a visit of nobody, tracked by the visitor, or over already."""
    start_ms, end_ms = number(event.data, "start_ms"), number(event.data, "end_ms")
    tracker = str(event.data.get("tracker", "")).strip()
    then = str(event.data.get("then", "")) or "base"
    coverage = str(event.data.get("coverage", "")) or "unknown"
    unknown = [
        who for who in (*workers, *([tracker] if tracker else [])) if not directory.knows(who)
    ]
    checks = (
        (not workers, "Say who goes: a visit has at least one worker."),
        (len(workers) > MAX_WORKERS, f"At most {MAX_WORKERS} workers go on one visit."),
        (bool(unknown), f"Nobody has the id {', '.join(unknown)}."),
        (tracker in workers and bool(tracker), "Nobody tracks herself or her pair: name another."),
        (bool(end_ms) and end_ms <= now_ms, "The end of this visit is past: check the times."),
        (0 < start_ms < end_ms - MAX_VISIT_MS, "A visit of more than a day is two visits."),
        (then not in THEN, f"What she does then is one of {', '.join(THEN)}."),
        (coverage not in COVERAGE, f"Coverage is one of {', '.join(COVERAGE)}."),
    )
    return next((why for holds, why in checks if holds), "")
