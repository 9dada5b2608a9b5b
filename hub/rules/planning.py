"""Planning a visit: who may go, watched how closely, and from when the clock counts.

Rule: the level is chosen from facts by the policy and its reasons are kept; a gate that is not open
refuses the visit and says what to do (HM-1.2, HM-2.2, HM-2.3, HM-2.5, HM-4.0).
"""

from hub.policy.model import Choice, Terms
from hub.rules.changes import refused
from hub.rules.directory import Directory
from hub.rules.effects import Decision
from hub.rules.entries import THEN_OF
from hub.rules.facts import PLAN_FACTS, RATING
from hub.rules.gates import Asked, flag, lacking, number, passage, refusal
from hub.rules.kinds import ENTRY_KINDS
from hub.rules.model import Event, Part, Visit

THEN = ("base", "home", "next")
COVERAGE = ("good", "poor", "unknown")
MAX_WORKERS = 8  # one visit; more is a different kind of work
MAX_SHOWN = 40  # characters of what was typed that a refusal repeats
MAX_VISIT_MS = 24 * 3_600_000  # a longer one is two visits


# What is watched besides a visit, and the fact that tells it (ADR 0014).
KIND_FACTS = {"site": "on_site", "meeting": "office_meeting", "day": "day_entry"}
# Moments that were agreed beforehand: data key less its `_ms` -> the anchor it sets.
AGREED = {"check_in": "check_in", "expected_back": "expected_back", "relief": "relief_due"}


def facts_of(event: Event, directory: Directory) -> frozenset[str]:
    """What was said when planning, and what the client's record, clock and sun say besides."""
    found = {name for name in PLAN_FACTS if flag(event.data, name)} | directory.facts
    client = directory.clients.get(str(event.data.get("client", "")))
    rating = str(event.data.get("rating", "")) or (client.rating if client is not None else "")
    if rating:
        found.add(RATING + rating)
    if client is not None:
        on_file = (
            ("risk_flag", client.risk_flag),
            ("must_not_be_left", client.must_not_be_left),
            ("significant_risk", client.assessment == "significant"),
        )
        found |= {name for name, holds in on_file if holds}
    kind = str(event.data.get("kind", ""))
    found -= set(KIND_FACTS.values())  # the kind alone says it
    if kind in KIND_FACTS:
        found.add(KIND_FACTS[kind])
    if str(event.data.get("venue", "")).strip():
        found.add("other_venue")
    return frozenset(found)


def then_of(event: Event) -> str:
    """What she does afterwards, or what is usual for this kind of entry."""
    kind = str(event.data.get("kind", ""))
    return str(event.data.get("then", "")).strip() or THEN_OF.get(kind, "base")


def coverage_of(event: Event, directory: Directory) -> str:
    """What was said; else what is on file of the client's home (HM-4.1.4)."""
    client = directory.clients.get(str(event.data.get("client", "")))
    on_file = client.coverage if client is not None else ""
    said = str(event.data.get("coverage", "")).strip()
    return on_file if said in ("", "unknown") and on_file else said or "unknown"


def live_facts(event: Event, workers: tuple[str, ...], coverage: str) -> frozenset[str]:
    """What LIVE_FACTS will say of the visit, for gates that stand before there is one."""
    then = then_of(event)
    said = (
        ("poor_coverage", coverage == "poor"),
        ("no_tracker", not str(event.data.get("tracker", "")).strip()),
        ("pair", len(workers) > 1),
        ("then_home", then == "home"),
        ("then_base", then == "base"),
    )
    return frozenset(name for name, holds in said if holds)


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
    coverage = coverage_of(event, directory)
    known = facts | live_facts(event, workers, coverage)
    asked = Asked(event, level, known, directory=directory, workers=workers)
    passed = passage(terms, "plan_visit", asked)
    if passed.closed is not None:
        return refusal(terms, None, passed.closed, lacking(passed.closed, asked))
    kind = asked.text("kind") or "visit"
    parts = tuple(_part(event, known, who, directory) for who in workers)
    visit = Visit(
        id=visit_id,
        terms=terms.terms_id,
        level=level,
        client=asked.text("client"),
        area=asked.text("area"),
        planned_start_ms=number(event.data, "start_ms"),
        planned_end_ms=number(event.data, "end_ms"),
        parts=parts,
        tracker=asked.text("tracker"),
        then=then_of(event),
        coverage=coverage,
        purpose=asked.text("purpose"),
        level_reasons=reasons,
        version=1,
        facts=tuple(sorted(facts)),
        kind=kind,
        venue=asked.text("venue"),
        overridden=passed.overridden,
    )
    name = terms.level[level].name if level in terms.level else level
    said = f"planned, {name}" + (f": {'; '.join(reasons)}" if reasons else "")
    return Decision(visit=visit, reason=said)


def _part(event: Event, facts: frozenset[str], worker: str, directory: Directory) -> Part:
    """One worker's share, with every moment that is known beforehand."""
    start_ms, end_ms = number(event.data, "start_ms"), number(event.data, "end_ms")
    anchors = {"planned_start": start_ms, "awaited": start_ms, "finish": end_ms,
               "entered": event.at_ms}  # fmt: skip
    if "poor_coverage" in facts:
        # HM-4.2.7: an end is agreed beforehand; without another one it is the planned end.
        anchors["agreed_end"] = number(event.data, "agreed_end_ms") or end_ms
    for key, anchor in AGREED.items():
        if agreed_ms := number(event.data, f"{key}_ms"):
            anchors[anchor] = agreed_ms
    if "must_not_be_left" in facts:  # CT-4.6b: somebody comes before she goes
        anchors.setdefault("relief_due", end_ms)
    if "day_entry" in facts:  # out from its start, and expected back at its end
        anchors["started_out"] = start_ms
        anchors["expected_back"] = anchors.get("expected_back", end_ms)
        return Part(worker, directory.pendants.get(worker, ""), phase="to-base", anchors=anchors)
    return Part(worker, directory.pendants.get(worker, ""), anchors=anchors)


def workers_of(event: Event) -> tuple[str, ...]:
    """The ids in `workers`, in order, each once."""
    named = str(event.data.get("workers", "")).split(",")
    return tuple(dict.fromkeys(each.strip() for each in named if each.strip()))


def _unsound(event: Event, workers: tuple[str, ...], now_ms: int, directory: Directory) -> str:
    """What no policy could allow: a visit of nobody, tracked by the visitor, or over already."""
    start_ms, end_ms = number(event.data, "start_ms"), number(event.data, "end_ms")
    tracker = str(event.data.get("tracker", "")).strip()
    then = then_of(event)
    coverage = str(event.data.get("coverage", "")) or "unknown"
    kind = str(event.data.get("kind", "")) or "visit"
    agreed = [at_ms for key in AGREED if (at_ms := number(event.data, f"{key}_ms"))]
    latest_ms = max(end_ms, now_ms) + MAX_VISIT_MS
    unknown = [
        who for who in (*workers, *([tracker] if tracker else [])) if not directory.knows(who)
    ]
    client = str(event.data.get("client", "")).strip()
    no_client = bool(client and directory.clients) and client not in directory.clients
    checks = (
        (not workers, "Say who goes: a visit has at least one worker."),
        (len(workers) > MAX_WORKERS, f"At most {MAX_WORKERS} workers go on one visit."),
        (bool(unknown), f"Nobody has the id {', '.join(unknown)}."),
        (no_client, f"There is no client {client[:MAX_SHOWN]}."),
        (tracker in workers and bool(tracker), "Nobody tracks herself or her pair: name another."),
        (bool(end_ms) and end_ms <= now_ms, "The end of this visit is past: check the times."),
        (0 < start_ms < end_ms - MAX_VISIT_MS, "A visit of more than a day is two visits."),
        (any(not now_ms < at_ms <= latest_ms for at_ms in agreed),
         "Check-in, return and relief lie ahead, within a day of the end."),
        (then not in THEN, f"What she does then is one of {', '.join(THEN)}."),
        (coverage not in COVERAGE, f"Coverage is one of {', '.join(COVERAGE)}."),
        (kind not in ENTRY_KINDS, f"An entry is one of {', '.join(ENTRY_KINDS)}."),
    )  # fmt: skip
    return next((why for holds, why in checks if holds), "")
