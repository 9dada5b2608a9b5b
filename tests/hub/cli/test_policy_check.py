"""`allswell policy check --config`: whether the roster can do what a procedure asks."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from hub.cli import main
from hub.policy.load import shipped
from hub.policy.seen import moment
from hub.settings import DEFAULT_FILE
from tests.hub.cli.conftest import Run

PERSON = """
[[person]]
id = "{who}"
name = "{who}"
initials = "XX"
roles = [{roles}]
"""


def checked(*words: str) -> Result:
    return CliRunner().invoke(main, ["policy", "check", "plain", "--acts", "1", *words])


def roster(site: Path, **people: str) -> Path:
    """The settings that init wrote, with these people and their roles besides."""
    path = site / DEFAULT_FILE
    more = [PERSON.format(who=who, roles=roles) for who, roles in people.items()]
    text = path.read_text(encoding="utf-8").split("\n[[person]]")[0]
    path.write_text(text + "".join(more), encoding="utf-8")
    return path


def test_a_roster_without_a_manager_is_told(made: Result, run: Run, site: Path) -> None:
    config = roster(site, mo='"monitor"', mi='"monitor"')
    done = checked("--config", str(config), "--json")
    told = json.loads(done.output)
    assert done.exit_code == 1
    said = {fault["said"] for fault in told["faults"]}
    assert "rung 2: nobody on the roster may hold 'manager', so it is skipped" in said
    assert all(fault["line"] > 1 for fault in told["faults"])


def test_a_roster_that_can_do_it_is_sound(made: Result, run: Run, site: Path) -> None:
    config = roster(site, mo='"monitor"', ma='"manager", "monitor"')
    done = checked("--config", str(config))
    assert done.exit_code == 0, done.output
    assert "plain: sound (plain@" in done.output


def test_no_such_procedure_is_told_and_the_others_are_checked() -> None:
    done = checked("nowhere")
    assert done.exit_code == 1
    assert "nowhere:1: is no shipped procedure" in done.output
    assert "plain: sound" in done.output


def test_an_empty_file_is_told_as_that_and_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    for text in ("", "# nothing yet\n"):
        file.write_text(text, encoding="utf-8")
        done = CliRunner().invoke(main, ["policy", "check", str(file)])
        assert done.exit_code == 1
        (line,) = done.stderr.splitlines()
        assert f"{file}:1: is empty: begin with [policy]" in line
        assert 'base = "plain"' in line


def test_a_file_with_a_shipped_id_that_is_another_procedure_is_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = shipped("plain").read_text(encoding="utf-8")
    warning = "warning: 'plain' is the id of a shipped procedure, which this is not"
    check = ["policy", "check", str(file), "--acts", "1"]
    file.write_text(text, encoding="utf-8")
    assert "warning" not in CliRunner().invoke(main, check).stderr
    other = text.replace('say = "A key is lost or stolen"', 'say = "A key is gone"', 1)
    assert other != text
    file.write_text(other, encoding="utf-8")
    done = CliRunner().invoke(main, check)
    assert warning in done.stderr
    assert done.exit_code == 0, "a warning is no fault"
    (told,) = json.loads(CliRunner().invoke(main, [*check, "--json"]).stdout)["files"]
    assert len(told["warnings"]) == 1
    file.write_text(other.replace('id = "plain"', 'id = "ours"', 1), encoding="utf-8")
    assert "warning" not in CliRunner().invoke(main, check).stderr


def test_a_moment_of_a_history_is_told_to_the_second() -> None:
    told = [moment(ms) for ms in (0, 1_200_000, 3_599_000, -3_598_998, -500_000)]
    assert told == ["+0 min", "+20 min", "+59 min 59 s", "-59 min 59 s", "-8 min 20 s"]
