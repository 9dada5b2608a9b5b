"""Registers in a story: written by people, falling due, reminding; beside the world's visit.

Rule: as in the world: every page must be expected, and what is refused changes nothing. What is
known of people and labels is told by the story, as the engine would tell it.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hub.registers import rule
from hub.registers.days import DAY_MS
from hub.registers.seen import Seen
from hub.rules import form
from hub.rules.effects import Decision, Page, RaiseAlarm
from hub.rules.model import Event, Record, Value
from tests.stories.world import Paged, World

ZONE = "Europe/London"
ROLES = {"kim": (), "lee": (), "tess": ("monitor",), "max": ("manager",), "mona": ("manager",)}


@dataclass
class Ledger:
    """The records of one story; times run with the world's."""

    world: World
    seen: Seen = field(
        default_factory=lambda: Seen(ZONE, roles=ROLES, clients=frozenset({"client"}))
    )
    records: dict[str, Record] = field(default_factory=dict)

    def day(self, days: int = 0) -> str:
        """A date so many days from now."""
        now = datetime.fromtimestamp(self.world.now_ms / 1000, UTC)
        return (now + timedelta(days=days)).date().isoformat()

    def write(self, verb: str, by: str = "kim", record: str = "", **given: Value) -> Record:
        """What must be allowed."""
        decision = self.ask(verb, by, record, **given)
        assert not decision.refused, f"{verb} by {by}: {decision.refused}"
        assert decision.record is not None
        return decision.record

    def refuse(self, verb: str, by: str = "kim", record: str = "", **given: Value) -> str:
        """What must not be allowed; why."""
        before = dict(self.records)
        decision = self.ask(verb, by, record, **given)
        assert decision.refused, f"{verb} by {by} was allowed"
        assert self.records == before
        return decision.refused

    def ask(self, verb: str, by: str, record: str, **given: Value) -> Decision:
        known = {"record": record} if record else {}
        facts: dict[str, Value] = {"verb": verb, **known, **given}
        event = Event("write_record", self.world.now_ms, by=by, data=facts)
        return self.happen(event, record)

    def happen(self, event: Event, record: str = "") -> Decision:
        name = record or f"r-{len(self.records) + 1}"
        old = self.records.get(name)
        world = self.world
        decision = rule.decide(world.policy, old, event, name, world.now_ms, self.seen)
        if decision.record is not None and not decision.refused:
            new = decision.record
            assert form.load_record(form.dump(new)) == new
            self.records[name] = new
        for effect in decision.effects:
            if isinstance(effect, RaiseAlarm):
                world.raise_alarm(effect)
            elif isinstance(effect, Page):
                told = (*effect.roles, *effect.people)
                assert told, f"nobody is told: {effect.why}"
                world.unread.append(Paged(world.now_ms, told, effect.about))
        return decision

    def begin(self, duty: str, draw: int = 0) -> Record:
        """A duty of the calendar begins its period, as the engine has it."""
        self.seen = replace(self.seen, draw=draw)
        assert any(row.id == duty for row in self.world.policy.reviews), f"no duty {duty}"
        event = Event(rule.BEGIN, self.world.now_ms, data={"duty": duty})
        decision = self.happen(event)
        assert decision.record is not None
        return decision.record

    def forward(self, days: int) -> None:
        """What falls due on the way, in order. Not for a story with a visit under way."""
        end_ms = self.world.now_ms + days * DAY_MS
        while True:
            found = [
                (due.due_ms, name, due.timer)
                for name, record in self.records.items()
                for due in record.due
            ]
            at_ms, name, timer = min(found, default=(end_ms + 1, "", ""))
            if at_ms > end_ms:
                break
            self.world.now_ms = max(self.world.now_ms, at_ms)
            self.happen(Event("due", at_ms, data={"timer": timer}), name)
        self.world.now_ms = end_ms

    def told(self) -> list[tuple[str, ...]]:
        """Everybody who was told since the last look, in order."""
        found = [page.roles for page in self.world.unread]
        self.world.unread.clear()
        return found
