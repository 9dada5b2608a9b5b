"""The words that a policy file may use, each with its meaning; docs/policies.md prints them.

Rule: a word is added here when a rule sets or reads it, never because a file would like to use it.
"""

# What timers count from. Each is one moment of one part, set by rules/visit.py.
ANCHORS = {
    "planned_start": "the planned start",
    "awaited": "the planned start, or the last contact after it while she has not arrived",
    "started_out": "she set out",
    "arrival_claim": "she pressed that she is at the door",
    "arrival_call": "a person confirmed her arrival",
    "arrival": "the earlier of the two before (HM-4.2.2)",
    "confirmed": "a person let her go in",
    "contact": "the last time that another person spoke with her",
    "called_back": "the first call-back was done (the letter T, HM-4.2.3)",
    "call_back": "the last call-back done, or the moment further ones were agreed",
    "check_in": "the check-in time that was agreed beforehand",
    "finish": "the expected finish",
    "agreed_end": "the end agreed because coverage is poor (HM-4.2.7)",
    "overrun": "contact after the expected finish without a new one",
    "carry_on_claim": "she pressed for longer",
    "no_answer": "nobody answered, or no way in",
    "concern": "a concern at the door",
    "broken_off": "the visit was broken off",
    "departure_claim": "she pressed that she has left",
    "departed": "a person confirmed that she has left",
    "expected_back": "when she said she would be back or home",
    "home_claim": "she pressed that she is home",
    "site_start": "she began to be alone in the building",
    "site_end": "she meant to leave the building",
    "day_start": "her working day began",
    "day_end": "her working day ends",
    "unknown": "nothing else is known: the newest moment of the part (backstop only)",
}
SCOPES = {
    "visit": "one worker's part of a visit",
    "day": "a worker's day, between and around visits",
    "site": "alone in the organisation's own building",
}
ACTIONS = ("raise", "page", "prompt")
FROM = {
    "visit": "named in the visit (tracker, departure contact)",
    "duty": "whoever is on duty for it",
    "everyone": "everyone who may hold it",
}
EARNED_BY = {
    "confirm_arrival": "a person confirmed the arrival",
    "call_back": "the call-back is done",
    "confirm_departure": "a person confirmed the departure",
    "not_returning": "a person was told that she does not return",
    "returning": "she means to return to base",
    "home_visit": "the entry is a home visit",
    "on_course": "the entry is a course",
}
