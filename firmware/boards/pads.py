"""The chip's pads: held over a deep sleep, and the buttons on three of them.

Rule: a button tells levels, and of SOS besides that it had an edge; what a press is, is the core's
word.
"""

import machine

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable
    from typing import Any


def pad(number: int, mode: int, **options: "Any") -> "machine.Pin":
    """A pad that was held in deep sleep stays so over the boot, until hold=False (quickref, "Pins
    and GPIO"; the stubs do not know `hold`)."""
    made: Callable[..., machine.Pin] = machine.Pin
    return made(number, mode, **options)


class Button:
    """One contact to ground. `down` is what was last told of it."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.number = number
        self.down = False
        self.pin = pad(number, machine.Pin.IN, pull=machine.Pin.PULL_UP, hold=False)
        self._edges = 0
        if name == "s":
            self.pin.irq(self._moved, machine.Pin.IRQ_FALLING)  # soft: run between two bytecodes

    def _moved(self, pin: "machine.Pin") -> None:
        self._edges += 1

    def look(self, was_away: bool) -> "list[bool]":
        """What to tell: its level if that is another one, and a whole press if the loop was away,
        it is up as before, and there was an edge."""
        level = not self.pin.value()
        had_edge, self._edges = self._edges > 0, 0
        if level != self.down:
            self.down = level
            return [level]
        return [True, False] if was_away and had_edge and not level else []
