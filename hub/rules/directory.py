"""Who is who, as the gates see it: a frozen view that the engine makes for one planning.

Rule: a gate asks only what is in here; a role that nobody holds is an empty answer, not an error.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """What the gates need of a client: HM-2.2 asks for all of it but the rating (HM-1.2).

    `assessment`: none ("") | written | signed | due (too old, or an incident since) | significant
    (a significant risk that is not yet dealt with). `assessed_by`: how many people wrote it.
    `way_in`: how workers come in, as recorded. `contacts`: kinds of contacts on file (CT-8.3).
    `known`: she has been visited before.
    """

    name: str = ""
    address: str = ""
    postcode: str = ""
    lines: tuple[str, ...] = ()
    rating: str = ""
    risk_flag: bool = False
    assessment: str = ""
    assessed_by: int = 0
    way_in: str = ""
    contacts: tuple[str, ...] = ()
    must_not_be_left: bool = False
    known: bool = False
    coverage: str = ""  # good | poor, as it was looked up for her home (HM-4.1.4)


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What the gates need of a worker. `pendant`: ready | low | silent | expired | none
    (HM-2.1)."""

    pendant: str = "none"
    inducted: bool = False  # SU-induct
    accepted: bool = False  # CT-10: read and understood this procedure
    fit: bool = True  # LF-fit: nobody has recorded that she may not work alone
    own_mobile: bool = False  # a number, with her consent on file (SU-chain)
    next_of_kin: bool = False
    phone: bool = False  # a number she is reached on at work is on file (DC-diary)


@dataclass(frozen=True, slots=True)
class Directory:
    """`roles`: role -> the people who may hold it. `clients`, `pendants` by client and worker id.

    An empty `people` means that the caller does not say who exists, so nobody is refused for it.
    `facts`: what calendar and sun say of the planned time: out_of_hours, after_dark. `on_duty`:
    role -> who is on duty for it now. `out`: workers with an open entry they have not come home
    from, told to whoever lays down a duty. `day_before_ms`: the midnight that begins the day before
    the planned start, where she is (HM-4.1.2), 0 = not told.
    """

    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    clients: Mapping[str, ClientFacts] = field(default_factory=dict)
    pendants: Mapping[str, str] = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    workers: Mapping[str, WorkerFacts] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()
    on_duty: Mapping[str, frozenset[str]] = field(default_factory=dict)
    out: frozenset[str] = frozenset()
    day_before_ms: int = 0

    def holds(self, person: str, roles: Iterable[str]) -> bool:
        """Whether the person may act in any of these roles."""
        return any(person in self.roles.get(role, frozenset()) for role in roles)

    def knows(self, person: str) -> bool:
        return not self.people or person in self.people
