"""Edges as contacts make them: in order, up at the end, as long as the press was."""

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from simulator.hands.edges import edges, merged, spread
from simulator.hands.fear import STYLES, attempt
from simulator.hands.places import HOUR_MS, PLACES, hour

PRESSES = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(1, 800), st.sampled_from("ads")).map(
        lambda it: (it[0], it[0] + it[1], it[2])
    ),
    max_size=15,
)


@given(PRESSES, st.integers(0, 80), st.integers())
def test_every_press_goes_down_once_more_than_it_comes_up_until_it_is_over(
    presses: list[tuple[int, int, str]], bounce_ms: int, seed: int
) -> None:
    found = edges(Random(seed), presses, bounce_ms)
    assert [edge[0] for edge in found] == sorted(edge[0] for edge in found)
    down = dict.fromkeys("ads", False)
    for at_ms, button, level in found:
        assert level != down[button], "an edge is a change"
        down[button] = level
        assert any(from_ms <= at_ms for from_ms, _until, name in presses if name == button)
    assert not any(down.values())
    assert len(found) % 2 == 0


@given(PRESSES)
def test_presses_of_one_button_that_overlap_are_one(presses: list[tuple[int, int, str]]) -> None:
    found = list(merged(presses))
    for button in "ads":
        mine = sorted(press for press in found if press[2] == button)
        assert all(later[0] > sooner[1] for sooner, later in pairwise(mine))
        covered = {ms for from_ms, until_ms, _ in mine for ms in range(from_ms, until_ms)}
        wanted = {
            ms
            for from_ms, until_ms, name in presses
            if name == button
            for ms in range(from_ms, until_ms)
        }
        assert wanted <= covered


@given(st.integers(), st.integers(1, 1000), st.integers(1, 1000))
def test_a_spread_stays_between_its_ends(seed: int, low: int, wide: int) -> None:
    assert low <= spread(Random(seed), low, low + wide) <= low + wide


def test_the_same_hour_and_the_same_hand_come_again() -> None:
    for place in PLACES:
        assert hour(place, Random("x")) == hour(place, Random("x"))
        found = hour(place, Random("y"))
        assert found != hour(place, Random("x"))
        assert all(0 <= at_ms < HOUR_MS + place.bounce_ms for at_ms, _button, _down in found)
    for style in STYLES:
        assert attempt(style, Random("x")) == attempt(style, Random("x"))


def test_a_place_reaches_sos_and_pinches_as_often_as_its_inputs_say() -> None:
    place = next(place for place in PLACES if place.name == "bag")
    hours = 200
    holes = pinches = 0
    for number in range(hours):
        found = hour(place, Random(f"count-{number}"))
        holes += any(button == "s" for _at_ms, button, _down in found)
        down = dict.fromkeys("ads", False)
        for _at_ms, button, level in found:
            down[button] = level
            pinches += level and button != "s" and down["a"] and down["d"]
    expected = place.bursts_per_h * place.reach * hours
    assert 0.6 * expected < holes < 1.2 * expected
    assert pinches > 0
