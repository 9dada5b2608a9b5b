"""The rules of an alarm: raised, pressed again, climbing its ladder, leased, resolved by a person.

Rule (P3): while it is not resolved `next_ms` is never 0. The ladder loops; an acknowledgement is a
lease that only a recorded attempt renews; a returning beat, a time-out or a restart resolves
nothing. Waits are waits for people: they count from `now_ms` or from the page's hand-out, never
from a due time that passed while the hub was down.
"""

from collections.abc import Callable
from dataclasses import replace

from hub.rules.effects import Decision, Effect, Page, RaiseAlarm, ResolveAlarms
from hub.rules.gates import by_another, flag
from hub.rules.kinds import DANGERS, NEVER_AUTO_RESOLVED, SILENT_KINDS
from hub.rules.model import Alarm, Attempt, Event, Ladder, Step, Visit

NO_STEP = Step((), 60_000)  # a ladder without rungs: the engine finds nobody to page, and says so
MAX_PRESSES = 100  # kept in the state; the first and the newest stay, all are in the log
MAX_ATTEMPTS = 100
# Told again by telephone they are news, as a press is; a timer or the hub repeating itself is not.
TOLD_BY_PEOPLE = frozenset({"sos", "coded_danger", "family_worried"})
# A page that nobody can be given: the next rung after this. In the first round only: an outage
# that lasts, or a role that stays empty, would otherwise be a flood.
HURRY_MS = 5_000
AT_ONCE_MS = 1  # the next turn: a deadline that stays where it was would look stuck
UNVERIFIED_EVERY_MS = 60_000  # an unverified source pages again at most this often


def step_of(alarm: Alarm) -> Step:
    steps = alarm.ladder.steps
    return steps[alarm.step] if alarm.step < len(steps) else NO_STEP


def page_of(alarm: Alarm) -> Page:
    step = step_of(alarm)
    return Page(step.roles, alarm.kind, alarm.why, alarm.id, alarm.visit, alarm.step, alarm.round)


def _paged(alarm: Alarm, now_ms: int) -> Alarm:
    """The current rung is paged now; people get its wait, counted anew from the hand-out."""
    return replace(
        alarm,
        state="open",
        owner="",
        lease_until_ms=0,
        paged_ms=now_ms,
        handed_ms=0,
        next_ms=now_ms + step_of(alarm).wait_ms,
        version=alarm.version + 1,
    )


def _told(alarm: Alarm, reason: str, *effects: Effect, clause: tuple[str, ...] = ()) -> Decision:
    return Decision(alarm=alarm, effects=effects, reason=reason, clause=clause)


def _refused(alarm: Alarm, why: str, clause: tuple[str, ...] = ()) -> Decision:
    return Decision(alarm=alarm, refused=why, reason=why, clause=clause)


def raised(
    effect: RaiseAlarm, alarm_id: str, ladder: Ladder, visit: Visit | None, now_ms: int
) -> Decision:
    """A new alarm, and its first page."""
    workers = tuple([part.worker for part in visit.parts]) if visit is not None else ()
    interested = workers if effect.worker in ("", *workers) else (*workers, effect.worker)
    first = Alarm(
        id=alarm_id,
        kind=effect.kind,
        raised_ms=effect.at_ms,
        recorded_ms=now_ms,
        ladder=ladder,
        next_ms=now_ms,
        source=effect.source,
        visit=visit.id if visit is not None else "",
        worker=effect.worker,
        pendant=effect.pendant,
        interested=interested,
        verified=effect.verified,
        silent=effect.silent or effect.kind in SILENT_KINDS,
        presses=(effect.press,) if effect.press is not None else (),
        why=effect.why,
    )
    alarm = _paged(first, now_ms)
    return _told(alarm, alarm.why, page_of(alarm), clause=effect.clause)


def pressed(alarm: Alarm, effect: RaiseAlarm, now_ms: int) -> Decision:
    """The same source again. A further press is news (P4); a timer's repeat only grows it."""
    if alarm.state == "resolved":
        # The engine raises anew; should it ask here all the same, nothing is lost.
        alarm = replace(alarm, state="open", step=0, outcome="", resolved_by="", resolved_ms=0)
        alarm = _paged(_grown(alarm, effect), now_ms)
        return _told(alarm, "pressed again after it was resolved: open again", page_of(alarm))
    if effect.press is not None and any(
        press.identity == effect.press.identity for press in alarm.presses if press.identity
    ):
        return _told(alarm, "a press that the alarm holds already: recorded")
    grown = _grown(alarm, effect)
    if effect.kind not in TOLD_BY_PEOPLE and effect.press is None:
        return _told(grown, "again from the same source: added to the open alarm")
    if not alarm.verified and now_ms - alarm.paged_ms < UNVERIFIED_EVERY_MS:
        return _told(grown, "a further unverified press: added; paged again within the minute")
    if alarm.state == "owned":
        again = _paged(replace(grown, step=0), now_ms)
        reason = "a further press breaks the lease: paged again from the first rung"
        return _told(again, reason, page_of(again))
    # Somebody who keeps pressing must not keep the ladder on one rung.
    next_ms = min(alarm.next_ms, now_ms + step_of(alarm).wait_ms)
    again = replace(_paged(grown, now_ms), next_ms=next_ms, handed_ms=alarm.handed_ms)
    return _told(again, "a further press: paged again", page_of(again))


def _grown(alarm: Alarm, effect: RaiseAlarm) -> Alarm:
    presses = alarm.presses
    if effect.press is not None:
        presses = (*presses, effect.press)
        if len(presses) > MAX_PRESSES:
            presses = (presses[0], *presses[2:])
    return replace(alarm, presses=presses, version=alarm.version + 1)


def decide(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """What an event does to an alarm. Anything that is not in the table is recorded, no more."""
    rule = RULES.get(event.kind)
    if rule is None:
        return _told(alarm, f"{event.kind}: recorded, it ends no alarm")
    if alarm.state == "resolved" and event.kind in _BY_PEOPLE:
        return _refused(alarm, "This alarm is resolved already.")
    if alarm.state == "resolved":
        return _told(alarm, f"{event.kind} after the alarm was resolved: recorded")
    if event.kind in _BY_PEOPLE and (why := by_another(event.by, alarm.interested)):
        return _refused(alarm, why)
    return rule(alarm, event, now_ms)


def _due(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    if now_ms < alarm.next_ms:
        return _told(alarm, "not due any more: recorded")
    steps = max(len(alarm.ladder.steps), 1)
    step, turn = (alarm.step + 1) % steps, alarm.round
    if step == 0:
        turn += 1
    was_owned = alarm.state == "owned"
    up = _paged(replace(alarm, step=step, round=turn), now_ms)
    if was_owned:
        reason = f"the lease of {alarm.owner} has ended without an end of the alarm: open again"
    elif step == 0:
        reason = "nobody on the whole ladder has answered: it begins again"
    else:
        reason = "nobody has answered: the next rung"
    return _told(up, reason, page_of(up))


def _acknowledge(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """A lease, not the end: short the first time, renewed only by an attempt since it began."""
    tried = any(each.at_ms >= alarm.leased_ms for each in alarm.attempts)
    owned = alarm.state == "owned"
    if owned and alarm.owner == event.by and not tried:
        said = "You have it already. Record an attempt to reach her; that renews it."
        return _refused(alarm, said)
    fresh = alarm.ladder.lease_ms if alarm.leases and tried else alarm.ladder.first_lease_ms
    until_ms = alarm.lease_until_ms if owned and not tried else now_ms + fresh
    new = replace(
        alarm,
        state="owned",
        owner=event.by,
        lease_until_ms=until_ms,
        leased_ms=alarm.leased_ms if owned and not tried else now_ms,
        leases=alarm.leases + 1,
        next_ms=until_ms,
        version=alarm.version + 1,
    )
    return _told(new, f"{event.by} has it, until the lease ends")


def _record_contact(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    means, reached = str(event.data.get("means", "")), flag(event.data, "reached")
    if reached and means == "answerphone":
        return _refused(alarm, "A message left is no contact: record it as not reached.")
    attempt = Attempt(event.at_ms, event.by, means, reached, str(event.data.get("note", "")))
    attempts = (*alarm.attempts, attempt)[-MAX_ATTEMPTS:]
    new = replace(alarm, attempts=attempts, version=alarm.version + 1)
    return _told(new, "spoken with her" if reached else "tried, not reached")


def _resolve(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    outcome, note = str(event.data.get("outcome", "")), str(event.data.get("note", ""))
    if not outcome.strip():
        return _refused(alarm, "Say how it ended.")
    if event.at_ms < alarm.raised_ms:
        return _refused(alarm, "This is older than the alarm: speak with her now.")
    seen = event.data.get("presses")
    newer = any(press.received_ms > event.at_ms for press in alarm.presses)
    if newer or (isinstance(seen, int) and seen < len(alarm.presses)):
        return _refused(alarm, "She has pressed again since: look at the alarm once more.")
    if needs_speech(alarm) and not flag(event.data, "spoke"):
        said = "Only speech ends this: say that you spoke with her, or that someone is beside her."
        return _refused(alarm, said)
    return _told(ended(alarm, event.by, outcome, note, now_ms), f"resolved: {outcome}")


def needs_speech(alarm: Alarm) -> bool:
    """A danger of somebody's is not resolved by a click; the hub's own trouble has no voice."""
    return alarm.kind in DANGERS or (alarm.kind in NEVER_AUTO_RESOLVED and bool(alarm.worker))


def ended(alarm: Alarm, by: str, outcome: str, note: str, now_ms: int) -> Alarm:
    return replace(
        alarm,
        state="resolved",
        owner="",
        lease_until_ms=0,
        next_ms=0,
        outcome=f"{outcome}: {note}" if note else outcome,
        resolved_by=by,
        resolved_ms=now_ms,
        version=alarm.version + 1,
    )


def answered(alarm: Alarm, effect: ResolveAlarms, now_ms: int) -> Decision:
    """A person's recorded act on the visit answers this procedure alarm, if anything may."""
    if alarm.state == "resolved":
        return _told(alarm, "resolved already: recorded")
    if alarm.kind in NEVER_AUTO_RESOLVED:
        return _told(alarm, "only a person who says so ends this alarm: recorded")
    if by_another(effect.by, alarm.interested):
        return _told(alarm, "nobody resolves for herself or her pair: recorded")
    return _told(ended(alarm, effect.by, effect.outcome, "", now_ms), effect.outcome)


def _handed_out(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """The wait for people runs from the first hand-out of this rung's pages."""
    if alarm.state != "open" or alarm.handed_ms or not _of_this_rung(alarm, event):
        return _told(alarm, "a page was handed out: recorded")
    handed_ms = min(max(event.at_ms, alarm.paged_ms), now_ms)
    next_ms = handed_ms + step_of(alarm).wait_ms
    new = replace(alarm, handed_ms=handed_ms, next_ms=next_ms, version=alarm.version + 1)
    return _told(new, "a page was handed out: the wait counts from here")


def _page_failed(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    if alarm.state != "open" or alarm.handed_ms or not _of_this_rung(alarm, event):
        return _told(alarm, "a page could not be handed out: recorded")
    if flag(event.data, "by_name") and len(alarm.ladder.steps) > 1:
        # A rung of the visit's own people, and none of them there: no wait for nobody.
        new = replace(alarm, next_ms=now_ms + AT_ONCE_MS, version=alarm.version + 1)
        return _told(new, "the visit names nobody for this rung: the next rung at once")
    if alarm.round:
        return _told(alarm, "a page could not be handed out: the next rung comes when it is due")
    next_ms = min(alarm.next_ms, now_ms + HURRY_MS)
    new = replace(alarm, next_ms=next_ms, version=alarm.version + 1)
    return _told(new, "a page could not be handed out: the next rung comes sooner")


def _of_this_rung(alarm: Alarm, event: Event) -> bool:
    """Whether the page was of the rung that is waiting; the engine says which, if it knows."""
    step, turn = event.data.get("step", alarm.step), event.data.get("round", alarm.round)
    return step == alarm.step and turn == alarm.round


def _hub_restarted(alarm: Alarm, event: Event, now_ms: int) -> Decision:
    """While the hub was down nobody's wait ran: this rung is paged again, the wait begins anew."""
    if alarm.state == "owned":
        return _told(alarm, "the hub was down; the lease stands until it ends")
    again = _paged(alarm, now_ms)
    return _told(again, "the hub was down: paged again, the wait begins anew", page_of(again))


RULES: dict[str, Callable[[Alarm, Event, int], Decision]] = {
    "due": _due,
    "acknowledge": _acknowledge,
    "record_contact": _record_contact,
    "resolve": _resolve,
    "handed_out": _handed_out,
    "page_failed": _page_failed,
    "hub_restarted": _hub_restarted,
}
_BY_PEOPLE = frozenset({"acknowledge", "record_contact", "resolve"})
