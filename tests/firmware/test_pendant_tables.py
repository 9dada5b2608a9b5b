"""docs/pendant.md shows what the code runs; and the patterns can be told apart by feel alone."""

import ast
from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.pendant.feedback import (
    FEELS,
    LOUD,
    MAX_GAP_MS,
    MAX_QUEUED,
    MIN_STRENGTH_PCT,
    REST_MS,
    Player,
)
from firmware.pendant.meanings import MEANINGS, meaning
from firmware.pendant.patterns import PATTERNS
from protocol.errors import LocalProtocolError
from protocol.messages import GESTURES, PHASES, Arrived, Ok, Replied
from tests.firmware.pendant_tables import PAGE, feel, made
from tests.tree import python_files

PROMISES = ("stored", "hub-has-it", "person-has-it", "over", "go-in")
TABLES = ("feedback.py", "patterns.py")
LED_COLOURS = ("white", "green", "blue", "red")


def test_the_page_shows_what_the_code_runs() -> None:
    page = PAGE.read_text()
    assert made(page) == page, "run python -m tests.firmware.pendant_tables"


def test_every_pattern_that_is_felt_is_in_the_table_and_the_other_way_round() -> None:
    named = set()
    for path, source in python_files():
        if not path.startswith("firmware/pendant/") or path.endswith(TABLES):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and node.value in PATTERNS:
                named.add(node.value)
    # "read-" and the rest of the gesture's name; "quiet-" and what it is now
    computed = {"read-short", "read-double", "quiet-on", "quiet-off"}
    assert named | computed == set(PATTERNS)


def test_every_gesture_of_the_wire_has_a_meaning() -> None:
    assert set(MEANINGS) == set(GESTURES) - {"none"}
    for gesture in MEANINGS:
        for phase in PHASES:
            for prompt in ("", "q1"):
                kind = meaning(gesture, phase, prompt)
                assert (kind is Replied) == (meaning(gesture, phase, "") is Ok and prompt != "")
    assert {phase for phase in PHASES if meaning("a-short", phase, "q1") is Arrived} == {
        "planned",
        "on-the-way",
    }


def test_every_pattern_that_can_be_felt_has_a_meaning() -> None:
    assert list(PATTERNS) == list(FEELS)


def distance(left: str, right: str) -> int:
    """Pulses to add, leave out or change to feel one for the other."""
    row = list(range(len(right) + 1))
    for number, pulse in enumerate(left, 1):
        above, row[0] = row[0], number
        for place, other in enumerate(right, 1):
            above, row[place] = (
                row[place],
                min(above + (pulse != other), row[place] + 1, row[place - 1] + 1),
            )
    return row[-1]


def test_no_two_patterns_feel_the_same() -> None:
    for one, other in combinations(PATTERNS, 2):
        assert feel(one) != feel(other), (one, other)


def test_a_promise_is_two_pulses_away_from_everything_else() -> None:
    for one, other in combinations(PATTERNS, 2):
        if one in PROMISES or other in PROMISES:
            assert distance(feel(one), feel(other)) >= 2, (one, other)


def test_no_pattern_begins_like_one_of_the_opposite_tone() -> None:
    for one, other in permutations(PATTERNS, 2):
        if feel(other).startswith(feel(one)):
            assert {PATTERNS[one][0], PATTERNS[other][0]} != {"good", "bad"}, (one, other)


def test_the_end_of_a_pattern_is_known_from_the_silence() -> None:
    for name, (tone, means, pulses) in PATTERNS.items():
        assert tone in ("good", "bad", "neutral") and means, name
        for on_ms, off_ms, strength_pct, led in pulses:
            assert 20 <= on_ms <= 500 and off_ms <= MAX_GAP_MS < REST_MS, name
            assert 0 < strength_pct <= 100 and led in LED_COLOURS, name


def played(player: Player, from_ms: int, until_ms: int) -> list[tuple[int, int, str]]:
    """(moment, strength, led) of every change, stepping as the player asks."""
    changes: list[tuple[int, int, str]] = []
    now_ms = from_ms
    while now_ms < until_ms:
        strength_pct, led = player.output(now_ms)
        if not changes or changes[-1][1:] != (strength_pct, led):
            changes.append((now_ms, strength_pct, led))
        wait_ms = player.next_ms(now_ms)
        if wait_ms < 0:
            break
        now_ms += wait_ms
    return changes


def pulse_lengths(changes: list[tuple[int, int, str]]) -> str:
    lengths = [later[0] - sooner[0] for sooner, later in pairwise(changes) if sooner[1] > 0]
    return "".join("°" if ms < 60 else "·" if ms < 200 else "–" for ms in lengths)


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_the_player_plays_each_pattern_as_it_stands(name: str) -> None:
    player = Player(quiet=False)
    player.play(name, 1000)
    changes = played(player, 1000, 20_000)
    assert pulse_lengths(changes) == feel(name)
    assert {led for _ms, strength, led in changes if strength} == {PATTERNS[name][2][0][3]}
    assert changes[-1][1:] == (0, "off")


def test_patterns_follow_one_another_after_a_rest() -> None:
    player = Player(quiet=False)
    player.play("stored", 0)
    player.play("hub-has-it", 10)
    changes = played(player, 0, 20_000)
    assert pulse_lengths(changes) == feel("stored") + feel("hub-has-it")
    rests = [later[0] - sooner[0] for sooner, later in pairwise(changes) if sooner[1] == 0]
    assert max(rests) >= REST_MS


def test_a_press_is_felt_at_once_and_what_it_cuts_is_played_again_from_its_start() -> None:
    player = Player(quiet=False)
    player.play("stored", 0)
    player.play("hub-has-it", 10)
    assert player.output(100) == (0, "off")
    player.play("tick", 260)  # the second of four pulses has just begun
    assert player.output(260) == (50, "white")
    changes = played(player, 260, 20_000)
    assert pulse_lengths(changes) == feel("tick") + feel("stored") + feel("hub-has-it")
    ends_ms, begins_ms = changes[1][0], changes[2][0]
    assert begins_ms - ends_ms >= REST_MS, "the rattle ends the half that was felt"


def test_no_pattern_but_those_of_the_moment_ends_in_a_rattle() -> None:
    """So one that does was cut by a press, and said nothing."""
    for name in PATTERNS:
        assert feel(name).endswith("°") == (feel(name).strip("°") == ""), name


@given(st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(sorted(PATTERNS))), max_size=30))
def test_whatever_plays_a_press_moves_the_motor_at_once(plays: list[tuple[int, str]]) -> None:
    player, now_ms = Player(quiet=True), 0
    for gap_ms, name in plays:
        now_ms += gap_ms
        player.play(name, now_ms)
        if name == "tick":
            assert player.output(now_ms)[0] > 0
    player.play("tick", now_ms)
    assert player.output(now_ms)[0] > 0


def test_quiet_is_softer_and_dark_but_never_for_what_answers_an_sos() -> None:
    for name in PATTERNS:
        loud, soft = Player(quiet=False), Player(quiet=True)
        for player in (loud, soft):
            player.play(name, 0)
        weaker = [
            (quiet[1], usual[1])
            for quiet, usual in zip(played(soft, 0, 20_000), played(loud, 0, 20_000), strict=False)
            if quiet[1] or usual[1]
        ]
        assert all((quiet == usual) == (name in LOUD) for quiet, usual in weaker if usual > 75), (
            name
        )
        assert all(MIN_STRENGTH_PCT <= quiet <= usual for quiet, usual in weaker), name
    assert set(LOUD) <= set(PATTERNS)


def test_quiet_can_be_changed_in_the_middle() -> None:
    player = Player(quiet=False)
    player.play("received", 0)
    assert player.output(0) == (90, "green")
    player.hush(True)
    assert player.output(1) == (54, "off")
    assert not player.resting()
    played(player, 1, 20_000)
    assert player.resting()


def test_it_is_told_which_pattern_is_felt_and_how_many_have_begun() -> None:
    player = Player(quiet=False)
    assert (player.playing(), player.count) == ("", 0)
    player.play("stored", 0)
    player.play("received", 10)  # waits
    assert (player.playing(), player.count) == ("stored", 1)
    length_ms = sum(on_ms + off_ms for on_ms, off_ms, *_ in PATTERNS["stored"][2])
    player.output(length_ms)
    assert (player.playing(), player.count) == ("", 1)
    player.output(length_ms + REST_MS)
    assert (player.playing(), player.count) == ("received", 2)


def test_a_tick_is_felt_at_once_and_rests_for_nothing() -> None:
    player = Player(quiet=False)
    player.play("tick", 0)
    assert player.output(0)[0] > 0
    player.play("read-short", 70)
    assert player.output(71)[0] > 0


def test_the_queue_is_bounded_and_keeps_the_newest() -> None:
    player = Player(quiet=True)
    for number in range(50):
        player.play(("received", "not-sent")[number % 2], number)
    player.play("person-has-it", 60)
    changes = played(player, 60, 60_000)
    assert pulse_lengths(changes).endswith(feel("person-has-it"))
    assert len(pulse_lengths(changes)) <= (MAX_QUEUED + 1) * 6
    assert {led for _ms, _strength, led in changes} == {"off"}


def test_as_many_wait_as_are_allowed_and_then_the_oldest_is_left_out() -> None:
    names = [name for name in PATTERNS if PATTERNS[name][0] == "bad"] + ["over"]
    for waiting in (MAX_QUEUED, MAX_QUEUED + 1):
        player = Player(quiet=False)
        for name in ("started", *names[:waiting]):
            player.play(name, 0)
        kept = names[:waiting][-MAX_QUEUED:]
        expected = feel("started") + "".join(feel(name) for name in kept)
        assert pulse_lengths(played(player, 0, 120_000)) == expected


def test_the_player_wakes_for_every_change_and_for_nothing_else() -> None:
    player = Player(quiet=False)
    assert player.next_ms(0) == -1
    player.play("read-short", 0)
    player.play("received", 0)
    (short_ms, gap_ms, _strength, _led), (long_ms, _gap, _pct, _colour) = PATTERNS["received"][2]
    begins_ms = short_ms + gap_ms + REST_MS
    moments = [0, short_ms, short_ms + gap_ms, begins_ms, begins_ms + short_ms]
    moments += [begins_ms + short_ms + gap_ms, begins_ms + short_ms + gap_ms + long_ms]
    for now_ms, due_ms in pairwise(moments):
        player.output(now_ms)
        assert player.next_ms(now_ms) == due_ms - now_ms
        assert player.next_ms(due_ms - 1) == 1
    assert player.output(begins_ms)[0] > 0


def test_the_first_pattern_begins_with_the_clock() -> None:
    player = Player(quiet=False)
    player.play("received", 0)
    assert player.output(0) == (90, "green")


def test_an_unknown_pattern_is_our_own_fault() -> None:
    with pytest.raises(LocalProtocolError, match=r"^no pattern 'warble'$"):
        Player(quiet=False).play("warble", 0)
