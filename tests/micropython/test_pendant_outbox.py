"""P1: what waits, in which order it goes, what makes room for what. Runs on both interpreters."""

from firmware.pendant import journal
from firmware.pendant.presses import MAX_OPEN, OpenPress, OpenPresses
from tests.firmware.harness import Bench, on_visit


def test_alarms_are_sent_before_everything_that_waited_longer() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.short("a")
    bench.short("d")
    bench.sos()
    start = bench.now_ms
    bench.link(True)
    bench.run(100)
    lanes = [(out[1].split("/")[-1], out[3], out[4]) for out in bench.sends(start)]
    assert lanes[0] == ("sos", 1, True)
    assert lanes[1:3] == [("event", 1, False), ("event", 1, False)]
    assert lanes[3] == ("beat", 0, False)
    assert [event.TYPE for event in bench.events_sent(start)][1:] == ["ok", "departed"]


def test_an_open_sos_rides_in_beats_and_in_booted_until_resolved() -> None:
    bench = on_visit("inside")
    bench.sos()
    bench.run(1000)
    press = bench.hub.state["sos"]
    bench.reboot("watchdog")
    bench.run(1000)
    booted = bench.hub.events[-1]
    assert booted.TYPE == "booted"
    assert booted.cause == "watchdog"  # type: ignore[attr-defined]  # a Booted
    assert booted.open == [press + "s"]  # type: ignore[attr-defined]  # the same
    assert booted.phase == "inside"  # kept on flash
    assert bench.hub.beats[-1].open == [press + "s"]


def test_a_hub_that_lost_her_sos_is_not_said_to_have_it() -> None:
    bench = on_visit("inside")
    bench.sos()
    bench.run(1000)
    start = bench.now_ms
    press = bench.hub.state["sos"]
    bench.hub.state["sos"] = ""  # restored from an older backup
    bench.hub.state["sos_state"] = "none"
    bench.hub.version = 0
    bench.run(21_000)
    assert bench.told(start) == ["nobody-has-it"]
    assert bench.hub.beats[-1].open == [press + "s"]  # from this the hub raises it
    bench.push(sos=press, sos_state="open")
    assert bench.told(start) == ["nobody-has-it", "hub-has-it"]


def test_an_sos_is_never_refused() -> None:
    bench = on_visit("inside")
    bench.link(False)
    for _ in range(14):
        bench.log = []  # the heap in which this runs is a pendant's
        bench.sos()
        bench.run(3000)
        assert "stored" in bench.told()
    bench.link(True)
    bench.run(2000)
    assert bench.hub.types() == ["sos-pressed"] * 8  # as many as a standing can answer
    assert len(bench.hub.beats[-1].open) == 8
    assert bench.hub.beats[-1].dropped == 0


def test_routine_makes_room_and_is_counted_but_an_sos_never() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.sos()
    for _ in range(20):
        bench.short("a")
    bench.link(True)
    bench.run(2000)
    types = bench.hub.types()
    assert types[0] == "sos-pressed"
    assert 10 <= types.count("ok") <= 12
    assert bench.hub.beats[-1].dropped == 20 - types.count("ok")
    assert bench.flash_kinds() == ["o"]


def test_off_duty_without_a_standing_an_sos_is_an_sos() -> None:
    bench = Bench(link=False)
    bench.sos()
    bench.run(100)
    bench.link(True)
    bench.run(200)
    assert bench.hub.types() == ["sos-pressed"]
    assert bench.hub.events[0].heard_ms == 0  # undatable, and says so
    assert bench.told() == ["stored", "hub-has-it"]


def test_an_sos_takes_no_place_from_anything() -> None:
    bench = on_visit("inside")
    bench.link(False)
    for _ in range(12):
        bench.short("a")
    dropped = bench.device.dropped()
    bench.sos()
    bench.press("s", 900)
    bench.run(200)
    assert bench.device.dropped() == dropped


def test_what_a_person_ended_is_not_sent_again_although_no_receipt_came() -> None:
    bench = on_visit("inside")
    bench.hub.receipts = False
    bench.sos()
    bench.run(100)
    start = bench.now_ms
    bench.push(sos="", sos_state="none", resolved=[bench.hub.state["sos"]])
    bench.run(20_000)
    assert [event.TYPE for event in bench.events_sent(start)] == []
    assert bench.flash_kinds() == []


def test_a_press_whose_two_records_survive_is_received() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.sos()
    sealed = [(name, blob) for name, blob in bench.flash.items() if name[0] == "e"]
    bench.link(True)
    bench.run(500)
    bench.flash[sealed[0][0]] = sealed[0][1]  # power failed before it was erased
    bench.reboot()
    start = bench.now_ms
    bench.run(20_000)
    assert [event.TYPE for event in bench.events_sent(start)] == ["booted"]
    assert "stored" not in bench.told(start)
    assert bench.flash_kinds() == ["o"]


def test_a_flash_that_recovers_is_asked_again_and_then_it_is_stored() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.flash_ms = -1
    start = bench.now_ms
    bench.sos()
    bench.run(5000)
    assert "stored" not in bench.told(start)
    bench.flash_ms = 5
    bench.run(31_000)
    assert bench.count("stored", start) == 1
    assert bench.flash_kinds() == ["e"]


def test_a_record_that_comes_late_to_the_flash_does_not_stay_there() -> None:
    bench = on_visit("inside")
    unknown = "0123456789abcdef-7"
    for kind, erased in (("e-", ["e-"]), ("o-", ["e-", "o-"]), ("c-", ["c-"])):
        outs = bench.device.persisted(kind + unknown, bench.now_ms)
        assert [out[1] for out in outs if out[0] == "erase"] == [k + unknown for k in erased]


def test_records_that_cannot_be_trusted_cost_the_others_nothing() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.sos()
    bench.short("d")
    sound = dict(bench.flash)
    name, blob = next((n, b) for n, b in sound.items() if n[0] == "e")
    bench.flash["e-0123456789abcdef-1"] = blob  # another name than it says inside
    bench.flash["e-0123456789abcdef-2"] = blob[:-4]
    bench.flash["e-0123456789abcdef-3"] = b""
    bench.flash["e-0123456789abcdef-03"] = blob
    bench.flash["o-0123456789abcdef-4"] = journal.wrap(b"ok")
    bench.flash["c-0123456789abcdef-5"] = journal.wrap(b"x")
    bench.flash["q-0123456789abcdef-6"] = blob
    bench.flash["note.txt"] = b"hello"
    bench.flash["e-0123456789abcdef-8"] = journal.wrap(bytes(range(200)))
    broken = [other for other in bench.flash if other not in sound]
    bench.reboot("power")
    bench.link(True)
    bench.run(2000)
    assert bench.hub.types() == ["sos-pressed", "departed"]
    booted = [event for event in bench.hub.events if event.TYPE == "booted"][-1]
    assert booted.cause == "power; 9 records unreadable"  # type: ignore[attr-defined]  # a Booted
    assert [other for other in broken if other not in bench.flash] == []  # left alone
    assert name not in bench.flash


def test_another_pendants_event_is_not_ours_to_send() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.short("a")
    other = Bench(link=False, pendant="p08")
    other.flash = bench.flash
    other.reboot()
    other.link(True)
    assert [event.TYPE for event in other.events_sent()] == ["booted"]


def test_of_two_arrival_records_neither_is_believed() -> None:
    bench = on_visit("on-the-way")
    presses = ["0123456789abcdef.5", "0123456789abcdef.6"]
    for press in presses:
        bench.flash[journal.name_of("c", press)] = journal.wrap(b"claim")
    bench.reboot()
    bench.run(2000)
    for press in presses:
        bench.push(phase="at-door", go_in=press)
    assert bench.count("go-in") == 0
    assert "c" not in bench.flash_kinds()


def test_waiting_events_are_sent_in_the_order_they_were_pressed() -> None:
    bench = on_visit("inside")
    bench.link(False)
    for button in "adda":
        bench.short(button)
    bench.reboot()
    for button in "ad":
        bench.short(button)
    start = bench.now_ms
    bench.link(True)
    order = [event.TYPE for event in bench.events_sent(start) if event.TYPE != "booted"]
    assert order[:4] == ["ok", "departed", "departed", "ok"]


def test_more_open_presses_than_a_beat_holds_take_turns() -> None:
    bench = on_visit("inside")
    for _ in range(11):
        bench.sos()
        bench.run(3100)
    presses = [event.identity() for event in bench.hub.events if event.TYPE == "sos-pressed"]
    assert len(presses) == 11
    presses = [press + "s" for press in presses]
    seen: set[str] = set()
    for _ in range(3):
        bench.run(10_000)
        seen.update(bench.hub.beats[-1].open)
        assert bench.hub.beats[-1].open[-1] == presses[-1]
        assert len(bench.hub.beats[-1].open) == 8
    assert seen == set(presses)


def test_only_presses_that_the_hub_has_are_ever_let_go_of() -> None:
    presses = OpenPresses()
    for number in range(1, 40):
        presses.add(OpenPress("0123456789abcdef.%d" % number, "sos-pressed", number > 5))
    kept = [press.identity for press in presses.audible()]
    assert len(kept) == MAX_OPEN
    assert kept[:6] == ["0123456789abcdef.%d" % number for number in (1, 2, 3, 4, 5, 13)]


def test_with_an_alarm_open_it_beats_fast_also_off_duty() -> None:
    for silent in (False, True):
        bench = Bench()
        bench.hub.state["valid_ms"] = 180_000
        bench.run(61_000)
        before = bench.hub.beat_count
        bench.run(60_000)
        assert bench.hub.beat_count - before == 1
        if silent:
            bench.chord()
        else:
            bench.sos()
        bench.run(60_000)
        before = bench.hub.beat_count
        bench.run(60_000)
        assert bench.hub.beat_count - before == 6


def test_a_press_cuts_the_back_off_short() -> None:
    bench = on_visit("inside")
    start = bench.now_ms
    bench.short("a")
    assert ("connect",) not in [out for at_ms, out in bench.log if at_ms >= start]
    bench.link(False)
    bench.edge("s", True)
    bench.run(25)
    assert bench.log[-1][1] == ("connect",)
