"""A broken policy is refused with every fault: file, line, key, and what is allowed."""

from pathlib import Path

import pytest

from hub.policy.load import PolicyFaults, load, shipped
from hub.policy.spans import agreed_span_ms, calendar_span, clock_min, span_ms

TEXT = shipped("homemaker-exeter").read_text(encoding="utf-8")


def faults_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "broken.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyFaults) as caught:
        load(path)
    return [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


# what is changed: (the words, what stands there instead, what the fault must say)
BROKEN = [
    ('wait = "20 min"', 'wait = "20min"', "allowed is a time like"),
    ('wait = "20 min"', 'wait = "-5 min"', "allowed is a time like"),
    ('wait = "20 min"', 'wait = "25 h"', "a day at most"),
    ('wait = "20 min"', "wait = 20", "20 is wrong; allowed is"),
    ('repeat = "agreed"', 'repeat = "5 s"', "too often"),
    ('anchor = "awaited"', 'anchor = "lunch"', "allowed is one of planned_start, awaited"),
    ('kind = "call_back_due"', 'kind = "call_back"', "'call_back' is wrong; allowed is one of"),
    ('phases = ["at-door"]', 'phases = ["at-the-door"]', "'at-the-door' is wrong"),
    ('action = "raise"', 'action = "shout"', "one of raise, page, prompt"),
    ('when = ["call_backs_on"]', 'when = ["friday"]', "'friday' is wrong"),
    ('ladder = "call-back"', 'ladder = "stairs"', "'stairs' is no ladder; allowed: sos"),
    ('levels = ["enhanced"]', 'levels = ["vip"]', "'vip' is no level; allowed: standard"),
    ('roles = ["tracker"], wait', 'roles = ["traker"], wait', "'traker' is no role"),
    ('roles = ["tracker"], wait', "roles = [], wait", "is empty; allowed is a list of roles"),
    ('first_lease = "2 min"', 'first_lease = "3 min"', "180 s is too long for an SOS"),
    ('clause = ["HM-4.2.2", "HM-4.1.3"]', 'clause = ["HM-99"]', "'HM-99' is wrong"),
    ('source = "4.2.2, 4.1.3"', 'sauce = "4"', "did you mean source?"),
    ('id = "call-back-manager"', 'id = "call-back"', "is there 2 times"),
    ('letter = "T"', 'letter = "A"', "'A' is there 2 times"),
    ('letter = "T"', 'letter = "t"', "one to three capitals"),
    ('requires = ["times"]', 'requires = ["luck"]', "'luck' is wrong"),
    ('command = "plan_visit"', 'command = "plan_vist"', "one of plan_visit, start_out"),
    ('event = "family"', 'event = "aunt"', "one of sos_pressed"),
    ('then = "home"', 'then = "pub"', "one of base, home, next"),
    ('prompt = "contact-tracker"', 'prompt = "Contact tracker!"', "lower case letters"),
    ('prompt = "contact-tracker"', f'prompt = "{"x" * 21}"', "20 at most"),
    ('at = ["alarm:sos"]', 'at = ["alarm:tea"]', "moments like"),
    ('say = "call-999"', 'say = "call-111"', "'call-111' is no instruction"),
    ('every = "24 months"', 'every = "24 moons"', "a span like"),
    ('closes = "17:30"', 'closes = "25:30"', 'a time like "17:30"'),
    ('closes = "17:30"', 'closes = "08:30"', "closes before it opens"),
    ("version = 1", "version = 0", "from 1 to 9999"),
    ('order = ["work-mobile"', 'order = ["pigeon"', "'pigeon' is wrong"),
    ('until = ["contact"]\n', "untill = []\n", "did you mean until?"),
    ("backstop = true\n", "backstop = true\nprompt = 'x'\n", "is not a setting"),
]


@pytest.mark.parametrize(("words", "instead", "said"), BROKEN, ids=[b[1][:40] for b in BROKEN])
def test_a_broken_line_is_named(tmp_path: Path, words: str, instead: str, said: str) -> None:
    assert words in TEXT
    faults = faults_of(tmp_path, TEXT.replace(words, instead, 1))
    assert any(said in fault for fault in faults), faults
    changed = line_of(TEXT, words)
    lines = [int(fault.split(":")[0]) for fault in faults if said in fault]
    block = TEXT[: TEXT.index(words)].rfind("\n\n")
    first = TEXT[:block].count("\n")
    assert any(first <= line <= changed + 12 for line in lines), (lines, changed)


def block_of(table: str, row: str) -> str:
    """The whole [[table]] block with that id, as it stands in the file."""
    for block in TEXT.split("\n\n"):
        if block.startswith(f"[[{table}]]") and row in block:
            return block
    raise AssertionError(f"no {table} {row}")


# A rule taken out that would leave somebody unwatched: (table, row, what the fault says)
UNWATCHED = [
    ("timer", 'id = "unattended"', "has no backstop in 'planned'"),
    ("timer", 'id = "finish"', "has no alarm from finish"),
    ("timer", 'id = "departure-unconfirmed"', "has no alarm from departure_claim"),
    ("timer", 'id = "home"', "has no alarm from departed or expected_back in 'going-home'"),
    ("on", 'event = "sos_pressed"', "is missing for event 'sos_pressed'"),
    ("on", 'event = "nobody_on_duty"', "is missing for event 'nobody_on_duty'"),
    ("gate", 'id = "spoken-arrival"', "always requires 'read_back' before she is let in"),
    ("after", 'then = "next"', "is missing for then = 'next'"),
    ("ladder", 'id = "sos"', "'sos' is no ladder"),
    ("role", 'id = "office"', "'office' is no role"),
]


@pytest.mark.parametrize(("table", "row", "said"), UNWATCHED, ids=[u[1] for u in UNWATCHED])
def test_nobody_is_left_unwatched(tmp_path: Path, table: str, row: str, said: str) -> None:
    text = TEXT
    if row == 'id = "finish"':
        # Its second timer, for the manager, counts from the finish as well.
        text = TEXT.replace(block_of("timer", 'id = "finish-manager"'), "")
    faults = faults_of(tmp_path, text.replace(block_of(table, row), ""))
    assert any(said in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("words", "instead", "said"),
    [
        ('phases = ["inside", "leaving"]', 'phases = ["inside"]', "lacks 'leaving'"),
        ("backstop = true\n", "", "'unknown' is for a backstop only"),
        (
            '{ roles = ["office"], wait = "3 min" },\n    { roles = ["office", "duty-manager"]',
            '{ roles = ["tracker"], wait = "3 min" },\n    { roles = ["tracker"]',
            "hangs on the visit's own people alone",
        ),
        ('roles = ["duty-manager", "director"]\nreason', "reason", "whose agreement counts?"),
        ('clause = ["HM-2.5"]\n', "", 'or source = "ours"'),
        (
            'requires = ["spoken", "read_back"]',
            'requires = ["spoken", "read_back"]\noverride = ["office"]',
            "always requires 'spoken'",
        ),
        ('about = "carry_on_asked"', 'about = "longer_please"', "no sentence for a page about"),
    ],
)
def test_what_looks_right_and_is_not(tmp_path: Path, words: str, instead: str, said: str) -> None:
    assert words in TEXT
    faults = faults_of(tmp_path, TEXT.replace(words, instead, 1))
    assert any(said in fault for fault in faults), faults


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = TEXT
    for words, instead, _ in BROKEN[:3] + BROKEN[5:8]:
        text = text.replace(words, instead, 1)
    found = faults_of(tmp_path, text)
    assert len(found) >= 4
    lines = [int(fault.split(":")[0]) for fault in found]
    assert lines == sorted(lines)


def test_what_is_no_policy_at_all(tmp_path: Path) -> None:
    assert "is not TOML" in faults_of(tmp_path, "[policy\n")[0]
    (empty,) = faults_of(tmp_path, "")
    assert "is empty: begin with [policy] and its id" in empty
    assert any("policy.id" in fault for fault in faults_of(tmp_path, "[policy]\n"))
    with pytest.raises(PolicyFaults, match="cannot be read"):
        load(tmp_path / "absent.toml")
    assert faults_of(tmp_path, '[policy]\nbase = "nowhere"\n')[0].startswith(
        "nowhere:1: is no shipped procedure; there is "
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("90 s", 90_000),
        ("20 min", 1_200_000),
        ("24 h", 86_400_000),
        ("0 s", 0),
        ("25 h", None),
        ("020 min", None),
        ("20  min", None),
        ("20 mins", None),
        ("1.5 h", None),
        ("-1 s", None),
        ("", None),
        ("20 min ", None),
    ],
)
def test_a_duration_is_strict(text: str, found: int | None) -> None:
    assert span_ms(text) == found


def test_agreed_calendar_and_clock() -> None:
    assert agreed_span_ms("agreed") == (True, 0)
    assert agreed_span_ms("agreed + 10 min") == (True, 600_000)
    assert agreed_span_ms("10 min") == (False, 600_000)
    assert agreed_span_ms("agreed + agreed") is None
    assert calendar_span("36 months") == (36, 0)
    assert calendar_span("1 day") == (0, 1)
    assert calendar_span("0 days") is None
    assert (clock_min("17:30"), clock_min("24:00"), clock_min("7:30")) == (1050, None, None)
