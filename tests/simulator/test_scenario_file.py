"""Scenario files: every fault is told with its line, and the page about them names everything."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from hub.policy.load import SHIPPED as POLICIES
from hub.policy.load import load as load_policy
from hub.policy.load import shipped
from hub.policy.terms import terms_text
from hub.toml_source import Faults
from simulator.live.pendant import GESTURES
from simulator.live.scenario import EXPECT, FAULTS, FOLDER, KINDS, STRICT, load
from simulator.live.span import (
    Moment,
    begin_ms,
    day_text,
    is_begin,
    is_day,
    is_moment,
    is_span,
    moment,
    span_ms,
    spell,
)

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"
SHIPPED = sorted(FOLDER.glob("*.toml"))

HEAD = '[scenario]\ntitle = "a"\nwearers = ["bea"]\n'


def faults_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "s.toml"
    path.write_text(text)
    try:
        load(path)
    except Faults as faults:
        return [str(fault).removeprefix(f"{path}:") for fault in faults.faults]
    return []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_file_is_lawful_and_expects_something(path: Path) -> None:
    scenario = load(path)
    steps = scenario.steps + (scenario.repeat.steps if scenario.repeat else ())
    assert any(step.kind == "expect" for step in steps)
    assert scenario.name == path.stem


def test_the_demo_and_fifteen_others_are_shipped() -> None:
    names = {path.stem for path in SHIPPED}
    assert names >= {
        "standard-visit", "enhanced-stand-down", "enhanced-carry-on", "call-back-missed",
        "poor-coverage-overrun", "sos-acknowledged", "sos-beside-another-alarm",
        "sos-breaks-the-lease", "sos-broker-killed", "pendant-cut-before-stored",
        "pendant-cut-after-stored", "hub-killed", "hub-restored", "arrival-without-tracker",
        "duress-silent", "office-day",
    }  # fmt: skip
    killed = load(FOLDER / "hub-killed.toml").repeat
    assert killed is not None
    assert (killed.count, killed.kill) == (200, "hub")


def test_every_procedure_is_played() -> None:
    played = Counter(load(path).policy for path in SHIPPED)
    assert set(played) == {path.stem for path in POLICIES.glob("*.toml")}
    for name in ("homemaker-exeter", "derbyshire-childrens-services", "sutton-cypl",
                 "leading-futures", "carers-trust-d06b"):  # fmt: skip
        assert played[name] >= 4, name


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_scenario_fits_its_world_and_its_procedure(path: Path) -> None:
    """Nobody is paged who is not there, nothing is cited that no row of the procedure cites."""
    scenario = load(path)
    policy = load_policy(shipped(scenario.policy))
    world = tomllib.loads(scenario.world.read_text())
    people = {person["id"]: person for person in world["person"]}
    steps = scenario.steps + (scenario.repeat.steps if scenario.repeat else ())
    named = {step.by for step in steps if step.by} | {step.who for step in steps if step.who}
    assert named | set(scenario.wearers) | {scenario.screen} <= set(people)
    clients = {client["id"] for client in world["client"]} | {"", None}
    assert {step.values.get("client") for step in steps} <= clients
    held = {role for person in people.values() for role in person.get("roles", ())}
    of_visit = {role.id for role in policy.roles if role.source_of_people == "visit"}
    assert {role.id for role in policy.roles} - of_visit <= held
    assert held <= {role.id for role in policy.roles}
    assert set(scenario.clause) <= cited_in(terms_text(policy))


def cited_in(text: str) -> set[str]:
    return set(re.findall(r"\b[A-Z]{2}-[0-9A-Za-z.]*[0-9A-Za-z]", text))


def test_a_whole_step_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(
        HEAD + '[[step]]\ndo = "extend"\nby = "tom"\nlabel = "more"\nat = "start + 2 min"\n'
        '[step.with]\nvisit = "v"\nend_ms = "now + 1 h"\n'
        '[[step]]\nexpect = "alarm"\nname = "* raised"\nsince = "more"\nlate = "3 s"\n'
    )
    first, second = load(path).steps
    assert (first.kind, first.what, first.by, first.line) == ("do", "extend", "tom", 4)
    assert first.at == Moment("start", 120_000)
    assert dict(first.values) == {"visit": "v", "end_ms": "now + 1 h"}
    assert (second.name, second.since, second.late_ms, second.is_act) == (
        "* raised",
        "more",
        3000,
        False,
    )


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("", "4: step[1]: needs exactly one of press, do, fault, expect, absent, until; it has 0"),
        ('press = "a-short"\nuntil = "start"', "4: step[1]: needs exactly one"),
        ('press = "a-long"', "5: step[1].press: 'a-long' is wrong; allowed is one of a-short"),
        ('do = "dance"\nby = "tom"', "5: step[1].do: 'dance' is wrong"),
        ('do = "cancel"', "4: step[1].by: is missing"),
        ('fault = "hub"', "5: step[1].fault: 'hub' is wrong; allowed is one of broker kill"),
        ('expect = "smell"', "5: step[1].expect: 'smell' is wrong"),
        ('until = "soon"', "4: step[1].at: no step before this one has the label 'soon'"),
        ('until = "start plus 3"', "5: step[1].until: 'start plus 3' is wrong"),
        ('press = "a-short"\nat = "visit + 1 min"', "6: step[1].at: no step before this one"),
        ('expect = "page"\nlate = "soon"', "6: step[1].late: 'soon' is wrong; allowed is a time"),
        ('expect = "page"\nsince = "x"', "6: step[1].since: no step before this one"),
        ('press = "a-short"\nwithin_s = 3', "6: step[1].within_s: is not a setting"),
        ('press = "a-short"\nlabel = "start"', "6: step[1].label: 'start' is another step's"),
        ('do = "cancel"\nby = "tom"\n[step.with]\nx = [1]', "step[1].with: x: a text"),
    ],
)  # fmt: skip
def test_a_wrong_step_is_told_with_its_line(tmp_path: Path, step: str, said: str) -> None:
    found = faults_of(tmp_path, HEAD + "[[step]]\n" + step + "\n")
    assert any(said in fault for fault in found), found


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path,
        '[scenario]\nspeed = 0\nworld = "mars"\npolicy = "mine"\nbegins = "noon"\n'
        'strict = ["noise"]\n[[allow]]\nsource = "page"\n[[repeat]]\nkill = "cat"\n',
    )
    for said in (
        "title: is missing", "speed: 0", "no mars.toml", "policy: 'mine'", "begins: 'noon'",
        "strict: 'noise'",
        "allow[1].why: is missing", "repeat[1].kill: 'cat'", "has no [[step]]",
    ):  # fmt: skip
        assert any(said in fault for fault in found), (said, found)


def test_the_page_names_every_key_gesture_fault_and_source() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for word in (*GESTURES, *FAULTS, *EXPECT, *KINDS, *STRICT):
        assert f"`{word}`" in page, word
    for path in SHIPPED:
        scenario = load(path)
        shows = f"{scenario.title} | {', '.join(scenario.clause)}"
        row = f"| `{path.name}` | `{scenario.policy}` | {shows} |"
        assert row in page, row
    listed = [line for line in page.splitlines() if line.startswith("| `") and ".toml`" in line]
    assert len(listed) == len(SHIPPED)


@pytest.mark.parametrize(
    ("text", "ms"), [("90 s", 90_000), ("20min", 1_200_000), ("2 h", 7_200_000), ("5 ms", 5)]
)
def test_spans(text: str, ms: int) -> None:
    assert is_span(text)
    assert span_ms(text) == ms


@pytest.mark.parametrize("text", ["", "5", "min", "-5 min", "5 days", "1.5 h", "5 min 3 s"])
def test_what_is_no_span(text: str) -> None:
    assert not is_span(text)
    with pytest.raises(ValueError, match="a time like"):
        span_ms(text)


def test_moments() -> None:
    assert moment("visit") == Moment("visit")
    assert moment("visit + 20 min") == Moment("visit", 1_200_000)
    assert moment("visit-5 s") == Moment("visit", -5_000)
    assert str(moment("visit - 5 s")) == "visit - 5 s"
    for bad in ("", "Visit", "visit +", "+ 5 min", "visit + five min"):
        assert not is_moment(bad)
        with pytest.raises(ValueError, match="a label"):
            moment(bad)


def test_a_span_is_spelt_in_its_two_greatest_parts() -> None:
    assert [spell(ms) for ms in (0, 250, 61_000, 3_600_000, 3_723_004, -90_000)] == [
        "0 s", "250 ms", "1 min 1 s", "1 h", "1 h 2 min", "-1 min 30 s"
    ]  # fmt: skip


def test_a_beginning_is_the_next_such_moment_in_the_zone() -> None:
    saturday_ms = 1_792_834_200_000  # 2026-10-24, 10:30 in London; the next day has 25 hours
    for text, hours in {
        "Sun 10:30": 25,
        "Sat 10:30": 169,
        "Sat 11:30": 1,
        "Fri 10:30": 145,
    }.items():
        found_ms = begin_ms(text, "Europe/London", saturday_ms)
        assert found_ms - saturday_ms == hours * 3_600_000, text
    assert begin_ms("", "Europe/London", saturday_ms) == saturday_ms
    assert not is_begin("Sun 24:00")
    with pytest.raises(ValueError, match="a weekday and a time"):
        begin_ms("noon", "Europe/London", saturday_ms)


def test_a_day_is_a_date_in_the_zone() -> None:
    late_ms = 1_792_879_800_000  # 2026-10-24, 23:10 in London and 22:10 UTC
    for text, date in {"today": "24", "today + 1 day": "25", "today - 23 days": "01"}.items():
        assert is_day(text)
        assert day_text(text, "Europe/London", late_ms) == f"2026-10-{date}"
        assert day_text(text, "Europe/Athens", late_ms) != f"2026-10-{date}"
    with pytest.raises(ValueError, match="a day like today"):
        day_text("tomorrow", "Europe/London", late_ms)
