"""The rules of a visit: what an event does to it. The way in for the engine.

`plan` makes a visit, `decide` answers every event of rules/kinds.py for one that exists,
`deadlines` says what falls due. Rule: nothing raises here. A command that is not allowed is refused
with the reason; an event that does not apply is recorded with its reason, never dropped.
"""

from collections.abc import Callable
from dataclasses import replace

from hub.policy.model import Terms
from hub.rules import agreeing, contact, scene, steering
from hub.rules.changes import having, noted, refused
from hub.rules.claims import HANDLERS, press
from hub.rules.dangers import alarm_of, press_alarm, reported, unknown_press_alarm
from hub.rules.directory import Directory
from hub.rules.effects import Decision
from hub.rules.facts import BATTERY_ENDED, HER_OWN_COVERAGE
from hub.rules.gates import Asked, by_another, passage, refusal
from hub.rules.kinds import DANGER_PRESSES
from hub.rules.model import Event, Part, Visit
from hub.rules.phases import ENDED
from hub.rules.planning import plan
from hub.rules.raising import EXPIRED, mark_of
from hub.rules.rescheduling import reschedule
from hub.rules.scripts import record_answer
from hub.rules.timing import deadlines, due, source_of

__all__ = ["deadlines", "decide", "plan"]

PAST_ITS_DATE = (
    "Her pendant is past its date, or will be before this visit ends: renew it, or give her"
    " another, before she goes. It still sends an SOS; no visit is begun with it."
)
EXPOSED = ("at-door", "inside", "broken-off", "leaving")
NOT_OF_A_VISIT = frozenset(
    {"acknowledge", "resolve", "do_task", "waive_task", "choose_case", "start_drill",
     "write_record", "plan_visit", "take_duty", "rebase"}
)  # fmt: skip
OfPart = Callable[[Terms, Visit, Part, Event], Decision]
OfVisit = Callable[[Terms, Visit, Event], Decision]

# command -> (rule, must another person give it). What tightens the watch may come from anyone.
OF_PART: dict[str, tuple[OfPart, bool]] = {
    "start_out": (steering.start_out, False),
    "confirm_arrival": (contact.confirm_arrival, True),
    "refuse_entry": (steering.refuse_entry, False),
    "record_contact": (contact.record_contact, True),
    "stand_down": (steering.stand_down, True),
    "carry_on": (steering.carry_on, True),
    "abandon": (steering.abandon, False),
    "extend": (steering.extend, True),
    "confirm_departure": (contact.confirm_departure, True),
    "confirm_home": (contact.confirm_home, True),
    "report_signs": (scene.report_signs, False),
}
OF_VISIT: dict[str, tuple[OfVisit, bool]] = {
    "cancel": (steering.cancel, True),
    "name_tracker": (steering.name_tracker, False),
    "set_coverage": (steering.set_coverage, False),
    "agree_tracking": (agreeing.agree_tracking, True),
    "check_risk": (agreeing.check_risk, True),
    "relief_came": (scene.relief_came, False),
}


UNKNOWN = Directory()
# How her pendant was taken from her (engine/custody.py) -> what whoever speaks with her must know.
TAKEN = {
    "revoked": "was revoked",
    "expired": "was set past its date",
    "given": "was given to somebody else",
    "rekeyed": "was given new keys",
}


def decide(
    terms: Terms, visit: Visit, event: Event, now_ms: int, directory: Directory = UNKNOWN
) -> Decision:
    """What the event does. `now_ms` dates only what is received; deadlines count from `at_ms`.

    `directory`: what the gates of this command may see; other events need none.
    """
    kind = event.kind
    if kind in HANDLERS or kind in DANGER_PRESSES:
        return _pressed(terms, visit, event, now_ms)
    if kind in OF_PART:
        return _of_part(terms, visit, event, directory)
    if kind == "due":
        part = visit.part(event.worker)
        if part is None:
            return noted(visit, f"a timer of {event.worker}, who has no part in this visit")
        return due(terms, visit, part, event)
    if kind in OF_VISIT or kind == "reschedule":
        return _of_visit(terms, visit, event, directory)
    if kind == "report_danger":
        return reported(terms, event, visit)
    if kind == "record_answer":
        return record_answer(terms, event, visit)
    return _from_hub(terms, visit, event, now_ms)


def _pressed(terms: Terms, visit: Visit, event: Event, now_ms: int) -> Decision:
    part = visit.part(event.worker or event.by)
    if part is not None:
        return press(terms, visit, part, event, now_ms)
    if event.kind in DANGER_PRESSES:
        effect = press_alarm(terms, event, now_ms)
        return Decision(visit=visit, effects=(effect,), reason=effect.why, clause=effect.clause)
    who = event.worker or event.by or "nobody"
    return noted(visit, f"{event.kind} by {who}, who has no part in this visit: recorded")


def _of_part(terms: Terms, visit: Visit, event: Event, directory: Directory) -> Decision:
    rule, by_other = OF_PART[event.kind]
    worker = event.worker or str(event.data.get("worker", ""))
    part = visit.part(worker)
    if part is None:
        named = ", ".join(each.worker for each in visit.parts)
        return refused(visit, f"Say for whom: {named}.")
    if by_other and (why := by_another(event.by, [each.worker for each in visit.parts])):
        return refused(visit, why)
    if part.phase in ENDED:
        return refused(visit, f"Her part is {part.phase}: there is nothing to change.")
    if event.kind in ("start_out", "confirm_arrival") and mark_of(event) == EXPIRED:
        return refused(visit, PAST_ITS_DATE)
    done = _gated(terms, visit, part, event, directory, lambda: rule(terms, visit, part, event))
    if event.kind == "extend" and done.visit is not None and not done.refused:
        # The later end may be after dark or out of hours: it is watched as such from now on.
        return replace(done, visit=agreeing.with_facts(terms, done.visit, directory.facts))
    return done


def _of_visit(terms: Terms, visit: Visit, event: Event, directory: Directory) -> Decision:
    rule, by_other = OF_VISIT.get(event.kind) or (_moving(directory), True)
    if by_other and (why := by_another(event.by, [each.worker for each in visit.parts])):
        return refused(visit, why)
    if visit.phase in ENDED:
        return refused(visit, f"This visit is {visit.phase}: there is nothing to change.")
    return _gated(terms, visit, None, event, directory, lambda: rule(terms, visit, event))


def _moving(directory: Directory) -> OfVisit:
    """Calendar and sun of the new time decide with it."""
    return lambda terms, visit, event: reschedule(terms, visit, event, directory.facts, directory)


def _gated(
    terms: Terms,
    visit: Visit,
    part: Part | None,
    event: Event,
    directory: Directory,
    rule: Callable[[], Decision],
) -> Decision:
    """The rule behind the policy's gates. Who let one pass stands on the visit."""
    if event.kind not in terms.gates_for:
        return rule()
    asked = Asked(
        event,
        visit.level,
        frozenset(visit.facts) | directory.facts,
        visit,
        part,
        directory,
        workers=tuple([each.worker for each in visit.parts]),
        call_back_wait_ms=terms.call_back_wait_ms,
    )
    passed = passage(terms, event.kind, asked)
    if passed.closed is not None:
        return refusal(terms, visit, passed.closed)
    decision = rule()
    if not passed.overridden or decision.refused or decision.visit is None:
        return decision
    kept = having(decision.visit, overridden=decision.visit.overridden + passed.overridden)
    said = f"{decision.reason}; let pass: {', '.join(passed.overridden)}"
    return replace(decision, visit=kept, reason=said)


def _from_hub(terms: Terms, visit: Visit, event: Event, now_ms: int) -> Decision:
    if event.kind in NOT_OF_A_VISIT:
        return refused(visit, f"{event.kind} is not done to a visit.")
    if event.kind == "unknown_open_press":
        effect = unknown_press_alarm(terms, event, now_ms)
        return Decision(visit=visit, effects=(effect,), reason=effect.why, clause=effect.clause)
    if event.kind == "beat_lost":
        return _beat_lost(terms, visit, event)
    if event.kind in ("hub_restarted", "clock_jumped"):
        return _asked_all(visit, event)
    if event.kind == "pendant_taken":
        return _pendant_taken(terms, visit, event)
    if event.kind == "contact_elsewhere":
        return contact.contact_elsewhere(terms, visit, event)
    return noted(visit, f"{event.kind}: recorded, it changes nothing here")


def _beat_lost(terms: Terms, visit: Visit, event: Event) -> Decision:
    part = visit.part(event.worker)
    if part is None or part.phase not in EXPOSED:
        return noted(visit, "no beats, but nobody of this visit is exposed: recorded")
    if visit.coverage == "poor" and HER_OWN_COVERAGE not in part.facts:
        return noted(visit, "no beats, as expected where coverage is poor: recorded (HM-4.2.7)")
    name = "beat_lost"
    if event.data.get("cause") == "battery":
        if BATTERY_ENDED in part.facts:
            return noted(visit, "no beats, as its battery ended and a person was asked: recorded")
        name = "last_gasp"  # it said so before this visit: why it is silent is known
    source = source_of(visit.id, part.worker, name)
    effect = alarm_of(terms, name, event, source, worker=part.worker)
    return Decision(visit=visit, effects=(effect,), reason=effect.why, clause=effect.clause)


def _pendant_taken(terms: Terms, visit: Visit, event: Event) -> Decision:
    """What she carries no longer speaks for her, and she cannot feel it: a person tells her."""
    part = visit.part(event.worker)
    if part is None or part.phase in ENDED or part.phase == "planned":
        return noted(visit, "her pendant was taken from her, but she is not out: recorded")
    effect = alarm_of(terms, "pendant_taken", event, f"pendant_taken:{event.pendant}")
    how = TAKEN.get(str(event.data.get("how", "")), "was taken from her")
    why = f"Her pendant {event.pendant} {how} while she is {part.phase}. {effect.why}"
    return Decision(
        visit=visit, effects=(replace(effect, why=why),), reason=why, clause=effect.clause
    )


def _asked_all(visit: Visit, event: Event) -> Decision:
    """The hub was blind, or its clock jumped: every pendant of an open visit is asked."""
    prompt = f"are-you-well-{visit.version}"
    parts = tuple(
        replace(part, prompt=prompt) if part.phase in EXPOSED else part for part in visit.parts
    )
    if parts == visit.parts:
        return noted(visit, f"{event.kind}: nobody of this visit is exposed, recorded")
    new = replace(visit, parts=parts, version=visit.version + 1)
    return Decision(visit=new, reason=f"{event.kind}: her pendant asks whether she is well")
