"""What a gate may ask for: each requirement by its name, and how it is told.

Rule: a requirement looks only at the command, the visit and the directory it is given; what nobody
recorded does not hold. A policy lists the names (docs/policies.md); nothing here knows a procedure.
"""

from collections.abc import Callable

from hub.policy.model import Gate
from hub.rules.asked import NOBODY, Asked, flag, number
from hub.rules.kinds import FORBIDDEN_WAYS
from hub.rules.model import Part, Visit
from hub.rules.phases import ENDED

MAP_LINK = ("http://", "https://", "www.", "maps.", "goo.gl", "what3words", "///")
# CT-4.2: a way in that is "other" is told in words; these tell one that is forbidden by name.
FORBIDDEN_WORDS = frozenset({"neighbour", "neighbours", "unlocked", "doormat", "mat", "string"})
OF_A_CLIENT = frozenset(
    {"rating", "entry", "client_details", "full_address", "diary_complete", "known_client",
     "assessed", "assessed_by_two", "assessment_signed", "access_contacts", "warning_checked"}
)  # fmt: skip
DAY_MS = 24 * 3_600_000


def _rating(asked: Asked, gate: Gate) -> bool:
    client = asked.client
    return bool(asked.text("rating") or (client is not None and client.rating))


def _manager_agreed(asked: Asked, gate: Gate) -> bool:
    person = asked.text("manager_agreed")
    return person not in ("", *asked.workers) and asked.directory.holds(person, gate.roles)


def _by_role(asked: Asked, gate: Gate) -> bool:
    by = asked.event.by
    return by not in ("", *asked.workers) and asked.directory.holds(by, gate.roles)


def _client_details(asked: Asked, gate: Gate) -> bool:
    client = asked.client
    if client is None:
        return not asked.directory.clients
    return bool(client.name and client.address and client.postcode and client.lines)


def _venue(asked: Asked) -> str:
    return asked.visit.venue if asked.visit is not None else asked.text("venue")


def _full_address(asked: Asked, gate: Gate) -> bool:
    client = asked.client
    place = _venue(asked) or (client.address if client is not None else "")
    if not place:
        return not asked.directory.clients
    return not any(mark in place.lower() for mark in MAP_LINK)


def _times(asked: Asked, gate: Gate) -> bool:
    start_ms = number(asked.event.data, "start_ms")
    return 0 < start_ms < number(asked.event.data, "end_ms")


def _entry(asked: Asked, gate: Gate) -> bool:
    return all(asked.text(key) for key in ("client", "purpose", "area"))


def _diary_complete(asked: Asked, gate: Gate) -> bool:
    client = asked.client or NOBODY
    place = _venue(asked) or (client.name and client.address and client.postcode)
    said = bool(place) and bool(asked.text("then")) and _times(asked, gate)
    return said and asked.each(lambda worker: worker.phone)


def _tracker(asked: Asked, gate: Gate) -> bool:
    return bool(asked.visit.tracker if asked.visit is not None else asked.text("tracker"))


def _tracker_agreed(asked: Asked, gate: Gate) -> bool:
    """Spoken on the day before or that day (HM-4.1.2); of a day the directory knows the midnight.

    A pair has one tracker: what was agreed stands with each part."""
    if asked.visit is None:
        return False
    from_ms = asked.directory.day_before_ms or asked.visit.planned_start_ms - DAY_MS
    return all(part.anchors.get("tracker_agreed", -1) >= from_ms for part in _open(asked.visit))


def _open(visit: Visit) -> tuple[Part, ...]:
    """The parts that are still to come or under way."""
    return tuple(part for part in visit.parts if part.phase not in ENDED)


def _designated(asked: Asked, gate: Gate) -> bool:
    tracker = asked.text("tracker") or (asked.visit.tracker if asked.visit is not None else "")
    return tracker not in ("", *asked.workers) and asked.directory.holds(tracker, gate.roles)


def _departure_contact(asked: Asked, gate: Gate) -> bool:
    named = asked.text("departure_contact") or (asked.visit.tracker if asked.visit else "")
    return named not in ("", *asked.workers)


def _read_back(asked: Asked, gate: Gate) -> bool:
    return bool(asked.text("place") and asked.text("name"))


def _spoken(asked: Asked, gate: Gate) -> bool:
    return asked.text("means") != "answerphone"


def _called_back(asked: Asked, gate: Gate) -> bool:
    anchors = asked.part.anchors if asked.part is not None else {}
    spoke_now = asked.text("means") not in ("", "answerphone")
    early = asked.event.at_ms < anchors.get("confirmed", 0) + asked.call_back_wait_ms
    return (spoke_now and not early) or "called_back" in anchors


def _contact_at_finish(asked: Asked, gate: Gate) -> bool:
    """Before the finish anybody else may agree a new one; after it only who has spoken with her."""
    if asked.part is None or asked.text("means") not in ("", "answerphone"):
        return True
    finish_ms = asked.part.anchors.get("finish", asked.event.at_ms)
    contact_ms = asked.part.anchors.get("contact", -1)
    return asked.event.at_ms < finish_ms or contact_ms >= finish_ms


def _agreed_end(asked: Asked, gate: Gate) -> bool:
    return asked.text("coverage") != "poor" or number(asked.event.data, "agreed_end_ms") > 0


def _coverage_known(asked: Asked, gate: Gate) -> bool:
    said = asked.visit.coverage if asked.visit is not None else (asked.client or NOBODY).coverage
    return (asked.text("coverage") or said) in ("good", "poor")


def _check_in_time(asked: Asked, gate: Gate) -> bool:
    return any(number(asked.event.data, key) > 0 for key in ("check_in_ms", "expected_back_ms"))


def _two_workers(asked: Asked, gate: Gate) -> bool:
    return len(asked.workers) > 1


def _second_person(asked: Asked, gate: Gate) -> bool:
    return _two_workers(asked, gate) or asked.another("second_person")


def _joint_or_elsewhere(asked: Asked, gate: Gate) -> bool:
    agreed = not gate.roles or _manager_agreed(asked, gate)
    return agreed and (_two_workers(asked, gate) or bool(_venue(asked)))


def _no_significant_risk(asked: Asked, gate: Gate) -> bool:
    found = (asked.client or NOBODY).assessment == "significant"
    return not found and "significant_risk" not in asked.facts


def _known_client(asked: Asked, gate: Gate) -> bool:
    return (asked.client or NOBODY).known and "first_meeting" not in asked.facts


def _risk_checked(asked: Asked, gate: Gate) -> bool:
    if asked.part is not None:
        parts: tuple[Part, ...] = (asked.part,)
    else:
        parts = _open(asked.visit) if asked.visit is not None else ()
    told = bool(parts) and all("risk_checked" in part.facts for part in parts)
    return told or asked.another("risk_checked")


def _warning_checked(asked: Asked, gate: Gate) -> bool:
    """Who looked the client up in the warning system, by id; she may have done it herself."""
    return bool(asked.text("warning_checked")) and asked.directory.knows(
        asked.text("warning_checked")
    )


def _on_duty(asked: Asked, gate: Gate) -> bool:
    return all(asked.directory.on_duty.get(role) for role in gate.roles)


def _nobody_out(asked: Asked, gate: Gate) -> bool:
    """DC-ooh: whoever lays the role down leaves somebody in it while anybody is out."""
    role, on = asked.text("role"), "on" not in asked.event.data or flag(asked.event.data, "on")
    if on or (gate.roles and role not in gate.roles) or not asked.directory.out:
        return True
    person = asked.text("person") or asked.event.by
    return bool(asked.directory.on_duty.get(role, frozenset()) - {person})


def _way_in_lawful(asked: Asked, gate: Gate) -> bool:
    way = asked.text("way_in")
    if way in FORBIDDEN_WAYS:
        return False
    words = set(asked.text("way_in_note").lower().replace(",", " ").replace(".", " ").split())
    return way != "other" or not words & FORBIDDEN_WORDS


def _authority_form(asked: Asked, gate: Gate) -> bool:
    """A key that comes into the office comes with its form; one that goes out has it there."""
    is_new = asked.text("kind") == "key" and not asked.text("record")
    return not is_new or bool(asked.text("authority_form"))


Requirement = Callable[[Asked, Gate], bool]
REQUIREMENTS: dict[str, tuple[str, Requirement]] = {
    "rating": ("the client has a risk rating", _rating),
    "manager_agreed": ("one of the gate's roles, not the worker, has agreed", _manager_agreed),
    "by_role": ("one of the gate's roles, not the worker, gives the command", _by_role),
    "entry": ("client, purpose and area are entered", _entry),
    "client_details": ("name, address, postcode and a line are on file", _client_details),
    "full_address": ("a full address; a link to a map is none", _full_address),
    "times": ("a start and a later end", _times),
    "diary_complete": (
        "who, address and postcode, start, finish, returning or home, the worker's number",
        _diary_complete,
    ),
    "tracker": ("a tracker is named", _tracker),
    "tracker_agreed": ("worker and tracker spoke that day or the day before", _tracker_agreed),
    "designated": ("the tracker holds one of the gate's roles", _designated),
    "departure_contact": ("somebody is named for the departure", _departure_contact),
    "read_back": ("place and name were read back", _read_back),
    "spoken": ("spoken with a person; an answerphone is none", _spoken),
    "called_back": ("the call-back is done", _called_back),
    "contact_at_finish": ("after the finish: she was spoken with since", _contact_at_finish),
    "agreed_end": ("poor coverage: an end is agreed", _agreed_end),
    "coverage_known": ("the coverage there was looked up: good or poor", _coverage_known),
    "check_in_time": ("a time of check-in or of return is given", _check_in_time),
    "pendant_ready": (
        "her pendant is charged and heard: everybody's who goes",
        lambda asked, gate: asked.each(lambda worker: worker.pendant == "ready"),
    ),
    "two_workers": ("two workers or more go together", _two_workers),
    "second_person": ("two workers, or a second person is named", _second_person),
    "joint_or_elsewhere": (
        "two workers or another place, agreed by one of the gate's roles",
        _joint_or_elsewhere,
    ),
    "assessed": (
        "an assessment is on file",
        lambda asked, gate: bool((asked.client or NOBODY).assessment),
    ),
    "assessed_by_two": (
        "two people wrote the assessment",
        lambda asked, gate: (asked.client or NOBODY).assessed_by > 1,
    ),
    "assessment_signed": (
        "the assessment is signed and not due for review",
        lambda asked, gate: (asked.client or NOBODY).assessment == "signed",
    ),
    "no_significant_risk": ("no significant risk stands open", _no_significant_risk),
    "known_client": ("the client has been visited before", _known_client),
    "risk_checked": ("another person looked the risks up for this visit", _risk_checked),
    "warning_checked": ("somebody is named who looked the client up", _warning_checked),
    "inducted": (
        "everybody who goes was inducted",
        lambda asked, gate: asked.each(lambda worker: worker.inducted),
    ),
    "accepted": (
        "everybody who goes has read and understood the procedure",
        lambda asked, gate: asked.each(lambda worker: worker.accepted),
    ),
    "fit": (
        "nobody who goes is recorded as unfit to work alone",
        lambda asked, gate: asked.each(lambda worker: worker.fit),
    ),
    "own_mobile": (
        "her own mobile is on file, with her consent",
        lambda asked, gate: asked.each(lambda worker: worker.own_mobile),
    ),
    "next_of_kin": (
        "next of kin are on file for everybody who goes",
        lambda asked, gate: asked.each(lambda worker: worker.next_of_kin),
    ),
    "access_contacts": (
        "whom to reach about the client is on file",
        lambda asked, gate: bool((asked.client or NOBODY).contacts),
    ),
    "on_duty": ("somebody is on duty for each of the gate's roles", _on_duty),
    "nobody_out": ("nobody is out, or another person holds the role too", _nobody_out),
    "way_in_lawful": ("the way in is none that the procedure forbids", _way_in_lawful),
    "authority_form": ("the date of the authority form is given", _authority_form),
    "never": ("nothing: it is never allowed where the gate stands", lambda asked, gate: False),
}
