"""The words of policy files as people say them: moments, facts, acts, spans. hub/policy/show.py
makes its sentences of them.

Rule: every word that a policy file may use has a saying here (a test holds it), so that no anchor,
fact or id ever reaches a reader.
"""

from hub.policy.words import ANCHORS, CONTACT_KINDS
from hub.rules.facts import LIVE_FACTS, PART_FACTS, PLAN_FACTS
from hub.rules.kinds import COMMANDS

# (how it follows "20 minutes after", how it is said when there is no wait)
MOMENTS = {
    "planned_start": ("the planned start", "At the planned start"),
    "awaited": ("the planned start, or the last word from her after it", "At the planned start"),
    "started_out": ("she set out", "As soon as she sets out"),
    "arrival_claim": ("she pressed at the door", "As soon as she presses that she is at the door"),
    "arrival_call": ("a person confirmed her arrival", "As soon as her arrival is confirmed"),
    "arrival": ("her arrival (her press or her call, whichever was first)", "On her arrival"),
    "confirmed": ("she was let in", "As soon as she is let in"),
    "contact": ("a person last spoke with her", "As soon as a person has spoken with her"),
    "called_back": ("the first call-back", "As soon as the first call-back is done"),
    "call_back": ("the last call-back", "As soon as a call-back is done"),
    "check_in": ("the agreed check-in time", "At the agreed check-in time"),
    "finish": ("her expected finish", "At her expected finish"),
    "agreed_end": ("the end that was agreed", "At the end that was agreed"),
    "overrun": (
        "she was spoken with past her finish, and gave no new one",
        "As soon as she is spoken with past her finish and gives no new one",
    ),
    "carry_on_claim": ("she asked for longer", "As soon as she asks for longer"),
    "no_answer": (
        "nobody answered the door, or she found no way in",
        "As soon as nobody answers the door, or she finds no way in",
    ),
    "concern": ("she had a concern at the door", "As soon as she has a concern at the door"),
    "broken_off": ("the visit was broken off", "As soon as the visit is broken off"),
    "departure_claim": (
        "she pressed that she has left",
        "As soon as she presses that she has left",
    ),
    "departed": ("she left, told to a person", "As soon as her leaving is told to a person"),
    "expected_back": (
        "the time at which she is expected back or home",
        "At the time at which she is expected back or home",
    ),
    "home_claim": ("she pressed that she is home", "As soon as she presses that she is home"),
    "entered": ("the entry was made", "As soon as the entry is made"),
    "attempt": (
        "the last attempt that did not reach her",
        "As soon as an attempt does not reach her",
    ),
    "relief_due": (
        "the time at which the relief is expected",
        "At the time at which the relief is expected",
    ),
    "left_alone": (
        "she left, and somebody who must not be left may be alone",
        "As soon as she leaves and somebody who must not be left may be alone",
    ),
    "signs": (
        "she reported signs of entry, or an alarm that rings",
        "As soon as she reports signs of entry, or an alarm that rings",
    ),
    "tracker_agreed": (
        "the tracker agreed to be there",
        "As soon as the tracker has agreed to be there",
    ),
    "unknown": ("the last that was known of her", "At the last that is known of her"),
}
# fact -> how it follows "if" and "unless"
FACTS = {
    "first_meeting": "she meets this client for the first time",
    "risk_flag": "a risk is flagged",
    "recent_violence": "there was recent violence, or threats",
    "concern": "she has a concern",
    "out_of_hours": "it is out of office hours",
    "after_dark": "it is after dark",
    "unplanned": "the visit was decided on while she was out",
    "out_all_day": "she is out most of the day",
    "on_site": "she is alone in the building",
    "opening_up": "she is the first to open the building",
    "office_meeting": "it is a meeting with a client in the office",
    "day_entry": "it is about her working day",
    "other_venue": "it is at another place than the client's home",
    "remote_tracker": "worker and tracker are not in the same office",
    "too_great_for_one": "the risk is too great for one",
    "must_not_be_left": "somebody there must not be left alone",
    "last_of_day": "it is her last visit of the day",
    "significant_risk": "a significant risk is not yet dealt with",
    "pairs_place": "the place calls for two",
    "no_recent_contact": "nobody has been in touch with this client lately",
    "pendant_not_ready": "her pendant is low, silent or missing",
    "battery_ended": "the battery of her pendant has ended",
    "relieved": "the relief has come",
    "signs_of_entry": "there are signs of entry",
    "risk_checked": "the risks were looked up for this visit and told to her",
    "poor_coverage": "coverage there is poor",
    "no_tracker": "nobody is named to track her",
    "call_backs_on": "call-backs have not been stood down",
    "carry_on": "further call-backs were agreed",
    "called_back": "the call-back is done",
    "contact": "a person has spoken with her since then",
    "then_home": "she goes straight home",
    "then_base": "she returns to base",
    "pair": "she is not alone",
    "tracker_agreed": "worker and tracker have agreed that the tracker is there",
}
# What has no saying of its own is told as rules/facts.py explains it.
MEANT = {**PLAN_FACTS, **PART_FACTS, **LIVE_FACTS}
# command -> how a gate, or a sentence that is shown with it, begins
ACTS = {
    "plan_visit": "Before a visit is entered",
    "agree_tracking": "When worker and tracker agree",
    "check_risk": "When the risks are looked up",
    "reschedule": "When a visit is moved",
    "relief_came": "When the relief has come",
    "report_signs": "When signs of entry are reported",
    "rebase": "To let a running visit go on by today's procedure",
    "start_out": "Before she sets out",
    "confirm_arrival": "Before she goes in",
    "refuse_entry": "When she is told not to go in",
    "record_contact": "When a call or an attempt is recorded",
    "record_answer": "When an answer of hers is recorded",
    "stand_down": "To end the call-backs",
    "carry_on": "To agree further call-backs",
    "abandon": "When a visit is broken off",
    "extend": "To agree a new finish",
    "confirm_departure": "When her leaving is recorded",
    "confirm_home": "When she is recorded as home or back",
    "cancel": "When a visit is cancelled",
    "name_tracker": "When a tracker is named",
    "set_coverage": "When the coverage is recorded",
    "acknowledge": "When somebody takes an alarm",
    "resolve": "Before an alarm is ended",
    "do_task": "When a duty is ticked off",
    "waive_task": "When a duty is waived",
    "choose_case": "When the case is chosen",
    "start_drill": "When a drill begins",
    "write_record": "When a record is written",
    "report_danger": "When danger is told",
    "take_duty": "Before a duty is laid down",
}
PHASES = {
    "planned": "before the visit",
    "on-the-way": "on the way",
    "at-door": "at the door",
    "inside": "inside",
    "broken-off": "after the visit was broken off",
    "leaving": "while she is leaving",
    "going-home": "on the way home",
    "to-base": "on the way back",
    "closed": "afterwards",
    "cancelled": "after it was cancelled",
}
# The phases that a moment speaks of by itself: a clock that runs in fewer, or in others, says so.
OF_MOMENT = {
    **dict.fromkeys(("planned_start", "awaited", "entered", "started_out"), ("planned",)),
    **dict.fromkeys(("arrival_claim", "no_answer"), ("at-door",)),
    **dict.fromkeys(("arrival", "confirmed", "called_back", "call_back"), ("inside", "leaving")),
    **dict.fromkeys(("finish", "agreed_end", "overrun", "carry_on_claim"), ("inside", "leaving")),
    **dict.fromkeys(("concern", "broken_off"), ("broken-off",)),
    "departure_claim": ("leaving",),
    **dict.fromkeys(("departed", "expected_back", "home_claim"), ("to-base", "going-home")),
    "started_out": ("on-the-way",),
}
MOST_PHASES = 5  # of more it is said nowhere: the clock runs nearly always
MEANS = {
    "work-mobile": "her work mobile",
    "own-mobile": "her own mobile",
    "client-landline": "the client's landline",
    "client-mobile": "the client's mobile",
    "office": "the office",
    "in-person": "in person",
    "direct-line": "her direct line",
    "answerphone": "a message",
}
# Alarms whose meaning in rules/kinds.py speaks with one procedure's words.
ALARMS = {
    "manager_now": "the manager is called in",
    "arrival_unconfirmed": "at the door, waiting for a person",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KINDS_OF_CONTACT = {kind: said.split(":")[0] for kind, said in CONTACT_KINDS.items()}


def act(command: str) -> str:
    """How a sentence about a command begins."""
    return ACTS.get(command) or f"When {COMMANDS[command].partition(' (')[0]}"


def counted(number: int, unit: str) -> str:
    """`1 minute`, `20 minutes`."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def span(ms: int) -> str:
    """A wait as people say it: `90 seconds`, `20 minutes`, `2 hours`, `1 hour 30 minutes`."""
    seconds = ms // 1000
    if seconds % 60:
        return counted(seconds, "second")
    minutes = seconds // 60
    if minutes < 120 and minutes != 60:
        return counted(minutes, "minute")
    hours = counted(minutes // 60, "hour")
    return f"{hours} {counted(minutes % 60, 'minute')}" if minutes % 60 else hours


def moment(anchor: str, wait_ms: int, wait_agreed: bool = False) -> str:
    """`20 minutes after her arrival`, `At her expected finish`."""
    after, at_once = MOMENTS.get(anchor) or (ANCHORS[anchor], f"When {ANCHORS[anchor]}")
    if wait_agreed:
        more = f" and {span(wait_ms)}" if wait_ms else ""
        return f"The agreed interval{more} after {after}"
    if not wait_ms:
        return at_once
    said = f"{span(wait_ms)} after {after}"
    return said[0].upper() + said[1:]


def while_in(anchor: str, phases: tuple[str, ...]) -> str:
    """`on the way home`: where a clock runs, when its moment does not say it."""
    if len(phases) > MOST_PHASES or set(OF_MOMENT.get(anchor, tuple(PHASES))) <= set(phases):
        return ""
    return both([PHASES[phase] for phase in phases], "or")


def fact(name: str) -> str:
    """How a fact follows `if` or `unless`."""
    if name.startswith("rating:"):
        return f"the client is rated {name.removeprefix('rating:')}"
    return FACTS.get(name) or MEANT[name]


def both(words: list[str], last: str = "and") -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def every(said: str) -> str:
    """`every hour`, `every 5 minutes`."""
    return f"every {said.removeprefix('1 ')}"


def days_of(days: tuple[int, ...]) -> str:
    """`Monday to Friday`; days that do not follow one another by name."""
    names = [DAYS[day - 1] for day in days]
    in_a_row = len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1))
    return f"{names[0]} to {names[-1]}" if in_a_row else both(names)


def month_span(months: int, days: int) -> str:
    """`every 12 months`, `every 30 days`."""
    return counted(months, "month") if months else counted(days, "day")
