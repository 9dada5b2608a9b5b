"""Room that is kept free for alarms: records that hold nothing, given up one by one.

Rule: as many alarms as can wait (outbox) find a place on a flash that is full for everything else.
What is given up for an alarm is made again when the flash has nothing else to do, one at a time: a
write takes the board some 60 ms, in which it polls no button.
"""

from firmware.pendant.outbox import MAX_ALARMS_OF_A_KIND

PREFIX = "r-"
# Every alarm that can wait has a block of its own; three for the file system: a folder that has
# grown is split into two pairs of blocks, and one is on its way while another is not yet free.
COUNT = sum([limit for _kind, limit in MAX_ALARMS_OF_A_KIND]) + 3
# More than littlefs keeps inside a folder's own block (at most an eighth of 4096 bytes), so that
# each of them holds a whole block.
ROOM_BYTES = 600
MAKE_FIRST_MS = 10_000  # after a start: what it was started for comes first
MAKE_EVERY_MS = 1000
MAKE_AGAIN_MS = 600_000  # after a refusal: the flash is full, or broken


def is_room(name: str) -> bool:
    """A record of the reserve."""
    return name[:2] == PREFIX


class Reserve:
    """Which of its records are on flash, and when the next one is to be made."""

    def __init__(self) -> None:
        self._held: list[str] = []
        self.missing = [PREFIX + str(number) for number in range(COUNT)]
        self._due_ms = MAKE_FIRST_MS

    def take_out(self, records: "list[tuple[str, bytes]]") -> "list[tuple[str, bytes]]":
        """What the flash held at boot, without the reserve."""
        for name, _ in records:
            self.made(name)
        return [record for record in records if not is_room(record[0])]

    def next_to_make(self, now_ms: int) -> str:
        """The record that is to be made now; "" for none."""
        if not self.missing or now_ms < self._due_ms:
            return ""
        self._due_ms = now_ms + MAKE_EVERY_MS
        return self.missing[0]

    def made(self, name: str) -> None:
        if name in self.missing:
            self.missing.remove(name)
            self._held.append(name)

    def refused(self, now_ms: int) -> None:
        self._due_ms = now_ms + MAKE_AGAIN_MS

    def give_up(self, now_ms: int) -> str:
        """The record that is to be erased for an alarm; "" if all have gone."""
        if not self._held:
            return ""
        self._due_ms = now_ms + MAKE_AGAIN_MS  # not at once: it would take the place again
        name = self._held.pop()
        self.missing.append(name)
        return name
