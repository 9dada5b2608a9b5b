"""P2, P5 and P6 at the door and on the way: what a standing may promise, and for how long."""

from protocol import codec
from protocol.messages import Receipt, Standing
from tests.firmware.harness import HUB_EPOCH_MS, PENDANT, VALID_MS, Bench, on_visit


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


def test_hub_lost_counts_from_the_beat_that_was_answered() -> None:
    bench = on_visit("inside")
    bench.hub.answers = False
    last_sent_ms = max(
        at_ms for at_ms, out in bench.log if out[0] == "send" and out[1].endswith("beat")
    )
    bench.run(last_sent_ms + VALID_MS - 1 - bench.now_ms)
    assert bench.count("hub-lost") == 0
    bench.run(1)
    assert bench.count("hub-lost") == 1
    bench.run(120_000)
    assert bench.count("hub-lost") == 1  # once
    bench.hub.answers = True
    bench.run(11_000)
    assert bench.told()[-1] == "hub-back"


def test_off_duty_the_hub_may_be_silent_but_a_touch_tells() -> None:
    bench = Bench()
    bench.run(70_000)
    bench.hub.answers = False
    bench.run(200_000)
    assert bench.count("hub-lost") == 0
    start = bench.now_ms
    bench.short("a")
    assert bench.told(start)[:2] == ["read-short", "status-bad"]
    bench.hub.answers = True
    bench.run(70_000)
    start = bench.now_ms
    bench.short("a")
    bench.run(100)
    assert bench.told(start) == ["read-short", "status-good", "received"]
    press = bench.hub.events[-1]
    assert (press.TYPE, press.phase) == ("ok", "off")


def test_an_arrival_that_she_made_while_believed_off_duty_may_be_confirmed() -> None:
    bench = Bench()
    bench.run(2000)
    bench.short("a")  # the hub knows of a visit about now: its reading decides
    bench.run(200)
    claim = bench.hub.events[-1].identity()
    bench.push(phase="at-door", visit="v1")
    bench.push(go_in=claim)
    assert bench.told()[-1] == "go-in"


def test_no_path_at_start_of_a_visit_is_felt() -> None:
    bench = on_visit("on-the-way")
    bench.link(False)
    bench.reboot()
    start = bench.now_ms
    bench.run(31_000)
    assert "hub-lost" in bench.told(start)


def test_a_restored_hub_is_believed_once_it_answers_a_later_beat() -> None:
    bench = on_visit("inside")
    bench.hub.version = 0
    bench.hub.state["phase"] = "leaving"
    bench.run(11_000)
    assert bench.device.believed_phase() == "leaving"


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


def test_a_prompt_is_felt_repeated_and_answered_once() -> None:
    bench = on_visit("inside")
    start = bench.now_ms
    bench.push(prompt="q1")
    assert bench.told(start) == ["prompt"]
    bench.run(125_000)
    assert bench.count("prompt", start) == 3
    start = bench.now_ms
    bench.short("a")
    bench.run(120_000)
    replies = [event for event in bench.hub.events if event.TYPE == "replied"]
    assert [reply.prompt for reply in replies] == ["q1"]  # type: ignore[attr-defined]  # a Replied
    assert bench.count("prompt", start) == 0
    bench.short("a")
    bench.run(200)
    assert bench.hub.events[-1].TYPE == "ok"
    bench.push(prompt="q2")
    assert bench.told()[-1] == "prompt"
    bench.run(1)
    bench.push(prompt="")
    start = bench.now_ms
    bench.run(120_000)
    assert bench.count("prompt", start) == 0


def test_on_the_way_a_short_is_an_arrival_even_with_a_prompt() -> None:
    bench = on_visit("on-the-way")
    bench.push(prompt="q1")
    bench.short("a")
    bench.run(200)
    assert bench.hub.types() == ["arrived"]


def test_beats_are_faster_on_a_visit_and_echo_news_at_once() -> None:
    bench = on_visit("inside")
    before = bench.hub.beat_count
    bench.run(60_000)
    assert bench.hub.beat_count - before == 6
    bench.push(tracker=False)
    version = bench.hub.version
    bench.run(300)
    assert bench.hub.beats[-1].standing == version
    bench.push(phase="off")
    bench.run(500)
    before = bench.hub.beat_count
    bench.run(70_000)
    assert bench.hub.beat_count - before == 4  # twice per validity of 35 s


def test_a_press_is_dated_by_the_hubs_time_not_by_its_arrival() -> None:
    bench = on_visit("inside")
    bench.link(False)
    pressed = bench.now_ms
    bench.short("a")
    bench.run(600_000)
    bench.link(True)
    bench.run(200)
    press = bench.hub.events[-1]
    dated_ms = press.heard_ms + press.since_ms - HUB_EPOCH_MS
    assert pressed - 50 <= dated_ms <= pressed


def test_hub_time_is_not_heard_from_what_does_not_answer_this_boot() -> None:
    bench = Bench(link=False)
    bench.short("a")
    token = next(blob[9:] for name, blob in bench.flash.items() if name[0] == "e")
    bench.reboot()
    bench.run(1000)
    bench.hub.hear(token, bench.now_ms)
    bench.deliver(bench.hub.receipt(codec.peek(token, True), token, bench.now_ms))  # type: ignore[arg-type]  # an UpMessage
    bench.deliver(bench.hub.standing(bench.now_ms))
    bench.short("a")
    bench.link(True)
    bench.run(200)
    assert bench.hub.events[-1].heard_ms == 0


def test_hostile_bytes_change_nothing_and_are_counted() -> None:
    bench, claim = arrive()
    start = bench.now_ms
    good = bench.hub.standing(bench.now_ms, go_in=claim, phase="inside")
    forged = codec.seal(
        codec.unseal(good, "k07", bench.hub.down_key, False), "k07", bench.hub.up_key
    )
    foreign = bench.hub.standing(bench.now_ms, pendant="p08", go_in=claim, phase="inside")
    for payload in (
        b"",
        b"x" * 1201,
        b"\xff\xfe.\x00.",
        forged,
        foreign,
        good[:-3],
        good.replace(b".", b",", 1),
        codec.seal(bench.hub.beats[-1], "k07", bench.hub.down_key),
    ):
        bench.deliver(payload)
    assert bench.told(start) == []
    assert bench.device.believed_phase() == "at-door"
    assert sum(bench.device.refused.values()) == 8
    assert bench.device.refused["signature"] >= 1
    assert bench.device.refused["pendant"] == 1
    assert bench.device.refused["direction"] == 1
    assert bench.device.refused["oversized"] == 1


def test_a_receipt_for_other_bytes_is_no_receipt() -> None:
    bench = on_visit("inside")
    bench.hub.receipts = False
    start = bench.now_ms
    bench.sos()
    bench.run(100)
    press = bench.hub.events[-1]
    for boot, seq, sha in (
        (press.boot, press.seq, "0" * 32),
        (press.boot, press.seq + 1, codec.sha(bench.hub.seen[press.identity()])),
        ("f" * 16, press.seq, codec.sha(bench.hub.seen[press.identity()])),
    ):
        hub_ms = HUB_EPOCH_MS + bench.now_ms
        receipt = Receipt(pendant=PENDANT, boot=boot, seq=seq, sha=sha, hub_ms=hub_ms)
        bench.deliver(bench.hub.sign(receipt))
    assert bench.told(start) == ["stored"]
    assert bench.device.refused["stale"] == 3
    bench.hub.receipts = True
    bench.run(6000)
    assert bench.told(start) == ["stored", "hub-has-it"]


def test_a_replayed_receipt_changes_nothing() -> None:
    bench = on_visit("inside")
    start = bench.now_ms
    bench.sos()
    bench.run(200)
    press = bench.hub.events[-1]
    receipt = bench.hub.receipt(press, bench.hub.seen[press.identity()], bench.now_ms)
    bench.deliver(receipt)
    bench.deliver(receipt)
    assert bench.count("hub-has-it", start) == 1


def test_a_wild_validity_is_cut() -> None:
    bench = on_visit("inside")
    bench.hub.state["valid_ms"] = 1 << 50
    bench.run(11_000)
    bench.hub.answers = False
    bench.run(601_000)
    assert bench.count("hub-lost") == 1


def test_the_battery_is_felt_when_it_falls() -> None:
    bench = Bench()
    start = bench.now_ms
    for pct in (60, 21, 20, 19, 11, 10, 9, -5, 400):
        bench.device.battery(pct, bench.now_ms)
    outs = []
    for pct in (60, 20, 19, 10, 9):
        outs += bench.device.battery(pct, bench.now_ms)
    assert [out[1] for out in outs if out[0] == "feel"] == ["battery-low", "battery-low"]
    bench.run(70_000)
    assert bench.hub.beats[-1].battery_pct == 9
    assert start == 0


def test_the_largest_standing_is_read() -> None:
    bench = on_visit("inside")
    presses = ["%016x.%d" % (1 << 60, 10**9 + i) for i in range(8)]
    bench.push(prompt="p" * 32, visit="v" * 32, resolved=presses, sos=presses[0], go_in=presses[1])
    standing = bench.hub.standing(bench.now_ms)
    assert isinstance(codec.unseal(standing, "k07", bench.hub.down_key, False), Standing)
    assert bench.told()[-1] == "prompt"


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


def test_hub_time_never_goes_back() -> None:
    bench = on_visit("inside")
    bench.run(11_000)
    beat = bench.hub.beats[-1]
    bench.deliver(bench.hub.standing(bench.now_ms, beat.boot, beat.seq, hub_ms=5))
    bench.short("a")
    bench.run(200)
    assert bench.hub.events[-1].heard_ms > HUB_EPOCH_MS


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
