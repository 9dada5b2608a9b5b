"""One simulated pendant: the real firmware in a MicroPython process of its own.

The simulator is its fingers (buttons down and up in real time), its skin (what it feels) and its
bad luck (held flash, a cut of power, a bad link). docs: the control socket in boards/unix.py.
"""

import json
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from simulator.live.child import Child, ChildFailed
from simulator.live.feed import Feed

ROOT = Path(__file__).resolve().parent.parent.parent
HEAP = "heapsize=100wK"  # word-scaled: the fair equal of 100 KiB on a 32-bit chip
START_S = 10.0
RESET_STATUS = 64

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


def micropython_path() -> str | None:
    """Beside this Python first (the wheel), then on the path."""
    beside = shutil.which("micropython", path=str(Path(sys.executable).parent))
    return beside or shutil.which("micropython")


class Pendant:
    """Start, press, cut, start again with the same flash."""

    def __init__(
        self,
        name: str,
        folder: Path,
        settings: Mapping[str, object],
        feed: Feed,
        wearer: str = "",
    ) -> None:
        self.name = name
        self.wearer = wearer or name  # whom the feed names
        self.flash = folder / "flash"
        self.flash.mkdir(parents=True, exist_ok=True)
        (self.flash / "settings.json").write_text(json.dumps(dict(settings)), encoding="ascii")
        self._feed = feed
        # Told all that the board tells (boards/unix.py), for whoever draws it; from its own thread.
        self.watch: Callable[[Mapping[str, object]], None] = lambda news: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(START_S)
        self._control: socket.socket | None = None
        self._stopping = False
        self._lock = threading.Lock()
        port = str(self._listener.getsockname()[1])
        self.child = Child(name, self._argv(port), folder / "pendant.log", tied=False)
        # Not tied to its parent's death: it ends when its control connection does, and a reset is
        # answered from another thread than the main one.

    def _argv(self, port: str) -> list[str]:
        micropython = micropython_path()
        # Where there is no wheel the same core runs on this Python; docs/scenarios.md says so.
        start = [micropython, "-X", HEAP] if micropython else [sys.executable]
        main = str(ROOT / "firmware" / "main.py")
        return [*start, main, "--flash", str(self.flash), "--control", port]

    def start(self) -> None:
        """Returns when it listens to its buttons."""
        self._stopping = False
        self._start()

    def _start(self) -> None:
        self.child.start()
        try:
            control, _ = self._listener.accept()
        except TimeoutError as exc:
            self.child.kill()
            raise ChildFailed(f"{self.name} did not start:\n{self.child.last_words()}") from exc
        with self._lock:
            self._control = control
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
        if not self._stopping:
            self._feed.add("process", "reset" if status == RESET_STATUS else "ended", self.wearer)
            if status == RESET_STATUS:
                self._start()

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
        """One order to the board. Raises ChildFailed when there is no pendant to hear it."""
        with self._lock:
            control = self._control
        if control is None or not self.child.alive:
            raise ChildFailed(f"{self.name} is not running:\n{self.child.last_words()}")
        try:
            control.sendall(json.dumps(dict(order)).encode() + b"\n")
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
        self._stopping = True
        self.child.kill()
        self._feed.add("process", "power cut", self.wearer)

    def stop(self) -> None:
        self._stopping = True
        self.child.kill()

    def close(self) -> None:
        self.stop()
        self._listener.close()


def new_secret() -> bytes:
    return secrets.token_bytes(32)
