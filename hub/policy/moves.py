"""What an exploration lets happen: entries as they may begin, and every act of hers and of others.

Rule: whatever the rules answer is in here, with what a person would enter; nothing is left out
because a policy might not expect it. Gates are left open (`opened`): a gate only ever refuses, so
that every state which they would allow is among those explored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from hub.policy.model import Policy
from hub.rules import visit as rules
from hub.rules.directory import Directory
from hub.rules.facts import PLAN_FACTS, RATING
from hub.rules.kinds import ENTRY_KINDS, PENDANT_EVENTS
from hub.rules.model import Event, Part, Value, Visit
from hub.rules.planning import KIND_FACTS, level_of
from hub.rules.reading import FELT_AS_A_SHORT, felt_as

HER, PAIR, OTHER = "her", "her-pair", "another"
VISIT = "v1"
START_MS = 1_790_000_000_000  # any morning: an exploration only counts from it
HOUR_MS = 3_600_000
MINUTE_MS = 60_000
ENTERED_MS = START_MS - 30 * MINUTE_MS
BOOT = "00000000000000ab"
EVERY_MIN = 30  # the interval that is agreed where one is

# Nobody does these for herself or her pair (P5); the rules are held to this list.
BY_OTHERS_ONLY = frozenset(
    {"confirm_arrival", "record_contact", "stand_down", "carry_on", "extend", "confirm_departure",
     "confirm_home", "cancel", "reschedule", "agree_tracking", "check_risk"}
)  # fmt: skip
BY_KIND = frozenset(KIND_FACTS.values())  # what only the kind of an entry says
# A press that was long on its way: pressed before the newest thing that a person has confirmed.
LATE = ("arrived", "not_going_in", "departed", "no_answer", "home_safe")
MOMENTS = {"end_ms": HOUR_MS, "start_ms": 30 * MINUTE_MS, "agreed_end_ms": HOUR_MS}


@dataclass(frozen=True, eq=False)
class Move:
    """`ahead`: data keys that are moments, as spans from now. Not slotted: what is said of it is
    computed once."""

    kind: str
    by: str
    data: Mapping[str, Value] = field(default_factory=dict)
    ahead: Mapping[str, int] = field(default_factory=dict)
    late: bool = False

    @cached_property
    def pressed(self) -> bool:
        return self.kind in PENDANT_EVENTS

    @cached_property
    def said(self) -> str:
        """As it stands in a history."""
        if self.pressed:
            return f"she presses {self.kind}" + (", long on its way" if self.late else "")
        shown = [f"{key} {value}" for key, value in self.data.items() if key in SHOWN]
        return f"{self.by}: {self.kind}" + (f" ({', '.join(shown)})" if shown else "")


SHOWN = frozenset({"reached", "then", "coverage", "how", "tracker", "means", "found"})
SPOKE: dict[str, Value] = {"means": "work-mobile"}
TOLD: tuple[tuple[str, dict[str, Value], tuple[str, ...]], ...] = (
    ("start_out", {}, ()),
    ("confirm_arrival", {"place": "there", "name": "a client", "departure_contact": OTHER}, ()),
    ("refuse_entry", {"note": "no"}, ()),
    ("record_contact", {**SPOKE, "reached": True, "result": "spoke"}, ()),
    ("record_contact", {**SPOKE, "reached": False, "result": "no-answer"}, ()),
    ("stand_down", {}, ()),
    ("stand_down", SPOKE, ()),
    ("carry_on", {**SPOKE, "every_min": EVERY_MIN}, ()),
    ("abandon", {"note": "out"}, ()),
    ("extend", SPOKE, ("end_ms",)),
    ("confirm_departure", {**SPOKE, "then": "base"}, ()),
    ("confirm_departure", {**SPOKE, "then": "home"}, ()),
    ("confirm_departure", {**SPOKE, "then": "next"}, ()),
    ("confirm_home", SPOKE, ()),
    ("cancel", {"note": "off"}, ()),
    ("reschedule", {"note": "later"}, ("start_ms", "end_ms")),
    ("name_tracker", {"tracker": OTHER}, ()),
    ("set_coverage", {"coverage": "poor"}, ("agreed_end_ms",)),
    ("set_coverage", {"coverage": "good"}, ()),
    ("agree_tracking", {}, ()),
    ("check_risk", {"found": ""}, ()),
    ("relief_came", {}, ()),
    ("report_signs", {}, ()),
    ("report_danger", {"how": "call"}, ()),
)


def _moves() -> tuple[Move, ...]:
    pressed = [Move(kind, HER) for kind in PENDANT_EVENTS]
    pressed.append(Move("started_out", HER, {"pendant": "low"}))
    late = [Move(kind, HER, late=True) for kind in LATE]
    told = [
        Move(kind, by, data, {key: MOMENTS[key] for key in ahead})
        for by in (OTHER, HER)
        for kind, data, ahead in TOLD
    ]
    hub = [Move(kind, "the hub") for kind in
           ("beat_lost", "hub_restarted", "contact_elsewhere")]  # fmt: skip
    return (*pressed, *late, *told, *hub)


MOVES = _moves()


def moves_for(policy: Policy) -> tuple[Move, ...]:
    """Those, and what may be found on file while she is out: it may lead to a severer level."""
    found: dict[str, str] = {}
    for row in policy.choices:
        facts = [fact for fact in row.when if fact in PLAN_FACTS and fact not in BY_KIND]
        if len(facts) == len(row.when):
            found.setdefault(level_of(policy, frozenset(facts))[0], ",".join(facts))
    return MOVES + tuple(Move("check_risk", OTHER, {"found": told}) for told in found.values())


def _told(kind: str, **data: Value) -> Move:
    return Move(kind, OTHER, {**next(said for name, said, _ in TOLD if name == kind), **data})


_THERE = ((-10, Move("started_out", HER)), (0, Move("arrived", HER)), (2, _told("confirm_arrival")))
_GONE = (*_THERE, (25, _told("record_contact")), (50, Move("departed", HER)))
# How an entry usually goes, minutes from its planned start; each stage is a beginning.
COURSES: tuple[tuple[tuple[int, Move], ...], ...] = (
    (*_GONE, (52, _told("confirm_departure", then="base"))),
    (*_GONE, (52, _told("confirm_departure", then="home")), (70, Move("home_safe", HER))),
    (*_THERE, (25, _told("carry_on"))),
    (*_THERE, (30, _told("abandon"))),
    (*_THERE[:2], (1, Move("no_answer", HER))),
)


def event_of(move: Move, visit: Visit, part: Part, now_ms: int) -> Event | None:
    """The move as an event of now, or None where it would be none of its own."""
    data: Mapping[str, Value] = move.data
    at_ms = now_ms
    if move.late:
        newest_ms = max(part.anchors.get("confirmed", -1), part.anchors.get("arrival", -1))
        if newest_ms < 0:
            return None
        at_ms = newest_ms - 1
    if move.ahead:
        data = {**data, **{key: now_ms + span_ms for key, span_ms in move.ahead.items()}}
    if move.kind == "replied":
        data = {"prompt": part.prompt or "none"}
    elif move.kind == FELT_AS_A_SHORT:
        data = {"felt": felt_as("ok", part.phase, part.prompt), "gesture": "chord"}
    elif move.kind == "carry_on_asked":
        data = {"minutes": 15}
    if move.pressed:
        identity = f"{BOOT}.{visit.version}"
        return Event(move.kind, at_ms, HER, visit.id, part.worker, "p-her", identity, data)
    by = "" if move.by == "the hub" else move.by
    return Event(move.kind, at_ms, by, visit.id, part.worker, data=data)


def opened(policy: Policy) -> Policy:
    """The policy with its gates open."""
    return replace(policy, gates=())


def facts_to_try(policy: Policy) -> list[frozenset[str]]:
    """None, what leads to each level, and what each timer asks for, on each level that it has."""
    found: list[frozenset[str]] = [frozenset()]
    chosen = {level.id: frozenset[str]() for level in policy.levels}
    for row in policy.choices:
        facts = frozenset(row.when)
        if level_of(policy, facts)[0] == row.level:
            chosen[row.level] = chosen[row.level] or facts
            found.append(facts)
    for timer in policy.timers:
        wanted = frozenset(fact for fact in timer.when if _planned(fact))
        if wanted:
            found += [wanted | chosen.get(level, frozenset()) for level in ("", *timer.levels)]
    return list(dict.fromkeys(found))


def entered(facts: frozenset[str]) -> dict[str, Value]:
    """The facts as they are entered when planning: `rating:C3` is the rating C3."""
    pairs = (fact.partition(":") for fact in sorted(facts))
    return {name: value or True for name, _, value in pairs}


def _planned(fact: str) -> bool:
    return fact in PLAN_FACTS or fact.startswith(RATING)


def _tried_for(policy: Policy, kind: str) -> list[frozenset[str]]:
    """Of a visit all of them but what another kind says by itself; of another kind what the policy
    asks together with that."""
    own = {KIND_FACTS[kind]} if kind in KIND_FACTS else set()
    others = set(KIND_FACTS.values()) - own
    found = [facts for facts in facts_to_try(policy) if not facts & others]
    if own:
        found = [frozenset(), *(facts - own for facts in found if facts & own)]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Start:
    """An entry as it may be planned. `main`: the first of its kind on its level; the others differ
    from it in what was known or agreed, or are a pair."""

    visit: Visit
    said: str
    main: bool


def starts(policy: Policy) -> Iterator[Start]:
    """Each kind of entry on each level, with and without agreed moments.

    Two that no timer can tell apart are one. A pair is tried once for each level.
    """
    asked = {fact for timer in policy.timers for fact in (*timer.when, *timer.until)}
    anchored = {timer.anchor for timer in policy.timers}
    seen: set[object] = set()
    for kind in ENTRY_KINDS:
        tried = _tried_for(policy, kind)
        for facts, agreed in ((facts, agreed) for facts in tried for agreed in (False, True)):
            visit = _planned_visit(policy, kind, facts, agreed, HER)
            if visit is None:
                continue
            moments = frozenset(visit.parts[0].anchors) & anchored
            what = (kind, visit.level, frozenset(asked.intersection(visit.facts)), moments)
            if what in seen:
                continue
            main = (kind, visit.level) not in seen
            seen |= {what, (kind, visit.level)}
            yield Start(visit, _said(visit, facts, agreed), main)
            both = _planned_visit(policy, kind, facts, agreed, f"{HER},{PAIR}")
            if main and kind == "visit" and both is not None:
                yield Start(both, _said(both, facts, agreed) + ", a pair", False)


def _said(visit: Visit, facts: frozenset[str], agreed: bool) -> str:
    said = f"planned: a {visit.kind} at level {visit.level}"
    said += f", {', '.join(sorted(facts))}" if facts else ""
    return said + (", with check-in and return agreed" if agreed else "")


def _planned_visit(
    policy: Policy, kind: str, facts: frozenset[str], agreed: bool, workers: str
) -> Visit | None:
    data: dict[str, Value] = {"client": "client", "area": "there", "purpose": "visit",
                              "start_ms": START_MS, "end_ms": START_MS + HOUR_MS, "kind": kind,
                              "workers": workers, "then": "base"}  # fmt: skip
    data |= entered(facts)
    if agreed:
        data |= {"check_in_ms": START_MS + HOUR_MS // 2, "relief_ms": START_MS + HOUR_MS}
        data |= {"expected_back_ms": START_MS + 2 * HOUR_MS}
    event = Event("plan_visit", ENTERED_MS, by=OTHER, data=data)
    pendants = {HER: "p-her", PAIR: "p-her-pair"}
    return rules.plan(policy, event, VISIT, ENTERED_MS, Directory(pendants=pendants)).visit
