"""A visit and its alarms in virtual time: fast forward, press, command, expect. No engine.

Rule: a story fails on anything that it did not expect. Every page must be expected in its order;
whoever lets an alarm ring on says so. Pages are handed out at the moment they are made unless the
provider is down.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from hub.policy.model import Policy
from hub.rules import alarm as alarm_rules
from hub.rules import dangers, drills, form, reading, tasks, visit
from hub.rules.directory import Directory
from hub.rules.effects import Decision, Page, RaiseAlarm, ResolveAlarms
from hub.rules.entries import read_in
from hub.rules.model import Alarm, Event, Part, Visit
from tests.shipped import policy_of
from tests.stories import laws
from tests.stories.people import CLIENT, DIRECTORY, NINE, READY, ROLES, Paged, ms

__all__ = ["CLIENT", "DIRECTORY", "HOMEMAKER", "NINE", "READY", "ROLES", "Paged", "Value", "World",
           "ms"]  # fmt: skip

HOMEMAKER = policy_of("homemaker-exeter")
BOOT = "00000000000000ab"
Value = str | int | bool


@dataclass
class World:
    """One hub's rules, one visit at most, as many alarms as there are."""

    policy: Policy = HOMEMAKER
    directory: Directory = DIRECTORY
    now_ms: int = NINE
    visit: Visit | None = None
    alarms: dict[str, Alarm] = field(default_factory=dict)
    unread: list[Paged] = field(default_factory=list)
    ringing: set[str] = field(default_factory=set)
    provider_down: bool = False
    seq: int = 0
    reasons: list[str] = field(default_factory=list)

    # what happens

    def plan(self, **more: Value) -> Visit:
        """A visit of Kim's, from `at` (now) and `end` (1 h) long."""
        decision = self.try_plan(**more)
        assert not decision.refused, decision.refused
        assert self.visit is not None
        return self.visit

    def try_plan(self, **more: Value) -> Decision:
        start_ms = self.now_ms + ms(str(more.pop("at", "0 s")))
        end_ms = start_ms + ms(str(more.pop("end", "1 h")))
        facts: dict[str, Value] = {
            "client": "client",
            "area": "Exmouth",
            "purpose": "Client visit",
            "start_ms": start_ms,
            "end_ms": end_ms,
            "workers": "kim",
            "tracker": "tess",
            "then": "base",
            "manager_agreed": "max",
            **more,
        }
        return self.plan_by("olive", facts)

    def plan_by(self, by: str, facts: Mapping[str, Value]) -> Decision:
        """Planned by that person, with these facts and no others."""
        event = Event("plan_visit", self.now_ms, by=by, data=facts)
        decision = visit.plan(self.policy, event, "v1", self.now_ms, self.directory)
        if decision.visit is not None:
            self.visit = decision.visit
        return decision

    def press(
        self, gesture: str, worker: str = "kim", ago: str = "0 s", prompt: str = "", said: str = ""
    ) -> Decision:
        """A gesture as the hub reads it. `said`: the message type that the pendant sent."""
        self.seq += 1
        part = self.visit.part(worker) if self.visit is not None else None
        on = self.visit if part is not None else None
        phase = read_in(on, part) if on is not None and part is not None else "off"
        asked = part.prompt if part is not None else ""
        kind = reading.read(said, gesture, phase, asked)
        data = {"prompt": prompt} if prompt else {}
        if kind == reading.FELT_AS_A_SHORT:
            data |= {"felt": reading.felt_as(said, phase, asked), "gesture": gesture}
        event = Event(
            kind,
            self.now_ms - ms(ago),
            by=worker,
            visit=self.visit.id if self.visit is not None else "",
            worker=worker,
            pendant=f"p-{worker}",
            identity=f"{BOOT}.{self.seq}",
            data=data,
        )
        return self.happen(event)

    def command(self, kind: str, by: str = "tess", worker: str = "", **more: Value) -> Decision:
        """A person's command that must be allowed."""
        decision = self.ask(kind, by, worker, **more)
        assert not decision.refused, f"{kind} by {by}: {decision.refused}"
        return decision

    def refuse(self, kind: str, by: str = "tess", worker: str = "", **more: Value) -> Decision:
        """A person's command that must not be allowed; nothing has changed by it."""
        before = self.visit, dict(self.alarms)
        decision = self.ask(kind, by, worker, **more)
        assert decision.refused, f"{kind} by {by} was allowed: {decision.reason}"
        assert (self.visit, self.alarms) == before
        return decision

    def ask(self, kind: str, by: str, worker: str = "", **more: Value) -> Decision:
        visit_id = self.visit.id if self.visit is not None else ""
        if "alarm" in more:
            alarm = self.alarm(str(more["alarm"]))
            held = {"by_roles": self.roles_of(by)} | more
            event = Event(kind, self.now_ms, by=by, visit=visit_id, worker=worker, data=held)
            return self.on_alarm(alarm, event)
        event = Event(kind, self.now_ms, by=by, visit=visit_id, worker=worker, data=more)
        return self.happen(event)

    def roles_of(self, person: str) -> str:
        """As the engine tells them to the rules of an alarm."""
        found = {role for role, people in self.directory.roles.items() if person in people}
        if self.visit is not None and person == self.visit.tracker:
            named = self.policy.roles
            found |= {role.id for role in named if role.source_of_people == "visit"}
        return ",".join(sorted(found))

    def happen(self, event: Event) -> Decision:
        if self.visit is None:
            decision = dangers.off_visit(self.policy, event, self.now_ms)
        else:
            decision = visit.decide(self.policy, self.visit, event, self.now_ms, self.directory)
            assert decision.visit is not None
        laws.keeps_to_them(self.visit, decision.visit, decision)
        self.visit = decision.visit or self.visit
        self.reasons.append(decision.reason)
        self._effects(decision)
        return decision

    def hub_event(self, kind: str, alarm: str = "", by: str = "", **more: Value) -> Decision:
        event = Event(kind, self.now_ms, by, worker="kim", pendant="p-kim", data=more)
        return self.on_alarm(self.alarm(alarm), event) if alarm else self.happen(event)

    def fast_forward(self, span: str, step: str = "") -> None:
        """Everything that falls due on the way, in order; in one jump or in small steps."""
        end_ms = self.now_ms + ms(span)
        for stop_ms in range(self.now_ms + ms(step), end_ms, ms(step)) if step else ():
            self._run_to(stop_ms)
        self._run_to(end_ms)

    def _run_to(self, end_ms: int) -> None:
        while True:
            due = self._next_due()
            if due is None or due[0] > end_ms:
                break
            at_ms, alarm_id, timer, worker = due
            self.now_ms = max(self.now_ms, at_ms)
            event = Event("due", at_ms, worker=worker, data={"timer": timer})
            if alarm_id:
                self.on_alarm(self.alarms[alarm_id], event)
            else:
                self.happen(event)
            assert self._next_due() != due, f"{timer} stays due"
        self.now_ms = end_ms

    def _next_due(self) -> tuple[int, str, str, str] | None:
        found = [
            (each.due_ms, alarm.id, each.timer, "")
            for alarm in self.alarms.values()
            for each in alarm_rules.deadlines(alarm)
        ]
        if self.visit is not None:
            found += [
                (each.due_ms, "", each.timer, each.worker)
                for each in visit.deadlines(self.policy, self.visit)
            ]
        return min(found, default=None)

    # what it causes

    def on_alarm(self, alarm: Alarm, event: Event) -> Decision:
        return self._keep(alarm_rules.decide(alarm, event, self.now_ms))

    def _keep(self, decision: Decision) -> Decision:
        assert decision.alarm is not None
        laws.keeps_to_them(self.alarms.get(decision.alarm.id), decision.alarm, decision)
        self.alarms[decision.alarm.id] = decision.alarm
        self._effects(decision)
        return decision

    def _effects(self, decision: Decision) -> None:
        for effect in decision.effects:
            if isinstance(effect, RaiseAlarm):
                self.raise_alarm(effect)
            elif isinstance(effect, ResolveAlarms):
                for alarm in list(self.alarms.values()):
                    if alarm.source in effect.sources and alarm.state != "resolved":
                        self._keep(alarm_rules.answered(alarm, effect, self.now_ms))
            else:
                self._page(effect)

    def raise_alarm(self, effect: RaiseAlarm) -> None:
        for alarm in self.alarms.values():
            if (alarm.kind, alarm.source) == (effect.kind, effect.source) and (
                alarm.state != "resolved"
            ):
                self._keep(alarm_rules.pressed(alarm, effect, self.now_ms))
                return
        ladder = self.policy.ladder[effect.ladder]
        alarm_id = f"a{len(self.alarms) + 1}"
        duties = tasks.duties_of(self.policy, drills.kind_of(effect))
        self._keep(alarm_rules.raised(effect, alarm_id, ladder, self.visit, self.now_ms, duties))

    def _page(self, effect: Page) -> None:
        assert effect.roles, f"nobody is paged about {effect.about}"
        if effect.about not in self.ringing:
            self.unread.append(Paged(self.now_ms, effect.roles, effect.about))
        if effect.alarm and not self.provider_down:
            data: dict[str, Value] = {"page": 1, "person": "somebody"}
            data |= {"step": effect.step, "round": effect.round}
            event = Event("handed_out", self.now_ms, data=data)
            self.on_alarm(self.alarms[effect.alarm], event)

    # what is expected

    def expect_page(self, role: str, about: str, ago: str = "0 s") -> None:
        """The next page is this one, made now (or that long ago)."""
        assert self.unread, f"no page, expected {role} about {about}"
        page = self.unread.pop(0)
        assert (role in page.roles, about) == (True, page.about), f"unexpected page: {page}"
        assert page.at_ms == self.now_ms - ms(ago), f"not now: {page}"

    def expect_quiet(self) -> None:
        assert not self.unread, "unexpected pages:\n" + "\n".join(map(str, self.unread))

    def expect_letters(self, *letters: str, worker: str = "kim") -> None:
        assert tuple(mark.letter for mark in self.part(worker).marks) == letters

    def expect_alarms(self, *kinds: str) -> None:
        """Exactly these are unresolved."""
        assert sorted(alarm.kind for alarm in self.open_alarms()) == sorted(kinds)

    def open_alarms(self) -> list[Alarm]:
        return [alarm for alarm in self.alarms.values() if alarm.state != "resolved"]

    def alarm(self, kind: str) -> Alarm:
        """The newest alarm of that kind, or with that id."""
        found = [a for a in self.alarms.values() if kind in (a.kind, a.id)]
        assert found, f"no alarm {kind}; there are {[a.kind for a in self.alarms.values()]}"
        return found[-1]

    def visit_now(self) -> Visit:
        assert self.visit is not None
        return self.visit

    def part(self, worker: str = "kim") -> Part:
        assert self.visit is not None
        part = self.visit.part(worker)
        assert part is not None
        return part

    @contextmanager
    def letting_ring(self, *kinds: str) -> Iterator[None]:
        """Further pages about these alarms are expected as long as it lasts."""
        self.ringing |= set(kinds)
        yield
        self.ringing -= set(kinds)

    def done(self) -> None:
        """At the end: nothing unexpected, and everything can be stored and read back."""
        self.expect_quiet()
        if self.visit is not None:
            assert form.load_visit(form.dump(self.visit)) == self.visit
        for alarm in self.alarms.values():
            assert alarm.state == "resolved" or alarm.next_ms > 0
            assert form.load_alarm(form.dump(alarm)) == alarm

    # the usual beginnings

    def let_in(self, by: str = "tess", worker: str = "kim", **more: Value) -> None:
        """She presses at the door and a person confirms at once."""
        self.press("a-short", worker)
        self.command("confirm_arrival", by, worker, place="1 Some Street", name="A Client", **more)

    def contact(self, by: str = "tess", means: str = "work-mobile", worker: str = "") -> Decision:
        return self.command("record_contact", by, worker, means=means, reached=True)
