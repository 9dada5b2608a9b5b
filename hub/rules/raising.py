"""From an event to the alarm that the policy's `on` row gives it.

Rule: a policy that lacks the row (the checker refuses one) still pages its first ladder. The
sentence carries no names.
"""

from hub.policy.model import On, Terms
from hub.rules.effects import RaiseAlarm
from hub.rules.kinds import ON_EVENTS, SILENT_KINDS
from hub.rules.model import Event, Press


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


def told_alarm(terms: Terms, name: str, event: Event, worker: str) -> RaiseAlarm:
    """Danger that was told by telephone: what is told twice about her is one alarm."""
    return alarm_of(terms, name, event, f"{name}:{worker or 'unknown'}", worker=worker)
