"""Every state that an alarm of a policy can reach, by the rules that the hub runs.

Rule (P3, P5): while it is not resolved something happens next, soon, and somebody is paged; only
another person ends it, by an act that says so. Each ladder is climbed to its end and once more.
"""

from collections.abc import Iterator
from dataclasses import replace

from hub.policy.model import Policy
from hub.policy.moves import HER, MINUTE_MS, OTHER, START_MS, VISIT
from hub.policy.promises import Broken
from hub.rules import alarm as rules
from hub.rules import tasks
from hub.rules.effects import Decision, Page, RaiseAlarm, ResolveAlarms
from hub.rules.kinds import DANGERS, NEVER_AUTO_RESOLVED, ON_EVENTS
from hub.rules.model import Alarm, Event, Value

DEPTH = 4  # acts in a row; what nobody does besides is followed to the ladder's end
LONGEST_MS = 30 * MINUTE_MS  # the longest rung or lease that a file may have
ENDS = frozenset({"resolve"})
Act = tuple[str, str, dict[str, Value]]
TOLD: tuple[tuple[str, dict[str, Value]], ...] = (
    ("acknowledge", {}),
    ("record_contact", {"means": "work-mobile", "reached": False}),
    ("record_contact", {"means": "work-mobile", "reached": True}),
    ("resolve", {"outcome": "safe", "note": "spoke with her", "spoke": True}),
    ("resolve", {"outcome": "safe"}),
)
OF_THE_HUB: tuple[Act, ...] = (
    ("handed_out", "", {}),
    ("page_failed", "", {}),
    ("page_failed", "", {"by_name": True}),
    ("hub_restarted", "", {}),
    ("beat_returned", "", {}),
)
ACTS: tuple[Act, ...] = (
    *((kind, by, data) for by in (OTHER, HER, "") for kind, data in TOLD),
    *OF_THE_HUB,
)


def kinds_and_ladders(policy: Policy) -> list[tuple[str, str]]:
    """The kinds of alarms that rows raise, each with the ladders that it climbs."""
    found = {(t.kind, t.ladder) for t in policy.timers if t.action == "raise"}
    found |= {(ON_EVENTS[row.event], row.ladder) for row in policy.on}
    return sorted(pair for pair in found if pair[1] in policy.ladder)


class Climb:
    """One alarm of one kind on one ladder."""

    def __init__(self, policy: Policy, kind: str, ladder: str) -> None:
        self._policy, self._kind, self._ladder = policy, kind, policy.ladder[ladder]
        self.states = 0
        self.broken: dict[tuple[str, ...], tuple[Broken, list[str]]] = {}
        duties = tasks.duties_of(policy, kind)
        effect = RaiseAlarm(kind, START_MS, ladder, f"{VISIT}:{HER}", "raised", worker=HER)
        done = rules.raised(effect, "a1", self._ladder, None, START_MS, duties)
        if done.alarm is not None:
            self._first: Alarm = replace(done.alarm, interested=(HER,), visit=VISIT)

    def run(self, depth: int) -> None:
        self._silence()
        seen, layer = {_key(self._first, START_MS)}, [(self._first, START_MS, ["raised"])]
        for _ in range(depth):
            following = []
            for alarm, now_ms, history in layer:
                for new, later_ms, said in self._next(alarm, now_ms, history):
                    key = _key(new, later_ms)
                    if key not in seen:
                        seen.add(key)
                        following.append((new, later_ms, [*history, said]))
            layer = following
        self.states = len(seen)

    def _silence(self) -> None:
        """Nobody answers: each rung is paged in its order, and the first one again."""
        alarm, now_ms, paged = self._first, START_MS, [0]
        for _ in range(2 * len(self._ladder.steps)):
            if not now_ms < alarm.next_ms <= now_ms + LONGEST_MS:
                self._note("nothing happens next though nobody has answered (P3)", ["silence"])
                return
            now_ms = alarm.next_ms
            done = rules.decide(alarm, Event("due", now_ms), now_ms)
            alarm = done.alarm or alarm
            paged.append(alarm.step)
            if not any(isinstance(each, Page) and each.roles for each in done.effects):
                self._note(f"rung {alarm.step + 1} pages nobody", ["silence"])
        rungs = len(self._ladder.steps)
        if paged != [place % rungs for place in range(2 * rungs + 1)]:
            told = " ".join(str(place + 1) for place in paged)
            self._note(f"its rungs are not paged in their order: {told} (P3)", ["silence"])

    def _next(
        self, alarm: Alarm, now_ms: int, history: list[str]
    ) -> Iterator[tuple[Alarm, int, str]]:
        for kind, by, data in self._acts(alarm):
            said = f"{by or 'the hub'}: {kind}"
            yield from self._after(alarm, Event(kind, now_ms, by, data=data), now_ms, history, said)
        for by in (HER, OTHER):
            answered = rules.answered(alarm, ResolveAlarms((alarm.source,), by, "well"), now_ms)
            told = [*history, f"{by}: an act on the visit that would answer it"]
            may = by == OTHER and self._kind not in NEVER_AUTO_RESOLVED
            self._judged(alarm, answered, by, "resolve" if may else "the act", told, now_ms)
        soonest = [alarm.next_ms, *(each.due_ms for each in tasks.deadlines(alarm))]
        if alarm.state != "resolved":
            due_ms = max(min(soonest), now_ms)
            of_task = [each.timer for each in tasks.deadlines(alarm) if each.due_ms == due_ms]
            data = {"timer": of_task[0]} if of_task else {}
            event = Event("due", due_ms, data=data)
            yield from self._after(alarm, event, due_ms, history, "nobody does anything")

    def _acts(self, alarm: Alarm) -> Iterator[Act]:
        yield from ACTS
        for by in (OTHER, HER):
            for task in alarm.tasks:
                yield "acknowledge", by, {"by_roles": ",".join(task.spared_by)}
                yield "do_task", by, {"task": task.id}
                roles = ",".join(task.waived_by)
                yield "waive_task", by, {"task": task.id, "note": "no need", "by_roles": roles}
            for case in alarm.cases:
                yield "choose_case", by, {"case": case.id}

    def _after(
        self, alarm: Alarm, event: Event, now_ms: int, history: list[str], said: str
    ) -> Iterator[tuple[Alarm, int, str]]:
        try:
            done = rules.decide(alarm, event, now_ms)
        except Exception as exc:  # noqa: BLE001 - whatever a rule raises is the fault looked for
            self._note(f"the rules raise {type(exc).__name__}: {exc}", [*history, said])
            return
        what = event.kind
        if what == "resolve" and self._kind in DANGERS and not event.data.get("spoke"):
            what = "a click"  # only speech ends a danger
        self._judged(alarm, done, event.by, what, [*history, said], now_ms)
        if done.alarm is not None and not done.refused and done.alarm is not alarm:
            yield done.alarm, now_ms, said

    def _judged(
        self,
        alarm: Alarm,
        done: Decision,
        by: str,
        what: str,
        history: list[str],
        now_ms: int,
    ) -> None:
        """P3 and P5, of this step."""
        new = done.alarm
        if new is None:
            self._note(f"{what} loses the alarm", history)
            return
        if new.owner == HER or new.resolved_by == HER:
            self._note(f"{what}: she answers her own alarm (P5)", history)
        if by != OTHER and new.owner not in ("", alarm.owner):
            self._note(f"{what} by {by or 'nobody'} takes the alarm (P5)", history)
        ended = new.state == "resolved" != alarm.state
        if ended and (what not in ENDS or by != OTHER):
            self._note(f"{what} by {by or 'the hub'} ends the alarm (P3)", history)
        if ended and any(task.state == "open" for task in new.tasks):
            self._note("it ends though a task of it is open", history)
        if new.state == "open" and any(task.state == "spared" for task in new.tasks):
            self._note("a task of it is spared and nobody has the alarm (HM-5.2)", history)
        if new.state != "resolved" and not 0 < new.next_ms <= now_ms + LONGEST_MS:
            self._note("it is open and nothing happens next (P3)", history)

    def _note(self, said: str, history: list[str]) -> None:
        broken = Broken("ladder", self._ladder.id, "", f"an alarm {self._kind!r}: {said}")
        self.broken.setdefault(broken.key, (broken, history))


def _key(alarm: Alarm, now_ms: int) -> tuple[object, ...]:
    tried = any(each.at_ms >= alarm.leased_ms for each in alarm.attempts)
    done = tuple([(task.id, task.state, task.due_ms - now_ms) for task in alarm.tasks])
    return (alarm.state, alarm.step, min(alarm.round, 1), alarm.next_ms - now_ms, alarm.owner,
            bool(alarm.leases), tried, bool(alarm.handed_ms), alarm.case, done)  # fmt: skip


def climbed(policy: Policy, depth: int = DEPTH) -> tuple[int, list[tuple[Broken, list[str]]]]:
    """How many states the alarms have, and what does not hold of them."""
    states = 0
    broken: list[tuple[Broken, list[str]]] = []
    for kind, ladder in kinds_and_ladders(policy):
        climb = Climb(policy, kind, ladder)
        climb.run(depth)
        states += climb.states
        broken += climb.broken.values()
    return states, broken
