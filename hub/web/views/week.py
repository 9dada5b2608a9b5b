"""The week ahead of one worker, on paper for the locked diary file (HM-2.8, DC-diary).

Rule: it is made anew each time, says when it was made, and shows what has changed or was cancelled
since as it stands now (HM-2.9).
"""

from dataclasses import dataclass

from hub.rules.model import Part, Visit
from hub.web.views import times, words
from hub.web.views.scene import Scene

DAYS = 7


@dataclass(frozen=True, slots=True)
class Appointment:
    """One entry with all that the diary holds (HM-2.2)."""

    time: str
    level: str
    red: bool
    what: str
    where: str
    client: str
    lines: str
    tracker: str
    then: str
    gone: bool  # cancelled


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    appointments: tuple[Appointment, ...]


@dataclass(frozen=True, slots=True)
class Week:
    worker: str
    name: str
    made_at: str
    days: tuple[Day, ...]


def week(scene: Scene, worker: str) -> Week:
    """Today and the six days after it; days without an entry are left out."""
    from_ms = times.day_start_ms(scene.now_ms, scene.zone)
    mine = [
        (visit, part)
        for visit in scene.visits
        for part in visit.parts
        if part.worker == worker
        and from_ms <= visit.planned_start_ms < from_ms + DAYS * times.DAY_MS
    ]
    mine.sort(key=lambda pair: pair[0].planned_start_ms)
    days: dict[str, list[Appointment]] = {}
    for visit, part in mine:
        start = times.local(visit.planned_start_ms, scene.zone)
        days.setdefault(f"{start:%A} {start.day} {start:%B}", []).append(_entry(scene, visit, part))
    made = times.local(scene.now_ms, scene.zone)
    return Week(
        worker=worker,
        name=scene.person_name(worker),
        made_at=f"{made:%a} {made.day} {made:%b %Y, %H:%M}",
        days=tuple(Day(name, tuple(rows)) for name, rows in days.items()),
    )


def _entry(scene: Scene, visit: Visit, part: Part) -> Appointment:
    scene = scene.of(visit)
    client = scene.clients.get(visit.client)
    address = ", ".join(filter(None, [client.address, client.postcode])) if client else ""
    others = [scene.person_name(p.worker) for p in visit.parts if p.worker != part.worker]
    start, end = (times.clock(ms, scene.zone)
                  for ms in (visit.planned_start_ms, visit.planned_end_ms))  # fmt: skip
    level = scene.policy.level.get(visit.level)
    return Appointment(
        time=f"{start} to {end}",
        level=scene.level_name(visit.level),
        red=level is not None and level.board == "red",
        what=", ".join(filter(None, [words.KINDS.get(visit.kind, ""), visit.purpose, *(
            [f"with {words.together(others)}"] if others else [])])),
        where=", ".join(filter(None, [visit.venue or address, visit.area])),
        client=f"{client.code} · {client.name}" if client else "",
        lines=", ".join(client.lines) if client else "",
        tracker=scene.person_name(visit.tracker) if visit.tracker else "",
        then=words.THEN.get(visit.then, ""),
        gone=part.phase == "cancelled",
    )  # fmt: skip
