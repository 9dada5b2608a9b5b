"""What raises an alarm at once: presses of danger, danger told by telephone, the hub's own trouble.

Rule: a new SOS is always accepted (P4): on a visit or off it, verified or not, with an alarm open
already or none. Repeats are gathered by source; an unverified source never meets a verified one.
"""

from dataclasses import replace

from hub.policy.model import On, Terms
from hub.rules.effects import Decision, RaiseAlarm
from hub.rules.kinds import DANGER_PRESSES, ON_EVENTS, SILENT_KINDS
from hub.rules.model import Event, Press, Visit
from hub.rules.reading import FELT_AS_A_SHORT

# Off a visit these are nothing that a person must ask about.
HARMLESS_OFF_VISIT = frozenset(
    {"booted", "ok", "carry_on_asked", "home_safe", "replied", "touched", FELT_AS_A_SHORT}
)


def on_row(terms: Terms, name: str) -> On:
    """The policy's row; a policy without it (the checker refuses one) pages its first ladder."""
    found = terms.on_event.get(name)
    return found if found is not None else On(name, terms.ladders[0].id if terms.ladders else "")


def alarm_of(
    terms: Terms,
    name: str,
    event: Event,
    source: str,
    press: Press | None = None,
    worker: str = "",
) -> RaiseAlarm:
    """The effect that the policy's `on` row `name` has. Its sentence carries no names."""
    row = on_row(terms, name)
    kind = ON_EVENTS.get(name, "unplanned")
    said = row.say or f"{kind.replace('_', ' ')}"
    return RaiseAlarm(
        kind=kind,
        at_ms=event.at_ms,
        ladder=row.ladder,
        source=source,
        why=f"{said} ({', '.join(row.clause) or row.source})",
        worker=worker or event.worker,
        pendant=event.pendant,
        silent=kind in SILENT_KINDS,
        verified=name != "unverified",
        press=press,
        clause=row.clause,
    )


def press_alarm(terms: Terms, event: Event, now_ms: int, verified: bool = True) -> RaiseAlarm:
    """A press of danger. All presses of one kind from one pendant grow one alarm."""
    carrier = event.pendant or event.worker or event.by
    press = Press(event.identity, event.at_ms, now_ms)
    if not verified:
        # Whose it is cannot be known: it is shown as claimed, and paged as unverified.
        return alarm_of(terms, "unverified", event, f"unverified:{carrier}", press)
    worker = event.worker or event.by
    return alarm_of(terms, event.kind, event, f"{event.kind}:{carrier}", press, worker)


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
        raised = press_alarm(terms, replace(event, kind="sos_pressed"), now_ms)
        return Decision(effects=(raised,), reason=raised.why, clause=raised.clause)
    if event.kind == "report_danger":
        return reported(terms, event, None)
    if event.kind in ON_EVENTS:
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
    effect = alarm_of(terms, how, event, f"{how}:{worker or 'unknown'}", worker=worker)
    return Decision(visit=visit, effects=(effect,), reason=effect.why, clause=effect.clause)
