"""What the pendant says of itself, without a press: that it started, and that its battery ends.

Rule: `booted` is not kept, the next boot speaks for itself; `last-gasp` is kept as an event is.
"""

from firmware.pendant.identity import Identity
from firmware.pendant.ledger import Ledger
from firmware.pendant.standing import Beliefs
from protocol.messages import Booted, LastGasp
from protocol.record import MAX_TEXT, is_text

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

    Outputs = list[tuple[Any, ...]]

FIRMWARE = "allswell 0.1.0"
MAX_CAUSE = 32  # leaves room for what is damaged


def booted(
    identity: Identity, beliefs: Beliefs, ledger: Ledger, why: "tuple[str, str]", now_ms: int
) -> None:
    """`why`: the cause of this start, and what is damaged ("" if nothing is)."""
    cause, damage = why
    if damage:
        cause = ("%s; %s" % (cause[:MAX_CAUSE], damage))[:MAX_TEXT]
    values = identity.next(beliefs, now_ms)
    values["cause"] = cause if is_text(cause) else "unprintable"
    values["firmware"] = FIRMWARE
    values["open"] = ledger.presses.listed()
    message = Booted(**values)
    ledger.add_unkept(message, identity.seal(message), now_ms)


def last_gasp(
    identity: Identity, beliefs: Beliefs, ledger: Ledger, pct: int, now_ms: int, out: "Outputs"
) -> None:
    """Not again while one waits from an earlier start: a dying cell may start many times."""
    if any(entry.kind is LastGasp for entry in ledger.outbox.routine):
        return
    values = identity.next(beliefs, now_ms)
    values["battery_pct"] = pct
    message = LastGasp(**values)
    ledger.add(message, identity.seal(message), now_ms, out)
