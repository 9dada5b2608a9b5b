"""The names of everything that can happen: event kinds, alarm kinds, means of contact.

Commands are imperative and come from people; events are past tense and come from pendants, the
clock or the hub itself. docs/rules.md is generated from these tables and a test keeps it so.
"""

# From pendants: protocol.messages types, read by rules/reading.py into one of these.
PENDANT_EVENTS = {
    "booted": "the pendant started; data cause, firmware",
    "started_out": "she set out for the visit (claim)",
    "arrived": "she is at the door (claim until a person confirms, HM-3.1)",
    "not_going_in": "D at the door: a concern, she does not go in (HM-8.2)",
    "departed": "she has left (claim until a person confirms, HM-3.5)",
    "ok": "she presses that she is well (claim)",
    "carry_on_asked": "she asks for longer; data minutes (claim)",
    "no_answer": "nobody answers, or no way in (CT-8.1)",
    "home_safe": "home, or off duty (claim)",
    "replied": "she answers a prompt; data prompt (claim)",
    "sos_pressed": "SOS",
    "sos_aborted": "SOS held and let go: a person checks; data held_ms",
    "duress": "silent duress",
    "duress_suspected": "a broken chord: perhaps silent duress",
    "felt_as_a_short": "goes with a silent press: moves what A short would have moved, so that "
    "nothing she can feel differs, and is no word of hers; data felt, prompt",
    "touched": "off duty: touch to know; nothing is claimed",
    "last_gasp": "no press: the pendant's battery ends now; data battery_pct",
}

# From people: the web, the API, the CLI. data keys after the colon; ? is optional.
COMMANDS = {
    "plan_visit": "client, area, purpose, start_ms, end_ms, workers (ids, comma separated), "
    "tracker?, then, kind? (ENTRY_KINDS), venue?, the facts of PLAN_FACTS, rating?, coverage?, "
    "agreed_end_ms?, check_in_ms?, expected_back_ms?, relief_ms?, manager_agreed? (person id: "
    "HM-1.2), override? (a gate's id), override_note?",
    "agree_tracking": "visit, note? (the tracker and she have spoken, and the tracker is there: "
    "HM-4.1.2)",
    "check_risk": "visit, found (flags, comma separated, or nothing), note? (the monitor's answer: "
    "DC-unplanned)",
    "reschedule": "visit, start_ms, end_ms, note? (before arrival: moved; broken off: noted)",
    "relief_came": "visit, worker? (who must not be left is not alone: CT-4.6b)",
    "report_signs": "visit, note? (forced entry, the alarm rings: nobody goes in alone, LF-open)",
    "rebase": "visit, note (it goes on by today's procedure: a manager says so)",
    "start_out": "visit, worker?, expected_back_ms? (told by phone)",
    "confirm_arrival": "visit, worker?, place, name (read back), departure_contact?, end_ms?, "
    "expected_back_ms?, second_person? (who goes in with her: LF-open)",
    "refuse_entry": "visit, worker?, note (do not go in)",
    "record_contact": "visit or alarm, worker?, means, reached, result? (RESULTS), note? (no "
    "answerphone)",
    "record_answer": "script, line, answer (ANSWERS), so_far? (the answers before it, comma "
    "separated), visit? or worker, alarm?, note? (the operator's, in a call that may be heard)",
    "stand_down": "visit, worker?, note? (call-backs end; finish and departure stay, HM-4.2.2a)",
    "carry_on": "visit, worker?, every_min (further call-backs, HM-4.2.2b)",
    "abandon": "visit, worker?, note? (she is told to leave, or breaks off, HM-4.2.2c)",
    "extend": "visit, worker?, end_ms, expected_back_ms? (a new end agreed, HM-4.2.7, DC-overrun)",
    "confirm_departure": "visit, worker?, then?, expected_back_ms? (spoken, HM-3.5, HM-6.1)",
    "confirm_home": "visit, worker?",
    "cancel": "visit, note (before arrival only)",
    "name_tracker": "visit, tracker (HM-4.1.1)",
    "set_coverage": "visit, coverage, agreed_end_ms? (HM-4.1.4, HM-4.2.7)",
    "acknowledge": "alarm (a lease, not the end)",
    "resolve": "alarm, outcome, note, spoke (spoke with her, or someone is beside her)",
    "do_task": "alarm, task, note?, reference? (done by hand, by name: HM-5.2)",
    "waive_task": "alarm, task, note (not needed, and why; who may is in the policy)",
    "choose_case": "alarm, case, note? (which of the policy's readings it is: CT-8.2)",
    "start_drill": "drill (DRILLS), person? (who is called), note?, at_random? (SU-drill)",
    "write_record": "record? (id), kind (a register's), verb, about? (whom or what), and the "
    "verb's fields (docs/registers.md)",
    "report_danger": "visit? or worker, how (coded-phrase, family, call), note? (HM-5.1, HM-7.3)",
    "take_duty": "role, person, on",
}

# What a gate may hold back. Never what makes somebody safer or tells of danger: those a procedure
# cannot refuse, so a gate on one of them is a fault of its file.
GATED = ("plan_visit", "start_out", "confirm_arrival", "stand_down", "carry_on", "extend",
         "confirm_departure", "confirm_home", "cancel", "reschedule", "relief_came",
         "name_tracker", "set_coverage", "agree_tracking", "check_risk", "rebase", "take_duty",
         "write_record")  # fmt: skip

# From the clock and the hub.
HUB_EVENTS = {
    "review_began": "a duty of the calendar has a new period; data duty (hub/registers)",
    "review_ended": "a duty of the calendar is none of the procedure's any more",
    "procedure_changed": "another procedure runs: what falls due about a record is told anew",
    "incident_since": "an incident at a client's: the assessment is to be looked at again",
    "holder_left": "who has a key or a badge no longer works here",
    "contact_elsewhere": "she was spoken with about another entry of hers (a day's, ADR 0014)",
    "due": "a timer fell due; data timer, anchor_ms",
    "handed_out": "a page reached the provider; data page, person (waits for people run from here)",
    "page_failed": "a page could not be handed to any provider; data page, person, note",
    "beat_lost": "no beat from a pendant where coverage is expected",
    "beat_returned": "beats are back (ends no alarm)",
    "unknown_open_press": "a beat carries an open alarm that the hub does not know: raise it (P1); "
    "data press: its kind",
    "pendant_taken": "her pendant was revoked, given away or changed while she is out; data how",
    "hub_restarted": "data blind_from_ms, blind_until_ms",
    "clock_jumped": "the hub's clock moved against its monotonic one; data by_ms",
}

# What raises an alarm at once, without a timer -> the alarm's kind. A policy names the ladder.
ON_EVENTS = {
    "sos_pressed": "sos",
    "sos_aborted": "sos_aborted",
    "duress": "duress",
    "duress_suspected": "duress_suspected",
    "unverified": "unverified_sos",
    "identity_conflict": "identity_conflict",
    "unknown_open_press": "sos",
    "coded-phrase": "coded_danger",
    "family": "family_worried",
    "call": "sos",
    "beat_lost": "beat_lost",
    "last_gasp": "battery_ended",
    "pendant_taken": "pendant_taken",
    "pendant_expired": "pendant_expired",
    "unplanned": "unplanned",
    "hub_restarted": "hub_blind",
    "clock_jumped": "clock_jumped",
    "nobody_on_duty": "nobody_on_duty",
    "left_alone": "left_alone",
    "signs_of_entry": "forced_entry",
    "key_gone": "key_gone",
    "incident_told": "incident_told",
    "drill": "drill",
}
DANGER_PRESSES = frozenset({"sos_pressed", "sos_aborted", "duress", "duress_suspected"})

# kind -> (rank, meaning). Rank 1 is served first.
ALARM_KINDS = {
    "sos": (1, "SOS"),
    "duress": (1, "silent duress"),
    "coded_danger": (1, "the coded phrase was heard on the phone (HM-5.1)"),
    "unverified_sos": (2, "an SOS that could not be verified"),
    "duress_suspected": (2, "a broken chord: perhaps silent duress"),
    "sos_aborted": (2, "SOS held and let go"),
    "identity_conflict": (2, "same identity, other bytes: a forgery or a broken pendant"),
    "manager_now": (2, "the procedure tells the duty manager now (HM-4.2.4, HM-4.2.7)"),
    "family_worried": (2, "a worried family member called (HM-7.3)"),
    "no_tracker": (2, "nobody is there to track her: no tracker, no visit (HM-4.1.1)"),
    "no_arrival": (3, "not arrived when planned"),
    "arrival_unconfirmed": (3, "at the door, waiting for a person (HM-3.1)"),
    "call_back_due": (3, "call-back not yet done (HM-4.2.2)"),
    "finish_missed": (3, "no contact at the expected finish (HM-3.4)"),
    "departure_unconfirmed": (3, "says she has left, nobody has spoken to her (HM-3.5)"),
    "home_unconfirmed": (3, "not known to be home"),
    "concern_at_door": (2, "a concern at the door: she does not go in (HM-8.2)"),
    "no_answer": (2, "no answer or no access (CT-8.1)"),
    "check_in_missed": (3, "no word at the time or interval that was agreed (DC-interval)"),
    "relief_late": (2, "the relief has not come and somebody must not be left (CT-4.6b)"),
    "left_alone": (2, "she leaves, and somebody who must not be left may be alone (CT-4.6a)"),
    "forced_entry": (2, "signs of forced entry, or the alarm rings: nobody goes in alone"),
    "key_gone": (2, "a key is lost or stolen (CT-5.5)"),
    "incident_told": (3, "an incident was recorded: whoever must be told at once (LF-incident)"),
    "record_due": (4, "something written down falls due: a review, an action, a signature"),
    "drill": (4, "a drill: nobody is in danger (SU-drill)"),
    "beat_lost": (3, "no signal from the pendant where coverage is expected"),
    "battery_ended": (3, "the battery of her pendant has ended: it says no more"),
    "pendant_taken": (2, "her pendant was revoked or given away while she is out"),
    "pendant_expired": (3, "she goes on a visit with a pendant past its date"),
    "unplanned": (3, "a pendant's press that fits no visit: a person asks"),
    "unattended": (3, "a visit without any other deadline: somebody looks at it"),
    "nobody_on_duty": (1, "nobody holds the role that must be paged"),
    "hub_blind": (2, "the hub was down or blind while visits were open"),
    "clock_jumped": (2, "the hub's clock jumped"),
}

# Nobody's recorded contact ends these by itself: a person resolves them with speech (P3, P4).
NEVER_AUTO_RESOLVED = frozenset(
    {"sos", "duress", "coded_danger", "unverified_sos", "duress_suspected", "sos_aborted",
     "identity_conflict", "hub_blind", "clock_jumped", "nobody_on_duty", "pendant_taken"}
)  # fmt: skip

# Somebody is in danger: only speech ends it, and she is not the one who is paged for others.
DANGERS = frozenset({"sos", "sos_aborted", "duress", "duress_suspected", "coded_danger"})

SILENT_KINDS = frozenset({"duress", "duress_suspected", "coded_danger"})

# What is watched besides a visit at a client's home, by the same rules (ADR 0014).
ENTRY_KINDS = {
    "visit": "a visit at a client's home, or another place with an address",
    "site": "alone in the organisation's own building (LF-site, SU-site)",
    "meeting": "a meeting with a client in the office (HM-9)",
    "day": "out for most of the day: what is asked between her visits (DC-interval)",
}
# How an attempt ended. Only the first is contact (HM-3.1).
RESULTS = {
    "spoke": "another person spoke with her",
    "no-answer": "it rang and nobody answered",
    "answerphone": "a machine answered: no contact",
    "unobtainable": "switched off, engaged or out of coverage",
    "somebody-else": "somebody else answered, and she did not come to the telephone",
    "message": "a text or message was sent: no contact",
}
# What the operator hears to a closed question (SU-false). No or silence never clears.
ANSWERS = ("yes", "no", "silence", "other", "phrase")
DRILLS = {
    "call": "a worker is called to see that she can be reached and where she is",
    "late-call-back": "nobody calls on purpose: does the office notice, and how fast",
    "page": "whoever is on duty is paged, and answers",
}

MEANS = ("work-mobile", "own-mobile", "client-landline", "client-mobile", "office", "in-person",
         "direct-line", "answerphone")  # fmt: skip

# How workers come in (CT-4). The forbidden ways leave a home open to crime (CT-4.2); they have
# names so that a gate can refuse them, `way_in_lawful`.
FORBIDDEN_WAYS = {
    "key-with-neighbours": "a key left with neighbours",
    "door-left-open": "the door left unlocked",
    "key-outside": "a key outside the home, under a mat or the like",
    "key-on-string": "a key on a string behind the letterbox",
}
WAYS_IN = {
    "let-in": "somebody lets her in",
    "entry-code": "a door entry code",
    "key-safe": "a key safe, scrambled again each time",
    "office-key": "a key from the office's cabinet",
    "staff-key": "a key that she holds with authority",
    "other": "another safe way, described",
    **FORBIDDEN_WAYS,
}
