"""P1: what waits, in which order it goes, what makes room for what. Runs on both interpreters."""

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
    assert booted.open == [press]  # type: ignore[attr-defined]  # the same
    assert booted.phase == "inside"  # kept on flash
    assert bench.hub.beats[-1].open == [press]


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
    assert bench.hub.beats[-1].open == [press]  # from this the hub raises it
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
