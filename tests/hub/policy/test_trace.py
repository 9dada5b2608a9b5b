"""Each clause with its rules, its tests and what they say: nothing is called done that is not."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import main
from hub.cli import trace as command
from hub.policy import trace
from hub.policy.load import SHIPPED
from hub.policy.trace import Line, Seen, clauses, is_whole, rules, seen_of, summary, table, text
from tests import tracing
from tests.stories import proving
from tests.tree import ROOT


def seen(*tests: tuple[str, str, str], proofs: tuple[tuple[str, str], ...] = (),
         prove: bool = True, clause: str = "DC-ooh") -> Seen:  # fmt: skip
    """What the tests said: (node, sort, result) each, (rule, by whom) each."""
    return seen_of({
        "prove": prove,
        "tests": [{"node": node, "sort": sort, "result": result, "clauses": [clause]}
                  for node, sort, result in tests],
        "proofs": [{"policy": "p", "rule": rule, "clause": clause, "by": by}
                   for rule, by in proofs],
    })  # fmt: skip


def line_of(found: Seen, clause: str = "DC-ooh") -> Line:
    [line] = table(found, clause)
    return line


def test_every_clause_of_the_list_is_a_line() -> None:
    assert [line.clause.id for line in table(Seen())] == [clause.id for clause in clauses()]
    assert len(clauses()) > 70


def test_rules_are_named_with_file_and_line() -> None:
    found = [rule for rule in rules()["DC-pairs"] if rule.policy == "acorn-partnership"]
    assert next(rule.name for rule in found) == "gate:pairs"
    lines = (SHIPPED / "acorn-partnership.toml").read_text(encoding="utf-8").splitlines()
    for rule in found:
        assert rule.file == "acorn-partnership.toml"
        assert lines[rule.line - 1].startswith("[["), rule


def test_a_variant_cites_only_what_it_says_itself() -> None:
    assert {rule.policy for rule in rules()["DC-overrun"]} == {"derbyshire-childrens-services"}


@pytest.mark.parametrize(
    ("found", "result", "missing"),
    [
        (Seen(), trace.NOT_RUN, ()),
        (seen(), trace.UNCOVERED, ("R", "G")),
        (seen(("a", "story", "passed")), trace.UNCOVERED, ("R", "G")),
        (seen(("a", "story", "passed"), prove=False), trace.PASSED, ()),
        (seen(("a", "story", "passed"), proofs=(("timer:x", "a"),)), trace.PROVED, ()),
        (seen(("a", "story", "passed"), proofs=(("timer:x", ""),)), trace.UNCOVERED, ("R", "G")),
        (seen(("a", "story", "passed"), proofs=(("screen:x", "a"),)), trace.UNCOVERED, ("R", "G")),
        (
            seen(("a", "story", "passed"), proofs=(("timer:x", "a"), ("gate:y", ""))),
            trace.UNCOVERED,
            (),
        ),
        (seen(("a", "story", "failed"), proofs=(("timer:x", "a"),)), trace.FAILED, ("R", "G")),
        (seen(("a", "story", "skipped"), prove=False), trace.UNCOVERED, ("R", "G")),
    ],
)
def test_a_rule_counts_when_a_test_fails_without_it(
    found: Seen, result: str, missing: tuple[str, ...]
) -> None:
    line = line_of(found)
    assert (line.result, line.missing) == (result, missing)
    assert is_whole([line]) == (result in (trace.PROVED, trace.PASSED))


def test_the_pendants_share_needs_a_test_of_the_pendant() -> None:
    story, proof = ("a", "story", "passed"), (("timer:x", "a"),)
    alone = seen(story, proofs=proof, clause="DC-interval")
    assert line_of(alone, "DC-interval").missing == ("D",)
    both = seen(story, ("b", "firmware", "passed"), proofs=proof, clause="DC-interval")
    assert line_of(both, "DC-interval").result == trace.PROVED


def test_a_screen_that_no_test_shows_is_the_consoles_to_bring() -> None:
    gate = (("gate:x", "a"),)
    line = line_of(seen(("a", "story", "passed"), proofs=gate, clause="DC-monitor"), "DC-monitor")
    assert (line.result, line.missing, line.console) == (trace.PROVED, (), ("C",))
    assert "brought by the console" in "\n".join(text([line]))
    shown = seen(("a", "screen", "passed"), proofs=gate, clause="DC-monitor")
    assert line_of(shown, "DC-monitor").console == ()


def test_bare_rows_are_named_and_cases_gathered() -> None:
    found = seen(("t[1]", "story", "passed"), ("t[2]", "story", "passed"),
                 proofs=(("timer:x", "t"), ("timer:y", "")))  # fmt: skip
    said = "\n".join(text([line_of(found)]))
    assert "test  t x2: passed" in said
    assert "no test of this clause misses p timer:y" in said
    assert summary([line_of(found)]) == "1 clauses: 1 uncovered."


def test_a_screens_row_is_seen_on_the_screen() -> None:
    rows = (("gate:x", "a"), ("screen:duty", ""))
    story = seen(("a", "story", "passed"), proofs=rows, clause="DC-monitor")
    assert line_of(story, "DC-monitor").bare == ("p screen:duty",)
    both = seen(("a", "story", "passed"), ("b", "screen", "passed"), proofs=rows,
                clause="DC-monitor")  # fmt: skip
    assert line_of(both, "DC-monitor").bare == ()


def test_a_row_is_proved_by_the_story_that_misses_it() -> None:
    name = "derbyshire-childrens-services"
    by = proving.proof_of(name, "gate:diary-entry", "DC-diary")
    assert by.endswith("test_the_diary_entry_is_whole_and_somebody_else_may_make_it")
    assert proving.proof_of(name, "gate:diary-entry", "DC-ooh") == ""
    assert {proof.clause for proof in proving.proofs("DC-pairs")} == {"DC-pairs"}


def test_which_tests_carry_a_clause_and_how_they_ended(tmp_path: Path) -> None:
    out = tmp_path / "seen.json"
    assert tracing.main([str(out), "--prove", "--clause", "DC-pairs"]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert {test["sort"] for test in found["tests"]} == {"story"}
    assert {test["result"] for test in found["tests"]} == {"passed"}
    assert any(proof["by"].endswith("test_two_always_go_together") for proof in found["proofs"])


@pytest.mark.parametrize(
    ("node", "sort"),
    [
        ("tests/stories/test_x.py::t", "story"),
        ("tests/hub/web/test_x.py::t", "screen"),
        ("tests/hub/rules/test_x.py::t", "unit"),
        ("tests/firmware/test_x.py::t", "firmware"),
    ],
)
def test_sorts_go_by_the_folder(node: str, sort: str) -> None:
    assert tracing.sort_of(node) == sort


def test_an_installed_package_says_that_it_has_no_tests(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert command.CHECKOUT == ROOT
    monkeypatch.setattr(command, "CHECKOUT", tmp_path)
    done = CliRunner().invoke(main, ["policy", "trace", "--clause", "DC-", "--json"])
    assert done.exit_code == 2
    assert "this is an installed package" in done.stderr
    lines = json.loads(done.stdout)
    assert {"clause", "kinds", "rules", "tests", "result"} <= set(lines[0])
    assert {line["result"] for line in lines} == {"not run"}
