"""Times of a policy that cannot all be meant: what comes after what it should come before.

Rule (P9): a row that contradicts another is refused, not read in the kinder way. Two timers are
compared where they count from the same moment on the same level in the same phase.
"""

from collections.abc import Iterator

from hub.policy.model import Policy, Timer
from hub.rules.kinds import ALARM_KINDS, ON_EVENTS

Said = tuple[str, str, str, str]  # table, row id, key, what is wrong
MANAGER = "manager_now"
MAX_TASK_MS = 15 * 60_000  # somebody in danger: what must be done by hand is asked for by then
DAYS_A_MONTH = 31


def contradictions(policy: Policy) -> Iterator[Said]:
    """Every pair of rows whose times contradict."""
    yield from _managers(policy)
    yield from _reminders(policy)
    yield from _ladders(policy)
    yield from _call_back(policy)
    yield from _tasks(policy)
    yield from _registers(policy)


def _together(one: Timer, other: Timer) -> bool:
    """Whether both can wait for the same moment of the same part."""
    levels = not one.levels or not other.levels or set(one.levels) & set(other.levels)
    apart = set(one.when) & set(other.until) or set(one.until) & set(other.when)
    same = one.anchor == other.anchor and one.wait_agreed == other.wait_agreed
    return bool(same and levels and not apart and set(one.phases) & set(other.phases))


def _raising(policy: Policy) -> list[Timer]:
    return [t for t in policy.timers if t.action == "raise" and not t.backstop]


def _managers(policy: Policy) -> Iterator[Said]:
    """The manager hears what the tracker, the monitor or the buddy has not settled."""
    raising = _raising(policy)
    for timer in raising:
        first = [t for t in raising if t.kind != MANAGER and _together(t, timer)]
        if timer.kind != MANAGER or not first:
            continue
        latest = max(first, key=lambda each: each.wait_ms)
        if timer.wait_ms <= latest.wait_ms:
            said = f"is not later than {latest.id!r}, which asks somebody else first"
            yield "timer", timer.id, "wait", said


def _reminders(policy: Policy) -> Iterator[Said]:
    """What her pendant reminds her of is still to come, or it reminds of nothing."""
    raising = _raising(policy)
    for timer in policy.timers:
        if timer.action != "prompt":
            continue
        told = [t for t in raising if _together(t, timer)]
        if told and timer.wait_ms >= max(t.wait_ms for t in told):
            last = max(told, key=lambda each: each.wait_ms)
            said = f"reminds her when {last.id!r} has told of it already"
            yield "timer", timer.id, "wait", said


def _ladders(policy: Policy) -> Iterator[Said]:
    raising = _raising(policy)
    for ladder in policy.ladders:
        if ladder.first_lease_ms > ladder.lease_ms:
            said = "is longer than the lease that an attempt earns"
            yield "ladder", ladder.id, "first_lease", said
    for timer in raising:
        used = policy.ladder.get(timer.ladder)
        managers = [t for t in raising if t.kind == MANAGER != timer.kind and _together(t, timer)]
        ahead = [t.wait_ms - timer.wait_ms for t in managers if t.wait_ms > timer.wait_ms]
        if used is not None and ahead and used.first_lease_ms > min(ahead):
            said = f"outlasts the {min(ahead) // 60_000} min from {timer.id!r} to the manager"
            yield "ladder", used.id, "first_lease", said


def _call_back(policy: Policy) -> Iterator[Said]:
    waits = [t.wait_ms for t in policy.timers if "called_back" in t.until and t.action == "raise"]
    for letter in policy.letters:
        if waits and letter.not_before_ms >= min(waits):
            said = "is not before the call-back itself falls due"
            yield "letter", letter.earned_by, "not_before", said


def _tasks(policy: Policy) -> Iterator[Said]:
    for task in policy.tasks:
        kinds = [moment.partition(":")[2] for moment in task.at if moment.startswith("alarm:")]
        grave = [kind for kind in kinds if ALARM_KINDS[kind][0] == 1]
        if grave and task.within_ms > MAX_TASK_MS:
            said = f"somebody is in danger ({grave[0]}); allowed is to {MAX_TASK_MS // 60_000} min"
            yield "task", task.id, "within", said
        for kind in kinds:
            for ladder in _ladders_of(policy, kind):
                paged_ms = _paged_after(policy, ladder, task.spared_by)
                if paged_ms is not None and paged_ms >= task.within_ms:
                    named = " or ".join(task.spared_by)
                    said = f"is over before {ladder!r} pages {named}, who would spare it"
                    yield "task", task.id, "within", said


def _ladders_of(policy: Policy, kind: str) -> list[str]:
    """The ladders that an alarm of this kind may climb."""
    from_timers = [t.ladder for t in policy.timers if t.action == "raise" and t.kind == kind]
    return sorted(
        {*from_timers, *(row.ladder for row in policy.on if ON_EVENTS.get(row.event) == kind)}
    )


def _paged_after(policy: Policy, ladder: str, roles: tuple[str, ...]) -> int | None:
    """How long until any of the roles is paged; None where none of them is named at all."""
    after_ms, found = 0, policy.ladder.get(ladder)
    for step in found.steps if found is not None else ():
        if set(roles) & set(step.roles):
            return after_ms
        after_ms += step.wait_ms
    return None


def _registers(policy: Policy) -> Iterator[Said]:
    for row in policy.registers:
        within_days = row.sign_within_days or row.review_months * DAYS_A_MONTH
        if within_days and row.nag_days > within_days:
            said = f"reminds only after the {within_days} days in which it is to be done"
            yield "register", row.kind, "nag_days", said
        if row.review_months and row.sign_within_days > row.review_months * DAYS_A_MONTH:
            said = "is longer than the time until the next review"
            yield "register", row.kind, "sign_within_days", said
