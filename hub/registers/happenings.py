"""Incidents, what follows from them, assessments, contacts, drills and the calendar's duties.

Rule: whoever wrote it does not sign it; an incident is over only when it is signed and its
questions are answered; something to be done has an owner and a day, and nags until it is done.
"""

from hub.policy.words import CONTACT_KINDS
from hub.registers.declare import NEW, Field, Register, Verb
from hub.rules.kinds import DRILLS, WAYS_IN

MAX_QUESTIONS = 9  # answer_1 … answer_9: the policy's row asks at most so many
ANSWERS = tuple(f"answer_{number}" for number in range(1, MAX_QUESTIONS + 1))

INCIDENT = Register(
    kind="incident",
    one="an incident report",
    title="Incidents and near misses",
    about="either",
    named_by="what",
    fields=(
        Field("what", "What happened", "long"),
        Field("happened", "On", "date"),
        Field("near_miss", "Near miss: nobody was harmed", "yes"),
        Field("where", "Where"),
        Field("violence", "Violence or threats", "yes"),
        Field("actions", "Mitigating actions", "long"),
        Field("police_reference", "Police told, reference"),
        Field("copies_to", "Copies sent to", "text"),
        Field("debrief", "Debrief offered on", "date"),
        Field("note", "Note", "long"),
        *(Field(name, f"Answer to question {name[-1]}", "long") for name in ANSWERS),
    ),
    states={
        "written": "written, to be signed by a manager",
        "signed": "signed",
        "closed": "signed, the questions answered",
    },
    ended=frozenset({"closed"}),
    verbs=(
        Verb("write", "Record an incident or a near miss", (NEW,), "written",
             ("what", "happened"),
             ("near_miss", "where", "violence", "police_reference", "note"), raises="incident_told",
             tells=True),
        Verb("add", "Add to it", ("written", "signed", "closed"), "", (),
             ("note", "police_reference", "copies_to", "debrief", "where")),
        Verb("sign", "Sign, with mitigating actions", ("written",), "signed", ("actions",),
             ("debrief", "copies_to", "note"), "second"),
        Verb("answer", "Answer the review questions", ("written", "signed"), "", (), ANSWERS,
             "signer"),
        Verb("close", "Close", ("signed",), "closed", takes=("note",), who="signer"),
    ),
)  # fmt: skip

ACTION = Register(
    kind="action",
    one="an action",
    title="Actions",
    about="either",
    named_by="what",
    fields=(
        Field("what", "What is to be done", "long"),
        Field("owner", "Who does it", "person"),
        Field("by_day", "By", "date"),
        Field("of", "What it follows from", "record"),
        Field("note", "Note", "long"),
    ),
    states={"open": "to be done", "done": "done", "dropped": "not to be done"},
    ended=frozenset({"done", "dropped"}),
    verbs=(
        Verb("write", "Add an action", (NEW,), "open", ("what", "owner", "by_day"),
             ("of", "note")),
        Verb("move", "Another day or owner", ("open",), "", ("note", "by_day|owner"),
             ("by_day", "owner")),
        Verb("done", "Done", ("open",), "done", takes=("note",)),
        Verb("drop", "Not to be done", ("open",), "dropped", ("note",), who="signer"),
    ),
)  # fmt: skip

ASSESSMENT = Register(
    kind="assessment",
    one="a risk assessment",
    title="Risk assessments",
    about="client",
    named_by="assessed_on",
    fields=(
        Field("found", "What was found: hazards and control measures", "long"),
        Field("assessed_on", "Assessed on", "date"),
        Field("assessors", "Assessed by", "people"),
        Field("way_in", "How workers come in and leave", "choice", WAYS_IN),
        Field("way_in_note", "Way in, more", "text"),
        Field("significant", "A significant risk is not yet dealt with", "yes"),
        Field("dealt", "How the significant risk was dealt with", "long"),
        Field("pairs", "The place calls for two workers", "yes"),
        Field("must_not_be_left", "Somebody there must not be left alone", "yes"),
        Field("visitors", "How visitors are dealt with", "long"),
        Field("note", "Note", "long"),
    ),
    states={"written": "written, to be signed", "signed": "signed", "ended": "no longer visited"},
    ended=frozenset({"ended"}),
    verbs=(
        Verb("write", "Write an assessment", (NEW,), "written", ("found", "assessed_on",
             "assessors"), ("way_in", "way_in_note", "significant", "pairs", "must_not_be_left",
             "visitors", "note")),
        Verb("update", "New risks, or a review", ("written", "signed"), "written",
             ("found", "assessed_on", "assessors"), ("way_in", "way_in_note", "significant",
             "pairs", "must_not_be_left", "visitors", "note"), gated=True),
        Verb("deal", "The significant risk is dealt with", ("written", "signed"), "", ("dealt",),
             ("note",), "signer"),
        Verb("sign", "Sign", ("written",), "signed", takes=("note",), who="second"),
        Verb("end", "No longer visited", ("written", "signed"), "ended", takes=("note",),
             who="signer"),
    ),
)  # fmt: skip

CONTACT = Register(
    kind="contact",
    one="a client's contact",
    title="Contacts of a client",
    about="client",
    named_by="sort",
    fields=(
        Field("sort", "What kind", "choice", CONTACT_KINDS),
        Field("name", "Name"),
        Field("number", "Telephone"),
        Field("order", "In which order", "number"),
        Field("note", "When to call, and what for"),
    ),
    states={"current": "to be reached", "gone": "no longer to be reached"},
    ended=frozenset({"gone"}),
    verbs=(
        Verb("write", "Add", (NEW,), "current", ("sort", "name", "number"), ("order", "note")),
        Verb("change", "Change", ("current",), "", (),
             ("sort", "name", "number", "order", "note")),
        Verb("remove", "Remove", ("current",), "gone", takes=("note",)),
    ),
)  # fmt: skip

DRILL = Register(
    kind="drill",
    one="a drill",
    title="Drills",
    about="worker",
    named_by="sort",
    fields=(
        Field("sort", "Which", "choice", DRILLS),
        Field("took_s", "How long the answer took, in seconds", "number"),
        Field("at_random", "At a time drawn by lot", "yes"),
        Field("note", "What was learnt", "long"),
    ),
    states={"running": "waiting for the answer", "answered": "answered",
            "unanswered": "nobody answered"},
    ended=frozenset({"answered", "unanswered"}),
    verbs=(
        Verb("start", "Begin", (NEW,), "running", ("sort",), ("at_random", "note")),
        Verb("answer", "Answered", ("running",), "answered", takes=("took_s", "note")),
        Verb("give_up", "Nobody answered", ("running",), "unanswered", ("note",)),
        Verb("note", "What was learnt", ("answered", "unanswered"), "", ("note",)),
    ),
)  # fmt: skip

REVIEW = Register(
    kind="review",
    one="a duty of the calendar",
    title="Duties of the calendar",
    about="",
    named_by="duty",
    automatic=True,
    fields=(
        Field("duty", "Which of the procedure's duties"),
        Field("text", "What is to be done", "long"),
        Field("drill", "Which drill it is", "text"),
        Field("at_random", "At a time drawn by lot", "yes"),
        Field("note", "What was done, and what was found", "long"),
    ),
    states={"waiting": "not due yet", "due": "due", "done": "done",
            "ended": "no longer a duty of the procedure"},
    ended=frozenset({"done", "ended"}),
    verbs=(Verb("done", "Done", ("waiting", "due"), "done", ("note",)),),
)  # fmt: skip
