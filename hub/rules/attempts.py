"""Attempts to reach her: by whom, by which means, when, with what result.

Rule: only speech with her is contact; an answerphone, a message sent or somebody else on the line
is an attempt that has failed (HM-3.1, HM-3.5).
"""

from hub.rules.asked import flag
from hub.rules.kinds import RESULTS
from hub.rules.model import Attempt, Event

SPOKE = "spoke"
NO_CONTACT = frozenset(RESULTS) - {SPOKE}


def attempt_of(event: Event) -> tuple[Attempt, str]:
    """The attempt that was recorded, and why it cannot stand, or ""."""
    data = event.data
    means, result, note = (str(data.get(key, "")).strip() for key in ("means", "result", "note"))
    reached = flag(data, "reached") or result == SPOKE
    attempt = Attempt(event.at_ms, event.by, means, reached, note, result)
    if result and result not in RESULTS:
        return attempt, f"How it ended is one of {', '.join(RESULTS)}."
    if reached and "answerphone" in (means, result):
        said = "A message left is no contact: record it as not reached, and try her other lines."
        return attempt, said
    if reached and result in NO_CONTACT:
        return attempt, "Only speech with her is contact: say that you spoke, or what else it was."
    return attempt, ""
