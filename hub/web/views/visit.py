"""A visit's page: what to do next and what to say, whom to ring in which order, and the log.

Rule: while a silent alarm is open her line and the client's are blocked, with the reason (P2).
"""

from dataclasses import dataclass, replace

from hub.rules.board import line as line_of
from hub.rules.model import Part, Visit
from hub.store.views import Client, LogLine
from hub.web.views import board, reach, times, words
from hub.web.views.fields import Form
from hub.web.views.log import LogItem, log_items
from hub.web.views.offered import form, instructed, offered
from hub.web.views.scene import (
    Line,
    Scene,
    as_she_felt_it,
    line,
    silent_about,
)

REACH = "record_contact"
TRIED_MAX = 6
# Never the code itself beside the address (CT-4.4), and no key, whose label tells nothing (CT-5.2).
PAPERS = (("assessment", "Risk assessment"), ("contact", "Contacts"), ("entry-code", "Entry code"))
JOINED = {"visit": " at ", "site": " alone in ", "meeting": " in a meeting, "}
INSTRUCTED_MAX = 8  # more than this nobody reads at a door


@dataclass(frozen=True, slots=True)
class Lines:
    """Telephone lines in the order they are tried; `blocked` says why none of them may be rung."""

    title: str
    lines: tuple[Line, ...]
    blocked: str
    folded: bool = False  # seldom rung first


@dataclass(frozen=True, slots=True)
class PartView:
    """One worker's share: her row as on the board, the large form and the others."""

    worker: str
    row: board.Row
    first: Form | None
    call: Form | None
    others: tuple[Form, ...]
    tried: tuple[reach.Tried, ...]
    claims: tuple[str, ...]
    call_url: str
    ring: reach.Ring | None  # whom to ring now


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
    client_id: str
    papers: tuple[tuple[str, str], ...]  # registers about the client, on pages of their own
    instructions: tuple[str, ...]
    log: tuple[LogItem, ...]
    silent: bool
    kind: str
    procedure: str
    outdated: bool
    overridden: tuple[str, ...]


def page(scene: Scene, visit: Visit, log: tuple[LogLine, ...]) -> VisitPage:
    """Everything of one visit that this viewer may see."""
    names = [scene.person_name(part.worker) for part in visit.parts]
    visit, scene = as_she_felt_it(visit, scene.viewer), scene.of(visit)
    silent = silent_about(scene, visit) is not None
    start = times.when(visit.planned_start_ms, scene.now_ms, scene.zone)
    return VisitPage(
        id=visit.id,
        title=f"{words.together(names)}{JOINED.get(visit.kind, ', ')}{scene.place(visit)}",
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
        client_id=visit.client,
        papers=PAPERS,
        instructions=instructions(scene, visit),
        log=log_items(scene, log),
        silent=silent,
        kind=words.KINDS.get(visit.kind, visit.kind),
        procedure=scene.procedure(visit),
        outdated=scene.is_outdated(visit),
        overridden=tuple(overridden(scene, text) for text in visit.overridden),
    )


def overridden(scene: Scene, text: str) -> str:
    """Which gate was let pass, by whom: kept as "<gate> by <person>"."""
    gate, _, person = text.partition(" by ")
    said = next((g.reason for gates in scene.policy.gates_for.values() for g in gates
                 if g.id == gate), words.spoken(gate))  # fmt: skip
    return f"Let pass by {scene.person_name(person)}: {said}"


def part_view(scene: Scene, visit: Visit, part: Part) -> PartView:
    forms = [form(scene, visit, part, kind) for kind in offered(scene, visit, part)]
    return arranged(
        PartView(
            worker=part.worker,
            row=board.row_of(scene, visit, part),
            first=None,
            call=None,
            others=(),
            tried=reach.tried(scene, part.attempts[-TRIED_MAX:]),
            claims=board.claim_words(scene, part),
            call_url=f"/call/{part.worker}",
            ring=ring(scene, visit, part),
        ),
        forms,
    )


def ring(scene: Scene, visit: Visit, part: Part) -> reach.Ring | None:
    """Her next line while she is out, whatever else the page has above it."""
    if part.phase in ("planned", "closed", "cancelled") or part.worker == scene.viewer:
        return None
    silent = silent_about(scene, visit) is not None
    return reach.ring(reach.ways(scene, part, visit, silent))


def arranged(shown: PartView, forms: list[Form]) -> PartView:
    """The first stands large, then how she is reached, then whatever else may be done."""
    calls = [each for each in forms if each.kind == REACH and each is not forms[0]]
    rest = [each for each in forms[1:] if each.kind != REACH]
    first = forms[0] if forms else None
    return replace(shown, first=first, call=calls[0] if calls else None, others=tuple(rest))


def lines(scene: Scene, visit: Visit, silent: bool) -> tuple[Lines, ...]:
    """Hers, the client's (HM-3.6), the tracker's (HM-7.1)."""
    blocked = reach.BLOCKED if silent else ""
    out = []
    for part in visit.parts:
        worker = scene.people.get(part.worker)
        if worker is not None:
            out.append(Lines(f"Ring {worker.name}", tuple(map(line, worker.phones)), blocked))
    client = scene.clients.get(visit.client)
    if client is not None:
        out.append(Lines("Then the client's lines", tuple(map(line, client.lines)), blocked,
                         folded=True))  # fmt: skip
    tracker = scene.people.get(visit.tracker)
    if tracker is not None:
        out.append(Lines(f"Tracker: {tracker.name}", tuple(map(line, tracker.phones)), "",
                         folded=True))  # fmt: skip
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
    """What the procedure says at this phase and to these alarms; nothing twice."""
    alarms = {f"alarm:{a.kind}" for a in scene.alarms if a.visit == visit.id}
    told = [
        text
        for part in visit.parts
        for text in instructed(scene, visit, part, frozenset({f"phase:{part.phase}", *alarms}))
    ]
    return tuple(dict.fromkeys(told))[:INSTRUCTED_MAX]


def with_form(shown: VisitPage, worker: str, form: Form) -> VisitPage:
    """The page with one form as it was typed, standing first, so that nobody has to look for it."""
    parts = []
    for part in shown.parts:
        if part.worker != worker:
            parts.append(part)
            continue
        known = (part.first, part.call, *part.others)
        rest = [each for each in known if each is not None and each.kind != form.kind]
        parts.append(arranged(part, [form, *rest]))
    return replace(shown, parts=tuple(parts))
