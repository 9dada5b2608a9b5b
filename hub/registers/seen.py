"""What a register's rule is told of people, clients and records: only what it asks for.

Rule (P8): no name, address or number is in here, so that none gets into the log; it stands in the
log row, and a replay decides by it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NOBODY: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Seen:
    """`roles`: who is known and active of those named -> the roles she may act in.

    `traceable`: fields whose text tells whose the thing is; `taken`: whether the label is another
    live record's; `knows`: whether who asks needs the secret now (CT-4.4); `secret`: whether one
    was given as it should be; `draw`: chance, for what falls due at random.
    """

    zone: str
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOBODY)
    clients: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()
    traceable: frozenset[str] = frozenset()
    taken: bool = False
    knows: bool = False
    secret: bool = False
    draw: int = 0


def dump(seen: Seen) -> dict[str, Any]:
    """As JSON, what is empty left out."""
    found: dict[str, Any] = {"zone": seen.zone}
    if seen.roles:
        found["roles"] = {person: list(roles) for person, roles in sorted(seen.roles.items())}
    for name in ("clients", "records", "traceable"):
        if getattr(seen, name):
            found[name] = sorted(getattr(seen, name))
    for name in ("taken", "knows", "secret", "draw"):
        if getattr(seen, name):
            found[name] = getattr(seen, name)
    return found


def load(found: Mapping[str, Any]) -> Seen:
    return Seen(
        zone=found["zone"],
        roles={person: tuple(roles) for person, roles in found.get("roles", {}).items()},
        clients=frozenset(found.get("clients", ())),
        records=frozenset(found.get("records", ())),
        traceable=frozenset(found.get("traceable", ())),
        taken=found.get("taken", False),
        knows=found.get("knows", False),
        secret=found.get("secret", False),
        draw=found.get("draw", 0),
    )
