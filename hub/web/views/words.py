"""The words of states, timers, alarms and means: one place, so that a screen never calls one thing
by two names. Nothing here decides; a key without words is shown as it is rather than hidden."""

from hub.rules.kinds import ALARM_KINDS

PHASES = {
    "planned": "Planned",
    "on-the-way": "On the way",
    "at-door": "At the door",
    "inside": "Inside",
    "broken-off": "Broken off",
    "leaving": "Leaving",
    "going-home": "Going home",
    "to-base": "Back to base",
    "closed": "Ended",
    "cancelled": "Cancelled",
}

# Before the place, on the board; planned and inside go without saying.
PHASE_OF = {
    "on-the-way": "On the way to",
    "at-door": "At the door of",
    "broken-off": "Broken off at",
    "leaving": "Leaving",
    "going-home": "Going home from",
    "to-base": "Back to base from",
    "closed": "Ended:",
    "cancelled": "Cancelled:",
}

# What a press said; a person has not confirmed it yet (P5).
CLAIMS = {
    "started_out": "setting out",
    "arrived": "at the door",
    "departed": "I have left",
    "ok": "I am well",
    "carry_on_asked": "I need longer",
    "home_safe": "I am home",
    "replied": "I am well, answering the question",
    "not_going_in": "I am not going in",
    "no_answer": "nobody answers the door",
    "duress": "the silent sign of duress",
    "duress_suspected": "perhaps the silent sign of duress",
}

THEN = {"base": "then to base", "home": "then home", "next": "then to the next visit"}

ALARM_TITLES = {
    "sos": "SOS",
    "duress": "Silent duress",
    "coded_danger": "Coded phrase: danger",
    "unverified_sos": "SOS, not verified",
    "duress_suspected": "Perhaps silent duress",
    "sos_aborted": "SOS begun and let go",
    "identity_conflict": "Forged or broken pendant",
    "manager_now": "Manager: decide now",
    "family_worried": "The family is worried",
    "no_tracker": "No tracker",
    "no_arrival": "Not arrived",
    "arrival_unconfirmed": "At the door, waiting",
    "call_back_due": "Call-back not done",
    "finish_missed": "Not heard from at the finish",
    "departure_unconfirmed": "Departure not confirmed",
    "home_unconfirmed": "Not known to be home",
    "concern_at_door": "A concern at the door",
    "no_answer": "No answer at the door",
    "check_in_missed": "No word at the agreed time",
    "relief_late": "The relief is late",
    "left_alone": "Somebody may be left alone",
    "forced_entry": "Signs of forced entry",
    "key_gone": "A key is lost or stolen",
    "incident_told": "An incident was recorded",
    "record_due": "Written work is due",
    "drill": "DRILL",
    "beat_lost": "No signal",
    "battery_ended": "Her pendant's battery has ended",
    "pendant_taken": "Her pendant was taken from her",
    "pendant_expired": "Out with a pendant past its date",
    "unplanned": "A press without a visit",
    "unattended": "Nobody watches this visit",
    "nobody_on_duty": "Nobody on duty",
    "hub_blind": "The hub was blind",
    "clock_jumped": "The hub's clock jumped",
}

MEANS = {
    "work-mobile": "work mobile",
    "own-mobile": "own mobile",
    "client-landline": "client's landline",
    "client-mobile": "client's mobile",
    "office": "at the office",
    "in-person": "in person",
    "direct-line": "direct line",
    "answerphone": "answerphone (a message left)",
}

# How an attempt ended, in the list of tries and on the buttons that record it (RESULTS).
RESULTS = {
    "spoke": "spoke with her",
    "no-answer": "no answer",
    "answerphone": "answerphone, no contact",
    "unobtainable": "switched off or no signal",
    "somebody-else": "somebody else answered",
    "message": "message sent, no contact",
}
RESULT_BUTTONS = {
    "no-answer": "No answer",
    "answerphone": "Answerphone",
    "unobtainable": "Off or no signal",
    "somebody-else": "Somebody else",
    "message": "Sent a message",
}

KINDS = {
    "visit": "",
    "site": "Alone in the building",
    "meeting": "Meeting in the office",
    "day": "Out for the day",
}
# Where another kind of entry has another word for a phase.
KIND_PHASES = {
    ("site", "on-the-way"): "On the way to",
    ("site", "at-door"): "At the door of",
    ("site", "inside"): "Alone in",
    ("meeting", "inside"): "In a meeting,",
    ("day", "planned"): "Out:",
    ("day", "to-base"): "Out:",
    ("day", "going-home"): "Going home,",
}


def phase_of(kind: str, phase: str) -> str:
    """Before the place, on the board."""
    return KIND_PHASES.get((kind, phase), PHASE_OF.get(phase, ""))


def alarm_rank(kind: str) -> int:
    """1 is the most urgent. An unknown kind is as loud as the loudest."""
    return ALARM_KINDS[kind][0] if kind in ALARM_KINDS else 1


OVERDUE = {"call_back_due": "Call-back", "finish_missed": "Finish", "no_arrival": "Arrival",
           "check_in_missed": "Check-in"}  # fmt: skip


def overdue(kind: str) -> str:
    """Before "10 min late"."""
    return OVERDUE.get(kind, alarm_title(kind))


def alarm_title(kind: str) -> str:
    return ALARM_TITLES.get(kind, spoken(kind))


def spoken(key: str) -> str:
    """`duty_manager-now` -> `duty manager now`."""
    return key.replace("_", " ").replace("-", " ")


def first_name(name: str) -> str:
    """How a tired person calls her."""
    return name.split()[0] if name.split() else name


def together(names: list[str], last: str = "and") -> str:
    """Ben, Ruth and Dee."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
