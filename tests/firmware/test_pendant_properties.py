"""The pendant under random edges, links, flashes, hubs and reboots: nothing is lost, nothing is
told that is not so. The harness holds the promises at every step; the laws of the end are here."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.pendant.gestures import Gestures
from firmware.pendant.journal import identity_in
from firmware.pendant.presses import MAX_OPEN
from protocol.messages import ALARM_TYPES, SosAborted, SosPressed
from protocol.record import MAX_LIST
from tests.firmware.harness import Bench

Edge = tuple[str, bool, int]  # button, down, milliseconds since the edge before
Step = tuple[str, object]

EDGES = st.lists(
    st.tuples(
        st.sampled_from("ads"),
        st.booleans(),
        st.one_of(st.integers(0, 30), st.integers(0, 3500)),
    ),
    max_size=40,
)


def replay(edges: list[Edge], ticks: list[int]) -> list[tuple[object, ...]]:
    """Everything the gestures say, with extra ticks at these moments."""
    gestures = Gestures(0)
    said: list[tuple[object, ...]] = []
    now_ms = 0
    for button, down, gap_ms in edges:
        for tick_ms in sorted(ticks):
            if now_ms < tick_ms < now_ms + gap_ms:
                said += gestures.tick(tick_ms)
        now_ms += gap_ms
        said += gestures.edge(button, down, now_ms)
    return said + gestures.tick(now_ms + 10_000)


@given(EDGES, st.lists(st.integers(0, 60_000), max_size=60))
def test_late_ticks_read_what_early_ticks_read(edges: list[Edge], ticks: list[int]) -> None:
    assert replay(edges, ticks) == replay(edges, [])


@given(EDGES)
def test_a_gesture_is_never_dated_after_it_was_read(edges: list[Edge]) -> None:
    gestures = Gestures(0)
    now_ms = 0
    for button, down, gap_ms in edges:
        now_ms += gap_ms
        for item in gestures.edge(button, down, now_ms):
            if item[0] == "gesture":
                assert isinstance(item[2], int)
                assert 0 <= item[2] <= now_ms


# One attempt at a chord: which is first, by how much, how long together, which lets go last and
# how much later, bounces of every edge, and the pause to the next attempt.
ATTEMPT = st.tuples(
    st.booleans(),
    st.integers(0, 3000),
    st.integers(1, 3000),
    st.booleans(),
    st.integers(0, 3000),
    st.lists(st.integers(0, 18), max_size=3),
    st.integers(0, 3000),
)
Attempt = tuple[bool, int, int, bool, int, list[int], int]


def bounced(
    gestures: Gestures, button: str, down: bool, at_ms: int, bounces: list[int]
) -> list[tuple[object, ...]]:
    said = list(gestures.edge(button, down, at_ms))
    for bounce_ms in sorted(bounces):
        said += gestures.edge(button, not down, at_ms + bounce_ms)
        said += gestures.edge(button, down, at_ms + bounce_ms)
    return said


@given(st.lists(ATTEMPT, min_size=1, max_size=4))
@settings(max_examples=400)
def test_no_ragged_chord_is_ever_departed_or_home_safe(attempts: list[Attempt]) -> None:
    gestures = Gestures(0)
    said: list[tuple[object, ...]] = []
    now_ms = 100
    for a_first, lead_ms, together_ms, a_last, tail_ms, bounces, pause_ms in attempts:
        first, second = ("a", "d") if a_first else ("d", "a")
        said += bounced(gestures, first, True, now_ms, bounces)
        now_ms += max(lead_ms, 20)
        said += bounced(gestures, second, True, now_ms, bounces)
        now_ms += together_ms + 20
        early, late = ("d", "a") if a_last else ("a", "d")
        said += bounced(gestures, early, False, now_ms, bounces)
        now_ms += tail_ms + 20
        said += bounced(gestures, late, False, now_ms, bounces)
        now_ms += pause_ms + 20
    said += gestures.tick(now_ms + 5000)
    read = [str(item[1]) for item in said if item[0] == "gesture"]
    assert set(read) <= {"chord", "chord-broken"}
    assert 1 <= len(read) <= len(attempts)  # attempts closer than a bounce are one


STEPS = st.one_of(
    st.tuples(st.just("edge"), st.sampled_from(("a+", "a-", "d+", "d-", "s+", "s-"))),
    st.tuples(st.just("run"), st.one_of(st.integers(0, 50), st.integers(0, 15_000))),
    st.tuples(st.just("gesture"), st.sampled_from(("a", "d", "sos", "chord", "hold"))),
    st.tuples(st.just("link"), st.booleans()),
    st.tuples(st.just("reboot"), st.integers(0, 5000)),
    st.tuples(st.just("receipts"), st.booleans()),
    st.tuples(st.just("answers"), st.booleans()),
    st.tuples(st.just("flash"), st.sampled_from((0, 5, 400, 2500))),
    st.tuples(st.just("phase"), st.sampled_from(("off", "on-the-way", "at-door", "inside"))),
    st.tuples(st.just("say"), st.sampled_from(("owned", "open", "over", "confirm", "prompt"))),
    st.tuples(st.just("noise"), st.binary(max_size=60)),
)


def say(bench: Bench, what: object) -> None:
    state = bench.hub.state
    if what == "over":
        ended = [e.identity() for e in bench.hub.events if isinstance(e, (SosPressed, SosAborted))]
        bench.push(sos="", sos_state="none", resolved=ended[-MAX_LIST:])
    elif what == "confirm":
        claims = [e.identity() for e in bench.hub.events if e.TYPE == "arrived"]
        bench.push(go_in=claims[-1] if claims else "")
    elif what == "prompt":
        bench.push(prompt="q%d" % bench.hub.version)
    elif state["sos"]:
        bench.push(sos_state=what)


def gesture(bench: Bench, name: str) -> None:
    if name == "sos":
        bench.sos()
    elif name == "chord":
        bench.chord()
    elif name == "hold":
        bench.press("a", 2200)
    else:
        bench.short(name)


def do(bench: Bench, step: Step) -> None:
    what, value = step
    if what == "edge":
        bench.edge(str(value)[0], str(value)[1] == "+")
    elif what == "run":
        assert isinstance(value, int)
        bench.run(value)
    elif what == "gesture":
        gesture(bench, str(value))
    elif what == "link":
        bench.link(bool(value))
    elif what == "reboot":
        assert isinstance(value, int)
        bench.reboot(off_ms=value)
    elif what in ("receipts", "answers"):
        setattr(bench.hub, what, value)
    elif what == "flash":
        assert isinstance(value, int)
        bench.flash_ms = value
    elif what == "phase":
        bench.hub.state["phase"] = value
    elif what == "noise":
        assert isinstance(value, bytes)
        bench.deliver(value)
    else:
        say(bench, value)


def settle(bench: Bench) -> None:
    """Everything works again, for long enough."""
    for button in "ads":
        bench.edge(button, False)
    bench.flash_ms = 5
    bench.hub.receipts = bench.hub.answers = True
    bench.hub.state["prompt"] = ""
    bench.run(8000)
    bench.link(True)
    bench.run(70_000)


def laws_of_the_end(bench: Bench) -> None:
    assert [name for name in bench.flash if name[0] == "e"] == []  # all that was stored is received
    assert bench.given_up <= bench.dropped + bench.device.dropped()
    alarms = {e.identity() for e in bench.hub.events if isinstance(e, ALARM_TYPES)}
    kept = {identity_in(name) for name in bench.flash if name[0] == "o"}
    never_ended = (alarms & bench.ever_kept) - bench.hub.ended
    assert len(never_ended) <= MAX_OPEN, "the steps are too many for this law"
    assert never_ended <= kept <= alarms - set(bench.hub.state["resolved"])
    assert len(bench.hub.beats[-1].open) == min(len(kept), MAX_LIST)


@given(st.lists(STEPS, max_size=30))
@settings(max_examples=300)
def test_no_event_is_lost_between_the_flash_and_the_receipt(steps: list[Step]) -> None:
    bench = Bench()
    for step in steps:
        do(bench, step)
    settle(bench)
    laws_of_the_end(bench)


@pytest.mark.soak
@given(st.lists(STEPS, max_size=80))
def test_no_event_is_lost_in_long_stories(steps: list[Step]) -> None:
    bench = Bench()
    for step in steps:
        do(bench, step)
    settle(bench)
    laws_of_the_end(bench)
