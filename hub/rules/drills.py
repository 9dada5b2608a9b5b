"""Drills: the arrangements are tested at random and by plan (SU-drill).

Rules: DRILL labels pages, never presses: a press is always real, whatever drill is on, and a flag
that is not literally `True` reads real. How long the answer took is told when the drill ends.
"""

from hub.policy.model import Terms
from hub.rules.effects import Decision, RaiseAlarm
from hub.rules.kinds import DRILLS
from hub.rules.model import Alarm, Event
from hub.rules.raising import alarm_of

KIND = "drill"
READS_REAL = "sos"  # what an unclear drill is taken for
REAL_RANK = 2  # an open alarm of this rank, or a graver one: no drill now
# What stands for a late call-back: the first of the policy's alarms of these kinds.
LATE = ("finish_missed", "check_in_missed", "call_back_due")
ABOUT_SOMEBODY = frozenset({"call", "late-call-back"})


def is_one(effect: RaiseAlarm) -> bool:
    return effect.drill is True and effect.kind == KIND and effect.press is None


def kind_of(effect: RaiseAlarm) -> str:
    """The kind of the alarm: a drill that does not say so clearly is no drill."""
    return READS_REAL if effect.kind == KIND and not is_one(effect) else effect.kind


def is_drill(alarm: Alarm) -> bool:
    """Whether its pages are labelled."""
    return alarm.drill is True and alarm.kind == KIND and not alarm.presses


def started(terms: Terms, event: Event) -> Decision:
    """`call`: whoever is on duty calls a worker. `late-call-back`: those who answer for a late call
    are told of one. `page`: whoever is on duty answers a page."""
    drill, person = str(event.data.get("drill", "")), str(event.data.get("person", ""))
    if drill not in DRILLS:
        said = f"Say which drill: {', '.join(DRILLS)}."
        return Decision(refused=said, reason=said)
    if drill in ABOUT_SOMEBODY and not person:
        said = "Say who is called, or let the hub choose somebody at random."
        return Decision(refused=said, reason=said)
    about = person if drill in ABOUT_SOMEBODY else ""
    row = alarm_of(terms, KIND, event, f"{KIND}:{drill}:{about or 'duty'}", worker=about)
    effect = RaiseAlarm(
        kind=KIND,
        at_ms=row.at_ms,
        ladder=_ladder(terms, drill) or row.ladder,
        source=row.source,
        why=f"DRILL, {DRILLS[drill]} ({', '.join(row.clause) or 'ours'})",
        worker=about,
        clause=row.clause,
        drill=True,
    )
    return Decision(effects=(effect,), reason=effect.why, clause=effect.clause)


def _ladder(terms: Terms, drill: str) -> str:
    """Who answers for a late call-back, as if it were one."""
    if drill != "late-call-back":
        return ""
    rows = [timer for timer in terms.timers if timer.action == "raise" and timer.kind in LATE]
    return min(rows, key=lambda timer: LATE.index(timer.kind)).ladder if rows else ""


def answered_ms(alarm: Alarm) -> int:
    """When the drill had its answer: she was reached, or somebody took the page. 0: not yet."""
    if alarm.source.startswith(f"{KIND}:call:"):
        return min((each.at_ms for each in alarm.attempts if each.reached), default=0)
    return alarm.taken_ms


def waited(alarm: Alarm, now_ms: int) -> str:
    """The response time, for the record."""
    if not is_drill(alarm):
        return ""
    at_ms = answered_ms(alarm)
    if not at_ms:
        return f", not answered in {(now_ms - alarm.raised_ms) // 1000} s"
    return f", answered after {(at_ms - alarm.raised_ms) // 1000} s"
