"""What a gesture says: one table, printed in docs/pendant.md.

Rule: every press is sent, with its gesture, whatever the pendant believes; where the hub knows
better, the hub's reading decides.
"""

from protocol.messages import (
    Arrived,
    CarryOn,
    Departed,
    Duress,
    DuressSuspected,
    HomeSafe,
    NoAnswer,
    Ok,
    PressMessage,
    Replied,
    SosAborted,
    SosPressed,
    StartedOut,
)

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

CARRY_ON_MINUTES = 15

# gesture -> (message, {believed phase: another message})
MEANINGS: "dict[str, tuple[type[PressMessage], dict[str, type[PressMessage]]]]" = {
    "a-short": (Ok, {"planned": Arrived, "on-the-way": Arrived}),
    "a-double": (CarryOn, {}),
    "a-hold": (StartedOut, {}),
    "d-short": (Departed, {}),
    "d-double": (NoAnswer, {}),
    "d-hold": (HomeSafe, {}),
    "sos-hold": (SosPressed, {}),
    "sos-stabs": (SosPressed, {}),
    "sos-let-go": (SosAborted, {}),
    "chord": (Duress, {}),
    "chord-broken": (DuressSuspected, {}),
}


def meaning(gesture: str, phase: str, prompt: str) -> "type[PressMessage]":
    """The message for a gesture. A pending prompt turns what would be `ok` into its answer."""
    usual, by_phase = MEANINGS[gesture]
    kind = by_phase.get(phase, usual)
    return Replied if kind is Ok and prompt else kind


def say(
    kind: "type[PressMessage]", gesture: str, values: "dict[str, Any]", held_ms: int, prompt: str
) -> PressMessage:
    """The message itself, from the fields that all up messages share."""
    values["gesture"] = gesture
    if kind is CarryOn:
        values["minutes"] = CARRY_ON_MINUTES
    elif kind is Replied:
        values["prompt"] = prompt
    elif kind is SosAborted:
        values["held_ms"] = held_ms
    return kind(**values)
