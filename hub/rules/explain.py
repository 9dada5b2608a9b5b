"""One function per kind that says it in a sentence a tired person understands.

The board, pages, the log's view, the simulator and failing tests all say it in these words. Rule:
no name comes from here; whoever calls puts names for ids. A kind without a function of its own is
an error of ours that tests find, never a raise: it is said with its meaning from rules/kinds.py.
"""

from collections.abc import Callable

from hub.rules.kinds import ALARM_KINDS, COMMANDS, HUB_EVENTS, PENDANT_EVENTS

Words = dict[str, str]
MEANS = {
    "work-mobile": "on her work mobile",
    "own-mobile": "on her own mobile",
    "client-landline": "on the client's landline",
    "client-mobile": "on the client's mobile",
    "office": "at the office",
    "in-person": "in person",
    "direct-line": "on a direct line",
    "answerphone": "by a message, which is no contact",
}


DEFAULTS = {
    "worker": "The worker",
    "by": "Somebody",
    "client": "the client",
    "area": "the area",
    "tracker": "the tracker",
    "place": "the place",
}


class _Said(dict[str, str]):
    """Missing words have a plain default, so that a sentence never fails."""

    def __missing__(self, key: str) -> str:
        return DEFAULTS.get(key, "…")


def _plain(template: str) -> Callable[[Words], str]:
    return lambda words: template.format_map(_Said(words))


def _tail(words: Words, key: str, before: str) -> str:
    return f"{before}{words[key]}" if words.get(key) else ""


def _record_contact(words: Words) -> str:
    means = MEANS.get(words.get("means", ""), "")
    spoke = "spoke with" if words.get("reached") in ("true", "True", "1") else "did not reach"
    said = _Said(words)
    return f"{said['by']} {spoke} {said['worker']}{' ' + means if means else ''}."


def _confirm_arrival(words: Words) -> str:
    said = _Said(words)
    read = f", reading back {words['place']}" if words.get("place") else ""
    return f"{said['by']} spoke with {said['worker']}{read}: she may go in."


def _confirm_departure(words: Words) -> str:
    said = _Said(words)
    then = {"home": " She is not returning.", "base": " She returns to base."}
    what = then.get(words.get("then", ""), "")
    return f"{said['by']} spoke with {said['worker']}: she has left.{what}"


def _carry_on(words: Words) -> str:
    said = _Said(words)
    return f"{said['by']} agreed calls every {said['every_min']} minutes with {said['worker']}."


def _resolve(words: Words) -> str:
    said = _Said(words)
    how = "spoke with her: " if words.get("spoke") in ("true", "True", "1") else ""
    return f"{said['by']} ended the alarm: {how}{said['outcome']}{_tail(words, 'note', ', ')}."


def _report_danger(words: Words) -> str:
    said = _Said(words)
    how = {
        "coded-phrase": "heard the coded phrase from",
        "family": "was called by the family of",
        "call": "was told by telephone of danger to",
    }
    return f"{said['by']} {how.get(words.get('how', ''), 'reported danger to')} {said['worker']}."


def _check_risk(words: Words) -> str:
    said, found = _Said(words), words.get("found", "")
    what = found.replace("_", " ").replace(",", ", ") or "nothing recorded"
    return f"{said['by']} looked the client's risks up: {what}. No flag does not mean safe."


def _reschedule(words: Words) -> str:
    said = _Said(words)
    start = words.get("start")
    when = f" to {start}" if start else ""
    return f"{said['by']} moved the visit{when}{_tail(words, 'note', ': ')}."


def _do_task(words: Words) -> str:
    said = _Said(words)
    what = words.get("what", "") or "a step of the procedure"
    return f"{said['by']} did it: {what.rstrip('.')}{_tail(words, 'note', ', ')}."


def _waive_task(words: Words) -> str:
    said = _Said(words)
    what = _tail(words, "what", ": ").rstrip(".")
    return f"{said['by']} recorded that a step is not needed{what}{_tail(words, 'note', ', ')}."


def _record_answer(words: Words) -> str:
    heard = {
        "yes": "yes",
        "no": "no, which clears nothing",
        "silence": "silence, which clears nothing",
        "phrase": "the phrase",
        "other": "something else, which clears nothing",
    }
    answer = heard.get(words.get("answer", ""), "an answer")
    return f"{_Said(words)['by']} recorded what {_Said(words)['worker']} answered: {answer}."


def _booted(words: Words) -> str:
    return f"The pendant of {_Said(words)['worker']} started{_tail(words, 'cause', ': ')}."


def _carry_on_asked(words: Words) -> str:
    said = _Said(words)
    return f"{said['worker']} asks for {words.get('minutes', 'some')} minutes more."


def _due(words: Words) -> str:
    return words.get("say") or f"{_Said(words)['timer']} fell due."


def _hub_restarted(words: Words) -> str:
    said = _Said(words)
    return f"The hub was blind from {said['blind_from']} to {said['blind_until']}."


SAYS: dict[str, Callable[[Words], str]] = {
    # what a pendant said
    "booted": _booted,
    "started_out": _plain("{worker} set out."),
    "arrived": _plain("{worker} says she is at the door. She waits for a person."),
    "not_going_in": _plain("{worker} has a concern at the door and does not go in."),
    "departed": _plain("{worker} says she has left. A person must speak with her."),
    "ok": _plain("{worker} says she is well."),
    "carry_on_asked": _carry_on_asked,
    "no_answer": _plain("{worker}: nobody answers, or there is no way in."),
    "home_safe": _plain("{worker} says she is home. A person must speak with her."),
    "replied": _plain("{worker} answered the question on her pendant."),
    "late_reply": _plain("{worker} answered a question that is no longer asked: ask her."),
    "sos_pressed": _plain("{worker} pressed SOS."),
    "sos_aborted": _plain("{worker} held SOS and let go: speak with her."),
    "duress": _plain("{worker} gave the silent sign of duress. Do not ring her or the client."),
    "duress_suspected": _plain("{worker} perhaps gave the silent sign of duress. Do not ring her."),
    "felt_as_a_short": _plain("The silent sign of {worker}, felt by her as A short."),
    "last_gasp": _plain("The battery of {worker}'s pendant ended."),
    "touched": _plain("{worker} touched her pendant to know that it works."),
    # what a procedure tells people about, besides its alarms
    "cancelled": _plain("The visit of {worker} was cancelled: nobody needs to wait for her."),
    "rescheduled": _plain("The visit of {worker} was moved to another time: look at it."),
    "lone_work_entered": _plain("{worker} goes alone: who, where and until when is entered."),
    "next_attempt": _plain("{worker} was not reached: try her next line."),
    "pendant_not_ready": _plain("The pendant of {worker} is low, silent or not there."),
    "risk_check_asked": _plain("The risks of the client must be looked up for {worker}."),
    "coverage_poor": _plain(
        "Coverage is expected to be poor where {worker} goes: agree now when the visit ends."
    ),
    "tracking_not_agreed": _plain("{worker} and {tracker} have not yet spoken about the visit."),
    # what people did
    "plan_visit": _plain("{by} planned a visit of {worker} in {area}."),
    "start_out": _plain("{by} was told that {worker} set out."),
    "confirm_arrival": _confirm_arrival,
    "refuse_entry": _plain("{by} told {worker} not to go in."),
    "record_contact": _record_contact,
    "stand_down": _plain("{by} stood the call-backs down. Finish and departure stay."),
    "carry_on": _carry_on,
    "abandon": _plain("{by} recorded that {worker} breaks the visit off."),
    "extend": _plain("{by} agreed a new end with {worker}: {end}."),
    "confirm_departure": _confirm_departure,
    "confirm_home": _plain("{by} knows that {worker} is safe: her part is closed."),
    "cancel": _plain("{by} cancelled the visit before arrival."),
    "name_tracker": _plain("{by} named {tracker} as tracker."),
    "set_coverage": _plain("{by} recorded the coverage as {coverage}."),
    "acknowledge": _plain("{by} has the alarm."),
    "resolve": _resolve,
    "report_danger": _report_danger,
    "take_duty": _plain("{by} changed who is on duty as {role}."),
    "agree_tracking": _plain("{by} and {worker} have spoken: {tracker} tracks the visit."),
    "check_risk": _check_risk,
    "reschedule": _reschedule,
    "relief_came": _plain("{by} knows that the relief has come: nobody is left alone."),
    "report_signs": _plain("{by} was told of signs of forced entry. Nobody goes in alone."),
    "rebase": _plain("{by} decided that the visit goes on by today's procedure."),
    "do_task": _do_task,
    "waive_task": _waive_task,
    "choose_case": _plain("{by} chose which case it is: {case}."),
    "record_answer": _record_answer,
    "start_drill": _plain("{by} started a drill. Nobody is in danger."),
    "write_record": _plain("{by} wrote in the register {kind}: {verb}."),
    # the clock and the hub
    "review_began": _plain("A duty of the calendar has a new period."),
    "review_ended": _plain("A duty of the calendar is no longer one of the procedure's."),
    "procedure_changed": _plain("What falls due here is told anew by the procedure of today."),
    "incident_since": _plain("After an incident the assessment is to be looked at again."),
    "holder_left": _plain("Who has it no longer works here: it is to be given back."),
    "record_told": _plain("Something was written down that you are told at once."),
    "contact_elsewhere": _plain("{worker} was spoken with about another entry of hers."),
    "due": _due,
    "handed_out": _plain("A page to {person} was handed to the provider."),
    "page_failed": _plain("A page to {person} could not be handed to any provider."),
    "beat_lost": _plain("No signal from the pendant of {worker}, where there should be one."),
    "beat_returned": _plain("The pendant of {worker} is heard again. That ends no alarm."),
    "unknown_open_press": _plain("{worker}'s pendant holds an alarm that the hub did not know."),
    "hub_restarted": _hub_restarted,
    "clock_jumped": _plain("The hub's clock jumped: every time on the board is in doubt."),
    # alarms
    "sos": _plain("SOS from {worker}. Reach her now."),
    "coded_danger": _plain("{worker} said the coded phrase. She is in danger: do not ring back."),
    "unverified_sos": _plain("An SOS, claimed to be from {pendant}, that could not be verified."),
    "identity_conflict": _plain("Two messages under one identity from {pendant}: look at it."),
    "manager_now": _plain("Nobody has reached {worker}. You decide what is done now."),
    "family_worried": _plain("The family of {worker} is worried. You decide what is done now."),
    "no_tracker": _plain("Nobody tracks {worker}: no tracker, no visit."),
    "no_arrival": _plain("{worker} has not arrived in {area}."),
    "arrival_unconfirmed": _plain("{worker} waits at the door in {area}. Speak with her now."),
    "call_back_due": _plain("Call {worker} back now."),
    "finish_missed": _plain("{worker} should have finished. Contact her for an update."),
    "departure_unconfirmed": _plain("{worker} should be away. Speak with her."),
    "home_unconfirmed": _plain("{worker} is not known to be back. Speak with her."),
    "concern_at_door": _plain("{worker} has a concern at the door in {area}. Speak with her."),
    "check_in_missed": _plain("No word from {worker} at the agreed time. Contact her."),
    "relief_late": _plain("The relief of {worker} is late. Contact the manager or on-call."),
    "left_alone": _plain("{worker} leaves. Somebody who must not be left may be alone."),
    "forced_entry": _plain("Signs of forced entry told by {worker}. Nobody goes in alone."),
    "key_gone": _plain("A key is lost or stolen. Act on it now."),
    "incident_told": _plain("An incident was recorded that you must know of at once."),
    "record_due": _plain("Something written down has fallen due. Look at it."),
    "drill": _plain("A DRILL: nobody is in danger. Answer it as if it were real."),
    "battery_ended": _plain("The battery of {worker}'s pendant has ended. Ask how she is reached."),
    "pendant_taken": _plain("{worker} is out, and her pendant was taken from her. Speak with her."),
    "pendant_expired": _plain("{worker} goes with a pendant past its date. Give her another."),
    "unplanned": _plain("A press of {worker} fits no visit. Ask her what she meant."),
    "unattended": _plain("Nothing watches the visit of {worker} any more. Look at it."),
    "nobody_on_duty": _plain("Nobody is on duty as {role}. Somebody must take it."),
    "hub_blind": _plain("The hub was blind while visits were open. Ask every worker."),
}


def says(kind: str) -> bool:
    """Whether there is a sentence of its own for it."""
    return any(kind in each for each in (SAYS, COMMANDS, PENDANT_EVENTS, HUB_EVENTS, ALARM_KINDS))


def sentence(kind: str, /, **words: object) -> str:
    """What happened. Words that are not given have a plain default; names are the caller's."""
    said = SAYS.get(kind)
    if said is not None:
        return said({key: str(value) for key, value in words.items()})
    meaning = COMMANDS.get(kind) or PENDANT_EVENTS.get(kind) or HUB_EVENTS.get(kind)
    if kind in ALARM_KINDS:
        meaning = ALARM_KINDS[kind][1]
    return f"{meaning or kind.replace('_', ' ')}."
