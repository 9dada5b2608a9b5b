"""The order of the pendant: what the core wants done, and when it is told what was done.

Rule: what is to be durable goes to the flash one at a time and in the order it was asked for; the
core hears that a record is kept only after the flash has kept it, and only what the core then says
is felt and sent. A write that failed is not told: the core asks again by its own clock. On a full
flash an alarm's record has routine ones give way, and then the reserve. Everything else is done at
once, in the core's order. Whoever carries this out (app, storm) decides nothing.
"""

from firmware.pendant import rescue
from firmware.pendant.reserve import ROOM_BYTES, Reserve, is_room

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any, Protocol

    Outputs = list[tuple[Any, ...]]
    Work = tuple[str, bytes | None]
    Record = tuple[str, bytes]

    class Core(Protocol):
        """As much of Device as is needed here."""

        def persisted(self, name: str, now_ms: int) -> Outputs: ...

        def is_alarm_record(self, name: str) -> bool: ...

        def give_way(self) -> str: ...


ERASE_AGAIN_MS = 30_000
MAX_ERASURES = 10  # then it stays: a flash that is broken for so long must not keep us awake


class Carrier:
    """Between the core and its board: outputs in, what to do at once and what to flash out."""

    def __init__(self, core: "Core") -> None:
        self._core = core
        self._reserve = Reserve()
        self._flash_work: list[Work] = []  # bounded by the core's outbox
        self._left: dict[str, int] = {}  # records that would not go -> how often that was tried
        self._left_due_ms = 0

    def found(self, records: "list[Record]", memory: bytes = b"") -> "list[Record]":
        """What a boot is to hand to the core: of all that the flash held, and of what the board
        remembered."""
        return rescue.unpack(memory, self._reserve.take_out(records))

    def took(self, outputs: "Outputs") -> "Outputs":
        """What the core said to any input; returns what to do now: send, feel, connect, reset."""
        at_once = []
        for output in outputs:
            if output[0] == "persist":
                self._left.pop(output[1], None)
                self._to_flash((output[1], output[2]))
            elif output[0] == "erase":
                self._to_flash((output[1], None))
            else:
                at_once.append(output)
        return at_once

    def flash_next(self) -> "Work | None":
        """The record to write, or to erase (None), before any other: the same one until
        `flash_done`."""
        return self._flash_work[0] if self._flash_work else None

    def idle(self, now_ms: int) -> None:
        """Nothing to do: `flash_next` may now have an erasure to try again, or a piece of the
        reserve to make."""
        if self._flash_work:
            return
        if self._left and now_ms >= self._left_due_ms:
            self._left_due_ms = now_ms + ERASE_AGAIN_MS
            self._flash_work.append((next(iter(self._left)), None))
            return
        name = self._reserve.next_to_make(now_ms)
        if name:
            self._flash_work.append((name, bytes(ROOM_BYTES)))

    def at_rest(self) -> bool:
        """Nothing is on its way to the flash, and nothing is still there that was to go."""
        return not self._flash_work and not self._left

    def flash_done(self, ok: bool, now_ms: int, full: bool = False) -> "Outputs":
        """The flash is through with `flash_next` (`full`: it had no room); returns what to do
        now."""
        name, blob = self._flash_work[0]
        if ok and blob is not None and not is_room(name):
            at_once = self.took(self._core.persisted(name, now_ms))
            self._flash_work.pop(0)  # only now: the core may ask again for what has just been done
            return at_once
        if full and blob is not None and self._make_room(name, now_ms):
            return []
        self._flash_work.pop(0)
        if ok and blob is not None:
            self._reserve.made(name)
        elif is_room(name):
            self._reserve.refused(now_ms)
        elif blob is None:
            self._erased(name, ok, now_ms)
        return []

    def _erased(self, name: str, ok: bool, now_ms: int) -> None:
        """What would not go would be taken up by the next boot as if it were owed still."""
        tries = self._left.pop(name, 0) + 1
        if not ok and tries < MAX_ERASURES:
            self._left[name] = tries
            self._left_due_ms = now_ms + ERASE_AGAIN_MS

    def _make_room(self, name: str, now_ms: int) -> bool:
        """Something goes, before this record is tried again; False: it has no claim, or all that
        could go has gone."""
        if not self._core.is_alarm_record(name):
            return False
        goes = self._core.give_way() or self._reserve.give_up(now_ms)
        if goes:
            self._flash_work.insert(0, (goes, None))
        return goes != ""

    def waiting(self) -> "list[Work]":
        """What a reset would lose, in order: the one on its way first."""
        return list(self._flash_work)

    def to_remember(self) -> bytes:
        """For the board's memory that outlives a reset: the alarms that wait for the flash."""
        alarms: list[Record] = []
        for name, blob in self._flash_work:
            if blob is not None and name[:2] == "e-" and self._core.is_alarm_record(name):
                alarms.append((name, blob))
        return rescue.pack(alarms)

    def _to_flash(self, work: "Work") -> None:
        """The core asks again while a write is slow: what already waits need not wait twice."""
        same = [waits for waits in self._flash_work if waits[0] == work[0]]
        if not same or same[-1] != work:
            self._flash_work.append(work)
