"""What falls due about a record, and when: signatures, reviews, renewals, returns, actions.

Rule: computed from the record and the policy's row alone; a reminder comes NOTICE_DAYS before a
review or a renewal is due, again every `nag_days`, and on the day itself. Who acts on it is asked
again until somebody does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from hub.policy.duties import RegisterRule
from hub.policy.model import Policy
from hub.registers.days import DAY_MS, day_at, months_after, opening_ms
from hub.registers.given import day_of
from hub.registers.happenings import ANSWERS
from hub.registers.kinds import REGISTERS
from hub.rules.model import Deadline, Record

NOTICE_DAYS = 28  # ours: a review or a renewal takes some weeks to arrange
# what falls due -> how a reminder says it
TIMERS = {
    "sign": "is to be signed",
    "answers": "still lacks answers to its review questions",
    "by-day": "is to be done",
    "review": "is to be reviewed",
    "authority": "is due for a review of the authority to hold it",
    "renew": "is to be renewed",
    "back": "is to be back",
    "left": "is to be given back: who has it no longer works here",
    "police": "is stolen: the police are to be told",
    "replace": "is to be replaced",
    "again": "is to be done again",
    "due": "is due",
}
WITH_NOTICE = frozenset({"review", "authority", "renew"})
Found = Iterator[tuple[str, int]]  # (timer, the day itself)


def dues(policy: Policy, record: Record, zone: str) -> dict[str, int]:
    """Timer -> when its day comes. Empty for what has ended, or where nobody is to be reminded."""
    register = REGISTERS[record.kind]
    if record.state in register.ended:
        return {}
    row = policy.register.get(record.kind)
    if record.kind == "action":
        return dict(_of_action(policy, record, zone))
    if record.kind == "review":
        return {"due": int(record.fields.get("due_ms", 0))}
    if row is None or not row.nag:
        return {}
    found = dict(_BY_KIND.get(record.kind, _reviewed)(policy, row, record, zone))
    if "gone_ms" in record.fields and record.kind in HELD:
        found["left"] = int(record.fields["gone_ms"])
    if "incident_ms" in record.fields and "review" in found:
        found["review"] = min(found["review"], int(record.fields["incident_ms"]))
    return found


def written_ms(record: Record, *verbs: str) -> int:
    """When the newest of these was done; the first act where there is none."""
    done = [act.at_ms for act in record.acts if act.verb in verbs]
    return done[-1] if done else record.acts[0].at_ms if record.acts else 0


def _day(record: Record, *names: str) -> date | None:
    """The first of these fields that holds a day."""
    found = (day_of(str(record.fields.get(name, ""))) for name in names)
    return next((day for day in found if day is not None), None)


def _on(policy: Policy, day: date | None, zone: str) -> int:
    return 0 if day is None else opening_ms(day, policy.hours, zone)


def _after(policy: Policy, day: date | None, months: int, zone: str) -> int:
    return 0 if day is None or not months else _on(policy, months_after(day, months), zone)


def _kept(timer: str, moment_ms: int) -> Found:
    if moment_ms > 0:
        yield timer, moment_ms


def _of_action(policy: Policy, record: Record, zone: str) -> Found:
    yield from _kept("by-day", _on(policy, _day(record, "by_day"), zone))


def _of_incident(policy: Policy, row: RegisterRule, record: Record, zone: str) -> Found:
    by_ms = written_ms(record, "write") + row.sign_within_days * DAY_MS
    if row.sign_within_days and record.state == "written":
        yield "sign", by_ms
    if row.sign_within_days and unanswered(row, record):
        yield "answers", by_ms


def unanswered(row: RegisterRule | None, record: Record) -> tuple[str, ...]:
    """The fields of the policy's questions that have no answer yet (HM-13)."""
    wanted = ANSWERS[: 0 if row is None else len(row.questions)]
    return tuple(name for name in wanted if not record.fields.get(name))


def _of_assessment(policy: Policy, row: RegisterRule, record: Record, zone: str) -> Found:
    if row.sign_within_days and record.state == "written":
        yield "sign", written_ms(record, "write", "update") + row.sign_within_days * DAY_MS
    yield from _kept("review", _after(policy, _day(record, "assessed_on"), row.review_months, zone))


def _of_key(policy: Policy, row: RegisterRule, record: Record, zone: str) -> Found:
    if record.state in ("out", "emergency"):
        yield from _kept("back", _on(policy, _day(record, "back_by"), zone))
    if record.state not in ("lost", "stolen", "emergency"):
        signed = _day(record, "authority_form")
        yield from _kept("authority", _after(policy, signed, row.review_months, zone))


def _of_badge(policy: Policy, row: RegisterRule, record: Record, zone: str) -> Found:
    if record.state == "issued":
        ends = [_on(policy, _day(record, "expires"), zone)]
        ends.append(_after(policy, _day(record, "issued"), row.valid_months, zone))
        yield from _kept("renew", min((end for end in ends if end), default=0))
    elif record.state == "stolen":
        yield "police", written_ms(record, "report_stolen")
    else:
        yield "replace", written_ms(record, "report_lost", "report_stolen") + DAY_MS


def _of_fitness(policy: Policy, row: RegisterRule, record: Record, zone: str) -> Found:
    yield from _kept("review", _on(policy, _day(record, "until"), zone))


def _of_induction(policy: Policy, row: RegisterRule, record: Record, zone: str) -> Found:
    if record.state == "again":
        yield "again", written_ms(record, "again") + DAY_MS
    else:
        yield from _kept(
            "review", _after(policy, _day(record, "shown_on"), row.review_months, zone)
        )


def _reviewed(policy: Policy, row: RegisterRule, record: Record, zone: str) -> Found:
    """Any other: looked at again so many months after it was last written."""
    last = _day(record, "read_on", "changed")
    if last is None and record.acts:
        last = day_at(written_ms(record, "write", "change", "sign"), zone)
    yield from _kept("review", _after(policy, last, row.review_months, zone))


_BY_KIND: Mapping[str, Callable[[Policy, RegisterRule, Record, str], Found]] = {
    "incident": _of_incident,
    "assessment": _of_assessment,
    "key": _of_key,
    "badge": _of_badge,
    "fitness": _of_fitness,
    "induction": _of_induction,
}
HELD = frozenset({"key", "badge"})  # what somebody has who may leave


def scheduled(policy: Policy, old: Record | None, new: Record, zone: str, at_ms: int) -> Record:
    """The record with its deadlines: what stood already keeps its next reminder."""
    stood = {} if old is None else {due.timer: due for due in old.due}
    found = []
    for timer, day_ms in sorted(dues(policy, new, zone).items()):
        had = stood.get(timer)
        if had is not None and had.anchor_ms == day_ms:
            found.append(had)
            continue
        notice_ms = NOTICE_DAYS * DAY_MS if timer in WITH_NOTICE else 0
        found.append(Deadline(timer, max(day_ms - notice_ms, at_ms), "", day_ms))
    kept = {due.timer: due.anchor_ms for due in found}
    late = [
        timer
        for timer in (() if old is None else old.late)
        if timer in kept and kept[timer] == stood[timer].anchor_ms
    ]
    return replace(new, due=tuple(found), late=tuple(late))


def reminded(row: RegisterRule | None, record: Record, timer: str, now_ms: int) -> Record:
    """After a reminder: the next one, counted from now because people wait for people; on the day
    itself always. What has come without an act is late."""
    again_ms = (1 if row is None else row.nag_days) * DAY_MS
    found, late = [], [*record.late]
    for due in record.due:
        if due.timer == timer:
            next_ms = now_ms + again_ms
            if now_ms < due.anchor_ms:
                next_ms = min(next_ms, due.anchor_ms)
            elif timer not in late:
                late.append(timer)
            found.append(Deadline(timer, next_ms, "", due.anchor_ms))
        else:
            found.append(due)
    return replace(record, due=tuple(found), late=tuple(late))
