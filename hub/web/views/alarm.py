"""An alarm in words: what it is, where she is, who has it, who is paged next and when (P3).

Rule: an open alarm always says its next action with a time, also while somebody has it.
"""

from dataclasses import dataclass

from hub.rules.drills import is_drill
from hub.rules.model import Alarm, Visit
from hub.rules.raising import EXPIRED, REVOKED
from hub.web.views import times, words
from hub.web.views.scene import Scene, concerns

BANNER_RANK = 2  # these have a banner on every page; rank 3 stands in its row, unless it has none
DRILL_TITLE = "DRILL: nobody is in danger"
TITLE_MARKS = {EXPIRED: "pendant past its date", REVOKED: "revoked pendant"}
SILENT_WORDS = "SILENT: do not ring her and do not ring the client's lines"


@dataclass(frozen=True, slots=True)
class Banner:
    """One alarm at the top of every page. `sounds` is its rank while nobody has it, else 0."""

    id: str
    url: str
    rank: int
    css: str
    mark: str
    title: str
    name: str
    raised_ms: int
    raised_at: str
    where: str
    origin: str  # what is to be known of the pendant that it came from
    presses: str
    felt: str
    state: str
    next_words: str
    next_ms: int
    silent: str
    sounds: int
    owned_by_me: bool
    may_take: bool
    version: int


def banners(scene: Scene) -> tuple[Banner, ...]:
    """The alarms that cannot be missed, the most urgent first; unowned before owned."""
    shown = [a for a in scene.alarms if a.state != "resolved" and _has_banner(scene, a)]
    shown.sort(key=lambda a: (words.alarm_rank(a.kind), a.state == "owned", a.raised_ms))
    return tuple(banner(scene, alarm) for alarm in shown)


def _has_banner(scene: Scene, alarm: Alarm) -> bool:
    in_a_row = any(visit.id == alarm.visit for visit in scene.visits)
    return words.alarm_rank(alarm.kind) <= BANNER_RANK or not in_a_row


def banner(scene: Scene, alarm: Alarm) -> Banner:
    """All the words of one banner."""
    scene = scene.of(scene.visit_named(alarm.visit))
    rank = words.alarm_rank(alarm.kind)
    owned = alarm.state == "owned"
    drill = is_drill(alarm)
    loudness = "mine" if owned else "loud" if rank == 1 and not drill else "mid"
    said, next_ms = next_words(scene, alarm)
    return Banner(
        id=alarm.id,
        url=f"/alarms/{alarm.id}",
        rank=rank,
        css=" ".join(
            [
                "alarm",
                loudness,
                *(["unowned"] * (not owned)),
                *(["silent"] * alarm.silent),
                *(["drill"] * drill),
            ]
        ),
        mark="✓" if owned else "?" if drill else "!",
        title=DRILL_TITLE if drill else title(alarm),
        name=scene.person_name(alarm.worker) if alarm.worker else subject(scene, alarm),
        raised_ms=alarm.raised_ms,
        raised_at=times.when(alarm.raised_ms, scene.now_ms, scene.zone),
        where=where(scene, alarm),
        origin=origin(scene, alarm),
        presses=presses(scene, alarm),
        felt=felt(scene, alarm),
        state=state_words(scene, alarm),
        next_words=said,
        next_ms=next_ms,
        silent=SILENT_WORDS if alarm.silent else "",
        sounds=0 if owned else rank,
        owned_by_me=owned and alarm.owner == scene.viewer,
        may_take=not concerns(alarm, scene.viewer),
        version=alarm.version,
    )


def title(alarm: Alarm) -> str:
    """The kind, and in two words what it came from (P4: always accepted, and marked)."""
    said = words.alarm_title(alarm.kind)
    if alarm.mark == REVOKED:
        said = "Silent sign" if alarm.silent else "SOS"
    return f"{said}, {TITLE_MARKS[alarm.mark]}" if alarm.mark else said


def origin(scene: Scene, alarm: Alarm) -> str:
    """Whose pendant it is or was, and what that is worth."""
    whose = f"of {scene.person_name(alarm.worker)}" if alarm.worker else "of nobody"
    if alarm.mark == REVOKED:
        return f"Revoked pendant {alarm.pendant} {whose}: whoever has it pressed, perhaps she."
    if alarm.mark:
        return f"Pendant {alarm.pendant} {whose} is past its date: its SOS counts all the same."
    return ""


def subject(scene: Scene, alarm: Alarm) -> str:
    """What an alarm without a worker is about."""
    if alarm.pendant:
        pendant = scene.pendants.get(alarm.pendant)
        if pendant is None or not pendant.worker:
            return f"pendant {alarm.pendant}, worker unknown"
        return scene.person_name(pendant.worker)
    return alarm.source if alarm.kind == "unverified_sos" and alarm.source else ""


def where(scene: Scene, alarm: Alarm) -> str:
    """Where she is as far as anybody knows, and since when."""
    visit = scene.visit_named(alarm.visit)
    if visit is None and alarm.worker:
        visit = _running_visit(scene, alarm.worker)
    if visit is None:
        return alarm.why or "No visit is known."
    return place_words(scene, visit, alarm.worker)


def place_words(scene: Scene, visit: Visit, worker: str) -> str:
    """At C17, Heavitree, since 10:12."""
    part = visit.part(worker) or visit.parts[0]
    place = scene.place(visit)
    arrived = next((m.at_ms for m in part.marks if m.letter == "A"), None)
    claimed = next((c.at_ms for c in part.claims if "arrived" in (c.kind, c.felt)), None)
    since = arrived or claimed
    at = f", since {times.when(since, scene.now_ms, scene.zone)}" if since else ""
    if part.phase in ("at-door", "inside", "broken-off"):
        inside = {"at-door": "At the door of", "inside": "Inside", "broken-off": "Broken off at"}
        return f"{inside[part.phase]} {place}{at}."
    if visit.kind == "day":
        return f"{words.KINDS['day']}: {place}."
    if part.phase in ("planned", "on-the-way"):
        return f"{words.PHASES[part.phase]}, going to {place}."
    return f"{words.PHASES[part.phase]}; the visit was at {place}."


def _running_visit(scene: Scene, worker: str) -> Visit | None:
    """The visit she is on, if the board holds one."""
    running = [
        visit
        for visit in scene.visits
        for part in visit.parts
        if part.worker == worker and part.phase not in ("planned", "closed", "cancelled")
    ]
    return running[0] if running else None


def presses(scene: Scene, alarm: Alarm) -> str:
    """Further presses are news (P4): how many, and when the last one was."""
    if len(alarm.presses) < 2:
        return ""
    last = max(press.at_ms for press in alarm.presses)
    at = times.clock_s(last, scene.zone)
    return f"Pressed {len(alarm.presses)} times, last {at}."


def felt(scene: Scene, alarm: Alarm) -> str:
    """What she knows of it (P2): her pendant echoes the newest standing it holds."""
    pendant = scene.pendant_of(alarm.worker, alarm.pendant) if alarm.worker else None
    if alarm.silent or not alarm.presses or not alarm.verified or pendant is None:
        return ""
    if pendant.standing_version and pendant.echoed >= pendant.standing_version:
        return "Her pendant has felt this."
    return "Her pendant has not answered since."


def state_words(scene: Scene, alarm: Alarm) -> str:
    """Who has it."""
    if alarm.state == "owned":
        return f"{scene.person_name(alarm.owner)} has it."
    if alarm.state == "resolved":
        by = scene.person_name(alarm.resolved_by)
        at = times.when(alarm.resolved_ms, scene.now_ms, scene.zone)
        return f"Over: {alarm.outcome}, {by} at {at}."
    again = "Nobody has it now." if alarm.leases else "Nobody has answered yet."
    if alarm.mark == REVOKED:
        return f"Its holder is not trusted. {again}"
    return again if alarm.verified else f"It could not be verified. {again}"


def next_words(scene: Scene, alarm: Alarm) -> tuple[str, int]:
    """What happens next, and when: the countdown follows the words."""
    if alarm.state == "resolved":
        return "", 0
    if alarm.state == "owned":
        until = alarm.lease_until_ms or alarm.next_ms
        return "Without a recorded attempt it pages again", until
    names = people_of(scene, next_roles(alarm), alarm)
    if not names:
        roles = words.together([scene.role_name(role) for role in next_roles(alarm)], "or")
        return f"Nobody is on duty as {roles}; it tries again", alarm.next_ms
    verb = "is" if len(names) == 1 else "are"
    return f"{words.together(names)} {verb} paged", alarm.next_ms


def next_roles(alarm: Alarm) -> tuple[str, ...]:
    """The rung after the one that was paged last; after the last the ladder begins again (P3)."""
    steps = alarm.ladder.steps
    return steps[(alarm.step + 1) % len(steps)].roles if steps else ()


def people_of(scene: Scene, roles: tuple[str, ...], alarm: Alarm) -> list[str]:
    """Who would be paged as the roles stand now: 'Ruth Hale (duty manager)', each once."""
    visit = scene.visit_named(alarm.visit)
    names: dict[str, str] = {}
    for role in roles:
        for person in holders(scene, role, visit):
            if person not in alarm.interested:
                said = f"{scene.person_name(person)} ({scene.role_name(role)})"
                names.setdefault(person, said)
    return list(names.values())


def holders(scene: Scene, role: str, visit: Visit | None) -> tuple[str, ...]:
    """The people of a role: named in the visit, on duty, or everyone who may hold it."""
    known = scene.policy.role.get(role)
    if known is not None and known.source_of_people == "visit":
        return (visit.tracker,) if visit is not None and visit.tracker else ()
    if known is not None and known.source_of_people == "everyone":
        return tuple(p.id for p in scene.people.values() if role in p.roles and p.active)
    return scene.duty.get(role, ())
