"""The silent duress: it is raised like an SOS and felt, in every state, exactly like A short."""

from tests.firmware.harness import Bench, on_visit

SILENT = ("duress", "duress-suspected")


PHASES = ("off", "planned", "on-the-way", "at-door", "inside", "leaving", "closed")
STATES = PHASES + (
    "prompted",
    "prompted at the door",
    "prompted off duty",
    "hub lost",
    "offline",
    "broken flash",
    "full",
    "SOS open",
)


def in_state(name: str) -> Bench:
    """A pendant in a state in which A short has a feel of its own."""
    if name in PHASES:
        return on_visit(name)
    if name[:8] == "prompted":
        places = {"prompted at the door": "at-door", "prompted off duty": "off"}
        return on_visit(places.get(name, "inside"), prompt="q1")
    bench = on_visit("inside")
    if name == "hub lost":
        bench.hub.answers = False
        bench.run(60_000)
    elif name == "broken flash":
        bench.flash_ms = -1
    elif name == "SOS open":
        bench.sos()
        bench.run(1000)
        bench.push(sos_state="owned")
    else:
        bench.link(False)
        for _ in range(13 if name == "full" else 0):
            bench.short("a")
    return bench


def afterwards(bench: Bench, chord: str, reboot: bool) -> list[tuple[int, str]]:
    """What is felt, and when, from the first edge on: pressed, link back, answered, resolved."""
    bench.run(500)
    start = bench.now_ms
    bench.edge("a" if chord != "d first" else "d", True)
    bench.run(50)
    if chord == "a first":
        bench.edge("d", True)
    elif chord == "d first":
        bench.edge("a", True)
    elif chord == "broken":
        bench.edge("d", True)
        bench.run(300)
        bench.edge("d", False)
        bench.run(800)
    bench.run(1150 if chord != "broken" else 50)
    if chord in ("a first", "d first"):
        bench.edge("d" if chord == "a first" else "a", False)
    bench.run(30)
    bench.edge("a" if chord != "d first" else "d", False)
    bench.run(20_000)
    if reboot:
        bench.reboot()
        bench.run(5000)
    bench.link(True)
    bench.run(140_000)
    bench.hub.answers = True
    raised = [event.identity() for event in bench.hub.events if event.TYPE in SILENT]
    bench.hub.state["resolved"] = raised[:8]
    bench.run(80_000)
    if chord != "none":
        assert len(raised) == 1
        for identity in raised:
            assert all(identity != listed[:-1] for listed in bench.hub.beats[-1].open)
    return [
        (at_ms - start, out[1]) for at_ms, out in bench.log if out[0] == "feel" and at_ms >= start
    ]


def test_a_chord_is_felt_exactly_like_a_short_in_every_state() -> None:
    for name in STATES:
        for reboot in (False, True):
            plain = afterwards(in_state(name), "none", reboot)
            assert ("tick" in [pattern for _ms, pattern in plain]) and len(plain) >= 2, name
            for chord in ("a first", "d first", "broken"):
                felt = afterwards(in_state(name), chord, reboot)
                assert felt == plain, (name, chord, reboot)


def test_a_chord_is_raised_persisted_and_resent_like_an_sos() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.chord()
    assert bench.flash_kinds() == ["e", "e"]
    start = bench.now_ms
    bench.link(True)
    first = bench.sends(start)[0]
    assert first[1].endswith("/sos")
    assert (first[3], first[4]) == (1, True)
    bench.run(1000)
    assert bench.hub.types() == ["duress", "ok"]
    duress, felt = bench.hub.events[-2:]
    for event in (duress, felt):  # the second is marked: it is no word of hers
        assert event.gesture == "chord"  # type: ignore[attr-defined]  # a press
    assert bench.flash_kinds() == ["o"]
    assert bench.hub.beats[-1].open == [duress.identity() + "d"]


def test_a_chord_is_sent_at_one_second_and_does_not_wait_to_be_let_go() -> None:
    bench = on_visit("inside")
    bench.edge("a", True)
    bench.edge("d", True)
    bench.run(1200)
    assert bench.hub.types() == ["duress"]
    bench.run(60_000)
    assert bench.hub.types() == ["duress"]


def test_a_silent_press_named_in_a_standing_is_not_felt() -> None:
    bench = on_visit("inside")
    bench.chord()
    bench.run(1000)
    (press,) = [event.identity() for event in bench.hub.events if event.TYPE == "duress"]
    start = bench.now_ms
    bench.run(1)
    bench.push(sos=press, sos_state="open")
    bench.push(sos=press, sos_state="owned")
    bench.push(sos="", sos_state="none", resolved=[press])
    assert bench.told(start + 1) == []


def test_what_answers_a_prompt_for_a_chord_says_that_it_is_no_word_of_hers() -> None:
    bench = on_visit("inside", prompt="q1")
    bench.chord()
    bench.run(1000)
    assert bench.hub.types() == ["duress", "replied"]
    assert bench.hub.events[-1].gesture == "chord"  # type: ignore[attr-defined]  # a press
    bench.chord()
    assert bench.hub.types()[2:] == ["duress", "ok"]  # answered, so far as she can feel


def test_after_a_boot_only_the_a_short_of_a_chord_is_waited_for() -> None:
    bench = on_visit("inside")
    bench.link(False)
    bench.chord()
    start = bench.now_ms
    bench.reboot()
    bench.run(1000)
    bench.link(True)
    bench.run(5000)
    assert bench.count("received", start) == 1
    assert bench.told(start) == ["received"]
