"""Who is who, as the gates see it: a frozen view that the engine makes for one planning.

Rule: a gate asks only what is in here; a role that nobody holds is an empty answer, not an error.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """What the gates need of a client: HM-2.2 asks for all of it but the rating (HM-1.2)."""

    name: str = ""
    address: str = ""
    postcode: str = ""
    lines: tuple[str, ...] = ()
    rating: str = ""
    risk_flag: bool = False


@dataclass(frozen=True, slots=True)
class Directory:
    """`roles`: role -> the people who may hold it. `clients`, `pendants` by client and worker id.

    An empty `people` means that the caller does not say who exists, so nobody is refused for it.
    """

    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    clients: Mapping[str, ClientFacts] = field(default_factory=dict)
    pendants: Mapping[str, str] = field(default_factory=dict)
    people: frozenset[str] = frozenset()

    def holds(self, person: str, roles: Iterable[str]) -> bool:
        """Whether the person may act in any of these roles."""
        return any(person in self.roles.get(role, frozenset()) for role in roles)

    def knows(self, person: str) -> bool:
        return not self.people or person in self.people
