"""Whether the people on a roster can do what a policy asks of its roles.

Rule (P9): a rung that nobody can answer is a fault; so is a ladder that one person answers alone,
who must never answer for herself (P5). Who is on duty today is not asked: that is the board's.
"""

from collections.abc import Iterator, Mapping

from hub.policy.model import Policy

Said = tuple[str, str, str, str]  # table, row id, key, what is wrong
People = Mapping[str, frozenset[str]]  # role -> who may hold it


def unstaffed(policy: Policy, people: People) -> Iterator[Said]:
    """Roles without people, rung by rung, and ladders that hang on one person."""
    by_name = {role.id for role in policy.roles if role.source_of_people == "visit"}
    for ladder in policy.ladders:
        able: set[str] = set()
        for place, step in enumerate(ladder.steps, 1):
            empty = [role for role in step.roles if role not in by_name and not people.get(role)]
            for role in empty:
                said = f"rung {place}: nobody on the roster may hold {role!r}"
                skips = len(empty) == len(step.roles)
                yield "ladder", ladder.id, "steps", said + (", so it is skipped" if skips else "")
            able.update(who for role in step.roles for who in people.get(role, ()))
        if len(able) == 1:
            said = f"only {next(iter(able))} could answer it, and never about herself (P5)"
            yield "ladder", ladder.id, "steps", said
    for task in policy.tasks:
        if not any(role in by_name or people.get(role) for role in task.roles):
            said = f"nobody on the roster may hold {' or '.join(task.roles)}"
            yield "task", task.id, "roles", said
    for gate in policy.gates:
        if "manager_agreed" in gate.requires and not any(people.get(r) for r in gate.roles):
            said = f"nobody on the roster may hold {' or '.join(gate.roles)}: it never opens"
            yield "gate", gate.id, "roles", said
