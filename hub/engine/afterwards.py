"""What is left to do when a turn has been committed: plain data, done in this order by `hands`.

Rule: nothing in here happens before the commit, so whatever it says is true (P1).
"""

from dataclasses import dataclass, field

from hub.inbox import Answer, Reply


@dataclass(slots=True)
class Afterwards:
    """`down`: (pendant, token) in order. `acks`: to the broker, in order of receipt. `replies`: to
    who asked. `pages`: the notifier has something to send. `changed`: which screens are old now
    (`board`, `visit:<id>`, `alarm:<id>`). `turned_ms`: the time of the turn."""

    turned_ms: int
    down: list[tuple[str, bytes]] = field(default_factory=list)
    acks: list[tuple[str, int, int, int]] = field(default_factory=list)
    replies: list[tuple[Reply, Answer]] = field(default_factory=list)
    pages: bool = False
    changed: set[str] = field(default_factory=set)
