"""The pendant's own figures, on the real firmware in MicroPython, compiled as for the chip.

From waking to armed; from the press that counts to its record on flash; from the third stab to "the
hub has it" over mutual TLS; how soon all is well again after a broker that hung for ten seconds; in
how small a heap a whole visit passes; and the days of the energy model (docs/energy.md).
"""

import json
import statistics
import time
from collections.abc import Mapping

from simulator.bench.receipt import PATIENCE_S, PRESSES, figures_of, presses
from simulator.energy.report import rows
from simulator.live.child import ChildFailed
from simulator.live.feed import Feed
from simulator.live.pendant import Pendant
from simulator.live.scenario import WORLDS
from simulator.live.stage import Stage

WORLD = WORLDS / "exeter.toml"
WEARER = "bea"
BOOTS = 20
STORES = 30
THAWS = 3
FROZEN_S = 10.0
# Word-scaled KiB: from a heap that cannot hold the program to one that surely can.
HEAP_FROM_KIB, HEAP_TO_KIB, HEAP_STEP_KIB = 40, 240, 4
VISIT = ("a-hold", "a-short", "a-double", "sos-stabs", "d-double", "d-short", "d-hold")
VISIT_S = 15.0


class Listener:
    """What the pendant's board tells, with the pendant's own times."""

    def __init__(self, pendant: Pendant) -> None:
        self.told: list[Mapping[str, object]] = []
        pendant.watch = self.told.append

    def stored_ms(self, start: int) -> int:
        """From the tick of the press that made an event to its record on flash."""
        tick_ms = 0
        for line in self.told[start:]:
            if line.get("feel") == "tick":
                tick_ms = int(str(line["at_ms"]))
            elif line.get("flash") == "written" and str(line["name"]).startswith("e-"):
                return int(str(line["at_ms"])) - tick_ms
        raise TimeoutError("no event was written")


def stage_of(tls: bool = True) -> Stage:
    return Stage(WORLD, (WEARER,), 1, beat_s=10, tls=tls)


def run() -> dict[str, float]:
    found: dict[str, float] = {}
    with stage_of() as stage:
        _until_linked(stage.feed)
        found |= figures_of("sos_receipt_tls", presses(stage.pendant(WEARER), stage.feed, PRESSES))
        found |= _stored(stage)
        found |= _thawed(stage)
        found |= _booted(stage)
        found["heap_tls_kib"] = smallest_heap(stage)
    five, way_on_top = rows()[:2]
    found["energy_days"] = round(five.bill.days, 2)
    found["energy_days_way_on_top"] = round(way_on_top.bill.days, 2)
    return found


def _until_linked(feed: Feed, start: int = 0) -> None:
    if awaited(feed, "link", "up", start) is None:
        raise TimeoutError("no link")


def awaited(
    feed: Feed, source: str, what: str, start: int, within_s: float = PATIENCE_S
) -> float | None:
    """When it happened, in the feed's seconds; None: not in time."""
    end = time.monotonic() + within_s
    found = feed.await_one(
        lambda item: item.source == source and item.what == what,
        lambda: time.monotonic() < end,
        start,
        take=False,
    )
    return None if found is None else found.at_s


def _stored(stage: Stage) -> dict[str, float]:
    """From the tick of the stab that makes it an SOS to its record on flash, by its own clock."""
    pendant, feed = stage.pendant(WEARER), stage.feed
    heard = Listener(pendant)
    took = []
    for _ in range(STORES):
        start, since = len(heard.told), len(feed)
        pendant.press("sos-stabs")
        if awaited(feed, "feel", "stored", since) is None:
            raise TimeoutError(f"not stored: {pendant.child.last_words()}")
        took.append(heard.stored_ms(start))
    return {
        "press_stored_p50_ms": statistics.median(took),
        "press_stored_max_ms": max(took),
    }


def _thawed(stage: Stage) -> dict[str, float]:
    """A press made while the broker hung: how long after it moves again the hub has it."""
    took = []
    for _ in range(THAWS):
        since = len(stage.feed)
        stage.broker.freeze()
        began = time.monotonic()
        stage.pendant(WEARER).press("sos-stabs")
        time.sleep(max(0.0, FROZEN_S - (time.monotonic() - began)))  # the fault's own length
        stage.broker.thaw()
        thawed_s = stage.feed.now_s()
        felt_s = awaited(stage.feed, "feel", "hub-has-it", since, 60)
        if felt_s is None:
            raise TimeoutError("the hub never had it")
        took.append(felt_s - thawed_s)
    return {"thaw_recovery_s": round(max(took), 2)}


def _booted(stage: Stage) -> dict[str, float]:
    """From the start of the process to armed: the buttons are heard from then on."""
    pendant, took = stage.pendant(WEARER), []
    for _ in range(BOOTS):
        pendant.stop()
        since = len(stage.feed)
        began_s = stage.feed.now_s()
        pendant.start()
        felt_s = awaited(stage.feed, "feel", "started", since)
        if felt_s is None:
            raise TimeoutError("it did not start")
        took.append((felt_s - began_s) * 1000)
    return {"boot_p50_ms": round(statistics.median(took)), "boot_max_ms": round(max(took))}


def smallest_heap(stage: Stage) -> float:
    """The smallest in which every gesture of a visit, and an SOS, reach the hub over TLS without a
    reset. Word-scaled: a 32-bit chip's share of it is no larger."""
    low, high = HEAP_FROM_KIB, HEAP_TO_KIB
    while high - low > HEAP_STEP_KIB:
        middle = (low + high) // 2
        low, high = (low, middle) if _lives(stage, middle) else (middle, high)
    return high


def _lives(stage: Stage, kib: int) -> bool:
    pendant, feed = stage.pendant(WEARER), stage.feed
    pendant.stop()
    for record in pendant.flash.glob("*.rec"):  # as a visit begins: nothing of the last trial
        record.unlink()
    pendant.heap = f"heapsize={kib}wK"
    since = len(feed)
    try:
        pendant.start()
        if awaited(feed, "link", "up", since) is None:
            return False
        for gesture in VISIT:
            pendant.press(gesture)
        if awaited(feed, "feel", "hub-has-it", since, VISIT_S) is None:
            return False
    except ChildFailed:  # it ended before it listened, or in the middle of a press
        return False
    finally:
        pendant.heap = ""
    bad = ("reset", "ended")
    return not any(item.source == "process" and item.what in bad for item in feed.all(since))


if __name__ == "__main__":
    print(json.dumps(run()))
