"""Everything a screen is drawn from, read once: the stored rows, the moment, and who is looking.

Rule: a silent alarm does not exist for whoever it concerns (P2, P5): `seen_by` takes it out here,
in one place, before any view sees it, so that no page, count, sound or sort order can tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from hub.policy.model import Policy, Timer
from hub.rules.kinds import SILENT_KINDS
from hub.rules.model import Alarm, Deadline, Visit
from hub.store.views import Client, Health, Pendant, Person

# What the log says of a silent alarm without being one of its own rows.
SILENT_LOG_KINDS = SILENT_KINDS | {"report_danger"}


@dataclass(frozen=True, slots=True)
class Line:
    """One telephone line: what it is called, if anything, and its number."""

    label: str
    number: str

    @property
    def href(self) -> str:
        """For a phone to dial: digits and a leading plus."""
        kept = "".join(c for c in self.number if c.isdigit() or c == "+")
        return f"tel:{kept}" if any(c.isdigit() for c in kept) else ""


def line(text: str) -> Line:
    """`work-mobile: 07700 900123` or a bare number."""
    label, colon, number = text.partition(":")
    return Line(label.strip(), number.strip()) if colon else Line("", text.strip())


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to reach about a client (CT-8.3). `kind`: policy/words.py CONTACT_KINDS."""

    kind: str
    name: str
    line: Line
    note: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """A worker's leave, sick leave or course (SU-board)."""

    worker: str
    sort: str
    first_day: str
    back_on: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What `viewer` may see at `now_ms`. Deadlines by visit id; people and clients by id."""

    now_ms: int
    zone: ZoneInfo
    policy: Policy  # the words to use: of the running procedure, or of the visit's own (`of`)
    running: Policy | None = None  # in a scene of one visit: the procedure of today all the same
    terms: Mapping[str, Policy] = field(default_factory=dict)  # what older visits run by
    viewer: str = ""
    organisation: str = ""
    simulation: bool = False
    visits: Sequence[Visit] = ()
    deadlines: Mapping[str, tuple[Deadline, ...]] = field(default_factory=dict)
    alarms: Sequence[Alarm] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    clients: Mapping[str, Client] = field(default_factory=dict)
    pendants: Mapping[str, Pendant] = field(default_factory=dict)
    duty: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    health: Health | None = None
    engine_age_ms: int | None = None
    speed: int = 1
    fault: str = ""  # why the engine takes no turn
    policy_fault: str = ""  # why the procedure's file is not what runs
    key_faults: Sequence[str] = ()  # which of the hub's certificates want something done
    contacts: Mapping[str, tuple[Contact, ...]] = field(default_factory=dict)  # by client
    away: Sequence[Away] = ()
    secret: frozenset[str] = frozenset()  # open silent alarms that this viewer may not know of
    hush_from_ms: int | None = None  # since when: rows she could read before must not vanish
    hush_people: frozenset[str] = frozenset()  # she and her pair, whose own looks they may see

    @property
    def today(self) -> Policy:
        """The procedure that is planned by now."""
        return self.running or self.policy

    def of(self, visit: Visit | None) -> "Scene":
        """The same scene in the words of the procedure that this visit runs by (P9)."""
        own = self.today if visit is None else self.terms.get(visit.terms, self.today)
        return self if own is self.policy else replace(self, policy=own, running=self.today)

    def visit_named(self, visit: str) -> Visit | None:
        return next((each for each in self.visits if each.id == visit), None)

    def person_name(self, person: str) -> str:
        """The name, or the id when nobody is known by it: never nothing."""
        known = self.people.get(person)
        return known.name if known else person

    def initials(self, person: str) -> str:
        known = self.people.get(person)
        return known.initials if known else person

    def place(self, visit: Visit) -> str:
        """As the board writes it: the client's code and the area, never the name (HM-2.6)."""
        client = self.clients.get(visit.client)
        code = client.code if client else visit.client
        area = visit.area or (client.area if client else "")
        return ", ".join(filter(None, [code, area])) or visit.venue or visit.kind

    def timer(self, timer: str) -> Timer | None:
        """The policy's timer of a deadline, for its words."""
        return self.policy.timer.get(timer)

    def is_outdated(self, visit: Visit) -> bool:
        """Whether it runs by another procedure than what is planned today."""
        return visit.terms != self.today.terms_id

    def procedure(self, visit: Visit) -> str:
        """Which one it runs by: `homemaker-exeter, version 2`."""
        name, _, text = visit.terms.partition(":")
        said = name.replace("@", ", version ")
        ours, _, now = self.today.terms_id.partition(":")
        return f"{said}, as it read before" if name == ours and text != now else said

    def level_name(self, level: str) -> str:
        known = self.policy.level.get(level)
        return known.name if known else level.replace("-", " ").capitalize()

    def needs_tracker(self, visit: Visit) -> bool:
        """HM-4.1.1: no tracker, no visit, for the levels whose gate says so."""
        return not visit.tracker and any(
            "tracker" in gate.requires and (not gate.levels or visit.level in gate.levels)
            for gate in self.policy.gates_for.get("confirm_arrival", ())
        )

    def viewer_holds(self, roles: Iterable[str]) -> bool:
        """Whether who is looking may decide in one of these roles, as the engine sees it
        (engine/authority.py)."""
        known = self.people.get(self.viewer)
        held = set(known.roles) if known else set()
        on_file = {role for person in self.people.values() for role in person.roles}
        on_duty = {role for role, people in self.duty.items() if self.viewer in people}
        return bool((held | (on_duty - on_file)) & set(roles))

    def role_name(self, role: str) -> str:
        known = self.policy.role.get(role)
        return known.name if known else role.replace("-", " ").replace("_", " ")

    def pendant_of(self, worker: str, pendant: str = "") -> Pendant | None:
        if pendant in self.pendants:
            return self.pendants[pendant]
        return next((p for p in self.pendants.values() if p.worker == worker), None)


def concerns(alarm: Alarm, person: str) -> bool:
    """Whether the alarm is about this person or her pair (P5)."""
    return bool(person) and (person == alarm.worker or person in alarm.interested)


def silent_about(scene: Scene, visit: Visit) -> Alarm | None:
    """An open silent alarm about this visit's workers, if this viewer may know of it."""
    about = (silent_about_her(scene, part.worker) for part in visit.parts)
    of_visit = (a for a in scene.alarms
                if a.silent and a.state != "resolved" and a.visit == visit.id)  # fmt: skip
    return next(of_visit, None) or next((found for found in about if found), None)


def silent_about_her(scene: Scene, worker: str) -> Alarm | None:
    """An open silent alarm about her or her pair, whatever visit it is of."""
    return next(
        (a for a in scene.alarms if a.silent and a.state != "resolved" and concerns(a, worker)),
        None,
    )


def as_she_felt_it(visit: Visit, viewer: str) -> Visit:
    """For her and her pair a silent press is the A short that she felt, for ever: whoever looks
    over her shoulder may do so tomorrow."""
    if not any(part.worker == viewer for part in visit.parts):
        return visit
    parts = tuple(
        replace(
            part,
            claims=tuple(
                replace(claim, kind=claim.felt, felt="") if claim.felt else claim
                for claim in part.claims
            ),
        )
        for part in visit.parts
    )
    return replace(visit, parts=parts)


def seen_by(viewer: str, scene: Scene) -> Scene:
    """The same scene without what this person may not know."""
    hidden = [a for a in scene.alarms if a.silent and concerns(a, viewer)]
    return replace(
        scene,
        viewer=viewer,
        visits=[as_she_felt_it(visit, viewer) for visit in scene.visits],
        alarms=[a for a in scene.alarms if a not in hidden],
        secret=frozenset(a.id for a in hidden),
        hush_from_ms=min((a.recorded_ms for a in hidden), default=None),
        hush_people=frozenset(p for a in hidden for p in (a.worker, *a.interested)),
    )
