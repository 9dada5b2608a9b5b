"""What a gate is asked about: one command, its visit if there is one, and who is who.

Rule: what a requirement may look at stands here and nowhere else; what nobody recorded is absent,
never an error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hub.rules.directory import ClientFacts, Directory, WorkerFacts
from hub.rules.model import Event, Part, Value, Visit

NOBODY = ClientFacts()  # of whom nothing is on file


@dataclass(frozen=True, slots=True)
class Asked:
    """What a requirement may look at. `workers`: whom it is about; `client`: who is visited."""

    event: Event
    level: str
    facts: frozenset[str]
    visit: Visit | None = None
    part: Part | None = None
    directory: Directory = field(default_factory=Directory)
    workers: tuple[str, ...] = ()
    call_back_wait_ms: int = 0

    def text(self, key: str) -> str:
        return str(self.event.data.get(key, "")).strip()

    @property
    def client(self) -> ClientFacts | None:
        """As it is on file; None where nothing is."""
        named = self.visit.client if self.visit is not None else self.text("client")
        return self.directory.clients.get(named)

    @property
    def has_no_client(self) -> bool:
        """Of a building or a working day, where none is named (ADR 0014)."""
        if self.visit is not None:
            return self.visit.kind in ("site", "day") and not self.visit.client
        return self.text("kind") in ("site", "day") and not self.text("client")

    @property
    def whom(self) -> tuple[str, ...]:
        """The workers that a command is about: of one part, only hers."""
        return (self.part.worker,) if self.part is not None else self.workers

    def each(self, test: Callable[[WorkerFacts], bool]) -> bool:
        """Whether it holds for everybody who goes. Of whom nothing is known it does not."""
        known = self.directory.workers
        return bool(self.whom) and all(who in known and test(known[who]) for who in self.whom)

    def another(self, key: str) -> bool:
        """Somebody is named there who is not one of those who go."""
        return self.text(key) not in ("", *self.workers) and self.directory.knows(self.text(key))


def flag(found: Mapping[str, Value], key: str) -> bool:
    """True, 1 or a form's "on", "true", "yes"."""
    value = found.get(key, False)
    return value.lower() in ("true", "yes", "on", "1") if isinstance(value, str) else bool(value)


def number(found: Mapping[str, Value], key: str) -> int:
    """A whole number, or 0 for anything that is none."""
    value = found.get(key, 0)
    if isinstance(value, int):
        return int(value)
    return int(value) if value.strip().isdecimal() else 0
