"""P3, P4: who has an alarm has it for a while, and an end covers what was looked at."""

from collections.abc import Iterator

from hub.rules.model import Alarm
from simulator.chaos.outages import Span
from simulator.storm.checkers.evidence import Evidence, Violation
from simulator.storm.checkers.timely import LATE_MS, free_from_ms, troubles

MINUTE_MS = 60_000  # a ladder without rungs: somebody is looked for again


def lease_ends(evidence: Evidence) -> Iterator[Violation]:
    """What somebody has is ended, renewed by an act, or open again when the procedure's lease is
    over: LATE_MS later at most, or as soon as there is a hub again."""
    down = troubles(evidence)
    owned: dict[str, Alarm] = {}
    for row, alarm in evidence.turns:
        before = owned.get(alarm.id)
        goes_on = alarm.state == "owned" and before and alarm.leased_ms == before.leased_ms
        if goes_on and not (row.kind == "acknowledge" and _tried(alarm)):
            continue  # the same lease goes on, whoever has it
        if before is not None:
            yield from _overdue(evidence, owned.pop(alarm.id), row.recorded_ms, down)
        if alarm.state == "owned":
            owned[alarm.id] = alarm
    for alarm in owned.values():
        yield from _overdue(evidence, alarm, evidence.book.last_turn_ms, down)


def _tried(alarm: Alarm) -> bool:
    """Since the lease began, which may be in this very millisecond (a disk that was full)."""
    return any(each.at_ms >= alarm.leased_ms for each in alarm.attempts)


def _overdue(
    evidence: Evidence, alarm: Alarm, until_ms: int, down: list[Span]
) -> Iterator[Violation]:
    ladder = evidence.policy.ladder.get(alarm.ladder.id)
    if ladder is None:
        return
    length_ms = ladder.first_lease_ms if alarm.leases == 1 else ladder.lease_ms
    latest_ms = free_from_ms(down, alarm.leased_ms + length_ms) + LATE_MS
    if latest_ms < min(until_ms, evidence.jumped_ms):
        said = f"{alarm.owner} had it from {alarm.leased_ms} to {until_ms}: longer than its lease"
        yield Violation("lease-ends", latest_ms, alarm.id, said)


def waits_are_the_procedures(evidence: Evidence) -> Iterator[Violation]:
    """What is open is turned to again when the procedure's wait is over, counted from the page or
    its hand-out; what somebody has, when the lease is: never later (P3)."""
    for row, alarm in evidence.turns:
        ladder = evidence.policy.ladder.get(alarm.ladder.id)
        if ladder is None or alarm.state == "resolved":
            continue
        if alarm.state == "owned":
            wait_ms, since_ms = max(ladder.first_lease_ms, ladder.lease_ms), alarm.leased_ms
        else:
            step = ladder.steps[alarm.step] if alarm.step < len(ladder.steps) else None
            wait_ms = MINUTE_MS if step is None else step.wait_ms
            since_ms = max(alarm.paged_ms, alarm.handed_ms)
        if alarm.next_ms > since_ms + wait_ms:
            said = f"row {row.seq} turns to it at {alarm.next_ms}, {wait_ms} ms after {since_ms}?"
            yield Violation("next-action", row.recorded_ms, alarm.id, said)


def end_covers_what_was_seen(evidence: Evidence) -> Iterator[Violation]:
    """Nobody ends a press that was not on the page when the end was asked for (P4)."""
    ended = {row.seq: alarm for row, alarm in evidence.turns if row.kind == "resolve"}
    for row, body in evidence.rows:
        alarm = ended.get(row.seq)
        if alarm is None or alarm.state != "resolved":
            continue
        shown = body["input"]["event"].get("data", {}).get("presses")
        if isinstance(shown, int) and shown < len(alarm.presses):
            said = f"ended with {shown} presses on the page, and it holds {len(alarm.presses)}"
            yield Violation("end-covers-what-was-seen", row.recorded_ms, alarm.id, said)
        if any(press.received_ms > row.at_ms for press in alarm.presses):
            said = "ended, and she had pressed again since"
            yield Violation("end-covers-what-was-seen", row.recorded_ms, alarm.id, said)
