"""The facts that a policy may name in `when`, `unless` and `until`, and how each is told.

Rule: a fact is read from the visit alone, so that a deadline is a pure function of stored state.
"""

from collections.abc import Callable

from hub.rules.model import Part, Visit

# Known when a visit is planned; they choose the level and stay with the visit.
PLAN_FACTS = {
    "first_meeting": "she meets this client for the first time",
    "risk_flag": "a risk is named on the referral or the assessment form",
    "recent_violence": "recent violence or threats",
    "concern": "she believes that there may be a risk of any kind",
    "out_of_hours": "outside office hours",
    "after_dark": "in the hours of darkness",
    "unplanned": "decided on while she is out",
    "out_all_day": "she is out of the office most of the day",
    "on_site": "alone in the organisation's own building",
    "opening_up": "she is the first to open the building",
    "office_meeting": "a meeting with a client in the office",
    "day_entry": "the entry is her working day, not one visit",
    "other_venue": "at another place than the client's home",
    "remote_tracker": "worker and tracker do not work from the same office",
    "too_great_for_one": "the risk is too great for one person",
    "must_not_be_left": "somebody there must not be left alone",
    "last_of_day": "her last visit of the day",
    "significant_risk": "the assessment found a significant risk that is not yet dealt with",
    "pairs_place": "the place calls for two workers",
    "no_recent_contact": "the client is known, and nobody has been in touch lately",
}
# Told by events while the visit runs; they stand in Part.facts.
HER_OWN_COVERAGE = "coverage_said_by_her"
BATTERY_ENDED = "battery_ended"
PART_FACTS = {
    BATTERY_ENDED: "the battery of her pendant has ended since she set out",
    HER_OWN_COVERAGE: "poor coverage is her own word: her silence is still asked about (P5)",
    "pendant_not_ready": "she set out with a pendant that is low, silent or none",
    "relieved": "the relief has come",
    "signs_of_entry": "signs of forced entry, or the alarm rings",
    "risk_checked": "somebody looked the client's risks up for this visit and told her",
}
RATING = "rating:"  # rating:C3 and the like: the client's risk rating

Test = Callable[[Visit, Part, int], bool]  # the int is the timer's anchor


def _contact(visit: Visit, part: Part, anchor_ms: int) -> bool:
    return part.anchors.get("contact", -1) >= anchor_ms


_TESTS: dict[str, tuple[str, Test]] = {
    "poor_coverage": (
        "coverage at the client's is known to be poor",
        lambda visit, part, anchor_ms: visit.coverage == "poor",
    ),
    "no_tracker": (
        "nobody is named to track the visit",
        lambda visit, part, anchor_ms: not visit.tracker,
    ),
    "call_backs_on": (
        "call-backs have not been stood down",
        lambda visit, part, anchor_ms: not part.stood_down,
    ),
    "carry_on": (
        "further call-backs at an agreed interval",
        lambda visit, part, anchor_ms: part.call_every_ms > 0,
    ),
    "called_back": (
        "the call-back is done",
        lambda visit, part, anchor_ms: "called_back" in part.anchors,
    ),
    "tracker_agreed": (
        "she and her tracker have spoken beforehand",
        lambda visit, part, anchor_ms: "tracker_agreed" in part.anchors,
    ),
    "contact": ("another person spoke with her at or after the anchor", _contact),
    "then_home": (
        "she does not return to base",
        lambda visit, part, anchor_ms: visit.then == "home",
    ),
    "then_base": ("she returns to base", lambda visit, part, anchor_ms: visit.then == "base"),
    "pair": ("she is not alone", lambda visit, part, anchor_ms: len(visit.parts) > 1),
}
LIVE_FACTS = {name: meaning for name, (meaning, _) in _TESTS.items()}


def is_fact(name: str) -> bool:
    return name in PLAN_FACTS or name in PART_FACTS or name in _TESTS or name.startswith(RATING)


def _told(name: str) -> Test:
    return lambda visit, part, anchor_ms: name in visit.facts or name in part.facts


def test_of(name: str) -> Test:
    """How that fact is told of a visit that exists."""
    found = _TESTS.get(name)
    return found[1] if found is not None else _told(name)
