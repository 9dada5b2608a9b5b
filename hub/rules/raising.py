"""From an event to the alarm that the policy's `on` row gives it.

Rule: a policy that lacks the row (the checker refuses one) still pages its first ladder. The
sentence carries no names.
"""

from hub.policy.model import On, Terms
from hub.rules.effects import RaiseAlarm
from hub.rules.kinds import ON_EVENTS, SILENT_KINDS
from hub.rules.model import Event, Press

# What the hub says of the pendant that an event came from (its data `pendant`) -> how it is told.
# Never a reason to do less (P4): whoever reads it must know what she looks at.
EXPIRED, REVOKED = "expired", "revoked"
MARKS = {EXPIRED: "from a pendant past its date", REVOKED: "from a revoked pendant"}


def mark_of(event: Event) -> str:
    """The mark that the event's pendant bears, or ""."""
    mark = str(event.data.get("pendant", ""))
    return mark if mark in MARKS else ""


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
    mark = mark_of(event) if press is not None else ""
    if mark:
        said = f"{said}, {MARKS[mark]}"
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
        mark=mark,
        clause=row.clause,
    )


def told_alarm(terms: Terms, name: str, event: Event, worker: str) -> RaiseAlarm:
    """Danger that was told by telephone: what is told twice about her is one alarm."""
    return alarm_of(terms, name, event, f"{name}:{worker or 'unknown'}", worker=worker)
