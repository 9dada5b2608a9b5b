"""The hub's reading decides: what a gesture means depends on what the hub knows.

A pendant may have slept, been offline or be behind. Rule: danger means the same everywhere; A
always means well and D never does; a press the table does not know is a touch: recorded, and
nothing is claimed. A silent press is two messages: the alarm, and what A short would have sent, so
that all she can feel goes on as after A short (P2); its gesture tells it from a word of hers.
"""

from protocol.messages import ALARM_TYPES, PHASES

DANGER = {"sos-hold": "sos_pressed", "sos-stabs": "sos_pressed", "sos-let-go": "sos_aborted",
          "chord": "duress", "chord-broken": "duress_suspected"}  # fmt: skip
SILENT = ("chord", "chord-broken")
FELT_AS_A_SHORT = "felt_as_a_short"
NO_PRESS = {"booted": "booted", "last-gasp": "last_gasp"}  # the pendant's own word
DANGER_TYPES = {kind.TYPE: kind.TYPE.replace("-", "_") for kind in ALARM_TYPES}

_A_SHORT_TYPES = ("arrived", "ok", "replied")
DAY = "day"  # out all day and at no visit that the hub knows: no phase, a column of its own
_NOT_THERE = ("off", "closed", "cancelled")
_RUNNING = tuple(phase for phase in PHASES if phase not in _NOT_THERE)
_BEFORE = ("planned", "on-the-way")


def _table() -> dict[tuple[str, str], str]:
    """(gesture, phase of the worker's part or "off") -> event kind, for an ordinary press."""
    found: dict[tuple[str, str], str] = {}
    for phase in _RUNNING:
        found["a-short", phase] = "arrived" if phase in _BEFORE else "ok"
        found["a-double", phase] = "carry_on_asked"
        found["a-hold", phase] = "started_out" if phase in _BEFORE else "ok"
        found["d-short", phase] = "not_going_in" if phase == "at-door" else "departed"
        found["d-double", phase] = "no_answer"
        found["d-hold", phase] = "home_safe"
    for phase in _NOT_THERE:
        found["a-short", phase] = "touched"
        found["a-double", phase] = "touched"
        found["a-hold", phase] = "started_out"
        # D never means well: off a visit a person asks what it meant.
        found["d-short", phase] = "departed"
        found["d-double", phase] = "no_answer"
        found["d-hold", phase] = "home_safe"
    # Between her visits she is well or home; all else is about a visit that nobody has entered.
    found |= {(gesture, DAY): kind for (gesture, phase), kind in found.items() if phase == "off"}
    found |= {("a-short", DAY): "ok", ("a-double", DAY): "carry_on_asked"}
    return found


TABLE = _table()


def read(message_type: str, gesture: str, phase: str, prompt: str) -> str:
    """The event kind. `phase`: the hub's for her part; `prompt`: the question put to her."""
    if message_type in DANGER_TYPES:
        return DANGER_TYPES[message_type]
    if gesture in SILENT and message_type in _A_SHORT_TYPES:
        return FELT_AS_A_SHORT
    if gesture in DANGER:
        return DANGER[gesture]
    if message_type in NO_PRESS:
        return NO_PRESS[message_type]
    kind = TABLE.get((gesture, phase or "off"), "touched")
    if kind == "touched" and message_type == "arrived" and gesture == "a-short":
        # She believes herself at a door and the hub knows of no visit: a person asks her.
        return "arrived"
    if kind != "ok":
        return kind
    if message_type == "arrived":
        # Pressed at the door again, or before the telephone was quicker: the arrival it was.
        return "arrived"
    return "replied" if message_type == "replied" or (prompt and gesture == "a-short") else "ok"


def felt_as(message_type: str, phase: str, prompt: str) -> str:
    """What A short would be read as now, for a message that is felt_as_a_short."""
    return read(message_type, "a-short", phase, prompt)
