"""What people do to an alarm: they take it, try to reach her, and end it.

Rule (P3): an acknowledgement is a lease that only a recorded act renews. Only a person ends an
alarm, by name and with how it ended: a danger by speech, and none that still asks for a task or for
a choice between its readings.
"""

from dataclasses import replace

from hub.rules import drills, tasks
from hub.rules.answers import text, told, turned_down
from hub.rules.attempts import attempt_of
from hub.rules.effects import Decision, ResolveAlarms
from hub.rules.gates import by_another, flag
from hub.rules.kinds import DANGERS, NEVER_AUTO_RESOLVED
from hub.rules.model import Alarm, Attempt, Event

MAX_ATTEMPTS = 100
CLIENT_LINES = frozenset({"client-landline", "client-mobile"})


def acknowledge(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """A lease, not the end: short the first time, renewed only by an act since it began."""
    tried = _acted(alarm)
    owned = alarm.state == "owned"
    if owned and alarm.owner == event.by and not tried:
        said = "You have it already. Record an attempt to reach her; that renews it."
        return turned_down(alarm, said)
    fresh = alarm.ladder.lease_ms if alarm.leases and tried else alarm.ladder.first_lease_ms
    until_ms = alarm.lease_until_ms if owned and not tried else now_ms + fresh
    new = replace(
        alarm,
        state="owned",
        owner=event.by,
        lease_until_ms=until_ms,
        leased_ms=alarm.leased_ms if owned and not tried else now_ms,
        leases=alarm.leases + 1,
        next_ms=until_ms,
        version=alarm.version + 1,
        tasks=tasks.taken(alarm, event, now_ms),
        taken_ms=alarm.taken_ms or now_ms,
    )
    return told(new, f"{event.by} has it, until the lease ends")


def _acted(alarm: Alarm) -> bool:
    """Since the lease began: an attempt to reach her, or a task done. Where it is silent nobody
    rings her, and a call to the police takes longer than a lease."""
    return any(each.at_ms >= alarm.leased_ms for each in alarm.attempts) or any(
        task.state == "done" and task.at_ms >= alarm.leased_ms for task in alarm.tasks
    )


def record_contact(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    attempt, wrong = attempt_of(event)
    if wrong:
        return turned_down(alarm, wrong)
    said = "spoken with her" if attempt.reached else "tried, not reached"
    if alarm.silent and attempt.means in CLIENT_LINES:
        said += "; while this is silent the client's lines are not rung"
    return told(attempted(alarm, attempt), said)


def attempted(alarm: Alarm, attempt: Attempt) -> Alarm:
    attempts = (*alarm.attempts, attempt)[-MAX_ATTEMPTS:]
    return replace(alarm, attempts=attempts, version=alarm.version + 1)


def record_answer(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """What the operator heard in a call that may be heard: kept, and never contact (SU-false)."""
    script, line, answer = (text(event, key) for key in ("script", "line", "answer"))
    said = ", ".join(part for part in (f"{script} {line}: {answer}", text(event, "note")) if part)
    attempt = Attempt(event.at_ms, event.by, "direct-line", False, said)
    return told(attempted(alarm, attempt), f"{answer}: recorded, it clears nothing")


def resolve(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    outcome, note = text(event, "outcome"), text(event, "note")
    if not outcome:
        return turned_down(alarm, "Say how it ended.")
    if event.at_ms < alarm.raised_ms:
        return turned_down(alarm, "This is older than the alarm: speak with her now.")
    seen = event.data.get("presses")
    newer = any(press.received_ms > event.at_ms for press in alarm.presses)
    if newer or (isinstance(seen, int) and seen < len(alarm.presses)):
        return turned_down(alarm, "She has pressed again since: look at the alarm once more.")
    if needs_speech(alarm) and not flag(event.data, "spoke"):
        said = "Only speech ends this: say that you spoke with her, or that someone is beside her."
        return turned_down(alarm, said)
    if alarm.cases and not alarm.case:
        names = ", ".join(case.name for case in alarm.cases)
        clause = alarm.cases[0].clause
        return turned_down(alarm, f"Choose first which it is: {names}.", clause)
    task = tasks.held_open_by(alarm, event.at_ms)
    if task is not None:
        return turned_down(alarm, f"First, and ticked off by name: {task.text}", task.clause)
    said = f"resolved: {outcome}{drills.waited(alarm, event.at_ms)}"
    over = replace(alarm, tasks=tasks.over_before(alarm, event.by, event.at_ms))
    return told(ended(over, event.by, outcome, note, now_ms), said)


def needs_speech(alarm: Alarm) -> bool:
    """A danger of somebody's is not resolved by a click; the hub's own trouble has no voice."""
    return alarm.kind in DANGERS or (alarm.kind in NEVER_AUTO_RESOLVED and bool(alarm.worker))


def ended(alarm: Alarm, by: str, outcome: str, note: str, now_ms: int) -> Alarm:
    return replace(
        alarm,
        state="resolved",
        owner="",
        lease_until_ms=0,
        next_ms=0,
        outcome=f"{outcome}: {note}" if note else outcome,
        resolved_by=by,
        resolved_ms=now_ms,
        version=alarm.version + 1,
    )


def answered(alarm: Alarm, effect: ResolveAlarms, now_ms: int) -> Decision:
    """A person's recorded act on the visit answers this procedure alarm, if anything may. What was
    asked for in order to reach her is not needed then; a reading that must be chosen still is."""
    if alarm.state == "resolved":
        return told(alarm, "resolved already: recorded")
    if alarm.kind in NEVER_AUTO_RESOLVED:
        return told(alarm, "only a person who says so ends this alarm: recorded")
    if by_another(effect.by, alarm.interested):
        return told(alarm, "nobody resolves for herself or her pair: recorded")
    if alarm.cases:
        return told(alarm, "it is not over before its case is chosen and seen to: recorded")
    needless = tasks.spared_by_contact(alarm, effect.by, now_ms, effect.outcome)
    spared = replace(alarm, tasks=needless)
    return told(ended(spared, effect.by, effect.outcome, "", now_ms), effect.outcome)
