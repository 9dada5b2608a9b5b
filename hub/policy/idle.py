"""Rows that can never matter: what a reader would believe to hold and no hub would ever do.

Rule (P9): such a row is a fault, because whoever wrote it counts on it. What only an exploration
shows (a timer that never waits, a level that is never chosen) is told from what it saw.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from hub.policy.model import Policy
from hub.rules.kinds import ON_EVENTS

Said = tuple[str, str, str, str]  # table, row id, key, what is wrong
BESIDES_ROLES = ("worker",)  # whom an instruction may be for without a role of hers
BY_THE_HUB = frozenset({"record_due"})  # raised by what is written down, not by a row


def idle_rows(own: Policy, policy: Policy) -> Iterator[Said]:
    """`own`: the rows of this file alone; a ladder of its base may lie unused."""
    for timer in policy.timers:
        for fact in sorted(set(timer.when) & set(timer.until)):
            yield "timer", timer.id, "until", f"{fact!r} is in `when` too: it can never run"
    for choice in policy.choices:
        for fact in sorted(set(choice.when) & set(choice.unless)):
            yield "choose", choice.say, "unless", f"{fact!r} is in `when` too: it can never hold"
    raised = _raised(policy)
    for case in policy.cases:
        if case.alarm not in raised:
            yield "case", case.id, "alarm", f"no row raises {case.alarm!r}"
    for task in policy.tasks:
        yield from _moments(policy, "task", task.id, task.at, raised)
    for row in policy.instructions:
        yield from _moments(policy, "instruction", row.id, row.at, raised)
        for level in row.levels:
            if level not in policy.level:
                allowed = ", ".join(policy.level)
                yield "instruction", row.id, "levels", f"{level!r} is no level; allowed: {allowed}"
    yield from _ladders(own, policy)
    for gate in policy.gates:
        if "never" in gate.requires and not (gate.when or gate.levels or gate.override):
            yield "gate", gate.id, "requires", f"nobody could ever give the command {gate.command}"


def _ladders(own: Policy, policy: Policy) -> Iterator[Said]:
    used = {timer.ladder for timer in policy.timers} | {row.ladder for row in policy.on}
    for ladder in own.ladders:
        if ladder.id not in used:
            yield "ladder", ladder.id, "", "no timer and no event climbs it"
    for ladder in policy.ladders:
        for place, (step, following) in enumerate(pairwise(ladder.steps), 2):
            if set(step.roles) == set(following.roles):
                said = f"rung {place} asks whom rung {place - 1} has asked, and nobody else"
                yield "ladder", ladder.id, "steps", said


def _moments(
    policy: Policy, table: str, row: str, at: Iterable[str], raised: frozenset[str]
) -> Iterator[Said]:
    """A task or an instruction of an alarm that never is, or of a case that nobody can choose."""
    cases = [case.id for case in policy.cases]
    for moment in at:
        what, _, which = moment.partition(":")
        if what == "alarm" and which not in raised:
            yield table, row, "at", f"no row raises {which!r}"
        if what == "case" and which not in cases:
            yield table, row, "at", f"{which!r} is no case; allowed: {', '.join(cases) or 'none'}"


def _raised(policy: Policy) -> frozenset[str]:
    """The kinds of alarms that can come to be."""
    by_timers = {timer.kind for timer in policy.timers if timer.action == "raise"}
    return frozenset(by_timers | set(ON_EVENTS.values()) | BY_THE_HUB)


def unknown_people(policy: Policy) -> Iterator[Said]:
    """Roles that duties name and nobody defined."""
    for task in policy.tasks:
        for key in ("roles", "spared_by", "waived_by"):
            yield from _roles(policy, "task", task.id, key, getattr(task, key))
    for review in policy.reviews:
        yield from _roles(policy, "review", review.id, "roles", review.roles)
    for register in policy.registers:
        for key in ("signed_by", "nag", "told"):
            yield from _roles(policy, "register", register.kind, key, getattr(register, key))
    for row in policy.instructions:
        to = [role for role in row.to if role not in BESIDES_ROLES]
        yield from _roles(policy, "instruction", row.id, "to", to)
    phrases = [phrase.id for phrase in policy.phrases]
    for script in policy.scripts:
        if script.phrase and script.phrase not in phrases:
            allowed = ", ".join(phrases) or "none"
            yield (
                "script",
                script.id,
                "phrase",
                f"{script.phrase!r} is no phrase; allowed: {allowed}",
            )


def _roles(policy: Policy, table: str, row: str, key: str, roles: Iterable[str]) -> Iterator[Said]:
    for role in roles:
        if role not in policy.role:
            yield table, row, key, f"{role!r} is no role; allowed: {', '.join(policy.role)}"


def unseen(policy: Policy, levels: Iterable[str], ran: Iterable[str]) -> Iterator[Said]:
    """What an exploration has never met. A backstop that never ran is the best of backstops."""
    met = set(levels)
    for level in policy.levels:
        if level.id not in met:
            yield "level", level.id, "", "no entry is ever on this level: no row chooses it"
    waited = set(ran)
    for timer in policy.timers:
        on = timer.levels or tuple(policy.level)
        if timer.id not in waited and not timer.backstop and met.intersection(on):
            said = "this timer never waits: its moment, phases and facts never come together"
            yield "timer", timer.id, "", said
