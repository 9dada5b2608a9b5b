"""The pendant: inputs and ticks in, outputs out. All its parts meet here and nowhere else.

Rules it keeps: an event is sealed once and asked onto flash before it is felt as stored or sent;
alarms go first and are resent until the hub's signed receipt; what a hostile or late message says
changes nothing and is counted. `now_ms` is monotonic, milliseconds since the start.

Outputs: ("persist", name, blob) | ("erase", name) | ("send", topic, payload, qos, urgent) |
("feel", pattern) | ("connect",) cut the back-off short | ("reset", cause), which the core never
needs today: the shell resets itself and tells `boot` why.
"""

import binascii

from firmware.pendant import journal
from firmware.pendant.gestures import CARRY_ON_MINUTES, Gestures, meaning
from firmware.pendant.outbox import PERSIST_AGAIN_MS, Entry, Outbox
from firmware.pendant.presses import SILENT, OpenPress, OpenPresses
from firmware.pendant.settings import Settings
from firmware.pendant.standing import Beliefs
from firmware.pendant.truths import Truths
from protocol import codec, topics
from protocol.errors import RemoteProtocolError
from protocol.messages import (
    ALARM_TYPES,
    Beat,
    Booted,
    CarryOn,
    PressMessage,
    Receipt,
    Replied,
    SosAborted,
    Standing,
    UpMessage,
)
from protocol.record import MAX_TEXT, is_text

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable
    from typing import Any

    Output = tuple[Any, ...]

FIRMWARE = "allswell 0.1.0"
MAX_TICK_MS = 1000
ECHO_GAP_MS = 200  # a standing with news is echoed at once, but not more often than this
MIN_BEAT_MS = 1000


class Device:
    def __init__(
        self, settings: Settings, random_bytes: "Callable[[int], bytes]", now_ms: int
    ) -> None:
        self.settings = settings
        self.boot_id = binascii.hexlify(random_bytes(8)).decode()
        self.refused: dict[str, int] = {}  # down messages that changed nothing, by reason
        self._up_key = codec.up_key(settings.secret)
        self._down_key = codec.down_key(settings.secret)
        self._seq = 0
        self._now_ms = now_ms
        self._gestures = Gestures()
        self._gestures.now_ms = now_ms
        self._outbox = Outbox()
        self._presses = OpenPresses()
        self._beliefs = Beliefs(self.boot_id, "off", "")
        self._truths = Truths(self._presses, self._beliefs, now_ms)
        self._unread: list[str] = []  # silent presses that have yet to be felt as A short
        self._early: list[str] = []  # of these, the ones already received
        self._signal_pct = 0
        self._beat_ms = now_ms
        self._beaten_ms = -ECHO_GAP_MS

    # -- inputs ----------------------------------------------------------------------------------

    def boot(self, records: "list[tuple[str, bytes]]", now_ms: int, cause: str) -> "list[Output]":
        """The start, with what the flash holds and why we started."""
        out: list[Output] = []
        self._clock(now_ms)
        found = journal.read(records, self.settings.pendant)
        self._beliefs.phase = found.phase
        self._beliefs.visit = found.visit
        self._truths.claim = found.claim
        self._feel(out, "started")
        self._restore(found, out)
        if found.unreadable:
            cause = "%s; %d records unreadable" % (cause[:32], found.unreadable)
        values = self._base(self._now_ms)
        values["cause"] = cause if is_text(cause) else "unprintable"
        values["firmware"] = FIRMWARE[:MAX_TEXT]
        values["open"] = self._presses.listed()
        booted = Booted(**values)
        # Never on flash: the next boot speaks for itself.
        token = codec.seal(booted, self.settings.key_id, self._up_key)
        self._outbox.add(Entry(Booted, booted.identity(), token, "", self._now_ms))
        return self._work(out)

    def edge(self, button: str, down: bool, now_ms: int) -> "list[Output]":
        out: list[Output] = []
        self._clock(now_ms)
        self._read(self._gestures.edge(button, down, self._now_ms), out)
        return self._work(out)

    def tick(self, now_ms: int) -> "list[Output]":
        self._clock(now_ms)
        return self._work([])

    def persisted(self, name: str, now_ms: int) -> "list[Output]":
        """The flash holds this record now."""
        out: list[Output] = []
        self._clock(now_ms)
        entry = self._outbox.named(name)
        if entry is not None:
            if not entry.stored and entry.alarm:
                press = self._presses.find(entry.identity)
                if press is not None and press.audible:
                    self._feel(out, "stored")
            entry.stored = True
        elif name[:2] == "o-":
            out.append(("erase", "e" + name[1:]))
            if self._presses.find(name[2:18] + "." + name[19:]) is None:
                out.append(("erase", name))  # ended while the flash was busy
        elif name[:2] == "e-" or (name[:2] == "c-" and name != self._claim_name()):
            out.append(("erase", name))  # overtaken while the flash was busy
        return self._work(out)

    def link(self, up: bool, now_ms: int) -> "list[Output]":
        """The session with the broker stands (subscribed), or is gone."""
        self._clock(now_ms)
        self._truths.link = up
        if up:
            self._outbox.restart(self._now_ms)
            self._beat_ms = self._now_ms
        return self._work([])

    def received(self, payload: bytes, now_ms: int) -> "list[Output]":
        """Something came down. Only what our hub signed for us, in time, changes anything."""
        out: list[Output] = []
        self._clock(now_ms)
        try:
            message = codec.unseal(bytes(payload), self.settings.key_id, self._down_key, up=False)
            if isinstance(message, Receipt):
                self._receipt(message, out)
            elif isinstance(message, Standing):
                self._standing(message, out)
        except RemoteProtocolError as exc:
            self._refuse(exc.reason)
        return self._work(out)

    def battery(self, pct: int, now_ms: int) -> "list[Output]":
        out: list[Output] = []
        self._clock(now_ms)
        self._feel(out, *self._truths.battery(_percent(pct)))
        return self._work(out)

    def signal(self, pct: int, now_ms: int) -> "list[Output]":
        self._clock(now_ms)
        self._signal_pct = _percent(pct)
        return self._work([])

    def next_tick_ms(self, now_ms: int) -> int:
        """Milliseconds until a tick is wanted, 1 to MAX_TICK_MS."""
        due = [self._gestures.next_ms(), self._truths.next_ms()]
        if self._truths.link:
            due += [self._beat_ms, self._outbox.next_ms()]
        wait_ms = MAX_TICK_MS
        for at_ms in due:
            if at_ms >= 0:
                wait_ms = min(wait_ms, at_ms - now_ms)
        return max(1, wait_ms)

    # -- presses ---------------------------------------------------------------------------------

    def _read(self, read: "list[Output]", out: "list[Output]") -> None:
        """What the buttons said."""
        for item in read:
            if item[0] == "felt":
                self._feel(out, item[1])
                if item[1] == "tick" and not self._truths.link:
                    out.append(("connect",))
            elif item[0] == "gesture":
                self._gesture(item[1], item[2], item[3], out)
            else:
                self._read_silent(out)

    def _gesture(self, name: str, began_ms: int, held_ms: int, out: "list[Output]") -> None:
        kind = meaning(name, self._beliefs.phase, self._truths.pending_prompt())
        if self._outbox.full_of(kind):
            identity = self._join(kind, out)
        else:
            identity = self._press(kind, name, began_ms, held_ms, out)
        if kind.TYPE in SILENT:
            self._unread.append(identity)
        elif kind in ALARM_TYPES:
            self._truths.watch(identity, True, self._now_ms)
        elif name == "a-short":
            self._a_short(identity, kind, out)
        else:
            if name[2:] != "hold":  # a hold was felt while it lasted
                self._feel(out, "read-" + name[2:])
            self._truths.watch(identity, False, self._now_ms)

    def _a_short(self, identity: str, kind: type, out: "list[Output]") -> None:
        """Felt for A short, and for a chord in exactly the same way."""
        before = self._claim_name()
        self._feel(out, *self._truths.touched(identity, kind, self._now_ms))
        self._truths.watch(identity, False, self._now_ms)
        if before and before != self._claim_name():
            out.append(("erase", before))

    def _read_silent(self, out: "list[Output]") -> None:
        identity = self._unread.pop(0)
        kind = meaning("a-short", self._beliefs.phase, self._truths.pending_prompt())
        self._a_short(identity, kind, out)
        if identity in self._early:
            self._early.remove(identity)
            self._feel(out, *self._truths.received(identity, None))

    def _press(
        self,
        kind: "type[PressMessage]",
        gesture: str,
        began_ms: int,
        held_ms: int,
        out: "list[Output]",
    ) -> str:
        """Seal the event, once, and ask the flash to keep it."""
        values = self._base(began_ms)
        values["gesture"] = gesture
        if kind is CarryOn:
            values["minutes"] = CARRY_ON_MINUTES
        elif kind is Replied:
            values["prompt"] = self._truths.pending_prompt()
        elif kind is SosAborted:
            values["held_ms"] = held_ms
        message = kind(**values)
        identity = message.identity()
        token = codec.seal(message, self.settings.key_id, self._up_key)
        entry = Entry(kind, identity, token, journal.name_of("e", identity), self._now_ms)
        if entry.alarm:
            self._open(OpenPress(identity, kind.TYPE, False), out)
        dropped = self._outbox.add(entry)
        if dropped is not None and dropped.name:
            out.append(("erase", dropped.name))
        out.append(("persist", entry.name, journal.wrap(token)))
        return identity

    def _join(self, kind: "type[PressMessage]", out: "list[Output]") -> str:
        """As many of this kind wait as the hub can be told of: send the newest again, at once."""
        entry = self._outbox.newest_of(kind)
        entry.again(self._now_ms)
        if entry.stored and kind.TYPE not in SILENT:
            self._feel(out, "stored")
        return entry.identity

    def _open(self, press: OpenPress, out: "list[Output]") -> None:
        let_go = self._presses.add(press)
        if let_go is not None:
            out.append(("erase", journal.name_of("o", let_go.identity)))

    def _base(self, press_ms: int) -> "dict[str, Any]":
        self._seq += 1
        heard_ms, since_ms = self._beliefs.dated(press_ms)
        return {
            "pendant": self.settings.pendant,
            "boot": self.boot_id,
            "seq": self._seq,
            "heard_ms": heard_ms,
            "since_ms": since_ms,
            "standing": self._beliefs.version,
            "phase": self._beliefs.phase,
        }

    def _restore(self, found: journal.Found, out: "list[Output]") -> None:
        """Take up what the last boot left behind."""
        for identity, kind in found.open:
            self._open(OpenPress(identity, kind, True), out)
        known = [identity for identity, _ in found.open]
        found.events.sort(key=_age)
        stored = False
        for message, token in found.events:
            identity = message.identity()
            if identity in known:
                out.append(("erase", journal.name_of("e", identity)))  # the hub has it
                continue
            name = journal.name_of("e", identity)
            entry = Entry(type(message), identity, token, name, self._now_ms)
            entry.stored = True
            audible = entry.alarm and message.TYPE not in SILENT
            if entry.alarm:
                self._open(OpenPress(identity, message.TYPE, False), out)
            dropped = self._outbox.add(entry)
            if dropped is not None:
                out.append(("erase", dropped.name))
            self._truths.watch(identity, audible, self._now_ms)
            stored = stored or audible
        if stored:
            self._feel(out, "stored")

    # -- what comes down -------------------------------------------------------------------------

    def _receipt(self, receipt: Receipt, out: "list[Output]") -> None:
        self._ours(receipt.pendant)
        identity = "%s.%d" % (receipt.boot, receipt.seq)
        entry = self._outbox.received(identity, receipt.sha)
        if entry is None:
            self._refuse("stale")
            return
        if receipt.boot == self.boot_id:
            self._beliefs.hear_time(receipt.hub_ms, self._now_ms)
        press = self._presses.find(identity)
        if identity == self._truths.claim:
            out.append(("persist", self._claim_name(), journal.wrap(b"claim")))
        if press is not None:
            press.received = True
            press.received_seq = self._seq
            marker = journal.name_of("o", identity)
            out.append(("persist", marker, journal.wrap(press.kind.encode())))
        elif entry.name:
            out.append(("erase", entry.name))
        if identity in self._unread:
            self._early.append(identity)
            return
        self._feel(out, *self._truths.received(identity, press))

    def _standing(self, standing: Standing, out: "list[Output]") -> None:
        self._ours(standing.pendant)
        place = (self._beliefs.phase, self._beliefs.visit)
        claim = self._claim_name()
        verdict = self._beliefs.take(standing, self._seq, self._now_ms)
        if verdict == "stale":
            self._refuse("stale")
            return
        ended = self._presses.end(standing.resolved)
        for press in ended:
            entry = self._outbox.find(press.identity)
            if entry is not None:
                self._outbox.remove(entry)
            out.append(("erase", journal.name_of("e", press.identity)))
            out.append(("erase", journal.name_of("o", press.identity)))
        self._feel(out, *self._truths.stands(standing, ended, self._now_ms))
        if claim and claim != self._claim_name():
            out.append(("erase", claim))
        if place != (self._beliefs.phase, self._beliefs.visit):
            blob = journal.phase_blob(self._beliefs.phase, self._beliefs.visit)
            out.append(("persist", journal.PHASE_NAME, blob))
        if verdict == "news":
            self._beat_ms = max(self._now_ms, self._beaten_ms + ECHO_GAP_MS)

    def _ours(self, pendant: str) -> None:
        if pendant != self.settings.pendant:
            raise RemoteProtocolError("pendant", pendant)

    def _refuse(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1

    def _claim_name(self) -> str:
        claim = self._truths.claim
        return journal.name_of("c", claim) if claim else ""

    # -- every turn ------------------------------------------------------------------------------

    def _clock(self, now_ms: int) -> None:
        self._now_ms = max(self._now_ms, now_ms)

    def _feel(self, out: "list[Output]", *patterns: str) -> None:
        for pattern in patterns:
            out.append(("feel", pattern))

    def _work(self, out: "list[Output]") -> "list[Output]":
        """Whatever is due by now: gestures, then truths, then the flash, then the link."""
        now_ms = self._now_ms
        self._read(self._gestures.tick(now_ms), out)
        self._feel(out, *self._truths.tick(now_ms))
        for entry in self._outbox.all():
            if not entry.stored and now_ms >= entry.asked_ms + PERSIST_AGAIN_MS:
                entry.asked_ms = now_ms
                out.append(("persist", entry.name, journal.wrap(entry.token)))
        if not self._truths.link:
            return out
        for entry in self._outbox.due(now_ms):
            topic = topics.up(self.settings.pendant, "sos" if entry.alarm else "event")
            out.append(("send", topic, entry.token, 1, entry.alarm))
            entry.sent(now_ms)
        if now_ms >= self._beat_ms:
            self._beat(out)
        return out

    def _beat(self, out: "list[Output]") -> None:
        values = self._base(self._now_ms)
        values["battery_pct"] = self._truths.battery_pct
        values["signal_pct"] = self._signal_pct
        values["dropped"] = self._outbox.dropped
        values["open"] = self._presses.listed()
        beat = Beat(**values)
        token = codec.seal(beat, self.settings.key_id, self._up_key)
        out.append(("send", topics.up(self.settings.pendant, "beat"), token, 0, False))
        self._beliefs.beat_sent(beat.seq, self._now_ms)
        self._beaten_ms = self._now_ms
        self._beat_ms = self._now_ms + self._beat_wait_ms()

    def _beat_wait_ms(self) -> int:
        """Faster on a visit or with an alarm; at least twice while a standing holds."""
        idle = self._beliefs.off_duty() and not self._presses.any()
        wait_ms = 1000 * (self.settings.offduty_beat_s if idle else self.settings.beat_s)
        if self._beliefs.valid_ms:
            wait_ms = min(wait_ms, self._beliefs.valid_ms // 2)
        return max(MIN_BEAT_MS, wait_ms)


def _percent(pct: int) -> int:
    return max(0, min(100, pct))


def _age(event: "tuple[UpMessage, bytes]") -> tuple[int, int]:
    """Undated first (they may be the oldest), then by the press."""
    message = event[0]
    return message.heard_ms + message.since_ms, message.seq
