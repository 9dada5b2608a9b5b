"""Another procedure from here on: new visits run by it, running ones keep theirs (P9).

Rule: it is taken over within a turn, with its text, so that no visit is ever planned by terms that
the database does not hold; and it is on the record.
"""

from hub.engine import keeping
from hub.engine.turn import Turn
from hub.inbox import Answer, NewPolicy
from hub.policy.model import Policy
from hub.policy.terms import terms_text
from hub.procedure import IN_FORCE

STORE_TERMS = "INSERT INTO terms (id, source, stored_ms) VALUES (?,?,?) ON CONFLICT (id) DO NOTHING"


def store_terms(turn: Turn, policy: Policy) -> None:
    """Before the first visit is planned under it, the procedure itself is in the database."""
    row = (policy.terms_id, terms_text(policy), turn.now_ms)
    turn.changes.other.append((STORE_TERMS, row))
    turn.changes.meta[IN_FORCE] = policy.terms_id


def adopt(turn: Turn, item: NewPolicy) -> None:
    """`item.policy` is loaded and sound."""
    was, new = turn.policy.terms_id, item.policy
    said = f"{new.terms_id} is in force for new visits, was {was}"
    if new.terms_id == was:
        said = f"{was} is in force already"
    else:
        store_terms(turn, new)
        turn.state.terms[new.terms_id] = new
        turn.policy = new
        turn.note("policy_changed", said)
        keeping.adopt(turn)
        turn.after.changed.add("board")
    turn.after.replies.append((item.reply, Answer(True, said, new.terms_id)))
