"""A day that comes: who is reminded, in which words; and the calendar's own duties.

Rule: a reminder names the register, the day and the record, never a person or a place (P8); a duty
at random is drawn once, when its period begins, and stands in the log.
"""

from collections.abc import Mapping
from dataclasses import replace

from hub.policy.duties import RegisterRule, Review
from hub.policy.model import Policy
from hub.registers import days
from hub.registers.dues import TIMERS, dues, reminded, scheduled
from hub.registers.kinds import REGISTERS
from hub.registers.lawful import Fields, cited
from hub.registers.seen import Seen
from hub.rules.effects import Decision, Page
from hub.rules.model import Event, Record, Value


def due(policy: Policy, old: Record, event: Event, now_ms: int, seen: Seen) -> Decision:
    timer = str(event.data.get("timer", ""))
    row = policy.register.get(old.kind)
    duty = duty_of(policy, old)
    if timer not in dues(policy, old, seen.zone):
        new = scheduled(policy, old, old, seen.zone, event.at_ms)
        new = replace(new, version=old.version + 1)
        return Decision(record=new, reason=f"{timer}: not asked for by the procedure of today")
    new = reminded(row, old, timer, now_ms)
    if old.kind == "review":
        new = replace(new, state="due")
    anchor_ms = next((due.anchor_ms for due in old.due if due.timer == timer), event.at_ms)
    day = days.said(days.day_at(anchor_ms, seen.zone))
    said = "since" if now_ms >= anchor_ms else "by"
    one = REGISTERS[old.kind].one
    text = f"{one[0].upper()}{one[1:]} {TIMERS.get(timer, 'is due')}, {said} {day}"
    if duty is not None:
        text = f"{duty.text.rstrip('.')}: due {said} {day}"
    why = f"{text} ({cited(duty or row)}). Record {old.id}."
    page = Page(
        _reminded_roles(row, duty), "record_due", why, people=_by_name(old, timer), record=old.id
    )
    by_row = duty or row
    clause = () if by_row is None else by_row.clause
    return Decision(
        record=replace(new, version=old.version + 1), effects=(page,), reason=why, clause=clause
    )


def _reminded_roles(row: RegisterRule | None, duty: Review | None) -> tuple[str, ...]:
    if duty is not None:
        return duty.roles
    return () if row is None else row.nag


def _by_name(record: Record, timer: str) -> tuple[str, ...]:
    """Who is to act, where it is one person: the owner, the holder, the badge's wearer."""
    if timer == "by-day":
        return _one(record.fields, "owner")
    if timer == "back":
        return _one(record.fields, "holder")
    return (record.worker,) if timer in ("renew", "again") and record.worker else ()


def _one(fields: Mapping[str, Value], name: str) -> tuple[str, ...]:
    return (str(fields[name]),) if name in fields else ()


# The calendar's duties.


def duty_of(policy: Policy, record: Record) -> Review | None:
    """The policy's row that a calendar record is about."""
    if record.kind != "review":
        return None
    named = record.fields.get("duty")
    return next((row for row in policy.reviews if row.id == named), None)


def began(policy: Policy, event: Event, record_id: str, seen: Seen) -> Decision:
    """A duty's next period: due at its end, or at a moment within it drawn by lot."""
    named = str(event.data.get("duty", ""))
    row = next(row for row in policy.reviews if row.id == named)
    first = days.day_at(event.at_ms, seen.zone)
    last = days.span_after(first, row.every_months, row.every_days)
    due_ms = days.opening_ms(last, policy.hours, seen.zone)
    if row.at_random:
        due_ms = days.drawn_ms(first, last, policy.hours, seen.zone, seen.draw)
    fields: Fields = {"duty": row.id, "text": row.text, "due_ms": due_ms}
    fields |= {"drill": row.drill} if row.drill else {}
    fields |= {"at_random": True} if row.at_random else {}
    new = Record(record_id, "review", "waiting", fields=fields, version=1)
    new = replace(new, terms=f"{policy.id}@{policy.version}")
    new = scheduled(policy, None, new, seen.zone, event.at_ms)
    return Decision(record=new, reason=f"the next period of {row.id} begins", clause=row.clause)
