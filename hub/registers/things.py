"""Keys, badges and entry codes: things that open a home, or say who somebody is (CT-4.4 to CT-6).

Rule: whoever has a thing now is one person, by name; what is lost is told at once; a secret is
never a field of a record.
"""

from hub.registers.declare import NEW, Field, Register, Verb

IN_HAND = ("in-office", "out", "with-staff", "emergency")  # states in which a key is where we know

KEY = Register(
    kind="key",
    one="a client's key",
    title="Keys",
    about="client",
    named_by="label",
    fields=(
        Field("label", "Coded label", "label"),
        Field("holder", "Who has it", "person"),
        Field("authority_form", "Key holding authority, section A signed on", "date"),
        Field("section_b", "Section B, held by staff, signed on", "date"),
        Field("back_by", "To be back by", "date"),
        Field("manager_spoken", "Manager or person on call, spoken to before", "person"),
        Field("consent", "Client's written and signed consent of", "date"),
        Field("how_back", "How the key goes back"),
        Field("why_not", "Why the manager or the consent could not be had first", "long"),
        Field("received_by", "Received and signed for by (printed name)"),
        Field("received", "Received on", "date"),
        Field("note", "Note", "long"),
    ),
    states={
        "in-office": "in the locked cabinet",
        "out": "signed out",
        "with-staff": "held by a member of staff",
        "emergency": "taken in an emergency",
        "lost": "lost",
        "stolen": "stolen",
        "returned": "given back to the client or family, signed for",
    },
    ended=frozenset({"returned"}),
    verbs=(
        Verb("register", "Put in the cabinet", (NEW,), "in-office", ("label",),
             ("authority_form", "note")),
        Verb("sign_out", "Sign out", ("in-office",), "out", ("holder", "back_by"), ("note",),
             gated=True),
        Verb("sign_in", "Sign in", ("out", "with-staff"), "in-office", takes=("note",)),
        Verb("hand_to_staff", "Give to a member of staff to keep", ("in-office",), "with-staff",
             ("holder", "authority_form", "section_b"), ("note",), "signer", gated=True),
        Verb("renew_authority", "Authority reviewed", ("in-office", "out", "with-staff"), "",
             ("authority_form",), ("section_b", "note"), "signer"),
        Verb("take_in_emergency", "Taken in an emergency", (NEW,), "emergency",
             ("label", "holder", "manager_spoken|why_not", "consent|why_not", "how_back",
              "back_by"), ("note",), tells=True),
        Verb("agree", "Arrangement agreed with the client", ("emergency",), "in-office",
             ("authority_form",), ("note",), "signer", gated=True),
        Verb("report_lost", "Lost", IN_HAND, "lost", takes=("note",), raises="key_gone"),
        Verb("report_stolen", "Stolen", (*IN_HAND, "lost"), "stolen", takes=("note",),
             raises="key_gone"),
        Verb("found", "Found", ("lost", "stolen"), "in-office", ("note",), who="signer"),
        Verb("give_back", "Given back to the client or family",
             (*IN_HAND, "lost", "stolen"), "returned", ("received_by", "received"), ("note",)),
    ),
)  # fmt: skip

BADGE = Register(
    kind="badge",
    one="an identity badge",
    title="Identity badges",
    about="worker",
    named_by="number",
    fields=(
        Field("number", "Badge number"),
        Field("issued", "Issued on", "date"),
        Field("expires", "Expires on", "date"),
        Field("received_by", "Taken back by", "person"),
        Field("police_reference", "Reference of the police"),
        Field("note", "Note", "long"),
    ),
    states={
        "issued": "issued",
        "lost": "lost; watched whether it turns up",
        "stolen": "stolen; the police are to be told",
        "told": "stolen; the police have been told",
        "returned": "given back",
        "replaced": "replaced by another badge",
    },
    ended=frozenset({"returned", "replaced"}),
    verbs=(
        Verb("issue", "Issue", (NEW,), "issued", ("number", "issued", "expires"), ("note",),
             "another"),
        Verb("renew", "Renew", ("issued", "lost"), "issued", ("number", "issued", "expires"),
             ("note",), "another"),
        Verb("report_lost", "Lost", ("issued",), "lost", takes=("note",), tells=True),
        Verb("report_stolen", "Stolen", ("issued", "lost"), "stolen", takes=("note",), tells=True),
        Verb("tell_police", "The police have been told", ("stolen",), "told",
             ("police_reference",), ("note",)),
        Verb("replace", "Replaced by a new badge", ("lost", "told"), "replaced", ("note",),
             who="another"),
        Verb("give_back", "Given back", ("issued", "lost", "stolen", "told"), "returned",
             ("received_by",), ("note",), "another"),
    ),
)  # fmt: skip

ENTRY_CODE = Register(
    kind="entry-code",
    one="an entry code",
    title="Entry codes and key safes",
    about="client",
    named_by="what",
    fields=(
        Field("what", "What it opens, in words that name no place", "label"),
        Field("code", "The code or combination", "secret"),
        Field("changed", "Changed on", "date"),
        Field("note", "Note; no code and no address", "label"),
    ),
    states={"kept": "kept apart from the address", "gone": "no longer valid"},
    ended=frozenset({"gone"}),
    verbs=(
        Verb("write", "Keep a code", (NEW,), "kept", ("what", "code"), ("changed", "note"),
             "signer"),
        Verb("change", "The code was changed", ("kept",), "", ("code",), ("changed", "note"),
             "signer"),
        Verb("show_code", "Show the code once", ("kept",), "", who="knows"),
        Verb("end", "No longer valid", ("kept",), "gone", takes=("note",), who="signer"),
    ),
)  # fmt: skip
