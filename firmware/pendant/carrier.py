"""The order of the pendant: what the core wants done, and when it is told what was done.

Rule: what is to be durable goes to the flash one at a time and in the order it was asked for; the
core hears that a record is kept only after the flash has kept it, and only what the core then says
is felt and sent. A write that failed is not told: the core asks again by its own clock. Everything
else is done at once, in the core's order. Whoever carries this out (app, storm) decides nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any, Protocol

    Outputs = list[tuple[Any, ...]]
    Work = tuple[str, bytes | None]

    class Core(Protocol):
        """As much of Device as is needed here."""

        def persisted(self, name: str, now_ms: int) -> Outputs: ...


class Carrier:
    """Between the core and its board: outputs in, what to do at once and what to flash out."""

    def __init__(self, core: "Core") -> None:
        self._core = core
        self._flash_work: list[Work] = []  # bounded by the core's outbox

    def took(self, outputs: "Outputs") -> "Outputs":
        """What the core said to any input; returns what to do now: send, feel, connect, reset."""
        at_once = []
        for output in outputs:
            if output[0] == "persist":
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

    def flash_done(self, ok: bool, now_ms: int) -> "Outputs":
        """The flash is through with `flash_next`; returns what to do now."""
        name, blob = self._flash_work[0]
        at_once = self.took(self._core.persisted(name, now_ms)) if ok and blob is not None else []
        self._flash_work.pop(0)  # only now: the core may ask again for what has just been done
        return at_once

    def waiting(self) -> "list[Work]":
        """What a reset would lose, in order: the one on its way first."""
        return list(self._flash_work)

    def _to_flash(self, work: "Work") -> None:
        """The core asks again while a write is slow: what already waits need not wait twice."""
        same = [waits for waits in self._flash_work if waits[0] == work[0]]
        if not same or same[-1] != work:
            self._flash_work.append(work)
