"""When two states of an explored visit are one: what lies in the past is forgotten where no wait of
the policy reaches back to it, what no row of it asks for is not looked at, and everything is told
from now.

Rule: two states are one only if nothing that the policy's clocks or the rules of a visit ask could
tell them apart: not the letters, the notes and the names that people see.
"""

from hub.policy.model import Policy
from hub.policy.moves import EVERY_MIN, MINUTE_MS
from hub.rules.claims import NO_PRESS
from hub.rules.model import Part, Visit
from hub.rules.phases import ENDED, FOLLOWS
from hub.rules.timing import AHEAD

Key = tuple[object, ...]
EVERY_MS = EVERY_MIN * MINUTE_MS
# What the rules themselves ask of a visit, whatever the policy says.
_BEFORE = dict.fromkeys(("planned_start", "awaited", "finish"), 0)
_THERE = dict.fromkeys(("arrival", "confirmed", "finish", "departed"), 0)
_GONE = {"departed": 0}
RULES_ASK = {
    "planned": _BEFORE,
    "on-the-way": _BEFORE,
    **dict.fromkeys(("at-door", "inside", "broken-off", "leaving"), _THERE),
    **dict.fromkeys(("going-home", "to-base"), _GONE),
}
RULES_KNOW = frozenset({"must_not_be_left", "relieved", "signs_of_entry"})
CALLS = frozenset({"call_backs_on", "carry_on", "called_back"})


def _ahead_of(phase: str) -> frozenset[str]:
    """The phases that can still come, this one too."""
    found, waiting = {phase}, [phase]
    while waiting:
        for each in FOLLOWS[waiting.pop()]:
            if each not in found:
                found.add(each)
                waiting.append(each)
    return frozenset(found)


class Reach:
    """What matters of a part in one phase: moments and how far back, and timers. The level may
    still change, so that the timers of all levels count."""

    def __init__(self, policy: Policy, phase: str) -> None:
        phases = _ahead_of(phase)
        timers = [t for t in policy.timers if phases.intersection(t.phases)]
        back_ms: dict[str, int] = {} if phase in ENDED else dict(RULES_ASK.get(phase, {}))
        if "confirmed" in back_ms:
            back_ms["confirmed"] = policy.call_back_wait_ms
        for timer in timers:
            wait_ms = timer.wait_ms + timer.repeat_ms
            wait_ms += EVERY_MS if timer.wait_agreed or timer.repeat_agreed else 0
            back_ms[timer.anchor] = max(back_ms.get(timer.anchor, 0), wait_ms)
        self.timers = {timer.id: timer for timer in timers if not timer.backstop}
        self.compared = tuple(sorted({t.anchor for t in timers if "contact" in t.until}))
        self.backstop_ms = max((t.wait_ms for t in timers if t.backstop), default=0)
        asked = {fact for timer in timers for fact in (*timer.when, *timer.until)}
        self.facts = RULES_KNOW | asked
        self.coverage, self.tracker = "poor_coverage" in asked, "no_tracker" in asked
        agreed = any(t.wait_agreed or t.repeat_agreed for t in timers)
        self.calls = agreed or bool(asked & CALLS)
        if "called_back" in asked:
            back_ms["called_back"] = 0
        self.oldest_ms = {name: -ms - 1 for name, ms in back_ms.items()}


class Same:
    """When two states are one, under one policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._reaches: dict[str, Reach] = {}

    def key(self, visit: Visit, now_ms: int, open_alarms: frozenset[str]) -> Key:
        parts = tuple([self._part(visit, part, now_ms) for part in visit.parts])
        return (visit.kind, visit.level, visit.then, parts, open_alarms)

    def _reach(self, phase: str) -> Reach:
        found = self._reaches.get(phase)
        if found is None:
            found = self._reaches[phase] = Reach(self._policy, phase)
        return found

    def _part(self, visit: Visit, part: Part, now_ms: int) -> Key:
        reach = self._reach(part.phase)
        anchors, oldest_ms, newest_ms = part.anchors, reach.oldest_ms, -1
        ages = []
        for name, at_ms in anchors.items():
            if at_ms > newest_ms and name not in AHEAD:
                newest_ms = at_ms
            if name in oldest_ms:
                # Moments ahead are told exactly; past ones as far back as a timer counts from them.
                age_ms = at_ms - now_ms
                if age_ms < oldest_ms[name]:
                    age_ms = oldest_ms[name]
                ages.append((name, age_ms))
        for _, due_ms in part.fired:
            if due_ms > newest_ms:
                newest_ms = due_ms
        contact_ms = anchors.get("contact", -1)
        return (
            part.phase,
            frozenset(ages),
            tuple([contact_ms >= anchors[name] for name in reach.compared if name in anchors]),
            max(newest_ms - now_ms, -reach.backstop_ms - 1),
            frozenset(_fired(reach, part, now_ms)) if part.fired else None,
            reach.calls and (part.stood_down, part.call_every_ms),
            reach.coverage and visit.coverage == "poor",
            reach.tracker and bool(visit.tracker),
            bool(part.go_in) + (part.go_in == NO_PRESS),
            reach.facts.intersection(part.facts),
            reach.facts.intersection(visit.facts),
        )


def _fired(reach: Reach, part: Part, now_ms: int) -> list[tuple[str, int | bool]]:
    """Of a timer that does not repeat, only whether it has fired for the moment that it has."""
    found: list[tuple[str, int | bool]] = []
    for name, due_ms in part.fired:
        timer = reach.timers.get(name)
        if timer is None:
            continue
        if timer.repeat_ms or timer.repeat_agreed:
            found.append((name, max(due_ms - now_ms, reach.oldest_ms[timer.anchor])))
        elif timer.anchor in part.anchors:
            agreed_ms = part.call_every_ms if timer.wait_agreed else 0
            fell_ms = part.anchors[timer.anchor] + timer.wait_ms + agreed_ms
            found.append((name, fell_ms <= due_ms))
    return found
