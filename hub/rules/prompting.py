"""What the policy tells people at a moment: instructions, and which of her lines to try next.

Rule: while a silent alarm is open the client's lines are not rung, and hers neither (P2): whoever
threatens her may hear it.
"""

from hub.policy.duties import Instruction
from hub.policy.model import Terms
from hub.rules.facts import test_of
from hub.rules.model import Part, Visit


def next_means(
    terms: Terms, part: Part, silent_alarm: bool = False, own_mobile: bool = True
) -> tuple[str, ...]:
    """Lines not tried since the last contact, in the policy's order (HM-3.6, HM-4.2.4).

    `own_mobile`: whether her consent to be rung there is on file (SU-chain)."""
    if silent_alarm:
        return ()
    lines = tuple(means for means in terms.means if own_mobile or means != "own-mobile")
    tried = {attempt.means for attempt in part.attempts if not attempt.reached}
    left = tuple(means for means in lines if means not in tried)
    return left or lines


def instructions(
    terms: Terms, moment: str, visit: Visit | None = None, part: Part | None = None
) -> tuple[Instruction, ...]:
    """What is shown at `phase:inside`, `alarm:sos`, `command:confirm_arrival`, `step:call-999` …"""
    return tuple(
        row
        for row in terms.instructions
        if moment in row.at
        and (visit is None or not row.levels or visit.level in row.levels)
        and (
            visit is None or part is None or all(test_of(fact)(visit, part, 0) for fact in row.when)
        )
    )
