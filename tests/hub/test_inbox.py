"""Order of service, batches, beats that gather, and answers that come or do not."""

import threading

import pytest

from hub.clock import ManualClock
from hub.inbox import (
    BEAT_GATHER_MS,
    MAX_BEATS,
    MAX_EVENTS,
    MAX_SOS,
    MAX_WAITING_BEATS,
    MAX_WAITING_UNACKED,
    Answer,
    Command,
    EngineStuck,
    FromPendant,
    Inbox,
    LinkChanged,
    PageOutcome,
)


def from_pendant(lane: str, mid: int = 1) -> FromPendant:
    return FromPendant("events", f"allswell/p-1/up/{lane}", b"", mid, 1, 1)


SOS, EVENT, BEAT = from_pendant("sos"), from_pendant("event"), from_pendant("beat")
COMMAND = Command("turn", "tom")
OUTCOME = PageOutcome(1, "tom", True, "", 0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000)


@pytest.fixture
def inbox(clock: ManualClock) -> Inbox:
    return Inbox(clock)


def test_an_sos_is_a_batch_of_its_own_and_first(inbox: Inbox) -> None:
    for item in (BEAT, OUTCOME, EVENT, COMMAND, SOS):
        inbox.put(item)
    assert inbox.take(0) == [SOS]
    assert inbox.take(0) == [COMMAND, EVENT, OUTCOME]


def test_beats_gather(inbox: Inbox, clock: ManualClock) -> None:
    inbox.put(BEAT)
    assert inbox.take(0) == []
    clock.advance(BEAT_GATHER_MS)
    assert inbox.take(0) == [BEAT]


def test_take_waits_for_beats_to_ripen_no_longer(inbox: Inbox, clock: ManualClock) -> None:
    inbox.put(BEAT)
    assert inbox.take(60_000) == [BEAT]
    assert clock.monotonic_ms() == BEAT_GATHER_MS


def test_a_full_batch_of_beats_does_not_wait(inbox: Inbox) -> None:
    for mid in range(MAX_BEATS + 3):
        inbox.put(from_pendant("beat", mid))
    assert len(inbox.take(0)) == MAX_BEATS
    assert len(inbox.take(0)) == 3


def test_beats_do_not_starve_behind_events(inbox: Inbox, clock: ManualClock) -> None:
    inbox.put(BEAT)
    clock.advance(BEAT_GATHER_MS)
    for mid in range(3 * MAX_EVENTS):
        inbox.put(from_pendant("event", mid))
    assert inbox.take(0)[-1] == BEAT


def test_what_waits_is_bounded_and_the_newest_beat_stays(inbox: Inbox) -> None:
    for mid in range(MAX_WAITING_BEATS + 5):
        inbox.put(from_pendant("beat", mid))
    assert inbox.waiting()["beats"] == MAX_WAITING_BEATS
    assert inbox.beats_dropped == 5
    first = inbox.take(0)[0]
    assert isinstance(first, FromPendant)
    assert first.mid == 5


def test_a_batch_is_bounded_so_that_an_sos_gets_in(inbox: Inbox) -> None:
    for mid in range(MAX_EVENTS + 1):
        inbox.put(from_pendant("event", mid))
    assert len(inbox.take(0)) == MAX_EVENTS
    inbox.put(SOS)
    assert inbox.take(0) == [SOS]


def test_what_is_put_back_comes_first_in_its_old_order(inbox: Inbox) -> None:
    first = [from_pendant("event", mid) for mid in range(3)]
    for item in first:
        inbox.put(item)
    taken = inbox.take(0)
    inbox.put(from_pendant("event", 9))
    inbox.put_back(taken)
    assert inbox.take(0)[:3] == first


def test_nothing_comes_of_nothing(inbox: Inbox, clock: ManualClock) -> None:
    assert inbox.take(500) == []
    assert clock.monotonic_ms() == 500


def test_links_are_served_with_commands(inbox: Inbox) -> None:
    inbox.put(EVENT)
    inbox.put(LinkChanged("events", True))
    assert inbox.take(0) == [LinkChanged("events", True), EVENT]


def test_an_answer_reaches_who_asked() -> None:
    inbox = Inbox()
    told = Answer(True, "done", "v-1")

    def engine() -> None:
        for item in inbox.take(5_000):
            assert isinstance(item, Command)
            assert item.reply is not None
            item.reply.give(told)

    thread = threading.Thread(target=engine)
    thread.start()
    assert inbox.ask("plan_visit", "tom", {"client": "c-1"}) is told
    thread.join()


def test_a_stuck_engine_is_told_from_a_refusal(inbox: Inbox) -> None:
    with pytest.raises(EngineStuck, match="may still be done"):
        inbox.ask("turn", "tom", timeout_s=0.01)


def test_a_wake_ends_the_wait() -> None:
    inbox = Inbox()
    thread = threading.Thread(target=inbox.take, args=(60_000,))
    thread.start()
    inbox.wake()
    thread.join(10)
    assert not thread.is_alive()


def of(pendant: str, mid: int, lane: str = "sos", qos: int = 1) -> FromPendant:
    return FromPendant("events", f"allswell/{pendant}/up/{lane}", b"", mid, qos, 1)


def test_who_floods_the_sos_lane_holds_up_nobody_elses_sos_nor_its_answer(inbox: Inbox) -> None:
    for mid in range(500):
        inbox.put(of("thief", mid))
    wanted = of("p-1", 1)
    for item in (EVENT, OUTCOME, COMMAND, wanted):
        inbox.put(item)
    batch = inbox.take(0)
    assert wanted in batch[:2]
    assert batch[MAX_SOS:] == [COMMAND, EVENT, OUTCOME]


def test_topics_take_turns_and_each_keeps_its_order(inbox: Inbox) -> None:
    for item in (of("a", 1), of("a", 2), of("a", 3), of("b", 1), of("b", 2), of("c", 1)):
        inbox.put(item)
    wanted = [of("a", 1), of("b", 1), of("c", 1), of("a", 2), of("b", 2), of("a", 3)]
    batch = inbox.take(0)
    assert batch == wanted
    inbox.put_back(batch)
    assert inbox.take(0) == wanted


@pytest.mark.parametrize("lane", ["sos", "event"])
def test_what_nobody_acknowledges_is_bounded_and_the_rest_is_never_dropped(
    inbox: Inbox, lane: str
) -> None:
    for mid in range(3 * MAX_WAITING_UNACKED):
        inbox.put(of("thief", mid, lane, qos=0))
    inbox.put(of("thief", 1, lane))
    inbox.put(of("p-1", 1, lane, qos=0))
    assert inbox.waiting()["sos" if lane == "sos" else "events"] == MAX_WAITING_UNACKED + 2
    assert inbox.flood_dropped == 2 * MAX_WAITING_UNACKED
