"""What people ask for: checked, decided by the rules, answered after the commit.

Rules: every command is by somebody whom the hub knows; a refusal is logged as an act is, with the
reason and what to do; a command given to an older state of things is told so, unless it makes
somebody safer. What belongs to the directory (people, clients, pendants) is in engine/admin.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from hub.engine import admin, alarms, decide, duty, keeping
from hub.engine.asking import answer, event_of, stale, text
from hub.engine.directory import directory_of
from hub.engine.readiness import readiness
from hub.engine.turn import NOTE, PLAN, REBASE, Turn
from hub.inbox import Answer, Command
from hub.rules import agreeing, form
from hub.rules import visit as visit_rules
from hub.rules.asked import number
from hub.rules.effects import Decision
from hub.rules.kinds import COMMANDS
from hub.rules.model import Event, Value, Visit
from protocol.record import MAX_INT

MAX_TEXT = 2_000  # of one value; a note, not a report
MAX_VALUES = 40
MAX_NAME = 60
MAX_MOMENT_MS = 4_102_444_800_000  # 2100: beyond it the calendar's own functions end somewhere
Handler = Callable[[Turn, Command], Answer]


def take(turn: Turn, command: Command) -> None:
    """One command; the answer goes out after the commit."""
    said = _refusal(turn, command) or _handler(command.kind)(turn, command)
    if command.reply is not None:
        turn.after.replies.append((command.reply, said))


def _refusal(turn: Turn, command: Command) -> Answer | None:
    """What no rule needs to be asked about."""
    if command.kind == "turn":
        return Answer(True, "the engine turns")
    known = command.kind in COMMANDS or command.kind in admin.KINDS or command.kind == "looked"
    if not known:
        return Answer(False, f"There is no command {command.kind[:40]!r}.")
    if why := _unlawful(command.data):
        return Answer(False, why)
    if command.kind not in admin.KINDS:
        person = turn.state.people.get(command.by)
        if person is None or not person.active:
            return Answer(False, "Nobody is named as doing this: it is done by a person, by name.")
    return None


def _unlawful(given: Mapping[str, Value]) -> str:
    if len(given) > MAX_VALUES:
        return f"More than {MAX_VALUES} values were given."
    for name, value in given.items():
        if len(name) > MAX_NAME or not name.isascii():
            return "A value has a name that is none of ours."
        if isinstance(value, str) and len(value) > MAX_TEXT:
            return f"{name} is longer than {MAX_TEXT} characters."
        if isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
            return f"{name} is no text: it holds half a character."
        if isinstance(value, int) and not -MAX_INT <= value <= MAX_INT:
            return f"{name} is no number of ours."
        if name.endswith("_ms") and not 0 <= number(given, name) <= MAX_MOMENT_MS:
            return f"{name} is no moment of ours; allowed is up to the year 2100."
    return ""


def _handler(kind: str) -> Handler:
    if kind in admin.KINDS:
        return admin.take
    if kind in alarms.OF_ALARM:
        return alarms.of_alarm
    return _BY_KIND.get(kind, _of_visit)


def _of_visit(turn: Turn, command: Command) -> Answer:
    visit = turn.visit(text(command, "visit"))
    if visit is None:
        return Answer(False, f"There is no visit {text(command, 'visit')[:40]!r}.")
    if (late := stale(command, visit.version)) is not None:
        return late
    worker = text(command, "worker") or (visit.parts[0].worker if len(visit.parts) == 1 else "")
    event = event_of(turn, command, visit=visit.id, worker=worker)
    if command.kind == "name_tracker" and not _is_active(turn, text(command, "tracker")):
        return answer(_logged_refusal(turn, event, visit, "The tracker must be a known person."))
    if command.kind in ("start_out", "confirm_arrival"):
        # To set out it must be good until she is back; at the door it is enough that it is now.
        until_ms = visit.planned_end_ms if command.kind == "start_out" else 0
        ready = readiness(turn, worker, until_ms)
        event = replace(event, data={**event.data, "pendant": ready})
    contact = text(command, "departure_contact")
    if contact and not _is_active(turn, contact):
        # HM-3.3: a named person; pages about her departure go there.
        said = "Whom she speaks to when she leaves must be a known person."
        return answer(_logged_refusal(turn, event, visit, said))
    return answer(decide.visit_event(turn, event, visit), visit.id)


def _is_active(turn: Turn, person: str) -> bool:
    known = turn.state.people.get(person)
    return known is not None and known.active


def _logged_refusal(turn: Turn, event: Event, visit: Visit, why: str) -> Decision:
    decision = Decision(visit=visit, refused=why, reason=why)
    turn.record_visit(event, decision, visit, {"rule": NOTE, "event": form.dump(event)})
    return decision


def _record_contact(turn: Turn, command: Command) -> Answer:
    """On an alarm, on a visit, or on both at once: one call counts wherever it was about."""
    answers = []
    if text(command, "alarm"):
        answers.append(alarms.of_alarm(turn, command))
    if text(command, "visit"):
        answers.append(_of_visit(turn, command))
    if not answers:
        return Answer(False, "Say for which visit or alarm the call was.")
    return next((each for each in answers if not each.ok), answers[0])


def _plan_visit(turn: Turn, command: Command) -> Answer:
    visit_id = turn.ids.visit()
    directory = directory_of(turn, turn.policy, {"workers": "", **command.data})
    event = event_of(turn, command)
    decision = visit_rules.plan(turn.policy, event, visit_id, turn.now_ms, directory)
    given = {"rule": PLAN, "event": form.dump(event), "id": visit_id, "terms": turn.policy.terms_id,
             "directory": directory.seen}  # fmt: skip
    turn.record_visit(replace(event, visit=visit_id), decision, None, given)
    decide.effects(turn, decision, turn.policy, decision.visit, command.by)
    return answer(decision, "" if decision.refused else visit_id)


def _rebase(turn: Turn, command: Command) -> Answer:
    """From here on the visit runs by the procedure of today; a manager says so."""
    visit = turn.visit(text(command, "visit"))
    if visit is None:
        return Answer(False, f"There is no visit {text(command, 'visit')[:40]!r}.")
    if (late := stale(command, visit.version)) is not None:
        return late
    event = event_of(turn, command, visit=visit.id)
    seen = directory_of(turn, turn.policy, command.data, visit)
    decision = agreeing.rebase(turn.policy, visit, event, seen)
    given = {"rule": REBASE, "event": form.dump(event), "terms": turn.policy.terms_id,
             "directory": seen.seen}  # fmt: skip
    turn.record_visit(event, decision, visit, given)
    return answer(decision, visit.id)


def _looked(turn: Turn, command: Command) -> Answer:
    """P8: each look at personal facts is on the record."""
    visit, worker = text(command, "visit"), text(command, "worker")
    event = event_of(turn, command, visit=visit, worker=worker)
    turn.note("looked", "looked at personal details", event)
    return Answer(True, "recorded")


_BY_KIND: dict[str, Handler] = {
    "plan_visit": _plan_visit,
    "record_contact": _record_contact,
    "report_danger": alarms.report_danger,
    "record_answer": alarms.record_answer,
    "start_drill": alarms.start_drill,
    "looked": _looked,
    "write_record": keeping.write,
    "rebase": _rebase,
    "take_duty": duty.take_duty,
}
