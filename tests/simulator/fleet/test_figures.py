"""What is counted, what is lost, and what the system allows."""

import os
import resource
from collections.abc import Iterator

import pytest

from simulator.chaos.logbook import Line, Logbook
from simulator.fleet import limits
from simulator.fleet.figures import Figures, Meter, as_json, cpu_s, lines, memory_mb
from simulator.fleet.limits import TooMany, raise_limit
from simulator.fleet.outcome import alarms_paged, lost, match_pages
from simulator.fleet.tally import Tally, spread_ms
from simulator.live.feed import Feed

BOOT = "0" * 16


def taken(*presses: tuple[str, int]) -> Logbook:
    """Each (pendant, number) in an alarm of its pendant's."""
    return Logbook(
        tuple(
            Line(at, "alarm_raised", 1, 1, "", f"a-{who}", who, who, f"{BOOT}.{number}")
            for at, (who, number) in enumerate(presses)
        )
    )


def test_the_newest_press_without_a_receipt_gets_it() -> None:
    tally = Tally()
    tally.pressed("p-1", 1.0, thin=True)
    tally.pressed("p-2", 2.0, thin=True)
    tally.pressed("p-1", 3.0, thin=True)
    tally.has_it("p-1", 3.5)
    assert [press.receipt_s for press in tally.sos] == [0.0, 0.0, 3.5]
    assert tally.waiting() == 2


def test_a_gesture_that_no_pendant_made_a_press_of_does_not_count() -> None:
    tally = Tally()
    tally.pressed("p-1", 1.0, thin=False)
    tally.pressed("p-2", 1.0, thin=False)
    tally.stored("p-2")
    assert tally.unmade() == 1
    assert [press.pendant for press in tally.sos] == ["p-2"]


def test_what_is_lost_is_named() -> None:
    tally = Tally()
    for number in (1, 2, 3):
        tally.pressed(f"p-{number}", 1.0, thin=True)
        if number != 3:
            tally.has_it(f"p-{number}", 2.0)
    found = lost(tally.sos, taken(("p-1", 1), ("p-3", 1)))
    assert len(found) == 2
    assert found[0].startswith("p-2: 1 pressed, 0 in the log")
    assert found[1].startswith("p-3: no receipt")
    assert lost(tally.sos[:1], taken(("p-1", 1))) == []


def test_a_page_counts_for_the_press_it_came_after() -> None:
    feed, tally = Feed(), Tally()
    feed.add("page", "SOS", "tom", facts={"alarm": "a-p-1"})
    feed.add("page", "due", "tom", facts={"alarm": ""})
    tally.pressed("p-1", 0.0, thin=True)
    tally.pressed("p-1", 1e9, thin=True)
    tally.pressed("p-2", 0.0, thin=True)
    match_pages(tally.sos, feed.all(), taken(("p-1", 1), ("p-1", 2)))
    assert [bool(press.page_s) for press in tally.sos] == [True, False, False]
    assert alarms_paged(feed.all()) == 1


def test_spreads() -> None:
    assert spread_ms([]) == {}
    assert spread_ms([0.5]) == {"p50_ms": 500.0, "p99_ms": 500.0}
    found = spread_ms(value / 1000 for value in range(101))
    assert found == {"p50_ms": 50.0, "p99_ms": 99.0}


def test_well_is_only_where_nothing_is_missing() -> None:
    well = {"pendants": 2, "thin": 1, "connected": 2, "thin_connected": 1}
    assert Figures(**well).ok  # type: ignore[arg-type]  # numbers all
    assert not Figures(**{**well, "connected": 1}).ok  # type: ignore[arg-type]  # numbers all
    assert not Figures(**well, unpaged=1).ok  # type: ignore[arg-type]  # numbers all
    assert not Figures(**well, lost=["p-1"]).ok  # type: ignore[arg-type]  # numbers all


def test_the_report_names_what_was_lost_and_what_was_not_told() -> None:
    figures = Figures(pendants=2, interpreter="cpython", lost=["p-1: gone"], unmade=3)
    said = "\n".join(lines(figures))
    for words in ("forked", "p-1: gone", "not told", "3 more gestures"):
        assert words in said
    assert as_json(figures)["ok"] is False


def test_a_meter_measures_this_process() -> None:
    meter = Meter(os.getpid())
    meter.begin()
    if cpu_s(os.getpid()) < 0:  # a system without /proc tells nothing, and nothing is invented
        meter.end()
        assert meter.share(10.0) == -1
        return
    sum(number * number for number in range(2_000_000))
    meter.end()
    assert meter.used_s > 0 and 0 < meter.share(10.0) < 1
    assert memory_mb([os.getpid()]) > 1
    assert Meter(2**22 + 1).share(1.0) == -1


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, int]]]:
    """A system that allows 100 now and 1000 at most; what is set on it."""
    made: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda what: (100, 1000))
    monkeypatch.setattr(resource, "setrlimit", lambda what, limit: made.append(limit))
    yield made


def test_the_limit_is_raised_as_far_as_is_needed(allowed: list[tuple[int, int]]) -> None:
    assert raise_limit(100, 200) == 100 + 200 + limits.OWN
    assert allowed == [(600, 1000)]


def test_too_many_says_what_is_allowed(allowed: list[tuple[int, int]]) -> None:
    with pytest.raises(TooMany, match="at most 700 in all"):
        raise_limit(300, 500)
    assert not allowed


def test_ports_are_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda what: unlimited)
    with pytest.raises(TooMany, match="ip_local_port_range"):
        raise_limit(0, limits.PORTS + 1)
