"""From the third stab of the SOS button to "the hub has it" on the pendant, alone and under load.

The pendant is the real firmware in MicroPython over real flash files, the broker mosquitto with the
shipped settings, the hub `allswell serve`. The time runs from the edge sent to the pendant's
control socket to its word that it feels `hub-has-it`. Gestures are real time, so presses are few:
`PRESSES` of each kind, which makes the 99th percentile nearly the worst.
"""

import contextlib
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from simulator.bench import load
from simulator.bench.broker import LOAD_USER, BenchBroker, broker
from simulator.live import provision
from simulator.live.feed import Feed, Happening
from simulator.live.hub import Hub
from simulator.live.pendant import Pendant
from simulator.live.receiver import Receiver

WORLD = Path(__file__).resolve().parent.parent / "worlds" / "exeter.toml"
WEARER, PENDANT = "bea", "p-bea"
CROWD = {f"p-crowd-{n}": "dai" for n in range(100)}
PRESSES = 100
BEATS_PER_S = 1_000
PACE_S = 0.02
PATIENCE_S = 10.0
STAB_S = 0.08  # down, and as long up again: well over the debounce of docs/pendant.md


class Beats:
    """BEATS_PER_S beats of a crowd of pendants, from a thread, until stopped."""

    def __init__(self, at: BenchBroker, secrets: dict[str, bytes]) -> None:
        boot = "b" * 16
        self._crowd = [load.Pendant(name, name, secrets[name], boot) for name in CROWD]
        self._publisher = load.Publisher("127.0.0.1", at.port, LOAD_USER, at.passwords[LOAD_USER])
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beats", daemon=True)
        self.sent = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._publisher.close()

    def _run(self) -> None:
        began = time.monotonic()
        while not self._stopping.wait(PACE_S):
            owed = int((time.monotonic() - began) * BEATS_PER_S) - self.sent
            for _ in range(owed):
                who = self._crowd[self.sent % len(self._crowd)]
                self.sent += 1
                self._publisher.shout(load.sealed(who, load.beat(who, self.sent, 0)))


def _stab(pendant: Pendant) -> float:
    """Three presses; when the third one went down."""
    down = 0.0
    for _ in range(3):
        down = time.monotonic()
        pendant.tell({"button": "s", "down": True})
        time.sleep(STAB_S)  # a finger's own time
        pendant.tell({"button": "s", "down": False})
        time.sleep(STAB_S)
    return down


def _is_receipt(item: Happening) -> bool:
    return item.source == "feel" and item.what == "hub-has-it"


def _patience(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


def presses(pendant: Pendant, feed: Feed, count: int) -> list[float]:
    """Milliseconds from each SOS to its receipt."""
    began = time.monotonic() - feed.now_s()
    found = []
    for _ in range(count):
        start = len(feed)
        down = _stab(pendant)
        felt = feed.await_one(_is_receipt, _patience(PATIENCE_S), start)
        if felt is None:
            raise TimeoutError(f"no receipt: {pendant.child.last_words()}")
        found.append((felt.at_s + began - down) * 1000)
    return found


@contextlib.contextmanager
def _stage() -> Iterator[tuple[BenchBroker, Pendant, Feed, dict[str, bytes]]]:
    carriers = {PENDANT: WEARER, **CROWD}
    with contextlib.ExitStack() as ends:
        at = ends.enter_context(broker(pendants=(PENDANT,)))
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="allswell-bench-")))
        feed = Feed()
        receiver = Receiver(feed)
        ends.callback(receiver.close)
        hub = Hub(folder, WORLD, at, receiver, feed, 1)
        ends.callback(hub.close)
        secrets = provision.register(hub.store, WORLD, carriers)
        hub.start()
        pendant = _pendant(folder, at, feed, secrets[PENDANT])
        ends.callback(pendant.close)
        pendant.start()
        feed.await_one(
            lambda item: item.source == "link" and item.what == "up",
            _patience(PATIENCE_S),
        )
        yield at, pendant, feed, secrets


def _pendant(folder: Path, at: BenchBroker, feed: Feed, secret: bytes) -> Pendant:
    settings = {
        "pendant": PENDANT, "key_id": PENDANT, "secret": secret.hex(), "username": PENDANT,
        "password": at.passwords[PENDANT], "broker_host": "127.0.0.1", "broker_port": at.port,
    }  # fmt: skip
    return Pendant(PENDANT, folder / PENDANT, settings, feed, WEARER)


def figures_of(name: str, found: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(found, n=100, method="inclusive")
    return {f"{name}_p50_ms": round(cuts[49], 1), f"{name}_p99_ms": round(cuts[98], 1)}


def run() -> dict[str, float]:
    with _stage() as (at, pendant, feed, secrets):
        figures = figures_of("sos_receipt", presses(pendant, feed, PRESSES))
        crowd = Beats(at, secrets)
        crowd.start()
        try:
            figures |= figures_of("sos_receipt_loaded", presses(pendant, feed, PRESSES))
        finally:
            crowd.stop()
    return figures


if __name__ == "__main__":
    print(json.dumps(run()))
