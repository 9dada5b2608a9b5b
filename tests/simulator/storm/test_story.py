"""A plan as a scenario file: read back as it was written, and every fault told with its line."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from hub.toml_source import Faults, parse
from simulator.storm import story
from simulator.storm.drawing import draw
from simulator.storm.plan import ACTS, Act, Plan
from simulator.storm.rates import Rates
from simulator.storm.story import Story, exact, filed, load, understood, written

PAGE = Path(__file__).parents[3] / "docs" / "scenarios.md"
HEAD = (
    '[storm]\ntitle = "a"\nseed = 4\npolicy = "plain"\nworkers = 2\n'
    'start = "2027-01-04T09:00:00Z"\nlength = "90 min"\n'
)


def faults_of(text: str) -> list[str]:
    try:
        understood(parse(text, "s.toml"))
    except Faults as faults:
        return [str(fault).removeprefix("s.toml:") for fault in faults.faults]
    return []


@pytest.mark.parametrize("seed", range(40))
def test_what_is_written_is_read_back_as_it_was(seed: int) -> None:
    plan = replace(draw(seed), notes={})
    whole = Story("it breaks", plan, "not-lost", "s.toml")
    assert understood(parse(written(whole), "s.toml")) == whole


def test_each_rate_is_read_back() -> None:
    for each in fields(Rates):
        rates = Rates()
        setattr(rates, each.name, 7 if isinstance(getattr(rates, each.name), int) else 0.25)
        plan = Plan(1, "plain", 1, 1_798_000_000_123, 60_000, rates)
        text = written(Story("t", plan))
        assert f"{each.name} = " in text
        assert understood(parse(text, "s.toml")).plan == plan


def test_words_are_read_back_whatever_is_in_them(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "9.toml"
    plan = Plan(9, "plain", 1, 1_798_000_000_000, 60_000, Rates())
    told = Story('she felt "stored" — and\tC:\\ was full', plan, "crash")
    filed(told, path, "what it is\n" + "long " * 60)
    assert load(path) == replace(told, file=str(path))
    assert load(path).name == "9"
    assert max(map(len, path.read_text().splitlines())) <= 100


def test_a_length_is_spelt_without_a_loss() -> None:
    spelt = {0: "0 s", 7_200_000: "2 h", 5_400_000: "90 min", 61_000: "61 s", 1_001: "1001 ms"}
    assert {ms: exact(ms) for ms in spelt} == spelt


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace("seed = 4", "seed = -1"), "3: storm.seed: -1 is wrong"),
        (HEAD.replace("plain", "mine"), "4: storm.policy: 'mine' is wrong; allowed is one of"),
        (HEAD.replace("= 2\n", "= 11\n"), "5: storm.workers: 11 is wrong"),
        (HEAD.replace("00Z", "00"), "6: storm.start: '2027-01-04T09:00:00' is wrong; allowed"),
        (HEAD.replace("90 min", "soon"), "7: storm.length: 'soon' is wrong; allowed is a time"),
        (HEAD.replace("90 min", "900 h"), "7: storm.length: '900 h' is wrong; allowed is at most"),
        (HEAD + 'breaks = "it all"\n', "8: storm.breaks: 'it all' is wrong; allowed is one of"),
        (HEAD + "lenght = 3\n", "8: storm.lenght: is not a setting; did you mean length?"),
        (HEAD + "[storm.rates]\nlots = 0.1\n", "8: storm.rates: lots is not a rate; there are"),
        (HEAD + "[storm.rates]\nlost = -1\n", "8: storm.rates: lost: -1 is wrong"),
        (HEAD + "[storm.rates]\nslow_ms = 0.5\n", "8: storm.rates: slow_ms: 0.5 is wrong"),
        (HEAD + '[[act]]\nat = "1 s"\nkind = "snow"\n', "10: act[1].kind: 'snow' is wrong"),
        (HEAD + '[[act]]\nat = "1 s"\nkind = "visit"\nwho = "x"\n', "11: act[1].who: 'x' is wrong"),
        (HEAD + '[[act]]\nkind = "denial"\n', "8: act[1].at: is missing"),
        (HEAD + '[[act]]\nat = "1 s"\nkind = "press"\ndetail = "x"\n', "11: act[1].detail: 'x'"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, said: str) -> None:
    found = faults_of(text)
    assert any(fault.startswith(said) for fault in found), found


def test_the_page_names_every_key_and_act() -> None:
    page = PAGE.read_text(encoding="utf-8")
    part = page[page.index("## Stories of the storm") : page.index("## The scenarios")]
    plan = Plan(1, "plain", 1, 1_798_000_000_000, 60_000, Rates(lost=0.1),
                (Act(1, "press", "ada", 1, "a-short"),))  # fmt: skip
    for key in re.findall(r"^(\w+) = ", written(Story("t", plan)), re.MULTILINE):
        assert f"`{key}`" in part or key == "lost", key
    made = part[part.index("made: acts") :]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", made, re.MULTILINE))
    assert rows == {"kind": "means", **ACTS}


def test_the_stories_that_are_kept_can_be_read() -> None:
    kept = sorted(story.KEPT.glob("*.toml"))
    for path in kept:
        assert load(path).title
