"""What no single row can show: that the rows fit one another, and that nobody is left unwatched.

Rule (P9): a policy is refused that can leave a worker without a deadline that reaches a person,
that has an empty ladder or a role without a definition, or that lets one click silence an SOS for
more than two minutes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields

from hub.policy.idle import idle_rows, unknown_people
from hub.policy.layers import KEYS, Layers
from hub.policy.model import Policy, Timer
from hub.policy.rows import clause_duties
from hub.policy.times import contradictions
from hub.rules.explain import says
from hub.rules.kinds import ALARM_KINDS, ON_EVENTS
from hub.rules.model import Ladder
from hub.rules.phases import ENDED, PHASES
from hub.rules.planning import THEN
from hub.toml_source import Fault

MAX_SOS_LEASE_MS = 120_000  # P3: the first lease of an SOS
MAX_BACKSTOP_MS = 2 * 3_600_000
WATCHED = tuple(phase for phase in PHASES if phase not in ENDED)
# phase -> a moment that must raise an alarm there, whatever else does (any one of them)
MUST_RAISE = {
    "planned": ("awaited", "planned_start"),
    "on-the-way": ("awaited", "planned_start"),
    "at-door": ("arrival_claim",),
    "inside": ("finish",),
    "broken-off": ("broken_off",),
    "leaving": ("departure_claim",),
}
Said = tuple[str, str, str, str]  # table, row id, key, what is wrong


def cross_faults(layers: Layers, own: Policy, policy: Policy) -> list[Fault]:
    """Faults between rows, each where its key stands, or at the file's top for what is missing."""
    said = (*_twice(own, policy), *_references(policy), *_people(policy), *_watching(policy),
            *unknown_people(policy), *contradictions(policy), *idle_rows(own, policy),
            *_sentences(policy), *_covering(policy))  # fmt: skip
    return [layers.fault(*each) for each in said]


def _ids(policy: Policy) -> Iterator[tuple[str, list[str]]]:
    yield "level", [row.id for row in policy.levels]
    yield "role", [row.id for row in policy.roles]
    yield "timer", [row.id for row in policy.timers]
    yield "ladder", [row.id for row in policy.ladders]
    yield "gate", [row.id for row in policy.gates]
    yield "on", [row.event for row in policy.on]
    yield "letter", [row.earned_by for row in policy.letters]
    yield "instruction", [row.id for row in policy.instructions]
    yield "phrase", [row.id for row in policy.phrases]
    yield "after", [row.then for row in policy.after]
    yield "review", [row.id for row in policy.reviews]
    yield "script", [row.id for row in policy.scripts]
    yield "task", [row.id for row in policy.tasks]
    yield "case", [row.id for row in policy.cases]
    yield "register", [row.kind for row in policy.registers]
    yield "screen", [row.shows for row in policy.screens]


def _twice(own: Policy, policy: Policy) -> Iterator[Said]:
    """Own rows among themselves: one that its base has too is no second one. Letters of all."""
    for table, ids in _ids(own):
        for row, count in Counter(ids).items():
            if count > 1:
                said = f"{row!r} is there {count} times; allowed is once"
                yield table, row, KEYS[table], said
    for letter, count in Counter(row.letter for row in policy.letters).items():
        if count > 1:
            # The row of this file is the one too many, where one of them is its base's.
            rows = [row for row in policy.letters if row.letter == letter]
            last = max(enumerate(rows), key=lambda pair: (pair[1] in own.letters, pair[0]))[1]
            said = f"{letter!r} is there {count} times; allowed is once"
            yield "letter", last.earned_by, "letter", said


def _covering(policy: Policy) -> Iterator[Said]:
    """Every clause that the file says it covers stands behind some row (P9)."""
    if not policy.covers:
        return
    cited = cited_clauses(policy)
    for clause, duty in clause_duties().items():
        if clause.startswith(policy.covers) and clause not in cited:
            yield "policy", "", "covers", f"no row cites {clause}: {duty}"


def cited_clauses(policy: Policy) -> frozenset[str]:
    """The clauses behind any row of the policy."""
    found = {*policy.means_clause, *policy.hours.clause}
    for field in fields(policy):
        rows = getattr(policy, field.name)
        if isinstance(rows, tuple):
            found.update(clause for row in rows for clause in getattr(row, "clause", ()))
    return frozenset(found)


def _unknown(table: str, row: str, key: str, used: Iterable[str], known: Iterable[str],
             what: str) -> Iterator[Said]:  # fmt: skip
    allowed = list(known)
    for each in used:
        if each not in allowed:
            yield table, row, key, f"{each!r} is no {what}; allowed: {', '.join(allowed) or 'none'}"


def _sentences(policy: Policy) -> Iterator[Said]:
    """A page is a sentence on somebody's telephone: one that nobody wrote tells nothing."""
    for timer in policy.timers:
        about = timer.about or timer.id
        if timer.action == "page" and not says(about):
            yield "timer", timer.id, "about", f"there is no sentence for a page about {about!r}"


def _references(policy: Policy) -> Iterator[Said]:
    levels, ladders = list(policy.level), list(policy.ladder)
    steps = [instruction.id for instruction in policy.instructions]
    for timer in policy.timers:
        yield from _unknown("timer", timer.id, "levels", timer.levels, levels, "level")
        if timer.action == "raise" and timer.ladder:
            yield from _unknown("timer", timer.id, "ladder", [timer.ladder], ladders, "ladder")
        if not timer.phases:
            yield "timer", timer.id, "phases", "is empty; allowed: " + ", ".join(WATCHED)
        if timer.backstop and (timer.action != "raise" or timer.anchor != "unknown"):
            said = 'a backstop raises an alarm and counts from anchor = "unknown"'
            yield "timer", timer.id, "backstop", said
        if timer.anchor == "unknown" and not timer.backstop:
            yield "timer", timer.id, "anchor", "'unknown' is for a backstop only"
    for choice in policy.choices:
        yield from _unknown("choose", choice.say, "level", [choice.level], levels, "level")
    for on in policy.on:
        yield from _unknown("on", on.event, "ladder", [on.ladder], ladders, "ladder")
    for gate in policy.gates:
        yield from _unknown("gate", gate.id, "levels", gate.levels, levels, "level")
    for ladder in policy.ladders:
        for step in ladder.steps:
            if step.say:
                yield from _unknown("ladder", ladder.id, "steps", [step.say], steps, "instruction")


def _people(policy: Policy) -> Iterator[Said]:
    """Every role that is named is defined; a ladder does not hang on the visit's people alone."""
    roles = list(policy.role)
    for timer in policy.timers:
        yield from _unknown("timer", timer.id, "roles", timer.roles, roles, "role")
    for gate in policy.gates:
        for key in ("roles", "override"):
            yield from _unknown("gate", gate.id, key, getattr(gate, key), roles, "role")
        if "manager_agreed" in gate.requires and not gate.roles:
            yield "gate", gate.id, "roles", "is missing: whose agreement counts?"
    for ladder in policy.ladders:
        named = [role for step in ladder.steps for role in step.roles]
        yield from _unknown("ladder", ladder.id, "steps", named, roles, "role")
        on_duty = [each for each in named if each in policy.role
                   and policy.role[each].source_of_people != "visit"]  # fmt: skip
        if ladder.steps and not on_duty:
            said = "hangs on the visit's own people alone; allowed is a ladder with a duty role"
            yield "ladder", ladder.id, "steps", said
    for ladder in _of_rank_one(policy):
        if ladder.first_lease_ms > MAX_SOS_LEASE_MS:
            said = f"{ladder.first_lease_ms // 1000} s is too long for an SOS; allowed is to 2 min"
            yield "ladder", ladder.id, "first_lease", said


def _of_rank_one(policy: Policy) -> list[Ladder]:
    used = {on.ladder for on in policy.on if ALARM_KINDS[ON_EVENTS.get(on.event, "sos")][0] == 1}
    used |= {t.ladder for t in policy.timers if ALARM_KINDS.get(t.kind, (9, ""))[0] == 1}
    return [ladder for ladder in policy.ladders if ladder.id in used]


def _watching(policy: Policy) -> Iterator[Said]:
    if not policy.levels:
        yield "", "", "level", "is missing: at least one [[level]]"
    for event in ON_EVENTS:
        if event not in policy.on_event:
            yield "", "", "on", f"is missing for event {event!r}: who is paged?"
    for then in THEN:
        if then not in policy.after_then:
            yield "", "", "after", f"is missing for then = {then!r}: where does it lead?"
    for level in policy.level:
        yield from _level_watched(policy, level)
    for timer in policy.timers:
        # P5: a press that says she has left ends no watching that ran inside.
        if timer.action == "raise" and "inside" in timer.phases and "leaving" not in timer.phases:
            yield "timer", timer.id, "phases", "lacks 'leaving': a press would end this watching"


def _level_watched(policy: Policy, level: str) -> Iterator[Said]:
    for phase in WATCHED:
        raising = [t for t in policy.timers_for(level, phase) if t.action == "raise"]
        if not any(t.backstop and t.wait_ms <= MAX_BACKSTOP_MS and not t.when for t in raising):
            said = f"has no backstop in {phase!r}: a worker could be left unwatched"
            yield "level", level, "", said
        moments = MUST_RAISE.get(phase, ())
        if moments and not any(_plain(timer, moments) for timer in raising):
            said = f"has no alarm from {' or '.join(moments)} in {phase!r}"
            yield "level", level, "", said
    leads = {after.phase for after in policy.after}
    for phase in ("to-base", "going-home"):
        moments = ("departed", "expected_back")
        raising = [t for t in policy.timers_for(level, phase) if t.action == "raise"]
        if phase in leads and not any(_plain(timer, moments) for timer in raising):
            yield "level", level, "", f"has no alarm from {' or '.join(moments)} in {phase!r}"
    held = {name for gate in policy.gates if gate.command == "confirm_arrival"
            and not (gate.when or gate.override)
            and (not gate.levels or level in gate.levels) for name in gate.requires}  # fmt: skip
    for name in ("read_back", "spoken"):
        if name not in held:
            said = f"has no gate that always requires {name!r} before she is let in (P5)"
            yield "level", level, "", said


def _plain(timer: Timer, moments: tuple[str, ...]) -> bool:
    """It runs from one of these moments whatever is known: no condition switches it off."""
    return timer.anchor in moments and not timer.when and not timer.backstop
