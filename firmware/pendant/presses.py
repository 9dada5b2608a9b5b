"""Alarm presses that no person has ended yet.

Rule: a press stays here, on flash, and in the beats, over receipts and reboots, until a signed
standing lists it as resolved; so a hub that lost it hears of it again.
"""

from protocol.messages import Duress, DuressSuspected, SosAborted, SosPressed, open_press
from protocol.record import MAX_LIST

AUDIBLE = (SosPressed.TYPE, SosAborted.TYPE)
SILENT = (Duress.TYPE, DuressSuspected.TYPE)  # nothing she can feel or see may tell of these
# A bound for the heap. Only presses that the hub has received are ever let go of, oldest first.
MAX_OPEN = 32


class OpenPress:
    def __init__(self, identity: str, kind: str, received: bool) -> None:
        self.identity = identity
        self.audible = kind not in SILENT
        self.kind = kind
        self.received = received
        self.received_seq = 0  # the last sequence number used when the receipt came
        self.known = True  # the hub has not shown itself ignorant of it since


class OpenPresses:
    def __init__(self) -> None:
        self._presses: list[OpenPress] = []
        self._turn = 0

    def add(self, press: OpenPress) -> OpenPress | None:
        """Keep it; returns the received press that had to make room, if one had to."""
        if self.find(press.identity) is not None:
            return None
        self._presses.append(press)
        if len(self._presses) > MAX_OPEN:
            for old in self._presses:
                if old.received:
                    self._presses.remove(old)
                    return old
        return None

    def find(self, identity: str) -> OpenPress | None:
        for press in self._presses:
            if press.identity == identity:
                return press
        return None

    def any(self) -> bool:
        return len(self._presses) > 0

    def audible(self) -> list[OpenPress]:
        return [press for press in self._presses if press.audible]

    def newest_audible(self) -> str:
        """The press that a standing names: the newest SOS, else the newest that was let go."""
        presses = self.audible()
        pressed = [press for press in presses if press.kind == SosPressed.TYPE]
        presses = pressed or presses
        return presses[-1].identity if presses else ""

    def listed(self) -> list[str]:
        """For a beat: the newest, and the others in turn when they do not all fit."""
        identities = [open_press(press.identity, press.kind) for press in self._presses]
        if len(identities) <= MAX_LIST:
            return identities
        others, newest = identities[:-1], identities[-1]
        start = self._turn % len(others)
        self._turn += MAX_LIST - 1
        return (others[start:] + others[:start])[: MAX_LIST - 1] + [newest]

    def end(self, resolved: list[str]) -> list[OpenPress]:
        """A person ended these; returns the ones that were open here."""
        ended = [press for press in self._presses if press.identity in resolved]
        self._presses = [press for press in self._presses if press.identity not in resolved]
        return ended
