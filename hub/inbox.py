"""The one door: everything that can change state is an item here, and one thread takes it out.

Order of service: SOS lane, commands, events, page outcomes, beats. An SOS is a batch of its own,
so that nothing delays its commit; beats gather for BEAT_GATHER_MS and never starve. A batch that
failed is put back in front, in its old order: nothing was acknowledged, so nothing is forgotten.
Topics take turns, and in a flood of SOS the others are served beside it: who floods one topic (the
broker lets a login speak on its own only) holds up neither another's SOS nor who answers it (P7).
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.clock import Clock, SystemClock
from hub.policy.model import Policy
from hub.rules.model import NOTHING, Value

BEAT_GATHER_MS = 100  # a group commit of beats; no person waits for a beat
MAX_SOS = 64  # in one batch: each costs a fraction of a millisecond, the commit a few
MAX_EVENTS = 128  # commands, events and outcomes in one batch: bounds what an SOS may wait for
MAX_BEATS = 512
MAX_WAITING_BEATS = 20_000  # beyond it the oldest beat goes: a newer one says more
# Of one topic. A pendant of ours sends events at QoS 1, which the broker holds back by itself and
# which are never dropped here; at QoS 0 nothing does, and nothing was promised.
MAX_WAITING_UNACKED = 1_000


class EngineStuck(Exception):
    """The engine gave no answer in time. What was asked for may still happen."""


@dataclass(frozen=True, slots=True)
class Answer:
    """To whoever gave the command: done or not, the reason in a sentence, the id of a new thing.

    `gate`: the gate that refused, where the procedure names people who may let it pass.
    """

    ok: bool
    reason: str
    id: str = ""
    clause: tuple[str, ...] = ()
    gate: str = ""
    shown: str = field(default="", repr=False)  # what was asked to see once; never logged


class Reply:
    """Where the engine's answer to one command arrives."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._answer: Answer | None = None

    def give(self, answer: Answer) -> None:
        self._answer = answer
        self._done.set()

    def wait(self, timeout_s: float) -> Answer:
        if not self._done.wait(timeout_s) or self._answer is None:
            raise EngineStuck(
                f"the hub has not answered within {timeout_s:g} s; what you asked for may still be"
                " done: look at the board before you ask again"
            )
        return self._answer


@dataclass(frozen=True, slots=True)
class FromPendant:
    """A message as the broker gave it; acknowledged by (session, connection, mid, qos)."""

    session: str  # events | beats, of the second broker events-2 | beats-2
    topic: str
    token: bytes
    mid: int
    qos: int
    connection: int


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asks for. `version`: of the visit or alarm she looked at, if any."""

    kind: str
    by: str
    data: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    reply: Reply | None = field(default=None, compare=False)
    version: int | None = None


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """The notifier handed a page to a provider (ok), or could not."""

    page: int
    person: str
    ok: bool
    note: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """A session with a broker came up or went down; `used`: this hub has such a session at all."""

    session: str
    up: bool
    note: str = ""
    used: bool = True


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """A sound procedure to run by from here on; running visits keep theirs."""

    policy: Policy
    reply: Reply = field(compare=False)


Item = FromPendant | Command | PageOutcome | LinkChanged | NewPolicy


def is_beat(item: Item) -> bool:
    return isinstance(item, FromPendant) and item.topic.endswith("/up/beat")


def is_sos(item: Item) -> bool:
    """By the topic alone: what cannot be verified is served just as soon."""
    return isinstance(item, FromPendant) and item.topic.endswith("/up/sos")


class _Turns:
    """A queue for each topic; the topics take turns. Within one, the order of arrival."""

    def __init__(self) -> None:
        self._topics: OrderedDict[str, deque[Item]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, item: Item) -> None:
        self._of(item).append(item)
        self._count += 1

    def appendleft(self, item: Item) -> None:
        """Next of all."""
        self._of(item).appendleft(item)
        self._topics.move_to_end(_topic(item), last=False)
        self._count += 1

    def popleft(self) -> Item:
        topic, queue = self._topics.popitem(last=False)
        item = queue.popleft()
        if queue:
            self._topics[topic] = queue
        self._count -= 1
        return item

    def is_flooded(self, item: Item) -> bool:
        queue = self._topics.get(_topic(item))
        is_unacked = isinstance(item, FromPendant) and item.qos == 0
        return is_unacked and queue is not None and len(queue) >= MAX_WAITING_UNACKED

    def _of(self, item: Item) -> deque[Item]:
        return self._topics.setdefault(_topic(item), deque())


def _topic(item: Item) -> str:
    return item.topic if isinstance(item, FromPendant) else ""


@dataclass(slots=True)
class _Queues:
    """What waits, one queue for each urgency."""

    sos: _Turns = field(default_factory=_Turns)
    commands: deque[Item] = field(default_factory=deque)
    events: _Turns = field(default_factory=_Turns)
    outcomes: deque[Item] = field(default_factory=deque)
    beats: deque[Item] = field(default_factory=deque)

    def of(self, item: Item) -> deque[Item] | _Turns:
        if isinstance(item, FromPendant):
            if is_sos(item):
                return self.sos
            return self.beats if is_beat(item) else self.events
        return self.outcomes if isinstance(item, PageOutcome) else self.commands


class Inbox:
    """Threads put, the engine takes. The lock is held for a few microseconds at a time."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = clock or SystemClock()
        self._queues = _Queues()
        self._changed = threading.Condition()
        self._first_beat_ms = 0
        self._woken = False
        self.beats_dropped = 0
        self.flood_dropped = 0

    def put(self, item: Item) -> None:
        """Any thread. Never blocks and never raises for a full queue: see MAX_WAITING_…."""
        with self._changed:
            queue = self._queues.of(item)
            if isinstance(queue, _Turns) and queue.is_flooded(item):
                self.flood_dropped += 1
                return
            queue.append(item)
            if queue is not self._queues.beats:
                self._changed.notify()
            elif len(queue) == 1:
                self._first_beat_ms = self._clock.monotonic_ms()
                self._changed.notify()
            elif len(queue) == MAX_BEATS:
                self._changed.notify()
            elif len(queue) > MAX_WAITING_BEATS:
                queue.popleft()
                self.beats_dropped += 1

    def put_back(self, items: Sequence[Item]) -> None:
        """A turn failed: the same items come out first next time, in the same order."""
        with self._changed:
            for item in reversed(items):
                self._queues.of(item).appendleft(item)

    def ask(
        self,
        kind: str,
        by: str,
        data: Mapping[str, Value] = NOTHING,
        timeout_s: float = 10.0,
        version: int | None = None,
    ) -> Answer:
        """Give a command and wait for the engine's answer. Never from the engine's own thread."""
        reply = Reply()
        self.put(Command(kind, by, dict(data), reply, version))
        return reply.wait(timeout_s)

    def wake(self) -> None:
        """Let `take` return now: a stop was asked for."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def waiting(self) -> dict[str, int]:
        """How much waits in each queue, for the health page."""
        with self._changed:
            queues = self._queues
            return {
                "sos": len(queues.sos),
                "commands": len(queues.commands),
                "events": len(queues.events),
                "outcomes": len(queues.outcomes),
                "beats": len(queues.beats),
            }

    def take(self, timeout_ms: int) -> list[Item]:
        """The next batch in order of service; empty when nothing came within `timeout_ms`."""
        end_ms = self._clock.monotonic_ms() + max(timeout_ms, 0)
        with self._changed:
            while True:
                now_ms = self._clock.monotonic_ms()
                batch = self._batch(now_ms)
                if batch or self._woken or now_ms >= end_ms:
                    self._woken = False
                    return batch
                wait_ms = end_ms - now_ms
                if self._queues.beats:
                    wait_ms = min(wait_ms, self._first_beat_ms + BEAT_GATHER_MS - now_ms)
                self._clock.wait(self._changed, max(wait_ms, 1))

    def _batch(self, now_ms: int) -> list[Item]:
        queues = self._queues
        batch = _pop(queues.sos, MAX_SOS)
        if batch and not queues.sos:
            return batch
        return batch + self._others(now_ms)

    def _others(self, now_ms: int) -> list[Item]:
        """What is no SOS: when none waits, or when more wait than one batch takes."""
        queues = self._queues
        batch = _pop(queues.commands, MAX_EVENTS)
        batch += _pop(queues.events, MAX_EVENTS - len(batch))
        batch += _pop(queues.outcomes, MAX_EVENTS - len(batch))
        ripe = now_ms - self._first_beat_ms >= BEAT_GATHER_MS or len(queues.beats) >= MAX_BEATS
        if queues.beats and ripe:
            batch += _pop(queues.beats, MAX_BEATS)
            self._first_beat_ms = now_ms - (BEAT_GATHER_MS if len(queues.beats) else 0)
        return batch


def _pop(queue: deque[Item] | _Turns, limit: int) -> list[Item]:
    count = min(limit, len(queue))
    return [queue.popleft() for _ in range(count)] if count else []
