"""What people ask for: checked, decided by the rules, answered after the commit.

Rules: every command is by somebody whom the hub knows; a refusal is logged as an act is, with the
reason and what to do; a command given to an older state of things is told so, unless it makes
somebody safer. What belongs to the directory (people, clients, pendants) is in engine/admin.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from hub.engine import admin, decide
from hub.engine.directory import directory_of
from hub.engine.routing import route
from hub.engine.turn import NOTE, PLAN, Turn
from hub.inbox import Answer, Command
from hub.rules import form
from hub.rules import visit as visit_rules
from hub.rules.effects import Decision
from hub.rules.kinds import COMMANDS
from hub.rules.model import Event, Value, Visit
from protocol.record import MAX_INT

MAX_TEXT = 2_000  # of one value; a note, not a report
MAX_VALUES = 40
OF_ALARM = frozenset({"acknowledge", "resolve"})
# Given on an old page they still hold: they watch more closely, or record what was done.
ALWAYS_TIMELY = frozenset(
    {"abandon", "refuse_entry", "report_danger", "record_contact", "acknowledge", "name_tracker"}
)
Handler = Callable[[Turn, Command], Answer]


def take(turn: Turn, command: Command) -> None:
    """One command; the answer goes out after the commit."""
    answer = _refusal(turn, command) or _handler(command.kind)(turn, command)
    if command.reply is not None:
        turn.after.replies.append((command.reply, answer))


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
        if isinstance(value, str) and len(value) > MAX_TEXT:
            return f"{name} is longer than {MAX_TEXT} characters."
        if isinstance(value, int) and not -MAX_INT <= value <= MAX_INT:
            return f"{name} is no number of ours."
    return ""


def _handler(kind: str) -> Handler:
    if kind in admin.KINDS:
        return admin.take
    if kind in OF_ALARM:
        return _of_alarm
    return _BY_KIND.get(kind, _of_visit)


def _event(turn: Turn, command: Command, **named: str) -> Event:
    facts = {key: value for key, value in command.data.items() if key not in ("visit", "worker")}
    return Event(command.kind, turn.now_ms, by=command.by, data=facts, **named)


def _text(command: Command, key: str) -> str:
    return str(command.data.get(key, "")).strip()


def _answer(decision: Decision, name: str = "") -> Answer:
    if decision.refused:
        return Answer(False, decision.refused, name, decision.clause)
    return Answer(True, decision.reason, name, decision.clause)


def _stale(command: Command, version: int) -> Answer | None:
    if command.version is None or command.version >= version or command.kind in ALWAYS_TIMELY:
        return None
    return Answer(False, "It has changed since you looked: look at it again, then decide.")


def _of_visit(turn: Turn, command: Command) -> Answer:
    visit = turn.visit(_text(command, "visit"))
    if visit is None:
        return Answer(False, f"There is no visit {_text(command, 'visit')[:40]!r}.")
    if (stale := _stale(command, visit.version)) is not None:
        return stale
    worker = _text(command, "worker") or (visit.parts[0].worker if len(visit.parts) == 1 else "")
    event = _event(turn, command, visit=visit.id, worker=worker)
    if command.kind == "name_tracker" and not _is_active(turn, _text(command, "tracker")):
        return _answer(_logged_refusal(turn, event, visit, "The tracker must be a known person."))
    contact = _text(command, "departure_contact")
    if contact and not _is_active(turn, contact):
        # HM-3.3: a named person; pages about her departure go there.
        said = "Whom she speaks to when she leaves must be a known person."
        return _answer(_logged_refusal(turn, event, visit, said))
    return _answer(decide.visit_event(turn, event, visit), visit.id)


def _is_active(turn: Turn, person: str) -> bool:
    known = turn.state.people.get(person)
    return known is not None and known.active


def _logged_refusal(turn: Turn, event: Event, visit: Visit, why: str) -> Decision:
    decision = Decision(visit=visit, refused=why, reason=why)
    turn.record_visit(event, decision, visit, {"rule": NOTE, "event": form.dump(event)})
    return decision


def _of_alarm(turn: Turn, command: Command) -> Answer:
    alarm = turn.state.alarm(_text(command, "alarm"))
    if alarm is None:
        return Answer(False, f"There is no alarm {_text(command, 'alarm')[:40]!r}.")
    if (stale := _stale(command, alarm.version)) is not None:
        return stale
    event = _event(turn, command, visit=alarm.visit, worker=alarm.worker)
    event = replace(event, pendant=alarm.pendant)
    return _answer(decide.alarm_event(turn, event, alarm), alarm.id)


def _record_contact(turn: Turn, command: Command) -> Answer:
    """On an alarm, on a visit, or on both at once: one call counts wherever it was about."""
    answers = []
    if _text(command, "alarm"):
        answers.append(_of_alarm(turn, command))
    if _text(command, "visit"):
        answers.append(_of_visit(turn, command))
    if not answers:
        return Answer(False, "Say for which visit or alarm the call was.")
    return next((answer for answer in answers if not answer.ok), answers[0])


def _plan_visit(turn: Turn, command: Command) -> Answer:
    visit_id = turn.ids.visit()
    directory = directory_of(turn.state, command.data)
    event = _event(turn, command)
    decision = visit_rules.plan(turn.policy, event, visit_id, turn.now_ms, directory)
    given = {"rule": PLAN, "event": form.dump(event), "id": visit_id, "terms": turn.policy.terms_id,
             "directory": directory.seen}  # fmt: skip
    turn.record_visit(replace(event, visit=visit_id), decision, None, given)
    decide.effects(turn, decision, turn.policy, decision.visit, command.by)
    return _answer(decision, "" if decision.refused else visit_id)


def _report_danger(turn: Turn, command: Command) -> Answer:
    """Of a visit, or of a worker wherever she is: never refused for want of either (HM-7.3)."""
    worker = _text(command, "worker")
    visit = turn.visit(_text(command, "visit"))
    if visit is None and worker:
        visit = route(turn, worker).visit
    event = _event(turn, command, visit="" if visit is None else visit.id, worker=worker)
    if visit is not None:
        return _answer(decide.visit_event(turn, event, visit), visit.id)
    return _answer(decide.off_visit(turn, event))


def _looked(turn: Turn, command: Command) -> Answer:
    """P8: each look at personal facts is on the record."""
    event = _event(turn, command, visit=_text(command, "visit"))
    turn.note("looked", "looked at personal details", event)
    return Answer(True, "recorded")


_BY_KIND: dict[str, Handler] = {
    "plan_visit": _plan_visit,
    "record_contact": _record_contact,
    "report_danger": _report_danger,
    "looked": _looked,
    "take_duty": admin.take_duty,
}
