"""When there was a way, and how long without an end."""

import pytest

from simulator.chaos.outages import (
    FOR_EVER_MS,
    Span,
    covered,
    free_until_ms,
    joined,
    outages,
    touched,
)
from simulator.storm.seen import Befell, HubLife, Powered, Seen

ADA = "p-ada"


def test_only_what_is_needed_counts() -> None:
    seen = Seen([
        Befell(10, "partition_h", ADA, 20),
        Befell(30, "partition_h", "p-bob", 40),
        Befell(50, "broker_restart_h", "broker", 60),
        Befell(70, "page_fails", "pages", 80),
        Befell(90, "delay_ms", ADA, 95),
    ])  # fmt: skip
    assert outages(seen, (ADA,)) == [Span(10, 20)]
    assert outages(seen, (ADA, "broker", "pages")) == [Span(10, 20), Span(50, 60), Span(70, 80)]


def test_power_and_the_hubs_process() -> None:
    seen = Seen([
        Powered(0, ADA, True),
        Powered(10, ADA, False),
        Powered(12, ADA, False),
        Powered(20, ADA, True),
        HubLife(30, False),
        HubLife(40, True),
        HubLife(50, False),
    ])  # fmt: skip
    assert outages(seen, (ADA,)) == [Span(10, 20)]
    assert outages(seen, ("hub",)) == [Span(30, 40), Span(50, FOR_EVER_MS)]


def test_a_fault_without_a_length_is_a_moment() -> None:
    assert outages(Seen([Befell(7, "takeover_h", ADA)]), (ADA,)) == [Span(7, 7)]


def test_spans_that_touch_are_one() -> None:
    spans = [Span(5, 9), Span(0, 3), Span(3, 4), Span(6, 7), Span(20, 30)]
    assert joined(spans) == [Span(0, 4), Span(5, 9), Span(20, 30)]


def test_covered_and_touched() -> None:
    spans = [Span(0, 4), Span(6, 9)]
    assert covered(spans, 0, 4)
    assert not covered(spans, 3, 7)
    assert touched(spans, 4, 5)
    assert not touched(spans, 5, 5)


@pytest.mark.parametrize(
    ("from_ms", "end_ms"),
    [(0, 10), (1, 11), (10, 20), (11, 60), (20, 60), (45, 60), (50, 60), (51, FOR_EVER_MS)],
)
def test_the_first_time_long_enough(from_ms: int, end_ms: int) -> None:
    spans = [Span(21, 30), Span(35, 50), Span(61, FOR_EVER_MS)]
    assert free_until_ms(spans, from_ms, 10) == end_ms
