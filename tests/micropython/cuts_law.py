"""What a flash owes its pendant over power cuts, and the chip and dice of those stories; for
cuts_rig.py, inside MicroPython.
"""

from firmware.pendant import journal
from simulator.storm.flash_chip import BLOCK_BYTES, PER_MILLE, FlashChip, Tear

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist in here
    Operation = tuple[int, int, bytes | None]  # block, offset, data; None: erased


class Dice:
    """Random numbers of a seed; MicroPython has none of its own here."""

    def __init__(self, seed: int) -> None:
        self._state = (seed * 2654435761 + 12345) & 0x3FFFFFFF

    def below(self, limit: int) -> int:
        self._state = (self._state * 1103515245 + 12345) & 0x3FFFFFFF
        return (self._state >> 8) % limit

    def tear(self) -> Tear:
        return Tear(self.below(PER_MILLE + 1), self.below(2) * (1 + self.below(1 << 20)))


class LoggedChip(FlashChip):
    """Remembers what was done to it since its power came."""

    def __init__(self, image: bytes) -> None:
        FlashChip.__init__(self, len(image) // BLOCK_BYTES)
        self.image[:] = image
        self.operations = 1  # has been used: it is not to be formatted
        self.log: list[Operation] = []

    def program(self, block: int, off: int, data: bytes) -> int:
        if not self.is_off:
            self.log.append((block, off, data))
        return FlashChip.program(self, block, off, data)

    def erase(self, block: int) -> int:
        if not self.is_off:
            self.log.append((block, 0, None))
        return FlashChip.erase(self, block)


def repeat(chip: FlashChip, operation: "Operation") -> None:
    block, off, data = operation
    if data is None:
        chip.erase(block)
    else:
        chip.program(block, off, data)


class Law:
    """What the flash owes, by what had been told when an operation of the chip began."""

    def __init__(self) -> None:
        self.facts: list[tuple[int, str, str]] = []  # (operations before it, what, identity)
        self.tokens: dict[str, bytes] = {}  # each identity's only bytes
        self.breaches: list[str] = []
        self.kept = 0

    def fact(self, operations: int, what: str, identity: str) -> None:
        self.facts.append((operations, what, identity))
        self.kept += what == "kept"

    def sealed(self, identity: str, token: bytes) -> None:
        if self.tokens.setdefault(identity, token) != token:
            self.breaches.append(identity + " has two sets of bytes")

    def held(self, found: journal.Found, operations: int, where: str) -> None:
        """What a boot found, after a cut of the operation that came after so many."""
        events = {}
        for message, token in found.events:
            events[message.identity()] = token
            if self.tokens.get(message.identity()) != token:
                self.breaches.append(where + ": nobody sealed " + message.identity())
        still_open = [identity for identity, _kind in found.open]
        owed, received = [], []
        for at, what, identity in self.facts:
            if at > operations:
                break
            if what == "kept":
                owed.append(identity)
            elif what == "received":
                received.append(identity)
            elif identity in owed:
                owed.remove(identity)
        for identity in owed:
            if identity not in events and not (identity in received and identity in still_open):
                self.breaches.append(where + ": lost " + identity)
        if found.unreadable:
            self.breaches.append(where + ": unreadable records")

    def life_ends(self, operations: int) -> None:
        """The next life counts from nothing; what this one owed it owes from the start."""
        self.facts = [(0, what, name) for at, what, name in self.facts if at <= operations]
