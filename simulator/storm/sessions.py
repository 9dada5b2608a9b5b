"""What a broker keeps of one client: its subscriptions, what is in flight, what waits.

Rules, as mosquitto 2.0 keeps MQTT 3.1.1: QoS 1 stays until its PUBACK (section 4.3.2), over
connections if the session is persistent, and comes again with DUP and its old id, in the old order
(sections 4.4 and 4.6); QoS 0 goes to who is there. A full queue drops the newest, and tells nobody.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from simulator.storm.packets import PUBLISH, Sent


class Outlet(Protocol):
    """Where a session's packets go while its client is there."""

    def send(self, packet: Sent) -> None: ...


class Session:
    """`outlet` is None while nobody is there."""

    __slots__ = (
        "_in_flight",
        "_last_id",
        "_limits",
        "_queued",
        "_quota",
        "clean",
        "client",
        "dropped",
        "is_lost",
        "is_restored",
        "outlet",
        "subscriptions",
    )

    def __init__(self, client: str, clean: bool, limits: tuple[int, int]) -> None:
        self.client = client
        self.clean = clean
        self.subscriptions: dict[str, int] = {}
        self.outlet: Outlet | None = None
        self.dropped = 0
        self.is_restored = False  # from the broker's store, and its client has not come since
        self.is_lost = False  # what is published for it is acknowledged and gone
        self._limits = limits  # in flight, queued
        self._in_flight: dict[int, Sent] = {}  # in order; `dup` once it has been sent
        self._queued: deque[Sent] = deque()
        self._quota = limits[0]  # how many more may fly
        self._last_id = 0

    @property
    def waiting(self) -> int:
        """QoS 1 messages that the client has not acknowledged."""
        return len(self._in_flight) + len(self._queued)

    def give(self, topic: str, payload: bytes, qos: int, forged: bool) -> None:
        """A message that matched a subscription."""
        outlet = self.outlet
        if not qos:
            if outlet is not None:
                outlet.send(Sent(PUBLISH, 0, b"", topic, payload, 0, False, forged))
            return
        in_flight, queued = self._limits
        # mosquitto counts all that wait, and allows for those in flight while the client is there.
        room = queued + in_flight if outlet is not None else queued
        packet_id = self._next_id()  # a message that is dropped takes one too
        packet = Sent(PUBLISH, packet_id, b"", topic, payload, 1, False, forged)
        if outlet is not None and self._quota:
            self._fly(packet)
        elif self.waiting < room:
            self._queued.append(packet)
        else:
            self.dropped += 1

    def _fly(self, packet: Sent) -> None:
        self._quota = max(0, self._quota - 1)
        self._in_flight[packet.packet_id] = packet
        self._send(packet)

    def _send(self, packet: Sent) -> None:
        if self.outlet is not None:
            dup, packet.dup = packet.dup, True
            self.outlet.send(
                Sent(
                    PUBLISH,
                    packet.packet_id,
                    b"",
                    packet.topic,
                    packet.payload,
                    1,
                    dup,
                    packet.forged,
                )
            )

    def acknowledged(self, packet_id: int) -> Sent | None:
        """PUBACK (section 3.4): of which message. One for nothing in flight only frees a place.

        What waits moves up by the place in which the acknowledged one stood, so that mosquitto
        (2.0.11) has more in flight than its limit for a while.
        """
        limit = self._limits[0]
        self._quota = min(self._quota + 1, limit)
        place = len(self._in_flight)
        if self._queued and packet_id in self._in_flight:
            place = list(self._in_flight).index(packet_id)
        packet = self._in_flight.pop(packet_id, None)
        for _ in range(min(limit - place, len(self._queued))):
            self._fly(self._queued.popleft())
        return packet

    def keep(self, may_hear: Callable[[str], bool]) -> None:
        """Its client has come back, and the rules may have changed while this waited."""
        flying = self._in_flight.items()
        self._in_flight = {number: each for number, each in flying if may_hear(each.topic)}
        self._queued = deque(each for each in self._queued if may_hear(each.topic))

    def resumed(self, outlet: Outlet) -> None:
        """Its client is there (again): first what was in flight, then what waited."""
        self.outlet = outlet
        self._quota = max(0, self._limits[0] - len(self._in_flight))
        for packet in list(self._in_flight.values()):
            self._send(packet)
        while self._queued and self._quota:
            self._fly(self._queued.popleft())

    def _next_id(self) -> int:
        self._last_id = self._last_id % 0xFFFF + 1
        return self._last_id
