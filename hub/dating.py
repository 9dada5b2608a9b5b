"""When a press happened: dated by the press, never by the arrival of the packet (ADR 0001).

A message carries `heard_ms`, the last signed hub time its boot heard, and `since_ms`, the time on
the pendant's own clock from then (or from its boot, when it has heard none) to the press. A press
that cannot be dated gets the earliest moment it can have happened: an SOS is then paged with its
greatest age, and an all-clear is too old to clear anything.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dated:
    """`certain` is False when `at_ms` is only the earliest possible moment."""

    at_ms: int
    certain: bool


def date(
    heard_ms: int, since_ms: int, received_ms: int, earliest_ms: int, genesis_ms: int
) -> Dated:
    """The moment of a press.

    `earliest_ms`: the last moment at which the hub knows this boot had not yet begun: the newest
    date of an earlier boot's message, or the pendant's registration. `heard_ms` counts only when
    this hub can have signed it: not before its genesis and not after the receipt. What lies in
    the future after adding `since_ms` (a pendant's clock that runs fast) is held at the receipt.
    """
    if genesis_ms <= heard_ms <= received_ms:
        return Dated(min(heard_ms + since_ms, received_ms), True)
    earliest_ms = min(max(earliest_ms, genesis_ms), received_ms)
    if heard_ms:
        # Another hub's time, or one from before a restored backup: nothing to count from.
        return Dated(earliest_ms, False)
    return Dated(min(earliest_ms + since_ms, received_ms), False)
