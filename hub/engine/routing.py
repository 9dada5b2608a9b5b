"""Which visit a press belongs to: pendant -> worker -> the one visit it can be about.

Rule: a running visit first, else one that is planned about the time of the press, else her working
day (ADR 0014); where two fit alike there is no guess and a person asks her (DESIGN: "two
candidates: no guess"). What the pendant believed decides only when it fits exactly one of them.
"""

from dataclasses import dataclass

from hub.engine.state import OpenPart
from hub.engine.turn import Turn
from hub.rules.model import Part, Visit
from protocol.messages import Arrived, Ok, StartedOut, UpMessage

# A press so far from a planned visit is about it: she set out early, or the diary slipped.
EARLY_MS = 2 * 3_600_000
LATE_MS = 2 * 3_600_000
NEAR_MS = 30 * 60_000  # so soon before the next visit A short may be said at its door
AWAY = frozenset({"leaving", "going-home", "to-base"})  # done there, not yet accounted for


@dataclass(frozen=True, slots=True)
class Route:
    """`several`: the visits that fit alike, when none could be chosen; `phases`: hers in them."""

    visit: Visit | None = None
    part: Part | None = None
    several: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()


def route(
    turn: Turn, worker: str, message: UpMessage | None = None, at_ms: int | None = None
) -> Route:
    """Where a worker's press goes. Without a message: the visit that her pendant is told about.
    `at_ms`: when it was pressed, if that is known: yesterday's is about none of today's plans."""
    if not worker:
        return Route()
    about_ms = turn.now_ms if at_ms is None else at_ms
    parts, days = _told_apart(turn, worker)
    running = [part for part in parts if part.phase != "planned"]
    planned = [part for part in parts if part.phase == "planned" and _is_now(part, about_ms)]
    # The last visit is only waiting to be accounted for: she may be at the next one.
    next_one = planned if all(part.phase in AWAY for part in running) else []
    if next_one and isinstance(message, StartedOut):
        return _one(turn, worker, next_one, message)
    if next_one and running and isinstance(message, Arrived | Ok):
        near = [part for part in next_one if part.start_ms - NEAR_MS <= about_ms]
        if near:
            return _several([*running, *near])
    if message is None and len(planned) > 1:
        planned = [min(planned, key=lambda part: (part.start_ms, part.visit))]
    begun = [part for part in days if part.start_ms - EARLY_MS <= about_ms]
    return _one(turn, worker, running or planned or begun, message)


def _told_apart(turn: Turn, worker: str) -> tuple[list[OpenPart], list[OpenPart]]:
    """Her open parts: those of visits, meetings and buildings, and those of working days."""
    visits: list[OpenPart] = []
    days: list[OpenPart] = []
    for part in turn.state.open_parts(worker).values():
        (days if turn.is_day(part) else visits).append(part)
    return visits, days


def open_days(turn: Turn, worker: str) -> list[str]:
    """The working days of hers that are not closed."""
    return [part.visit for part in _told_apart(turn, worker)[1]]


def _several(fitting: list[OpenPart]) -> Route:
    ordered = sorted(fitting, key=lambda part: part.visit)
    visits, phases = [part.visit for part in ordered], [part.phase for part in ordered]
    return Route(several=tuple(visits), phases=tuple(phases))


def _is_now(part: OpenPart, now_ms: int) -> bool:
    return part.start_ms - EARLY_MS <= now_ms <= max(part.end_ms, part.start_ms) + LATE_MS


def _one(turn: Turn, worker: str, fitting: list[OpenPart], message: UpMessage | None) -> Route:
    if len(fitting) > 1 and message is not None:
        believed = [part for part in fitting if part.phase == message.phase]
        fitting = believed if len(believed) == 1 else fitting
    elif len(fitting) > 1:
        fitting = [min(fitting, key=lambda part: (part.phase in AWAY, part.start_ms, part.visit))]
    if len(fitting) != 1:
        return _several(fitting)
    visit = turn.visit(fitting[0].visit)
    return Route() if visit is None else Route(visit, visit.part(worker))
