"""Every message of the wire, one class each. This list is the contract (docs/protocol.md).

Up: what a pendant says. Every up message is an *identity* (pendant, boot, seq), a *time*
(`heard_ms`: the last signed hub time it heard, 0 if none since this boot; `since_ms`: milliseconds
from then, or from boot, to the press) and the standing version it believed. An event is signed once
and resent byte-identical. Down: `receipt` (sent only after the hub's commit) and `standing`.
"""

from protocol.record import OPEN_LETTERS, Message

# Gestures, as the pendant read them from its buttons (docs/pendant.md).
GESTURES = (
    "a-short",
    "a-double",
    "a-hold",
    "d-short",
    "d-double",
    "d-hold",
    "sos-hold",
    "sos-stabs",
    "sos-let-go",
    "chord",
    "chord-broken",
    "none",  # not a person: booted, beat, last-gasp
)

# Phases of a visit as a pendant knows them; "off" is off duty.
PHASES = (
    "off",
    "planned",
    "on-the-way",
    "at-door",
    "inside",
    "leaving",
    "going-home",
    "to-base",
    "closed",
    "cancelled",
    "broken-off",
)

ALARM_STATES = ("none", "open", "owned")  # what a pendant may know of its own spoken-for SOS

_IDENTITY: tuple[tuple[str, str], ...] = (
    ("pendant", "id"),
    ("boot", "boot"),
    ("seq", "seq"),
    ("heard_ms", "int"),
    ("since_ms", "int"),
    ("standing", "int"),
    ("phase", "id"),
)
_PRESS: tuple[tuple[str, str], ...] = _IDENTITY + (("gesture", "id"),)


class UpMessage(Message):
    """What all up messages share: who, which, when, and what the pendant believed."""

    FIELDS = _IDENTITY
    pendant: str
    boot: str
    seq: int
    heard_ms: int
    since_ms: int
    standing: int
    phase: str

    def identity(self) -> str:
        """`<boot>.<seq>`: unique within the pendant's key, for ever."""
        return "%s.%d" % (self.boot, self.seq)


class Booted(UpMessage):
    """The pendant started. `cause`: power, reset, watchdog or a task's name. `open`: presses on
    flash that no person has resolved, each with the letter of its kind: `s` SOS, `a` let go, `d`
    duress, `q` suspected, so that a hub that never had it does not ring into a silent alarm."""

    TYPE = "booted"
    FIELDS = _IDENTITY + (("cause", "text"), ("firmware", "text"), ("open", "opens"))
    cause: str
    firmware: str
    open: list[str]


class Beat(UpMessage):
    """Sign of life, QoS 0, never stored on the pendant. Echoes the standing; `open` as in booted;
    `dropped`: routine events that a full outbox has lost since boot; `refused`: messages sent down
    to it since boot that changed nothing, because they were forged, played again or late."""

    TYPE = "beat"
    FIELDS = _IDENTITY + (
        ("battery_pct", "int"),
        ("signal_pct", "int"),
        ("dropped", "int"),
        ("refused", "count"),
        ("open", "opens"),
    )
    battery_pct: int
    signal_pct: int
    dropped: int
    refused: int
    open: list[str]


class LastGasp(UpMessage):
    """The battery ends now and the pendant falls silent: not a press. Kept and resent like an
    event, so that a silence that begins here has a known cause."""

    TYPE = "last-gasp"
    FIELDS = _IDENTITY + (("battery_pct", "int"),)
    battery_pct: int


class PressMessage(UpMessage):
    """An up message that a gesture made."""

    FIELDS = _PRESS
    gesture: str


class StartedOut(PressMessage):
    """She sets out for the visit."""

    TYPE = "started-out"


class Arrived(PressMessage):
    """She says that she is at the door: a claim until a person confirms it."""

    TYPE = "arrived"


class Departed(PressMessage):
    """She says that she has left; at the door, that she is not going in."""

    TYPE = "departed"


class Ok(PressMessage):
    """She presses that she is well: a claim, it clears no alarm."""

    TYPE = "ok"


class CarryOn(PressMessage):
    """She asks for longer; `minutes` is what she asks for."""

    TYPE = "carry-on"
    FIELDS = _PRESS + (("minutes", "int"),)
    minutes: int


class NoAnswer(PressMessage):
    """Nobody answers, or she cannot get in."""

    TYPE = "no-answer"


class HomeSafe(PressMessage):
    """She says that she is home, or off duty."""

    TYPE = "home-safe"


class Replied(PressMessage):
    """An answer to the prompt with this id; a late or unmatched one clears nothing."""

    TYPE = "replied"
    FIELDS = _PRESS + (("prompt", "id"),)
    prompt: str


class SosPressed(PressMessage):
    """SOS: held for two seconds, or three presses within three."""

    TYPE = "sos-pressed"


class SosAborted(PressMessage):
    """The SOS button was held over 0.8 s and let go before 2 s: a person checks."""

    TYPE = "sos-aborted"
    FIELDS = _PRESS + (("held_ms", "int"),)
    held_ms: int


class Duress(PressMessage):
    """Silent duress: the chord. Nothing that she can feel or see answers it."""

    TYPE = "duress"


class DuressSuspected(PressMessage):
    """A broken chord: perhaps silent duress."""

    TYPE = "duress-suspected"


class DownMessage(Message):
    """What the hub says to one pendant."""

    UP = False
    pendant: str
    hub_ms: int


class Receipt(DownMessage):
    """Sent after the hub committed. `sha` is the first 32 hex digits of SHA-256 over the token."""

    TYPE = "receipt"
    FIELDS = (
        ("pendant", "id"),
        ("boot", "boot"),
        ("seq", "seq"),
        ("sha", "text"),
        ("hub_ms", "int"),
    )
    boot: str
    seq: int
    sha: str


class Standing(DownMessage):
    """How things stand for one pendant: state, not a command, so an old one can do no harm.

    `version` grows with every change and every answer; `boot` and `beat` name the beat it answers
    (boot of zeros and 0 when it answers none); `valid_ms` counts from the sending of
    that beat (an answer proves that the hub lived then); one that answers none prolongs nothing.
    `go_in` is the identity of the arrival that a person confirmed, or "". `sos` is the newest
    press of the alarm that she may know of, `sos_state` who has it; `resolved` lists presses that
    a person ended. `tracker` is false when nobody is there to track her, or when no visit may be
    begun with a pendant that is past its date. A silent alarm is never in here, but in `resolved`
    once a person has ended it: the pendant then carries its press no longer, and nothing is felt.
    """

    TYPE = "standing"
    FIELDS = (
        ("pendant", "id"),
        ("version", "int"),
        ("boot", "boot"),
        ("beat", "int"),
        ("hub_ms", "int"),
        ("valid_ms", "int"),
        ("phase", "id"),
        ("visit", "id?"),
        ("tracker", "bool"),
        ("go_in", "press?"),
        ("prompt", "id?"),
        ("sos", "press?"),
        ("sos_state", "id"),
        ("resolved", "presses"),
    )
    version: int
    boot: str
    beat: int
    valid_ms: int
    phase: str
    visit: str
    tracker: bool
    go_in: str
    prompt: str
    sos: str
    sos_state: str
    resolved: list[str]


UP_TYPES = (
    Booted,
    Beat,
    StartedOut,
    Arrived,
    Departed,
    Ok,
    CarryOn,
    NoAnswer,
    HomeSafe,
    Replied,
    SosPressed,
    SosAborted,
    Duress,
    DuressSuspected,
    LastGasp,
)
DOWN_TYPES = (Receipt, Standing)
# These travel on the `sos` topic: nothing queues before them, a revoked pendant may still say them.
ALARM_TYPES = (SosPressed, SosAborted, Duress, DuressSuspected)
NO_BOOT = "0" * 16


def open_press(identity: str, type_name: str) -> str:
    """As booted and beat list it. Raises ValueError for what is no alarm."""
    return identity + OPEN_LETTERS[[cls.TYPE for cls in ALARM_TYPES].index(type_name)]


def open_parts(listed: str) -> tuple[str, str]:
    """(identity, type) of a press as booted and beat list it."""
    return listed[:-1], ALARM_TYPES[OPEN_LETTERS.index(listed[-1])].TYPE
