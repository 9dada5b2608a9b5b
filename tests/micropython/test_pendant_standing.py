"""P2 and P6 on the way: what a standing says, for how long, and what is no standing at all."""

from protocol import codec
from protocol.messages import Receipt, Standing
from tests.firmware.fake_hub import HUB_EPOCH_MS, PENDANT, VALID_MS
from tests.firmware.harness import Bench, on_visit


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
    bench = on_visit("at-door")
    claim = bench.hub.beats[-1].boot + ".3"
    bench.run(1)
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


def test_hub_time_never_goes_back() -> None:
    bench = on_visit("inside")
    bench.run(11_000)
    beat = bench.hub.beats[-1]
    bench.deliver(bench.hub.standing(bench.now_ms, beat.boot, beat.seq, hub_ms=5))
    bench.short("a")
    bench.run(200)
    assert bench.hub.events[-1].heard_ms > HUB_EPOCH_MS
