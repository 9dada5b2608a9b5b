"""Quiet: what she feels is softer and the LED stays dark, until she changes it back.

Rule: the hub is told nothing of it, and an SOS is answered as strongly as ever (feedback.LOUD).
"""

from firmware.pendant import journal

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

    Outputs = list[tuple[Any, ...]]


class Quiet:
    def __init__(self, on: bool) -> None:
        self._on = on

    def restore(self, word: str, out: "Outputs") -> None:
        """What she chose last; "" if she never did."""
        if word:
            self._on = word == "on"
        out.append(("quiet", self._on))

    def change(self, out: "Outputs") -> None:
        self._on = not self._on
        word = "on" if self._on else "off"
        out.append(("quiet", self._on))
        out.append(("persist", journal.QUIET_NAME, journal.wrap(word.encode())))
        out.append(("feel", "quiet-" + word))
