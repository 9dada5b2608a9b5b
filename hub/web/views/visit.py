"""A visit's page: what to do next and what to say, whom to ring in which order, and the log.

Rule: while a silent alarm is open her line and the client's are blocked, with the reason (P2).
"""

from dataclasses import dataclass, replace

from hub.rules.board import line as line_of
from hub.rules.model import Alarm, Part, Visit
from hub.rules.reading import FELT_AS_A_SHORT
from hub.store.views import Client, LogLine
from hub.web.views import board, commands, times, words
from hub.web.views.fields import Form
from hub.web.views.scene import SILENT_LOG_KINDS, Line, Scene, as_she_felt_it, line
from hub.web.views.sentences import sentence

SILENT_REASON = "Blocked: a silent alarm is open. A ringing phone may harm her."
INSTRUCTED_MAX = 8  # more than this nobody reads at a door


@dataclass(frozen=True, slots=True)
class Lines:
    """Telephone lines in the order they are tried; `blocked` says why none of them may be rung."""

    title: str
    lines: tuple[Line, ...]
    blocked: str


@dataclass(frozen=True, slots=True)
class LogItem:
    """One line of the log: when it happened, in a sentence; `recorded` when that was later."""

    at: str
    day: str
    text: str
    recorded: str


@dataclass(frozen=True, slots=True)
class PartView:
    """One worker's share: her row as on the board, the large form and the others."""

    worker: str
    row: board.Row
    first: Form | None
    others: tuple[Form, ...]
    attempts: tuple[str, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitPage:
    id: str
    title: str
    subtitle: str
    place: str
    level: str
    enhanced: bool
    reasons: tuple[str, ...]
    tracker: str
    needs_tracker: bool
    version: int
    parts: tuple[PartView, ...]
    lines: tuple[Lines, ...]
    client: tuple[tuple[str, str], ...]
    instructions: tuple[str, ...]
    log: tuple[LogItem, ...]
    silent: bool


def page(scene: Scene, visit: Visit, log: tuple[LogLine, ...]) -> VisitPage:
    """Everything of one visit that this viewer may see."""
    names = [scene.person_name(part.worker) for part in visit.parts]
    visit = as_she_felt_it(visit, scene.viewer)
    silent = silent_alarm(scene, visit) is not None
    start = times.when(visit.planned_start_ms, scene.now_ms, scene.zone)
    return VisitPage(
        id=visit.id,
        title=f"{words.together(names)} at {scene.place(visit)}",
        subtitle=f"{start} to {times.clock(visit.planned_end_ms, scene.zone)}",
        place=scene.place(visit),
        level=scene.level_name(visit.level),
        enhanced=line_of(scene.policy, visit, visit.parts[0]).red,
        reasons=visit.level_reasons,
        tracker=scene.person_name(visit.tracker) if visit.tracker else "",
        needs_tracker=scene.needs_tracker(visit),
        version=visit.version,
        parts=tuple(part_view(scene, visit, part) for part in visit.parts),
        lines=lines(scene, visit, silent),
        client=client_facts(scene.clients.get(visit.client)),
        instructions=instructions(scene, visit),
        log=log_items(scene, log),
        silent=silent,
    )


def part_view(scene: Scene, visit: Visit, part: Part) -> PartView:
    kinds = commands.offered(scene, visit, part)
    forms = tuple(commands.form(scene, visit, part, kind) for kind in kinds)
    return PartView(
        worker=part.worker,
        row=board.row_of(scene, visit, part),
        first=forms[0] if forms else None,
        others=forms[1:],
        attempts=tuple(attempt_words(scene, a.at_ms, a.by, a.means, a.reached, a.note)
                       for a in part.attempts[-6:]),
        claims=board.claim_words(scene, part),
    )  # fmt: skip


def attempt_words(scene: Scene, at_ms: int, by: str, means: str, reached: bool, note: str) -> str:
    """10:44 Ben Okafor, work mobile: not reached"""
    result = "reached" if reached else "not reached"
    tried = words.MEANS.get(means, means)
    said = f"{times.clock(at_ms, scene.zone)} {scene.person_name(by)}, {tried}: {result}"
    return f"{said}. {note}" if note else said


def silent_alarm(scene: Scene, visit: Visit) -> Alarm | None:
    """An open silent alarm about this visit's workers, if this viewer may know of it."""
    workers = {part.worker for part in visit.parts}
    return next(
        (a for a in scene.alarms
         if a.silent and a.state != "resolved" and (a.visit == visit.id or a.worker in workers)),
        None,
    )  # fmt: skip


def lines(scene: Scene, visit: Visit, silent: bool) -> tuple[Lines, ...]:
    """Hers, the client's (HM-3.6), the tracker's (HM-7.1)."""
    blocked = SILENT_REASON if silent else ""
    out = []
    for part in visit.parts:
        worker = scene.people.get(part.worker)
        if worker is not None:
            out.append(Lines(f"Ring {worker.name}", tuple(map(line, worker.phones)), blocked))
    client = scene.clients.get(visit.client)
    if client is not None:
        out.append(Lines("Then the client's lines", tuple(map(line, client.lines)), blocked))
    tracker = scene.people.get(visit.tracker)
    if tracker is not None:
        out.append(Lines(f"Tracker: {tracker.name}", tuple(map(line, tracker.phones)), ""))
    return tuple(out)


def client_facts(client: Client | None) -> tuple[tuple[str, str], ...]:
    """HM-1.3, HM-7.1, CT-7. Entry codes are never here (P8)."""
    if client is None:
        return ()
    address = ", ".join(filter(None, [client.address, client.postcode]))
    facts = [
        ("Client", f"{client.code} · {client.name}" if client.name else client.code),
        ("Address", address),
        ("Risk rating", client.rating or "none yet"),
        ("Risk", client.risk_note),
        ("Visitors", client.visitors_note),
    ]
    return tuple((key, value) for key, value in facts if value)


def instructions(scene: Scene, visit: Visit) -> tuple[str, ...]:
    """What the procedure says to whoever watches, at this phase (kind I of the clauses)."""
    wanted = {f"phase:{part.phase}" for part in visit.parts}
    wanted |= {f"alarm:{a.kind}" for a in scene.alarms if a.visit == visit.id}
    told = [
        row.text if "tracker" in row.to or "worker" not in row.to else f"To her: {row.text}"
        for row in scene.policy.instructions
        if wanted & set(row.at) and (not row.levels or visit.level in row.levels)
    ]
    return tuple(told[:INSTRUCTED_MAX])


def is_hushed(scene: Scene, row: LogLine) -> bool:
    """From her own eyes: nothing of a silent alarm, and no looks since it began (P2, P8)."""
    if scene.hush_from_ms is None or row.recorded_ms < scene.hush_from_ms:
        return False
    if row.kind == "looked":
        return row.by not in scene.hush_people
    return row.alarm in scene.secret or row.kind in SILENT_LOG_KINDS


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
        late = row.recorded_ms - row.at_ms >= times.MINUTE_MS
        out.append(
            LogItem(
                at=times.clock_s(row.at_ms, scene.zone),
                day=f"{times.local(row.at_ms, scene.zone):%a %d %b}",
                text=sentence(scene, _row_as_felt(scene, row)),
                recorded=times.when(row.recorded_ms, scene.now_ms, scene.zone) if late else "",
            )
        )
    return tuple(out)


def with_form(shown: VisitPage, worker: str, form: Form) -> VisitPage:
    """The page with one form as it was typed, standing first, so that nobody has to look for it."""
    parts = []
    for part in shown.parts:
        if part.worker != worker:
            parts.append(part)
            continue
        forms = [f for f in (part.first, *part.others) if f is not None and f.kind != form.kind]
        parts.append(replace(part, first=form, others=tuple(forms)))
    return replace(shown, parts=tuple(parts))
