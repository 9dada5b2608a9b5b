"""P1, P3: a person is paged in time, what is called sent was taken, an outage stops no asking.

Rule: how long people get is read from the procedure; what is added to it stands here with its
reason. What a provider made of a page is the provider's: then the next rung is what counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from simulator.chaos import presses
from simulator.chaos.outages import (
    FOR_EVER_MS,
    HUB,
    PAGES,
    WHOLE_WAY,
    Span,
    free_until_ms,
    joined,
    outages,
)
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.seen import Delivered, Handed, HubLife, Taken

# From a way that stays open to a telephone that rings: the pendant may be in its longest back-off
# (60 s), a hub in its drain (10 s), the page on its third try (4 s), everything slow (8 s a hop).
ALLOWANCE_MS = 90_000
CARRIED_MS = 10_000  # what a provider takes and does not spoil is on the telephone by then
HANGING = 8  # as many without an answer, and a provider gets no more (hub/notify/places.py)
# After a start: the backlog (10 s), and a turn or two on a slow disk.
AGAIN_MS = 30_000
UNVERIFIED_MS = 60_000  # what is not proven pages once a minute (rules/alarm.py)
BLIND_MS = 45_000  # a hub that was away for longer begins the waits anew (engine/recovery.py: 30 s)


def sent_is_taken(evidence: Evidence) -> Iterator[Violation]:
    """A page is called handed out only after a provider has taken it, never before."""
    taken: dict[int, int] = {}
    for answer in evidence.of(Taken):
        if answer.ok:
            taken.setdefault(answer.page, answer.at_ms)
    for row, body in evidence.rows:
        if row.kind != "handed_out":
            continue
        page = body.get("input", {}).get("event", {}).get("data", {}).get("page", 0)
        at_ms = taken.get(page)
        if at_ms is None or row.recorded_ms < min(at_ms, evidence.jumped_ms):
            said = f"row {row.seq} calls page {page} handed out; no provider had taken it"
            yield Violation("sent-is-taken", row.recorded_ms, row.alarm or row.visit, said)


def paged(evidence: Evidence) -> Iterator[Violation]:
    """A page about each stored press is on a telephone in time, or a person has it all the same.

    In time: the first rung is paged at once, so ALLOWANCE_MS after there is a way that stays. Where
    providers spoilt every page of a rung, people get that rung's wait (the procedure's) first.
    """
    logged = presses.in_log(evidence.book)
    told = _by_alarm(evidence)
    had = _taken_by_people(evidence)
    jams = jammed(evidence)
    for press in presses.stored(evidence.seen):
        lines = logged.get((press.pendant, press.identity))
        if not lines:
            continue  # `not-lost` tells of it
        alarm, since_ms = lines[0].alarm, lines[0].recorded_ms
        if not lines[0].alarm_state.get("verified", True):
            since_ms -= UNVERIFIED_MS
        spans = joined([*outages(evidence.seen, (press.pendant, *WHOLE_WAY)), *jams])
        pages = [page for page in told[alarm] if _created_ms(page) >= since_ms]
        limit_ms = _limit_ms(evidence, alarm, spans, press.at_ms)
        if limit_ms >= min(FOR_EVER_MS, evidence.end_ms):
            continue
        is_in_time = any(page.at_ms <= limit_ms for page in pages)
        moments = [at_ms for at_ms in had[alarm] if at_ms >= since_ms]
        if is_in_time or any(
            at_ms <= limit_ms or limit_ms >= evidence.jumped_ms for at_ms in moments
        ):
            continue
        said = f"nobody was paged about {press.identity} by {limit_ms}"
        said += f"; first at {pages[0].at_ms}" if pages else ""
        yield Violation("paged", press.at_ms, press.pendant, said)


def _by_alarm(evidence: Evidence) -> defaultdict[str, list[Delivered]]:
    found: defaultdict[str, list[Delivered]] = defaultdict(list)
    for page in evidence.of(Delivered):
        found[str(page.facts.get("alarm", ""))].append(page)
    return found


def _created_ms(page: Delivered | Handed) -> int:
    """In the hub's time."""
    value = page.facts.get("created_ms", 0)
    return value if isinstance(value, int) else 0


def _taken_by_people(evidence: Evidence) -> defaultdict[str, list[int]]:
    """When somebody took or ended an alarm, in the hub's time."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for line in evidence.book.lines:
        if line.kind in ("acknowledge", "resolve") and not line.refused:
            found[line.alarm].append(line.recorded_ms)
    return found


def _limit_ms(evidence: Evidence, alarm: str, spans: list[Span], from_ms: int) -> int:
    """By when a page must have rung."""
    limit_ms = free_until_ms(spans, from_ms, ALLOWANCE_MS)
    arrived = {page.facts.get("page"): page.at_ms for page in reversed(evidence.of(Delivered))}
    for each in evidence.of(Handed):
        if each.facts.get("alarm") != alarm or each.at_ms < from_ms:
            continue
        if each.at_ms > limit_ms:
            break
        rang_ms = arrived.get(each.facts.get("page"), FOR_EVER_MS)
        if rang_ms > each.at_ms + CARRIED_MS:
            again_ms = each.at_ms + _wait_ms(evidence, alarm, each.facts.get("step", 0))
            limit_ms = max(limit_ms, free_until_ms(spans, again_ms, ALLOWANCE_MS))
    return limit_ms


def _wait_ms(evidence: Evidence, alarm: str, step: object) -> int:
    """How long the procedure gives the people of that rung."""
    known = evidence.alarms.get(alarm)
    ladder = evidence.policy.ladder.get("" if known is None else known.ladder.id)
    if ladder is None:
        return max(step.wait_ms for each in evidence.policy.ladders for step in each.steps)
    number = step if isinstance(step, int) and 0 <= step < len(ladder.steps) else 0
    return ladder.steps[number].wait_ms


def jammed(evidence: Evidence) -> list[Span]:
    """When so many pages hung in the provider that it was given no more."""
    changes = [(each.at_ms, 1) for each in evidence.of(Handed)]
    changes += [(each.at_ms, -1) for each in evidence.of(Taken)]
    spans: list[Span] = []
    waiting = from_ms = 0
    for at_ms, by in sorted(changes):
        waiting += by
        if by > 0 and waiting == HANGING:
            from_ms = at_ms
        elif by < 0 and waiting == HANGING - 1:
            spans.append(Span(from_ms, at_ms))
    return [*spans, Span(from_ms, FOR_EVER_MS)] if waiting >= HANGING else spans


def paged_after_outage(evidence: Evidence) -> Iterator[Violation]:
    """What nobody had taken when the hub went away is paged again once it is back (P3); where the
    rung has nobody, the next one when its wait is over (rules/ladder.py page_failed)."""
    # Which row was before the outage cannot be told once the clock has jumped.
    last_ms = min(evidence.end_ms, evidence.jumped_ms)
    spans = joined([*outages(evidence.seen, (HUB, PAGES)), *jammed(evidence)])
    handed = defaultdict(list)
    for page in evidence.of(Handed):
        handed[str(page.facts.get("alarm", ""))].append(page)
    vacant = _vacant(evidence)
    for down, up in _lives(evidence.of(HubLife)):
        if up.at_ms - down.at_ms < BLIND_MS:
            continue
        limit_ms = free_until_ms(spans, up.at_ms, AGAIN_MS)
        if limit_ms >= last_ms:
            continue
        at_the_end = evidence.alarms_at(limit_ms)
        for alarm in evidence.alarms_at(up.at_ms).values():
            later = at_the_end.get(alarm.id, alarm)
            if alarm.state != "open" or later.state != "open" or later.leases > alarm.leases:
                continue
            end_ms = limit_ms
            for at_ms, step in vacant[alarm.id]:
                if up.at_ms <= at_ms <= end_ms:
                    waited_ms = at_ms + _wait_ms(evidence, alarm.id, step)
                    end_ms = max(end_ms, free_until_ms(spans, waited_ms, AGAIN_MS))
            if end_ms >= last_ms:
                continue
            if not any(up.at_ms <= _created_ms(page) <= end_ms for page in handed[alarm.id]):
                said = f"open when the hub came back at {up.at_ms}, and nobody was paged again"
                yield Violation("paged-after-outage", up.at_ms, alarm.id, said)


def _vacant(evidence: Evidence) -> defaultdict[str, list[tuple[int, object]]]:
    """When an alarm was to be paged on a rung whose roles nobody held, and which rung."""
    found: defaultdict[str, list[tuple[int, object]]] = defaultdict(list)
    for row, body in evidence.rows:
        if row.kind == "page_failed":
            data = body["input"]["event"].get("data", {})
            if not data.get("page"):
                found[row.alarm].append((row.recorded_ms, data.get("step", 0)))
    return found


def _lives(lives: Iterable[HubLife]) -> Iterator[tuple[HubLife, HubLife]]:
    """Each death with the start that followed."""
    down: HubLife | None = None
    for life in lives:
        if not life.up:
            down = life
        elif down is not None:
            yield down, life
            down = None
