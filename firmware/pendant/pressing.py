"""From a gesture to its sealed event, and to what she feels of it.

Rule: a press is sealed once and asked onto flash before anything else is done with it; a silent
alarm is felt as the A short that goes with it and as nothing else.
"""

from firmware.pendant import journal
from firmware.pendant.identity import Identity
from firmware.pendant.ledger import Ledger, is_audible
from firmware.pendant.meanings import meaning, say
from firmware.pendant.presses import SILENT
from firmware.pendant.standing import Beliefs
from firmware.pendant.truths import Truths
from protocol.messages import ALARM_TYPES, PressMessage, StartedOut

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

    Outputs = list[tuple[Any, ...]]


def feel(out: "Outputs", patterns: "list[str]") -> None:
    for pattern in patterns:
        out.append(("feel", pattern))


class Pressing:
    def __init__(
        self, identity: Identity, beliefs: Beliefs, ledger: Ledger, truths: Truths
    ) -> None:
        self._identity = identity
        self._beliefs = beliefs
        self._ledger = ledger
        self._truths = truths

    def gesture(self, name: str, began_ms: int, held_ms: int, now_ms: int, out: "Outputs") -> None:
        kind = meaning(name, self._beliefs.phase, self._truths.pending_prompt())
        if self._ledger.outbox.full_of(kind):
            identity = self._join(kind, now_ms, out)
        else:
            identity = self._press(kind, name, (began_ms, held_ms), now_ms, out)
        if kind.TYPE in SILENT:
            return  # nothing of it is felt; what she feels is its A short, when that is read
        if kind in ALARM_TYPES:
            self._truths.watch(identity, True, now_ms)
        elif name == "a-short":
            self._a_short(identity, kind, now_ms, out)
        else:
            if name[2:] != "hold":  # a hold was felt while it lasted
                out.append(("feel", "read-" + name[2:]))
            elif kind is StartedOut and self._truths.battery.low():
                out.append(("feel", "battery-low"))
            self._truths.watch(identity, False, now_ms)

    def felt_as_a_short(
        self, name: str, began_ms: int, held_ms: int, now_ms: int, out: "Outputs"
    ) -> None:
        """After a silent alarm: the message that A short would have been, when it would have been,
        so that the hub answers as it would have. Its gesture says that it is no word of hers."""
        kind = meaning("a-short", self._beliefs.phase, self._truths.pending_prompt())
        identity = self._press(kind, name, (began_ms, held_ms), now_ms, out)
        self._a_short(identity, kind, now_ms, out)

    def claim_name(self) -> str:
        """The record of her latest arrival claim; "" without one."""
        claim = self._truths.claim
        return journal.name_of("c", claim) if claim else ""

    def drop_claim(self, before: str, out: "Outputs") -> None:
        """An arrival that is no longer her latest has no record."""
        if before and before != self.claim_name():
            out.append(("erase", before))

    def _a_short(
        self, identity: str, kind: "type[PressMessage]", now_ms: int, out: "Outputs"
    ) -> None:
        """What A short does, and a chord in exactly the same way."""
        before = self.claim_name()
        feel(out, self._truths.touched(identity, kind, now_ms))
        self._truths.watch(identity, False, now_ms)
        self.drop_claim(before, out)

    def _press(
        self,
        kind: "type[PressMessage]",
        gesture: str,
        times: "tuple[int, int]",
        now_ms: int,
        out: "Outputs",
    ) -> str:
        """Seal the event, once, and ask the flash to keep it. `times`: when it began, how long it
        was held."""
        values = self._identity.next(self._beliefs, times[0])
        message = say(kind, gesture, values, times[1], self._truths.pending_prompt())
        self._ledger.add(message, self._identity.seal(message), now_ms, out)
        return message.identity()

    def _join(self, kind: "type[PressMessage]", now_ms: int, out: "Outputs") -> str:
        """As many of this kind wait as the hub can be told of: send the newest again, at once."""
        entry = self._ledger.outbox.newest_of(kind)
        entry.again(now_ms)
        if entry.stored and is_audible(entry):
            out.append(("feel", "stored"))
        return entry.identity
