"""A pendant in the storm: the production core and its order, on a real littlefs that loses power.

Rule: nothing in here decides for the pendant. Buttons go in as edges, time as the chip's ticks
(which drift and wrap), flash as operations that take time and tear; what it wants felt and sent
comes out.
"""

from collections.abc import Callable
from typing import Any

from firmware.boards.flash import FULL
from firmware.pendant.carrier import Carrier
from firmware.pendant.device import Device
from firmware.pendant.rest import CAUSE
from firmware.pendant.settings import Settings
from firmware.uptime import TICKS_PERIOD_MS, Uptime
from simulator.live.pendant import GESTURES
from simulator.storm.around import Around
from simulator.storm.flash import Flash, PowerCut
from simulator.storm.links import PendantLink
from simulator.storm.seen import Befell, Erased, Felt, Kept, Powered, Pressed, Slept
from simulator.storm.timeline import Due

Outputs = list[tuple[Any, ...]]
WRITE_MS = (4, 40)  # what a record costs on a healthy flash
LOOK_MS = 3_600_000  # an idle pendant reads its ticks at least so often: less than half a wrap
HAND_MS = 700  # between two gestures; two of three stabs would be read as one of six sooner
WRAPS_SOON_MS = 600_000
MEASURE_MS = 5000  # as the app does
START_MS = (300, 1200)  # out of a deep sleep: the chip sees no button before it runs again


class Handset:
    """One pendant over all its lives. `link` is made by the world and given once."""

    link: PendantLink

    def __init__(self, settings: Settings, flash: Flash, around: Around) -> None:
        self.id = settings.pendant
        self.settings = settings
        self.flash = flash
        self.on = False
        self.asleep = False
        self.clock_ms = 0  # what the board's clock was last set to
        self.battery_pct = 90
        self.boots = 0
        self._around = around
        self._timeline = around.timeline
        self._random = around.random
        self._tick: Due | None = None
        self._writing: Due | None = None
        drift_ppm = around.rates.pendant_drift_ppm
        self._ppm = self._random.randint(-drift_ppm, drift_ppm)
        self._fingers: list[Due] = []
        self._kept: set[str] = set()  # names of records that somebody has seen on its flash
        self._down: set[str] = set()  # buttons, whoever sees them
        self._waking: Due | None = None
        self._is_starting = False  # by a button, out of its sleep
        self._hand_free_ms = 0
        self.doomed: Callable[[], None] | None = None

    # Power.

    def power_on(self, cause: str = "power-on", woken_by: tuple[str, ...] = ()) -> None:
        """A start, with what the flash holds."""
        if self.on:
            return
        self.on, self.asleep, self._is_starting = True, False, False
        if self._waking is not None:
            self._waking.cancel()
        self.boots += 1
        self._around.seen.add(Powered(self._timeline.now_ms, self.id, True))
        self._began_ms = self._timeline.now_ms
        self._ticks_at = self._random.randrange(TICKS_PERIOD_MS)
        if self._random.random() < self._around.rates.tick_wrap:
            self._ticks_at = TICKS_PERIOD_MS - self._random.randrange(1, WRAPS_SOON_MS)
        self._uptime = Uptime(self._ticks_ms)
        entropy = self._around.entropy
        self.device = Device(self.settings, entropy.randbytes, 0)
        self._carrier = Carrier(self.device)
        self.flash.mount()
        records = self.flash.read_all()
        self._look_what_is_gone({name for name, _ in records})
        records = self._carrier.found(records)
        self._do(self.device.boot(records, self._uptime(), cause, woken_by))
        self._do(self.device.battery(self.battery_pct, self._uptime()))
        self._do(self.device.signal(80, self._uptime()))
        self.link.power(True)
        self._flash_on()
        self._expect_tick()

    def _look_what_is_gone(self, found: set[str]) -> None:
        """A record whose erasure was cut may be gone: who looks now does not find it."""
        for name in sorted(self._kept - found):
            self._around.seen.add(Erased(self._timeline.now_ms, self.id, name))
        self._kept &= found

    def power_off(self) -> None:
        """Gone between two operations of the flash."""
        self.asleep = self._is_starting = False
        if not self.on:
            return
        self.flash.cut()
        self._went()

    def doom(self, operations: int, went: Callable[[], None]) -> None:
        """The power goes in the middle of so many operations of the flash from now; `went` is told
        when it does, however it goes."""
        self.doomed = went
        self.flash.cut_after(operations)

    def spare(self) -> None:
        """It was doomed, and will live."""
        self.doomed = None
        self.flash.chip.disarm()

    def _went(self) -> None:
        went, self.doomed = self.doomed, None
        self.on = False
        for due in (self._tick, self._writing, *self._fingers):
            if due is not None:
                due.cancel()
        self._tick = self._writing = None
        self._fingers.clear()
        self._down.clear()  # what these fingers held they do not let go of any more
        self.link.power(False)
        self._around.seen.add(Powered(self._timeline.now_ms, self.id, False))
        if went is not None:
            went()

    # Fingers.

    def press(self, gesture: str, stretch: float = 1.0) -> None:
        """A whole gesture with a hand's timing, `stretch` times as slow, from now on; or as soon as
        the gesture before it is over: there is one hand."""
        if not self.on and not self.asleep:
            return
        now_ms = self._timeline.now_ms
        if now_ms < self._hand_free_ms:
            self._timeline.at(self._hand_free_ms, lambda: self.press(gesture, stretch))
            return
        hand = GESTURES[gesture]
        end_ms = now_ms + round(hand[-1][0] * 1000 * stretch)
        self._hand_free_ms = end_ms + HAND_MS
        self._around.seen.add(Pressed(now_ms, self.id, gesture, end_ms))
        self._fingers = [due for due in self._fingers if due.is_waiting]
        for at_s, button, down in hand:
            at_ms = now_ms + round(at_s * 1000 * stretch)
            self._fingers.append(self._timeline.at(at_ms, self._edge(button, down)))

    def _edge(self, button: str, down: bool) -> Callable[[], None]:
        def act() -> None:
            (self._down.add if down else self._down.discard)(button)
            if self.on:
                self._took(self.device.edge(button, down, self._uptime()))
            elif self.asleep and down and not self._is_starting:
                self._is_starting = True
                self._wake((button,), self._random.randint(*START_MS))

        return act

    # Sleep.

    def _sleep(self, max_ms: int) -> None:
        """Obeyed when nothing waits for the flash; the core asks again."""
        if self._carrier.at_rest() and self.doomed is None:
            fingers, self._fingers = self._fingers, []
            down = set(self._down)
            self._went()
            self._fingers, self._down, self.asleep = fingers, down, True
            self._around.seen.add(Slept(self._timeline.now_ms, self.id, True))
            self._wake((), max_ms)

    def _wake(self, buttons: tuple[str, ...], after_ms: int) -> None:
        if self._waking is not None:
            self._waking.cancel()
        self._waking = self._timeline.after(after_ms, lambda: self._woken(buttons))

    def _woken(self, buttons: tuple[str, ...]) -> None:
        """The board finds what is down now; what came and went meanwhile it has not seen."""
        if not self.asleep:
            return
        self._around.seen.add(Slept(self._timeline.now_ms, self.id, False))
        self.power_on(CAUSE, buttons)
        for button in "ads":
            if (button in self._down) != (button in buttons):
                self._took(self.device.edge(button, button in self._down, self._uptime()))

    # What the link asks and brings.

    def next_broker(self) -> int:
        """Which to dial: the core's word."""
        return self.device.brokers.next()

    def link_changed(self, up: bool) -> None:
        if self.on:
            self._took(self.device.link(up, self._uptime()))

    def message_came(self, token: bytes) -> None:
        if self.on:
            self._took(self.device.received(token, self._uptime()))

    def drain(self, pct: int) -> None:
        self.battery_pct = pct
        self._measured()
        self._timeline.after(MEASURE_MS, self._measured)

    def _measured(self) -> None:
        if self.on:
            self._took(self.device.battery(self.battery_pct, self._uptime()))

    # Time.

    def _ticks_ms(self) -> int:
        passed_ms = self._timeline.now_ms - self._began_ms
        return (self._ticks_at + passed_ms + passed_ms * self._ppm // 1_000_000) % TICKS_PERIOD_MS

    def _expect_tick(self) -> None:
        """The next one at the very moment at which something falls due."""
        due_ms = self.device.due_ms()
        wait_ms = LOOK_MS if due_ms < 0 else min(LOOK_MS, max(1, due_ms - self._uptime()))
        at_ms = self._timeline.now_ms + wait_ms
        if self._tick is not None and self._tick.is_waiting:
            if self._tick.at_ms == at_ms:
                return
            self._tick.cancel()
        self._tick = self._timeline.at(at_ms, self._ticked)

    def _ticked(self) -> None:
        if self.on:
            self._took(self.device.tick(self._uptime()))

    # What the core wants.

    def _took(self, outputs: Outputs) -> None:
        self._do(outputs)
        self._flash_on()
        self._expect_tick()

    def _do(self, outputs: Outputs) -> None:
        self._at_once(self._carrier.took(outputs))

    def _at_once(self, outputs: Outputs) -> None:
        for output in outputs:
            kind = output[0]
            if kind == "send":
                self.link.publish(output[1], output[2], output[3], output[4])
            elif kind == "feel":
                self._around.seen.add(Felt(self._timeline.now_ms, self.id, output[1]))
            elif kind == "connect":
                self.link.hurry()
            elif kind == "relink":
                self.link.leave()
            elif kind == "clock":
                self.clock_ms = output[1]
            elif kind == "sleep":
                self._sleep(output[1])

    # The flash, one operation at a time.

    def _flash_on(self) -> None:
        if self._writing is not None:
            return
        self._carrier.idle(self._uptime())
        if self._carrier.flash_next() is None:
            return
        rates = self._around.rates
        wait_ms = self._random.randint(*WRITE_MS)
        if rates.flash_busy and self._random.random() < rates.flash_busy:
            wait_ms = self._random.randrange(rates.flash_busy_ms)
            now_ms = self._timeline.now_ms
            self._around.seen.add(Befell(now_ms, "flash_busy", self.id, now_ms + wait_ms))
        self._writing = self._timeline.after(wait_ms, self._written)

    def _written(self) -> None:
        self._writing = None
        work = self._carrier.flash_next()
        if not self.on or work is None:
            return
        name, blob = work
        try:
            if blob is None:
                self.flash.erase(name)
            else:
                self.flash.write(name, blob)
            ok, full = True, False
        except PowerCut:
            self._went()
            return
        except OSError as error:
            ok, full = False, error.errno == FULL  # which is no excuse for an alarm's record
            if not full:
                self._around.seen.add(Befell(self._timeline.now_ms, "flash_fails", self.id))
        if ok:
            kind = Erased if blob is None else Kept
            self._around.seen.add(kind(self._timeline.now_ms, self.id, name))
            (self._kept.add if kind is Kept else self._kept.discard)(name)
        self._at_once(self._carrier.flash_done(ok, self._uptime(), full))
        self._flash_on()
        self._expect_tick()
