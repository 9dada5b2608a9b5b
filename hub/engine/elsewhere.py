"""Who was spoken with about one entry was spoken with: her working day hears of it (ADR 0014).

Rule: only what another person recorded counts, and each day gets an event and a log row of its own.
"""

from collections.abc import Iterator

from hub.engine.routing import open_days
from hub.engine.turn import Turn
from hub.rules.entries import is_day
from hub.rules.model import Event, Visit


def told(turn: Turn, old: Visit, new: Visit, event: Event) -> Iterator[tuple[Event, Visit]]:
    """The events that follow for other entries, when this one brought contact with somebody."""
    if is_day(new):
        return
    for was, now in zip(old.parts, new.parts, strict=True):
        contact_ms = now.anchors.get("contact", -1)
        if contact_ms <= was.anchors.get("contact", -1):
            continue
        for day in open_days(turn, now.worker):
            visit = turn.visit(day)
            if visit is not None:
                about = Event(
                    "contact_elsewhere", contact_ms, event.by, day, now.worker,
                    data={"about": new.id, "means": str(event.data.get("means", ""))},
                )  # fmt: skip
                yield about, visit
