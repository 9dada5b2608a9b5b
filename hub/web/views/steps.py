"""What to do next about one worker's part of a visit: words, countdown, the one dark button.

Rule: the most urgent thing first: an alarm of the visit, then whoever stands at a door, then a
claim that nobody has confirmed, then the next deadline. A claim is never shown as a fact (P5).
"""

from dataclasses import dataclass

from hub.rules.model import Alarm, Deadline, Part, Visit
from hub.rules.phases import BEFORE_ARRIVAL
from hub.web.views import words
from hub.web.views.scene import Scene
from hub.web.views.times import MINUTE_MS

SOON_MS = 10 * MINUTE_MS  # "Coming up": time to put the kettle down
TRACKER_BY_MS = 60 * MINUTE_MS  # a visit without a tracker this close is somebody's job now


@dataclass(frozen=True, slots=True)
class Step:
    """`group`: act, coming, well, later, ended. `due_ms` counts down after `words`."""

    group: str
    words: str
    due_ms: int | None = None
    button: str = ""
    do: str = ""  # the command whose form the button opens
    note: str = ""
    since: bool = False  # due_ms is a moment that was: count up, not down
    then: str = ""  # what the procedure does by itself next …
    then_ms: int = 0  # … and when
    url: str = ""


# alarm kind -> what the button says; the name goes in {}
ALARM_BUTTONS = {
    "no_arrival": "Call {}",
    "arrival_unconfirmed": "Confirm arrival",
    "call_back_due": "Call {} now",
    "finish_missed": "Call {} now",
    "departure_unconfirmed": "Confirm departure",
    "home_unconfirmed": "Call {}",
    "beat_lost": "Call {}",
    "battery_ended": "Call {}",
    "pendant_expired": "Call {}",
    "no_answer": "Call {}",
    "concern_at_door": "Call {}",
    "manager_now": "Decide",
    "check_in_missed": "Call {} now",
    "relief_late": "Open: relief is late",
    "no_tracker": "Find a tracker",
}
# alarm kind -> the form that answers it; the others are dealt with on their own page
ALARM_FORMS = {
    "no_arrival": "record_contact",
    "call_back_due": "record_contact",
    "finish_missed": "record_contact",
    "beat_lost": "record_contact",
    "battery_ended": "record_contact",
    "pendant_expired": "record_contact",
    "check_in_missed": "record_contact",
    "no_answer": "record_contact",
    "concern_at_door": "record_contact",
    "arrival_unconfirmed": "confirm_arrival",
    "departure_unconfirmed": "confirm_departure",
    "home_unconfirmed": "confirm_home",
    "no_tracker": "name_tracker",
}
# These are about a deadline that has passed; the others began at a moment and go on.
OVERDUE = frozenset({"call_back_due", "finish_missed", "no_arrival", "check_in_missed"})

# what a timer raises -> (words while it runs, words when it is past)
TIMER_WORDS = {
    "no_arrival": ("arrives", "arrival"),
    "arrival_unconfirmed": ("waits at the door,", "waits at the door,"),
    "call_back_due": ("call-back", "call-back"),
    "finish_missed": ("finish", "finish"),
    "departure_unconfirmed": ("departure to confirm", "departure"),
    "home_unconfirmed": ("home", "home"),
    "check_in_missed": ("check-in", "check-in"),
    "relief_late": ("relief comes", "relief"),
    "left_alone": ("somebody may be alone", "somebody may be alone"),
    "manager_now": ("manager is told", "manager told"),
    "unattended": ("somebody looks", "somebody looks"),
}


def due_words(scene: Scene, timer: str, past: bool = False) -> str:
    """What a deadline is for, by what it raises; else the timer's own name."""
    known = scene.timer(timer)
    pair = TIMER_WORDS.get(known.kind) if known else None
    return pair[past] if pair else words.spoken(timer)


def next_step(scene: Scene, visit: Visit, part: Part) -> Step:
    """The one thing to show at the right of the row."""
    name = words.first_name(scene.person_name(part.worker))
    alarm = worst_alarm(scene, visit, part)
    if alarm is not None:
        return _for_alarm(scene, visit, part, alarm, name)
    if part.phase in ("closed", "cancelled"):
        return Step("ended", words.PHASES[part.phase].lower())
    due = next_deadline(scene, visit, part)
    late = due is not None and due.due_ms <= scene.now_ms
    if part.phase == "at-door" and not part.go_in:
        return Step("act", "waits at the door", button="Confirm arrival", do="confirm_arrival")
    if part.phase == "broken-off":
        return Step("act", "broken off", button="Confirm departure", do="confirm_departure")
    if part.phase == "leaving" and (due is None or late or has_claim(part, "departed")):
        return Step(
            "act", "has left, not confirmed", button="Confirm departure", do="confirm_departure"
        )
    if part.phase == "planned" and scene.needs_tracker(visit):
        near = visit.planned_start_ms - scene.now_ms <= TRACKER_BY_MS
        return Step("act" if near else "later", "needs a tracker", None, "Find one", "name_tracker")
    return _for_deadline(scene, visit, part, due)


def _for_deadline(scene: Scene, visit: Visit, part: Part, due: Deadline | None) -> Step:
    if due is None:
        group = "later" if part.phase == "planned" else "act"
        return Step(group, "no deadline: somebody looks", button="Look")
    left = due.due_ms - scene.now_ms
    said = due_words(scene, due.timer, past=left <= 0)
    if part.phase in BEFORE_ARRIVAL and left > 0:
        return _awaited(visit, part, visit.planned_start_ms - scene.now_ms)
    if left <= 0:
        button = f"Call {words.first_name(scene.person_name(part.worker))}"
        return Step("act", said, due.due_ms, button, "record_contact")
    agreed_ms = _agreed(scene, due)
    if agreed_ms > scene.now_ms:
        # What she has agreed to is what people wait for; what the procedure adds comes after it.
        return Step("coming" if agreed_ms - scene.now_ms <= SOON_MS else "well", said, agreed_ms)
    if agreed_ms:
        return Step("coming", f"past her {said}, she is called", due.due_ms)
    return Step("coming" if left <= SOON_MS else "well", said, due.due_ms)


def _agreed(scene: Scene, due: Deadline) -> int:
    """The moment that was agreed with her, where the procedure waits for a while after it."""
    timer = scene.timer(due.timer)
    waits = timer is not None and timer.wait_ms > 0 and timer.kind == "finish_missed"
    return due.anchor_ms if waits and timer is not None and timer.anchor == "finish" else 0


def _awaited(visit: Visit, part: Part, before_ms: int) -> Step:
    """She has not arrived and need not have: the countdown is to the planned start."""
    start_ms = visit.planned_start_ms
    if before_ms <= 0:
        return Step("coming", "arrival", start_ms)
    calm = "later" if part.phase == "planned" else "well"
    said = "starts" if part.phase == "planned" else "arrives"
    return Step("coming" if before_ms <= SOON_MS else calm, said, start_ms)


def _for_alarm(scene: Scene, visit: Visit, part: Part, alarm: Alarm, name: str) -> Step:
    """What is wrong, since when, who has it, and what the procedure does next by itself."""
    rank = words.alarm_rank(alarm.kind)
    overdue = alarm.kind in OVERDUE
    to_alarm = rank == 1 or alarm.silent or alarm.kind not in ALARM_FORMS
    manager_ms = _manager_told(scene, visit, part) if overdue else 0
    return Step(
        group="act",
        words=words.overdue(alarm.kind) if overdue else words.alarm_title(alarm.kind),
        due_ms=alarm.raised_ms,
        button=_alarm_button(alarm, name),
        do="" if to_alarm else ALARM_FORMS[alarm.kind],
        note=f"{scene.person_name(alarm.owner)} has it" if alarm.owner else "",
        since=not overdue,
        then="manager is told" if manager_ms else "",
        then_ms=manager_ms,
        url=f"/alarms/{alarm.id}" if to_alarm else "",
    )


def _alarm_button(alarm: Alarm, name: str) -> str:
    if alarm.silent:
        return "Open the alarm"
    return ALARM_BUTTONS.get(alarm.kind, "Open the alarm").format(name)


def _manager_told(scene: Scene, visit: Visit, part: Part) -> int:
    """When the procedure tells the duty manager, if nobody reaches her before; 0 = it does not."""
    due = [
        d.due_ms
        for d in scene.deadlines.get(visit.id, ())
        if d.worker in ("", part.worker)
        and (timer := scene.timer(d.timer)) is not None
        and timer.kind == "manager_now"
    ]
    return min(due, default=0)


def worst_alarm(scene: Scene, visit: Visit, part: Part) -> Alarm | None:
    """The visit's most urgent open alarm that concerns this worker."""
    mine = [
        alarm
        for alarm in scene.alarms
        if alarm.state != "resolved"
        and (
            (alarm.visit == visit.id and alarm.worker in ("", part.worker))
            # An SOS off a visit is still hers: it colours each of her open rows.
            or (not alarm.visit and alarm.worker == part.worker and part.phase != "planned")
        )
    ]
    return min(mine, key=_urgency, default=None)


def _urgency(alarm: Alarm) -> tuple[int, bool, int]:
    """A lost signal explains little: whatever else is wrong is told before it."""
    return words.alarm_rank(alarm.kind), alarm.kind == "beat_lost", alarm.raised_ms


def next_deadline(scene: Scene, visit: Visit, part: Part) -> Deadline | None:
    """The part's nearest deadline that people are called for; what is only said to her pendant
    comes last. A deadline without a worker is the whole visit's."""
    mine = [d for d in scene.deadlines.get(visit.id, ()) if d.worker in ("", part.worker)]
    return min(mine, key=lambda d: (_only_said(scene, d), d.due_ms), default=None)


def _only_said(scene: Scene, due: Deadline) -> bool:
    timer = scene.timer(due.timer)
    return timer is not None and timer.action != "raise"


def has_claim(part: Part, kind: str) -> bool:
    return any(claim.kind == kind for claim in part.claims)
