"""The last moment or value for which a rule holds, and the first for which it does not.

Runs on both interpreters.
"""

from firmware.pendant.battery import Battery
from firmware.pendant.beats import ECHO_GAP_MS, Beats
from firmware.pendant.ledger import Ledger
from firmware.pendant.outbox import (
    ALARM_RESEND_MS,
    MAX_ALARMS_OF_A_KIND,
    MAX_ROUTINE,
    PERSIST_AGAIN_MS,
    PERSIST_MS,
    ROUTINE_RESEND_MS,
    Entry,
    Outbox,
)
from firmware.pendant.presses import OpenPress, OpenPresses
from firmware.pendant.standing import Beliefs
from firmware.pendant.truths import (
    MAX_WATCHES,
    NOT_SENT_MS,
    ROUTINE_AGAIN_MS,
    ROUTINE_TIMES,
    SOS_AGAIN_MS,
    Truths,
)
from protocol.messages import Ok, SosPressed, Standing
from protocol.record import MAX_LIST
from tests.firmware.harness import Bench, on_visit


def sos_pressed(seq: int) -> SosPressed:
    return SosPressed(
        pendant="p07", boot="0123456789abcdef", seq=seq, heard_ms=0, since_ms=0, standing=0,
        phase="inside", gesture="sos-hold",
    )  # fmt: skip


def test_a_beat_tells_battery_and_signal_and_never_more_than_there_is() -> None:
    bench = Bench()
    for told, pct in ((0, 0), (1, 1), (99, 99), (100, 100), (100, 101), (0, -1)):
        bench.device.battery(pct, bench.now_ms)
        bench.device.signal(pct, bench.now_ms)
        bench.run(61_000)
        beat = bench.hub.beats[-1]
        assert (beat.battery_pct, beat.signal_pct) == (told, told), pct


def test_a_low_battery_is_no_good_status() -> None:
    for pct, told in ((21, "status-good"), (20, "status-bad")):
        bench = Bench()
        bench.run(2000)
        bench.device.battery(pct, bench.now_ms)
        start = bench.now_ms
        bench.short("a")
        assert bench.told(start)[:2] == ["read-short", told], pct


def test_a_press_on_a_visit_is_said_not_to_be_sent_three_times_and_an_sos_for_ever() -> None:
    for gesture, again_ms, times in (
        ("a", ROUTINE_AGAIN_MS, ROUTINE_TIMES),
        ("s", SOS_AGAIN_MS, 40),
    ):
        bench = on_visit("inside")
        bench.link(False)
        start = bench.now_ms
        if gesture == "a":
            bench.short("a")
        else:
            bench.sos()
        bench.run(600_000)
        felt = [at_ms for at_ms, out in bench.log if out == ("feel", "not-sent") and at_ms > start]
        assert len(felt) == times
        assert felt[0] - start <= 10_000
        waits = [felt[i + 1] - felt[i] for i in range(len(felt) - 1)]
        assert waits == [again_ms] * (times - 1)


def test_with_too_many_to_watch_it_is_a_routine_press_that_is_let_go_of() -> None:
    truths = Truths(OpenPresses(), Beliefs("0" * 16, "inside", ""), Battery(1000, 2), 0)
    truths.watch("urgent", True, 0)
    for number in range(MAX_WATCHES):
        truths.watch("routine %d" % number, False, 0)
    assert truths.received("routine 0", None) == []  # the oldest; nobody waits for it any more
    assert truths.received("urgent", None) == ["received"]
    assert truths.received("routine 1", None) == ["received"]


def test_not_sent_is_due_to_the_millisecond() -> None:
    truths = Truths(OpenPresses(), Beliefs("0" * 16, "off", ""), Battery(1000, 2), 0)
    truths.watch("p", False, 1000)
    assert truths.next_ms() == 1000 + NOT_SENT_MS
    assert truths.tick(1000 + NOT_SENT_MS - 1) == []
    assert truths.tick(1000 + NOT_SENT_MS) == ["not-sent"]
    assert truths.next_ms() == 1000 + NOT_SENT_MS + ROUTINE_AGAIN_MS


def test_a_standing_holds_until_it_lapses_and_not_a_millisecond_longer() -> None:
    beliefs = Beliefs("0" * 16, "inside", "v1")
    beliefs.until_ms = 5000
    assert beliefs.fresh(4999)
    assert not beliefs.fresh(5000)


def test_an_answer_is_believed_until_it_has_lapsed_on_its_way() -> None:
    def said(seq: int, phase: str = "inside") -> Standing:
        return Standing(
            pendant="p07", version=seq, boot="1" * 16, beat=seq, hub_ms=1, valid_ms=4000,
            phase=phase, visit="v1", tracker=True, go_in="", prompt="", sos="", sos_state="none",
            resolved=[],
        )  # fmt: skip

    beliefs = Beliefs("1" * 16, "inside", "v1")
    for seq in (5, 6, 7, 8):
        beliefs.beat_sent(seq, 1000)
    assert beliefs.take(said(99), 8, 1001) == "stale"  # of a beat that was never sent
    assert beliefs.take(said(5), 8, 5000) == "stale"
    assert beliefs.until_ms == -1
    assert beliefs.take(said(5), 8, 4999) == "news"
    assert beliefs.until_ms == 5000
    assert beliefs.take(said(6), 8, 4999) == "same"
    assert beliefs.take(said(7, "leaving"), 8, 4999) == "news"


def test_a_joined_press_is_felt_as_stored_only_if_it_is_and_never_if_it_is_silent() -> None:
    limit = dict(MAX_ALARMS_OF_A_KIND)[SosPressed]
    bench = on_visit("inside")
    bench.link(False)
    bench.flash_ms = -1
    for _ in range(limit + 1):
        bench.sos()
        bench.run(3000)
    assert bench.count("stored") == 0

    silent, plain = on_visit("inside"), on_visit("inside")
    for each in (silent, plain):
        each.link(False)
    for _ in range(6):  # more than the hub can be told of
        silent.chord()
        plain.short("a")
    assert silent.count("stored") == plain.count("stored") == 0
    silent.link(True)
    silent.run(1000)
    assert silent.hub.types().count("duress") == 4


def test_it_is_resent_by_the_timetable_of_its_kind() -> None:
    for gesture, waits in (("s", ALARM_RESEND_MS), ("d", ROUTINE_RESEND_MS)):
        bench = on_visit("inside")
        bench.hub.receipts = False
        start = bench.now_ms
        if gesture == "s":
            bench.sos()
        else:
            bench.short("d")
        bench.run(200_000)
        sent = [at_ms for at_ms, out in bench.log if at_ms >= start and out[0] == "send" and out[3]]
        gaps = [sent[i + 1] - sent[i] for i in range(len(sent) - 1)]
        assert gaps[: len(waits) + 2] == list(waits) + [waits[-1]] * 2, gesture


def test_the_oldest_routine_event_makes_room() -> None:
    outbox = Outbox()
    for number in range(MAX_ROUTINE):
        assert outbox.add(Entry(Ok, "p%d" % number, b"", "", 0)) is None
    for number in range(2):
        dropped = outbox.add(Entry(Ok, "q%d" % number, b"", "", 0))
        assert dropped is not None
        assert dropped.identity == "p%d" % number
    assert outbox.dropped == 2


def test_what_is_not_on_flash_waits_a_second_for_it_and_then_goes() -> None:
    outbox = Outbox()
    entry = Entry(SosPressed, "p0", b"", "e-p0", 0)
    outbox.add(entry)
    assert outbox.next_ms() == PERSIST_MS
    assert outbox.due(PERSIST_MS - 1) == []
    assert outbox.due(PERSIST_MS) == [entry]
    entry.stored = True
    assert outbox.next_ms() == 0
    assert outbox.due(0) == [entry]
    outbox.add(Entry(SosPressed, "p1", b"", "", 5))
    assert outbox.next_ms() == 0
    assert outbox.due(4) == [entry]


def test_a_flash_that_does_not_answer_is_asked_again_every_thirty_seconds() -> None:
    ledger = Ledger()
    out: list[tuple[object, ...]] = []
    assert ledger.next_ms() == -1
    ledger.add(sos_pressed(1), b"token", 100, out)
    (asked,) = out
    for due_ms in (100 + PERSIST_AGAIN_MS, 100 + 2 * PERSIST_AGAIN_MS):
        assert ledger.next_ms() == due_ms
        del out[:]
        ledger.ask_again(due_ms - 1, out)
        assert out == []
        ledger.ask_again(due_ms, out)
        assert out == [asked]


def test_as_many_open_presses_as_a_beat_holds_are_listed_in_their_order() -> None:
    presses = OpenPresses()
    identities = ["0123456789abcdef.%d" % (number + 1) for number in range(MAX_LIST)]
    for identity in identities:
        presses.add(OpenPress(identity, "sos-pressed", True))
    for _ in range(3):
        assert presses.listed() == [identity + "s" for identity in identities]


def test_the_newest_of_a_kind_is_the_one_that_is_joined() -> None:
    outbox = Outbox()
    for number in range(3):
        outbox.add(Entry(SosPressed, "p%d" % number, b"", "", 0))
    assert outbox.newest_of(SosPressed).identity == "p2"


def beats_ms(bench: Bench, start_ms: int) -> list[int]:
    """When beats were sent."""
    return [
        at_ms
        for at_ms, out in bench.log
        if at_ms >= start_ms and out[0] == "send" and out[1][-5:] == "/beat"
    ]


def test_beats_come_as_often_as_was_told_and_no_oftener() -> None:
    bench = on_visit("inside", valid_ms=600_000)
    bench.run(61_000)  # the validity that was heard last has run out
    felt = beats_ms(bench, bench.now_ms - 41_000)
    assert len(felt) >= 4
    assert [felt[i + 1] - felt[i] for i in range(len(felt) - 1)] == [10_000] * (len(felt) - 1)


def test_news_is_echoed_at_once_but_not_in_a_storm() -> None:
    bench = on_visit("inside")
    bench.run(1000)
    start = bench.now_ms
    for number in range(20):
        bench.push(go_in="0123456789abcdef.%d" % (number + 1))
        bench.run(10)
    newest = bench.hub.version
    bench.run(500)
    echoed = beats_ms(bench, start)
    assert echoed[0] - start <= 1
    assert [echoed[i + 1] - echoed[i] for i in range(len(echoed) - 1)] == [ECHO_GAP_MS] * (
        len(echoed) - 1
    )
    assert bench.hub.beats[-1].standing >= newest


def test_news_before_the_first_beat_is_echoed_at_once() -> None:
    settings = Bench().settings
    beats = Beats(settings, Beliefs("0" * 16, "off", ""), Ledger(), 5000)
    assert beats.due_ms == 5000
    beats.echo(5000)
    assert beats.due_ms == 5000
