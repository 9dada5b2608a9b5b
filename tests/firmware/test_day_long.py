"""Twenty-four simulated hours of the whole pendant on MicroPython, with every fault of a link and
of a flash: each press is heard, no task stands still, and the heap is as large at the end as it
was.

Only the clock is virtual, and sockets and flash are memory (tests/micropython/soak_rig.py).
"""

import json
import statistics
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import need

pytestmark = pytest.mark.micropython

RIG = Path(__file__).parents[1] / "micropython" / "soak_rig.py"
HEAP = "heapsize=1M"
LIMIT_S = 1800
# Of some 220,000 bytes, on a machine of 64 bits: half of it on the chip. What differs from hour to
# hour is what was being said when the heap was measured.
SPREAD_BYTES = 4096
TREND_BYTES = 1024  # between the first hours and the last


def lived(seed: int, hours: int, plant: str = "") -> list[dict[str, Any]]:
    done = subprocess.run(
        [need("micropython"), "-X", HEAP, str(RIG), str(seed), str(hours)]
        + ([plant] if plant else []),
        check=False,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == hours
    return told


def is_flat(told: list[dict[str, Any]]) -> bool:
    heap = [int(hour["heap"]) for hour in told]
    few = max(1, len(heap) // 4)
    trend = statistics.mean(heap[-few:]) - statistics.mean(heap[:few])
    return max(heap) - min(heap) <= SPREAD_BYTES and abs(trend) <= TREND_BYTES


def test_a_whole_day_with_every_fault_leaves_the_heap_flat() -> None:
    told = lived(1, 24)
    assert is_flat(told), [hour["heap"] for hour in told]
    faults = {fault for hour in told for fault in hour["faults"]}
    assert len(faults) == 16, "every fault there is"
    assert told[-1]["pressed"] > 200
    assert told[-1]["beats"] > 24 * 300
    assert told[-1]["links"] > 24 * 10
    assert told[-1]["passed_ms"] > 23.5 * 3_600_000


def test_a_leak_of_a_few_bytes_is_found() -> None:
    assert not is_flat(lived(1, 12, "leak"))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 5))
def test_ten_days_leave_the_heap_flat(seed: int) -> None:
    told = lived(seed, 240)
    assert is_flat(told), [hour["heap"] for hour in told]
