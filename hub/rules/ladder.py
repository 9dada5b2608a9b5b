"""Who is paged next about an alarm, and when: rungs, hand-outs, and what an outage does to a wait.

Rule (P3): the ladder loops and `next_ms` is never 0 while the alarm is not resolved. Waits are
waits for people: they count from `now_ms` or from the page's hand-out, never from a due time that
passed while the hub was down.
"""

from dataclasses import replace

from hub.rules.answers import told
from hub.rules.effects import Decision, Page
from hub.rules.gates import flag
from hub.rules.model import Alarm, Event, Step
from hub.rules.tasks import wanted_again

NO_STEP = Step((), 60_000)  # a ladder without rungs: the engine finds nobody to page, and says so
# A page that nobody can be given: the next rung after this. In the first round only: an outage
# that lasts, or a role that stays empty, would otherwise be a flood.
HURRY_MS = 5_000
AT_ONCE_MS = 1  # the next turn: a deadline that stays where it was would look stuck


def step_of(alarm: Alarm) -> Step:
    steps = alarm.ladder.steps
    return steps[alarm.step] if alarm.step < len(steps) else NO_STEP


def page_of(alarm: Alarm) -> Page:
    step = step_of(alarm)
    return Page(step.roles, alarm.kind, alarm.why, alarm.id, alarm.visit, alarm.step, alarm.round)


def paged(alarm: Alarm, now_ms: int) -> Alarm:
    """The current rung is paged now; people get its wait, counted anew from the hand-out. Nobody
    has the alarm, so nobody spares a task of it either."""
    return replace(
        alarm,
        state="open",
        owner="",
        lease_until_ms=0,
        paged_ms=now_ms,
        handed_ms=0,
        next_ms=now_ms + step_of(alarm).wait_ms,
        version=alarm.version + 1,
        tasks=wanted_again(alarm.tasks, now_ms),
    )


def due(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    if now_ms < alarm.next_ms:
        return told(alarm, "not due any more: recorded")
    steps = max(len(alarm.ladder.steps), 1)
    step, turn = (alarm.step + 1) % steps, alarm.round
    if step == 0:
        turn += 1
    was_owned = alarm.state == "owned"
    up = paged(replace(alarm, step=step, round=turn), now_ms)
    if was_owned:
        reason = f"the lease of {alarm.owner} has ended without an end of the alarm: open again"
    elif step == 0:
        reason = "nobody on the whole ladder has answered: it begins again"
    else:
        reason = "nobody has answered: the next rung"
    return told(up, reason, page_of(up))


def handed_out(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """The wait for people runs from the first hand-out of this rung's pages."""
    if alarm.state != "open" or alarm.handed_ms or not _of_this_rung(alarm, event):
        return told(alarm, "a page was handed out: recorded")
    handed_ms = min(max(event.at_ms, alarm.paged_ms), now_ms)
    next_ms = handed_ms + step_of(alarm).wait_ms
    new = replace(alarm, handed_ms=handed_ms, next_ms=next_ms, version=alarm.version + 1)
    return told(new, "a page was handed out: the wait counts from here")


def page_failed(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    if alarm.state != "open" or alarm.handed_ms or not _of_this_rung(alarm, event):
        return told(alarm, "a page could not be handed out: recorded")
    if flag(event.data, "by_name") and len(alarm.ladder.steps) > 1:
        # A rung of the visit's own people, and none of them there: no wait for nobody.
        new = replace(alarm, next_ms=now_ms + AT_ONCE_MS, version=alarm.version + 1)
        return told(new, "the visit names nobody for this rung: the next rung at once")
    if alarm.round:
        return told(alarm, "a page could not be handed out: the next rung comes when it is due")
    next_ms = min(alarm.next_ms, now_ms + HURRY_MS)
    new = replace(alarm, next_ms=next_ms, version=alarm.version + 1)
    return told(new, "a page could not be handed out: the next rung comes sooner")


def _of_this_rung(alarm: Alarm, event: Event) -> bool:
    """Whether the page was of the rung that is waiting; the engine says which, if it knows."""
    step, turn = event.data.get("step", alarm.step), event.data.get("round", alarm.round)
    return step == alarm.step and turn == alarm.round


def hub_restarted(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """While the hub was down nobody's wait ran: this rung is paged again, the wait begins anew."""
    if alarm.state == "owned":
        return told(alarm, "the hub was down; the lease stands until it ends")
    again = paged(alarm, now_ms)
    return told(again, "the hub was down: paged again, the wait begins anew", page_of(again))
