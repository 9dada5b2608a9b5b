"""The benches of the pendant: they measure what they say, and the smallest heap is found."""

from pathlib import Path
from typing import Any, cast

import pytest

from simulator.bench import pendant as bench
from simulator.bench.__main__ import MEANING, PARTS
from simulator.live.broker import Broker
from simulator.live.feed import Feed
from simulator.live.pendant import Pendant, new_secret
from simulator.live.stage import Stage
from tests.conftest import need


class Told:
    """As much of a Pendant as a Listener needs."""

    watch: Any = None


def test_stored_counts_from_the_last_tick_before_an_events_record() -> None:
    told = Told()
    heard = bench.Listener(cast(Pendant, told))
    for line in (
        {"flash": "written", "name": "o-1-1", "at_ms": 5},
        {"feel": "tick", "at_ms": 100},
        {"feel": "tick", "at_ms": 400},
        {"flash": "written", "name": "phase", "at_ms": 405},
        {"flash": "written", "name": "e-1-2", "at_ms": 412},
    ):
        told.watch(line)
    assert heard.stored_ms(0) == 12
    with pytest.raises(TimeoutError):
        heard.stored_ms(5)


def test_the_smallest_heap_is_found_by_halving(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def lives(_stage: object, kib: int) -> bool:
        tried.append(kib)
        return kib >= 117

    monkeypatch.setattr(bench, "_lives", lives)
    found = bench.smallest_heap(cast(Stage, None))
    assert 117 <= found < 117 + bench.HEAP_STEP_KIB
    assert len(tried) < 8


def test_every_figure_has_its_meaning() -> None:
    """Each part's keys are looked up by name when they are printed."""
    assert ("pendant", bench.run) in PARTS
    for key in (
        "sos_receipt_tls_p50_ms", "sos_receipt_tls_p99_ms", "press_stored_p50_ms",
        "press_stored_max_ms", "thaw_recovery_s", "boot_p50_ms", "boot_max_ms", "heap_tls_kib",
        "energy_days", "energy_days_way_on_top",
    ):  # fmt: skip
        assert key in MEANING


@pytest.mark.live
@pytest.mark.micropython
def test_a_heap_that_is_too_small_for_the_program_is_told_apart(tmp_path: Path) -> None:
    """What a trial of the bench rests on: such a pendant never comes up, and says why."""
    need("mosquitto")
    need("micropython")
    feed = Feed()
    broker = Broker(tmp_path / "broker", ["p07"], feed)
    broker.start()
    settings = {
        "pendant": "p07", "key_id": "p07", "secret": new_secret().hex(),
        "broker_host": "127.0.0.1", "broker_port": broker.port, **broker.for_pendant("p07"),
    }  # fmt: skip
    pendant = Pendant("p07", tmp_path / "p07", settings, feed, heap="heapsize=40wK")
    try:
        with pytest.raises(Exception, match="MemoryError"):
            pendant.start()
        pendant.heap = ""
        pendant.start()
        assert bench.awaited(feed, "link", "up", 0) is not None
    finally:
        pendant.close()
        broker.stop()
