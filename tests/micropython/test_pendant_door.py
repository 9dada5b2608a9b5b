"""P5 at the door: nobody is told to go in by anything that is old, replayed or another door's."""

from tests.firmware.fake_hub import VALID_MS
from tests.firmware.harness import Bench, on_visit


def arrive() -> tuple[Bench, str]:
    """A short on the way; the hub has put her at the door. -> (bench, her claim)"""
    bench = on_visit("on-the-way")
    bench.short("a")
    bench.run(200)
    claim = bench.hub.events[-1]
    assert claim.TYPE == "arrived"
    bench.push(phase="at-door")
    bench.run(1000)
    return bench, claim.identity()


def test_go_in_only_for_her_latest_arrival() -> None:
    bench, claim = arrive()
    start = bench.now_ms
    other = claim[:16] + ".999"
    bench.push(go_in=other, phase="inside")
    assert bench.told(start) == []
    bench.push(go_in=claim, phase="inside")
    assert bench.told(start) == ["go-in"]
    bench.run(60_000)
    assert bench.told(start) == ["go-in"]  # once


def test_at_the_door_unconfirmed_she_is_told_not_to_go_in_and_reminded() -> None:
    bench, _claim = arrive()
    assert bench.told()[-1] == "do-not-go-in"
    start = bench.now_ms
    bench.run(61_000)
    assert bench.told(start) == ["do-not-go-in"]
    start = bench.now_ms
    bench.short("a")
    bench.run(200)
    assert bench.told(start) == ["read-short", "do-not-go-in", "received"]
    assert bench.hub.events[-1].TYPE == "ok"


def test_a_touch_at_the_door_once_confirmed_says_go_in() -> None:
    bench, claim = arrive()
    bench.push(go_in=claim)
    bench.run(100)
    start = bench.now_ms
    bench.short("a")
    assert bench.told(start)[:2] == ["read-short", "go-in"]


def test_a_confirmation_taken_back_is_felt() -> None:
    bench, claim = arrive()
    bench.push(go_in=claim)
    bench.run(100)
    start = bench.now_ms
    bench.push(go_in="", tracker=False)
    assert bench.told(start) == ["do-not-go-in"]


def test_an_older_standing_changes_nothing() -> None:
    bench, claim = arrive()
    held_back = bench.hub.standing(bench.now_ms, go_in=claim)
    bench.push(tracker=False)
    start = bench.now_ms
    bench.run(1)
    bench.deliver(held_back)
    assert bench.told(start + 1) == []
    assert bench.device.refused["stale"] == 1


def test_an_answer_held_back_beyond_its_validity_changes_nothing() -> None:
    bench, claim = arrive()
    bench.hub.answers = False
    bench.run(11_000)
    beat = bench.hub.beats[-1]
    held_back = bench.hub.standing(bench.now_ms, beat.boot, beat.seq, go_in=claim, phase="inside")
    bench.run(VALID_MS + 1000)
    start = bench.now_ms
    bench.deliver(held_back)
    assert "go-in" not in bench.told(start)
    assert bench.device.believed_phase() == "at-door"


def test_after_a_lapse_nothing_unasked_is_believed() -> None:
    bench, claim = arrive()
    bench.hub.answers = False
    bench.run(VALID_MS + 12_000)
    assert bench.told()[-1] in ("hub-lost", "do-not-go-in")
    start = bench.now_ms
    bench.run(1)
    bench.push(go_in=claim, phase="inside")
    assert bench.told(start + 1) == []
    bench.hub.answers = True
    bench.run(11_000)
    assert "go-in" in bench.told(start + 1)


def test_a_standing_of_another_boot_says_nothing_after_a_reboot() -> None:
    bench, claim = arrive()
    beat = bench.hub.beats[-1]
    bench.hub.answers = False
    old = bench.hub.standing(bench.now_ms, beat.boot, beat.seq, go_in=claim)
    unasked = bench.hub.standing(bench.now_ms, go_in=claim)
    bench.reboot()
    start = bench.now_ms
    bench.deliver(old)
    bench.deliver(unasked)
    assert "go-in" not in bench.told(start)
    assert bench.device.refused["stale"] == 2
    bench.hub.answers = True
    bench.hub.state["go_in"] = claim  # her claim outlived the reboot
    bench.run(11_000)
    assert bench.count("go-in", start) == 1


def test_an_arrival_that_she_made_while_believed_off_duty_may_be_confirmed() -> None:
    bench = Bench()
    bench.run(2000)
    bench.short("a")  # the hub knows of a visit about now: its reading decides
    bench.run(200)
    claim = bench.hub.events[-1].identity()
    bench.push(phase="at-door", visit="v1")
    bench.push(go_in=claim)
    assert bench.told()[-1] == "go-in"


def test_a_lower_version_in_answer_to_an_earlier_beat_is_a_replay() -> None:
    bench, claim = arrive()
    bench.hub.answers = False
    bench.run(11_000)
    beat = bench.hub.beats[-1]
    earlier = bench.hub.standing(bench.now_ms, beat.boot, beat.seq, go_in=claim)
    bench.push(tracker=False)  # a later version, heard first
    start = bench.now_ms
    bench.run(1)
    bench.deliver(earlier)
    assert "go-in" not in bench.told(start + 1)


def test_on_the_way_a_short_is_an_arrival_even_with_a_prompt() -> None:
    bench = on_visit("on-the-way")
    bench.push(prompt="q1")
    bench.short("a")
    bench.run(200)
    assert bench.hub.types() == ["arrived"]


def test_a_standing_of_another_boot_answers_no_beat_of_this_one() -> None:
    bench, claim = arrive()
    old_boot = bench.hub.beats[-1].boot
    bench.hub.answers = False
    bench.reboot()
    bench.run(2000)
    beat = bench.hub.beats[-1]
    assert beat.boot != old_boot
    bench.deliver(bench.hub.standing(bench.now_ms, old_boot, beat.seq, go_in=claim))
    assert bench.count("go-in") == 0
    bench.deliver(bench.hub.standing(bench.now_ms, beat.boot, beat.seq, go_in=claim))
    assert bench.count("go-in") == 1


def test_confirmed_once_but_the_hub_is_silent_now() -> None:
    bench, claim = arrive()
    bench.push(go_in=claim)
    bench.run(100)
    assert bench.told()[-1] == "go-in"
    bench.hub.answers = False
    bench.run(VALID_MS + 1000)
    assert "hub-lost" in bench.told()
    start = bench.now_ms
    bench.short("a")
    assert bench.told(start)[:2] == ["read-short", "do-not-go-in"]
    start = bench.now_ms
    bench.hub.answers = True
    bench.run(11_000)
    assert "go-in" in bench.told(start)  # and now it is true again


def test_a_confirmation_of_a_door_behind_her_opens_no_other() -> None:
    bench, claim = arrive()
    bench.push(go_in=claim, phase="inside")
    bench.push(go_in=claim, phase="leaving")
    bench.run(1000)
    start = bench.now_ms
    bench.push(go_in=claim, phase="at-door", visit="v2")
    assert bench.told(start) == ["do-not-go-in"]
    bench.run(100)
    assert bench.flash_kinds() == []


def test_inside_she_is_not_told_to_go_in_after_a_reboot() -> None:
    bench, claim = arrive()
    bench.push(go_in=claim, phase="inside")
    bench.run(1000)
    assert bench.flash_kinds() == ["c"]
    bench.reboot()
    start = bench.now_ms
    bench.run(20_000)
    assert bench.count("go-in", start) == 0


def test_an_ok_inside_that_waits_on_flash_is_no_arrival_after_a_reboot() -> None:
    bench, claim = arrive()
    bench.push(go_in=claim, phase="inside")
    bench.run(1000)
    bench.link(False)
    bench.short("a")
    bench.reboot()
    bench.push()  # not fresh: not believed
    bench.link(True)
    bench.run(1000)
    press = [event for event in bench.hub.events if event.TYPE == "ok"][-1].identity()
    start = bench.now_ms
    bench.run(1)
    bench.push(go_in=press, phase="at-door")
    assert bench.count("go-in", start + 1) == 0
