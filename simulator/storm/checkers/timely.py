"""P3: no deadline is missed or fires twice, and whatever is open has a next moment."""

from collections.abc import Iterator

from simulator.chaos.outages import HUB, Span, joined, outages
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.seen import Befell

# A turn that is due waits for the batch before it; 200 fire in one turn after an outage.
LATE_MS = 3_000
# After a start the broker's backlog is drained first (engine/loop.py: DRAIN_MS), and the disk may
# have been slow before that.
START_MS = 15_000


def fired_once(evidence: Evidence) -> Iterator[Violation]:
    """The same deadline of the same owner, due at the same moment, is in the log once."""
    seen: dict[tuple[str, str, str, int], int] = {}
    for row, body in evidence.rows:
        if row.kind != "due":
            continue
        timer = str(body["input"]["event"]["data"].get("timer", ""))
        owner = row.alarm or row.visit
        key = (owner, timer, row.worker, row.at_ms)
        if key in seen and not body["decision"].get("reason", "").startswith("not due"):
            said = f"{timer} of {owner}, due at {row.at_ms}, fired in rows {seen[key]}, {row.seq}"
            yield Violation("deadline-once", row.recorded_ms, owner, said)
        seen[key] = row.seq


def fired_in_time(evidence: Evidence) -> Iterator[Violation]:
    """What fell due was decided at once, or as soon as there was a hub to decide it."""
    down = troubles(evidence)
    for row, body in evidence.rows:
        if row.kind != "due":
            continue
        free_ms = free_from_ms(down, row.at_ms)
        if free_ms + LATE_MS >= evidence.jumped_ms:
            continue  # `left_over` still holds
        if row.recorded_ms > free_ms + LATE_MS and not _was_late_news(evidence, row.seq):
            timer = body["input"]["event"]["data"].get("timer", "")
            late_ms = row.recorded_ms - free_ms
            said = f"{timer} was due at {row.at_ms} and decided {late_ms} ms late, row {row.seq}"
            yield Violation("deadline-in-time", row.recorded_ms, row.alarm or row.visit, said)


def _was_late_news(evidence: Evidence, seq: int) -> bool:
    """An earlier row of the same turn is about the same visit or alarm: what it changed fell due in
    the past, as a press that was long on its way, or an entry made when it had begun. After a start
    that is what came from the broker, in the turns before the first in which anything fires."""
    due = evidence.rows[seq - 1][0]
    since_ms = due.recorded_ms
    for row, _ in reversed(evidence.rows[: seq - 1]):
        if row.recorded_ms < since_ms:
            return False
        if row.kind == "hub_restarted":
            since_ms = due.recorded_ms - START_MS
        if (due.visit and row.visit == due.visit) or (due.alarm and row.alarm == due.alarm):
            return True
    return False


def away(evidence: Evidence) -> list[Span]:
    """When there was no hub, with the time it needs to come round."""
    spans = outages(evidence.seen, (HUB,))
    return joined(Span(span.from_ms, span.to_ms + START_MS) for span in spans)


def troubles(evidence: Evidence) -> list[Span]:
    """When the hub could not decide: also while its disk was slow, and no longer."""
    slow = [each for each in evidence.of(Befell) if each.kind == "slow_disk"]
    return joined([*away(evidence), *(Span(each.at_ms, each.ends_ms) for each in slow)])


def free_from_ms(down: list[Span], at_ms: int) -> int:
    """That moment, or when the hub could decide again."""
    for span in down:
        if span.from_ms - LATE_MS <= at_ms <= span.to_ms:
            return span.to_ms
    return at_ms


def next_moments(evidence: Evidence) -> Iterator[Violation]:
    """An alarm that nobody has ended is turned to again at the latest at the next moment that the
    log itself gives it (P3)."""
    down = troubles(evidence)
    ends = [(alarm.id, evidence.book.last_turn_ms) for alarm in evidence.alarms.values()]
    turned = [(alarm.id, row.recorded_ms) for row, alarm in evidence.turns]
    waiting: dict[str, int] = {}
    states = [alarm for _, alarm in evidence.turns]
    for number, (name, at_ms) in enumerate([*turned, *ends]):
        due_ms = waiting.pop(name, 0)
        latest_ms = free_from_ms(down, due_ms) + LATE_MS
        if due_ms and latest_ms < min(at_ms, evidence.jumped_ms):
            said = f"to be turned to at {due_ms}, and nothing was done before {at_ms}"
            yield Violation("deadline-missed", due_ms, name, said)
        if number < len(states) and states[number].state != "resolved":
            waiting[name] = states[number].next_ms


def left_over(evidence: Evidence) -> Iterator[Violation]:
    """At the end nothing stands that fell due long ago."""
    now_ms = evidence.book.last_turn_ms
    for due in evidence.book.deadlines:
        if due.due_ms < now_ms - LATE_MS:
            said = f"{due.timer} fell due {now_ms - due.due_ms} ms before the end and still stands"
            yield Violation("deadline-missed", evidence.end_ms, due.owner, said)
