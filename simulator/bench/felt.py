"""From an edge of a button to the motor, on the real firmware in MicroPython, radio in vain.

Rule: no broker listens, so the link is always being tried; patterns play when they like, and the
presses come in the middle of them. The time runs from the edge sent to the control socket to the
board's word that the motor moves for it.
"""

import itertools
import json
import queue
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from simulator.bench.receipt import figures_of
from simulator.live.child import free_port
from simulator.live.feed import Feed
from simulator.live.pendant import Pendant

PRESSES = 60
HELD_S = 0.12  # a finger's own time
PAUSES_S = (0.15, 0.7, 1.3)  # within a double, in a pattern, in the rest after it
PATIENCE_S = 10.0


def run() -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="allswell-bench-") as folder:
        settings = {
            "pendant": "p-bench", "key_id": "p-bench", "secret": "0b" * 32,
            "broker_host": "127.0.0.1", "broker_port": free_port(),
        }  # fmt: skip
        pendant = Pendant("p-bench", Path(folder), settings, Feed())
        news: queue.Queue[Mapping[str, object]] = queue.Queue()
        pendant.watch = news.put
        pendant.start()
        try:
            found = _presses(pendant, news)
        finally:
            pendant.close()
    return {**figures_of("press_felt", found), "press_felt_max_ms": round(max(found), 1)}


def _presses(pendant: Pendant, news: "queue.Queue[Mapping[str, object]]") -> list[float]:
    """Milliseconds from each edge to its tick."""
    found = []
    for _, pause_s in zip(range(PRESSES), itertools.cycle(PAUSES_S)):
        began = time.monotonic()
        pendant.tell({"button": "d", "down": True})
        while news.get(timeout=PATIENCE_S).get("begun") != "tick":
            pass
        while not news.get(timeout=PATIENCE_S).get("motor"):
            pass
        found.append(1000 * (time.monotonic() - began))
        time.sleep(HELD_S)
        pendant.tell({"button": "d", "down": False})
        time.sleep(pause_s)
    return found


if __name__ == "__main__":
    print(json.dumps(run()))
