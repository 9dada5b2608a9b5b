"""The SOS button: held for two seconds, or three presses within three. Pure, beside Gestures.

Rules it keeps: it minds no other button; a hand that shakes still holds (a gap of up to BRIDGE_MS
does not end a hold); the press that woke the pendant counts twice, because the chip is blind while
it starts and a stab that came then was not seen.
"""

from firmware.pendant.contact import DEBOUNCE_MS, Contact

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip, and its tuple cannot be subscripted
    Felt = tuple[object, ...]

HOLD_MS = 2000
LET_GO_MS = 800  # held this long and let go: a person checks
BRIDGE_MS = 400  # a gap of a hand that shakes, or slips and finds it again
STABS = 3
STAB_MS = 40  # no finger is quicker; keys are. The last of three counts at once all the same
STABS_MS = 3000
RAMP = ((800, "ramp-1"), (1200, "ramp-2"), (1600, "ramp-3"))  # felt while it is held


class Sos:
    def __init__(self) -> None:
        self.contact = Contact()
        self._stabs: list[int] = []
        self._woken_ms = -1
        self._spent = False  # this press has had its meaning
        self._ramp = 0
        self._began_ms = 0  # of the hold, over its gaps
        self._up_ms = -1  # let go, and not yet known whether for good

    def woken(self, now_ms: int, out: "list[Felt]") -> None:
        self._began_ms = self._woken_ms = now_ms
        self._stabs = [now_ms, now_ms]
        self.contact.wake(now_ms)
        out.append(("felt", "tick"))

    def held_due_ms(self) -> int:
        if not self.contact.down or self._spent:
            return -1
        held_ms = RAMP[self._ramp][0] if self._ramp < len(RAMP) else HOLD_MS
        return max(self._began_ms + held_ms, self.contact.down_ms) + DEBOUNCE_MS

    def let_go_due_ms(self) -> int:
        return -1 if self._up_ms < 0 else self._up_ms + BRIDGE_MS + DEBOUNCE_MS

    def held(self, out: "list[Felt]") -> None:
        if self._ramp < len(RAMP):
            out.append(("felt", RAMP[self._ramp][1]))
            self._ramp += 1
            return
        self._spent = True
        self._stabs = []
        out.append(("gesture", "sos-hold", self._began_ms, HOLD_MS))

    def settled(self, due_ms: int, out: "list[Felt]") -> None:
        contact = self.contact
        if not contact.settle(due_ms):
            return
        if not contact.down:
            if not self._spent:
                self._up_ms = contact.up_ms
            fleeting = contact.up_ms - contact.down_ms < STAB_MS
            if fleeting and self._stabs and contact.down_ms != self._woken_ms:
                self._stabs.pop()
            return
        now_ms = contact.down_ms
        if self._up_ms < 0:
            self._began_ms = now_ms
            self._ramp = 0
        self._up_ms = -1
        self._stabs = [at_ms for at_ms in self._stabs if now_ms - at_ms <= STABS_MS]
        self._stabs.append(now_ms)
        self._spent = len(self._stabs) >= STABS
        out.append(("felt", "tick"))
        if self._spent:
            out.append(("gesture", "sos-stabs", self._stabs[0], now_ms - self._stabs[0]))
            self._stabs = []

    def let_go(self, out: "list[Felt]") -> None:
        """For good."""
        held_ms, self._up_ms = self._up_ms - self._began_ms, -1
        if held_ms >= LET_GO_MS:
            out.append(("gesture", "sos-let-go", self._began_ms, held_ms))
