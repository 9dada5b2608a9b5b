"""What one procedure changes of another: all of it, in plain words."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from hub.policy.diff import ADDED, CHANGED, REMOVED, Change, changes, text
from hub.policy.duties import CaseRule, Line, RegisterRule, Screen, Script, TaskRule
from hub.policy.load import SHIPPED, load, shipped
from hub.policy.model import Policy

HOMEMAKER = load(shipped("homemaker-exeter"))
FILES = sorted(SHIPPED.glob("*.toml"))
# A row of each table that Homemaker's file has none of.
ONE_OF = {
    "scripts": Script("called", "She is called", "out", (Line("Are you late?", asks=True),)),
    "cases": CaseRule("absent", "no_answer", "Apparently absent", ("family",)),
    "tasks": TaskRule("call", ("alarm:sos",), ("office",), "Call 999.", 60_000, 60_000),
    "registers": RegisterRule("badge", "Kept.", valid_months=36),
    "screens": Screen("board"),
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_policy_says_what_it_says(path: Path) -> None:
    assert changes(load(path), load(path)) == ()
    assert text(()) == ["They say the same."]


def edited(tmp_path: Path, words: str, instead: str) -> Policy:
    source = shipped("homemaker-exeter").read_text(encoding="utf-8")
    assert words in source
    path = tmp_path / "ours.toml"
    path.write_text(source.replace(words, instead, 1), encoding="utf-8")
    return load(path)


def test_a_longer_wait_is_told_as_a_sentence(tmp_path: Path) -> None:
    new = edited(tmp_path, 'wait = "20 min"', 'wait = "25 min"')
    [change] = changes(HOMEMAKER, new)
    assert (change.change, change.table, change.row) == (CHANGED, "timer", "call-back")
    assert change.keys == ("wait_ms",)
    assert change.before.startswith("20 minutes after her arrival")
    assert change.after.startswith("25 minutes after her arrival")
    shown = "\n".join(text((change,)))
    assert "before: 20 minutes after" in shown
    assert "now:    25 minutes after" in shown


def test_a_rung_shows_wherever_that_ladder_is_called(tmp_path: Path) -> None:
    words = '{ roles = ["tracker"], wait = "2 min", say = "other-means" }'
    new = edited(tmp_path, words, words.replace("2 min", "4 min"))
    tables = {change.table for change in changes(HOMEMAKER, new)}
    assert tables == {"ladder", "timer"}


def test_what_no_sentence_shows_is_told_by_its_key(tmp_path: Path) -> None:
    new = edited(tmp_path, 'source = "4.2.2, 4.1.3"', 'source = "4.2.2"')
    found = changes(HOMEMAKER, new)
    assert [change.keys for change in found] == [("source",)]
    assert "(only source differs)" in "\n".join(text(found))


def test_a_variant_against_its_base() -> None:
    base, own = load(shipped("derbyshire-childrens-services")), load(shipped("acorn-partnership"))
    found = changes(base, own)
    homes = "for “Home visit”, “High-risk visit” and “High-risk visit out of office hours”"
    assert (
        Change(
            ADDED,
            "gate",
            "pairs",
            after=f"Before a visit is entered, {homes}: {own.gates_for['plan_visit'][-1].reason}",
        )
        in found
    )
    assert {change.change for change in found} == {ADDED, CHANGED}
    back = changes(own, base)
    assert {change.change for change in back} == {REMOVED, CHANGED}
    assert any(line.startswith("  - ") for line in text(back))


@pytest.mark.parametrize("name", [field.name for field in fields(Policy) if field.name != "digest"])
def test_no_field_of_a_policy_differs_unseen(name: str) -> None:
    value: Any = getattr(HOMEMAKER, name)
    other: Any
    if isinstance(value, tuple):
        other = value[1:] if value else (ONE_OF[name],)
    elif isinstance(value, str):
        other = value + "x"
    elif isinstance(value, int):
        other = value + 1
    else:
        first = fields(value)[0].name
        other = replace(value, **{first: getattr(value, first) + 1})
    changed: dict[str, Any] = {name: other}
    assert changes(HOMEMAKER, replace(HOMEMAKER, **changed))
