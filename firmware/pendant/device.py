"""The pendant: inputs and ticks in, outputs out. All its parts meet here and nowhere else.

Rules it keeps: an event is sealed once and asked onto flash before it is felt as stored or sent;
alarms go first and are resent until the hub's signed receipt; what a hostile or late message says
changes nothing and is counted. `now_ms` is monotonic, milliseconds since the start.

Outputs: ("persist", name, blob) | ("erase", name) | ("send", topic, payload, qos, urgent) |
("feel", pattern) | ("quiet", on) softer from now on | ("connect",) cut the back-off short |
("relink",) no hub answers over this broker: drop it and try the next | ("clock", utc_ms) set the
board's clock | ("sleep", max_ms) deep sleep until a button or then, obeyed only while nothing waits
for the flash and the motor rests: it is asked again every second | ("reset", cause), which the core
never needs today: the shell resets itself and tells `boot` why.
"""

from firmware.pendant import journal, saying
from firmware.pendant.battery import Battery
from firmware.pendant.clock import Clock
from firmware.pendant.gestures import Gestures
from firmware.pendant.identity import Identity
from firmware.pendant.ledger import Ledger, is_audible
from firmware.pendant.presses import SILENT
from firmware.pendant.pressing import Pressing, feel
from firmware.pendant.quiet import Quiet
from firmware.pendant.rest import CAUSE, Rest
from firmware.pendant.settings import Settings
from firmware.pendant.standing import Beliefs
from firmware.pendant.talking import Talking
from firmware.pendant.truths import Truths
from protocol.errors import RemoteProtocolError
from protocol.messages import Booted, Receipt, Standing

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing does not exist on the chip
    from collections.abc import Callable
    from typing import Any

    Outputs = list[tuple[Any, ...]]

MAX_TICK_MS = 1000


class Device:
    def __init__(
        self,
        settings: Settings,
        random_bytes: "Callable[[int], bytes]",
        now_ms: int,
        damage: str = "",
        safe_mode: bool = False,
    ) -> None:
        """`damage`: what is wrong with what it was told at provisioning, for the hub (salvage.py);
        `safe_mode`: she is told as well."""
        self.settings = settings
        self._damage = damage
        self._safe_mode = safe_mode
        self.refused: dict[str, int] = {}  # down messages that changed nothing, by reason
        self._now_ms = now_ms
        self._identity = Identity(settings, random_bytes)
        self._gestures = Gestures(now_ms)
        self._ledger = Ledger()
        self._beliefs = Beliefs(self._identity.boot, "off", "")
        self._battery = Battery(settings.battery_mah, settings.visit_hours)
        self._truths = Truths(self._ledger.presses, self._beliefs, self._battery, now_ms)
        self._pressing = Pressing(self._identity, self._beliefs, self._ledger, self._truths)
        self._quiet = Quiet(settings.quiet)
        self._hushed = False  # started by itself, out of a sleep: she is told nothing unasked
        self._clock = Clock()
        self._rest = Rest(settings.sleep, now_ms)
        self._talking = Talking(settings, self._identity, self._beliefs, self._ledger, now_ms)
        self.brokers = self._talking.brokers  # `next` is for whoever opens connections

    def believed_phase(self) -> str:
        return self._beliefs.phase

    def dropped(self) -> int:
        """Routine events of this boot that had to make room."""
        return self._ledger.outbox.dropped

    def is_alarm_record(self, name: str) -> bool:
        """The record of an alarm: on a full flash others make room for it."""
        return self._ledger.is_alarm_record(name)

    def give_way(self) -> str:
        """A routine record that is no longer kept, so that an alarm's is; "" if there is none."""
        return self._ledger.give_way()

    # -- inputs ----------------------------------------------------------------------------------

    def boot(
        self,
        records: "list[tuple[str, bytes]]",
        now_ms: int,
        cause: str,
        woken_by: "tuple[str, ...]" = (),
    ) -> "Outputs":
        """The start, with what the flash holds and why we started. `woken_by`: the buttons that
        ended a deep sleep; they are down from now on, until the board gives the edge of their
        coming up, as it does also for one that is up already."""
        out: Outputs = []
        self._pass_to(now_ms)
        found = journal.read(records, self.settings.pendant)
        self._beliefs.phase = found.phase
        self._beliefs.visit = found.visit
        self._quiet.restore(found.quiet, out)
        if found.unreadable:
            self._damage = "%d records unreadable; %s" % (found.unreadable, self._damage)
            self._safe_mode = True
        self._truths.damaged = self._safe_mode
        self._hushed = cause == CAUSE and not woken_by
        if cause != CAUSE:  # out of a sleep the press that ended it is felt, or nothing
            out.append(("feel", "started"))
        if self._safe_mode and not self._hushed:
            out.append(("feel", "damaged"))
        self._clock.restore(found.clock_ms, out)
        self._restore(found, out)
        for button in woken_by:
            self._rest.touched(self._now_ms)
            self._buttons(self._gestures.woken(button, self._now_ms), out)
        why = (cause, self._damage.rstrip("; "))
        saying.booted(self._identity, self._beliefs, self._ledger, why, self._now_ms)
        return self._work(out)

    def edge(self, button: str, down: bool, now_ms: int) -> "Outputs":
        """A raw edge of "a", "d" or "s", bounces and all."""
        out: Outputs = []
        self._pass_to(now_ms)
        self._rest.touched(self._now_ms)
        self._hushed = False
        self._buttons(self._gestures.edge(button, down, self._now_ms), out)
        return self._work(out)

    def tick(self, now_ms: int) -> "Outputs":
        self._pass_to(now_ms)
        return self._work([])

    def persisted(self, name: str, now_ms: int) -> "Outputs":
        """The flash holds this record now."""
        out: Outputs = []
        self._pass_to(now_ms)
        entry = self._ledger.persisted(name, out)
        if entry is not None and is_audible(entry):
            out.append(("feel", "stored"))
        if name[:2] == "c-" and name != self._pressing.claim_name():
            out.append(("erase", name))  # overtaken while the flash was busy
        return self._work(out)

    def link(self, up: bool, now_ms: int) -> "Outputs":
        """The session with the broker stands (subscribed), or is gone."""
        self._pass_to(now_ms)
        self._truths.link = up
        self._talking.linked(up, self._now_ms)
        return self._work([])

    def received(self, payload: bytes, now_ms: int) -> "Outputs":
        """Something came down. Only what our hub signed for us, in time, changes anything."""
        out: Outputs = []
        self._pass_to(now_ms)
        try:
            message = self._identity.unseal(bytes(payload))
        except RemoteProtocolError as exc:
            self._refuse(exc.reason)
            return self._work(out)
        if isinstance(message, Receipt):
            self._receipt(message, out)
        else:
            self._standing(message, out)
        self._clock.heard(self._beliefs.utc_ms(self._now_ms), self._now_ms, out)
        return self._work(out)

    def battery(self, pct: int, now_ms: int) -> "Outputs":
        out: Outputs = []
        self._pass_to(now_ms)
        visiting = not self._beliefs.off_duty()
        warns = self._battery.measured(max(0, min(100, pct)), visiting, self._now_ms)
        gasps = self._battery.gasps()
        if gasps:
            pct = self._battery.pct
            saying.last_gasp(self._identity, self._beliefs, self._ledger, pct, self._now_ms, out)
        if (gasps or warns) and not self._hushed:  # asleep in a drawer it wakes nobody
            out.append(("feel", "battery-ends" if gasps else "battery-low"))
        return self._work(out)

    def signal(self, pct: int, now_ms: int) -> "Outputs":
        self._pass_to(now_ms)
        self._talking.signal_pct = max(0, min(100, pct))
        return self._work([])

    def next_tick_ms(self, now_ms: int) -> int:
        """Milliseconds until a tick is wanted, 1 to MAX_TICK_MS."""
        due_ms = self.due_ms()
        wait_ms = MAX_TICK_MS if due_ms < 0 else min(MAX_TICK_MS, due_ms - now_ms)
        return max(1, wait_ms)

    def due_ms(self) -> int:
        """When something falls due here; -1 if nothing does. A tick before then changes nothing."""
        due = [self._gestures.next_ms(), self._truths.next_ms(), self._ledger.next_ms()]
        due.append(self._rest.due_ms(self._idle()))
        due.append(self._talking.due_ms())
        due = [at_ms for at_ms in due if at_ms >= 0]
        return min(due) if due else -1

    # -- presses ---------------------------------------------------------------------------------

    def _buttons(self, read: "Outputs", out: "Outputs") -> None:
        """What the buttons said."""
        for item in read:
            if item[0] == "felt":
                out.append(("feel", item[1]))
                if item[1] == "tick":
                    self.brokers.pressed()
                    if not self._truths.link:
                        out.append(("connect",))
            elif item[1][1:] == "-long":
                if item[1] == "a-long":  # of D it says nothing at all
                    self._quiet.change(out)
            elif item[0] == "gesture":
                self._pressing.gesture(item[1], item[2], item[3], self._now_ms, out)
            else:
                self._pressing.felt_as_a_short(item[1], item[2], item[3], self._now_ms, out)

    def _restore(self, found: journal.Found, out: "Outputs") -> None:
        """Take up what the last boot left behind."""
        owed = self._ledger.restore(found, self._now_ms, out)
        for entry in owed:
            if entry.type_name not in SILENT:
                self._truths.watch(entry.identity, is_audible(entry), self._now_ms)
        self._truths.restore(found.latest_claim())
        if any(entry.stored and is_audible(entry) for entry in owed):
            out.append(("feel", "stored"))

    # -- what comes down -------------------------------------------------------------------------

    def _receipt(self, receipt: Receipt, out: "Outputs") -> None:
        entry = self._ledger.received(receipt, self._identity.seq, out)
        if entry is None:
            self._refuse("stale")
            return
        self.brokers.answered()
        if receipt.boot == self._identity.boot:
            self._beliefs.hear_time(receipt.hub_ms, self._now_ms)
        if entry.identity == self._truths.claim:
            out.insert(0, ("persist", self._pressing.claim_name(), journal.wrap(b"claim")))
        press = self._ledger.presses.find(entry.identity)
        if press is None or press.audible:
            feel(out, self._truths.received(entry.identity, press))

    def _standing(self, standing: Standing, out: "Outputs") -> None:
        place = (self._beliefs.phase, self._beliefs.visit)
        claim = self._pressing.claim_name()
        verdict = self._beliefs.take(standing, self._identity.seq, self._now_ms)
        if verdict == "stale":
            self._refuse("stale")
            return
        ended = self._ledger.end(standing.resolved, out)
        told = self._truths.stands(standing, ended, self._now_ms)
        feel(out, told)
        self._pressing.drop_claim(claim, out)
        if place != (self._beliefs.phase, self._beliefs.visit):
            blob = journal.phase_blob(self._beliefs.phase, self._beliefs.visit)
            out.append(("persist", journal.PHASE_NAME, blob))
        self.brokers.answered()
        self._rest.heard(self._now_ms)
        if told:
            self._rest.touched(self._now_ms)
        if verdict == "news":
            self._talking.echo(self._now_ms)

    def _refuse(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1

    # -- every turn ------------------------------------------------------------------------------

    def _idle(self) -> bool:
        """Off duty, and nothing left to do: then it may sleep."""
        return (
            self._beliefs.off_duty()
            and not self._truths.pending_prompt()
            and not self._ledger.presses.any()
            and not any(entry.type_name != Booted.TYPE for entry in self._ledger.outbox.all())
            and self._gestures.idle()
        )

    def _pass_to(self, now_ms: int) -> None:
        self._now_ms = max(self._now_ms, now_ms)

    def _work(self, out: "Outputs") -> "Outputs":
        """Whatever is due by now: gestures, then truths, then the flash, then the link."""
        now_ms = self._now_ms
        self._buttons(self._gestures.tick(now_ms), out)
        feel(out, self._truths.tick(now_ms))
        self._ledger.ask_again(now_ms, out)
        self._talking.turn(self._battery.pct, sum(self.refused.values()), now_ms, out)
        max_ms = self._rest.sleep_ms(self._idle(), now_ms)
        if max_ms:
            self._clock.before_sleep(self._beliefs.utc_ms(now_ms), out)
            out.append(("sleep", max_ms))
        return out
