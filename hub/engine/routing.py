"""Which visit a press belongs to: pendant -> worker -> the one visit it can be about.

Rule: a running visit first, else one that is planned about now; where two fit alike there is no
guess and a person asks her (DESIGN: "two candidates: no guess"). What the pendant believed decides
only when it fits exactly one of them.
"""

from dataclasses import dataclass

from hub.engine.state import OpenPart
from hub.engine.turn import Turn
from hub.rules.model import Part, Visit
from protocol.messages import StartedOut, UpMessage

# A press so far from a planned visit is about it: she set out early, or the diary slipped.
EARLY_MS = 2 * 3_600_000
LATE_MS = 2 * 3_600_000
AWAY = frozenset({"leaving", "going-home", "to-base"})  # done there, not yet accounted for


@dataclass(frozen=True, slots=True)
class Route:
    """`several`: the visits that fit alike, when none could be chosen."""

    visit: Visit | None = None
    part: Part | None = None
    several: tuple[str, ...] = ()


def route(turn: Turn, worker: str, message: UpMessage | None = None) -> Route:
    """Where a worker's press goes. Without a message: the visit that her pendant is told about."""
    if not worker:
        return Route()
    parts = list(turn.state.open_parts(worker).values())
    running = [part for part in parts if part.phase != "planned"]
    planned = [part for part in parts if part.phase == "planned" and _is_now(part, turn.now_ms)]
    if isinstance(message, StartedOut):
        # She sets out to the next one while the last is only waiting to be accounted for.
        if all(part.phase in AWAY for part in running) and planned:
            return _one(turn, worker, planned, message)
    elif message is None and len(planned) > 1:
        planned = [min(planned, key=lambda part: (part.start_ms, part.visit))]
    return _one(turn, worker, running or planned, message)


def _is_now(part: OpenPart, now_ms: int) -> bool:
    return part.start_ms - EARLY_MS <= now_ms <= max(part.end_ms, part.start_ms) + LATE_MS


def _one(turn: Turn, worker: str, fitting: list[OpenPart], message: UpMessage | None) -> Route:
    if len(fitting) > 1 and message is not None:
        believed = [part for part in fitting if part.phase == message.phase]
        fitting = believed if len(believed) == 1 else fitting
    elif len(fitting) > 1:
        fitting = [min(fitting, key=lambda part: (part.phase in AWAY, part.start_ms, part.visit))]
    if len(fitting) != 1:
        return Route(several=tuple(sorted(part.visit for part in fitting)))
    visit = turn.visit(fitting[0].visit)
    return Route() if visit is None else Route(visit, visit.part(worker))
