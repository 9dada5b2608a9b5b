"""P2: what she is told follows what is true, also where two presses, two visits or two boots meet.

Runs on both interpreters.
"""

from firmware.pendant.device import Device
from protocol import codec
from protocol.messages import NO_BOOT, SosPressed
from tests.firmware.fake_hub import HUB_EPOCH_MS, VALID_MS
from tests.firmware.harness import Bench, on_visit, settings
from tests.micropython.test_pendant_door import arrive


def sos_of(bench: Bench) -> list[str]:
    return [event.identity() for event in bench.hub.events if isinstance(event, SosPressed)]


def test_a_start_is_felt_and_told_with_its_cause() -> None:
    for cause, told in (("watchdog", "watchdog"), ("\x07", "unprintable")):
        bench = on_visit("inside")
        start = bench.now_ms
        bench.reboot(cause)
        assert bench.feels(start) == ["started"]
        bench.run(1000)
        assert bench.hub.events[-1].cause == told  # type: ignore[attr-defined]  # a Booted


def test_every_gesture_but_the_silent_ones_is_felt_as_what_it_was_read() -> None:
    for button in "ad":
        bench = on_visit("inside")
        bench.link(False)
        start = bench.now_ms
        bench.short(button)
        assert bench.feels(start) == ["tick", "read-short"]
        start = bench.now_ms
        bench.press(button)
        bench.run(100)
        bench.short(button)
        assert bench.feels(start) == ["tick", "tick", "read-double"]
        bench.run(1000)
        start = bench.now_ms
        bench.press(button, 2500)
        bench.run(100)
        assert bench.feels(start) == ["tick", "read-hold"]  # while it lasted, and not again


def test_after_a_reboot_she_feels_that_her_sos_is_still_stored() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.sos()
    start = bench.now_ms
    bench.run(1)
    bench.reboot()
    assert bench.feels(start + 1) == ["started", "stored"]


def test_after_a_reboot_off_duty_the_silence_of_a_hub_that_has_her_sos_is_felt() -> None:
    bench = Bench()
    bench.run(2000)
    bench.sos()
    bench.run(500)
    assert bench.flash_kinds() == ["o"]
    bench.reboot()
    bench.run(2000)
    start = bench.now_ms
    bench.hub.answers = False
    bench.run(60_000)
    assert bench.told(start) == ["hub-lost"]


def test_a_record_that_is_kept_twice_is_felt_once() -> None:
    bench = on_visit("inside")
    bench.link(False)
    start = bench.now_ms
    bench.sos()
    (name,) = [name for name in bench.flash if name[0] == "e"]
    again = bench.device.persisted(name, bench.now_ms)
    assert [out for out in again if out[0] == "feel"] == []
    assert bench.told(start) == ["stored"]


def test_a_low_battery_is_felt_from_the_first_measurement_on() -> None:
    for pct, told in ((21, []), (20, ["battery-low"]), (1, ["battery-low"])):
        device = Device(settings(), bytes, 0)
        device.boot([], 0, "power")
        outs = device.battery(pct, 10)
        assert [out[1] for out in outs if out[0] == "feel"] == told, pct


def test_the_end_of_one_alarm_leaves_the_other_press_waited_for() -> None:
    bench = on_visit("inside")
    bench.hub.receipts = False
    bench.sos()
    bench.short("d")
    press = sos_of(bench)[0]
    start = bench.now_ms
    bench.push(sos="", sos_state="none", resolved=[press])
    bench.run(60_000)
    assert bench.told(start) == ["over", "not-sent"]  # the second for the departure, once


def test_each_press_is_waited_for_by_itself() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.short("d")
    bench.run(60_000)
    assert bench.count("not-sent") == 1
    bench.short("d")
    bench.run(10_000)
    assert bench.count("not-sent") == 2  # the first is silent until its two minutes are over


def test_an_alarm_of_hers_that_she_did_not_press_is_not_over_before_it_is() -> None:
    bench = on_visit("inside")
    start = bench.now_ms
    told = "0123456789abcdef.7"  # pressed on another pendant
    bench.push(sos=told, sos_state="owned")
    bench.push(tracker=False)
    bench.run(11_000)
    assert bench.told(start) == ["person-has-it"]
    bench.push(sos="", sos_state="none", resolved=[told])
    assert bench.told(start) == ["person-has-it", "over"]


def test_when_the_first_alarm_is_over_the_second_is_not_said_to_be_nobodys() -> None:
    bench = on_visit("inside")
    bench.sos()
    bench.run(500)
    bench.push(sos_state="owned")
    bench.hub.alarms = False  # the hub goes on naming the first
    bench.sos()
    bench.run(500)
    first, second = sos_of(bench)
    start = bench.now_ms
    bench.run(1)
    bench.push(sos=second, sos_state="open", resolved=[first])
    bench.push(tracker=False)
    assert bench.told(start + 1) == []


def test_a_hub_that_has_lost_it_is_told_of_once_and_so_is_its_return() -> None:
    bench = on_visit("inside")
    for _ in range(2):
        bench.sos()
        bench.run(3100)
    start = bench.now_ms
    bench.hub.state["sos"] = ""
    bench.hub.state["sos_state"] = "none"
    bench.run(31_000)
    assert bench.told(start) == ["nobody-has-it"]  # of two presses
    bench.push(sos=sos_of(bench)[-1], sos_state="open")
    bench.run(31_000)
    assert bench.told(start) == ["nobody-has-it", "hub-has-it"]


def test_only_an_sos_that_the_hub_has_had_can_be_lost_by_it() -> None:
    bench = on_visit("inside")
    bench.hub.alarms = False
    bench.press("s", 900)
    bench.run(500)
    start = bench.now_ms
    bench.run(31_000)  # an SOS that was let go may be seen to without an alarm
    assert bench.told(start) == []
    bench.hub.receipts = False
    bench.sos()
    bench.run(40_000)
    assert [pattern for pattern in bench.told(start) if pattern != "not-sent"] == ["stored"]


def test_the_answer_to_the_last_beat_before_the_receipt_denies_nothing() -> None:
    bench = on_visit("inside")
    bench.hub.alarms = bench.hub.receipts = bench.hub.answers = False
    bench.sos()
    press = bench.hub.events[-1]
    before = bench.hub.beat_count
    while bench.hub.beat_count == before:
        bench.run(500)
    beat = bench.hub.beats[-1]
    bench.deliver(bench.hub.receipt(press, bench.hub.seen[press.identity()], bench.now_ms))
    start = bench.now_ms
    bench.run(1)
    bench.deliver(bench.hub.standing(bench.now_ms, beat.boot, beat.seq))
    assert bench.told(start + 1) == []
    while bench.hub.beat_count == before + 1:
        bench.run(500)
    beat = bench.hub.beats[-1]
    bench.deliver(bench.hub.standing(bench.now_ms, beat.boot, beat.seq))
    assert bench.told(start + 1) == ["nobody-has-it"]


def test_her_arrival_stands_however_long_the_hub_takes_to_read_it() -> None:
    bench = on_visit("on-the-way")
    bench.short("a")
    bench.run(31_000)  # beats are answered meanwhile: still on the way
    claim = bench.hub.events[-1].identity()
    bench.push(phase="at-door")
    bench.push(go_in=claim)
    assert bench.told()[-1] == "go-in"


def test_a_door_behind_her_stays_behind_her_over_a_reboot() -> None:
    for meanwhile in (False, True):
        bench, claim = arrive()
        if meanwhile:  # she left while it was off
            bench.hub.state["phase"] = "leaving"
        bench.reboot()
        bench.run(11_000)
        bench.push(phase="leaving")
        bench.run(100)
        assert bench.flash_kinds() == []
        start = bench.now_ms
        bench.push(go_in=claim, phase="at-door", visit="v2")
        assert bench.told(start) == ["do-not-go-in"], meanwhile


def all_over(bench: Bench, press: str, boot: str = NO_BOOT, beat: int = 0) -> bytes:
    """A standing that would end her alarm, if it were believed."""
    return bench.hub.standing(bench.now_ms, boot, beat, sos="", sos_state="none", resolved=[press])


def test_what_is_stale_ends_no_alarm_and_is_counted() -> None:
    bench = on_visit("inside")
    bench.sos()
    bench.run(500)
    press = sos_of(bench)[0]
    bench.hub.answers = False
    bench.run(11_000)
    beat = bench.hub.beats[-1]
    earlier = all_over(bench, press, beat.boot, beat.seq)
    unasked = all_over(bench, press)
    bench.push(tracker=False)  # a later version, heard first
    held_back = all_over(bench, press, beat.boot, beat.seq)
    never_sent = all_over(bench, press, beat.boot, beat.seq + 1000)
    bench.run(1)
    start = bench.now_ms
    refused = bench.device.refused.get("stale", 0)
    bench.deliver(earlier)
    bench.deliver(unasked)
    assert bench.device.refused["stale"] == refused + 2
    bench.run(VALID_MS + 1000)
    bench.deliver(held_back)
    bench.deliver(never_sent)
    assert bench.device.refused["stale"] == refused + 4
    assert bench.told(start) == ["hub-lost"]
    assert bench.flash_kinds() == ["o"]
    bench.hub.answers = True
    bench.run(11_000)
    assert bench.hub.beats[-1].open == [press + "s"]


def test_a_standing_that_comes_twice_is_stale_the_second_time() -> None:
    bench = on_visit("inside")
    bench.hub.answers = False
    bench.run(11_000)
    beat = bench.hub.beats[-1]
    answer = bench.hub.standing(bench.now_ms, beat.boot, beat.seq)
    refused = bench.device.refused.get("stale", 0)
    bench.deliver(answer)
    assert bench.device.refused.get("stale", 0) == refused
    bench.deliver(answer)
    assert bench.device.refused["stale"] == refused + 1


def test_another_key_id_is_refused_even_with_the_right_key() -> None:
    bench = on_visit("inside")
    good = codec.unseal(bench.hub.standing(bench.now_ms), "k07", bench.hub.down_key, False)
    bench.deliver(codec.seal(good, "k08", bench.hub.down_key))
    assert bench.device.refused == {"header": 1}


def test_where_she_is_goes_to_the_flash_when_it_changes_and_only_then() -> None:
    bench = on_visit("inside")
    for changes, asked in (
        ({"phase": "leaving"}, ["phase"]),
        ({"tracker": False}, []),
        ({"visit": "v2"}, ["phase"]),
        ({"visit": "v2"}, []),
    ):
        for key in changes:
            bench.hub.state[key] = changes[key]
        outs = bench.device.received(bench.hub.standing(bench.now_ms), bench.now_ms)
        assert [out[1] for out in outs if out[0] == "persist"] == asked, changes


def test_a_first_arrival_has_no_record_before_it_to_take_away() -> None:
    bench = on_visit("on-the-way")
    device, now_ms = bench.device, bench.now_ms
    outs = device.edge("a", True, now_ms) + device.edge("a", False, now_ms + 120)
    outs += device.tick(now_ms + 1000)
    assert [out[1] for out in outs if out[0] == "feel"] == ["tick", "read-short"]
    assert [out for out in outs if out[0] == "erase"] == []


def test_hub_time_is_as_old_as_when_it_was_first_heard() -> None:
    beliefs = on_visit("inside").device._beliefs
    beliefs.hear_time(HUB_EPOCH_MS * 2, 1000)
    beliefs.hear_time(HUB_EPOCH_MS * 2, 5000)
    assert beliefs.dated(6000) == (HUB_EPOCH_MS * 2, 5000)
    assert beliefs.dated(1000) == (HUB_EPOCH_MS * 2, 0)
    assert beliefs.dated(400) == (HUB_EPOCH_MS * 2 - 600, 0)
