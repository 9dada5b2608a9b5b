"""What raises an alarm at once: presses of danger, danger told by telephone, the hub's own trouble.

Rule: a new SOS is always accepted (P4): on a visit or off it, verified or not, with an alarm open
already or none. Repeats are gathered by source; an unverified source never meets a verified one.
"""

from dataclasses import replace

from hub.policy.model import Terms
from hub.rules import drills, scripts
from hub.rules.effects import Decision, RaiseAlarm
from hub.rules.kinds import ALARM_KINDS, DANGER_PRESSES, ON_EVENTS, SILENT_KINDS
from hub.rules.model import Event, Press, Visit
from hub.rules.raising import MARKS, REVOKED, alarm_of, mark_of, on_row, told_alarm
from hub.rules.reading import FELT_AS_A_SHORT

__all__ = ["HARMLESS_OFF_VISIT", "alarm_of", "hub_trouble", "off_visit", "on_row", "press_alarm",
           "reported", "unknown_press_alarm", "unplanned_alarm"]  # fmt: skip

# Off a visit these are nothing that a person must ask about.
HARMLESS_OFF_VISIT = frozenset(
    {
        "booted",
        "ok",
        "carry_on_asked",
        "home_safe",
        "replied",
        "touched",
        "last_gasp",
        FELT_AS_A_SHORT,
    }
)


def press_alarm(terms: Terms, event: Event, now_ms: int, verified: bool = True) -> RaiseAlarm:
    """A press of danger. All presses of one kind from one pendant grow one alarm."""
    carrier = event.pendant or event.worker or event.by
    press = Press(event.identity, event.at_ms, now_ms)
    if mark_of(event) == REVOKED:
        return _revoked_alarm(terms, event, press)
    if not verified:
        # Whose it is cannot be known: it is shown as claimed, and paged as unverified.
        return alarm_of(terms, "unverified", event, f"unverified:{carrier}", press)
    worker = event.worker or event.by
    return alarm_of(terms, event.kind, event, f"{event.kind}:{carrier}", press, worker)


def revoked_source(kind: str, pendant: str) -> str:
    """What the presses of a revoked pendant are gathered by."""
    return f"revoked:{kind}:{pendant}"


def _revoked_alarm(terms: Terms, event: Event, press: Press) -> RaiseAlarm:
    """The key fits and the holder is not trusted: whose pendant it was is told, not proven. It
    never joins what others have forged in its name, and a silent sign of it stays silent."""
    source = revoked_source(event.kind, event.pendant)
    raised = alarm_of(terms, "unverified", event, source, press, event.worker)
    said = f"{ALARM_KINDS[ON_EVENTS[event.kind]][1]} {MARKS[REVOKED]}: look who has it"
    why = f"{said} ({', '.join(raised.clause) or on_row(terms, 'unverified').source})"
    return replace(raised, why=why, silent=ON_EVENTS[event.kind] in SILENT_KINDS)


def unknown_press_alarm(terms: Terms, event: Event, now_ms: int) -> RaiseAlarm:
    """A press that a pendant carries and the hub never had; data press: which kind. An SOS goes by
    the policy's own row for it, anything else by the row of its kind, so that a silent one stays
    silent. Further presses of that kind join it, and the press itself, should it come later."""
    if event.data.get("press", "sos_pressed") in DANGER_PRESSES - {"sos_pressed"}:
        return press_alarm(terms, replace(event, kind=str(event.data["press"])), now_ms)
    carrier = event.pendant or event.worker or event.by
    press = Press(event.identity, event.at_ms, now_ms)
    worker = event.worker or event.by
    return alarm_of(terms, event.kind, event, f"sos_pressed:{carrier}", press, worker)


def unplanned_alarm(terms: Terms, event: Event) -> RaiseAlarm:
    """A press that fits nothing: a person asks her what it meant."""
    carrier = event.pendant or event.worker or event.by
    worker = event.worker or event.by
    return alarm_of(terms, "unplanned", event, f"unplanned:{carrier}", worker=worker)


def off_visit(terms: Terms, event: Event, now_ms: int, verified: bool = True) -> Decision:
    """An event that belongs to no visit."""
    if event.kind in DANGER_PRESSES:
        effect = press_alarm(terms, event, now_ms, verified)
        return Decision(effects=(effect,), reason=effect.why, clause=effect.clause)
    if event.kind == "unknown_open_press":
        raised = unknown_press_alarm(terms, event, now_ms)
        return Decision(effects=(raised,), reason=raised.why, clause=raised.clause)
    if event.kind == "report_danger":
        return reported(terms, event, None)
    if event.kind == "record_answer":
        return scripts.record_answer(terms, event, None)
    if event.kind == "start_drill":
        return drills.started(terms, event)
    if event.kind in ON_EVENTS and event.kind not in HARMLESS_OFF_VISIT:
        return hub_trouble(terms, event)
    if not verified or event.kind in HARMLESS_OFF_VISIT:
        return Decision(reason=f"{event.kind} without a visit about now: recorded")
    asked = unplanned_alarm(terms, event)
    return Decision(effects=(asked,), reason=asked.why, clause=asked.clause)


def hub_trouble(terms: Terms, event: Event) -> Decision:
    """beat_lost, identity_conflict, hub_restarted, clock_jumped, nobody_on_duty."""
    about = event.pendant or event.worker or str(event.data.get("role", "")) or "hub"
    effect = alarm_of(terms, event.kind, event, f"{event.kind}:{about}")
    return Decision(effects=(effect,), reason=effect.why, clause=effect.clause)


def reported(terms: Terms, event: Event, visit: Visit | None) -> Decision:
    """Danger told by telephone: a coded phrase, a worried family, a plain call (HM-5.1, HM-7.3)."""
    how = str(event.data.get("how", ""))
    worker = event.worker or str(event.data.get("worker", ""))
    if not worker and visit is not None and len(visit.parts) == 1:
        worker = visit.parts[0].worker
    if how not in ("coded-phrase", "family", "call"):
        # Danger is never refused for want of a word: the gravest reading stands.
        how = "call"
    effect = told_alarm(terms, how, event, worker)
    return Decision(visit=visit, effects=(effect,), reason=effect.why, clause=effect.clause)
