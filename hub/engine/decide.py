"""From an event to everything it causes: the decision is recorded, then its effects are done.

Rule: an effect is an input of its own, with a log row of its own, in the same turn. So each row is
one call of one rule, and the whole log can be decided again, row by row (hub/replay.py).
"""

from hub.engine import elsewhere, pages
from hub.engine.directory import directory_of, is_asked
from hub.engine.turn import ALARM, ANSWERED, OFF_VISIT, PRESSED, RAISED, SEVERAL, VISIT, Turn
from hub.policy.model import Policy
from hub.rules import alarm as alarm_rules
from hub.rules import dangers, drills, form, tasks
from hub.rules import visit as visit_rules
from hub.rules.effects import Decision, Page, RaiseAlarm, ResolveAlarms
from hub.rules.model import Alarm, Event, Visit

MAX_DEPTH = 10  # effects of effects; longer than any chain that the rules have


def visit_event(turn: Turn, event: Event, visit: Visit) -> Decision:
    """An event of a visit. Only a command that a gate asks about sees the directory."""
    terms = turn.terms_of(visit)
    if is_asked(terms, event.kind):
        seen = directory_of(turn, terms, event.data, visit)
        decision = visit_rules.decide(terms, visit, event, turn.now_ms, seen)
        turn.record_visit(event, decision, visit, _given(VISIT, event, directory=seen.seen))
    else:
        decision = visit_rules.decide(terms, visit, event, turn.now_ms)
        turn.record_visit(event, decision, visit)
    effects(turn, decision, terms, decision.visit or visit, event.by)
    if decision.visit is not None and decision.visit.parts is not visit.parts:
        for other, day in elsewhere.told(turn, visit, decision.visit, event):
            visit_event(turn, other, day)
    return decision


def off_visit(turn: Turn, event: Event, verified: bool = True) -> Decision:
    """An event of no visit: today's policy says what it raises."""
    decision = dangers.off_visit(turn.policy, event, turn.now_ms, verified)
    given = _given(OFF_VISIT, event, terms=turn.policy.terms_id, verified=verified)
    turn.record_visit(event, decision, None, given)
    effects(turn, decision, turn.policy, None, event.by)
    return decision


def several(turn: Turn, event: Event, visits: tuple[str, ...]) -> None:
    """A press that fits several visits alike: no guess, a person asks."""
    raised = dangers.unplanned_alarm(turn.policy, event)
    reason = f"fits {' and '.join(visits)} alike: {raised.why}"
    decision = Decision(effects=(raised,), reason=reason, clause=raised.clause)
    given = _given(SEVERAL, event, terms=turn.policy.terms_id, visits=list(visits))
    turn.record_visit(event, decision, None, given)
    effects(turn, decision, turn.policy, None, event.by)


def _given(rule: str, event: Event, **more: object) -> dict[str, object]:
    return {"rule": rule, "event": form.dump(event), **more}


def alarm_event(turn: Turn, event: Event, alarm: Alarm) -> Decision:
    """An event of an alarm."""
    decision = alarm_rules.decide(alarm, event, turn.now_ms)
    turn.record_alarm(event, _given(ALARM, event), decision, alarm)
    visit = turn.visit(alarm.visit) if alarm.visit else None
    effects(turn, decision, turn.policy if visit is None else turn.terms_of(visit), visit, event.by)
    if decision.alarm is not None and decision.alarm.state == "resolved":
        pages.withdraw(turn, alarm.id)
    return decision


def effects(
    turn: Turn, decision: Decision, terms: Policy, visit: Visit | None, by: str, depth: int = 0
) -> None:
    """Everything a decision asked for, in its order."""
    for effect in decision.effects:
        if isinstance(effect, RaiseAlarm):
            raise_alarm(turn, effect, terms, visit, by, depth)
        elif isinstance(effect, Page):
            page(turn, effect, visit, by, depth)
        elif visit is not None:
            resolve(turn, effect, visit)


def raise_alarm(
    turn: Turn, effect: RaiseAlarm, terms: Policy, visit: Visit | None, by: str, depth: int = 0
) -> None:
    """A new alarm, or one more press of the open one of the same source."""
    open_id = turn.state.sources.get((effect.kind, effect.source))
    old = turn.state.alarms[open_id] if open_id is not None else _holds(turn, effect)
    event = Event(
        "alarm_raised" if old is None else "alarm_pressed",
        effect.at_ms,
        by=by,
        visit="" if visit is None else visit.id,
        worker=effect.worker,
        pendant=effect.pendant,
        identity="" if effect.press is None else effect.press.identity,
    )
    given = _given(RAISED if old is None else PRESSED, event, effect=form.dump_effect(effect))
    if old is None:
        ladder = terms.ladder.get(effect.ladder) or terms.ladders[0]
        duties = tasks.duties_of(terms, drills.kind_of(effect))
        alarm_id = turn.ids.alarm()
        given |= {"id": alarm_id, "ladder": form.dump(ladder)} | form.dump(duties)
        decision = alarm_rules.raised(effect, alarm_id, ladder, visit, turn.now_ms, duties)
    else:
        decision = alarm_rules.pressed(old, effect, turn.now_ms)
    turn.record_alarm(event, given, decision, old)
    effects(turn, decision, terms, visit, by, depth + 1)


def _holds(turn: Turn, effect: RaiseAlarm) -> Alarm | None:
    """The alarm that had this press from a beat that overtook it, and was ended with it."""
    if effect.press is None or not effect.press.identity:
        return None
    held = turn.state.alarm_of_press(effect.pendant, effect.press.identity)
    return turn.state.alarm(held) if held else None


def page(turn: Turn, effect: Page, visit: Visit | None, by: str, depth: int) -> None:
    """Rows in the outbox; a role that nobody holds is an alarm, and the next rung at once (P3)."""
    if effect.record:
        page_of_record(turn, effect, by)
        return
    alarm = turn.state.alarm(effect.alarm) if effect.alarm else None
    if pages.write(turn, effect, alarm, visit, by):
        return
    if alarm is not None and (alarm.kind == "nobody_on_duty" or effect.step == tasks.NO_RUNG):
        # A task that nobody can be given is everybody's: the next rung is no answer to it.
        pages.write_everyone(turn, effect, alarm, visit)
        return
    event = Event(
        "nobody_on_duty",
        turn.now_ms,
        visit=effect.visit,
        data={"role": ",".join(effect.roles), "for": effect.alarm or effect.visit},
    )
    # A tracker whom nobody has named is no duty that nobody does: her lack has an alarm of its own,
    # and the people of the next rung are asked at once (HM-4.1.1).
    by_name = alarm is not None and pages.of_the_visit(turn, effect.roles, visit)
    if depth < MAX_DEPTH and not (by_name and pages.nobody_named(turn, effect, alarm, visit)):
        off_visit(turn, event)
    if alarm is not None and depth < MAX_DEPTH:
        failed = Event(
            "page_failed",
            turn.now_ms,
            visit=alarm.visit,
            worker=alarm.worker,
            pendant=alarm.pendant,
            data={
                "page": 0,
                "person": "",
                "note": f"nobody holds {', '.join(effect.roles)}",
                "step": effect.step,
                "round": effect.round,
                "by_name": by_name,
            },
        )
        alarm_event(turn, failed, alarm)


def page_of_record(turn: Turn, effect: Page, by: str) -> None:
    """To whom it names and who is on duty, else to who may be; nobody at all is an alarm."""
    if pages.write_named(turn, effect):
        return
    raised = RaiseAlarm(
        kind="record_due",
        at_ms=turn.now_ms,
        ladder=dangers.on_row(turn.policy, "nobody_on_duty").ladder,
        source=f"record:{effect.record}",
        why=f"Nobody could be told: {effect.why}",
    )
    raise_alarm(turn, raised, turn.policy, None, by)


def resolve(turn: Turn, effect: ResolveAlarms, visit: Visit) -> None:
    """A person's recorded contact ends the procedure's own alarms of the visit, no others."""
    for alarm in turn.state.alarms_about("", visit.id):
        if alarm.source in effect.sources:
            decision = alarm_rules.answered(alarm, effect, turn.now_ms)
            event = Event(
                "alarm_answered",
                turn.now_ms,
                by=effect.by,
                visit=visit.id,
                worker=alarm.worker,
                pendant=alarm.pendant,
            )
            given = _given(ANSWERED, event, effect=form.dump_effect(effect))
            turn.record_alarm(event, given, decision, alarm)
            if decision.alarm is not None and decision.alarm.state == "resolved":
                pages.withdraw(turn, alarm.id)
