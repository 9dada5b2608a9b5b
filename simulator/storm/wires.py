"""Connections between clients and the broker: TCP as far as whole packets can tell.

Rules: within one direction of one connection packets come in the order in which they were sent
(RFC 9293 section 3.4), each once or, when the connection ends first, never. A path that holds
everything up loses nothing until somebody gives up; a path that forgot a connection carries new
ones; and whoever is on the other side of a silent path learns of nothing but his own deadlines.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from simulator.storm.chance import Chance
from simulator.storm.packets import END, Sent
from simulator.storm.rates import Rates
from simulator.storm.seen import Befell, Seen
from simulator.storm.timeline import Timeline

SYN_AGAIN_MS = 1_000  # RFC 6298 section 2: the first time; then doubled
SLOW_MS = 1_000  # a packet that takes longer makes both ends look at their deadlines

Take = Callable[[Sent], None]


class End(Protocol):
    """A client that opens connections."""

    def opened(self, wire: "Wire") -> None:
        """TCP's handshake is over."""

    def unreached(self) -> None:
        """It failed: refused, no path, or no answer in time."""


class Server(Protocol):
    """The broker's end."""

    is_up: bool

    def accept(self, wire: "Wire") -> Take:
        """A new connection; who takes what comes up by it."""

    def deaf(self, wire: "Wire") -> None:
        """Nothing more comes up by this wire, and nobody said so."""


class Way:
    """One direction of a connection."""

    __slots__ = ("_arrive", "_delay", "_held", "_last_ms", "_packets", "_take", "_timeline")

    def __init__(self, timeline: Timeline, delay: Callable[[], int]) -> None:
        self._timeline = timeline
        self._delay = delay
        self._take: Take | None = None
        self._packets: deque[Sent] = deque()
        self._last_ms = 0
        self._held = -1  # how many were to arrive while it is held up; -1: it is not
        self._arrive = self._arrived

    @property
    def is_shut(self) -> bool:
        return self._take is None

    def ends_at(self, take: Take) -> None:
        self._take = take

    def send(self, packet: Sent) -> None:
        if self._take is None:
            return
        self._packets.append(packet)
        self._last_ms = max(self._last_ms, self._timeline.now_ms + self._delay())
        self._timeline.at(self._last_ms, self._arrive)

    def _arrived(self) -> None:
        if self._held >= 0:
            self._held += 1
        elif self._packets and self._take is not None:
            self._take(self._packets.popleft())

    def hold(self) -> None:
        self._held = max(self._held, 0)

    def let_go(self) -> None:
        """What was held up comes now, before what is still on its way."""
        late, self._held = max(self._held, 0), -1
        for _ in range(late):
            self._last_ms = max(self._last_ms, self._timeline.now_ms + self._delay())
            self._timeline.at(self._last_ms, self._arrive)

    def drop(self) -> None:
        """What is on its way does not come."""
        self._packets.clear()

    def shut(self) -> None:
        """Nobody takes anything here any more."""
        self._take = None
        self._packets.clear()


class Path:
    """What lies between one machine and the broker; its connections share its fate."""

    def __init__(
        self, timeline: Timeline, chance: Chance, rates: Rates, seen: Seen, name: str
    ) -> None:
        self.name = name
        self.wires: list[Wire] = []
        # Told that from here on deadlines may pass that look after themselves on a calm path.
        self.watches: list[Callable[[], None]] = []
        self._timeline = timeline
        self._random = chance.stream("path", name).random
        self._slow = chance.stream("path", name, "slow").random
        self._rates = rates
        self._seen = seen
        self._blocked_until_ms = 0

    @property
    def is_open(self) -> bool:
        return self._timeline.now_ms >= self._blocked_until_ms

    def delay_ms(self) -> int:
        """How long the next packet takes: half to one and a half of the average, or slow."""
        rates = self._rates
        if rates.slow and self._slow() < rates.slow:
            return self._slow_ms(int(self._slow() * rates.slow_ms))
        delay_ms = rates.delay_ms
        return (delay_ms >> 1) + int(self._random() * delay_ms)

    def _slow_ms(self, delay_ms: int) -> int:
        now_ms = self._timeline.now_ms
        self._seen.add(Befell(now_ms, "slow", self.name, now_ms + delay_ms))
        if delay_ms >= SLOW_MS:
            self.disturb()
        return delay_ms

    def block(self, by_ms: int) -> None:
        """Nothing passes for so long. Packets wait where they are, as TCP's do."""
        self._blocked_until_ms = max(self._blocked_until_ms, self._timeline.now_ms + by_ms)
        for wire in list(self.wires):
            wire.hold()
        self.disturb()
        self._timeline.after(by_ms, self._unblock)

    def _unblock(self) -> None:
        if self.is_open:
            self.clear()

    def clear(self) -> None:
        """Everything passes again."""
        self._blocked_until_ms = 0
        for wire in list(self.wires):
            wire.let_go()

    def forget(self) -> None:
        """What stands between forgot the connections there are: nothing passes on them again."""
        for wire in list(self.wires):
            wire.forget()
        self.disturb()

    def disturb(self) -> None:
        for disturbed in list(self.watches):
            disturbed()


class Wire:
    """One connection. `up` goes to the broker, `down` to the client."""

    def __init__(self, timeline: Timeline, path: Path, server: Server) -> None:
        self.up = Way(timeline, path.delay_ms)
        self.down = Way(timeline, path.delay_ms)
        self.is_deaf = False  # the broker would hear nothing of the client's, not even its end
        self._path = path
        self._server = server
        path.wires.append(self)
        self.up.ends_at(server.accept(self))

    def hold(self) -> None:
        self.up.hold()
        self.down.hold()
        self._deafen()

    def let_go(self) -> None:
        self.is_deaf = False
        self.up.let_go()
        self.down.let_go()

    def forget(self) -> None:
        """Nothing passes any more, and neither end is told."""
        self.over()
        self._deafen()

    def _deafen(self) -> None:
        self.is_deaf = True
        self._server.deaf(self)

    def closed_by_client(self, cut: bool = False) -> None:
        """It closes its socket; `cut`: what it had written but not sent goes with it."""
        if cut:
            self.up.drop()
        self.down.shut()
        if self.up.is_shut:
            self.over()
        self.up.send(Sent(END))

    def closed_by_broker(self) -> None:
        self.up.shut()
        if self.down.is_shut:
            self.over()
        self.down.send(Sent(END))

    def over(self) -> None:
        """Nothing will come of it any more."""
        if self in self._path.wires:
            self._path.wires.remove(self)
        self.up.shut()
        self.down.shut()


class Dial:
    """One attempt to open a connection: TCP asks, and asks again, until it may not any more."""

    def __init__(
        self, timeline: Timeline, path: Path, server: Server, end: End, limit_ms: int
    ) -> None:
        self._timeline = timeline
        self._path = path
        self._server = server
        self._end: End | None = end
        self._again_ms = SYN_AGAIN_MS
        self._limit = timeline.after(limit_ms, self._unreached)
        self._ask()

    def cancel(self) -> None:
        self._end = None
        self._limit.cancel()

    def _ask(self) -> None:
        if self._path.is_open:
            rtt_ms = self._path.delay_ms() + self._path.delay_ms()
            self._timeline.after(rtt_ms, self._answered)
        elif self._end is not None:
            self._timeline.after(self._again_ms, self._ask)
            self._again_ms *= 2

    def _answered(self) -> None:
        if self._end is None:
            return
        if not self._path.is_open:
            self._ask()
        elif not self._server.is_up:
            self._unreached()  # refused
        else:
            end = self._end
            self.cancel()
            end.opened(Wire(self._timeline, self._path, self._server))

    def _unreached(self) -> None:
        end = self._end
        self.cancel()
        if end is not None:
            end.unreached()
