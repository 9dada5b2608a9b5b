"""The finger's timing survives a busy server; a page that goes lets go."""

import threading
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from simulator.live.child import ChildFailed
from simulator.panel.hand import PAUSE_MS, Edge, Hand, Rhythm
from tests.live.real_broker import wait_until

# What lies between two edges of one finger, and by how much each comes late.
GESTURE = st.lists(st.tuples(st.integers(20, PAUSE_MS), st.integers(0, 400)), min_size=1)


@given(gesture=GESTURE, first_late_ms=st.integers(0, 400))
def test_no_press_gets_shorter(gesture: list[tuple[int, int]], first_late_ms: int) -> None:
    rhythm = Rhythm()
    at_ms, arrived_s = 1_000, 50 + first_late_ms / 1000
    played_s = rhythm.due_s("page", at_ms, arrived_s)
    for gap_ms, late_ms in gesture:
        at_ms += gap_ms
        # In order: nothing arrives before what was sent before it.
        arrived_s = max(arrived_s, 50 + (at_ms - 1_000 + late_ms) / 1000)
        due_s = rhythm.due_s("page", at_ms, arrived_s)
        assert due_s - played_s >= gap_ms / 1000 - 1e-6
        assert arrived_s <= due_s <= arrived_s + 0.401
        played_s = due_s


def test_what_was_late_is_forgotten_after_a_pause() -> None:
    rhythm = Rhythm()
    rhythm.due_s("page", 0, 100.0)
    assert rhythm.due_s("page", 100, 100.0) == 100.1
    assert rhythm.due_s("page", 100 + PAUSE_MS + 1, 100.0) == 100.0


def test_another_page_has_another_clock() -> None:
    rhythm = Rhythm()
    rhythm.due_s("one", 5_000, 10.0)
    assert rhythm.due_s("two", 5_100, 10.0) == 10.0
    assert rhythm.due_s("two", 4_000, 10.5) == 10.5, "a page that was loaded again"


class Board:
    """Keeps what it is told."""

    def __init__(self, dead: bool = False) -> None:
        self.told: list[tuple[object, object]] = []
        self._dead = dead
        self._changed = threading.Lock()

    def tell(self, order: Mapping[str, object]) -> None:
        with self._changed:
            self.told.append((order["button"], order["down"]))
        if self._dead:
            raise ChildFailed("no power")


def test_a_page_that_goes_lets_go_of_what_it_held() -> None:
    board = Board()
    hand = Hand("p-bea", board.tell)
    hand.press("one", [Edge("s", True, 0), Edge("a", True, 0)])
    hand.press("two", [Edge("d", True, 0)])
    hand.let_go("one")
    wait_until(lambda: len(board.told) == 5)
    assert set(board.told[:3]) == {("s", True), ("a", True), ("d", True)}
    assert set(board.told[3:]) == {("s", False), ("a", False)}
    hand.let_go("one")
    hand.let_go("two")
    wait_until(lambda: len(board.told) == 6)
    assert board.told[5] == ("d", False)
    hand.close()


def test_a_press_on_a_pendant_without_power_ends_nothing() -> None:
    board = Board(dead=True)
    hand = Hand("p-bea", board.tell)
    hand.press("one", [Edge("s", True, 0), Edge("s", False, 100)])
    wait_until(lambda: len(board.told) == 2)
    hand.close()
