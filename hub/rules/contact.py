"""What people do who have spoken with her: confirm arrival, departure and home, record contact.

Rule: only another person, by name, and only speech counts: a message left is none (HM-3.1, HM-3.5).
A recorded contact ends the procedure's own alarms that it answers, and never one that is newer than
the contact or that was raised by a press of danger (P3).
"""

from hub.policy.model import Terms
from hub.rules.attempts import attempt_of
from hub.rules.changes import changed, having, marked, moved, noted, refused, tried
from hub.rules.claims import NO_PRESS
from hub.rules.effects import Decision, ResolveAlarms
from hub.rules.entries import closes_at_departure, is_day, is_home_visit
from hub.rules.gates import by_another, number
from hub.rules.model import Attempt, Event, Mark, Part, Visit
from hub.rules.phases import BEFORE_ARRIVAL, ENDED
from hub.rules.scene import left_alone
from hub.rules.timing import answered_sources, source_of

# Alarm kinds that end when another person has spoken with her, act by act.
BY_CONTACT = frozenset(
    {"call_back_due", "finish_missed", "manager_now", "no_arrival", "beat_lost", "unattended",
     "check_in_missed"}
)  # fmt: skip
# Of these no timer is the source: a person has spoken with her about what her pendant cannot say.
OF_HER_PENDANT = ("beat_lost", "last_gasp", "pendant_expired")
BY_ARRIVAL = BY_CONTACT | {"arrival_unconfirmed", "no_tracker"}
BY_DEPARTURE = BY_ARRIVAL | {"departure_unconfirmed", "concern_at_door", "no_answer"}
BY_HOME = BY_DEPARTURE | {"home_unconfirmed"}


# What she does then, told to a person -> the letter it earns (SU-board, HM-6.1).
THEN_TOLD = {"home": "not_returning", "base": "returning"}
IN_TIME_MS = 15 * 60_000  # contact so soon before an agreed check-in is the check-in (ours)
MAX_AHEAD_MS = 24 * 3_600_000  # a later end is another visit


def text(event: Event, key: str) -> str:
    return str(event.data.get(key, "")).strip()


def answers(
    terms: Terms, visit: Visit, part: Part, event: Event, kinds: frozenset[str], outcome: str
) -> tuple[ResolveAlarms, ...]:
    """The effect that ends what this act answers: nothing newer than the act itself (P4)."""
    # An arrival call that is entered twice answers no call-back; her departure does.
    early = "" if "departure_unconfirmed" in kinds else too_early(terms, part, event.at_ms)
    sources = answered_sources(terms, visit, part, kinds, event.at_ms, unless=early)
    if "beat_lost" in kinds:
        sources += tuple([source_of(visit.id, part.worker, each) for each in OF_HER_PENDANT])
    return (ResolveAlarms(sources, event.by, outcome),)


def too_early(terms: Terms, part: Part, at_ms: int) -> str:
    """ "called_back" when a contact now is taken for the arrival call, entered once more (ours)."""
    confirmed_ms = part.anchors.get("confirmed", at_ms - terms.call_back_wait_ms)
    return "called_back" if at_ms < confirmed_ms + terms.call_back_wait_ms else ""


def spoke(event: Event, means: str, note: str = "") -> Attempt:
    return Attempt(event.at_ms, event.by, means or "work-mobile", True, note, "spoke")


def record_contact(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    attempt, why = attempt_of(event)
    if why:
        return refused(visit, why, ("HM-3.1", "HM-3.5"))
    if not attempt.reached:
        latest_ms = max(part.anchors.get("attempt", event.at_ms), event.at_ms)
        new = having(part, attempts=tried(part, attempt), anchors=moved(part, attempt=latest_ms))
        how = f"{attempt.means or 'unnamed means'}{f', {attempt.result}' if attempt.result else ''}"
        said = f"not reached by {how}: try the next line (HM-3.6)"
        return changed(visit, part, new, said, ("HM-3.6",))
    new = reached_part(terms, visit, part, event, attempt)
    earned = "called_back" in new.anchors and "called_back" not in part.anchors
    said = "spoken with her" + (": the call-back is done" if earned else "")
    if new.phase == "inside" and too_early(terms, part, event.at_ms):
        said += ", as she was let in: it is no call-back"
    effects = answers(terms, visit, part, event, BY_CONTACT, said)
    return changed(visit, part, new, said, ("HM-4.2.3",) if earned else (), effects)


def spoken(part: Part, at_ms: int, arriving: bool = False) -> dict[str, int]:
    """Her moments after another person has spoken with her: failed attempts count no more. The call
    at the door is no check-in, however soon that was agreed for: it says nothing of inside."""
    anchors = {name: ms for name, ms in part.anchors.items() if name != "attempt"}
    anchors["contact"] = max(anchors.get("contact", at_ms), at_ms)
    if not arriving and 0 < anchors.get("check_in", at_ms) - at_ms <= IN_TIME_MS:
        anchors["check_in"] = at_ms  # she has checked in, a little early
    return anchors


def reached_part(terms: Terms, visit: Visit, part: Part, event: Event, attempt: Attempt) -> Part:
    """The part after another person has spoken with her at `event.at_ms`."""
    at_ms = event.at_ms
    anchors = spoken(part, at_ms)
    waits = part.phase in BEFORE_ARRIVAL or is_day(visit)
    if waits and at_ms >= anchors.get("planned_start", at_ms):
        anchors["awaited"] = max(anchors.get("awaited", at_ms), at_ms)
    marks = part.marks
    if part.phase in ("inside", "leaving") and at_ms >= anchors.get("confirmed", at_ms):
        if not too_early(terms, part, at_ms):
            if visit.level in terms.called_back_levels and "called_back" not in anchors:
                # HM-4.2.3: the T. Spoken with after she was let in, whichever of the two rang.
                anchors["called_back"] = at_ms
                marks = marked(part, terms.letter_for.get("call_back", ""), at_ms, event.by)
            anchors["call_back"] = max(anchors.get("call_back", at_ms), at_ms)
        if at_ms >= anchors.get("finish", at_ms + 1):
            anchors["overrun"] = max(anchors.get("overrun", at_ms), at_ms)
    return having(part, anchors=anchors, marks=marks, attempts=tried(part, attempt), prompt="")


def confirm_arrival(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    """HM-3.1: she is let in by a person who has spoken with her and read place and name back."""
    if part.phase not in BEFORE_ARRIVAL and part.phase != "at-door":
        said = f"Her arrival cannot be confirmed: this part is {part.phase} already."
        return refused(visit, said)
    end_ms = number(event.data, "end_ms")
    if end_ms and (why := not_ahead(end_ms, event.at_ms)):
        return refused(visit, why, ("HM-3.4",))
    place, name = text(event, "place"), text(event, "name")
    arrivals = [claim.identity for claim in part.claims if "arrived" in (claim.kind, claim.felt)]
    at_ms = event.at_ms
    anchors = spoken(part, at_ms, arriving=True) | {
        "arrival_call": at_ms,
        "arrival": min(part.anchors.get("arrival", at_ms), at_ms),
        "confirmed": at_ms,
    }
    if end_ms:
        anchors["finish"] = end_ms
    elif at_ms >= anchors.get("finish", at_ms + 1):
        # Let in after she meant to be done, and no new end agreed: she is asked about soon.
        anchors["overrun"] = at_ms
    anchors |= back_at(event)
    contact = text(event, "departure_contact") or visit.tracker
    new = having(
        part,
        phase="inside",
        anchors=anchors,
        go_in=(arrivals[-1] if arrivals else "") or NO_PRESS,
        marks=arrived_marks(terms, visit, part, event),
        claims=tuple(claim for claim in part.claims if claim.kind != "arrived"),
        attempts=(spoke(event, text(event, "means"), f"read back: {place}, {name}"),),
        departure_contact=contact,
        prompt="",
    )
    # HM-3.3 calls the person agreed for the departure her tracker.
    tracked = having(visit, tracker=visit.tracker or contact)
    said = "arrival confirmed by a person: she may go in"
    effects = answers(terms, visit, part, event, BY_ARRIVAL, said)
    return changed(tracked, part, new, said, ("HM-3.1", "HM-3.2"), effects)


def not_ahead(end_ms: int, at_ms: int) -> str:
    """Why this cannot be an end that is agreed now, or ""."""
    if end_ms <= at_ms:
        return "The new end must lie ahead."
    return "The new end must be within a day." if end_ms - at_ms > MAX_AHEAD_MS else ""


def back_at(event: Event) -> dict[str, int]:
    """When she said she would be back or home, if she did and it lies ahead (LF-notify)."""
    back_ms = number(event.data, "expected_back_ms")
    ahead = event.at_ms < back_ms <= event.at_ms + MAX_AHEAD_MS
    return {"expected_back": back_ms} if ahead else {}


def arrived_marks(terms: Terms, visit: Visit, part: Part, event: Event) -> tuple[Mark, ...]:
    """A, and HV where the place is a client's home (SU-board)."""
    if is_home_visit(visit):
        letter = terms.letter_for.get("home_visit", "")
        part = having(part, marks=marked(part, letter, event.at_ms, event.by))
    return marked(part, terms.letter_for.get("confirm_arrival", ""), event.at_ms, event.by)


def confirm_departure(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    """HM-3.5, HM-6.1: spoken, then the letter D, and NR if she does not return."""
    if part.phase in BEFORE_ARRIVAL:
        return refused(visit, "She has not arrived: cancel the visit instead.")
    if part.phase in ("going-home", "to-base"):
        return refused(visit, "Her departure is confirmed already.")
    if event.at_ms < part.anchors.get("confirmed", -1):
        return refused(visit, "This is older than her going in: speak with her now.")
    then = text(event, "then") or visit.then
    after = terms.after_then.get(then)
    if after is None:
        return refused(visit, f"Say what she does then: {', '.join(terms.after_then)}.")
    marks = marked(part, terms.letter_for.get("confirm_departure", ""), event.at_ms, event.by)
    new = having(part, marks=marks)
    ends = closes_at_departure(visit, then)
    if (told := THEN_TOLD.get(then)) and not ends:
        letter = terms.letter_for.get(told, "")
        new = having(new, marks=marked(new, letter, event.at_ms, event.by))
    alone, left = left_alone(terms, visit, part, event)
    new = having(
        new,
        phase="closed" if ends else after.phase,
        anchors={**spoken(part, event.at_ms), "departed": event.at_ms, **alone, **back_at(event)},
        claims=tuple(claim for claim in part.claims if claim.kind == "home_safe"),
        attempts=(spoke(event, text(event, "means")),),
        call_every_ms=0,
        prompt="",
    )
    said = "departure confirmed by a person" + (": not returning" if then == "home" else "")
    effects = (*left, *answers(terms, visit, part, event, BY_DEPARTURE, said))
    clause = ("HM-3.5", "HM-6.1") if then == "home" else ("HM-3.5",)
    return changed(visit, part, new, said, clause, effects)


def confirm_home(terms: Terms, visit: Visit, part: Part, event: Event) -> Decision:
    """Home or back at base, seen or spoken with: the end of this part."""
    if part.phase in BEFORE_ARRIVAL or part.phase == "at-door":
        said = f"She is {part.phase}: cancel before arrival, confirm the departure after it."
        return refused(visit, said)
    if text(event, "means") == "answerphone":
        return refused(visit, "A message left is no contact: speak with her, or see her.")
    newest = max(part.anchors.get("confirmed", -1), part.anchors.get("departed", -1))
    if event.at_ms < newest:
        return refused(visit, "This is older than her visit: speak with her now.")
    marks = part.marks
    if "departed" not in part.anchors:
        letter = terms.letter_for.get("confirm_departure", "")
        marks = marked(part, letter, event.at_ms, event.by)
    new = having(
        part,
        phase="closed",
        marks=marks,
        anchors=spoken(part, event.at_ms),
        claims=(),
        attempts=(spoke(event, text(event, "means")),),
        prompt="",
    )
    said = "known to be safe: closed by a person"
    effects = answers(terms, visit, part, event, BY_HOME, said)
    return changed(visit, part, new, said, (), effects)


def contact_elsewhere(terms: Terms, visit: Visit, event: Event) -> Decision:
    """Spoken with about another entry of hers: her day knows that she is well (DC-interval)."""
    part = visit.part(event.worker)
    if part is None or part.phase in ENDED or not is_day(visit):
        return noted(visit, "spoken with elsewhere: recorded, it changes nothing here")
    if by_another(event.by, [each.worker for each in visit.parts]):
        return noted(visit, "spoken with elsewhere, by nobody else: recorded, it is no contact")
    new = reached_part(terms, visit, part, event, spoke(event, text(event, "means")))
    said = "spoken with her about another entry of hers"
    effects = answers(terms, visit, part, event, BY_CONTACT, said)
    return changed(visit, part, new, said, effects=effects)
