"""Registers about workers: next of kin, absences, acceptance, induction, fitness.

Rule: what is private is closed: only the person herself and whom the procedure names may read it;
she signs for herself what she has read, and nobody clears herself for lone work.
"""

from hub.registers.declare import NEW, Field, Register, Verb

NEXT_OF_KIN = Register(
    kind="next-of-kin",
    one="a worker's next of kin",
    title="Next of kin",
    about="worker",
    named_by="relation",
    closed=True,
    fields=(
        Field("name", "Name"),
        Field("relation", "Relation"),
        Field("number", "Telephone, by day and by night"),
        Field("told", "Given the numbers of the office and the directors on", "date"),
        Field("note", "Note", "long"),
    ),
    states={"current": "to be reached", "gone": "no longer to be reached"},
    ended=frozenset({"gone"}),
    verbs=(
        Verb("write", "Add", (NEW,), "current", ("name", "number"), ("relation", "told", "note"),
             "keeper"),
        Verb("change", "Change", ("current",), "", (),
             ("name", "number", "relation", "told", "note"), "keeper"),
        Verb("remove", "Remove", ("current",), "gone", takes=("note",), who="keeper"),
    ),
)  # fmt: skip

ABSENCE = Register(
    kind="absence",
    one="an absence",
    title="Away",
    about="worker",
    named_by="sort",
    fields=(
        Field("sort", "What", "choice", {"leave": "on leave", "sick": "sick",
                                         "course": "on a course"}),
        Field("first_day", "First day away", "date"),
        Field("back_on", "Back on", "date"),
        Field("note", "Note; no diagnosis", "text"),
    ),
    states={"away": "away, or will be", "back": "back", "cancelled": "cancelled"},
    ended=frozenset({"back", "cancelled"}),
    verbs=(
        Verb("write", "Enter", (NEW,), "away", ("sort", "first_day", "back_on"), ("note",)),
        Verb("change", "Change", ("away",), "", ("back_on",), ("note",)),
        Verb("came_back", "Is back", ("away",), "back", takes=("note",)),
        Verb("cancel", "Cancel", ("away",), "cancelled", takes=("note",)),
    ),
)  # fmt: skip

ACCEPTANCE = Register(
    kind="acceptance",
    one="what somebody signed to have read",
    title="Read and understood",
    about="worker",
    named_by="reference",
    fields=(
        Field("title", "Title of the document"),
        Field("reference", "Reference number"),
        Field("printed_name", "Name, printed"),
        Field("job_title", "Job title"),
        Field("read_on", "Date", "date"),
        Field("note", "Note", "long"),
    ),
    states={"signed": "received, read and understood", "outdated": "of an earlier version"},
    ended=frozenset({"outdated"}),
    verbs=(
        Verb("sign", "I have received, read and understood it", (NEW,), "signed",
             ("title", "reference", "printed_name", "job_title", "read_on"), ("note",), "herself"),
        Verb("outdate", "A newer version is to be read", ("signed",), "outdated", takes=("note",),
             who="signer"),
    ),
)  # fmt: skip

INDUCTION = Register(
    kind="induction",
    one="an induction",
    title="Induction",
    about="worker",
    named_by="covered",
    fields=(
        Field("covered", "What she was shown", "long"),
        Field("shown_on", "On", "date"),
        Field("agency", "Agency staff", "yes"),
        Field("note", "Note", "long"),
    ),
    states={"done": "done", "again": "to be done again"},
    ended=frozenset(),
    verbs=(
        Verb("write", "Was inducted", (NEW,), "done", ("covered", "shown_on"), ("agency", "note"),
             "another"),
        Verb("again", "To be done again", ("done",), "again", ("note",), who="another"),
        Verb("redo", "Was inducted again", ("again",), "done", ("covered", "shown_on"), ("note",),
             "another"),
    ),
)  # fmt: skip

FITNESS = Register(
    kind="fitness",
    one="the note that somebody may not work alone",
    title="May not work alone",
    about="worker",
    named_by="until",
    closed=True,
    fields=(
        Field("until", "Until, if known", "date"),
        Field("note", "What it means for her work; no diagnosis", "text"),
    ),
    states={"barred": "may not work alone", "lifted": "may work alone again"},
    ended=frozenset({"lifted"}),
    verbs=(
        Verb("bar", "May not work alone", (NEW,), "barred", takes=("until", "note"), who="keeper"),
        Verb("lift", "May work alone again", ("barred",), "lifted", ("note",), who="signer"),
    ),
)  # fmt: skip
