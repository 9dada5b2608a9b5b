"""The words that a policy file may use, each with its meaning; docs/policies.md prints them.

Rule: a word is added here when a rule sets or reads it, never because a file would like to use it.
"""

# What timers count from. Each is one moment of one part, set by rules/visit.py.
ANCHORS = {
    "planned_start": "the planned start",
    "awaited": "the planned start, or the last contact after it while she has not arrived; of a "
    "working day the last contact",
    "started_out": "she set out; of a working day its planned start",
    "arrival_claim": "she pressed that she is at the door",
    "arrival_call": "a person confirmed her arrival",
    "arrival": "the earlier of the two before (HM-4.2.2)",
    "confirmed": "a person let her go in",
    "contact": "the last time that another person spoke with her",
    "called_back": "the first call-back was done (the letter T, HM-4.2.3)",
    "call_back": "the last call-back done, or the moment further ones were agreed",
    "extended": "the last time that a later end was agreed",
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
    "entered": "it was entered in the hub",
    "attempt": "the last attempt that did not reach her, since the last contact",
    "relief_due": "the time for which the relief is expected (CT-4.6b)",
    "left_alone": "she left, and somebody who must not be left may be alone (CT-4.6a)",
    "signs": "she saw signs of forced entry, or the alarm rings (LF-open)",
    "tracker_agreed": "the tracker said that she is there (HM-4.1.2)",
    "unknown": "nothing else is known: the newest moment of the part (backstop only)",
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

# Whom to reach about a client (CT-8.3), and about a worker.
CONTACT_KINDS = {
    "family": "family members and next of kin",
    "authority": "statutory authorities and professionals: social and health services, doctor",
    "emergency": "the emergency services",
    "agency": "other agencies that give care or support",
}
# What is kept, signed and reviewed: hub/registers/ says each one's fields and verbs.
REGISTERS = {
    "incident": "an incident or near miss: what happened, signature, mitigating actions, review",
    "action": "something to be done by somebody by a day; it nags until it is done",
    "assessment": "the risk assessment of a client and a home",
    "key": "a client's key: coded label, where it is, who signed for it",
    "badge": "an identity badge: issued, renewed, returned, lost",
    "entry-code": "an entry code or key safe combination, kept apart from the address",
    "contact": "whom to reach about a client: kind, name, number",
    "next-of-kin": "whom to reach about a worker, out of hours too, closed to others",
    "absence": "leave, sick leave or a course, with the day of return",
    "acceptance": "who has read and understood the procedure: name, signature, job title, date",
    "induction": "what a worker was shown before any lone work",
    "fitness": "whether a worker may work alone",
    "drill": "a drill: whom, how, and how long the answer took",
    "review": "a duty of the calendar that fell due, and who did it",
}
# What the hub shows because a procedure asks for it, and where. "console" comes with
# the console's pages.
SCREENS = {
    "risk-information": "the client's risk information on the visit's page (HM-1.3)",
    "visitors-note": "how visitors are dealt with, on the visit's page (CT-7)",
    "client-details": "the client's full contact details on the visit's page (HM-7.1)",
    "board": "area, times, letters and colours on the whereabouts board (HM-2.6, HM-2.7, SU-board)",
    "away": "leave, sick leave and courses with the day of return, on the board (SU-board)",
    "live": "changes and cancellations show at once (HM-2.9)",
    "colleagues": "colleagues' and the office's numbers (HM-7.2)",
    "duty": "who is monitor and manager today (DC-monitor)",
    "team-folder": "contact and next of kin, out of hours too, closed to others (DC-contacts)",
    "call": "the call screen: phrase, script, who was tried (HM-5.1, SU-false)",
    "emergency": "what to read to 999 or the police (HM-5.2, SU-brief)",
    "entry-code": "one entry code at a time, each look logged (CT-4.4)",
    "access-contacts": "whom to reach when nobody answers (CT-8.3)",
    "diary": "every visit where others can read it (DC-diary, HM-2.2)",
    "week": "the week ahead per worker, on paper: console (HM-2.8)",
}
