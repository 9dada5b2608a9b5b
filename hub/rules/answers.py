"""How a decision about an alarm is put: its state, the reason, and who may have asked.

Rule: nothing here decides anything. What a person holds is told by the engine with the event
(`by_roles`), never by the person.
"""

from hub.rules.effects import Decision, Effect
from hub.rules.model import Alarm, Event

BY_ROLES = "by_roles"  # in an event's data: the roles that `by` holds now, comma separated


def told(alarm: Alarm, reason: str, *effects: Effect, clause: tuple[str, ...] = ()) -> Decision:
    return Decision(alarm=alarm, effects=effects, reason=reason, clause=clause)


def turned_down(alarm: Alarm, why: str, clause: tuple[str, ...] = ()) -> Decision:
    """A person's command that is not allowed: why, and what to do."""
    return Decision(alarm=alarm, refused=why, reason=why, clause=clause)


def roles_of(event: Event) -> frozenset[str]:
    """The roles that whoever did it holds now."""
    return frozenset(parts(event, BY_ROLES))


def parts(event: Event, key: str) -> tuple[str, ...]:
    """A comma separated value."""
    return tuple(part for each in str(event.data.get(key, "")).split(",") if (part := each.strip()))


def text(event: Event, key: str) -> str:
    return str(event.data.get(key, "")).strip()
