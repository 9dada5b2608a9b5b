"""What an outsider could have seen: the only thing, besides the hub's log, that checkers read.

Rule: nothing in here comes from inside the hub or the pendant's core. Times are the world's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hub.rules.model import Value
from protocol import codec
from protocol.errors import RemoteProtocolError
from protocol.record import Message


@dataclass(frozen=True, slots=True)
class Pressed:
    """A finger did this: `gesture` as in simulator/live/pendant.GESTURES; it began at `at_ms` and
    ended at `end_ms`. `cut`: the power went before it was over."""

    at_ms: int
    pendant: str
    gesture: str
    end_ms: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Felt:
    """Vibration and light: the pattern's name."""

    at_ms: int
    pendant: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Who opens the pendant finds this record on its flash from now on, whole."""

    at_ms: int
    pendant: str
    name: str


@dataclass(frozen=True, slots=True)
class Erased:
    """This record is on its flash no longer."""

    at_ms: int
    pendant: str
    name: str


@dataclass(frozen=True, slots=True)
class Powered:
    """A pendant's power went or came back."""

    at_ms: int
    pendant: str
    on: bool


@dataclass(frozen=True, slots=True)
class Slept:
    """A pendant went to deep sleep by itself, or woke from it. Its flash stays, its power too."""

    at_ms: int
    pendant: str
    asleep: bool


@dataclass(frozen=True, slots=True)
class Handed:
    """The hub gave a page to a provider, who knows no more than that. `facts` as below."""

    at_ms: int
    person: str
    facts: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a provider said of the page with this number: `ok`, it took it; else it did not."""

    at_ms: int
    page: int
    person: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Delivered:
    """A page on a person's telephone. `facts`: as receivers of JSON get them (notify/outbox)."""

    at_ms: int
    person: str
    subject: str
    text: str
    facts: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Asked:
    """A person asked the hub for something at a screen; `ok` and `reason`: the hub's answer. No
    answer (`ok` None): the hub died or was stuck."""

    at_ms: int
    answered_ms: int
    by: str
    kind: str
    data: Mapping[str, Value]
    ok: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Carried:
    """A message that the broker gave to somebody: `to` a pendant's id, or a session of the hub's
    ("events", "beats")."""

    at_ms: int
    to: str
    topic: str
    token: bytes
    forged: bool = False  # made by an attacker or replayed; nothing may come of it


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The hub told the broker that it has this message: the broker keeps it no longer."""

    at_ms: int
    topic: str
    token: bytes


@dataclass(frozen=True, slots=True)
class Befell:
    """A fault of the world: `kind` is the field of Rates it is counted under, `what` whom it hit.
    `ends_ms`: when it was over, 0 for what has no length."""

    at_ms: int
    kind: str
    what: str
    ends_ms: int = 0


@dataclass(frozen=True, slots=True)
class Went:
    """Where a worker truly is from now on, on the entry `visit` ("" while it has no id yet): away,
    travelling, door, inside, outside, back. Whoever stood there would see it."""

    at_ms: int
    worker: str
    visit: str
    place: str


@dataclass(frozen=True, slots=True)
class HubLife:
    """The hub's process began or ended."""

    at_ms: int
    up: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """Who opened the hub's database just then found somebody out, or an alarm open, for whom
    nothing falls due: `what`."""

    at_ms: int
    what: str


Sight = (
    Pressed | Felt | Kept | Erased | Powered | Slept | Handed | Taken | Delivered | Asked | Carried
    | Acknowledged | Befell | HubLife | Went | Unwatched
)  # fmt: skip


@dataclass
class Seen:
    """All of it, in order. `wearers`: pendant -> who feels it, and is told each pattern."""

    all: list[Sight] = field(default_factory=list)
    wearers: Mapping[str, Callable[[str], None]] = field(default_factory=dict)
    _read: dict[tuple[bytes, bool], Message | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    def message(self, token: bytes, up: bool) -> Message | None:
        """What a token says, unverified; None if it says nothing lawful in that direction. Read
        once for all who ask."""
        key = (token, up)
        if key not in self._read:
            try:
                self._read[key] = codec.peek(token, up)
            except RemoteProtocolError:
                self._read[key] = None
        return self._read[key]

    def add(self, sight: Sight) -> None:
        self.all.append(sight)
        if type(sight) is Felt and (felt := self.wearers.get(sight.pendant)) is not None:
            felt(sight.pattern)
