"""Every state that an entry can reach under a policy, by the rules that the hub runs.

Rule: breadth first, so that the first history that leads to a fault is the shortest; exhaustive
within `Bounds`, and it says how much it saw. Nothing here decides: the rules do, and promises.py
says what must hold of what they decided.
"""

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace

from hub.policy.model import Policy
from hub.policy.moves import (
    COURSES,
    ENTERED_MS,
    HER,
    MINUTE_MS,
    OTHER,
    START_MS,
    VISIT,
    Move,
    event_of,
    moves_for,
    opened,
    starts,
)
from hub.policy.promises import Broken, act_broken, put_off, state_broken
from hub.policy.seen import Bounds, Exploration, Node
from hub.policy.states import Key, Same
from hub.rules import visit as rules
from hub.rules.effects import Decision, RaiseAlarm, ResolveAlarms
from hub.rules.model import Deadline, Event, Visit

JUST_BEFORE_MS = 1_000
OF_TIMERS = f"{VISIT}:{HER}:"
PROMISED = ("planned_start", "finish")  # moments that change what an act means, timer or none


class Search:
    """One exploration of one policy."""

    def __init__(self, policy: Policy, bounds: Bounds) -> None:
        self._terms = opened(policy)
        self._same = Same(self._terms)
        self._moves = moves_for(self._terms)
        self._seen: dict[Key, list[tuple[int, int]]] = {}
        self._stirring: set[Move] = set()  # what has led anywhere of its own so far
        self._begun = 0  # how many acts were spent where this exploration begins
        self.found = Exploration(bounds)

    def run(self, progress: Callable[[int], None] = lambda states: None) -> Exploration:
        for start in starts(self._terms):
            spent = 0 if start.main else min(1, self.found.bounds.acts)
            first = Node(start.visit, ENTERED_MS, frozenset(), start.said, None, spent, 0)
            self._from(self._course(first))
            progress(self.found.states)
        return self.found

    def _course(self, first: Node) -> Iterator[Node]:
        """The entry as it is planned, and at each stage of each usual course of it: every one of
        them is where an exploration begins."""
        yield first
        for course in COURSES:
            node = first
            for minute, move in course:
                now_ms = max(START_MS + minute * MINUTE_MS, node.now_ms)
                event = event_of(move, node.visit, node.visit.parts[0], now_ms)
                later = replace(node, now_ms=now_ms, due=None)
                new = self._decided(later, event, move) if event is not None else None
                if new is None:
                    break
                new.acts, new.before = first.acts, node
                yield new
                node = new

    def _from(self, stages: Iterator[Node]) -> None:
        """In the order of acts, then of silences: what is reached first is reached shortest."""
        bounds = self.found.bounds
        layers: dict[tuple[int, int], list[Node]] = {
            (acts, silences): []
            for acts in range(bounds.acts + 1)
            for silences in range(bounds.silences + 1)
        }
        for stage in stages:
            self._begun = stage.acts
            if self._new(stage):
                layers[stage.acts, 0].append(stage)
        for (acts, silences), layer in layers.items():
            for node in layer:
                if acts < bounds.acts:
                    layers[acts + 1, silences].extend(self._acted(node))
                if silences < bounds.silences:
                    layers[acts, silences + 1].extend(self._silent(node))
            layer.clear()  # what is spent is only history

    def _new(self, node: Node) -> bool:
        """Whether this state was not reached before with as much left to spend. It is looked at
        when it is new altogether."""
        node.key = self._same.key(node.visit, node.now_ms, node.open_alarms)
        spent = self._seen.get(node.key)
        if spent is None:
            self._seen[node.key] = [(node.acts, node.silences)]
            self.found.states += 1
            self._look(node)
            return True
        if any(acts <= node.acts and quiet <= node.silences for acts, quiet in spent):
            return False
        spent.append((node.acts, node.silences))
        return True

    def _look(self, node: Node) -> None:
        due = self._due(node)
        self.found.ran.update([each.timer for each in due])
        self.found.levels.add(node.visit.level)
        for broken in state_broken(self._terms, node.visit, due):
            self._note(broken, node)
        said = self.found.silences.heard(
            self._terms, node.visit, node.now_ms, due, node.open_alarms, node.history
        )
        for broken in said:
            self._note(broken, node)

    def _note(self, broken: Broken, node: Node) -> None:
        self.found.broken.setdefault(broken.key, (broken, node.history()))

    def _acted(self, node: Node) -> Iterator[Node]:
        """Everything that can happen now, and leads somewhere else."""
        part = node.visit.parts[0]
        first, led_to = node.acts == self._begun, {node.key}
        for move in self._moves:
            if not first and move not in self._stirring:
                continue
            event = event_of(move, node.visit, part, node.now_ms)
            if event is None:
                continue
            self.found.moves += 1
            new = self._decided(node, event, move)
            if new is None:
                continue
            is_new = self._new(new)
            if first and new.key not in led_to:
                self._stirring.add(move)
            led_to.add(new.key)
            if is_new:
                yield new

    def _decided(self, node: Node, event: Event, move: Move) -> Node | None:
        try:
            decision = rules.decide(self._terms, node.visit, event, node.now_ms)
        except Exception as exc:  # noqa: BLE001 - whatever a rule raises is the fault looked for
            said = f"the rules raise {type(exc).__name__}: {exc}"
            self._note(Broken("", "", "", said), self._child(node, node.visit, move.said))
            return None
        visit = decision.visit
        for broken in act_broken(node.visit, event, decision):
            self._note(broken, self._child(node, visit or node.visit, move.said))
        if visit is None or decision.refused or visit is node.visit:
            return None
        new = self._child(node, visit, move.said)
        new.open_alarms = _rung(node.open_alarms, decision)
        if event.by == HER:
            late = put_off(self._terms, node.visit, self._due(node), visit, self._due(new),
                           event, decision.effects, node.now_ms)  # fmt: skip
            for broken in late:
                self._note(broken, new)
        return new

    def _child(self, node: Node, visit: Visit, said: str) -> Node:
        return Node(visit, node.now_ms, node.open_alarms, said, node, node.acts + 1, node.silences)

    def _silent(self, node: Node) -> Iterator[Node]:
        """What comes when nobody does anything: at each moment that is waited for, from a stage
        also just before it; until nothing new comes."""
        last = node
        for _ in range(self.found.bounds.moments):
            at_ms = self._next_moment(last)
            if at_ms is None:
                return
            if node.acts == self._begun and at_ms - JUST_BEFORE_MS > last.now_ms:
                before = self._quiet(node, last, at_ms - JUST_BEFORE_MS)
                if self._new(before):
                    yield before
            last = self._quiet(node, last, at_ms)
            if not self._fall_due(last):
                return
            if not self._new(last):
                return
            yield last

    def _quiet(self, node: Node, last: Node, at_ms: int) -> Node:
        return Node(last.visit, at_ms, last.open_alarms, "nothing has happened since", node,
                    node.acts, node.silences + 1, last.due)  # fmt: skip

    def _next_moment(self, node: Node) -> int | None:
        """The next deadline, or moment that was agreed on; what was due already is due now."""
        found = [max(each.due_ms, node.now_ms) for each in self._due(node)]
        for part in node.visit.parts:
            found += [part.anchors[name] for name in PROMISED if name in part.anchors]
            if "confirmed" in part.anchors:
                found.append(part.anchors["confirmed"] + self._terms.call_back_wait_ms)
        overdue = [at_ms for at_ms in found if at_ms == node.now_ms]
        ahead = [at_ms for at_ms in found if at_ms > node.now_ms]
        if overdue and any(each.due_ms <= node.now_ms for each in self._due(node)):
            return node.now_ms
        return min(ahead, default=None)

    def _due(self, node: Node) -> tuple[Deadline, ...]:
        if node.due is None:
            node.due = rules.deadlines(self._terms, node.visit)
        return node.due

    def _fall_due(self, node: Node) -> bool:
        """All that is due by now, in its order. False when something stays due."""
        for _ in range(len(self._terms.timers) * 2 + 1):
            due = [each for each in self._due(node) if each.due_ms <= node.now_ms]
            if not due:
                return True
            first = min(due, key=lambda each: (each.due_ms, each.timer, each.worker))
            event = Event("due", first.due_ms, "", node.visit.id, first.worker,
                          data={"timer": first.timer, "anchor_ms": first.anchor_ms})  # fmt: skip
            self.found.moves += 1
            decision = rules.decide(self._terms, node.visit, event, node.now_ms)
            if decision.visit is None or decision.visit == node.visit:
                break
            node.visit, node.due = decision.visit, None
            node.open_alarms = _rung(node.open_alarms, decision)
            node.said = f"silence; {decision.reason}"
        self._note(Broken("", "", "", "the rules: a timer that fell due stays due"), node)
        return False


def _rung(open_alarms: frozenset[str], decision: Decision) -> frozenset[str]:
    """The procedure's own alarms that are open after this: nobody ends one by hand in here, and
    what she does herself ends none."""
    for effect in decision.effects:
        if isinstance(effect, RaiseAlarm) and effect.source.startswith(OF_TIMERS):
            open_alarms |= {effect.source}
        elif isinstance(effect, ResolveAlarms) and effect.by == OTHER:
            open_alarms -= set(effect.sources)
    return open_alarms


def explored(
    policy: Policy,
    bounds: Bounds | None = None,
    progress: Callable[[int], None] = lambda states: None,
) -> Exploration:
    """The states that the policy's entries reach, and what does not hold in them.

    Without the collector of cycles, which finds none here and looks for them a fifth of the time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return Search(policy, bounds or Bounds()).run(progress)
    finally:
        if collects:
            gc.enable()
