"""From edges to gestures: the table of docs/pendant.md, raggedness and bounces. Plain functions."""

from firmware.pendant.gestures import CHORD_MS, HOLD_MS, TAIL_MS, WINDOW_MS, Gestures
from protocol.messages import GESTURES

# A story of edges: "a100" is A down at 100 ms, "A220" is A up at 220 ms; s and d the same.


def everything(story: str, late_ms: int = 5000, step_ms: int = 0) -> "list[tuple[object, ...]]":
    """What comes out of a story, ticked at the end only or every `step_ms`."""
    gestures = Gestures(0)
    out = []
    now_ms = 0
    for word in story.split():
        at_ms = int(word[1:])
        while step_ms and now_ms + step_ms < at_ms:
            now_ms += step_ms
            out += gestures.tick(now_ms)
        now_ms = at_ms
        out += gestures.edge(word[0].lower(), word[0].islower(), at_ms)
    end_ms = now_ms + late_ms
    while step_ms and now_ms < end_ms:
        now_ms += step_ms
        out += gestures.tick(now_ms)
    out += gestures.tick(end_ms)
    return out


def read(story: str, late_ms: int = 5000, step_ms: int = 0) -> list[str]:
    """The gestures of a story."""
    said = everything(story, late_ms, step_ms)
    return [str(item[1]) for item in said if item[0] == "gesture"]


STORIES: "tuple[tuple[str, list[str]], ...]" = (
    ("a100 A220", ["a-short"]),
    ("d100 D220", ["d-short"]),
    ("a100 A220 a400 A500", ["a-double"]),
    ("a100 A220 a620 A700", ["a-double"]),  # WINDOW_MS after letting go
    ("a100 A220 a700 A800", ["a-short", "a-short"]),
    ("d100 D220 d400 D500", ["d-double"]),
    ("a100 A220 a400 A500 a700 A800", ["a-double"]),  # further presses belong to the double
    ("a100 A2099", ["a-short"]),
    ("a100 A2100", ["a-hold"]),
    ("d100 D2100", ["d-hold"]),
    ("d100 D200 d400 D2600", ["d-short", "d-hold"]),
    ("a100", []),  # held for ever: no meaning until it is let go
    ("a0 A120 d1000 D1120", ["a-short", "d-short"]),
    ("d0 D120", ["d-short"]),  # in the very first millisecond
    # bounces and glitches
    ("a100 A103 a105 A108 a110 A300", ["a-short"]),
    ("a100 A300 a305 A309", ["a-short"]),
    ("a100 A115", []),
    ("s100 S110", []),
    # SOS
    ("s100 S2100", ["sos-hold"]),
    ("s100 S2099", ["sos-let-go"]),
    ("s100 S899", []),
    ("s100 S900", ["sos-let-go"]),
    ("s100", ["sos-hold"]),  # held for ever: once
    ("s100 S200 s1000 S1100 s3100 S3200", ["sos-stabs"]),
    ("s100 S200 s1000 S1100 s3101 S3200", []),
    ("s100 S200 s300 S400 s500 S600 s700 S800 s900 S990 s1100 S1200", ["sos-stabs"] * 2),
    ("s100 S200 s300 S400 s500 S2700", ["sos-stabs"]),  # the third press has had its meaning
    ("a50 s100 A500 S2200", ["a-short", "sos-hold"]),  # SOS minds nobody
    ("a50 d60 s100 D1200 A1210 S2200", ["chord", "sos-hold"]),
    # A and D together
    ("a100 d150 A1300 D1310", ["chord"]),
    ("d100 a150 A1300 D1310", ["chord"]),
    ("a100 d150 A1149 D1310", ["chord-broken"]),
    ("a100 d150 A400 D410", ["chord-broken"]),
    ("d100 a1900 A2950 D4000", ["chord"]),  # D leads by 1.8 s
    ("d100 a2600 A3700 D3710", ["chord"]),  # D leads by more than a hold
    ("d100 a150 A1300 D9000", ["chord"]),  # D stays down
    ("a100 d150 A500 a700 A800 D900", ["chord-broken"]),
    ("d100 D200 a300 d350 A500 D510", ["chord-broken"]),  # a tap of D first
    ("d100 D200 a300 d650 A1900 D1910", ["chord"]),
    ("a100 d150 A300 D310 d500 D600", ["chord-broken"]),  # D again, alone: the same attempt
    ("a100 d150 A300 D310 d500 D2700", ["chord-broken"]),
    ("a100 d150 A1300 D1310 d2309 D2400", ["chord"]),
    ("a100 d150 A1300 D1310 d2400 D2500", ["chord", "d-short"]),
    ("d100 a200 A205 D400", ["chord-broken"]),  # a touch shorter than a bounce
    ("a100 d105 A110 D112", []),  # two glitches are no press
    ("d100 D200 a250 A350", ["d-short", "a-short"]),  # one after the other is no chord
)


def test_every_story_reads_as_told_whether_ticked_early_or_late() -> None:
    for story, gestures in STORIES:
        assert read(story) == gestures, story
        for step_ms in (1, 7, 20, 333):
            assert read(story, step_ms=step_ms) == gestures, (story, step_ms)


def test_a_gesture_says_when_it_began_and_how_long_it_was_held() -> None:
    """Everything that comes out, with its dates: felt, the gesture, and what a chord is felt as."""
    for story, said in (
        ("a100 A220", [("felt", "tick"), ("gesture", "a-short", 100, 120)]),
        (
            "a100 A220 a400 A500",
            [("felt", "tick"), ("felt", "tick"), ("gesture", "a-double", 100, 100)],
        ),
        (
            "d100 D2300",
            [("felt", "tick"), ("felt", "read-hold"), ("gesture", "d-hold", 100, 2200)],
        ),
        (
            "d100 D200 d400 D2600",
            [
                ("felt", "tick"),
                ("felt", "tick"),
                ("felt", "read-hold"),
                ("gesture", "d-short", 100, 0),
                ("gesture", "d-hold", 400, 2200),
            ],
        ),
        (
            "a100 d150 A1300 D1310",
            [
                ("felt", "tick"),
                ("gesture", "chord", 100, 1070),
                ("read", "chord", 100, 1210),
            ],
        ),
        (
            "a100 d150 A400 D410 d600 D700",
            [
                ("felt", "tick"),
                ("gesture", "chord-broken", 100, 310),
                ("felt", "tick"),
                ("felt", "read-short"),
                ("read", "chord-broken", 100, 310),
            ],
        ),
        # dated from the edge from which it stood
        ("a100 A103 a105 A300", [("felt", "tick"), ("gesture", "a-short", 105, 195)]),
        (
            "s100 S1000",
            [("felt", "tick"), ("felt", "ramp-1"), ("gesture", "sos-let-go", 100, 900)],
        ),
        (
            "s100 S200 s1000 S1100 s2000 S2100",
            [("felt", "tick")] * 3 + [("gesture", "sos-stabs", 100, 1900)],
        ),
    ):
        assert everything(story) == said, story


def test_every_gesture_of_the_wire_is_told_and_no_other() -> None:
    told: set[str] = set()
    for _story, gestures in STORIES:
        told.update(gestures)
    assert told == set(GESTURES) - {"none"}


def test_a_contact_that_never_settles_counts_as_down() -> None:
    story = " ".join("%s%d" % ("sS"[i % 2], 100 + 7 * i) for i in range(400))
    assert read(story)[0] == "sos-hold"


def test_a_contact_that_chattered_and_came_to_rest_is_up_again() -> None:
    for edges in (28, 36):  # at rest before it counts as down, and after
        chatter = " ".join("%s%d" % ("aA"[i % 2], 100 + 7 * i) for i in range(edges))
        assert read(chatter) == ["a-short"], edges
        assert read(chatter + " a2000 A2100") == ["a-short", "a-short"], edges


def test_no_ragged_chord_is_ever_departed_or_home_safe() -> None:
    for lead_ms in (-2500, -900, -350, -30, 0, 30, 350, 900, 2500):
        for together_ms in (1, 10, 30, 500, 1000, 2500):
            for tail_ms in (-900, -30, 0, 30, 900, 2500):
                first, second = ("a", "d") if lead_ms >= 0 else ("d", "a")
                begin_ms = 100 + abs(lead_ms)
                end_ms = begin_ms + together_ms
                ups = (second, first) if tail_ms >= 0 else (first, second)
                story = "%s100 %s%d %s%d %s%d" % (
                    first,
                    second,
                    begin_ms,
                    ups[0].upper(),
                    end_ms,
                    ups[1].upper(),
                    end_ms + abs(tail_ms),
                )
                gestures = read(story)
                assert gestures in (["chord"], ["chord-broken"], []), story
                if gestures == []:  # a glitch on both and nothing else
                    assert abs(lead_ms) + together_ms < 60, story


def test_the_limits_are_those_of_the_table() -> None:
    assert (HOLD_MS, CHORD_MS, WINDOW_MS, TAIL_MS) == (2000, 1000, 400, 1000)
