"""What every decision of the rules keeps to, whatever the story is about: asked after each event.

Rule (P10): a decision gives its reason; whatever changed has a higher version, so that the action
of an old page can be told from one that knew.
"""

from hub.rules.effects import Decision
from hub.rules.model import Alarm, Visit


def keeps_to_them(
    before: Visit | Alarm | None, after: Visit | Alarm | None, done: Decision
) -> None:
    """`before` and `after`: what the decision was about, as it was and as it is."""
    assert done.reason, f"no reason was given: {done}"
    assert all(isinstance(each, str) for each in done.clause), f"no clauses: {done.clause}"
    if before is None or after is None or before == after:
        return
    assert after.version > before.version, f"changed, and the version stayed: {done.reason}"
    assert not done.refused, f"refused, and changed all the same: {done.refused}"
