"""The log of a visit or an alarm for people: each line when it happened, in one sentence.

Rule: from her own eyes nothing of a silent alarm, and no looks since it began (P2, P8).
"""

from dataclasses import dataclass, replace

from hub.rules.reading import FELT_AS_A_SHORT
from hub.store.views import LogLine
from hub.web.views import times
from hub.web.views.scene import SILENT_LOG_KINDS, Scene
from hub.web.views.sentences import sentence

ANSWERED = "record_answer"


@dataclass(frozen=True, slots=True)
class LogItem:
    """One line of the log: when it happened, in a sentence; `recorded` when that was later."""

    at: str
    day: str
    text: str
    recorded: str


def is_hushed(scene: Scene, row: LogLine) -> bool:
    """From her own eyes: nothing of a silent alarm, and no looks since it began (P2, P8)."""
    if row.kind == ANSWERED and _is_out_there(scene, row):
        return True
    if scene.hush_from_ms is None or row.recorded_ms < scene.hush_from_ms:
        return False
    if row.kind == "looked":
        return row.by not in scene.hush_people
    return row.alarm in scene.secret or row.kind in SILENT_LOG_KINDS


def _is_out_there(scene: Scene, row: LogLine) -> bool:
    """Whether who is looking is on that visit now: whoever is with her may look too (SU-false)."""
    parts = [part for visit in scene.visits if visit.id == row.visit for part in visit.parts]
    hers = scene.viewer in (row.worker, *(part.worker for part in parts))
    over = all(part.phase in ("closed", "cancelled") for part in parts)
    return hers and (not over or bool(scene.secret))


def _row_as_felt(scene: Scene, row: LogLine) -> LogLine:
    """A silent press reads, while nobody may know of it, as the A short that she felt (P2)."""
    if not scene.secret or row.kind != FELT_AS_A_SHORT:
        return row
    return replace(row, kind=str(row.facts.get("felt", "")))


def log_items(scene: Scene, log: tuple[LogLine, ...]) -> tuple[LogItem, ...]:
    """Oldest first, each with the time it happened, and when it was recorded if that was later."""
    out = []
    for row in log:
        if is_hushed(scene, row):
            continue
        told = scene.of(scene.visit_named(row.visit))
        late = row.recorded_ms - row.at_ms >= times.MINUTE_MS
        out.append(
            LogItem(
                at=times.clock_s(row.at_ms, scene.zone),
                day=f"{times.local(row.at_ms, scene.zone):%a %d %b}",
                text=sentence(told, _row_as_felt(scene, row)),
                recorded=times.when(row.recorded_ms, scene.now_ms, scene.zone) if late else "",
            )
        )
    return tuple(out)
