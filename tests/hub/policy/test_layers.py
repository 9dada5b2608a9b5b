"""A policy on another gives only what it changes; a fault shows where it was written."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.policy.load import PolicyFaults, load, shipped
from hub.policy.model import Policy
from tests.stories.world import ms

HEAD = """\
[policy]
id = "own"
version = 1
base = "plain"
title = "Our own"
organisation = "We"
document = "none"
"""
PLAIN = load(shipped("plain"))


def loaded(tmp_path: Path, text: str, head: str = HEAD, name: str = "own") -> Policy:
    path = tmp_path / f"{name}.toml"
    path.write_text(head + text, encoding="utf-8")
    return load(path)


def faults_of(tmp_path: Path, text: str, head: str = HEAD) -> list[str]:
    with pytest.raises(PolicyFaults) as caught:
        loaded(tmp_path, text, head)
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in caught.value.faults]


def test_a_single_value_is_changed_and_the_rest_of_the_row_stays(tmp_path: Path) -> None:
    own = loaded(tmp_path, '[[timer]]\nid = "finish"\nwait = "7 min"\n')
    assert own.timer["finish"] == replace(PLAIN.timer["finish"], wait_ms=ms("7 min"))
    assert [timer.id for timer in own.timers] == [timer.id for timer in PLAIN.timers]
    others = [timer for timer in own.timers if timer.id != "finish"]
    assert others == [timer for timer in PLAIN.timers if timer.id != "finish"]


def test_a_row_changed_cites_what_it_says_and_else_what_it_cited(tmp_path: Path) -> None:
    own = loaded(
        tmp_path,
        '[[timer]]\nid = "finish"\nclause = ["SU-30"]\nsource = "p. 4"\n'
        '[[ladder]]\nid = "danger"\nlease = "4 min"\n',
    )
    assert (own.timer["finish"].clause, own.timer["finish"].source) == (("SU-30",), "p. 4")
    was = PLAIN.ladder["danger"]
    assert own.ladder["danger"] == replace(was, lease_ms=ms("4 min"))


@pytest.mark.parametrize(
    ("row", "find"),
    [
        ('[[on]]\nevent = "family"\nsay = "Ring back"\n', lambda p: p.on_event["family"].say),
        ('[[after]]\nthen = "next"\nphase = "to-base"\n', lambda p: p.after_then["next"].phase),
        ('[[level]]\nid = "standard"\nname = "Home visit"\n', lambda p: p.levels[0].name),
        ('[[role]]\nid = "manager"\nname = "Head"\n', lambda p: p.role["manager"].name),
        ('[hours]\ncloses = "18:00"\n', lambda p: p.hours.closes_min),
        ("[retention]\nlooks_days = 30\n", lambda p: p.retention.looks_days),
    ],
)  # fmt: skip
def test_every_kind_of_row_by_its_own_key(tmp_path: Path, row: str, find: object) -> None:
    assert callable(find)
    own = loaded(tmp_path, row)
    assert find(own) != find(PLAIN)
    assert own.hours.opens_min == PLAIN.hours.opens_min
    assert own.retention.visit_days == PLAIN.retention.visit_days
    assert len(own.on) == len(PLAIN.on)


def test_new_rows_come_after_those_of_the_base(tmp_path: Path) -> None:
    own = loaded(tmp_path, '[[level]]\nid = "severe"\nname = "High risk"\n')
    assert [level.id for level in own.levels] == [*(row.id for row in PLAIN.levels), "severe"]


def test_a_row_meant_for_the_base_and_misspelt_is_told_as_that(tmp_path: Path) -> None:
    said = faults_of(tmp_path, '[[timer]]\nid = "no-arival"\nwait = "7 min"\n')
    assert [one for one in said if "no timer of the base is 'no-arival'" in one]
    assert [one for one in said if "did you mean no-arrival? A new one needs all its keys" in one]
    said = faults_of(tmp_path, '[[timer]]\nid = "no-arrival"\nwait = "7 mins"\n')
    assert not [one for one in said if "of the base" in one]


def test_a_file_that_names_all_levels_says_their_order(tmp_path: Path) -> None:
    rows = ["severe", *(row.id for row in reversed(PLAIN.levels))]
    own = loaded(tmp_path, "".join(f'[[level]]\nid = "{name}"\nname = "x"\n' for name in rows))
    assert [level.id for level in own.levels] == rows


def test_a_chain_of_three(tmp_path: Path) -> None:
    loaded(tmp_path, '[[timer]]\nid = "finish"\nwait = "7 min"\n')
    head = HEAD.replace('id = "own"', 'id = "top"').replace('"plain"', '"own"')
    top = loaded(tmp_path, '[[timer]]\nid = "finish"\nsay = "Ring"\n', head, "top")
    assert top.timer["finish"] == replace(PLAIN.timer["finish"], wait_ms=ms("7 min"), say="Ring")


def test_a_chain_without_end_is_refused(tmp_path: Path) -> None:
    head = HEAD.replace('"plain"', '"own"')
    assert any("3 deep at most" in fault for fault in faults_of(tmp_path, "", head))


def test_what_the_new_action_does_not_use_is_not_held_against_the_row(tmp_path: Path) -> None:
    own = loaded(
        tmp_path,
        '[[timer]]\nid = "finish-manager"\naction = "page"\nroles = ["manager"]\n'
        'about = "finish_missed"\n',
    )
    assert own.timer["finish-manager"].kind == ""


# text of the file after its head -> the line in it and what is said; head has 7 lines
FAULTY = [
    ('[[timer]]\nid = "finish"\nwiat = "7 min"\n', "own.toml:10", "did you mean wait?"),
    ('[[timer]]\nid = "finish"\nwait = "7"\n', "own.toml:10", "allowed is a time like"),
    ('[[timer]]\nid = "finsh"\nwait = "7 min"\n', "own.toml:8", "is missing"),
    ('[[timer]]\nid = "finish"\nladder = "stairs"\n', "own.toml:10", "'stairs' is no ladder"),
    ('\n[[timer]]\nid = "finish"\nphases = ["inside"]\n', "own.toml:11", "lacks 'leaving'"),
    ('[[level]]\nid = "severe"\nname = "x"\n[[timer]]\nid = "no-arrival"\nlevels = ["standard"]\n',
     "own.toml:8", "has no alarm from awaited"),
    ('[[timer]]\nid = "finish"\n[[timer]]\nid = "finish"\n', "own.toml:11", "is there 2 times"),
    ('[[ladder]]\nid = "danger"\nfirst_lease = "4 min"\n', "own.toml:10", "too long for an SOS"),
    ('[[role]]\nid = "monitor"\npeople = "visit"\n[[role]]\nid = "manager"\npeople = "visit"\n',
     "plain.toml:", "visit's own people alone"),
    ('[hours]\nopens = "19:00"\n', "own.toml:", "closes before it opens"),
    ("[hours]\nopen = '19:00'\n", "own.toml:9", "did you mean opens?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "said"), FAULTY)
def test_a_fault_shows_where_it_was_written(
    tmp_path: Path, text: str, where: str, said: str
) -> None:
    faults = faults_of(tmp_path, text)
    assert any(where in fault and said in fault for fault in faults), faults


def test_a_letter_that_the_base_uses_is_used_twice(tmp_path: Path) -> None:
    loaded(tmp_path, '[[letter]]\nletter = "X"\nmeaning = "x"\nearned_by = "confirm_arrival"\n')
    head = HEAD.replace('id = "own"', 'id = "top"').replace('"plain"', '"own"')
    faults = faults_of_top(
        tmp_path, head + '[[letter]]\nletter = "X"\nmeaning = "y"\nearned_by = "home_visit"\n'
    )
    assert any(":9: letter[1].letter: 'X' is there 2 times" in fault for fault in faults), faults


def faults_of_top(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "top.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyFaults) as caught:
        load(path)
    return [str(fault) for fault in caught.value.faults]


REVIEW = """\
[[review]]
id = "r"
every = "1 month"
roles = ["manager"]
text = "x"
clause = ["SU-drill"]
"""
COVERS = HEAD + 'covers = "SU-d"\n'  # SU-drill alone


def test_a_clause_that_no_row_cites_is_told_with_its_duty(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "", COVERS)
    assert [fault for fault in faults if "no row cites SU-drill: the arrangements" in fault]
    assert faults[0].startswith("own.toml:8: policy.covers: ")


@pytest.mark.parametrize(
    "row",
    [
        '[[screen]]\nshows = "board"\nclause = ["SU-drill"]\n',
        REVIEW,
        '[hours]\nclause = ["SU-drill"]\n',
        '[contact]\norder = ["work-mobile"]\nclause = ["SU-drill"]\n',
    ],
)  # fmt: skip
def test_any_row_covers_a_clause(tmp_path: Path, row: str) -> None:
    assert loaded(tmp_path, row, COVERS).covers == "SU-d"


def test_what_the_base_cites_is_covered_too(tmp_path: Path) -> None:
    loaded(tmp_path, '[[screen]]\nshows = "board"\nclause = ["SU-drill"]\n')
    head = COVERS.replace('id = "own"', 'id = "top"').replace('"plain"', '"own"')
    assert loaded(tmp_path, "", head, "top").covers == "SU-d"


def test_covers_is_the_beginning_of_clause_ids(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, "", HEAD + 'covers = "XX-"\n')
    assert any("the beginning of clause ids" in fault for fault in faults)
