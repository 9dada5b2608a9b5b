"""The steady hand still makes an SOS, by the firmware's own reading of the edges."""

from collections.abc import Mapping

import pytest

from firmware.pendant.gestures import Gestures
from simulator.chaos.hands import STEADY, press

STEP_MS = 10


def read(gesture: str, late_ms: int) -> list[str]:
    """What the pendant reads when the first edge comes that late, and the others in time."""
    gestures, found = Gestures(0), list[str]()
    edges = [(round(at_s * 1000), button, down) for at_s, button, down in STEADY[gesture]]
    edges[0] = (edges[0][0] + late_ms, *edges[0][1:])
    for now_ms in range(0, 6_000, STEP_MS):
        outputs = gestures.tick(now_ms)
        while edges and edges[0][0] <= now_ms:
            _, button, down = edges.pop(0)
            outputs = outputs + gestures.edge(button, down, now_ms)
        found += [str(output[1]) for output in outputs if output[0] == "gesture"]
    return found


@pytest.mark.parametrize("gesture", sorted(STEADY))
def test_a_steady_hand_is_read_as_it_is_meant(gesture: str) -> None:
    assert read(gesture, 0) == [gesture]


def test_a_hold_spares_a_stall_of_a_second() -> None:
    assert read("sos-hold", 1_000) == ["sos-hold"]


@pytest.mark.parametrize("late_ms", [0, 200])
def test_stabs_spare_a_short_one(late_ms: int) -> None:
    assert read("sos-stabs", late_ms) == ["sos-stabs"]


def test_the_hand_tells_each_edge_and_how_late_it_was() -> None:
    told: list[Mapping[str, object]] = []
    late_s = press(told.append, "a-short")
    assert [order["down"] for order in told] == [True, False]
    assert 0 <= late_s < 5
