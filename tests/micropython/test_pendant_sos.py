"""P1 and P2: an SOS is never lost, and she can feel how far it has come. Plain functions, so that
they run on both interpreters."""

from tests.firmware.fake_hub import HUB_EPOCH_MS
from tests.firmware.harness import Bench, on_visit


def test_an_sos_is_stored_then_received_then_a_persons() -> None:
    bench = on_visit("inside")
    start = bench.now_ms
    bench.sos()
    bench.run(1000)
    assert bench.told(start) == ["stored", "hub-has-it"]
    bench.push(sos_state="owned")
    assert bench.told(start) == ["stored", "hub-has-it", "person-has-it"]
    bench.run(30_000)
    assert bench.told(start) == ["stored", "hub-has-it", "person-has-it"]  # each truth once
    assert bench.hub.types() == ["sos-pressed"]
    newest = bench.hub.state["sos"]
    assert bench.hub.beats[-1].open == [newest + "s"]
    assert bench.flash_kinds() == ["o"]  # the token is gone, the press is not
    bench.push(sos="", sos_state="none", resolved=[newest])
    bench.run(30_000)
    assert bench.told(start)[3:] == ["over"]
    assert bench.hub.beats[-1].open == []
    assert bench.flash_kinds() == []


def test_held_sos_is_felt_as_a_ramp_and_dated_from_its_beginning() -> None:
    bench = on_visit("inside")
    start = bench.now_ms
    bench.sos()
    bench.run(1000)
    assert bench.feels(start)[:4] == ["tick", "ramp-1", "ramp-2", "ramp-3"]
    press = bench.hub.events[-1]
    assert press.gesture == "sos-hold"  # type: ignore[attr-defined]  # an SosPressed
    dated_ms = press.heard_ms + press.since_ms - HUB_EPOCH_MS
    assert start - 20 <= dated_ms <= start  # never later than she pressed


def test_three_stabs_within_three_seconds() -> None:
    bench = on_visit("inside")
    for _ in range(3):
        bench.press("s", 80)
        bench.run(700)
    assert bench.hub.types() == ["sos-pressed"]
    assert bench.hub.events[-1].gesture == "sos-stabs"  # type: ignore[attr-defined]  # the same


def test_three_stabs_in_more_than_three_seconds_are_none() -> None:
    bench = on_visit("inside")
    for _ in range(3):
        bench.press("s", 80)
        bench.run(1500)
    assert bench.hub.types() == []


def test_let_go_between_point_eight_and_two_seconds() -> None:
    for held_ms, types in ((700, []), (900, ["sos-aborted"]), (1990, ["sos-aborted"])):
        bench = on_visit("inside")
        bench.press("s", held_ms)
        bench.run(1000)
        assert bench.hub.types() == types, held_ms
        if types:
            assert bench.hub.events[-1].held_ms == held_ms  # type: ignore[attr-defined]  # an SosAborted


def test_nothing_is_sent_or_felt_as_stored_before_the_flash_has_it() -> None:
    bench = on_visit("inside")
    bench.flash_ms = 600
    bench.press("s", 2100)
    start = bench.now_ms
    bench.run(400)
    assert bench.told(start) == []
    assert bench.events_sent(start) == []
    bench.run(400)
    assert bench.told(start) == ["stored", "hub-has-it"]


def test_a_broken_flash_sends_all_the_same_and_never_says_stored() -> None:
    bench = on_visit("inside")
    start = bench.now_ms
    bench.flash_ms = -1
    bench.sos()
    bench.run(1500)
    assert bench.hub.types() == ["sos-pressed"]
    bench.run(60_000)
    assert bench.told(start) == ["hub-has-it"]


def test_killed_between_press_and_stored_nothing_was_promised() -> None:
    bench = on_visit("inside")
    bench.flash_ms = 600
    start = bench.now_ms
    bench.press("s", 2100)
    bench.run(100)
    bench.reboot()
    bench.run(20_000)
    assert "stored" not in bench.told(start)
    assert bench.hub.types() == []


def test_killed_between_stored_and_sent_it_arrives_after_the_reboot() -> None:
    bench = on_visit("inside")
    bench.link(False)
    start = bench.now_ms
    bench.sos()
    bench.run(1000)
    assert bench.told(start) == ["stored"]
    before = dict(bench.flash)
    bench.reboot()
    bench.run(2000)
    bench.link(True)
    bench.run(2000)
    assert bench.hub.types() == ["sos-pressed"]
    sealed = next(blob for name, blob in before.items() if name[0] == "e")
    assert bench.hub.seen[bench.hub.state["sos"]] == sealed[9:]  # the same bytes
    assert bench.told(start)[-1] == "hub-has-it"


def test_resent_byte_identical_until_the_receipt_although_the_broker_takes_it() -> None:
    bench = on_visit("inside")
    bench.hub.receipts = False
    start = bench.now_ms
    bench.sos()
    bench.run(30_000)
    tokens = [out[2] for out in bench.sends(start) if out[1].endswith("/sos")]
    assert len(tokens) >= 6
    assert len([t for t in tokens if t != tokens[0]]) == 0
    bench.hub.receipts = True
    bench.run(6000)
    sent = len(bench.events_sent())
    bench.run(60_000)
    assert len(bench.events_sent()) == sent  # the receipt ends it


def test_not_sent_within_ten_seconds_and_again() -> None:
    bench = on_visit("inside")
    bench.link(False)
    start = bench.now_ms
    bench.sos()
    bench.run(10_000 - (bench.now_ms - start))
    assert bench.told(start) == ["stored", "not-sent"]
    bench.run(35_000)
    assert bench.count("not-sent", start) == 3
    bench.link(True)
    bench.run(1000)
    again = bench.now_ms
    bench.run(60_000)
    assert bench.count("not-sent", again) == 0


def test_the_lease_breaks_and_she_feels_it() -> None:
    bench = on_visit("inside")
    bench.sos()
    bench.run(500)
    bench.push(sos_state="owned")
    bench.run(100)
    start = bench.now_ms
    bench.push(sos_state="open")
    assert bench.told(start) == ["nobody-has-it"]
    bench.push(sos_state="owned")
    assert bench.told(start) == ["nobody-has-it", "person-has-it"]


def test_a_second_press_is_news_and_belongs_to_nobody_yet() -> None:
    bench = on_visit("inside")
    bench.sos()
    bench.run(500)
    bench.push(sos_state="owned")
    bench.run(100)
    start = bench.now_ms
    bench.sos()
    bench.run(12_000)  # the hub names the new press, open
    assert bench.hub.types() == ["sos-pressed", "sos-pressed"]
    assert bench.told(start) == ["stored", "hub-has-it", "nobody-has-it"]
    first, second = [event.identity() for event in bench.hub.events if event.TYPE != "booted"]
    bench.push(resolved=[first])  # covers only what it names
    assert "over" not in bench.told(start)
    assert bench.hub.state["sos"] == second
    bench.push(sos="", sos_state="none", resolved=[first, second])
    assert bench.told(start)[-1] == "over"


def test_an_answer_to_a_beat_from_before_the_receipt_denies_nothing() -> None:
    bench = on_visit("inside")
    bench.hub.alarms = False
    bench.hub.answers = False
    bench.run(11_000)
    earlier = bench.hub.beats[-1]
    bench.sos()
    bench.run(500)
    start = bench.now_ms
    bench.run(1)
    bench.deliver(bench.hub.standing(bench.now_ms, earlier.boot, earlier.seq))
    assert bench.told(start + 1) == []


def test_who_has_the_first_press_does_not_have_the_second() -> None:
    bench = on_visit("inside")
    bench.sos()
    bench.run(500)
    bench.hub.receipts = bench.hub.alarms = False
    bench.sos()
    bench.run(100)
    start = bench.now_ms
    bench.run(1)
    bench.push(sos_state="owned")  # of the first
    assert bench.told(start + 1) == []


def test_an_sos_that_was_let_go_does_not_hide_who_has_the_sos() -> None:
    bench = on_visit("inside")
    bench.sos()
    bench.run(500)
    bench.hub.alarms = False  # the hub goes on naming the SOS
    bench.press("s", 900)
    bench.run(500)
    bench.push(sos_state="owned")
    assert bench.told()[-1] == "person-has-it"


def test_a_receipt_after_a_person_has_it_is_no_step_back() -> None:
    bench = on_visit("inside")
    bench.hub.receipts = False
    bench.sos()
    bench.run(500)
    bench.push(sos_state="owned")
    assert bench.told()[-1] == "person-has-it"
    bench.hub.receipts = True
    bench.run(6000)
    assert bench.flash_kinds() == ["o"]
    assert bench.told()[-1] == "person-has-it"


def test_after_a_silence_she_is_told_again_who_has_it() -> None:
    bench = on_visit("inside")
    bench.sos()
    bench.run(500)
    bench.push(sos_state="owned")
    bench.hub.answers = False
    bench.run(50_000)
    assert bench.told()[-1] == "hub-lost"
    bench.hub.answers = True
    bench.run(11_000)
    assert bench.told()[-2:] == ["hub-back", "person-has-it"]


def test_off_duty_with_an_sos_at_the_hub_its_silence_is_felt() -> None:
    bench = Bench()
    bench.run(2000)
    bench.sos()
    bench.run(500)
    bench.hub.answers = False
    bench.run(60_000)
    assert bench.told()[-1] == "hub-lost"


def test_a_press_is_dated_right_when_the_hubs_time_is_heard_during_it() -> None:
    bench = on_visit("inside")
    bench.run(5000)
    start = bench.now_ms
    bench.edge("s", True)
    bench.run(1000)
    beat = bench.hub.beats[-1]
    bench.deliver(bench.hub.standing(bench.now_ms, beat.boot, beat.seq))
    bench.run(1200)
    bench.edge("s", False)
    press = bench.hub.events[-1]
    dated_ms = press.heard_ms + press.since_ms - HUB_EPOCH_MS
    assert press.TYPE == "sos-pressed"
    assert start - 50 <= dated_ms <= start
