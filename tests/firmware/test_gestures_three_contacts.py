"""Three contacts that bounce, chatter and are pressed at once: what must hold whatever they do."""

from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware.pendant.contact import CHATTER_MS, DEBOUNCE_MS, Contact
from firmware.pendant.gestures import CHORD_MS, LONG_MS, TAIL_MS, Gestures
from firmware.pendant.sos import HOLD_MS
from simulator.hands.edges import Press, edges

FELT_MS = 100  # the promise; polling, the loop and the motor have what the debounce leaves
POLL_MS = 8

BOUNCES = st.integers(0, 70)
SEEDS = st.integers(0, 2**32)
# SOS presses and glitches of it, anywhere: (from, how long)
STRAY = st.lists(st.tuples(st.integers(0, 12_000), st.integers(1, 3000)), max_size=6)


def read(presses: list[Press], bounce_ms: int, seed: int) -> list[tuple[object, ...]]:
    machine, said = Gestures(0), list[tuple[object, ...]]()
    for at_ms, button, down in edges(Random(seed), presses, bounce_ms):
        said += machine.edge(button, down, at_ms)
    return said + machine.tick(60_000)


def named(said: list[tuple[object, ...]]) -> list[str]:
    return [str(item[1]) for item in said if item[0] == "gesture"]


@given(
    st.tuples(st.integers(100, 3000), st.integers(60, 4000)),
    st.tuples(st.integers(100, 3000), st.integers(60, 4000)),
    st.lists(st.tuples(st.integers(0, TAIL_MS - 1), st.integers(21, 3000)), max_size=3),
    STRAY,
    BOUNCES,
    SEEDS,
)
@settings(max_examples=600)
def test_no_chord_however_ragged_is_read_as_departed_or_home_safe(
    a: tuple[int, int],
    d: tuple[int, int],
    tail: list[tuple[int, int]],
    stray: list[tuple[int, int]],
    bounce_ms: int,
    seed: int,
) -> None:
    """A and D overlap by 25 ms or more; then D stabs on alone in the tail of the attempt, and SOS
    is brushed all the while: no word of D comes out."""
    begins_ms, ends_ms = max(a[0], d[0]), min(a[0] + a[1], d[0] + d[1])
    if ends_ms - begins_ms < 25:
        d = (a[0], a[1])
    over_ms = max(a[0] + a[1], d[0] + d[1])
    presses = [(a[0], a[0] + a[1], "a"), (d[0], d[0] + d[1], "d")]
    for after_ms, held_ms in tail:
        # A contact that opens for longer than the debounce is another press, and may be past it.
        if bounce_ms < DEBOUNCE_MS < after_ms - bounce_ms:
            presses.append((over_ms + after_ms, over_ms + after_ms + held_ms, "d"))
    presses += [(at_ms, at_ms + held_ms, "s") for at_ms, held_ms in stray]
    said = named(read(presses, bounce_ms, seed))
    assert {"chord", "chord-broken"} & {*said}
    assert not {"d-short", "d-double", "d-hold"} & {*said}


@given(st.integers(CHORD_MS + 100, 5000), STRAY, BOUNCES, SEEDS)
def test_a_whole_chord_is_always_a_chord(
    held_ms: int, stray: list[tuple[int, int]], bounce_ms: int, seed: int
) -> None:
    late_ms = 2 * bounce_ms
    presses = [(100, 100 + held_ms + late_ms, "a"), (150, 150 + held_ms + late_ms, "d")]
    presses += [(at_ms, at_ms + for_ms, "s") for at_ms, for_ms in stray]
    assert named(read(presses, bounce_ms, seed)).count("chord") == 1


@given(
    st.lists(
        st.tuples(st.sampled_from("ad"), st.integers(0, 9000), st.integers(1, 9000)), max_size=20
    ),
    st.integers(500, 4000),
    BOUNCES,
    SEEDS,
)
def test_an_sos_is_read_whatever_a_and_d_do(
    others: list[tuple[str, int, int]], from_ms: int, bounce_ms: int, seed: int
) -> None:
    presses = [(at_ms, at_ms + held_ms, button) for button, at_ms, held_ms in others]
    presses.append((from_ms, from_ms + HOLD_MS + 2 * bounce_ms + 50, "s"))
    assert {"sos-hold", "sos-stabs"} & {*named(read(presses, bounce_ms, seed))}


@given(st.lists(st.integers(1, 60), min_size=1, max_size=80))
@example([19] * 60)
@example([1, 25])
def test_whatever_a_contact_does_a_press_is_down_within_the_promise(gaps: list[int]) -> None:
    """Edges at these distances, polled; from the first edge of a press to its being down."""
    contact, now_ms, first_ms, down = Contact(), 1000, -1, False
    for gap_ms in [*gaps, 1000]:
        end_ms = now_ms + gap_ms
        while 0 <= contact.due_ms() <= end_ms:
            was, due_ms = contact.down, contact.due_ms()
            contact.settle(due_ms)
            if contact.down and not was:
                assert due_ms - first_ms <= CHATTER_MS
                assert due_ms - first_ms + POLL_MS < FELT_MS
            if contact.due_ms() < 0 or not contact.down:
                first_ms = -1 if contact.due_ms() < 0 else first_ms
        now_ms, down = end_ms, not down
        if down and first_ms < 0:
            first_ms = now_ms
        contact.edge(down, now_ms)


@given(st.integers(0, 3), st.integers(LONG_MS, 600_000), st.sampled_from("ad"))
def test_what_leans_on_a_button_says_nothing_to_the_hub(
    taps: int, held_ms: int, button: str
) -> None:
    presses = [(1000 * tap, 1000 * tap + 100, button) for tap in range(taps)]
    presses.append((8000, 8000 + held_ms, button))
    machine, said = Gestures(0), list[tuple[object, ...]]()
    for at_ms, name, down in edges(Random(1), presses, 0):
        said += machine.edge(name, down, at_ms)
    said += machine.tick(8000 + held_ms + 5000)
    assert named(said) == [button + "-short"] * taps + [button + "-long"]
