"""Who plays in the stories, what is on file of them, and what they are paged.

Rule: everything is as it should be; a story takes away what it is about with
`replace(world.directory, …)`.
"""

from dataclasses import dataclass, replace

from hub.policy.spans import span_ms
from hub.rules.directory import ClientFacts, Directory, WorkerFacts

NINE = 1_790_000_000_000  # any morning; the stories only count from it
CLIENT = ClientFacts("A Client", "1 Some Street, Exeter", "EX1 1AA", ("01392 000000",), "C2")
CLIENT = replace(CLIENT, assessment="signed", assessed_by=2, known=True, contacts=("family",),
                 coverage="good")  # fmt: skip
READY = WorkerFacts("ready", True, True, True, True, True, True)
ROLES = {
    "office": frozenset({"olive"}),
    "duty-manager": frozenset({"max"}),
    "director": frozenset({"dora"}),
    "monitor": frozenset({"olive"}),
    "manager": frozenset({"max"}),
}
DIRECTORY = Directory(
    roles=ROLES,
    clients={"client": CLIENT},
    pendants={"kim": "p-kim", "lee": "p-lee"},
    workers={"kim": READY, "lee": READY},
    on_duty=ROLES,
)


@dataclass(frozen=True)
class Paged:
    at_ms: int
    roles: tuple[str, ...]
    about: str

    def __str__(self) -> str:
        minutes, rest = divmod(self.at_ms - NINE, 60_000)
        return f"{minutes} min {rest // 1000} s: {', '.join(self.roles)} about {self.about}"


def ms(span: str) -> int:
    found = span_ms(span)
    assert found is not None, span
    return found
