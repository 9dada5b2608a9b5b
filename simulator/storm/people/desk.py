"""A screen of the hub's, as whoever sits at it sees it: the real forms, filled in and sent off.

Rule: what may be done is what the page offers; what was typed is read by the form's own reader, so
that a form that cannot be filled in is found out. One look costs one reading of a few rows.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hub.inbox import Answer
from hub.rules.model import Alarm, Part, Value, Visit
from hub.store.reader import Reader
from hub.store.views import Client, Person
from hub.web.views import alarm_page, calling, duty, fields, offered, passing, planning, reach
from hub.web.views.fields import Form
from hub.web.views.scene import Scene, concerns, seen_by
from simulator.storm.people.course import Wish, asked

if TYPE_CHECKING:
    from simulator.storm.world import World

_UNTICKED = frozenset({"tick", "flag", "yesno"})
LATE_FORMS = 2  # so often a time that the clocks skip is typed anew


@dataclass(frozen=True, slots=True)
class Look:
    """One page: the scene, and what it is about, if it is about anything. `wrong_ms`: what the
    hub's clock is wrong by; people type times as the page has them, so that "in ten minutes" is."""

    viewer: str
    scene: Scene
    alarm: Alarm | None
    visit: Visit | None
    wrong_ms: int = 0

    @property
    def now_ms(self) -> int:
        return self.scene.now_ms

    def part(self, worker: str) -> Part | None:
        return self.visit.part(worker) if self.visit is not None else None

    def offers(self, worker: str) -> tuple[str, ...]:
        """What the visit's page offers about her part."""
        part = self.part(worker)
        if self.visit is None or part is None or part.phase in ("closed", "cancelled"):
            return ()
        return offered.offered(self.scene, self.visit, part)

    def form(self, worker: str, kind: str) -> Form | None:
        part = self.part(worker)
        if self.visit is None or part is None:
            return None
        return offered.form(self.scene, self.visit, part, kind)

    def alarm_forms(self) -> tuple[Form, ...]:
        if self.alarm is None:
            return ()
        return alarm_page.every_form(self.scene, self.alarm, self.visit)

    def plan_form(self, kind: str, worker: str) -> Form:
        return planning.plan(self.scene, kind, worker)

    def duty_form(self) -> Form:
        return duty.duty(self.scene)

    def danger_form(self) -> Form:
        return duty.danger(self.scene)

    def script_form(self, worker: str, direction: str) -> Form | None:
        """The first question of the call screen's script (SU-false), if the procedure has one."""
        rows = self.scene.of(self.visit).policy.scripts if self.visit is not None else ()
        named = next((row.id for row in rows if row.direction == direction), "")
        shown = calling.page(self.scene, worker, named) if named else None
        if shown is None:
            return None
        return next((each for each in calling.forms(shown) if each.kind == "record_answer"), None)


class Desk:
    """All screens; they show the hub that runs, or nothing."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.zone = ZoneInfo(world.org.zone)
        self._people: dict[str, Person] = {}
        self._clients: dict[str, Client] = {}

    def look(self, viewer: str, alarm: str = "", visit: str = "") -> Look | None:
        """None: the page cannot be reached."""
        hub = self._world.hub
        if hub is None:
            return None
        reader = hub.reader
        found = reader.alarm(alarm) if alarm else None
        if found is not None and found.silent and found.state != "resolved":
            found = None if concerns(found, viewer) else found
        named = visit or (found.visit if found is not None else "")
        about = reader.visit(named) if named else None
        scene = self._scene(reader, hub.clock.now_ms(), about)
        return Look(viewer, seen_by(viewer, scene), found, about, self._wrong_ms(scene))

    def board(self, viewer: str) -> tuple[Look, tuple[Visit, ...]] | None:
        """The board: everything that is open."""
        hub = self._world.hub
        if hub is None:
            return None
        now_ms = hub.clock.now_ms()
        rows = hub.reader.board(now_ms).rows
        visits = tuple({row.visit.id: row.visit for row in rows}.values())
        scene = seen_by(viewer, self._scene(hub.reader, now_ms, None))
        return Look(viewer, scene, None, None, self._wrong_ms(scene)), visits

    def _wrong_ms(self, scene: Scene) -> int:
        return scene.now_ms - self._world.timeline.now_ms

    def _scene(self, reader: Reader, now_ms: int, visit: Visit | None) -> Scene:
        if not self._people:
            # Nobody comes or goes within a storm.
            self._people = {person.id: person for person in reader.people()}
            self._clients = {client.id: client for client in reader.clients()}
        return Scene(
            now_ms=now_ms,
            zone=self.zone,
            simulation=True,
            policy=self._world.org.policy,
            visits=[] if visit is None else [visit],
            alarms=reader.open_alarms(),
            people=self._people,
            clients=self._clients,
            duty=reader.on_duty(),
        )

    # Forms.

    def give(
        self, look: Look, form: Form, typed: Mapping[str, str]
    ) -> Generator[Wish, object, Answer | None]:
        """Send the form off, filled in. None: no answer, or it cannot be read as it stands."""
        data = self.read(look, form, typed)
        if data is None:
            return None
        return (yield from asked(look.viewer, form.kind, data, form.version))

    def read(self, look: Look, form: Form, typed: Mapping[str, str]) -> dict[str, Value] | None:
        """What the page's reader makes of it."""
        return posted(form, typed, look.now_ms, self.zone)


def posted(
    form: Form, typed: Mapping[str, str], now_ms: int, zone: ZoneInfo
) -> dict[str, Value] | None:
    """As a browser posts it: what is drawn in goes along. None: it cannot be read. Raises KeyError
    for an answer to a question that the form does not ask."""
    drawn = {f.name: f.value for f in form.fields if f.value and f.kind not in _UNTICKED}
    wanted = {**drawn, **typed}
    if strange := sorted(set(typed) - {f.name for f in form.fields}):
        raise KeyError(f"the form {form.kind} does not ask for {', '.join(strange)}")
    for _ in range(LATE_FORMS):
        asked_for = fields.read(form, wanted, now_ms, zone)
        if form.kind == "record_contact":
            asked_for = reach.read(asked_for)
        asked_for = passing.reasoned(asked_for)
        if asked_for.ok:
            return dict(asked_for.data)
        # An hour that the clocks skip, drawn in by the page: who types leaves it empty.
        wrong = {f.name for f in asked_for.form.fields if f.error}
        wanted = {name: value for name, value in wanted.items() if name not in wrong}
    return None
