"""docs/card.html shows what the code runs: every gesture, every pattern, to scale, and no more."""

import re
from xml.etree import ElementTree

from firmware.pendant import gestures, sos
from firmware.pendant.meanings import MEANINGS
from firmware.pendant.patterns import PATTERNS
from tests.firmware.pendant_card import (
    AFTER_SOS,
    ALARM,
    BAD,
    CARD,
    GOOD,
    MM_PER_S,
    OTHER,
    SELF_EXPLAINING,
    TAUGHT,
    VISIT,
    made,
    wave,
)
from tests.firmware.pendant_tables import feel


def test_the_card_shows_what_the_code_runs() -> None:
    assert CARD.read_text(encoding="utf-8") == made(), "run python -m tests.firmware.pendant_card"


def test_every_gesture_is_on_it() -> None:
    assert {gesture for gesture, _, _ in VISIT} | {*ALARM, *TAUGHT} == set(MEANINGS)


def test_the_silent_sign_is_not() -> None:
    text = re.sub(r"<[^>]*>|\s+", " ", made())
    assert "A and D" not in text
    assert "chord" not in made()
    assert "never written down" in text


def test_every_pattern_is_on_it_once_and_good_and_bad_stand_apart() -> None:
    shown = [*AFTER_SOS, *GOOD, *BAD, *OTHER]
    assert sorted([*shown, *SELF_EXPLAINING]) == sorted(PATTERNS)
    assert {PATTERNS[name][0] for name in GOOD} == {"good"}
    assert {PATTERNS[name][0] for name in BAD} == {"bad"}
    assert {PATTERNS[name][0] for name in OTHER} == {"neutral"}


def test_what_is_said_of_times_is_what_the_code_waits_for() -> None:
    text = re.sub(r"\s+", " ", made())
    assert (sos.HOLD_MS, "Hold SOS for 2 seconds") == (2000, "Hold SOS for 2 seconds")
    assert "Hold SOS for 2 seconds" in text
    assert (sos.STABS, sos.STABS_MS) == (3, 3000)
    assert "press it three times</strong> in 3 seconds" in text
    assert gestures.LONG_MS == 6000
    assert "A held for 6&nbsp;seconds: quiet" in text
    assert feel("stored") == "····"
    assert "until the rattle becomes four short pulses" in text


def test_pulses_are_drawn_to_scale_in_their_order() -> None:
    for name in set(PATTERNS) - SELF_EXPLAINING:
        found = ElementTree.fromstring(wave(name)).findall("rect")
        kinds = "".join("–" if each.get("class", "").startswith("long") else "·" for each in found)
        assert kinds == feel(name)
        starts = [float(each.get("x", "nan")) for each in found]
        at_ms, wanted = 0, []
        for on_ms, off_ms, *_ in PATTERNS[name][2]:
            wanted.append(round(at_ms / 1000 * MM_PER_S, 2))
            at_ms += on_ms + off_ms
        assert starts == wanted


def test_no_code_phrase_or_address_is_asked_for() -> None:
    labels = re.findall(r"<dt>(.*?)</dt>", made())
    assert labels == ["Office", "Duty manager", "This pendant is"]
