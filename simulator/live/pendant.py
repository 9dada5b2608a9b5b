"""One simulated pendant: the real firmware in a MicroPython process of its own.

The simulator is its fingers (buttons down and up in real time), its skin (what it feels) and its
bad luck (held flash, a cut of power, a bad link). docs: the control socket in boards/unix.py.
It is also what a chip has besides its core: in deep sleep there is no process, only the buttons and
the timer that end it; the press that wakes is the first that the new process hears of.
"""

import contextlib
import json
import secrets
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from simulator.live.child import Child, ChildFailed
from simulator.live.feed import Feed
from simulator.live.firmware import command

START_S = 10.0
RESET_STATUS = 64
SLEEP_STATUS = 67  # firmware/boards/unix.py
WATCHDOG_STATUS = -signal.SIGALRM  # the chip's watchdog resets; here it kills
SLEEP_FILE = "sleep.json"
# What a board measures: a new process would begin with a full battery.
MEASURED = ("battery", "signal", "hold_flash", "hold_link")

# (seconds, button, down): the hand of docs/pendant.md, in link time.
Hand = tuple[tuple[float, str, bool], ...]


def _hold(button: str, seconds: float) -> Hand:
    return ((0, button, True), (seconds, button, False))


def _taps(button: str, count: int, every_s: float) -> Hand:
    edges: list[tuple[float, str, bool]] = []
    for tap in range(count):
        edges += [(tap * every_s, button, True), (tap * every_s + 0.12, button, False)]
    return tuple(edges)


GESTURES: Mapping[str, Hand] = {
    "a-short": _hold("a", 0.15),
    "a-double": _taps("a", 2, 0.28),
    "a-hold": _hold("a", 2.3),
    "d-short": _hold("d", 0.15),
    "d-double": _taps("d", 2, 0.28),
    "d-hold": _hold("d", 2.3),
    "sos-hold": _hold("s", 2.3),
    "sos-stabs": _taps("s", 3, 0.4),
    "sos-let-go": _hold("s", 1.3),
    "chord": ((0, "a", True), (0.06, "d", True), (1.4, "a", False), (1.45, "d", False)),
    "chord-broken": ((0, "a", True), (0.06, "d", True), (0.4, "a", False), (0.45, "d", False)),
}


class Pendant:
    """Start, press, cut, start again with the same flash."""

    def __init__(
        self,
        name: str,
        folder: Path,
        settings: Mapping[str, object],
        feed: Feed,
        wearer: str = "",
        heap: str = "",
    ) -> None:
        """`heap`: of the interpreter, as its -X takes it; empty: as much as a pendant has."""
        self.name = name
        self.heap = heap
        self.wearer = wearer or name  # whom the feed names
        self.flash = folder / "flash"
        self.flash.mkdir(parents=True, exist_ok=True)
        (self.flash / "settings.json").write_text(json.dumps(dict(settings)), encoding="ascii")
        self._feed = feed
        # Told all that the board tells (boards/unix.py), and {"asleep": true | false}, for whoever
        # draws it; from its own thread.
        self.watch: Callable[[Mapping[str, object]], None] = lambda news: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(START_S)
        self._control: socket.socket | None = None
        self._stopping = False
        self._asleep = False
        self._alarm_clock: threading.Timer | None = None
        self._measured: dict[str, object] = {}
        self._lock = threading.RLock()  # one start at a time
        # Not tied to its parent's death: it ends when its control connection does, and a reset is
        # answered from another thread than the main one.
        self.child = Child(name, self._argv(()), folder / "pendant.log", tied=False)

    def _argv(self, woken_by: Sequence[str]) -> list[str]:
        port = str(self._listener.getsockname()[1])
        argv = [*command(self.heap), "--flash", str(self.flash), "--control", port]
        for name in ("battery", "signal"):
            if name in self._measured:
                argv += [f"--{name}", str(self._measured[name])]
        return [*argv, "--woken", ",".join(woken_by)] if woken_by else argv

    @property
    def asleep(self) -> bool:
        """In deep sleep, until a button goes down or its time is over."""
        return self._asleep

    def start(self) -> None:
        """Returns when it listens to its buttons."""
        with self._lock:
            self._stopping = False
            self._start()

    def _start(self, woken_by: Sequence[str] = ()) -> None:
        self.child.argv = self._argv(woken_by)
        self.child.start()
        try:
            control, _ = self._listener.accept()
        except TimeoutError as exc:
            self.child.kill()
            raise ChildFailed(f"{self.name} did not start:\n{self.child.last_words()}") from exc
        self._control = control
        for name in ("hold_flash", "hold_link"):
            if self._measured.get(name):
                self._send({name: True})
        threading.Thread(
            target=self._listen, args=(control,), name=f"{self.name}-skin", daemon=True
        ).start()

    def _listen(self, control: socket.socket) -> None:
        """What the pendant tells, until it ends; a reset is answered by starting it again."""
        with control, control.makefile("rb") as lines:
            try:
                for line in lines:
                    self._heard(json.loads(line))
            except (OSError, ValueError):
                pass  # killed within a line: what it did not say, it did not say
        try:
            status = self.child.wait()
        except subprocess.TimeoutExpired:
            self.child.kill()
            status = self.child.wait()
        with self._lock:
            if not self._stopping:
                try:
                    self._ended(status)
                except ChildFailed as failed:  # nobody waits in this thread who could be told
                    self._feed.add("process", "ended", self.wearer, str(failed))

    def _ended(self, status: int) -> None:
        """By itself: to sleep, to start again, or because it is broken."""
        if status == SLEEP_STATUS:
            self._fall_asleep()
        elif status in (RESET_STATUS, WATCHDOG_STATUS):
            self._feed.add("process", "reset", self.wearer)
            self._start()
        else:
            self._feed.add("process", "ended", self.wearer)

    # Deep sleep.

    def _fall_asleep(self) -> None:
        told = json.loads((self.flash / SLEEP_FILE).read_text(encoding="ascii"))
        self._asleep = True
        self._alarm_clock = threading.Timer(told["max_ms"] / 1000, self._wake, args=((),))
        self._alarm_clock.daemon = True
        self._alarm_clock.start()
        self._feed.add("process", "asleep", self.wearer)
        self.watch({"asleep": True})

    def _wake(self, woken_by: Sequence[str]) -> None:
        with self._lock:
            if not self._asleep:
                return  # somebody was quicker
            self._leave_sleep()
            self._feed.add("process", "woken", self.wearer, ",".join(woken_by) or "its time")
            self._start(woken_by)

    def _leave_sleep(self) -> None:
        self._asleep = False
        if self._alarm_clock is not None:
            self._alarm_clock.cancel()
            self._alarm_clock = None
        self.watch({"asleep": False})

    def oversleep(self) -> None:
        """Its time is over now: what comes after hours of sleep, without the hours."""
        self._wake(())

    def _heard(self, news: Mapping[str, object]) -> None:
        self.watch(news)
        if "feel" in news:
            self._feed.add("feel", str(news["feel"]), self.wearer)
        elif "link" in news:
            self._feed.add("link", "up" if news["link"] else "down", self.wearer)
        elif "flash" in news:
            self._feed.add("flash", str(news["flash"]), self.wearer, str(news.get("name", "")))
        elif "boot" in news:
            self._feed.add("boot", str(news["boot"]), self.wearer)

    def tell(self, order: Mapping[str, object]) -> None:
        """One order to the board. A button that goes down wakes one that is asleep; whatever else
        is told to it then holds from its next start. Raises ChildFailed when there is no pendant
        to hear it."""
        with self._lock:
            self._measured |= {name: order[name] for name in MEASURED if name in order}
            if self._asleep:
                if order.get("down"):
                    self._wake((str(order["button"]),))
                return
            if self._control is None or not self.child.alive:
                raise ChildFailed(f"{self.name} is not running:\n{self.child.last_words()}")
            self._send(order)

    def _send(self, order: Mapping[str, object]) -> None:
        assert self._control is not None  # the caller looked
        try:
            self._control.sendall(json.dumps(dict(order)).encode() + b"\n")
        except OSError as exc:
            raise ChildFailed(f"{self.name} went away: {exc}") from exc

    def press(self, gesture: str) -> None:
        """The gesture with a real hand's timing; returns when the last button is up. On a busy
        machine the hand is slower, but no press gets shorter: the firmware would call it bounce."""
        last_s = 0.0
        for at_s, button, down in GESTURES[gesture]:
            time.sleep(at_s - last_s)
            last_s = at_s
            self.tell({"button": button, "down": down})

    def cut(self) -> None:
        """Power gone, at once and in the middle of anything; the flash stays."""
        self.stop()
        # What a chip keeps over a deep sleep is not flash: it is gone with the power.
        with contextlib.suppress(FileNotFoundError):
            (self.flash / SLEEP_FILE).unlink()
        self._feed.add("process", "power cut", self.wearer)

    def stop(self) -> None:
        self._stopping = True
        self.child.kill()
        with self._lock:
            if self._asleep:
                self._leave_sleep()

    def close(self) -> None:
        self.stop()
        self._listener.close()


def new_secret() -> bytes:
    return secrets.token_bytes(32)
