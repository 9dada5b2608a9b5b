"""Planted bugs about which pendant is believed: its last day, its revocation, its last word.

Rule: as in plants.py.
"""

from simulator.storm.planting import Plant

IN_CUSTODY = (
    Plant(
        "expired-is-silenced",
        "whatever comes from a pendant past its date is a dead letter",
        "hub.engine.intake",
        "elif found.revoked:",
        "elif found.revoked or turn.state.pendant_of_key(found.key.id)"
        '.state_at(turn.now_ms) == "expired":',
        ("not-lost", "pendant-is-marked", "each-press-counts"),
        inside="take",
        weather="people",
    ),
    Plant(
        "expired-not-marked",
        "an SOS from a pendant past its date looks like any other",
        "hub.engine.intake",
        'return {"pendant": EXPIRED} if pendant.state_at(turn.now_ms) == EXPIRED else {}',
        "return {}",
        ("pendant-is-marked",),
        weather="people",
    ),
    Plant(
        "mark-not-paged",
        "the page of a marked alarm does not say what it came from",
        "hub.engine.pages",
        'return f"{what} {MARKS[alarm.mark]}" if alarm.mark else what',
        "return what",
        ("pendant-is-marked",),
        weather="people",
    ),
    Plant(
        "expired-let-in",
        "a person may confirm the arrival of somebody whose pendant is past its date",
        "hub.rules.visit",
        'if event.kind in ("start_out", "confirm_arrival") and mark_of(event) == EXPIRED:',
        "if False:",
        ("expired-goes-in-nowhere",),
        seeds=60,
        weather="people",
    ),
    Plant(
        "expired-told-to-go-in",
        "a pendant past its date is told to go in",
        "hub.engine.standings",
        "expired = pendant.state_at(turn.now_ms) == EXPIRED",
        "expired = False",
        ("expired-goes-in-nowhere",),
        seeds=60,
        weather="people",
    ),
    Plant(
        "revoked-is-silenced",
        "nothing of a revoked pendant counts, not even its SOS",
        "hub.engine.intake",
        "if pendant is None or not found.sos:",
        "if True:",
        ("not-lost", "paged", "pendant-is-marked", "each-press-counts"),
        inside="_revoked",
        seeds=60,
        weather="people",
    ),
    Plant(
        "revoked-is-believed",
        "a revoked pendant is believed like any other",
        "hub.verify",
        "return Verified(message, key, codec.sha(token), key.state == REVOKED)",
        "return Verified(message, key, codec.sha(token), False)",
        ("pendant-is-marked",),
        seeds=60,
        weather="people",
    ),
    Plant(
        "taken-in-silence",
        "whose pendant is revoked while she is out, of that nobody hears",
        "hub.engine.custody",
        "for visit_id in sorted(running):",
        "for visit_id in ():",
        ("taken-is-told",),
        weather="people",
    ),
    Plant(
        "last-word-ignored",
        "a battery that ends on a visit asks nobody",
        "hub.rules.claims",
        "return changed(visit, part, new, said, effect.clause, (effect,))",
        "return changed(visit, part, new, said)",
        ("last-word-asks",),
        inside="_last_gasp",
        weather="power",
    ),
)
