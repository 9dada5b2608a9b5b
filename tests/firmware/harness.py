"""A pendant in virtual time, with a flash and a hub that signs. Runs on both interpreters.

Rules it keeps: the device is ticked exactly when it asks to be; the order in which things are done
is the production carrier's; a reboot keeps the flash and loses all else, what was on its way to it
too. Every story fails at once when something is sent without a link or before it is on flash,
when an identity comes with other bytes, when "stored" is felt with no SOS on flash or "hub has it"
without the hub's word, and when an event leaves the flash that the hub does not have.
"""

import binascii
import json

from firmware.pendant import journal
from firmware.pendant.carrier import Carrier
from firmware.pendant.device import Device
from firmware.pendant.outbox import PERSIST_MS
from firmware.pendant.settings import Settings, load
from protocol import codec, topics
from protocol.errors import RemoteProtocolError
from protocol.messages import ALARM_TYPES, PressMessage, SosAborted, SosPressed, UpMessage
from tests.firmware.fake_hub import KEY_ID, PENDANT, SECRET, Hub

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from typing import Any

    Outputs = list[tuple[Any, ...]]


def settings(**changes: object) -> Settings:
    values: dict[str, object] = {"pendant": PENDANT, "key_id": KEY_ID, "broker_host": "hub"}
    values["secret"] = binascii.hexlify(SECRET).decode()
    for key in changes:
        values[key] = changes[key]
    return load(json.dumps(values))


class Bench:
    """One pendant, its flash, its link and its hub."""

    def __init__(self, link: bool = True, flash_ms: int = 5, **changes: object) -> None:
        self.settings = settings(**changes)
        self.hub = Hub()
        self.now_ms = 0
        self.flash: dict[str, bytes] = {}
        self.ever_kept: set[str] = set()  # identities that were on flash at some time
        self.flash_ms = flash_ms  # -1: broken, every record is refused
        self.net_ms = 20  # each way
        self.battery_pct = 90
        self.log: list[tuple[int, Any]] = []
        self.link_up = link
        self.asked: dict[str, int] = {}  # when the flash was first asked to keep a record
        self.given_up = 0  # routine events that left the flash unheard
        self.said_received = 0  # how often she was told that the hub has a press
        self.hub_words = 0  # how often the hub has said so
        self._boots = 0
        self.dropped = 0  # as the boots before this one have counted
        self._later: Outputs = []  # (ms, order, what, argument)
        self._order = 0
        self.start("power")

    def start(self, cause: str, woken_by: "tuple[str, ...]" = ()) -> None:
        """Power on, with whatever the flash holds."""
        self._boots += 1
        self._later = [item for item in self._later if item[2] == "down"]
        self._boot_ms = self.now_ms
        seed = self._boots
        self.device = Device(
            self.settings, lambda n: bytes((seed * 37 + i) & 255 for i in range(n)), 0
        )
        records = [(name, self.flash[name]) for name in sorted(self.flash)]
        self._carrier = Carrier(self.device)
        self._flashing = False
        self._took(self.device.boot(self._carrier.found(records), 0, cause, woken_by))
        self._took(self.device.battery(self.battery_pct, 0))
        if self.link_up:
            self._took(self.device.link(True, 0))

    def run(self, ms: int) -> None:
        """Let time pass; everything happens when it is due."""
        end_ms = self.now_ms + ms
        while True:
            tick_ms = self._next_tick_ms()
            due_ms = min([item[0] for item in self._later] + [tick_ms])
            if due_ms > end_ms:
                break
            self.now_ms = due_ms
            ready = sorted(item[:2] for item in self._later if item[0] <= due_ms)
            if not ready:
                self._took(self.device.tick(self._local()))
                continue
            item = next(item for item in self._later if item[:2] == ready[0])
            self._later.remove(item)
            self._happen(item[2], item[3])
        self.now_ms = end_ms

    def _next_tick_ms(self) -> int:
        """When it asks to be: now, if something else happened at that very moment and not to it."""
        due_ms = self.device.due_ms()
        if 0 <= due_ms <= self._local() and self._fed_ms < self.now_ms:
            return self.now_ms
        return self.now_ms + self.device.next_tick_ms(self._local())

    def edge(self, button: str, down: bool) -> None:
        self._took(self.device.edge(button, down, self._local()))

    def press(self, button: str, held_ms: int = 120) -> None:
        self.edge(button, True)
        self.run(held_ms)
        self.edge(button, False)

    def short(self, button: str) -> None:
        """A short press, and its window."""
        self.press(button)
        self.run(600)

    def sos(self) -> None:
        self.press("s", 2100)
        self.run(100)

    def chord(self) -> None:
        self.edge("a", True)
        self.run(60)
        self.press("d", 1300)
        self.run(40)
        self.edge("a", False)
        self.run(600)

    def link(self, up: bool) -> None:
        self.link_up = up
        if not up:
            self._later = [item for item in self._later if item[2] not in ("up", "down")]
        self._took(self.device.link(up, self._local()))

    def push(self, **changes: object) -> None:
        """The hub's state changes and it says so unasked."""
        for key in changes:
            self.hub.state[key] = changes[key]
        self.deliver(self.hub.standing(self.now_ms))

    def deliver(self, payload: bytes) -> None:
        try:
            self.hub_words += 1 if self.hub.names_a_press(payload) else 0
        except RemoteProtocolError:
            pass  # not the hub's
        self._took(self.device.received(payload, self._local()))

    def reboot(
        self, cause: str = "reset", off_ms: int = 500, woken_by: "tuple[str, ...]" = ()
    ) -> None:
        self.now_ms += off_ms
        self.dropped += self.device.dropped()
        self.start(cause, woken_by)

    def measure(self, pct: int) -> None:
        """A reading of the battery."""
        self.battery_pct = pct
        self._took(self.device.battery(pct, self._local()))

    def said(self, kind: str) -> "Outputs":
        """(moment, output) of each output of a kind."""
        return [(at_ms, out) for at_ms, out in self.log if out[0] == kind]

    # -- what came of it -----------------------------------------------------------------------

    def feels(self, since_ms: int = 0) -> list[str]:
        return [out[1] for at_ms, out in self.log if out[0] == "feel" and at_ms >= since_ms]

    def count(self, pattern: str, since_ms: int = 0) -> int:
        return len([name for name in self.feels(since_ms) if name == pattern])

    def told(self, since_ms: int = 0) -> list[str]:
        """What was felt beyond the press itself."""
        plain = ("tick", "ramp-1", "ramp-2", "ramp-3", "started")
        return [name for name in self.feels(since_ms) if name not in plain]

    def sends(self, since_ms: int = 0) -> "Outputs":
        return [out for at_ms, out in self.log if out[0] == "send" and at_ms >= since_ms]

    def events_sent(self, since_ms: int = 0) -> list[UpMessage]:
        found = []
        for out in self.sends(since_ms):
            message = codec.peek(out[2], up=True) if out[2] else None
            if isinstance(message, UpMessage):
                found.append(message)
        return found

    def flash_kinds(self) -> list[str]:
        others = ("phase", "clock", "quiet")
        return sorted(name[0] for name in self.flash if name not in others)

    # -- inside --------------------------------------------------------------------------------

    def _local(self) -> int:
        return self.now_ms - self._boot_ms

    def _check_send(self, out: "tuple[Any, ...]") -> None:
        message = codec.peek(out[2], up=True)
        lane = topics.lane_of(message)
        assert out[1] == topics.up(self.settings.pendant, lane)
        assert (out[3], out[4]) == (0 if lane == "beat" else 1, lane == "sos")
        if isinstance(message, PressMessage):
            name = journal.name_of("e", message.identity())
            late = self.now_ms - self.asked.get(name, 0) >= PERSIST_MS
            assert name in self.flash or late, "sent before it was on flash"

    def _check_erase(self, name: str) -> None:
        if name[0] != "e" or journal.identity_in(name) in self.hub.seen:
            return
        message = codec.peek(self.flash[name][9:], up=True)
        assert not isinstance(message, ALARM_TYPES), "an alarm left the flash unheard"
        self.given_up += 1

    def _check_feel(self, pattern: str) -> None:
        if pattern == "stored":
            found = journal.read([(n, self.flash[n]) for n in self.flash], self.settings.pendant)
            kept = [message for message, _token in found.events]
            alarms = [m for m in kept if isinstance(m, (SosPressed, SosAborted))]
            assert alarms, "stored, but it is not"
        elif pattern in ("hub-has-it", "received"):
            self.said_received += 1
            assert self.said_received <= self.hub_words, "the hub has not said so"
        elif pattern == "go-in":
            assert self.hub.confirmed, "nobody has confirmed"

    def _after(self, ms: int, what: str, argument: object) -> None:
        self._order += 1
        self._later.append((self.now_ms + ms, self._order, what, argument))

    def _took(self, outputs: "Outputs") -> None:
        self._fed_ms = self.now_ms
        self._do(self._carrier.took(outputs))
        self._flash_on()

    def _do(self, at_once: "Outputs") -> None:
        for out in at_once:
            beat = out[0] == "send" and out[3] == 0  # of a beat only that it was sent
            self.log.append((self.now_ms, ("send", out[1], b"", 0, False) if beat else out))
            if out[0] == "feel":
                self._check_feel(out[1])
            elif out[0] == "send":
                assert self.link_up, "sent without a link"
                self._check_send(out)
                self._after(self.net_ms, "up", out[2])

    def _flash_on(self) -> None:
        """One record at a time."""
        for name, blob in self._carrier.waiting():
            if blob is not None and name not in self.asked:
                self.asked[name] = self.now_ms
        if not self._flashing and self._carrier.flash_next() is not None:
            self._flashing = True
            self._after(max(0, self.flash_ms), "flash", None)

    def _flash_answers(self) -> None:
        work = self._carrier.flash_next()
        assert work is not None
        kept = self.flash_ms >= 0
        if kept:
            self._flash(work[0], work[1])
            if work[1] is not None:
                self._fed_ms = self.now_ms
        self._flashing = False
        self._do(self._carrier.flash_done(kept, self._local()))
        self._flash_on()

    def _flash(self, name: str, blob: "bytes | None") -> None:
        if blob is None:
            if name in self.flash:
                self._check_erase(name)
            self.flash.pop(name, None)
            return
        if name[0] == "e":
            assert self.flash.get(name, blob) == blob, "sealed twice"
        self.flash[name] = blob
        self.ever_kept.add(journal.identity_in(name))

    def _happen(self, what: str, argument: "Any") -> None:
        if what == "flash":
            self._flash_answers()
        elif what == "up":
            for payload in self.hub.hear(argument, self.now_ms):
                self._after(self.net_ms, "down", payload)
        else:
            self.deliver(argument)


def on_visit(phase: str, **more: object) -> Bench:
    """A pendant that has heard a standing with this phase, some seconds ago."""
    bench = Bench()
    bench.hub.state["phase"] = phase
    bench.hub.state["visit"] = "v1"
    for key in more:
        bench.hub.state[key] = more[key]
    bench.run(12_000 if bench.settings.beat_s <= 10 else 70_000)
    if bench.device.believed_phase() != phase:
        bench.push()
        bench.run(2000)
    assert bench.device.believed_phase() == phase
    return bench
