"""A pendant's link with the broker: the firmware's MQTT client in virtual time.

Rules: queue, priorities, packet ids, resends, deadlines and back-off are the production Client's
own; only its asyncio half (sockets, tasks, waits) is replaced here. A calm link costs no events:
pings are reckoned while nothing disturbs it, and really sent from the moment that something does.
"""

from collections.abc import Callable, Sequence

from firmware.mqtt import CONNECT_MS, TURN_MS, backoff_ms
from firmware.mqtt_packets import KEEPALIVE_S, encode_connect
from protocol.errors import RemoteProtocolError
from protocol.topics import down
from simulator.storm.broker import Broker
from simulator.storm.driven_client import DrivenClient, no_stream
from simulator.storm.packets import END, PUBLISH, Connect, Sent, read
from simulator.storm.seen import Carried, Seen
from simulator.storm.timeline import Due, Timeline
from simulator.storm.wires import Dial, Path, Wire


class PendantLink:
    """`publish`, `hurry` and `power`, as the pendant's shell knows them. `reached`: the brokers it
    knows, each with the way there; `choose`: the core's word which is next."""

    def __init__(
        self,
        timeline: Timeline,
        seen: Seen,
        reached: Sequence[tuple[Broker, Path]],
        choose: Callable[[], int],
        on_link: Callable[[bool], None],
        on_message: Callable[[bytes], None],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self.pendant = reached[0][1].name
        self._timeline = timeline
        self._seen = seen
        self._reached = reached
        self._choose = choose
        self.at = 0  # which of them it dialled last
        self._on_link = on_link
        self._on_message = on_message
        self._random_bytes = random_bytes
        self._connect = encode_connect(self.pendant, self.pendant)
        self._topics = (down(self.pendant),)
        self._client = self._new_client()
        self._is_on = False
        self._attempt = 0
        self._is_calm = True
        self._disturbed_ms = 0
        self._dial: Dial | None = None
        self._wire: Wire | None = None
        self._rest: Due | None = None
        self._watch: Due | None = None
        self._turn: Due | None = None
        for _, path in reached:
            path.watches.append(self._disturbed)

    def _new_client(self) -> DrivenClient:
        timeline = self._timeline
        return DrivenClient(
            self._connect,
            self._topics,
            no_stream,
            lambda: timeline.now_ms,
            self._random_bytes,
            self._on_link,
            lambda _topic, payload: self._on_message(payload),
        )

    # For the pendant.

    @property
    def is_up(self) -> bool:
        return self._client.up

    def publish(self, topic: str, payload: bytes, qos: int, urgent: bool = False) -> bool:
        taken = self._is_on and self._client.publish(topic, payload, qos, urgent)
        # As in the firmware the writer has its turn when the core has said all it has to say.
        if taken and self._wire is not None and self._turn is None:
            self._turn = self._timeline.at(self._timeline.now_ms, self._take_turn)
        return taken

    def hurry(self) -> None:
        self._client.hurry()
        if self._rest is not None and self._client.take_hurry():
            self._rest.cancel()
            self._dial_now()

    def leave(self) -> None:
        """No hub answers over this broker: give it up, and dial whichever is next."""
        self._give_up()

    def power(self, on: bool) -> None:
        """Off: nobody hears of it. On: with nothing in its queue, as after each boot."""
        if on == self._is_on:
            return
        self._is_on = on
        self._let_go()
        if self._wire is not None:
            self._wire.forget()
            self._wire = None
        self._client = self._new_client()
        self._attempt = 0
        if on:
            self._dial_now()

    # A connection, from its dialling to its end.

    def _dial_now(self) -> None:
        self._rest = None
        self.at = self._choose()
        broker, path = self._reached[self.at]
        self._dial = Dial(self._timeline, path, broker, self, CONNECT_MS)

    def opened(self, wire: Wire) -> None:
        self._dial, self._wire = None, wire
        wire.down.ends_at(self._take)
        self._client.begin(self._timeline.now_ms)
        wire.up.send(Connect(self.pendant, True, KEEPALIVE_S))
        self._look_later()

    def unreached(self) -> None:
        self._dial = None
        self._back_off()

    def _back_off(self) -> None:
        pause_ms = backoff_ms(self._attempt, self._random_bytes(1)[0])
        self._attempt += 1
        if self._client.take_hurry():
            pause_ms = 0
        self._rest = self._timeline.after(pause_ms, self._dial_now)

    def _lost(self) -> None:
        """The connection is over, whoever ended it."""
        self._let_go()
        self._wire = None
        client = self._client
        if client.up:
            client.lose()
            if client.is_stable(self._timeline.now_ms):
                self._attempt = 0
            self._on_link(False)
        if self._is_on and client is self._client:
            self._back_off()

    def _let_go(self) -> None:
        for due in (self._rest, self._watch, self._turn):
            if due is not None:
                due.cancel()
        self._rest = self._watch = self._turn = None
        self._is_calm = True
        if self._dial is not None:
            self._dial.cancel()
            self._dial = None

    def cut(self) -> None:
        """The radio has no network any more, and says so; nobody else hears of it."""
        if self._wire is not None:
            self._wire.forget()
            self._lost()

    # Packets.

    def _take(self, packet: Sent) -> None:
        wire = self._wire
        if packet.kind == END:
            if wire is not None:
                wire.over()
            self._lost()
            return
        if packet.kind == PUBLISH:
            self._seen.add(
                Carried(
                    self._timeline.now_ms,
                    self.pendant,
                    packet.topic,
                    packet.payload,
                    packet.forged,
                )
            )
        try:
            self._client.take(packet, self._timeline.now_ms)
        except RemoteProtocolError:
            self._give_up()
            return
        if packet.kind != PUBLISH or packet.qos:
            self._take_turn()

    def _give_up(self) -> None:
        if self._wire is not None:
            self._wire.closed_by_client()
        self._lost()

    def _take_turn(self) -> None:
        """The client's writer: everything that wants to go out."""
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        client, now_ms = self._client, self._timeline.now_ms
        while self._wire is not None and client is self._client:
            packet = client.next_packet(now_ms)
            if not packet:
                break
            self._wire.up.send(read(packet))
        if self._wire is not None and not client.owes_nothing():
            self._look_later()

    # Deadlines.

    def _disturbed(self) -> None:
        """Really ping from here on, and see what comes back."""
        if self._wire is None:
            return
        self._disturbed_ms = self._timeline.now_ms
        if self._is_calm:
            self._is_calm = False
            self._client.reckon_pings(self._disturbed_ms)
            self._look_later()

    def _look_later(self) -> None:
        if self._is_calm:
            self._client.reckon_pings(self._timeline.now_ms)
        # The firmware looks every TURN_MS, so on average so much late.
        at_ms = self._client.next_check_ms(not self._is_calm) + TURN_MS // 2
        if self._watch is not None:
            if self._watch.at_ms <= at_ms:
                return
            self._watch.cancel()
        self._watch = self._timeline.at(at_ms, self._look)

    def _look(self) -> None:
        self._watch = None
        client, now_ms = self._client, self._timeline.now_ms
        if self._is_calm:
            client.reckon_pings(now_ms)
        try:
            client.check_deadlines(now_ms)
        except RemoteProtocolError:
            self._give_up()
            return
        self._take_turn()
        # Calm again once a ping that was sent since has been answered.
        self._is_calm = self._is_calm or (
            client.owes_nothing() and (client.ping_ms >= self._disturbed_ms)
        )
        if not (self._is_calm and client.owes_nothing()):
            self._look_later()
