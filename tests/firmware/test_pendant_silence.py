"""Whatever came before and whatever comes after: a chord is felt as A short would have been."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.firmware.harness import Bench
from tests.firmware.test_pendant_properties import STEPS, Step, do

# What may happen afterwards; not a hub that confirms an arrival, which names it by its number.
LATER = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.integers(0, 130_000)),
        st.tuples(st.just("answers"), st.booleans()),
        st.tuples(st.just("receipts"), st.booleans()),
        st.tuples(st.just("link"), st.booleans()),
        st.tuples(st.just("phase"), st.sampled_from(("off", "on-the-way", "at-door", "inside"))),
        st.tuples(st.just("say"), st.sampled_from(("owned", "open", "over", "prompt"))),
        st.tuples(st.just("noise"), st.binary(max_size=60)),
    ),
    max_size=8,
)
# A flash that takes 0.4 s makes the second message of a chord wait for the first (docs/pendant.md).
NOT_BEFORE = (("gesture", "chord"), ("edge", "a+"), ("edge", "d+"), ("flash", 400))


def felt(
    before: list[Step], chord: bool, times: tuple[bool, int, int, int], later: list[Step]
) -> list[tuple[int, str]]:
    """Every pattern and its moment, from the first touch on."""
    bench = Bench(offduty_beat_s=10)  # the one known difference: an open alarm beats faster
    for step in before:
        if step not in NOT_BEFORE:
            do(bench, step)
    for button in "ads":
        bench.edge(button, False)
    bench.hub.receipts = True
    bench.link(bench.link_up)  # what waited for a receipt is sent once more now
    bench.run(7000)
    start_ms = bench.now_ms
    a_first, lead_ms, together_ms, tail_ms = times
    first, second = ("a", "d") if a_first else ("d", "a")
    bench.edge(first if chord else "a", True)
    bench.run(lead_ms)
    if chord:
        bench.edge(second, True)
    bench.run(together_ms)
    if chord:
        bench.edge(second, False)
    bench.run(tail_ms)
    bench.edge(first if chord else "a", False)
    bench.run(2000)
    for step in later:
        do(bench, step)
    bench.run(20_000)
    return [
        (at_ms - start_ms, out[1])
        for at_ms, out in bench.log
        if out[0] == "feel" and at_ms >= start_ms
    ]


@given(
    st.lists(STEPS, max_size=12),
    st.tuples(st.booleans(), st.integers(0, 300), st.integers(25, 1500), st.integers(0, 150)),
    LATER,
)
@settings(max_examples=300)
def test_a_chord_cannot_be_told_from_a_short(
    before: list[Step], times: tuple[bool, int, int, int], later: list[Step]
) -> None:
    assert felt(before, True, times, later) == felt(before, False, times, later)
